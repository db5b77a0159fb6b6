//! The form of each kind of block, once a document is laid out ([`crate::layout`]).

use chatferry_model::document::{Block, Cell, Code, Inline, List, ListItem, ListStyle, Row, Table};

use super::Renderer;
use crate::html::{Attribute, Color, Language, Style, Tag, Void, WriteHtml};
use crate::settings::CodeBlocks;

/// The content of an empty line, cell or code block: Teams skips those without any.
const FILLER: &str = "\u{a0}";

impl Renderer<'_> {
    pub(super) fn block(&mut self, block: &Block<'_>) {
        match block {
            Block::Paragraph(content) => self.line(Tag::P, content),
            Block::Heading(heading) => self.line(Tag::heading(heading.level), &heading.content),
            Block::List(list) => self.list(list),
            Block::Quote(quote) => self.quote(&quote.blocks, None),
            Block::Code(code) => self.code(code),
            Block::Table(table) => self.table(table),
            Block::Divider => self.html.void(Void::Hr),
            Block::Image(image) => self.element(Tag::P, |this| this.image(image)),
            Block::Card(card) => {
                let color = card.color.as_deref().and_then(Color::parse);
                self.quote(&card.body, color);
            }
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

    fn list(&mut self, list: &List<'_>) {
        let tag = match list.style {
            ListStyle::Bullet | ListStyle::Task => Tag::Ul,
            ListStyle::Ordered { .. } => Tag::Ol,
        };
        self.element(tag, |this| {
            for item in &list.items {
                this.element(Tag::Li, |this| {
                    match (item.checked, list.style) {
                        (Some(true), _) => this.html.text("☑ "),
                        (Some(false), _) | (None, ListStyle::Task) => this.html.text("☐ "),
                        (None, ListStyle::Bullet | ListStyle::Ordered { .. }) => {}
                    }
                    this.item(item);
                });
            }
        });
    }

    /// Writes the lines of an item and then the lists in it.
    fn item(&mut self, item: &ListItem<'_>) {
        for (number, block) in item.blocks.iter().enumerate() {
            match block {
                Block::Paragraph(content) => {
                    if number > 0 {
                        self.html.void(Void::Br);
                    }
                    self.inlines(content);
                }
                other => self.block(other),
            }
        }
    }

    /// Writes a quotation. Teams keeps no other frame, so that it is a card too: the card's colour
    /// as a block before the first line.
    fn quote(&mut self, blocks: &[Block<'_>], color: Option<Color>) {
        self.element(Tag::Blockquote, |this| {
            let mut color = color;
            for block in blocks {
                match (block, color.take()) {
                    (Block::Paragraph(content), Some(color)) => this.element(Tag::P, |this| {
                        let style = [Attribute::Style(Style::Color(color))];
                        this.element_with(Tag::Span, &style, |this| this.html.text("█"));
                        this.html.text(" ");
                        this.inlines(content);
                    }),
                    (block, _) => this.block(block),
                }
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
                    this.element(Tag::Code, |this| this.html.code_text(text));
                });
            }
            CodeBlocks::Pre => self.element(Tag::Pre, |this| this.html.code_text(text)),
        }
    }

    fn table(&mut self, table: &Table<'_>) {
        if table.rows.is_empty() {
            return;
        }
        self.element(Tag::Table, |this| {
            this.element(Tag::Tbody, |this| {
                for row in &table.rows {
                    this.element(Tag::Tr, |this| this.row(row));
                }
            });
        });
    }

    fn row(&mut self, row: &Row<'_>) {
        for Cell { content } in &row.cells {
            self.element(Tag::Td, |this| {
                if content.is_empty() {
                    this.html.text(FILLER);
                } else {
                    this.line(Tag::P, content);
                }
            });
        }
    }
}
