//! Text objects, headers and Markdown.

use chatferry_model::Text;
use chatferry_model::document::{Block, Document, Heading, Inline, Marks};
use serde::{Deserialize, Deserializer};

use super::Convert;
use super::rich_text::{Part, RichText};
use super::unknown::Extra;
use crate::markdown::{self, Words};
use crate::slack::context::Context;
use crate::slack::lenient::{Flag, List, Num, Str, StrOr};
use crate::slack::mrkdwn;

/// `{"type":"mrkdwn"|"plain_text","text":…}`: both are escaped, the first is marked up
/// (crates/readers/src/slack/FORMAT.md 3.6). A bare string, which some tools write, is plain; rich
/// text is taken too.
#[derive(Debug, Default)]
pub(in crate::slack) struct TextObject<'a> {
    kind: Str<'a>,
    text: Str<'a>,
    emoji: Flag,
    rich: Option<Box<RichText<'a>>>,
    extra: Extra<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Fields<'a> {
    #[serde(rename = "type")]
    kind: Str<'a>,
    text: Str<'a>,
    emoji: Flag,
    elements: List<Part<'a>>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

impl<'de: 'a, 'a> Deserialize<'de> for TextObject<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read: StrOr<'de, Fields<'de>> = StrOr::deserialize(deserializer)?;
        Ok(match read {
            StrOr::Str(text) => Self {
                kind: "plain_text".into(),
                text,
                ..Self::default()
            },
            StrOr::Object(fields) => Self {
                kind: fields.kind,
                text: fields.text,
                emoji: fields.emoji,
                rich: RichText::of_parts(fields.elements).map(Box::new),
                extra: fields.extra,
            },
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
        let mut out = Vec::new();
        match &self.rich {
            Some(rich) => rich.convert(context, &mut out),
            None if self.kind.is("plain_text") => {
                let inlines = self.plain(context);
                if !inlines.is_empty() {
                    out.push(Block::Paragraph(inlines));
                }
            }
            None => out = mrkdwn::blocks(self.text.or_empty(), Marks::NONE, context),
        }
        self.extra.push_blocks("text", context, &mut out);
        out
    }

    /// Returns the text within a line.
    pub(in crate::slack) fn inlines<'m>(&'m self, context: &mut Context<'m>) -> Vec<Inline<'m>> {
        let mut out = match &self.rich {
            Some(rich) => rich.inlines(context),
            None if self.kind.is("plain_text") => self.plain(context),
            None => mrkdwn::inlines(self.text.or_empty(), Marks::NONE, context),
        };
        self.extra.push_inlines("text", context, &mut out);
        out
    }

    fn plain<'m>(&'m self, context: &Context<'m>) -> Vec<Inline<'m>> {
        let mut out = Vec::new();
        let text = self.text.or_empty();
        if self.emoji.is_no() {
            mrkdwn::push_lines(mrkdwn::decode(text), Marks::NONE, &mut out);
        } else {
            mrkdwn::plain_text(text, Marks::NONE, context, &mut out);
        }
        out
    }

    /// The text as it is written.
    pub(super) fn raw(&self) -> &str {
        self.text.or_empty()
    }

    /// Returns true if there is a text at all.
    pub(super) fn says_something(&self) -> bool {
        self.text.get().is_some() || self.rich.is_some()
    }

    /// Returns the text without any markup, for places that cannot hold any.
    pub(in crate::slack) fn bare<'m>(&'m self, context: &mut Context<'m>) -> Option<Text<'m>> {
        if let Some(rich) = &self.rich {
            let blocks = vec![Block::Paragraph(rich.inlines(context))];
            return Some(Document { blocks }.to_plain_text().into());
        }
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
    level: Num,
    #[serde(flatten)]
    extra: Extra<'a>,
}

impl Convert for Header<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let content = self.text.inlines(context);
        if !content.is_empty() {
            let level = self
                .level
                .to_u32()
                .and_then(|level| u8::try_from(level).ok());
            let level = level.map_or(2, |level| level.clamp(1, 3));
            out.push(Block::Heading(Heading { level, content }));
        }
        self.extra.push_blocks("header", context, out);
    }
}

/// `markdown`: standard Markdown, as apps with language models write it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Markdown<'a> {
    text: Str<'a>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

impl Convert for Markdown<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let words = |words: Words<'m>, marks, out: &mut Vec<Inline<'m>>| match words {
            Words::Borrowed(words) => mrkdwn::plain_into(words, marks, context, out),
            Words::Owned(words) => mrkdwn::push_lines(words.into(), marks, out),
        };
        out.append(&mut markdown::blocks(self.text.or_empty(), words));
        self.extra.push_blocks("markdown", context, out);
    }
}
