//! What programs lay out in a post's `props`, one part below the other: text, pictures, labels with
//! values, boxes (crates/readers/src/mattermost/FORMAT.md 2.3, M1, M2).

use chatferry_model::Text;
use chatferry_model::document::{
    Block, Card, CardField, Cell, Code, Document, Heading, Image, ImageSource, Inline, Link, List,
    ListItem, ListStyle, Row, Table,
};

use super::context::Context;
use super::{text, words};
use crate::url;

/// Boxes within one another that stay boxes. The content of a deeper one is shown without its frame,
/// since every box takes levels of JSON, of which readers allow 128.
const DEEPEST_BOX: usize = 4;

/// One part of a layout, independent of the JSON that it was read from.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    /// Mattermost's Markdown.
    Markdown(Markdown),
    /// Words without markup.
    Plain(String),
    Heading(String),
    Divider,
    Picture {
        url: String,
        alt: String,
        title: String,
    },
    Code {
        language: String,
        text: String,
    },
    /// A line of words, of which some are links.
    Line(Vec<(String, Option<String>)>),
    /// Labels with their values.
    Fields(Vec<(String, Markdown)>),
    /// Things to choose, and whether each is chosen.
    Choices(Vec<(String, bool)>),
    Table {
        header: bool,
        rows: Vec<Vec<Vec<Part>>>,
    },
    Box {
        color: Option<Text<'static>>,
        parts: Vec<Part>,
    },
}

/// Markdown that is ready to be read: nothing in it is a block of HTML.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Markdown(String);

impl Markdown {
    pub(super) fn new(text: &str) -> Self {
        Self(text::without_html(text).into_owned())
    }

    pub(super) fn blocks<'m>(&'m self, context: &Context<'m>) -> Vec<Block<'m>> {
        text::blocks(&self.0, context)
    }
}

impl Part {
    /// A button or the like: dead outside of Mattermost, but for its label and its address.
    pub(super) fn button(label: &str, url: Option<String>) -> Self {
        match url {
            Some(url) => Self::Line(vec![(label.to_owned(), Some(url))]),
            None => Self::Plain(format!("[{label}]")),
        }
    }
}

/// Appends what parts show.
pub(super) fn convert<'m>(parts: &'m [Part], context: &Context<'m>, out: &mut Vec<Block<'m>>) {
    convert_at(parts, 0, context, out);
}

fn convert_at<'m>(
    parts: &'m [Part],
    depth: usize,
    context: &Context<'m>,
    out: &mut Vec<Block<'m>>,
) {
    for part in parts {
        match part {
            Part::Markdown(markdown) => out.extend(markdown.blocks(context)),
            Part::Plain(plain) => out.push(Block::Paragraph(words::plain(plain, context))),
            Part::Heading(title) => out.push(Block::Heading(Heading {
                level: 4,
                content: words::plain(title, context),
            })),
            Part::Divider => out.push(Block::Divider),
            Part::Picture { url, alt, title } => out.push(picture(url, alt, title)),
            Part::Code { language, text } => out.push(Block::Code(Code {
                language: filled(language),
                text: text.as_str().into(),
            })),
            Part::Line(runs) => {
                let runs = runs
                    .iter()
                    .flat_map(|(label, url)| run(label, url, context));
                out.push(Block::Paragraph(runs.collect()));
            }
            Part::Fields(fields) => {
                let fields = fields.iter().map(|(label, value)| CardField {
                    title: words::plain(label, context),
                    value: value.blocks(context),
                    short: false,
                });
                out.push(Block::Card(Box::new(Card {
                    fields: fields.collect(),
                    ..Card::default()
                })));
            }
            Part::Choices(choices) => out.push(list(choices, context)),
            Part::Table { header, rows } => {
                let rows = rows.iter().enumerate().map(|(number, cells)| Row {
                    header: *header && number == 0,
                    cells: cells.iter().map(|parts| cell(parts, context)).collect(),
                });
                out.push(Block::Table(Table {
                    align: Vec::new(),
                    rows: rows.collect(),
                }));
            }
            Part::Box { color, parts } if depth < DEEPEST_BOX => {
                let mut body = Vec::new();
                convert_at(parts, depth + 1, context, &mut body);
                if !body.is_empty() {
                    out.push(Block::Card(Box::new(Card {
                        color: color.clone(),
                        body,
                        ..Card::default()
                    })));
                }
            }
            Part::Box { parts, .. } => convert_at(parts, depth, context, out),
        }
    }
}

fn run<'m>(label: &'m str, url: &'m Option<String>, context: &Context<'m>) -> Vec<Inline<'m>> {
    let content = words::plain(label, context);
    match url {
        Some(url) => vec![Inline::Link(Link {
            url: url::without_token(url.as_str().into()),
            content,
        })],
        None => content,
    }
}

/// A list of what there is to choose; with boxes, if anything of it is chosen.
fn list<'m>(choices: &'m [(String, bool)], context: &Context<'m>) -> Block<'m> {
    let any = choices.iter().any(|(_, chosen)| *chosen);
    let items = choices.iter().map(|(label, chosen)| ListItem {
        checked: any.then_some(*chosen),
        blocks: vec![Block::Paragraph(words::plain(label, context))],
    });
    Block::List(List {
        style: if any {
            ListStyle::Task
        } else {
            ListStyle::Bullet
        },
        items: items.collect(),
    })
}

fn picture<'m>(url: &'m str, alt: &'m str, title: &'m str) -> Block<'m> {
    Block::Image(Image {
        source: ImageSource::Url(url::without_token(url.into())),
        alt: filled(alt),
        title: filled(title),
        width: None,
        height: None,
    })
}

fn filled(text: &str) -> Option<Text<'_>> {
    (!text.is_empty()).then(|| text.into())
}

/// The parts as one cell, which holds lines only.
fn cell<'m>(parts: &'m [Part], context: &Context<'m>) -> Cell<'m> {
    let mut blocks = Vec::new();
    convert(parts, context, &mut blocks);
    let mut content = Vec::new();
    for block in blocks {
        if !content.is_empty() {
            content.push(Inline::Break);
        }
        match block {
            Block::Paragraph(line) => content.extend(line),
            Block::Heading(heading) => content.extend(heading.content),
            Block::Image(image) => content.push(Inline::Image(image)),
            other => {
                let blocks = vec![other];
                let plain = Document { blocks }.to_plain_text();
                content.push(Inline::text(plain));
            }
        }
    }
    Cell { content }
}

/// The colour as `#rrggbb`: a number, or one of the names that it has in Mattermost.
pub(super) fn color(color: &str) -> Option<Text<'static>> {
    let digits = match color {
        "good" | "success" => "00c100",
        "warning" => "dede01",
        "danger" | "attention" => "e40303",
        color => color.strip_prefix('#')?,
    };
    if !digits.bytes().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    let digits: String = match digits.len() {
        3 => digits.chars().flat_map(|c| [c, c]).collect(),
        6 => digits.to_owned(),
        _ => return None,
    };
    Some(format!("#{}", digits.to_ascii_lowercase()).into())
}
