//! Cards: framed boxes beside or below the text.
//!
//! Teams keeps no decoration in a message but a quotation's bar, so a card is a quotation: the
//! colour as a block before the first line, author and title in bold, short fields two in a row.

use chatferry_model::document::{Block, Card, CardField};

use super::Renderer;
use super::picture::{LONGEST_SIDE, THUMBNAIL_SIDE};
use crate::html::{Attribute, Color, Style, Tag, Void, WriteHtml, is_visible};
use crate::time::shown;

impl Renderer<'_> {
    pub(super) fn card(&mut self, card: &Card<'_>) {
        self.blocks(&card.pretext);
        if is_empty(card) {
            return;
        }
        self.element(Tag::Blockquote, |this| {
            this.card_head(card);
            this.blocks(&card.body);
            this.fields(&card.fields);
            if let Some(image) = &card.image {
                this.image_line(image, LONGEST_SIDE);
            }
            if let Some(image) = &card.thumbnail {
                this.image_line(image, THUMBNAIL_SIDE);
            }
            this.card_foot(card);
        });
    }

    fn card_head(&mut self, card: &Card<'_>) {
        let author = card
            .author
            .as_ref()
            .filter(|author| is_visible(&author.name));
        let mut color = card.color.as_deref().and_then(Color::parse);
        if let Some(author) = author {
            self.element(Tag::P, |this| {
                this.color(color.take());
                this.link_or_address(author.url.as_deref(), |this| {
                    this.bold(|this| this.html.spaced_text(&author.name));
                });
            });
        }
        if !card.title.is_empty() {
            self.element(Tag::P, |this| {
                this.color(color.take());
                this.link_or_address(card.title_url.as_deref(), |this| {
                    this.bold(|this| this.inlines(&card.title));
                });
            });
        } else if let Some(url) = card.title_url.as_deref() {
            self.element(Tag::P, |this| {
                this.color(color.take());
                this.link_or_address(Some(url), |this| this.html.text(url));
            });
        }
    }

    fn color(&mut self, color: Option<Color>) {
        if let Some(color) = color {
            let style = [Attribute::Style(Style::Color(color))];
            self.element_with(Tag::Span, &style, |this| this.html.text("█"));
            self.html.text(" ");
        }
    }

    /// Short fields that follow one another share a table of two columns.
    fn fields(&mut self, fields: &[CardField<'_>]) {
        for run in fields.chunk_by(|a, b| a.short && b.short) {
            if run.len() == 1 {
                for field in run {
                    self.field(field);
                }
                continue;
            }
            self.element(Tag::Table, |this| {
                this.element(Tag::Tbody, |this| {
                    for pair in run.chunks(2) {
                        this.element(Tag::Tr, |this| {
                            for field in pair {
                                this.element(Tag::Td, |this| this.field_lines(field));
                            }
                        });
                    }
                });
            });
        }
    }

    fn field(&mut self, field: &CardField<'_>) {
        match &*field.value {
            [] | [Block::Paragraph(_)] => {
                self.element(Tag::P, |this| this.field_lines(field));
            }
            value => {
                if !field.title.is_empty() {
                    self.element(Tag::P, |this| this.bold(|this| this.inlines(&field.title)));
                }
                self.blocks(value);
            }
        }
    }

    /// The name in bold, the value below it.
    fn field_lines(&mut self, field: &CardField<'_>) {
        if !field.title.is_empty() {
            self.bold(|this| this.inlines(&field.title));
        }
        match &*field.value {
            [Block::Paragraph(content)] => {
                if !field.title.is_empty() {
                    self.html.void(Void::Br);
                }
                self.inlines(content);
            }
            value => self.blocks(value),
        }
    }

    fn card_foot(&mut self, card: &Card<'_>) {
        if card.footer.is_empty() && card.time.is_none() {
            return;
        }
        self.element(Tag::P, |this| {
            this.element(Tag::Em, |this| {
                this.inlines(&card.footer);
                if let Some(time) = card.time {
                    if !card.footer.is_empty() {
                        this.html.text(" · ");
                    }
                    let shown = shown(time, this.scope.settings);
                    this.html.text(&shown);
                }
            });
        });
    }
}

/// Returns true if there is nothing in the decoration.
fn is_empty(card: &Card<'_>) -> bool {
    let Card {
        color: _,
        pretext: _,
        author,
        title,
        title_url,
        body,
        fields,
        image,
        thumbnail,
        footer,
        time,
    } = card;
    author.is_none()
        && title.is_empty()
        && title_url.is_none()
        && body.is_empty()
        && fields.is_empty()
        && image.is_none()
        && thumbnail.is_none()
        && footer.is_empty()
        && time.is_none()
}
