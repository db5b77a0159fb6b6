//! Blocks: what stands on lines of its own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::inline::{self, Inline};
use crate::{FileId, Micros, Text};

/// One block of a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Block<'a> {
    /// Running text.
    Paragraph(#[serde(borrow)] Vec<Inline<'a>>),
    /// A heading.
    Heading(#[serde(borrow)] Heading<'a>),
    /// A list; nested lists stand inside the items.
    List(#[serde(borrow)] List<'a>),
    /// Something said elsewhere, or by somebody else.
    Quote(#[serde(borrow)] Quote<'a>),
    /// Preformatted text.
    Code(#[serde(borrow)] Code<'a>),
    /// A table.
    Table(#[serde(borrow)] Table<'a>),
    /// A horizontal rule.
    Divider,
    /// A picture on a line of its own.
    Image(#[serde(borrow)] Image<'a>),
    /// A framed box: Slack's attachment, a link's preview, a bot's notice.
    Card(#[serde(borrow)] Box<Card<'a>>),
    /// The place of one of the message's files. Files without a place come after the text.
    Attachment(#[serde(borrow)] Attachment<'a>),
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Heading<'a> {
    /// 1 (largest) to 6.
    pub level: u8,
    /// The words.
    #[serde(borrow)]
    pub content: Vec<Inline<'a>>,
}

/// A list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct List<'a> {
    /// The way the items are marked.
    pub style: ListStyle,
    /// The items from top to bottom.
    #[serde(borrow)]
    pub items: Vec<ListItem<'a>>,
}

/// The way the items of a list are marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListStyle {
    /// By bullets.
    Bullet,
    /// By numbers (or letters, by depth).
    Ordered {
        /// The first item's number, from 0.
        start: u32,
    },
    /// By check boxes, see [`ListItem::checked`].
    Task,
}

/// One item of a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ListItem<'a> {
    /// The state of its check box, in a task list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<bool>,
    /// The content of the item; a nested list is one of these.
    #[serde(borrow)]
    pub blocks: Vec<Block<'a>>,
}

/// A quotation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quote<'a> {
    /// The quoted content.
    #[serde(borrow)]
    pub blocks: Vec<Block<'a>>,
    /// The author of a forwarded or shared message.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub cite: Option<Cite<'a>>,
}

/// The place where a quotation comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cite<'a> {
    /// The author's name.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Text<'a>>,
    /// In which conversation, by name.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<Text<'a>>,
    /// The time of the quoted message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Micros>,
    /// The address in the source.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Text<'a>>,
}

/// Preformatted text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Code<'a> {
    /// The language as the source names it.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Text<'a>>,
    /// The text; its line feeds and spaces count.
    #[serde(borrow)]
    pub text: Text<'a>,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Table<'a> {
    /// The columns' alignment; columns beyond its end have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub align: Vec<Align>,
    /// The rows from top to bottom.
    #[serde(borrow)]
    pub rows: Vec<Row<'a>>,
}

/// The alignment of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// As the reader's client does it.
    #[default]
    None,
    /// To the left.
    Left,
    /// Centred.
    Center,
    /// To the right.
    Right,
}

/// One row of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Row<'a> {
    /// True if its cells are headings.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub header: bool,
    /// The cells from left to right.
    #[serde(borrow)]
    pub cells: Vec<Cell<'a>>,
}

/// One cell of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Cell<'a> {
    /// The content of the cell.
    #[serde(borrow)]
    pub content: Vec<Inline<'a>>,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Image<'a> {
    /// The place of the bytes.
    #[serde(borrow)]
    pub source: ImageSource<'a>,
    /// The text it shows.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<Text<'a>>,
    /// The caption.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text<'a>>,
    /// As shown in the source, in CSS pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// As shown in the source, in CSS pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

/// The place where the bytes of a picture are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImageSource<'a> {
    /// One of the source's files.
    File(#[serde(borrow)] FileId<'a>),
    /// Somewhere on the web; free of tokens.
    Url(#[serde(borrow)] Text<'a>),
}

/// A framed box beside or below the text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Card<'a> {
    /// The colour of its bar, as `#rrggbb`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Text<'a>>,
    /// The text above the box.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub pretext: Vec<Block<'a>>,
    /// The source of a card: a person or a service.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub author: Option<CardAuthor<'a>>,
    /// The title.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub title: Vec<Inline<'a>>,
    /// The target of the title.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub title_url: Option<Text<'a>>,
    /// The text.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<Block<'a>>,
    /// The pairs of name and value.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<CardField<'a>>,
    /// The picture.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image<'a>>,
    /// The small picture.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<Image<'a>>,
    /// The last line.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub footer: Vec<Inline<'a>>,
    /// The time in its last line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Micros>,
}

/// The source of a card: a person or a service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CardAuthor<'a> {
    /// The name.
    #[serde(borrow)]
    pub name: Text<'a>,
    /// The target of the name.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Text<'a>>,
}

/// A pair of name and value on a card.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CardField<'a> {
    /// The name.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub title: Vec<Inline<'a>>,
    /// The value.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub value: Vec<Block<'a>>,
    /// True if two of these fit side by side.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub short: bool,
}

/// The place of one of the message's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment<'a> {
    /// The file, one of the message's `files`.
    #[serde(borrow)]
    pub file: FileId<'a>,
}

/// Appends the words of `blocks`, each block on lines of its own.
pub(super) fn write_plain_text(blocks: &[Block<'_>], out: &mut String) {
    for block in blocks {
        match block {
            Block::Paragraph(content) | Block::Heading(Heading { content, .. }) => {
                line(content, out);
            }
            Block::List(list) => {
                for item in &list.items {
                    write_plain_text(&item.blocks, out);
                }
            }
            Block::Quote(quote) => {
                if let Some(author) = quote.cite.as_ref().and_then(|cite| cite.author.as_ref()) {
                    plain_line(author, out);
                }
                write_plain_text(&quote.blocks, out);
            }
            Block::Code(code) => plain_line(&code.text, out),
            Block::Table(table) => {
                for row in &table.rows {
                    for (column, cell) in row.cells.iter().enumerate() {
                        if column > 0 {
                            out.push('\t');
                        }
                        inline::write_plain_text(&cell.content, out);
                    }
                    out.push('\n');
                }
            }
            Block::Divider | Block::Attachment(_) => {}
            Block::Image(image) => image_words(image, out),
            Block::Card(card) => card_words(card, out),
        }
    }
}

fn card_words(card: &Card<'_>, out: &mut String) {
    write_plain_text(&card.pretext, out);
    if let Some(author) = &card.author {
        plain_line(&author.name, out);
    }
    line(&card.title, out);
    write_plain_text(&card.body, out);
    for field in &card.fields {
        line(&field.title, out);
        write_plain_text(&field.value, out);
    }
    for image in card.image.iter().chain(&card.thumbnail) {
        image_words(image, out);
    }
    line(&card.footer, out);
}

fn image_words(image: &Image<'_>, out: &mut String) {
    for words in image.title.iter().chain(&image.alt) {
        plain_line(words, out);
    }
}

fn line(content: &[Inline<'_>], out: &mut String) {
    if !content.is_empty() {
        inline::write_plain_text(content, out);
        out.push('\n');
    }
}

fn plain_line(text: &str, out: &mut String) {
    out.push_str(text);
    out.push('\n');
}
