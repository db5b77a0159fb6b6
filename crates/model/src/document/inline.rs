//! Inlines: what stands within a line.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Image, Marks};
use crate::emoji::Emoji;
use crate::{ConversationId, Micros, PersonId, Text};

/// One piece of running text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Inline<'a> {
    /// Words.
    Text(#[serde(borrow)] Span<'a>),
    /// A link.
    Link(#[serde(borrow)] Link<'a>),
    /// Somebody or something called by name.
    Mention(#[serde(borrow)] Mention<'a>),
    /// An emoji.
    Emoji(#[serde(borrow)] Emoji<'a>),
    /// A point in time, shown in the reader's own zone where that is possible.
    Date(#[serde(borrow)] Date<'a>),
    /// A picture within the line.
    Image(#[serde(borrow)] Image<'a>),
    /// A line break.
    Break,
}

/// Words with their marks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Span<'a> {
    /// The words, without line feeds.
    #[serde(borrow)]
    pub text: Text<'a>,
    /// The way they are set.
    #[serde(default, skip_serializing_if = "Marks::is_none")]
    pub marks: Marks,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Link<'a> {
    /// The target of the link, as the source has it but free of tokens. Any scheme; the renderer
    /// judges.
    #[serde(borrow)]
    pub url: Text<'a>,
    /// The text that is shown; empty: the address itself.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<Inline<'a>>,
}

/// Somebody or something called by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mention<'a> {
    /// The person or group.
    #[serde(borrow)]
    pub target: MentionTarget<'a>,
    /// The name as shown at the time, without `@` or `#`; may be empty where the source has none.
    #[serde(borrow)]
    pub text: Text<'a>,
    /// The way it is set.
    #[serde(default, skip_serializing_if = "Marks::is_none")]
    pub marks: Marks,
}

/// The person or group that a mention names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MentionTarget<'a> {
    /// A person or bot.
    Person(#[serde(borrow)] PersonId<'a>),
    /// A channel or chat.
    Conversation(#[serde(borrow)] ConversationId<'a>),
    /// A named group of people, by the source's id.
    Group(#[serde(borrow)] Text<'a>),
    /// Everybody there.
    Everyone(Audience),
}

/// The everybody a broadcast means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Members who are online now.
    Here,
    /// All members of the conversation.
    Channel,
    /// All people of the workspace.
    Everyone,
}

/// A point in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Date<'a> {
    /// The audience.
    pub time: Micros,
    /// The way the source would print it, or its own fallback.
    #[serde(borrow)]
    pub text: Text<'a>,
    /// The way the source prints it for each reader, as a pattern of `strftime`, to be filled in
    /// for whoever reads it in Teams.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Text<'a>>,
    /// The target of the link, if it is a link too.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Text<'a>>,
    /// The way it is set.
    #[serde(default, skip_serializing_if = "Marks::is_none")]
    pub marks: Marks,
}

impl<'a> Inline<'a> {
    /// Words without marks.
    #[must_use]
    pub fn text(text: impl Into<Text<'a>>) -> Self {
        Self::marked(text, Marks::NONE)
    }

    /// Words with marks.
    #[must_use]
    pub fn marked(text: impl Into<Text<'a>>, marks: Marks) -> Self {
        Self::Text(Span {
            text: text.into(),
            marks,
        })
    }
}

/// Appends `text` line by line, with a break for each line feed.
pub(super) fn push_lines<'a>(inlines: &mut Vec<Inline<'a>>, text: &'a str, marks: Marks) {
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            inlines.push(Inline::Break);
        }
        if !line.is_empty() {
            inlines.push(Inline::marked(line, marks));
        }
    }
}

/// Appends the words of `inlines`.
pub(super) fn write_plain_text(inlines: &[Inline<'_>], out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(span) => out.push_str(&span.text),
            Inline::Link(link) if link.content.is_empty() => out.push_str(&link.url),
            Inline::Link(link) => write_plain_text(&link.content, out),
            Inline::Mention(mention) => out.push_str(&mention.text),
            Inline::Emoji(emoji) => emoji.write_plain_text(out),
            Inline::Date(date) => out.push_str(&date.text),
            Inline::Image(image) => {
                let words: Vec<&str> = image
                    .title
                    .iter()
                    .chain(&image.alt)
                    .map(|text| &**text)
                    .collect();
                out.push_str(&words.join(" "));
            }
            Inline::Break => out.push('\n'),
        }
    }
}
