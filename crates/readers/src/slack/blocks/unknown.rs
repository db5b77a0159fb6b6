//! Blocks and elements of no known kind: their words are kept (crates/readers/src/slack/FORMAT.md
//! trap 42).

use chatferry_model::document::{Block, Inline, Link, Marks};
use serde::de::MapAccess;
use serde_json::{Map, Value};

use super::Convert;
use crate::codes;
use crate::slack::context::Context;
use crate::slack::mrkdwn;
use crate::url;

/// A block or element of no known kind.
#[derive(Debug, Default)]
pub(in crate::slack) struct Unknown {
    pub(super) kind: String,
    fields: Map<String, Value>,
    /// Gathered when it is read, so that a document can borrow them.
    words: Vec<Words>,
    address: Option<String>,
}

/// Something it says.
#[derive(Debug, PartialEq, Eq)]
struct Words {
    text: String,
    /// True if it stands in a text object that says so.
    is_mrkdwn: bool,
}

/// Fields that hold what people see, in the order in which they are shown.
const SHOWN: &[&str] = &[
    "title",
    "subtitle",
    "header",
    "name",
    "label",
    "text",
    "message",
    "description",
    "body",
    "value",
    "fallback",
    "alt_text",
    "placeholder",
    "elements",
    "blocks",
    "items",
    "fields",
    "options",
    "content",
];

/// Deeper than anything Slack shows.
const DEEPEST: usize = 16;

impl Unknown {
    pub(super) fn read<'de, A: MapAccess<'de>>(kind: &str, mut rest: A) -> Result<Self, A::Error> {
        let mut fields = Map::new();
        while let Some((key, value)) = rest.next_entry::<String, Value>()? {
            fields.insert(key, value);
        }
        let mut words = Vec::new();
        gather(&fields, &mut words, 0);
        let address = ["url", "permalink", "link"].into_iter().find_map(|key| {
            let url = fields.get(key)?.as_str()?;
            Some(url::without_token(url.into()).into_cow().into_owned())
        });
        Ok(Self {
            kind: kind.to_owned(),
            fields,
            words,
            address,
        })
    }

    /// Returns the text within a line.
    pub(super) fn inlines<'m>(&'m self, context: &mut Context<'m>) -> Vec<Inline<'m>> {
        let mut out = Vec::new();
        for words in &self.words {
            if !out.is_empty() {
                out.push(Inline::Break);
            }
            if words.is_mrkdwn {
                out.append(&mut mrkdwn::inlines(&words.text, Marks::NONE, context));
            } else {
                mrkdwn::plain_into(&words.text, Marks::NONE, context, &mut out);
            }
        }
        if let Some(address) = &self.address {
            let content = std::mem::take(&mut out);
            out.push(Inline::Link(Link {
                url: address.as_str().into(),
                content,
            }));
        }
        let what = if self.kind.is_empty() {
            "(no type)"
        } else {
            &self.kind
        };
        if self.fields.is_empty() && self.kind.is_empty() {
            // An empty object or something else than an object: nobody saw anything.
            return out;
        }
        context.note(&codes::SLACK_UNKNOWN_BLOCK, what);
        out
    }
}

impl Convert for Unknown {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let inlines = self.inlines(context);
        if !inlines.is_empty() {
            out.push(Block::Paragraph(inlines));
        }
    }
}

fn gather(fields: &Map<String, Value>, words: &mut Vec<Words>, depth: usize) {
    let is_mrkdwn = fields.get("type").is_some_and(|kind| kind == "mrkdwn");
    for key in SHOWN {
        if let Some(value) = fields.get(*key) {
            gather_value(value, is_mrkdwn && *key == "text", words, depth);
        }
    }
}

fn gather_value(value: &Value, is_mrkdwn: bool, words: &mut Vec<Words>, depth: usize) {
    match value {
        Value::String(text) if !text.trim().is_empty() => {
            let said = Words {
                text: text.clone(),
                is_mrkdwn,
            };
            if !words.contains(&said) {
                words.push(said);
            }
        }
        Value::Array(items) if depth < DEEPEST => {
            for item in items {
                gather_value(item, false, words, depth + 1);
            }
        }
        Value::Object(fields) if depth < DEEPEST => gather(fields, words, depth + 1),
        _ => {}
    }
}
