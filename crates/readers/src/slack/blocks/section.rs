//! Blocks made of texts and of elements to press: `section`, `context`, `actions`, `input`.

use chatferry_model::Text;
use chatferry_model::document::{Block, Card, CardField, Inline, Marks};
use serde::de::MapAccess;
use serde::{Deserialize, Deserializer};

use super::Convert;
use super::media;
use super::text::TextObject;
use super::unknown::Unknown;
use crate::slack::context::Context;
use crate::slack::lenient::{self, List, Obj, Str, Tagged};
use crate::slack::mrkdwn;
use crate::url;

/// `section`
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Section<'a> {
    text: TextObject<'a>,
    fields: List<TextObject<'a>>,
    accessory: Element<'a>,
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
        self.accessory.push_block(context, out);
    }
}

/// `context`: a line of small texts and pictures.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct ContextLine<'a> {
    elements: List<Element<'a>>,
}

impl Convert for ContextLine<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        push_line(&self.elements, context, out);
    }
}

/// `actions`: buttons and menus, of which the labels are kept.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Actions<'a> {
    elements: List<Element<'a>>,
}

impl Convert for Actions<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        push_line(&self.elements, context, out);
    }
}

/// `input`: a question and the means to answer it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Input<'a> {
    label: TextObject<'a>,
    hint: TextObject<'a>,
    element: Element<'a>,
}

impl Convert for Input<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        for text in [&self.label, &self.hint] {
            out.append(&mut text.blocks(context));
        }
        self.element.push_block(context, out);
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
    Control(Control<'a>),
    /// Of no known kind.
    Unknown(Unknown),
}

/// Every kind of thing to press or choose from.
pub(in crate::slack) const CONTROLS: &[&str] = &[
    "button",
    "workflow_button",
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
    "multi_static_select",
    "multi_external_select",
    "multi_users_select",
    "multi_conversations_select",
    "multi_channels_select",
    "overflow",
    "datepicker",
    "timepicker",
    "datetimepicker",
    "radio_buttons",
    "checkboxes",
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
    "feedback_buttons",
    "icon_button",
];

/// Something to press or choose from.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Control<'a> {
    text: TextObject<'a>,
    placeholder: TextObject<'a>,
    url: Str<'a>,
    options: List<Obj<Choice<'a>>>,
}

/// One thing to choose.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Choice<'a> {
    text: TextObject<'a>,
    description: TextObject<'a>,
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
            known if CONTROLS.contains(&known) => Self::Control(lenient::rest(rest)?),
            kind => Self::Unknown(Unknown::read(kind, rest)?),
        })
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Element<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::tagged::<Element<'de>, D>(deserializer)
    }
}

impl<'a> Element<'a> {
    fn inlines<'m>(&'m self, context: &mut Context<'m>) -> Vec<Inline<'m>> {
        match self {
            Self::Text(text) => text.inlines(context),
            Self::Image(image) => image.inline(context).into_iter().collect(),
            Self::Control(control) => control.inlines(context),
            Self::Unknown(unknown) => unknown.inlines(context),
        }
    }

    fn push_block<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        if let Self::Image(image) = self {
            return image.convert(context, out);
        }
        let inlines = self.inlines(context);
        if !inlines.is_empty() {
            out.push(Block::Paragraph(inlines));
        }
    }
}

impl<'a> Control<'a> {
    /// The label in brackets, as on a button; a link where it leads somewhere.
    fn inlines<'m>(&'m self, context: &mut Context<'m>) -> Vec<Inline<'m>> {
        let label = Some(&self.text).filter(|text| text.says_something());
        let mut labels = vec![label.unwrap_or(&self.placeholder)];
        labels.extend(
            self.options
                .iter()
                .filter_map(Obj::get)
                .flat_map(|choice| [&choice.text, &choice.description]),
        );
        let mut out = Vec::new();
        for label in labels {
            let content = label.inlines(context);
            if content.is_empty() {
                continue;
            }
            if !out.is_empty() {
                mrkdwn::push_words(Text::from_static(" "), Marks::NONE, &mut out);
            }
            let address = self
                .url
                .get()
                .map(|raw| url::without_token(mrkdwn::decode(raw)));
            mrkdwn::push_button(content, address, &mut out);
        }
        out
    }
}
