//! Blocks made of texts and of elements to press: `section`, `context`, `actions`, `input`.

use chatferry_model::Text;
use chatferry_model::document::{Block, Card, CardField, Inline, Marks};
use serde::de::MapAccess;
use serde::{Deserialize, Deserializer};

use super::Convert;
use super::control::Control;
use super::known::CONTROLS;
use super::media;
use super::text::TextObject;
use super::unknown::{Extra, Unknown};
use crate::slack::context::Context;
use crate::slack::lenient::{self, List, Str, Tagged};
use crate::slack::mrkdwn;

/// `section`
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Section<'a> {
    text: TextObject<'a>,
    fields: List<TextObject<'a>>,
    accessory: Element<'a>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

impl Convert for Section<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        out.append(&mut self.text.blocks(context));
        if !self.fields.is_empty() {
            let mut fields = Vec::with_capacity(self.fields.len());
            for text in self.fields.iter() {
                fields.push(CardField {
                    title: Vec::new(),
                    value: text.blocks(context),
                    // Slack sets them in two columns.
                    short: true,
                });
            }
            out.push(Block::Card(Box::new(Card {
                fields,
                ..Card::default()
            })));
        }
        self.extra.push_blocks("section", context, out);
        self.accessory.push_block(context, out);
    }
}

/// `context`: a line of small texts and pictures.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct ContextLine<'a> {
    elements: List<Element<'a>>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

impl Convert for ContextLine<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        push_line(&self.elements, context, out);
        self.extra.push_blocks("context", context, out);
    }
}

/// `actions`: buttons and menus, of which the labels are kept.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Actions<'a> {
    elements: List<Element<'a>>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

impl Convert for Actions<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        push_line(&self.elements, context, out);
        self.extra.push_blocks("actions", context, out);
    }
}

/// `input`: a question and the means to answer it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Input<'a> {
    label: TextObject<'a>,
    hint: TextObject<'a>,
    element: Element<'a>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

impl Convert for Input<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        for text in [&self.label, &self.hint] {
            out.append(&mut text.blocks(context));
        }
        self.element.push_block(context, out);
        self.extra.push_blocks("input", context, out);
    }
}

pub(super) fn push_line<'m>(
    elements: &'m [Element<'m>],
    context: &mut Context<'m>,
    out: &mut Vec<Block<'m>>,
) {
    let mut line = Vec::new();
    for element in elements {
        let inlines = element.inlines(context);
        if !line.is_empty() && !inlines.is_empty() {
            mrkdwn::push_words(Text::from_static("  "), Marks::NONE, &mut line);
        }
        mrkdwn::append(inlines, &mut line);
    }
    if !line.is_empty() {
        out.push(Block::Paragraph(line));
    }
}

/// The text in a line of blocks: texts, pictures, things to press.
#[derive(Debug)]
pub(in crate::slack) enum Element<'a> {
    /// `mrkdwn`, `plain_text`
    Text(TextObject<'a>),
    /// `image`
    Image(media::Image<'a>),
    /// `button`, `workflow_button`, menus, pickers, check boxes.
    Control(Box<Control<'a>>),
    /// An element of no known kind.
    Unknown(Unknown<'a>),
}

impl Default for Element<'_> {
    fn default() -> Self {
        Self::Unknown(Unknown::default())
    }
}

impl<'de> Tagged<'de> for Element<'de> {
    fn of_kind<A: MapAccess<'de>>(kind: Str<'de>, rest: A) -> Result<Self, A::Error> {
        Ok(match kind.or_empty() {
            "mrkdwn" | "plain_text" => {
                let text: TextObject<'de> = lenient::rest(rest)?;
                Self::Text(text.of_kind(kind))
            }
            "image" => Self::Image(lenient::rest(rest)?),
            known if CONTROLS.contains(&known) => Self::Control(Box::new(lenient::rest(rest)?)),
            kind => Self::Unknown(Unknown::read(kind, rest)?),
        })
    }

    fn of_scalar(scalar: Text<'de>) -> Self {
        Self::Unknown(Unknown::of_words(scalar))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Element<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::tagged::<Element<'de>, D>(deserializer)
    }
}

impl<'a> Element<'a> {
    pub(super) fn inlines<'m>(&'m self, context: &mut Context<'m>) -> Vec<Inline<'m>> {
        match self {
            Self::Text(text) => text.inlines(context),
            Self::Image(image) => image.inline(context).into_iter().collect(),
            Self::Control(control) => control.inlines(context),
            Self::Unknown(unknown) => unknown.inlines(context),
        }
    }

    pub(super) fn push_block<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        if let Self::Image(image) = self {
            return image.convert(context, out);
        }
        let inlines = self.inlines(context);
        if !inlines.is_empty() {
            out.push(Block::Paragraph(inlines));
        }
    }
}
