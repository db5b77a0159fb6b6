//! Splits a document that is too large for one post, between blocks where that is possible.
//!
//! The document is split, not its HTML: each part is a document again, so lists and code blocks are
//! opened anew, and no tag, entity or grapheme is ever cut.

mod inline;
mod text;
mod whole;

use std::collections::VecDeque;

use chatferry_model::Text;
use chatferry_model::document::{
    Block, Code, Document, Heading, Image, ImageSource, Inline, List, ListItem, ListStyle, Quote,
    Row, Table,
};

use crate::document::{Renderer, Scope};
use crate::html::Html;
use crate::layout::{lay_out_list, trimmed};
use crate::size::size;
use text::Boundary;
use whole::places_within;
pub(crate) use whole::{oversized_text_as_files, with_previews_apart};

/// The bytes kept free in each part: for the line that numbers it and for growing numbers of lists.
const RESERVE: usize = 160;
/// A part is never planned smaller, whatever the settings say.
const LEAST: usize = 256;
/// Files that may be attached to one post (crates/graph/RULES.md 2.4).
pub(crate) const MOST_FILES: usize = 10;

/// Splits `blocks`, which have that many files, into parts of which each is within the `limit`
/// together with the blocks `around` that every part gets.
pub(crate) fn split<'m>(
    blocks: Vec<Block<'m>>,
    scope: Scope<'m>,
    around: &[Block<'_>],
    files: usize,
    limit: usize,
) -> Vec<Vec<Block<'m>>> {
    let mut splitter = Splitter {
        scope,
        limit: 0,
        file_weight: 0,
    };
    let kept: usize = around.iter().map(|block| splitter.size(block)).sum();
    splitter.limit = limit.saturating_sub(kept + RESERVE).max(LEAST);
    if files > MOST_FILES {
        splitter.file_weight = splitter.limit.div_ceil(MOST_FILES);
    }

    let mut rest = VecDeque::from(blocks);
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let part = splitter.take(&mut rest, splitter.limit, true);
        if !part.is_empty() {
            parts.extend(trimmed(part));
        } else if let Some(block) = rest.pop_front() {
            // Nested so deeply that nothing of it fits: its words do.
            match block {
                Block::Paragraph(_) | Block::Attachment(_) => parts.push(vec![block]),
                other => {
                    let mut blocks = words_of(&other);
                    blocks.extend(places_within(&other));
                    prepend(&mut rest, blocks);
                }
            }
        }
    }
    parts
}

struct Splitter<'m> {
    scope: Scope<'m>,
    /// The room of a part that holds nothing yet.
    limit: usize,
    /// The least weight of each file, so that no part gets more than it may have.
    file_weight: usize,
}

/// The outcome for a block that does not fit.
enum Cut<'m> {
    /// The block was cut, or nothing of it fits and all of it is left.
    Apart(Option<Block<'m>>, Vec<Block<'m>>),
    /// The block cannot be cut; these have the same meaning and can.
    Instead(Vec<Block<'m>>),
}

impl<'m> Splitter<'m> {
    /// Takes from the front of `rest` what fits into `room`; `fresh` if that is all the room there
    /// will ever be.
    fn take(&self, rest: &mut VecDeque<Block<'m>>, room: usize, fresh: bool) -> Vec<Block<'m>> {
        let mut taken = Vec::new();
        let mut left = room;
        while let Some(block) = rest.pop_front() {
            let size = match &block {
                // At least: rendering a megabyte for each part of it would take long.
                Block::Code(code) if code.text.len() > self.limit => code.text.len(),
                block => self.size(block),
            };
            if size <= left {
                left -= size;
                taken.push(block);
                continue;
            }
            let fresh = fresh && taken.is_empty();
            if !fresh && size <= self.limit {
                rest.push_front(block);
                break;
            }
            match self.cut(block, left, fresh) {
                Cut::Instead(blocks) => prepend(rest, blocks),
                Cut::Apart(head, tail) => {
                    taken.extend(head);
                    prepend(rest, tail);
                    break;
                }
            }
        }
        taken
    }

    fn cut(&self, block: Block<'m>, room: usize, fresh: bool) -> Cut<'m> {
        match block {
            Block::Paragraph(content) => self.cut_line(content, room, fresh, &Block::Paragraph),
            Block::Heading(Heading { level, content }) => {
                let make = |content| Block::Heading(Heading { level, content });
                self.cut_line(content, room, fresh, &make)
            }
            Block::List(list) => self.cut_list(list, room, fresh),
            Block::Quote(quote) => self.cut_quote(quote.blocks, room, fresh),
            Block::Code(code) => self.cut_code(code, room, fresh),
            Block::Table(table) => self.cut_table(table, room, fresh),
            Block::Divider => Cut::Apart(None, vec![Block::Divider]),
            Block::Image(image) => Cut::Instead(words_of_image(image)),
            Block::Card(card) => Cut::Instead(vec![quote(card.body)]),
            Block::Attachment(_) => Cut::Apart(None, vec![block]),
        }
    }

    fn cut_list(&self, list: List<'m>, room: usize, fresh: bool) -> Cut<'m> {
        let style = list.style;
        let make = |items| Block::List(List { style, items });
        let around = self.size(&make(Vec::new()));
        let mut left = room.saturating_sub(around);
        let mut rest = VecDeque::from(list.items);
        let mut head = Vec::new();
        // Whether the last item of the head goes on in the rest.
        let mut goes_on = false;
        while let Some(item) = rest.pop_front() {
            let (size, item) = self.size_of_item(item, style);
            let size = size - around;
            if size <= left {
                left -= size;
                head.push(item);
                continue;
            }
            let fresh = fresh && head.is_empty();
            let ListItem { checked, blocks } = item;
            let mut blocks = VecDeque::from(blocks);
            if fresh || size > self.limit {
                let marker = size_of_marker(checked, style);
                let taken = self.take(&mut blocks, left.saturating_sub(marker), fresh);
                goes_on = !taken.is_empty() && !blocks.is_empty();
                if !taken.is_empty() {
                    head.push(ListItem {
                        checked,
                        blocks: taken,
                    });
                }
            }
            if !blocks.is_empty() {
                rest.push_front(ListItem {
                    checked,
                    blocks: blocks.into(),
                });
            }
            break;
        }
        let mut tail = List {
            style,
            items: rest.into(),
        };
        if let ListStyle::Ordered { start } = &mut tail.style {
            let done = head.len() - usize::from(goes_on);
            *start = start.saturating_add(u32::try_from(done).unwrap_or(u32::MAX));
        }
        Cut::Apart(
            (!head.is_empty()).then(|| make(head)),
            lay_out_list(tail, self.scope.settings),
        )
    }

    fn size_of_item(&self, item: ListItem<'m>, style: ListStyle) -> (usize, ListItem<'m>) {
        let mut list = List {
            style,
            items: vec![item],
        };
        let block = Block::List(list);
        let size = self.size(&block);
        list = match block {
            Block::List(list) => list,
            _ => List {
                style,
                items: Vec::new(),
            },
        };
        (size, list.items.pop().unwrap_or_default())
    }

    fn cut_quote(&self, blocks: Vec<Block<'m>>, room: usize, fresh: bool) -> Cut<'m> {
        let left = room.saturating_sub(self.size(&quote(Vec::new())));
        let mut rest = VecDeque::from(blocks);
        let head = self.take(&mut rest, left, fresh);
        let part = |blocks: Vec<Block<'m>>| (!blocks.is_empty()).then(|| quote(blocks));
        Cut::Apart(part(head), part(rest.into()).into_iter().collect())
    }

    fn cut_code(&self, code: Code<'m>, room: usize, fresh: bool) -> Cut<'m> {
        let make = |text| {
            let language = code.language.clone();
            Block::Code(Code { language, text })
        };
        let left = room.saturating_sub(self.size(&make(Text::default())));
        let at = text::cut_at(&code.text, left, Boundary::Line, fresh);
        let (head, tail) = text::halves(code.text.clone(), at);
        Cut::Apart(head.map(make), tail.map(make).into_iter().collect())
    }

    fn cut_table(&self, table: Table<'m>, room: usize, fresh: bool) -> Cut<'m> {
        let align = table.align;
        let make = |rows| {
            let align = align.clone();
            Block::Table(Table { align, rows })
        };
        let mut rest = VecDeque::from(table.rows);
        let mut head: Vec<Row<'m>> = Vec::new();
        while let Some(row) = rest.pop_front() {
            head.push(row);
            let block = make(std::mem::take(&mut head));
            let size = self.size(&block);
            if let Block::Table(table) = block {
                head = table.rows;
            }
            if size > room {
                rest.extend(head.pop());
                rest.rotate_right(1);
                break;
            }
        }
        if head.is_empty() && fresh {
            // One row that is too large for a post: its cells follow one another.
            let cells = rest.pop_front().unwrap_or_default().cells;
            let mut blocks: Vec<Block<'m>> = cells
                .into_iter()
                .map(|cell| Block::Paragraph(cell.content))
                .collect();
            if !rest.is_empty() {
                blocks.push(make(rest.into()));
            }
            return Cut::Instead(blocks);
        }
        Cut::Apart(
            (!head.is_empty()).then(|| make(head)),
            (!rest.is_empty())
                .then(|| make(rest.into()))
                .into_iter()
                .collect(),
        )
    }

    /// Returns the size of a block when it is rendered.
    fn size(&self, block: &Block<'_>) -> usize {
        let mut renderer = Renderer::new(self.scope, Html::default());
        renderer.blocks(std::slice::from_ref(block));
        // A picture may have to go as a file where many come together.
        let files = renderer.files.len() + renderer.images.len();
        size(&renderer).max(files * self.file_weight)
    }
}

/// The bytes of an item around its blocks.
fn size_of_marker(checked: Option<bool>, style: ListStyle) -> usize {
    let marked = checked.is_some() || style == ListStyle::Task;
    "<li></li>".len() + if marked { "☑ ".len() } else { 0 }
}

fn quote(blocks: Vec<Block<'_>>) -> Block<'_> {
    Block::Quote(Quote { blocks, cite: None })
}

fn prepend<'m>(rest: &mut VecDeque<Block<'m>>, blocks: Vec<Block<'m>>) {
    for block in blocks.into_iter().rev() {
        rest.push_front(block);
    }
}

/// The words of a block without any form.
fn words_of<'m>(block: &Block<'m>) -> Vec<Block<'m>> {
    let words = Document {
        blocks: vec![block.clone()],
    }
    .to_plain_text();
    words
        .lines()
        .map(|line| Block::Paragraph(vec![Inline::text(line.to_owned())]))
        .collect()
}

fn words_of_image(image: Image<'_>) -> Vec<Block<'_>> {
    let url = match image.source {
        ImageSource::Url(url) => Some(url),
        ImageSource::File(_) => None,
    };
    [image.title, image.alt, url]
        .into_iter()
        .flatten()
        .map(|words| Block::Paragraph(vec![Inline::text(words.into_cow())]))
        .collect()
}
