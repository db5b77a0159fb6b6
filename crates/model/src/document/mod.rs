//! The rich-text document: blocks and inlines, in words of no source and no target.
//!
//! Every reader produces it and one renderer consumes it. Text in it is plain: no entities, no
//! markup, line breaks as [`Inline::Break`] or `\n` inside [`Code`]. On disk each node is an object
//! with one key, its kind: `{"paragraph":[{"text":{"text":"hi","marks":["bold"]}}]}`.
//!
//! A new kind of node is a new variant; the renderer matches without a wildcard, so it does not
//! compile until the node is rendered.

mod address;
mod block;
mod inline;
mod marks;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Text;

pub use block::{
    Align, Attachment, Block, Card, CardAuthor, CardField, Cell, Cite, Code, Heading, Image,
    ImageSource, List, ListItem, ListStyle, Quote, Row, Table,
};
pub use inline::{Audience, Date, Inline, Link, Mention, MentionTarget, Span};
pub use marks::{Mark, Marks};

/// The body of a message, as a list of blocks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Document<'a> {
    /// The blocks from top to bottom.
    #[serde(borrow)]
    pub blocks: Vec<Block<'a>>,
}

impl<'a> Document<'a> {
    /// A document of one paragraph of plain text; its line feeds become breaks.
    #[must_use]
    pub fn plain(text: &'a str) -> Self {
        let mut inlines = Vec::new();
        inline::push_lines(&mut inlines, text, Marks::NONE);
        Self {
            blocks: vec![Block::Paragraph(inlines)],
        }
    }

    /// Returns true if there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Calls `each` with every address in the document that a reader could follow.
    pub fn addresses(&self, mut each: impl FnMut(&Text<'a>)) {
        address::of_blocks(&self.blocks, &mut each);
    }

    /// All words of the document in reading order, without any form: what a person would hear.
    ///
    /// Blocks and breaks are separated by one line feed. For searching, comparing and reports.
    #[must_use]
    pub fn to_plain_text(&self) -> String {
        let mut out = String::new();
        block::write_plain_text(&self.blocks, &mut out);
        out.truncate(out.trim_end().len());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_keeps_its_lines() {
        let document = Document::plain("one\ntwo");
        assert_eq!(document.to_plain_text(), "one\ntwo");
        assert_eq!(
            serde_json::to_string(&document).unwrap(),
            r#"[{"paragraph":[{"text":{"text":"one"}},"break",{"text":{"text":"two"}}]}]"#
        );
    }

    #[test]
    fn every_address_is_found() {
        let line = r#"[
            {"paragraph":[
                {"link":{"url":"1","content":[{"link":{"url":"2"}}]}},
                {"date":{"time":"2019-02-04T19:58:15.000000Z","text":"Feb 4","url":"3"}}
            ]},
            {"list":{"style":"bullet","items":[{"blocks":[
                {"heading":{"level":1,"content":[{"link":{"url":"4"}}]}}
            ]}]}},
            {"quote":{"blocks":[{"paragraph":[{"link":{"url":"6"}}]}],"cite":{"url":"5"}}},
            {"table":{"rows":[{"cells":[[{"link":{"url":"7"}}]]}]}},
            {"card":{
                "pretext":[{"paragraph":[{"link":{"url":"8"}}]}],
                "author":{"name":"a","url":"9"},
                "title":[{"link":{"url":"10"}}],"title_url":"11",
                "body":[{"paragraph":[{"link":{"url":"12"}}]}],
                "fields":[{"title":[{"link":{"url":"13"}}],"value":[{"paragraph":[{"link":{"url":"14"}}]}]}],
                "footer":[{"link":{"url":"15"}}]
            }}
        ]"#;
        let document: Document<'_> = serde_json::from_str(line).unwrap();
        let mut found = Vec::new();
        document.addresses(|url| found.push(url.to_string()));
        let all: Vec<String> = (1..=15).map(|n| n.to_string()).collect();
        assert_eq!(found, all);
    }

    #[test]
    fn every_node_survives_a_round_trip() {
        let line = r##"[
            {"heading":{"level":2,"content":[{"text":{"text":"Plan","marks":["bold","underline"]}}]}},
            {"list":{"style":{"ordered":{"start":3}},"items":[{"blocks":[{"paragraph":["break"]}]}]}},
            {"list":{"style":"task","items":[{"checked":true,"blocks":[]}]}},
            {"quote":{"blocks":["divider"],"cite":{"author":"Ann","url":"https://example.com"}}},
            {"code":{"language":"rust","text":"a\n b"}},
            {"table":{"align":["none","right"],"rows":[{"header":true,"cells":[[{"text":{"text":"x"}}],[]]}]}},
            {"image":{"source":{"url":"https://example.com/a.png"},"alt":"a","width":1,"height":2}},
            {"card":{"color":"#36a64f","title":[{"text":{"text":"T"}}],"fields":[{"title":[{"text":{"text":"k"}}],"short":true}]}},
            {"attachment":{"file":"F1"}},
            {"paragraph":[
                {"link":{"url":"https://example.com","content":[{"text":{"text":"here"}}]}},
                {"mention":{"target":{"person":"U1"},"text":"ann"}},
                {"mention":{"target":{"conversation":"C1"},"text":"general"}},
                {"mention":{"target":{"group":"S1"},"text":"devs"}},
                {"mention":{"target":{"everyone":"here"},"text":"here"}},
                {"emoji":{"name":"wave","unicode":"👋"}},
                {"date":{"time":"2019-02-04T19:58:15.000000Z","text":"Feb 4"}},
                {"image":{"source":{"file":"F2"}}}
            ]}
        ]"##;
        let document: Document<'_> = serde_json::from_str(line).unwrap();
        let again = serde_json::to_string(&document).unwrap();
        assert_eq!(
            serde_json::from_str::<Document<'_>>(&again).unwrap(),
            document
        );
        let compact: String = line.lines().map(str::trim).collect();
        assert_eq!(again, compact);
    }
}
