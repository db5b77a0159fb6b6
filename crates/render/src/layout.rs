//! Lays out a document the way Teams' own client writes one (crates/render/TEAMS_HTML.md 3b).
//!
//! Sources nest what Teams does not: code in lists, lists in quotes, quotes in quotes. Whatever an
//! item, a quote or a card can't hold comes after it, and the rest of the list, quote or card after
//! that. The result is a document again, so that it is measured and split like any other. In it
//!
//! * an item has paragraphs and then lists; an ordered list begins at 1;
//! * a quote, which has no cite, and a card, which has only a colour, have paragraphs;
//! * header cells are bold;
//! * an empty paragraph separates two that the source keeps apart.

use chatferry_model::Text;
use chatferry_model::document::{
    Block, Card, CardField, Cite, Heading, Image, Inline, Link, List, ListItem, ListStyle, Mark,
    Quote, Table,
};

use crate::html::{SafeUrl, is_visible};
use crate::settings::RenderSettings;
use crate::time::shown;

/// The side of the small picture of a card, in CSS pixels.
const THUMBNAIL_SIDE: u32 = 75;
/// The indentation of a list within lines of text.
const INDENT: &str = "\u{a0}\u{a0}\u{a0}\u{a0}";

/// Lays out `blocks`.
pub(crate) fn lay_out<'m>(mut blocks: Vec<Block<'m>>, settings: &RenderSettings) -> Vec<Block<'m>> {
    add_gaps(&mut blocks);
    arranged(blocks, settings)
}

/// Puts an empty paragraph between two neighbours: in Teams a paragraph is merely the next line.
fn with_gaps(blocks: Vec<Block<'_>>) -> Vec<Block<'_>> {
    let has_words = |block: &Block<'_>| matches!(block, Block::Paragraph(line) if !line.is_empty());
    let mut out = Vec::with_capacity(blocks.len());
    for mut block in blocks {
        match &mut block {
            Block::List(list) => list
                .items
                .iter_mut()
                .for_each(|item| add_gaps(&mut item.blocks)),
            Block::Quote(quote) => add_gaps(&mut quote.blocks),
            Block::Card(card) => {
                add_gaps(&mut card.pretext);
                add_gaps(&mut card.body);
                card.fields
                    .iter_mut()
                    .for_each(|field| add_gaps(&mut field.value));
            }
            Block::Paragraph(_)
            | Block::Heading(_)
            | Block::Code(_)
            | Block::Table(_)
            | Block::Divider
            | Block::Image(_)
            | Block::Attachment(_) => {}
        }
        if has_words(&block) && out.last().is_some_and(has_words) {
            out.push(Block::Paragraph(Vec::new()));
        }
        out.push(block);
    }
    out
}

fn add_gaps(blocks: &mut Vec<Block<'_>>) {
    *blocks = with_gaps(std::mem::take(blocks));
}

/// Lays out a list whose items are laid out, but that may begin at any number.
pub(crate) fn lay_out_list<'m>(list: List<'m>, settings: &RenderSettings) -> Vec<Block<'m>> {
    let mut layout = Layout {
        out: Vec::new(),
        settings,
    };
    layout.whole_list(list);
    layout.out
}

fn arranged<'m>(blocks: Vec<Block<'m>>, settings: &RenderSettings) -> Vec<Block<'m>> {
    let out = Vec::with_capacity(blocks.len());
    let mut layout = Layout { out, settings };
    for block in blocks {
        layout.block(block);
    }
    layout.out
}

struct Layout<'m, 's> {
    out: Vec<Block<'m>>,
    settings: &'s RenderSettings,
}

impl<'m> Layout<'m, '_> {
    fn block(&mut self, block: Block<'m>) {
        match block {
            Block::List(list) => self.list(list),
            Block::Quote(Quote { blocks, cite }) => {
                let mut lines = Vec::new();
                lines.extend(cite.and_then(|cite| self.cite(cite)).map(Block::Paragraph));
                lines.extend(self.lines(blocks));
                self.enclose(lines, |blocks| Block::Quote(Quote { blocks, cite: None }));
            }
            Block::Card(card) => self.card(*card),
            Block::Table(table) => self.out.push(Block::Table(with_bold_headers(table))),
            Block::Paragraph(_)
            | Block::Heading(_)
            | Block::Code(_)
            | Block::Divider
            | Block::Image(_)
            | Block::Attachment(_) => self.out.push(block),
        }
    }

    fn list(&mut self, List { style, items }: List<'m>) {
        let mut style = style;
        let mut number = match style {
            ListStyle::Ordered { start } => start,
            ListStyle::Bullet | ListStyle::Task => 1,
        };
        let mut held = Vec::new();
        for ListItem { checked, blocks } in items {
            let mut blocks = arranged(blocks, self.settings);
            let lines = blocks.iter().take_while(|block| is_line(block)).count();
            let lists = blocks.iter().skip(lines);
            let lists = lists
                .take_while(|block| matches!(block, Block::List(_)))
                .count();
            let rest = blocks.split_off(lines + lists);
            number = number.saturating_add(1);
            let bare = blocks.is_empty() && style == ListStyle::Bullet && !rest.is_empty();
            if !bare {
                held.push(ListItem { checked, blocks });
            }
            if !rest.is_empty() {
                let items = std::mem::take(&mut held);
                self.whole_list(List { style, items });
                self.out.extend(rest);
                if let ListStyle::Ordered { start } = &mut style {
                    *start = number;
                }
            }
        }
        self.whole_list(List { style, items: held });
    }

    /// Adds a list of items as Teams has them; one that does not begin at 1 as lines, since Teams
    /// keeps no `start`.
    fn whole_list(&mut self, list: List<'m>) {
        match list.style {
            _ if list.items.is_empty() => {}
            ListStyle::Ordered { start } if start != 1 => {
                let lines = self.lines(vec![Block::List(list)]);
                self.out.extend(lines);
            }
            _ => self.out.push(Block::List(list)),
        }
    }

    fn card(&mut self, card: Card<'m>) {
        let Card {
            color,
            pretext,
            author,
            title,
            title_url,
            body,
            fields,
            image,
            thumbnail,
            mut footer,
            time,
        } = card;
        self.out.extend(arranged(pretext, self.settings));
        let mut lines = Vec::new();
        if let Some(author) = author.filter(|author| is_visible(&author.name)) {
            let name = vec![Inline::marked(author.name, Mark::Bold.into())];
            lines.push(linked(author.url, name));
        }
        if !title.is_empty() || title_url.is_some() {
            lines.push(linked(title_url, with_mark(title, Mark::Bold)));
        }
        lines.extend(self.lines(body));
        for field in fields {
            lines.extend(self.field(field));
        }
        let thumbnail = thumbnail.map(|image| Image {
            width: Some(THUMBNAIL_SIDE),
            height: Some(THUMBNAIL_SIDE),
            ..image
        });
        let images = image.into_iter().chain(thumbnail);
        lines.extend(images.map(|image| Block::Paragraph(vec![Inline::Image(image)])));
        if let Some(time) = time {
            if !footer.is_empty() {
                footer.push(Inline::text(" · "));
            }
            footer.push(Inline::text(shown(time, self.settings)));
        }
        if !footer.is_empty() {
            lines.push(Block::Paragraph(with_mark(footer, Mark::Italic)));
        }
        let mut color = color;
        self.enclose(lines, |body| {
            let color = color.take();
            let card = Card {
                color,
                body,
                ..Card::default()
            };
            Block::Card(Box::new(card))
        });
    }

    /// The name in bold and below it the value, or beside it where that is short.
    fn field(
        &self,
        CardField {
            title,
            value,
            short,
        }: CardField<'m>,
    ) -> Vec<Block<'m>> {
        let mut lines = self.lines(value);
        if title.is_empty() {
            return lines;
        }
        let mut title = with_mark(title, Mark::Bold);
        match lines.first_mut() {
            Some(Block::Paragraph(value)) if short => {
                title.push(Inline::text(" "));
                title.append(value);
                *value = title;
            }
            _ => lines.insert(0, Block::Paragraph(title)),
        }
        lines
    }

    /// **Ann** in **#general**, 2019-02-04 19:58 UTC
    fn cite(&self, cite: Cite<'m>) -> Option<Vec<Inline<'m>>> {
        let bold = |words: Text<'m>| Inline::marked(words, Mark::Bold.into());
        let author = cite.author.filter(|name| is_visible(name));
        let conversation = cite.conversation.filter(|name| is_visible(name));
        let url = cite.url.filter(|url| SafeUrl::parse(url).is_some());
        let time = cite.time.map(|time| shown(time, self.settings).into());
        let mut line = Vec::new();
        line.extend(author.map(bold));
        if let Some(conversation) = conversation {
            if !line.is_empty() {
                line.push(Inline::text(format!(
                    " {} ",
                    self.settings.phrases.quoted_in
                )));
            }
            let name = conversation.trim_start_matches('#');
            line.push(bold(format!("#{name}").into()));
        }
        let when = time.or_else(|| url.clone());
        if let Some(when) = when {
            if !line.is_empty() {
                line.push(Inline::text(", "));
            }
            let content = vec![Inline::text(when)];
            match url {
                Some(url) => line.push(Inline::Link(Link { url, content })),
                None => line.extend(content),
            }
        }
        (!line.is_empty()).then_some(line)
    }

    /// Encloses runs of lines; what is no line stands between.
    fn enclose(
        &mut self,
        blocks: Vec<Block<'m>>,
        mut make: impl FnMut(Vec<Block<'m>>) -> Block<'m>,
    ) {
        let mut run = Vec::new();
        for block in blocks {
            if is_line(&block) {
                run.push(block);
                continue;
            }
            self.out
                .extend(trimmed(std::mem::take(&mut run)).map(&mut make));
            self.out.push(block);
        }
        self.out.extend(trimmed(run).map(make));
    }

    /// Returns `blocks` as lines of text; what can't be one is left as it is laid out.
    fn lines(&self, blocks: Vec<Block<'m>>) -> Vec<Block<'m>> {
        let mut lines = Vec::new();
        self.add_lines(blocks, "", "", &mut lines);
        lines
    }

    /// Adds `blocks` as lines: the first begins with `first`, all others with `prefix`.
    fn add_lines(
        &self,
        blocks: Vec<Block<'m>>,
        first: &str,
        prefix: &str,
        lines: &mut Vec<Block<'m>>,
    ) {
        let mut begin = first;
        for block in blocks {
            match block {
                Block::Paragraph(content) => lines.push(prefixed(content, begin, prefix)),
                Block::Heading(Heading { content, .. }) => {
                    lines.push(prefixed(with_mark(content, Mark::Bold), begin, prefix));
                }
                Block::Image(image) => {
                    lines.push(prefixed(vec![Inline::Image(image)], begin, prefix));
                }
                Block::List(List { style, items }) => {
                    for (number, ListItem { checked, blocks }) in (0..).zip(items) {
                        let marker = marker(style, number, checked);
                        let mut first = format!("{begin}{marker}");
                        let deeper = format!("{prefix}{INDENT}");
                        if !blocks.first().is_some_and(is_line) {
                            lines.push(prefixed(Vec::new(), &first, &deeper));
                            first.clone_from(&deeper);
                        }
                        self.add_lines(blocks, &first, &deeper, lines);
                        begin = prefix;
                    }
                }
                Block::Quote(Quote { blocks, cite }) => {
                    let within = format!("{prefix}› ");
                    let mut first = format!("{begin}› ");
                    if let Some(cite) = cite.and_then(|cite| self.cite(cite)) {
                        lines.push(prefixed(cite, &first, &within));
                        first.clone_from(&within);
                    }
                    self.add_lines(blocks, &first, &within, lines);
                }
                Block::Code(_)
                | Block::Table(_)
                | Block::Divider
                | Block::Card(_)
                | Block::Attachment(_) => lines.extend(arranged(vec![block], self.settings)),
            }
            begin = prefix;
        }
    }
}

fn is_line(block: &Block<'_>) -> bool {
    matches!(block, Block::Paragraph(_))
}

/// Drops empty lines at both ends; nothing if there is no other.
pub(crate) fn trimmed(mut lines: Vec<Block<'_>>) -> Option<Vec<Block<'_>>> {
    let is_empty =
        |line: &Block<'_>| matches!(line, Block::Paragraph(content) if content.is_empty());
    let from = lines.iter().position(|line| !is_empty(line))?;
    let to = lines.iter().rposition(|line| !is_empty(line))?;
    lines.truncate(to + 1);
    Some(lines.split_off(from))
}

fn marker(style: ListStyle, number: u32, checked: Option<bool>) -> String {
    match (style, checked) {
        (_, Some(true)) => "☑ ".to_owned(),
        (_, Some(false)) | (ListStyle::Task, None) => "☐ ".to_owned(),
        (ListStyle::Bullet, None) => "• ".to_owned(),
        (ListStyle::Ordered { start }, None) => format!("{}. ", start.saturating_add(number)),
    }
}

/// A paragraph whose first line begins with `first` and all others with `prefix`.
fn prefixed<'m>(content: Vec<Inline<'m>>, first: &str, prefix: &str) -> Block<'m> {
    if first.is_empty() && prefix.is_empty() {
        return Block::Paragraph(content);
    }
    let begin = |prefix: &str| (!prefix.is_empty()).then(|| Inline::text(prefix.to_owned()));
    let mut line = Vec::with_capacity(content.len() + 1);
    line.extend(begin(first));
    for inline in content {
        let ends = inline == Inline::Break;
        line.push(inline);
        line.extend(ends.then(|| begin(prefix)).flatten());
    }
    Block::Paragraph(line)
}

fn linked<'m>(url: Option<Text<'m>>, content: Vec<Inline<'m>>) -> Block<'m> {
    Block::Paragraph(match url {
        Some(url) => vec![Inline::Link(Link { url, content })],
        None => content,
    })
}

fn with_bold_headers(mut table: Table<'_>) -> Table<'_> {
    for row in table.rows.iter_mut().filter(|row| row.header) {
        for cell in &mut row.cells {
            cell.content = with_mark(std::mem::take(&mut cell.content), Mark::Bold);
        }
    }
    table
}

/// Sets all of `content`.
pub(crate) fn with_mark(content: Vec<Inline<'_>>, mark: Mark) -> Vec<Inline<'_>> {
    content
        .into_iter()
        .map(|mut inline| {
            match &mut inline {
                Inline::Text(span) => span.marks |= mark,
                Inline::Mention(mention) => mention.marks |= mark,
                Inline::Date(date) => date.marks |= mark,
                Inline::Link(link) => {
                    link.content = with_mark(std::mem::take(&mut link.content), mark);
                }
                Inline::Emoji(_) | Inline::Image(_) | Inline::Break => {}
            }
            inline
        })
        .collect()
}
