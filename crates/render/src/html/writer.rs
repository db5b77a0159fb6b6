//! Writes elements into one string.

use std::fmt::Write as _;

use chatferry_model::deferred::link_url;

use super::escape::{self, clean, is_visible};
use super::tag::{Attribute, Style, Tag, Void};

/// HTML in the making.
#[derive(Debug, Default)]
pub(crate) struct Html {
    out: String,
    /// True if a reader would see anything of it.
    visible: bool,
}

/// The writer of HTML: an element is closed where it was opened, around what `content` writes.
pub(crate) trait WriteHtml: Sized {
    /// Returns the destination.
    fn html(&mut self) -> &mut Html;

    /// Writes an element.
    fn element(&mut self, tag: Tag, content: impl FnOnce(&mut Self)) {
        self.element_with(tag, &[], content);
    }

    /// Writes an element with attributes.
    fn element_with(
        &mut self,
        tag: Tag,
        attributes: &[Attribute<'_>],
        content: impl FnOnce(&mut Self),
    ) {
        self.html().open(tag, attributes);
        content(self);
        self.html().close(tag);
    }
}

impl WriteHtml for Html {
    fn html(&mut self) -> &mut Html {
        self
    }
}

impl Html {
    /// Begins anew in the same buffer.
    pub(crate) fn clear(&mut self) {
        self.out.clear();
        self.visible = false;
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.out
    }

    /// Returns true if a reader would see anything: a character, not mere space and lines.
    pub(crate) fn is_visible(&self) -> bool {
        self.visible
    }

    /// Writes an element without content.
    pub(crate) fn void(&mut self, tag: Void) {
        self.tag(tag.as_str(), &[]);
    }

    /// Writes a picture.
    pub(crate) fn img(&mut self, attributes: &[Attribute<'_>]) {
        self.visible = true;
        self.tag(Void::Img.as_str(), attributes);
    }

    /// Says that something can be seen that is no text.
    pub(crate) fn show(&mut self) {
        self.visible = true;
    }

    /// Writes text in which spaces run together, as HTML does it.
    pub(crate) fn text(&mut self, text: &str) {
        self.see(text);
        escape::text(text, &mut self.out);
    }

    /// Writes text so that its lines, tabs and spaces side by side can be seen.
    pub(crate) fn spaced_text(&mut self, text: &str) {
        self.see(text);
        if !would_collapse(text) {
            escape::text(text, &mut self.out);
            return;
        }
        self.spaced_lines(text, false);
    }

    /// Writes the text of a code block: as the client does it, without a line feed or a tab.
    pub(crate) fn code_text(&mut self, text: &str) {
        self.see(text);
        self.spaced_lines(text, true);
    }

    fn spaced_lines(&mut self, text: &str, begins_line: bool) {
        for (number, line) in clean(text).split('\n').enumerate() {
            if number > 0 {
                self.void(Void::Br);
            }
            let indented = line.starts_with(' ') && !line.starts_with("  ");
            if indented && (begins_line || number > 0) {
                self.out.push_str("&nbsp;");
                self.spaced_line(line.get(1..).unwrap_or_default());
            } else {
                self.spaced_line(line);
            }
        }
    }

    /// Writes spaces so that each is shown: of several side by side all but the last do not break.
    fn spaced_line(&mut self, line: &str) {
        let mut rest = line;
        while !rest.is_empty() {
            let words = rest.trim_start_matches([' ', '\t']);
            let spaces = rest.get(..rest.len() - words.len()).unwrap_or_default();
            let width: usize = spaces.chars().map(width).sum();
            for column in 1..=width {
                self.out
                    .push_str(if column == width { " " } else { "&nbsp;" });
            }
            let end = words.find([' ', '\t']).unwrap_or(words.len());
            let (word, later) = words.split_at(end);
            escape::text(word, &mut self.out);
            rest = later;
        }
    }

    fn see(&mut self, text: &str) {
        self.visible = self.visible || is_visible(text);
    }

    fn open(&mut self, tag: Tag, attributes: &[Attribute<'_>]) {
        self.tag(tag.as_str(), attributes);
    }

    fn tag(&mut self, name: &str, attributes: &[Attribute<'_>]) {
        self.out.push('<');
        self.out.push_str(name);
        for attribute in attributes {
            self.attribute(attribute);
        }
        self.out.push('>');
    }

    fn close(&mut self, tag: Tag) {
        self.out.push_str("</");
        self.out.push_str(tag.as_str());
        self.out.push('>');
    }

    fn attribute(&mut self, attribute: &Attribute<'_>) {
        let out = &mut self.out;
        out.push(' ');
        out.push_str(attribute.name());
        out.push_str("=\"");
        match attribute {
            Attribute::Href(url) => escape::attribute(url.as_str(), out),
            Attribute::HrefOf(link) => out.push_str(&link_url(*link)),
            Attribute::Id(number) | Attribute::Width(number) | Attribute::Height(number) => {
                push_number(*number, out);
            }
            Attribute::Src(image) => {
                // Writing to a string can't fail.
                let _ = write!(out, "../hostedContents/{image}/$value");
            }
            Attribute::Class(language) => escape::attribute(language.as_str(), out),
            Attribute::Style(style) => push_style(*style, out),
            Attribute::Title(text) | Attribute::Alt(text) | Attribute::AttachmentId(text) => {
                escape::attribute(text, out);
            }
        }
        out.push('"');
    }
}

/// Returns the number of spaces a space or a tab takes; Teams has no tabs.
fn width(space: char) -> usize {
    if space == '\t' { 4 } else { 1 }
}

/// Returns true if HTML would show fewer spaces or lines than `text` has.
fn would_collapse(text: &str) -> bool {
    // Without an early end this looks at many bytes at a time; nearly all text has neither.
    let bytes = text.as_bytes();
    let lines = bytes.iter().fold(false, |found, byte| {
        found | (*byte == b'\n') | (*byte == b'\r') | (*byte == b'\t')
    });
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    let spaces = pairs.fold(false, |found, (a, b)| found | ((*a == b' ') & (*b == b' ')));
    lines | spaces
}

fn push_number(number: u32, out: &mut String) {
    // Writing to a string can't fail.
    let _ = write!(out, "{number}");
}

fn push_style(style: Style, out: &mut String) {
    match style {
        Style::Color(color) => {
            let _ = write!(out, "color:#{:06x}", color.0);
        }
        Style::Highlight => out.push_str("background-color:#fff100"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(write: impl FnOnce(&mut Html)) -> String {
        let mut html = Html::default();
        write(&mut html);
        html.out
    }

    #[test]
    fn elements_close_where_they_open() {
        let list = html(|html| {
            html.element(Tag::Ol, |html| {
                html.element(Tag::Li, |html| html.text("a<b"));
                html.element(Tag::Li, |html| html.void(Void::Br));
            });
        });
        assert_eq!(list, "<ol><li>a&lt;b</li><li><br></li></ol>");
    }

    #[test]
    fn spaces_can_be_seen() {
        for (text, shown) in [
            ("a b", "a b"),
            ("a  b", "a&nbsp; b"),
            ("a   b c", "a&nbsp;&nbsp; b c"),
            (" a ", " a "),
            ("  a", "&nbsp; a"),
            ("a  ", "a&nbsp; "),
            ("a\tb", "a&nbsp;&nbsp;&nbsp; b"),
            ("a\nb", "a<br>b"),
            ("a\r\n  b", "a<br>&nbsp; b"),
            ("a\n b", "a<br>&nbsp;b"),
        ] {
            assert_eq!(html(|html| html.spaced_text(text)), shown, "{text:?}");
        }
    }

    #[test]
    fn knows_whether_there_is_anything_to_see() {
        let mut html = Html::default();
        html.element(Tag::P, |html| html.text(" \u{200b}"));
        assert!(!html.is_visible());
        html.spaced_text("x");
        assert!(html.is_visible());
    }
}
