//! `rich_text`: what Slack's own editor writes. Its words are raw, not escaped
//! (crates/readers/src/slack/FORMAT.md trap 40).
//!
//! On the wire lists are flat siblings; [`list`] builds the tree. A section is a run of lines.

mod element;
mod list;

use chatferry_model::Text;
use chatferry_model::document::{Block, Card, Code, Inline, Link, Mark, Marks, Quote};
use serde::de::MapAccess;
use serde::{Deserialize, Deserializer};

use super::Convert;
use crate::Support;
use crate::slack::context::Context;
use crate::slack::lenient::{self, List, Num, Str, Tagged};
use crate::slack::mrkdwn::{self, trim_breaks};

pub(in crate::slack) use element::{Element, KINDS};

/// A block of rich text.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct RichText<'a> {
    elements: List<Part<'a>>,
}

/// A part of rich text that stands on lines of its own.
#[derive(Debug)]
pub(in crate::slack) enum Part<'a> {
    /// `rich_text_section`
    Section(Inlines<'a>),
    /// `rich_text_list`
    List(ListPart<'a>),
    /// `rich_text_quote`
    Quote(Inlines<'a>),
    /// `rich_text_preformatted`
    Preformatted(Preformatted<'a>),
    /// An inline where none should be, or of no known kind.
    Other(Element<'a>),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Inlines<'a> {
    elements: List<Element<'a>>,
    border: Num,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct ListPart<'a> {
    elements: List<Part<'a>>,
    style: Str<'a>,
    indent: Num,
    offset: Num,
    border: Num,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Preformatted<'a> {
    elements: List<Element<'a>>,
    language: Str<'a>,
    border: Num,
}

impl Default for Part<'_> {
    fn default() -> Self {
        Self::Other(Element::default())
    }
}

macro_rules! parts {
    ($($kind:literal => $variant:ident, $becomes:literal;)*) => {
        /// Every kind of part that is known.
        pub(in crate::slack) const PARTS: &[crate::Element] =
            &[$(crate::Element::new($kind, Support::Whole, $becomes),)*];

        impl<'de> Tagged<'de> for Part<'de> {
            fn of_kind<A: MapAccess<'de>>(kind: Str<'de>, rest: A) -> Result<Self, A::Error> {
                Ok(match kind.or_empty() {
                    $($kind => Self::$variant(lenient::rest(rest)?),)*
                    _ => Self::Other(Element::of_kind(kind, rest)?),
                })
            }

            fn of_scalar(scalar: Text<'de>) -> Self {
                Self::Other(Element::of_scalar(scalar))
            }
        }
    };
}

parts! {
    "rich_text_section" => Section, "lines";
    "rich_text_list" => List, "list, nested as its indents say, numbers going on where they did";
    "rich_text_quote" => Quote, "quote";
    "rich_text_preformatted" => Preformatted, "code block, within a quote where it has a border";
}

impl<'de: 'a, 'a> Deserialize<'de> for Part<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::tagged::<Part<'de>, D>(deserializer)
    }
}

impl Convert for RichText<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let mut parts = &*self.elements;
        while let Some((part, rest)) = parts.split_first() {
            if part.border() {
                // Parts with a border stand in one quote with those before and after them.
                let count = parts.iter().take_while(|part| part.border()).count();
                let (bordered, after) = parts.split_at(count);
                let mut blocks = Vec::new();
                convert_parts(bordered, context, &mut blocks);
                push_quote(blocks, out);
                parts = after;
                continue;
            }
            let count = parts.iter().take_while(|part| !part.border()).count();
            let (plain, after) = parts.split_at(count.max(1));
            convert_parts(plain, context, out);
            parts = if plain.is_empty() { rest } else { after };
        }
    }
}

impl<'a> RichText<'a> {
    /// Returns the text of those parts, if there are any.
    pub(super) fn of_parts(elements: List<Part<'a>>) -> Option<Self> {
        (!elements.is_empty()).then_some(Self { elements })
    }

    /// Returns the text within a line, for cells of tables: parts separated by breaks.
    pub(super) fn inlines<'m>(&'m self, context: &mut Context<'m>) -> Vec<Inline<'m>> {
        let mut blocks = Vec::new();
        self.convert(context, &mut blocks);
        flatten(blocks)
    }
}

/// Returns blocks as what can stand within a line, separated by breaks.
pub(in crate::slack) fn flatten<'m>(blocks: Vec<Block<'m>>) -> Vec<Inline<'m>> {
    let mut line = Vec::new();
    push_flat(blocks, &mut line);
    line
}

fn push_flat<'m>(blocks: Vec<Block<'m>>, line: &mut Vec<Inline<'m>>) {
    for block in blocks {
        if !line.is_empty() && !matches!(block, Block::List(_) | Block::Quote(_)) {
            line.push(Inline::Break);
        }
        match block {
            Block::Paragraph(mut content) => line.append(&mut content),
            Block::Heading(mut heading) => line.append(&mut heading.content),
            Block::List(list) => {
                for item in list.items {
                    push_flat(item.blocks, line);
                }
            }
            Block::Quote(quote) => push_flat(quote.blocks, line),
            Block::Code(code) => {
                let marks = Marks::from(Mark::Code);
                mrkdwn::push_lines(code.text, marks, line);
            }
            Block::Image(image) => line.push(Inline::Image(image)),
            Block::Table(table) => {
                for (number, row) in table.rows.into_iter().enumerate() {
                    if number > 0 {
                        line.push(Inline::Break);
                    }
                    for (number, cell) in row.cells.into_iter().enumerate() {
                        if number > 0 {
                            mrkdwn::push_words(Text::from_static(" | "), Marks::NONE, line);
                        }
                        mrkdwn::append(cell.content, line);
                    }
                }
            }
            Block::Card(card) => push_flat(blocks_of(*card), line),
            Block::Attachment(_) | Block::Divider => {
                line.pop_if(|last| *last == Inline::Break);
            }
        }
    }
}

/// The content of a card, without its form.
fn blocks_of(card: Card<'_>) -> Vec<Block<'_>> {
    let mut blocks = card.pretext;
    let mut title = card.title;
    if let Some(url) = card.title_url {
        let content = std::mem::take(&mut title);
        title.push(Inline::Link(Link { url, content }));
    }
    let author = card.author.map(|author| vec![Inline::text(author.name)]);
    let lines = author.into_iter().chain([title]);
    blocks.extend(lines.filter(|line| !line.is_empty()).map(Block::Paragraph));
    blocks.extend(card.body);
    for field in card.fields {
        blocks.extend(
            Some(field.title)
                .filter(|title| !title.is_empty())
                .map(Block::Paragraph),
        );
        blocks.extend(field.value);
    }
    blocks.extend(card.image.or(card.thumbnail).map(Block::Image));
    blocks.extend(
        Some(card.footer)
            .filter(|footer| !footer.is_empty())
            .map(Block::Paragraph),
    );
    blocks
}

/// Adds a quote, or goes on with the one before.
fn push_quote<'m>(mut blocks: Vec<Block<'m>>, out: &mut Vec<Block<'m>>) {
    if blocks.is_empty() {
        return;
    }
    if let Some(Block::Quote(quote)) = out.last_mut()
        && quote.cite.is_none()
    {
        quote.blocks.append(&mut blocks);
    } else {
        out.push(Block::Quote(Quote { blocks, cite: None }));
    }
}

fn convert_parts<'m>(parts: &'m [Part<'m>], context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
    let mut parts = parts;
    while let Some((part, rest)) = parts.split_first() {
        parts = rest;
        match part {
            Part::Section(section) => push_paragraph(&section.elements, context, out),
            Part::Quote(quote) => {
                let mut blocks = Vec::new();
                push_paragraph(&quote.elements, context, &mut blocks);
                push_quote(blocks, out);
            }
            Part::Preformatted(code) => out.extend(code.block(context)),
            Part::List(first) => {
                let more = rest
                    .iter()
                    .take_while(|part| matches!(part, Part::List(_)))
                    .count();
                let lists =
                    std::iter::once(first).chain(rest.iter().filter_map(Part::list).take(more));
                list::convert(lists, context, out);
                parts = rest.get(more..).unwrap_or_default();
            }
            Part::Other(element) => {
                let mut line = Vec::new();
                element.push(context, &mut line);
                if !line.is_empty() {
                    out.push(Block::Paragraph(line));
                }
            }
        }
    }
}

/// A run of lines as a paragraph. The line feed before a list, code or quote belongs to the wire.
fn push_paragraph<'m>(
    elements: &'m [Element<'m>],
    context: &mut Context<'m>,
    out: &mut Vec<Block<'m>>,
) {
    let mut line = Vec::new();
    for element in elements {
        element.push(context, &mut line);
    }
    trim_breaks(&mut line);
    if !line.is_empty() {
        out.push(Block::Paragraph(line));
    }
}

impl<'a> Part<'a> {
    /// Returns true if it stands in a quote (`border` on lists and code).
    fn border(&self) -> bool {
        let border = match self {
            Self::List(list) => list.border,
            Self::Preformatted(code) => code.border,
            Self::Section(_) | Self::Quote(_) | Self::Other(_) => return false,
        };
        border.get().is_some_and(|border| border > 0)
    }

    fn list(&self) -> Option<&ListPart<'a>> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }
}

impl<'a> Preformatted<'a> {
    /// The code block; none where it is empty.
    fn block<'m>(&'m self, context: &mut Context<'m>) -> Option<Block<'m>> {
        let text = match &*self.elements {
            [Element::Text(only)] => Text::from(only.text.or_empty()),
            elements => {
                let mut text = String::new();
                for element in elements {
                    element.push_words(context, &mut text);
                }
                text.into()
            }
        };
        let text = match text.strip_suffix('\n') {
            Some(text) => text.to_owned().into(),
            None => text,
        };
        (!text.trim().is_empty()).then(|| {
            Block::Code(Code {
                language: self.language.text(),
                text,
            })
        })
    }
}
