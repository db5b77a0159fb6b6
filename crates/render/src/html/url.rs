//! Addresses that may stand in a link.

use std::borrow::Cow;

use chatferry_model::teams_html::SCHEMES;
use url::Url;

/// An address of a scheme that Teams may open. There is no other way to write a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SafeUrl<'a>(Cow<'a, str>);

impl<'a> SafeUrl<'a> {
    /// Takes an absolute address of one of the [`SCHEMES`]; anything else is not safe, or no
    /// address at all.
    ///
    /// It stays as the source has it, except for white space and controls, which browsers take out
    /// or encode: then it is written as a browser would understand it.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        if !SCHEMES.contains(&url.scheme()) {
            return None;
        }
        let plain = !text
            .chars()
            .any(|character| character.is_whitespace() || character.is_control());
        Some(Self(if plain {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(url.into())
        }))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn safe(text: &str) -> Option<String> {
        SafeUrl::parse(text).map(|url| url.as_str().to_owned())
    }

    #[test]
    fn keeps_what_is_safe() {
        for url in [
            "https://example.com",
            "http://example.com/a?b=c&d=%20#e",
            "HTTPS://EXAMPLE.com/ä",
            "mailto:ann@example.com",
            "tel:+441234567890",
        ] {
            assert_eq!(safe(url).as_deref(), Some(url));
        }
        assert_eq!(
            safe("https://example.com/a b\n").as_deref(),
            Some("https://example.com/a%20b")
        );
    }

    #[test]
    fn refuses_what_is_not() {
        for url in [
            "",
            "example.com",
            "/etc/passwd",
            "//example.com",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "vbscript:x",
            "file:///etc/passwd",
            "slack://channel",
            "https://",
            "https://exa mple.com",
        ] {
            assert_eq!(safe(url), None, "{url:?}");
        }
    }
}
