//! Standard Markdown (CommonMark with tables, task lists and struck words) as a document.

use chatferry_model::Text;
use chatferry_model::document::{
    Align, Block, Cell, Code, Heading, Image, ImageSource, Inline, Link, List, ListItem, ListStyle,
    Mark, Marks, Quote, Row, Table,
};
use pulldown_cmark::{Alignment, CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd};

use crate::url;

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
    words: impl FnMut(Words<'m>, Marks, &mut Vec<Inline<'m>>),
) -> Vec<Block<'m>> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut builder = Builder {
        words,
        marks: Marks::NONE,
        line: Vec::new(),
        blocks: vec![Vec::new()],
        lists: Vec::new(),
        links: Vec::new(),
        heading: None,
        code: None,
        table: Table::default(),
    };
    for event in Parser::new_ext(text, options) {
        builder.take(event);
    }
    builder.close_line();
    builder.blocks.into_iter().flatten().collect()
}

struct Builder<'m, W> {
    words: W,
    marks: Marks,
    line: Vec<Inline<'m>>,
    /// The blocks of each quote and item that is open, outermost first.
    blocks: Vec<Vec<Block<'m>>>,
    lists: Vec<List<'m>>,
    /// Where open links and pictures lead, with the line around them.
    links: Vec<(Text<'m>, Vec<Inline<'m>>)>,
    heading: Option<u8>,
    code: Option<Code<'m>>,
    table: Table<'m>,
}

impl<'m, W: FnMut(Words<'m>, Marks, &mut Vec<Inline<'m>>)> Builder<'m, W> {
    fn take(&mut self, event: Event<'m>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(words) => self.text(words),
            Event::Code(code) | Event::InlineMath(code) | Event::DisplayMath(code) => {
                self.line
                    .push(Inline::marked(text(code), self.marks | Mark::Code));
            }
            Event::Html(html) | Event::InlineHtml(html) => {
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
                self.blocks.push(Vec::new());
            }
            Tag::CodeBlock(kind) => {
                self.close_line();
                let language = match kind {
                    CodeBlockKind::Fenced(name) if !name.is_empty() => Some(text(name)),
                    _ => None,
                };
                self.code = Some(Code {
                    language,
                    text: Text::default(),
                });
            }
            Tag::List(start) => {
                self.close_line();
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
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                let around = std::mem::take(&mut self.line);
                self.links
                    .push((url::without_token(text(dest_url)), around));
            }
            _ => self.close_line(),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::BlockQuote(_) => {
                self.close_line();
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
                let blocks = self.blocks.pop().unwrap_or_default();
                if let Some(item) = self.lists.last_mut().and_then(|list| list.items.last_mut()) {
                    item.blocks = blocks;
                }
            }
            TagEnd::List(_) => {
                if let Some(list) = self.lists.pop() {
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
                let (url, content) = self.close_link();
                self.line.push(Inline::Link(Link { url, content }));
            }
            TagEnd::Image => {
                let (url, content) = self.close_link();
                let mut alt = String::new();
                for inline in &content {
                    if let Inline::Text(span) = inline {
                        alt.push_str(&span.text);
                    }
                }
                self.line.push(Inline::Image(Image {
                    source: ImageSource::Url(url),
                    alt: (!alt.is_empty()).then(|| alt.into()),
                    title: None,
                    width: None,
                    height: None,
                }));
            }
            TagEnd::TableHead | TagEnd::TableRow => {}
            _ => self.close_line(),
        }
    }

    fn text(&mut self, words: CowStr<'m>) {
        if let Some(code) = &mut self.code {
            let mut joined = std::mem::take(&mut code.text).into_cow().into_owned();
            joined.push_str(&words);
            code.text = joined.into();
            return;
        }
        let words = match words {
            CowStr::Borrowed(words) => Words::Borrowed(words),
            words => Words::Owned(words.into_string()),
        };
        (self.words)(words, self.marks, &mut self.line);
    }

    fn close_link(&mut self) -> (Text<'m>, Vec<Inline<'m>>) {
        let (url, around) = self.links.pop().unwrap_or_default();
        (url, std::mem::replace(&mut self.line, around))
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
                prop_assert!(shown.contains(word) || shown.is_empty() && text.contains("```"), "{word:?} of {text:?} in {shown:?}");
            }
        }
    }
}
