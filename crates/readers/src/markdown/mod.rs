//! Standard Markdown (CommonMark with tables, task lists and struck words) as a document.

mod builder;
mod running;

use chatferry_model::document::{Block, Image, Inline, Marks};
use pulldown_cmark::{Options, Parser};

use builder::Builder;

/// The extensions of a dialect beyond standard Markdown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Nothing.
    #[default]
    Standard,
    /// Mattermost's (crates/readers/src/mattermost/FORMAT.md 4): bare addresses are links, pictures
    /// have sizes, and one tilde strikes nothing.
    Mattermost,
}

/// Words of a Markdown text: as they stand in it, or with something taken out or put in.
pub(crate) enum Words<'m> {
    /// As they stand in the text.
    Borrowed(&'m str),
    /// Unescaped or decoded.
    Owned(String),
}

/// Makes inlines of what stands in a text.
pub(crate) trait Inlines<'m> {
    /// Appends words outside of code to a line; `in_link` if they are a link's.
    fn words(&mut self, words: Words<'m>, marks: Marks, in_link: bool, out: &mut Vec<Inline<'m>>);

    /// Returns the inline for a picture.
    fn picture(&mut self, image: Image<'m>) -> Inline<'m> {
        Inline::Image(image)
    }
}

/// Gives all words to a function.
struct EachWord<F>(F);

impl<'m, F: FnMut(Words<'m>, Marks, &mut Vec<Inline<'m>>)> Inlines<'m> for EachWord<F> {
    fn words(&mut self, words: Words<'m>, marks: Marks, _: bool, out: &mut Vec<Inline<'m>>) {
        (self.0)(words, marks, out);
    }
}

/// Reads Markdown. `words` is given all words outside of code, to find emoji and mentions in them.
pub(crate) fn blocks<'m>(
    text: &'m str,
    words: impl FnMut(Words<'m>, Marks, &mut Vec<Inline<'m>>),
) -> Vec<Block<'m>> {
    blocks_of(text, Dialect::Standard, EachWord(words))
}

/// Reads Markdown of a dialect.
pub(crate) fn blocks_of<'m>(
    text: &'m str,
    dialect: Dialect,
    inlines: impl Inlines<'m>,
) -> Vec<Block<'m>> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut builder = Builder::new(text, dialect, inlines);
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        builder.take(event, range);
    }
    builder.finish()
}

#[cfg(test)]
mod tests {
    use chatferry_model::document::Document;
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<Block<'_>> {
        blocks(text, |words, marks, out| {
            let words = match words {
                Words::Borrowed(words) => words.to_owned(),
                Words::Owned(words) => words,
            };
            out.push(Inline::marked(words, marks));
        })
    }

    #[test]
    fn everything_at_once() {
        let text = "# Head\n\nSome *it* **bo** ~~st~~ `co` [li](https://e.example \"t\")\nnext\n\n\
            1. one\n   - in\n2. two\n\n- [x] done\n- [ ] open\n\n> quo\n\n```rust\nlet x;\n```\n\n\
            | a | b |\n|---|--:|\n| 1 | 2 |\n\n---\n![alt](https://e.example/i.png) <b>x</b>";
        insta::assert_snapshot!(serde_json::to_string(&read(text)).unwrap().replace("},{", "},\n{"), @r#"
        [{"heading":{"level":1,"content":[{"text":{"text":"Head"}}]}},
        {"paragraph":[{"text":{"text":"Some "}},
        {"text":{"text":"it","marks":["italic"]}},
        {"text":{"text":" "}},
        {"text":{"text":"bo","marks":["bold"]}},
        {"text":{"text":" "}},
        {"text":{"text":"st","marks":["strike"]}},
        {"text":{"text":" "}},
        {"text":{"text":"co","marks":["code"]}},
        {"text":{"text":" "}},
        {"link":{"url":"https://e.example","content":[{"text":{"text":"li"}}]}},"break",{"text":{"text":"next"}}]},
        {"list":{"style":{"ordered":{"start":1}},"items":[{"blocks":[{"paragraph":[{"text":{"text":"one"}}]},
        {"list":{"style":"bullet","items":[{"blocks":[{"paragraph":[{"text":{"text":"in"}}]}]}]}}]},
        {"blocks":[{"paragraph":[{"text":{"text":"two"}}]}]}]}},
        {"list":{"style":"task","items":[{"checked":true,"blocks":[{"paragraph":[{"text":{"text":"done"}}]}]},
        {"checked":false,"blocks":[{"paragraph":[{"text":{"text":"open"}}]}]}]}},
        {"quote":{"blocks":[{"paragraph":[{"text":{"text":"quo"}}]}]}},
        {"code":{"language":"rust","text":"let x;"}},
        {"table":{"align":["none","right"],"rows":[{"header":true,"cells":[[{"text":{"text":"a"}}],[{"text":{"text":"b"}}]]},
        {"cells":[[{"text":{"text":"1"}}],[{"text":{"text":"2"}}]]}]}},"divider",{"paragraph":[{"image":{"source":{"url":"https://e.example/i.png"},"alt":"alt"}},
        {"text":{"text":" "}},
        {"text":{"text":"<b>"}},
        {"text":{"text":"x"}},
        {"text":{"text":"</b>"}}]}]
        "#);
    }

    proptest! {
        #[test]
        fn no_word_is_lost(text in "([a-z]{1,4}|[ \n#>*_~`|-]|\n\n|1\\. ){0,40}") {
            let shown = Document { blocks: read(&text) }.to_plain_text();
            for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1) {
                prop_assert!(shown.contains(word) || ["```", "~~~"].iter().any(|fence| text.contains(fence)), "{word:?} of {text:?} in {shown:?}");
            }
        }
    }
}
