//! The form of what stands within a line.

use chatferry_model::document::{Date, Inline, Link, Mark, Marks};

use super::Renderer;
use super::picture::LONGEST_SIDE;
use crate::codes;
use crate::html::{Attribute, SafeUrl, Style, Tag, Void, WriteHtml, is_visible};
use crate::time::shown;

/// Characters shown of an address beside its words: pictures can be addresses of a megabyte.
const LONGEST_ADDRESS: usize = 200;

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
            Inline::Image(image) => self.image(image, LONGEST_SIDE),
            Inline::Break => self.html.void(Void::Br),
        }
    }

    /// Writes `content` within the elements of `marks`, outermost first.
    pub(super) fn marked(&mut self, marks: Marks, content: impl FnOnce(&mut Self)) {
        let Some(mark) = marks.iter().next() else {
            return content(self);
        };
        let rest = marks.without(mark);
        let highlight = [Attribute::Style(Style::Highlight)];
        let (tag, attributes): (_, &[_]) = match mark {
            Mark::Bold => (Tag::Strong, &[]),
            Mark::Italic => (Tag::Em, &[]),
            Mark::Strike => (Tag::S, &[]),
            Mark::Underline => (Tag::U, &[]),
            Mark::Code => (Tag::Code, &[]),
            Mark::Highlight => (Tag::Span, &highlight),
        };
        self.element_with(tag, attributes, |this| this.marked(rest, content));
    }

    fn link(&mut self, link: &Link<'_>) {
        let words = has_words(&link.content);
        if let Some(url) = SafeUrl::parse(&link.url) {
            self.maybe_link(Some(&url), |this| {
                if words {
                    this.inlines(&link.content);
                } else {
                    this.html.text(&link.url);
                }
            });
            return;
        }
        if !words {
            self.note_unsafe(&link.url);
            self.html.spaced_text(&link.url);
            return;
        }
        self.inlines(&link.content);
        let same = matches!(&*link.content, [Inline::Text(only)] if only.text == link.url);
        if !same {
            self.address(&link.url);
        }
    }

    /// Writes an address that may not be a link beside the words it belongs to.
    pub(super) fn address(&mut self, url: &str) {
        if is_visible(url) {
            self.note_unsafe(url);
            let longest = url.char_indices().nth(LONGEST_ADDRESS).map(|(end, _)| end);
            let short = longest.and_then(|end| url.get(..end));
            self.html.text(" (");
            self.html.spaced_text(short.unwrap_or(url));
            self.html.text(if short.is_some() { "…)" } else { ")" });
        }
    }

    /// Writes `content` as a link where there is an address and no link around it already.
    pub(super) fn maybe_link(
        &mut self,
        url: Option<&SafeUrl<'_>>,
        content: impl FnOnce(&mut Self),
    ) {
        match url {
            Some(url) if !self.in_link => {
                self.in_link = true;
                self.element_with(Tag::A, &[Attribute::Href(url)], content);
                self.in_link = false;
            }
            _ => content(self),
        }
    }

    /// Writes `words` as a link to `url`, which is written out if it may not be one.
    pub(super) fn link_or_address(&mut self, url: Option<&str>, words: impl FnOnce(&mut Self)) {
        let safe = url.and_then(SafeUrl::parse);
        self.maybe_link(safe.as_ref(), words);
        if let (Some(url), None) = (url, safe) {
            self.address(url);
        }
    }

    fn date(&mut self, date: &Date<'_>) {
        self.link_or_address(date.url.as_deref(), |this| {
            let instant = date.time.to_millis().to_string();
            this.element_with(Tag::Span, &[Attribute::Title(&instant)], |this| {
                if is_visible(&date.text) {
                    this.html.spaced_text(&date.text);
                } else {
                    let shown = shown(date.time, this.scope.settings);
                    this.html.text(&shown);
                }
            });
        });
    }

    fn note_unsafe(&mut self, url: &str) {
        let scheme = url.trim_start().split_once(':').map(|(scheme, _)| scheme);
        let scheme = scheme.filter(|scheme| {
            scheme.len() <= 20 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        match scheme {
            Some(scheme) => {
                let scheme = scheme.to_ascii_lowercase();
                self.note(
                    &codes::UNSAFE_LINK,
                    format!("an address of the kind {scheme}"),
                );
            }
            None => self.note(&codes::UNSAFE_LINK, "not an address"),
        }
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

/// Whether a link with that content could be seen.
fn has_words(content: &[Inline<'_>]) -> bool {
    content.iter().any(|inline| match inline {
        Inline::Text(span) => is_visible(&span.text),
        Inline::Link(link) => is_visible(&link.url) || has_words(&link.content),
        Inline::Mention(_) | Inline::Emoji(_) | Inline::Date(_) | Inline::Image(_) => true,
        Inline::Break => false,
    })
}
