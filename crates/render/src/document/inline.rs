//! The form of what stands within a line.

use chatferry_model::document::{Date, Inline, Mark, Marks};

use jiff::fmt::strtime;

use super::Renderer;
use crate::html::{Attribute, Style, Tag, Void, WriteHtml, is_visible};
use crate::time::shown;

impl Renderer<'_> {
    pub(super) fn inlines(&mut self, content: &[Inline<'_>]) {
        // Neighbours set alike share their elements.
        for run in content.chunk_by(|a, b| !marks(a).is_none() && marks(a) == marks(b)) {
            let marks = run.first().map_or(Marks::NONE, marks);
            self.marked(marks, |this| {
                for inline in run {
                    this.inline(inline);
                }
            });
        }
    }

    /// Writes an inline within its marks.
    fn inline(&mut self, inline: &Inline<'_>) {
        match inline {
            Inline::Text(span) => self.html.spaced_text(&span.text),
            Inline::Link(link) => self.link(link),
            Inline::Mention(mention) => self.mention(mention),
            Inline::Emoji(emoji) => match emoji.unicode.as_deref() {
                Some(characters) if is_visible(characters) => self.html.text(characters),
                _ if self.custom_emoji(&emoji.name) => {}
                _ => {
                    self.html.text(":");
                    self.html.text(&emoji.name);
                    self.html.text(":");
                }
            },
            Inline::Date(date) => self.date(date),
            Inline::Image(image) => self.image(image),
            Inline::Break => self.html.void(Void::Br),
        }
    }

    /// Writes `content` within the elements of `marks`, outermost first.
    pub(super) fn marked(&mut self, marks: Marks, content: impl FnOnce(&mut Self)) {
        // Within code, whose own background would hide it.
        let last = |mark: &Mark| *mark == Mark::Highlight;
        let Some(mark) = marks.iter().min_by_key(last) else {
            return content(self);
        };
        let rest = marks.without(mark);
        let highlight = [Attribute::Style(Style::Highlight)];
        let (tag, attributes): (_, &[_]) = match mark {
            Mark::Bold => (Tag::Strong, &[]),
            Mark::Italic => (Tag::I, &[]),
            Mark::Strike => (Tag::S, &[]),
            Mark::Underline => (Tag::U, &[]),
            Mark::Code => (Tag::Code, &[]),
            Mark::Highlight => (Tag::Span, &highlight),
        };
        self.element_with(tag, attributes, |this| this.marked(rest, content));
    }

    fn date(&mut self, date: &Date<'_>) {
        self.link_or_address(date.url.as_deref(), |this| {
            let instant = date.time.to_millis().to_string();
            this.element_with(Tag::Span, &[Attribute::Title(&instant)], |this| {
                let zone = &this.scope.settings.time_zone;
                let zoned = date.time.timestamp().to_zoned(zone.clone());
                let format = date.format.as_deref();
                let words = format.and_then(|format| strtime::format(format, &zoned).ok());
                if let Some(words) = words.filter(|words| is_visible(words)) {
                    this.html.spaced_text(&words);
                } else if is_visible(&date.text) {
                    this.html.spaced_text(&date.text);
                } else {
                    let shown = shown(date.time, this.scope.settings);
                    this.html.text(&shown);
                }
            });
        });
    }
}

fn marks(inline: &Inline<'_>) -> Marks {
    match inline {
        Inline::Text(span) if span.text.is_empty() => Marks::NONE,
        Inline::Text(span) => span.marks,
        Inline::Mention(mention) => mention.marks,
        Inline::Date(date) => date.marks,
        Inline::Link(_) | Inline::Emoji(_) | Inline::Image(_) | Inline::Break => Marks::NONE,
    }
}
