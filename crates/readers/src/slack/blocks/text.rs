//! Text objects, headers and Markdown.

use chatferry_model::Text;
use chatferry_model::document::{Block, Heading, Inline, Marks};
use serde::{Deserialize, Deserializer};

use super::Convert;
use crate::markdown::{self, Words};
use crate::slack::context::Context;
use crate::slack::lenient::{Str, StrOr};
use crate::slack::mrkdwn;

/// `{"type":"mrkdwn"|"plain_text","text":…}`: the first is escaped and marked up, the second not.
/// A bare string, which some tools write, is plain.
#[derive(Debug, Default)]
pub(in crate::slack) struct TextObject<'a> {
    kind: Str<'a>,
    text: Str<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Fields<'a> {
    #[serde(rename = "type")]
    kind: Str<'a>,
    text: Str<'a>,
}

impl<'de: 'a, 'a> Deserialize<'de> for TextObject<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read: StrOr<'de, Fields<'de>> = StrOr::deserialize(deserializer)?;
        Ok(match read {
            StrOr::Str(text) => Self {
                kind: "plain_text".into(),
                text,
            },
            StrOr::Object(Fields { kind, text }) => Self { kind, text },
        })
    }
}

impl<'a> TextObject<'a> {
    /// Returns the text, whose kind was read before it.
    pub(super) fn of_kind(self, kind: Str<'a>) -> Self {
        Self { kind, ..self }
    }

    /// Returns the text as blocks: fences and quotes are such in mrkdwn.
    pub(in crate::slack) fn blocks<'m>(&'m self, context: &mut Context<'m>) -> Vec<Block<'m>> {
        if self.kind.is("plain_text") {
            let inlines = self.inlines(context);
            if inlines.is_empty() {
                Vec::new()
            } else {
                vec![Block::Paragraph(inlines)]
            }
        } else {
            mrkdwn::blocks(self.text.or_empty(), Marks::NONE, context)
        }
    }

    /// Returns the text within a line.
    pub(in crate::slack) fn inlines<'m>(&'m self, context: &mut Context<'m>) -> Vec<Inline<'m>> {
        if self.kind.is("plain_text") {
            mrkdwn::plain(self.text.or_empty(), Marks::NONE, context)
        } else {
            mrkdwn::inlines(self.text.or_empty(), Marks::NONE, context)
        }
    }

    /// Returns true if there is a text at all.
    pub(super) fn says_something(&self) -> bool {
        self.text.get().is_some()
    }

    /// Returns the text without any markup, for places that cannot hold any.
    pub(in crate::slack) fn bare<'m>(&'m self, context: &Context<'m>) -> Option<Text<'m>> {
        let words = self.text.get()?;
        Some(if self.kind.is("plain_text") {
            mrkdwn::bare_plain(words, context)
        } else {
            mrkdwn::bare_name(words.into(), context.name_table)
        })
    }
}

/// `header`
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Header<'a> {
    text: TextObject<'a>,
}

impl Convert for Header<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let content = self.text.inlines(context);
        if !content.is_empty() {
            out.push(Block::Heading(Heading { level: 2, content }));
        }
    }
}

/// `markdown`: standard Markdown, as apps with language models write it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Markdown<'a> {
    text: Str<'a>,
}

impl Convert for Markdown<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let words = |words: Words<'m>, marks, out: &mut Vec<Inline<'m>>| match words {
            Words::Borrowed(words) => mrkdwn::plain_into(words, marks, context, out),
            Words::Owned(words) => mrkdwn::push_lines(words.into(), marks, out),
        };
        out.append(&mut markdown::blocks(self.text.or_empty(), words));
    }
}
