//! The form of each kind of block.

use chatferry_model::document::{
    Align, Block, Cell, Cite, Code, Image, Inline, List, ListItem, ListStyle, Mark, Quote, Row,
    Table,
};

use super::Renderer;
use super::picture::LONGEST_SIDE;
use crate::html::{
    Alignment, Attribute, Language, Numbering, SafeUrl, Style, Tag, Void, WriteHtml, is_visible,
};
use crate::settings::CodeBlocks;
use crate::time::shown;

/// A space that is there to be seen: Teams leaves out empty lines and cells.
const FILLER: &str = "\u{a0}";

impl Renderer<'_> {
    pub(super) fn block(&mut self, block: &Block<'_>) {
        match block {
            Block::Paragraph(content) => self.line(Tag::P, content),
            Block::Heading(heading) => self.line(Tag::heading(heading.level), &heading.content),
            Block::List(list) => self.list(list),
            Block::Quote(quote) => self.quote(quote),
            Block::Code(code) => self.code(code),
            Block::Table(table) => self.table(table),
            Block::Divider => self.html.void(Void::Hr),
            Block::Image(image) => self.image_line(image, LONGEST_SIDE),
            Block::Card(card) => self.card(card),
            Block::Attachment(place) => {
                let files = self.scope.files;
                self.file(files.iter().find(|file| file.id == place.file));
            }
        }
    }

    fn line(&mut self, tag: Tag, content: &[Inline<'_>]) {
        self.element(tag, |this| {
            if content.is_empty() {
                this.html.text(FILLER);
            }
            this.inlines(content);
        });
    }

    pub(super) fn image_line(&mut self, image: &Image<'_>, side: u32) {
        self.element(Tag::P, |this| this.image(image, side));
    }

    fn list(&mut self, list: &List<'_>) {
        match list.style {
            ListStyle::Bullet | ListStyle::Task => {
                self.element(Tag::Ul, |this| this.items(list));
            }
            ListStyle::Ordered { start } => {
                let numbering = Numbering::at_depth(self.ordered);
                let mut attributes = Vec::new();
                if start != 1 {
                    attributes.push(Attribute::Start(start));
                }
                if numbering != Numbering::Decimal {
                    attributes.push(Attribute::Type(numbering));
                }
                self.ordered += 1;
                self.element_with(Tag::Ol, &attributes, |this| this.items(list));
                self.ordered -= 1;
            }
        }
    }

    fn items(&mut self, list: &List<'_>) {
        for item in &list.items {
            self.element(Tag::Li, |this| {
                match (item.checked, list.style) {
                    (Some(true), _) => this.html.text("☑ "),
                    (Some(false), _) | (None, ListStyle::Task) => this.html.text("☐ "),
                    (None, ListStyle::Bullet | ListStyle::Ordered { .. }) => {}
                }
                this.item(item);
            });
        }
    }

    /// The first paragraph stands on the marker's line, without space around it.
    fn item(&mut self, item: &ListItem<'_>) {
        match item.blocks.split_first() {
            Some((Block::Paragraph(content), rest)) => {
                self.inlines(content);
                self.blocks(rest);
            }
            _ => self.blocks(&item.blocks),
        }
    }

    fn quote(&mut self, quote: &Quote<'_>) {
        self.element(Tag::Blockquote, |this| {
            if let Some(cite) = &quote.cite {
                this.cite(cite);
            }
            this.blocks(&quote.blocks);
        });
    }

    /// **Ann** in **#general**, 2019-02-04 19:58 UTC
    fn cite(&mut self, cite: &Cite<'_>) {
        let author = cite.author.as_deref().filter(|name| is_visible(name));
        let conversation = cite.conversation.as_deref().filter(|name| is_visible(name));
        let url = cite.url.as_deref().and_then(SafeUrl::parse);
        let time = cite.time.map(|time| shown(time, self.scope.settings));
        let when = time.as_deref().or(url.as_ref().map(SafeUrl::as_str));
        if author.is_none() && conversation.is_none() && when.is_none() {
            return;
        }
        self.element(Tag::P, |this| {
            if let Some(author) = author {
                this.element(Tag::Strong, |this| this.html.spaced_text(author));
            }
            if let Some(conversation) = conversation {
                if author.is_some() {
                    let within = this.scope.settings.texts.quoted_in;
                    this.html.text(" ");
                    this.html.text(within);
                    this.html.text(" ");
                }
                this.element(Tag::Strong, |this| {
                    this.html.text("#");
                    this.html.spaced_text(conversation.trim_start_matches('#'));
                });
            }
            if let Some(when) = when {
                if author.is_some() || conversation.is_some() {
                    this.html.text(", ");
                }
                this.maybe_link(url.as_ref(), |this| this.html.text(when));
            }
        });
    }

    fn code(&mut self, code: &Code<'_>) {
        let text = code.text.trim_end_matches(['\n', '\r']);
        let text = if text.is_empty() { FILLER } else { text };
        match self.scope.settings.code_blocks {
            CodeBlocks::Codeblock => {
                let language = code
                    .language
                    .as_deref()
                    .map_or(Language::PLAIN, Language::named);
                self.element_with(Tag::Codeblock, &[Attribute::Class(language)], |this| {
                    this.element(Tag::Code, |this| this.html.text(text));
                });
            }
            CodeBlocks::Pre => self.element(Tag::Pre, |this| this.html.spaced_text(text)),
        }
    }

    fn table(&mut self, table: &Table<'_>) {
        if table.rows.is_empty() {
            return;
        }
        self.element(Tag::Table, |this| {
            this.element(Tag::Tbody, |this| {
                for row in &table.rows {
                    this.element(Tag::Tr, |this| this.row(row, &table.align));
                }
            });
        });
    }

    fn row(&mut self, row: &Row<'_>, align: &[Align]) {
        let tag = if row.header { Tag::Th } else { Tag::Td };
        for (column, Cell { content }) in row.cells.iter().enumerate() {
            let style = match align.get(column).copied().unwrap_or_default() {
                Align::None => None,
                Align::Left => Some(Alignment::Left),
                Align::Center => Some(Alignment::Center),
                Align::Right => Some(Alignment::Right),
            };
            let style = style.map(|alignment| Attribute::Style(Style::Align(alignment)));
            self.element_with(tag, style.as_slice(), |this| {
                if content.is_empty() {
                    this.html.text(FILLER);
                }
                this.inlines(content);
            });
        }
    }

    /// Words in bold, on a line of their own.
    pub(super) fn bold(&mut self, content: impl FnOnce(&mut Self)) {
        self.marked(Mark::Bold.into(), content);
    }
}
