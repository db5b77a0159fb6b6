//! Events of the parser as blocks.

use std::ops::Range;

use chatferry_model::Text;
use chatferry_model::document::{
    Align, Block, Cell, Code, Document, Heading, Image, ImageSource, Inline, Link, List, ListItem,
    ListStyle, Mark, Marks, Quote, Row, Table,
};
use pulldown_cmark::{Alignment, CodeBlockKind, CowStr, Event, Tag, TagEnd};

use super::{Dialect, Inlines, Words};
use crate::url;

/// Quotes and lists nested deeper than this are not told apart: every level is one of the reader's
/// stack, and of every later stage's.
const DEEPEST: usize = 16;

/// Takes events in their order.
pub(super) struct Builder<'m, W> {
    pub(super) source: &'m str,
    pub(super) dialect: Dialect,
    pub(super) inlines: W,
    /// Words that may go on, and where they end in the source.
    pub(super) pending: Option<(Words<'m>, usize)>,
    /// The bytes of the source read by itself, past what the parser made of it.
    pub(super) read: usize,
    /// Of each quote, list and item that is open, whether it is told apart.
    kept: Vec<bool>,
    /// Of each emphasis and strike that is open, whether it is one.
    pub(super) marking: Vec<bool>,
    pub(super) marks: Marks,
    pub(super) line: Vec<Inline<'m>>,
    /// The blocks of each quote and item that is open, outermost first.
    blocks: Vec<Vec<Block<'m>>>,
    lists: Vec<List<'m>>,
    pub(super) links: Vec<OpenLink<'m>>,
    heading: Option<u8>,
    pub(super) code: Option<Code<'m>>,
    table: Table<'m>,
}

/// A link or picture that is open.
#[derive(Default)]
pub(super) struct OpenLink<'m> {
    url: Text<'m>,
    title: Option<Text<'m>>,
    /// The line around it.
    around: Vec<Inline<'m>>,
}

impl<'m, W: Inlines<'m>> Builder<'m, W> {
    pub(super) fn new(source: &'m str, dialect: Dialect, inlines: W) -> Self {
        Self {
            source,
            dialect,
            inlines,
            pending: None,
            read: 0,
            kept: Vec::new(),
            marking: Vec::new(),
            marks: Marks::NONE,
            line: Vec::new(),
            blocks: vec![Vec::new()],
            lists: Vec::new(),
            links: Vec::new(),
            heading: None,
            code: None,
            table: Table::default(),
        }
    }

    /// All blocks.
    pub(super) fn finish(mut self) -> Vec<Block<'m>> {
        self.flush();
        self.close_line();
        self.blocks.into_iter().flatten().collect()
    }

    pub(super) fn take(&mut self, event: Event<'m>, range: Range<usize>) {
        let event = match event {
            Event::Text(words) => return self.text(words, range),
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough)
                if !self.mark_opens(&event, &range) =>
            {
                return;
            }
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough)
                if !self.mark_closes(&range) =>
            {
                return;
            }
            event => event,
        };
        self.flush();
        match event {
            Event::Text(_) => {}
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Code(_) | Event::InlineHtml(_) if range.start < self.read => {}
            Event::Code(code) | Event::InlineMath(code) | Event::DisplayMath(code) => {
                self.line
                    .push(Inline::marked(text(code), self.marks | Mark::Code));
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                if range.start > 0
                    && self.source.as_bytes().get(range.start - 1) == Some(&b'\n')
                    && !matches!(self.line.last(), None | Some(Inline::Break))
                {
                    self.line.push(Inline::Break);
                }
                let mut lines = html.lines().peekable();
                while let Some(words) = lines.next() {
                    self.line.push(Inline::marked(words.to_owned(), self.marks));
                    if lines.peek().is_some() {
                        self.line.push(Inline::Break);
                    }
                }
            }
            Event::FootnoteReference(name) => {
                self.line
                    .push(Inline::marked(format!("[{name}]"), self.marks));
            }
            Event::SoftBreak | Event::HardBreak => self.line.push(Inline::Break),
            Event::Rule => {
                self.close_line();
                self.push(Block::Divider);
            }
            Event::TaskListMarker(checked) => {
                if let Some(list) = self.lists.last_mut() {
                    list.style = ListStyle::Task;
                    if let Some(item) = list.items.last_mut() {
                        item.checked = Some(checked);
                    }
                }
            }
        }
    }

    fn start(&mut self, tag: Tag<'m>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.close_line();
                self.heading = Some(level as u8);
            }
            Tag::BlockQuote(_) => {
                self.close_line();
                if self.keep() {
                    self.blocks.push(Vec::new());
                }
            }
            Tag::CodeBlock(kind) => {
                self.close_line();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => {
                        let name = info.split_whitespace().next();
                        name.map(|name| name.to_owned().into())
                    }
                    CodeBlockKind::Indented => None,
                };
                self.code = Some(Code {
                    language,
                    text: Text::default(),
                });
            }
            Tag::List(start) => {
                self.close_line();
                if !self.keep() {
                    return;
                }
                let style = start.map_or(ListStyle::Bullet, |start| ListStyle::Ordered {
                    start: u32::try_from(start).unwrap_or(u32::MAX),
                });
                self.lists.push(List {
                    style,
                    items: Vec::new(),
                });
            }
            Tag::Item => {
                self.close_line();
                if !self.keep() {
                    return;
                }
                if let Some(list) = self.lists.last_mut() {
                    list.items.push(ListItem::default());
                }
                self.blocks.push(Vec::new());
            }
            Tag::Table(align) => {
                self.close_line();
                self.table = Table {
                    align: align.into_iter().map(alignment).collect(),
                    rows: Vec::new(),
                };
            }
            Tag::TableHead => self.table.rows.push(Row {
                header: true,
                cells: Vec::new(),
            }),
            Tag::TableRow => self.table.rows.push(Row::default()),
            Tag::Emphasis => self.marks |= Mark::Italic,
            Tag::Strong => self.marks |= Mark::Bold,
            Tag::Strikethrough => self.marks |= Mark::Strike,
            Tag::Link {
                dest_url, title, ..
            }
            | Tag::Image {
                dest_url, title, ..
            } => self.links.push(OpenLink {
                url: url::without_token(text(dest_url)),
                title: (!title.is_empty()).then(|| text(title)),
                around: std::mem::take(&mut self.line),
            }),
            _ => self.close_line(),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::BlockQuote(_) => {
                self.close_line();
                if !self.was_kept() {
                    return;
                }
                let blocks = self.blocks.pop().unwrap_or_default();
                self.push(Block::Quote(Quote { blocks, cite: None }));
            }
            TagEnd::CodeBlock => {
                if let Some(mut code) = self.code.take() {
                    if let Some(text) = code.text.strip_suffix('\n') {
                        code.text = text.to_owned().into();
                    }
                    self.push(Block::Code(code));
                }
            }
            TagEnd::Item => {
                self.close_line();
                if !self.was_kept() {
                    return;
                }
                let blocks = self.blocks.pop().unwrap_or_default();
                if let Some(item) = self.lists.last_mut().and_then(|list| list.items.last_mut()) {
                    item.blocks = blocks;
                }
            }
            TagEnd::List(_) => {
                if self.was_kept()
                    && let Some(list) = self.lists.pop()
                {
                    self.push(Block::List(list));
                }
            }
            TagEnd::Table => {
                let table = std::mem::take(&mut self.table);
                self.push(Block::Table(table));
            }
            TagEnd::TableCell => {
                let content = std::mem::take(&mut self.line);
                if let Some(row) = self.table.rows.last_mut() {
                    row.cells.push(Cell { content });
                }
            }
            TagEnd::Emphasis => self.marks = self.marks.without(Mark::Italic),
            TagEnd::Strong => self.marks = self.marks.without(Mark::Bold),
            TagEnd::Strikethrough => self.marks = self.marks.without(Mark::Strike),
            TagEnd::Link => {
                let (link, content) = self.close_link();
                let url = link.url;
                self.line.push(Inline::Link(Link { url, content }));
            }
            TagEnd::Image => {
                let (link, content) = self.close_link();
                let words = Document {
                    blocks: vec![Block::Paragraph(content)],
                };
                let alt = words.to_plain_text();
                let picture = self.inlines.picture(Image {
                    source: ImageSource::Url(link.url),
                    alt: (!alt.is_empty()).then(|| alt.into()),
                    title: link.title,
                    width: None,
                    height: None,
                });
                self.line.push(picture);
            }
            TagEnd::TableHead | TagEnd::TableRow => {}
            _ => self.close_line(),
        }
    }

    /// Notes that a quote, list or item opens, and whether it is told apart.
    fn keep(&mut self) -> bool {
        let keep = self.blocks.len() < DEEPEST && self.kept.last().is_none_or(|kept| *kept);
        self.kept.push(keep);
        keep
    }

    fn was_kept(&mut self) -> bool {
        self.kept.pop().unwrap_or(false)
    }

    fn close_link(&mut self) -> (OpenLink<'m>, Vec<Inline<'m>>) {
        let mut link = self.links.pop().unwrap_or_default();
        let around = std::mem::take(&mut link.around);
        (link, std::mem::replace(&mut self.line, around))
    }

    /// Ends the paragraph or heading that is open.
    fn close_line(&mut self) {
        let content = std::mem::take(&mut self.line);
        let level = self.heading.take();
        if content.is_empty() {
            return;
        }
        self.push(match level {
            Some(level) => Block::Heading(Heading { level, content }),
            None => Block::Paragraph(content),
        });
    }

    fn push(&mut self, block: Block<'m>) {
        if let Some(blocks) = self.blocks.last_mut() {
            blocks.push(block);
        }
    }
}

fn alignment(of_column: Alignment) -> Align {
    match of_column {
        Alignment::None => Align::None,
        Alignment::Left => Align::Left,
        Alignment::Center => Align::Center,
        Alignment::Right => Align::Right,
    }
}

fn text(words: CowStr<'_>) -> Text<'_> {
    match words {
        CowStr::Borrowed(words) => words.into(),
        words => words.into_string().into(),
    }
}
