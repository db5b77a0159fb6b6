//! Standard Markdown (CommonMark with tables, task lists and struck words) as a document.

use std::ops::Range;

use chatferry_model::Text;
use chatferry_model::document::{
    Align, Block, Cell, Code, Document, Heading, Image, ImageSource, Inline, Link, List, ListItem,
    ListStyle, Mark, Marks, Quote, Row, Table,
};
use pulldown_cmark::{Alignment, CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd};

use crate::{autolink, url};

/// Quotes and lists nested deeper than this are not told apart: every level is one of the reader's
/// stack, and of every later stage's.
const DEEPEST: usize = 16;

/// What a dialect has beyond standard Markdown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Nothing.
    #[default]
    Standard,
    /// Mattermost's (mattermost.md 4): bare addresses are links, pictures have sizes, and one tilde
    /// strikes nothing.
    Mattermost,
}

/// Words of a Markdown text: as they stand in it, or with something taken out or put in.
pub(crate) enum Words<'m> {
    /// As they stand in the text.
    Borrowed(&'m str),
    /// Unescaped or decoded.
    Owned(String),
}

/// Reads Markdown. `words` is given all words outside of code, to find emoji and mentions in them.
pub(crate) fn blocks<'m>(
    text: &'m str,
    mut words: impl FnMut(Words<'m>, Marks, &mut Vec<Inline<'m>>),
) -> Vec<Block<'m>> {
    blocks_of(text, Dialect::Standard, |found, marks, _, out| {
        words(found, marks, out);
    })
}

/// Reads Markdown of a dialect. `words` is told too whether the words are a link's.
pub(crate) fn blocks_of<'m>(
    text: &'m str,
    dialect: Dialect,
    words: impl FnMut(Words<'m>, Marks, bool, &mut Vec<Inline<'m>>),
) -> Vec<Block<'m>> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut builder = Builder {
        source: text,
        dialect,
        words,
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
    };
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        builder.take(event, range);
    }
    builder.flush();
    builder.close_line();
    builder.blocks.into_iter().flatten().collect()
}

struct Builder<'m, W> {
    source: &'m str,
    dialect: Dialect,
    words: W,
    /// Words that may go on, and where they end in the source.
    pending: Option<(Words<'m>, usize)>,
    /// How far the source has been read by itself, past what the parser made of it.
    read: usize,
    /// Of each quote, list and item that is open, whether it is told apart.
    kept: Vec<bool>,
    /// Of each emphasis and strike that is open, whether it is one.
    marking: Vec<bool>,
    marks: Marks,
    line: Vec<Inline<'m>>,
    /// The blocks of each quote and item that is open, outermost first.
    blocks: Vec<Vec<Block<'m>>>,
    lists: Vec<List<'m>>,
    links: Vec<OpenLink<'m>>,
    heading: Option<u8>,
    code: Option<Code<'m>>,
    table: Table<'m>,
}

/// A link or picture that is open.
#[derive(Default)]
struct OpenLink<'m> {
    url: Text<'m>,
    title: Option<Text<'m>>,
    /// The line around it.
    around: Vec<Inline<'m>>,
}

impl<'m, W: FnMut(Words<'m>, Marks, bool, &mut Vec<Inline<'m>>)> Builder<'m, W> {
    fn take(&mut self, event: Event<'m>, range: Range<usize>) {
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
                self.line.push(Inline::Image(Image {
                    source: ImageSource::Url(link.url),
                    alt: (!alt.is_empty()).then(|| alt.into()),
                    title: link.title,
                    width: None,
                    height: None,
                }));
            }
            TagEnd::TableHead | TagEnd::TableRow => {}
            _ => self.close_line(),
        }
    }

    fn text(&mut self, words: CowStr<'m>, range: Range<usize>) {
        if let Some(code) = &mut self.code {
            let mut joined = std::mem::take(&mut code.text).into_cow().into_owned();
            joined.push_str(&words);
            code.text = joined.into();
            return;
        }
        let plain = self.source.get(range.clone()) == Some(&*words);
        if !plain {
            if range.start >= self.read {
                self.add(Words::Owned(words.into_string()), range);
            }
            return;
        }
        let mut at = range.start.max(self.read);
        while at < range.end {
            let found = match self.dialect {
                Dialect::Mattermost if self.links.is_empty() => {
                    autolink::find(self.source, at..range.end)
                }
                _ => None,
            };
            let Some(link) = found else {
                self.add_source(at..range.end);
                return;
            };
            self.add_source(at..link.start);
            at = self.address(link);
            self.read = at;
        }
    }

    /// Takes a bare address, or the sized picture it is part of, and says where that ends.
    fn address(&mut self, link: Range<usize>) -> usize {
        let pending = match &self.pending {
            Some((Words::Borrowed(words), _)) => words,
            Some((Words::Owned(words), _)) => words.as_str(),
            None => "",
        };
        let address = self.source.get(link.clone()).unwrap_or_default();
        let after = self.source.get(link.end..).unwrap_or_default();
        if let Some((picture, before, length)) = autolink::sized_image(pending, address, after) {
            let kept = match self.pending.take() {
                Some((Words::Borrowed(words), at)) => words
                    .get(..before)
                    .map(|words| (Words::Borrowed(words), at)),
                Some((Words::Owned(mut words), at)) => {
                    words.truncate(before);
                    Some((Words::Owned(words), at))
                }
                None => None,
            };
            self.pending = kept;
            self.flush();
            self.line.push(Inline::Image(picture));
            return link.end + length;
        }
        self.flush();
        self.line.push(autolink::inline(address, self.marks));
        link.end
    }

    fn add_source(&mut self, range: Range<usize>) {
        if let Some(words) = self.source.get(range.clone()) {
            self.add(Words::Borrowed(words), range);
        }
    }

    /// Adds words to those before them, so that a name is whole which the parser took apart.
    fn add(&mut self, words: Words<'m>, range: Range<usize>) {
        let joined = match (self.pending.take(), words) {
            (None, words) => words,
            (Some((Words::Borrowed(before), end)), Words::Borrowed(words)) => {
                let whole = (end == range.start)
                    .then(|| self.source.get(end - before.len()..range.end))
                    .flatten();
                match whole {
                    Some(whole) => Words::Borrowed(whole),
                    None => Words::Owned(format!("{before}{words}")),
                }
            }
            (Some((Words::Borrowed(before), _)), Words::Owned(words)) => {
                Words::Owned(format!("{before}{words}"))
            }
            (Some((Words::Owned(mut before), _)), words) => {
                before.push_str(match &words {
                    Words::Borrowed(words) => words,
                    Words::Owned(words) => words,
                });
                Words::Owned(before)
            }
        };
        self.pending = Some((joined, range.end));
    }

    fn flush(&mut self) {
        if let Some((words, _)) = self.pending.take()
            && !matches!(&words, Words::Borrowed(""))
        {
            let in_link = !self.links.is_empty();
            (self.words)(words, self.marks, in_link, &mut self.line);
        }
    }

    /// Whether a mark is one: not within an address, nor one tilde in Mattermost, where it begins
    /// the name of a channel.
    fn mark_opens(&mut self, event: &Event<'_>, range: &Range<usize>) -> bool {
        let source = self.source.get(range.clone()).unwrap_or_default();
        let tilde = self.dialect == Dialect::Mattermost
            && matches!(event, Event::Start(Tag::Strikethrough))
            && !source.starts_with("~~");
        let inside = range.start < self.read;
        if tilde && !inside {
            self.add_source(range.start..range.start + 1);
        }
        self.marking.push(!tilde && !inside);
        !tilde && !inside
    }

    fn mark_closes(&mut self, range: &Range<usize>) -> bool {
        let marks = self.marking.pop().unwrap_or(true);
        let closing = range.end.saturating_sub(1);
        if !marks && closing >= self.read && self.source.get(closing..range.end) == Some("~") {
            self.add_source(closing..range.end);
        }
        marks
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
