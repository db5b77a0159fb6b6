//! Builds HTML. Whatever is written as text or as an attribute's value is escaped here and nowhere
//! else; names of people, channels and files are strangers' words.

use std::borrow::Cow;

use html_escape::{encode_double_quoted_attribute, encode_text};

/// A page in the making.
#[derive(Debug, Default)]
pub(crate) struct Html {
    out: String,
}

/// Attributes of an element.
pub(crate) type Attributes<'a> = &'a [(&'static str, &'a str)];

impl Html {
    /// A whole page: `head` and `body` are written by their closures.
    pub(crate) fn page(
        title: &str,
        head: impl FnOnce(&mut Self),
        body: impl FnOnce(&mut Self),
    ) -> String {
        let mut html = Self {
            out: "<!doctype html>\n".to_owned(),
        };
        html.within("html", &[("lang", "en")], |html| {
            html.within("head", &[], |html| {
                html.void("meta", &[("charset", "utf-8")]);
                html.void(
                    "meta",
                    &[
                        ("name", "viewport"),
                        ("content", "width=device-width,initial-scale=1"),
                    ],
                );
                html.leaf("title", &[], title);
                head(html);
            });
            html.within("body", &[], body);
        });
        html.out.push('\n');
        html.out
    }

    /// An element and what is in it.
    pub(crate) fn within(
        &mut self,
        tag: &'static str,
        attributes: Attributes<'_>,
        inside: impl FnOnce(&mut Self),
    ) {
        self.open(tag, attributes);
        inside(self);
        self.out.push_str("</");
        self.out.push_str(tag);
        self.out.push('>');
    }

    /// An element with nothing but text in it.
    pub(crate) fn leaf(&mut self, tag: &'static str, attributes: Attributes<'_>, text: &str) {
        self.within(tag, attributes, |html| html.text(text));
    }

    /// An element that has no end: `meta`, `img`, `input`.
    pub(crate) fn void(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        self.open(tag, attributes);
    }

    /// Text.
    pub(crate) fn text(&mut self, text: &str) {
        self.out.push_str(&encode_text(&visible(text)));
    }

    /// A name that a stranger chose: apart from the text around it, whatever direction it runs in.
    pub(crate) fn name(&mut self, name: &str) {
        self.leaf("bdi", &[], name);
    }

    /// HTML that is known to be harmless: our own styles, or what a sanitiser let through.
    pub(crate) fn trusted(&mut self, html: &str) {
        self.out.push_str(html);
    }

    /// Returns the page as text.
    pub(crate) fn finish(self) -> String {
        self.out
    }

    fn open(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        self.out.push('<');
        self.out.push_str(tag);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            if !value.is_empty() {
                self.out.push_str("=\"");
                self.out
                    .push_str(&encode_double_quoted_attribute(&visible(value)));
                self.out.push('"');
            }
        }
        self.out.push('>');
    }
}

/// Without the control characters that no page may hold.
fn visible(text: &str) -> Cow<'_, str> {
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if text.contains(is_odd) {
        Cow::Owned(text.replace(is_odd, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_words_stay_words() {
        let name = "\"><script>alert(1)</script>&amp;\u{0}'";
        let page = Html::page(
            name,
            |_| {},
            |html| {
                html.within("p", &[("title", name), ("hidden", "")], |html| {
                    html.name(name);
                    html.void("br", &[]);
                });
            },
        );
        assert!(!page.contains("<script"), "{page}");
        insta::assert_snapshot!(page.split("<body>").nth(1).unwrap_or_default(), @r#"<p title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;�'" hidden><bdi>"&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;�'</bdi><br></p></body></html>"#);
    }
}
