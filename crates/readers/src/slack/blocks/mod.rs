//! Blocks: rich text, which people write, and Block Kit, which apps build
//! (crates/readers/src/slack/FORMAT.md 3.6).
//!
//! A kind of block is a type in a file of its own with a `convert` and one row in the table below.
//! What is unknown is kept as its words, with a finding.

mod agent;
mod chart;
pub(super) mod control;
pub(super) mod known;
mod layout;
mod media;
pub(super) mod rich_text;
pub(super) mod section;
mod table;
pub(super) mod text;
pub(super) mod unknown;

use chatferry_model::document::{Block as ModelBlock, Card};
use serde::de::MapAccess;
use serde::{Deserialize, Deserializer};

use super::context::Context;
use super::files::File;
use super::lenient::{self, Str, Tagged};
use crate::{Element, Support};
pub(super) use rich_text::flatten;

/// The conversion that every kind of block has.
pub(super) trait Convert {
    /// Appends what the block shows.
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<ModelBlock<'m>>);
}

impl<T: Convert> Convert for Box<T> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<ModelBlock<'m>>) {
        (**self).convert(context, out);
    }
}

macro_rules! blocks {
    ($($kind:literal => $variant:ident($type:ty), $support:ident $becomes:literal;)*) => {
        /// A block of any kind.
        #[derive(Debug)]
        pub(super) enum Block<'a> {
            $(
                #[doc = concat!("`", $kind, "`")]
                $variant($type),
            )*
            /// A block of no known kind.
            Unknown(unknown::Unknown<'a>),
        }

        /// Every kind of block that is known.
        pub(super) const KINDS: &[Element] =
            &[$(Element::new($kind, Support::$support, $becomes),)*];

        impl<'de> Tagged<'de> for Block<'de> {
            fn of_kind<A: MapAccess<'de>>(kind: Str<'de>, rest: A) -> Result<Self, A::Error> {
                Ok(match kind.or_empty() {
                    $($kind => Self::$variant(lenient::rest(rest)?),)*
                    kind => Self::Unknown(unknown::Unknown::read(kind, rest)?),
                })
            }

        }

        impl<'a> Block<'a> {
            /// Appends what the block shows.
            pub(super) fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<ModelBlock<'m>>) {
                context.within(|context| match self {
                    $(Self::$variant(block) => block.convert(context, out),)*
                    Self::Unknown(block) => block.convert(context, out),
                });
            }
        }
    };
}

blocks! {
    "rich_text" => RichText(rich_text::RichText<'a>),
        Whole "as below";
    "section" => Section(section::Section<'a>),
        Whole "text, fields side by side, accessory";
    "context" => Context(section::ContextLine<'a>),
        Whole "a line of texts and pictures";
    "context_actions" => ContextActions(section::Actions<'a>),
        Partly "labels in brackets";
    "actions" => Actions(section::Actions<'a>),
        Partly "labels in brackets, as links where they lead somewhere";
    "input" => Input(section::Input<'a>),
        Partly "label, hint and what there was to choose";
    "header" => Header(text::Header<'a>),
        Whole "heading";
    "markdown" => Markdown(text::Markdown<'a>),
        Whole "as Markdown shows it";
    "divider" => Divider(layout::Divider),
        Whole "rule";
    "container" => Container(layout::Container<'a>),
        Whole "card with its title around its blocks";
    "condition" => Condition(layout::Group<'a>),
        Partly "all its blocks, of which people saw one";
    "carousel" => Carousel(layout::Group<'a>),
        Partly "cards below one another";
    "card" => Card(Box<layout::Card<'a>>),
        Whole "card";
    "alert" => Alert(layout::Alert<'a>),
        Whole "card in the colour of its level";
    "plan" => Plan(agent::Plan<'a>),
        Whole "title and list of tasks";
    "task_card" => TaskCard(Box<agent::TaskCard<'a>>),
        Whole "task with its state, details, output and sources";
    "image" => Image(Box<media::Image<'a>>),
        Whole "picture with its title";
    "video" => Video(Box<media::Video<'a>>),
        Partly "card that leads to it";
    "file" => File(media::FileBlock<'a>),
        Whole "one of the files of the message";
    "call" => Call(media::Call<'a>),
        Partly "card with name, time, address and people";
    "contact_card" => ContactCard(media::ContactCard<'a>),
        Partly "name and e-mail";
    "share_shortcut" => ShareShortcut(media::ShareShortcut<'a>),
        Whole "card with title and description of the workflow";
    "table" => Table(table::Table<'a>),
        Whole "table";
    "data_table" => DataTable(table::Table<'a>),
        Whole "table under its caption";
    "data_visualization" => Chart(chart::Chart<'a>),
        Partly "title and the table of its figures";
}

impl Default for Block<'_> {
    fn default() -> Self {
        Self::Unknown(unknown::Unknown::default())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Block<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::tagged::<Block<'de>, D>(deserializer)
    }
}

/// Converts a list of blocks.
pub(super) fn convert<'m>(
    blocks: &'m [Block<'m>],
    context: &mut Context<'m>,
) -> Vec<ModelBlock<'m>> {
    let mut out = Vec::new();
    for block in blocks {
        block.convert(context, &mut out);
    }
    out
}

/// Returns true if converted blocks hold anything that can be read.
pub(super) fn hold_words(blocks: &[ModelBlock<'_>]) -> bool {
    blocks.iter().any(|block| match block {
        ModelBlock::Divider | ModelBlock::Image(_) | ModelBlock::Attachment(_) => false,
        ModelBlock::Card(card) => **card != Card::default(),
        _ => true,
    })
}

/// The files of remote services that the blocks show.
pub(super) fn files<'b>(blocks: &'b [Block<'_>]) -> impl Iterator<Item = &'b File<'b>> {
    blocks.iter().filter_map(|block| match block {
        Block::File(block) => block.file.get().map(Box::as_ref),
        _ => None,
    })
}

/// Returns true if people wrote these, rather than an app: then nothing in `text` can be more
/// (crates/readers/src/slack/FORMAT.md 3.6).
pub(super) fn has_rich_text(blocks: &[Block<'_>]) -> bool {
    blocks
        .iter()
        .any(|block| matches!(block, Block::RichText(_)))
}

#[cfg(test)]
mod tests;
