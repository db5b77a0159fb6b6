//! Mattermost's Markdown as a document (crates/readers/src/mattermost/FORMAT.md 4).

use std::borrow::Cow;

use chatferry_model::document::{Block, Document, Heading, Image, Inline, Marks};
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::context::Context;
use super::name_table::NameTable;
use super::{pictures, words};
use crate::Element;
use crate::Support::{Partly, Whole};
use crate::markdown::{self, Dialect, Inlines, Words};

/// Blocks of HTML within one another that are looked for.
const MOST_ROUNDS: usize = 32;

/// The names and signs in texts, each as somebody writes it; `⏎` begins a line.
pub(super) const CONSTRUCTS: &[Element] = &[
    Element::new("**bold**", Whole, "bold"),
    Element::new("_italic_", Whole, "italic"),
    Element::new("~~struck~~", Whole, "struck"),
    Element::new("# Heading", Whole, "heading"),
    Element::new("one⏎two", Whole, "two lines"),
    Element::new("- item", Whole, "list, nested too"),
    Element::new("3. item", Whole, "numbered list from that number"),
    Element::new("- [x] task", Whole, "list of tasks"),
    Element::new("> quote", Whole, "quote, nested too"),
    Element::new("```rust⏎code⏎```", Whole, "code in its language"),
    Element::new("```latex⏎x^2⏎```", Whole, "code, not maths"),
    Element::new("---", Whole, "line across"),
    Element::new("[words](https://a.example)", Whole, "link"),
    Element::new("https://a.example", Whole, "link"),
    Element::new(
        "![alt](https://a.example/i.png)",
        Whole,
        "link to the picture",
    ),
    Element::new(
        "![alt](https://a.example/i.png =300x200)",
        Whole,
        "the same",
    ),
    Element::new("@ann", Whole, "mention of a person who is in the export"),
    Element::new("@all", Whole, "mention of everybody, without notifying"),
    Element::new(":tada:", Whole, "the character; a custom emoji by its name"),
    Element::new(":-)", Whole, "emoji (`text_smileys`)"),
    Element::new("@developers", Partly, "the words: groups are in no export"),
    Element::new("#hashtag", Partly, "the words"),
    Element::new("$x^2$", Partly, "the words"),
    Element::new("<b>HTML</b>", Whole, "the signs, as Mattermost shows them"),
    Element::new("(tables)", Whole, "tables, with the sides of columns"),
    Element::new(
        "(`~channel`)",
        Whole,
        "mention of a channel of the same team",
    ),
];

/// Reads a text that [`without_html`] has gone over.
pub(super) fn blocks<'m>(text: &'m str, context: &Context<'m>) -> Vec<Block<'m>> {
    markdown::blocks_of(text, Dialect::Mattermost, Reading(context))
}

/// The words of a text alone, with the addresses of its links.
pub(super) fn to_plain(text: &str, name_table: &NameTable, team: Option<&str>) -> String {
    let text = without_html(text);
    let mut blocks = blocks(&text, &Context::new(name_table, team));
    for block in &mut blocks {
        if let Block::Heading(Heading { content, .. }) | Block::Paragraph(content) = block {
            *content = std::mem::take(content)
                .into_iter()
                .flat_map(with_address)
                .collect();
        }
    }
    Document { blocks }.to_plain_text()
}

/// A link, and behind it in words where it leads, if it does not say so itself.
fn with_address(inline: Inline<'_>) -> [Inline<'_>; 2] {
    let address = match &inline {
        Inline::Link(link) if !link.content.is_empty() => format!(" ({})", link.url),
        _ => String::new(),
    };
    [inline, Inline::text(address)]
}

/// The inlines of a text, read with what is known of the post.
struct Reading<'c, 'm>(&'c Context<'m>);

impl<'m> Inlines<'m> for Reading<'_, 'm> {
    fn words(&mut self, words: Words<'m>, marks: Marks, in_link: bool, out: &mut Vec<Inline<'m>>) {
        words::push(words, marks, in_link, self.0, out);
    }

    fn picture(&mut self, image: Image<'m>) -> Inline<'m> {
        pictures::show(image, self.0)
    }
}

/// The text such that nothing in it is a block of HTML: Mattermost knows none, shows the signs as
/// they are and reads Markdown between them.
pub(super) fn without_html(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    let has_html = |text: &str| {
        text.lines().any(|line| {
            line.trim_start_matches([' ', '>', '-', '*', '+', '.', '\t'])
                .starts_with('<')
                || line
                    .trim_start_matches(|c: char| c.is_ascii_digit())
                    .trim_start_matches(['.', ')', ' '])
                    .starts_with('<')
        })
    };
    if !text.contains('<') || !has_html(&text) {
        return text;
    }
    for _ in 0..MOST_ROUNDS {
        let options =
            Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
        let starts: Vec<usize> = Parser::new_ext(&text, options)
            .into_offset_iter()
            .filter(|(event, _)| matches!(event, Event::Start(Tag::HtmlBlock)))
            .filter_map(|(_, range)| {
                let block = text.get(range.clone())?;
                Some(range.start + block.find('<')?)
            })
            .collect();
        if starts.is_empty() {
            break;
        }
        let mut escaped = text.into_owned();
        for start in starts.into_iter().rev() {
            escaped.insert(start, '\\');
        }
        text = Cow::Owned(escaped);
    }
    text
}

#[cfg(test)]
mod tests;
