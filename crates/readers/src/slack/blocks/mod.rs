//! Blocks: rich text, which people write, and Block Kit, which apps build (slack.md 3.6).
//!
//! A kind of block is a type in a file of its own with a `convert` and one row in the table below.
//! What is unknown is kept as its words, with a finding.

mod layout;
mod media;
mod rich_text;
mod section;
mod table;
mod text;
mod unknown;

use chatferry_model::document::Block as ModelBlock;
use serde::de::MapAccess;
use serde::{Deserialize, Deserializer};

use super::context::Context;
use super::lenient::{self, Str, Tagged};

/// What every kind of block can do.
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
    ($($kind:literal => $variant:ident($type:ty),)*) => {
        /// A block of any kind.
        #[derive(Debug)]
        pub(super) enum Block<'a> {
            $(
                #[doc = concat!("`", $kind, "`")]
                $variant($type),
            )*
            /// Of no known kind.
            Unknown(unknown::Unknown),
        }

        /// Every kind of block that is known.
        #[cfg(test)]
        pub(super) const KINDS: &[&str] = &[$($kind,)*];

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
                match self {
                    $(Self::$variant(block) => block.convert(context, out),)*
                    Self::Unknown(block) => block.convert(context, out),
                }
            }
        }
    };
}

blocks! {
    "rich_text" => RichText(rich_text::RichText<'a>),
    "section" => Section(section::Section<'a>),
    "context" => Context(section::ContextLine<'a>),
    "context_actions" => ContextActions(section::Actions<'a>),
    "actions" => Actions(section::Actions<'a>),
    "input" => Input(section::Input<'a>),
    "header" => Header(text::Header<'a>),
    "markdown" => Markdown(text::Markdown<'a>),
    "divider" => Divider(layout::Divider),
    "condition" => Condition(layout::Group<'a>),
    "carousel" => Carousel(layout::Group<'a>),
    "card" => Card(Box<layout::Card<'a>>),
    "alert" => Alert(layout::Alert<'a>),
    "plan" => Plan(layout::Plan<'a>),
    "task_card" => TaskCard(layout::TaskCard<'a>),
    "image" => Image(media::Image<'a>),
    "video" => Video(media::Video<'a>),
    "file" => File(media::Silent),
    "call" => Call(media::Call<'a>),
    "contact_card" => ContactCard(media::ContactCard<'a>),
    "share_shortcut" => ShareShortcut(media::Silent),
    "table" => Table(table::Table<'a>),
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

/// What a list of blocks shows.
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

/// Whether people wrote these, rather than an app: then nothing in `text` can be more (slack.md 3.6).
pub(super) fn has_rich_text(blocks: &[Block<'_>]) -> bool {
    blocks
        .iter()
        .any(|block| matches!(block, Block::RichText(_)))
}

#[cfg(test)]
mod tests;
