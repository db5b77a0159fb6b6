//! Bare addresses in Markdown, by the rules of GitHub's autolinks
//! (crates/readers/src/mattermost/FORMAT.md 4), and pictures with a size, which the standard does
//! not know.

use std::ops::Range;

use chatferry_model::document::{Image, ImageSource, Inline, Link, Marks};

use crate::url;

/// The beginning of an address, in any case.
const STARTS: &[&str] = &["https://", "http://", "ftp://", "mailto:", "tel:", "www."];
const LONGEST_START: usize = 8;

/// The first bare address that begins within `range`; it may end beyond it.
pub(crate) fn find(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    // Most words have neither a colon nor a `www.` among them; the longest start reaches this far.
    let reach = bytes.len().min(range.end.saturating_add(LONGEST_START));
    let words = bytes.get(range.start..reach)?;
    let has = |part: &[u8]| memchr::memmem::find(words, part).is_some();
    if memchr::memchr(b':', words).is_none() && !has(b"ww.") && !has(b"WW.") {
        return None;
    }
    let mut at = range.start;
    while at < range.end {
        let byte = bytes.get(at)?;
        if matches!(byte | 0x20, b'h' | b'f' | b'm' | b't' | b'w')
            && at
                .checked_sub(1)
                .and_then(|before| bytes.get(before))
                .is_none_or(|before| !before.is_ascii_alphanumeric())
            && let Some(length) = length(text.get(at..)?)
        {
            return Some(at..at + length);
        }
        at += 1;
    }
    None
}

/// Returns the length of the address that `text` begins with.
fn length(text: &str) -> Option<usize> {
    let start = STARTS.iter().find(|start| {
        text.as_bytes()
            .get(..start.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
    })?;
    let end = text
        .find(|c: char| {
            c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '|')
        })
        .unwrap_or(text.len());
    let mut address = text.get(..end)?;
    loop {
        let trimmed = address.trim_end_matches(['?', '!', '.', ',', ':', ';', '*', '_', '~', '\'']);
        // A bracket at the end belongs to the sentence, unless it was opened within the address.
        let closes = |open, close| {
            trimmed.ends_with(close)
                && trimmed.matches(close).count() > trimmed.matches(open).count()
        };
        if closes('(', ')') || closes('[', ']') {
            address = trimmed.get(..trimmed.len() - 1)?;
        } else if trimmed.len() < address.len() {
            address = trimmed;
        } else {
            break;
        }
    }
    let said = address.get(start.len()..)?;
    let says = match *start {
        "www." => said.contains('.'),
        "mailto:" => said.contains('@'),
        "tel:" => said.starts_with(|c: char| c.is_ascii_digit() || c == '+'),
        _ => said.starts_with(|c: char| c.is_alphanumeric() || c == '['),
    };
    says.then_some(address.len())
}

/// The link that a bare address is.
pub(crate) fn inline<'m>(address: &'m str, marks: Marks) -> Inline<'m> {
    let has_scheme = address
        .as_bytes()
        .get(..4)
        .is_none_or(|head| !head.eq_ignore_ascii_case(b"www."));
    let clean = url::without_token(address.into());
    // What is shown must not show a token either.
    let content = if has_scheme && marks.is_none() {
        Vec::new()
    } else {
        vec![Inline::marked(clean.clone(), marks)]
    };
    Inline::Link(Link {
        url: if has_scheme {
            clean
        } else {
            format!("http://{clean}").into()
        },
        content,
    })
}

/// The picture `![alt](address =WxH "title")`, of which `before` ends with `![alt](` and `after`
/// begins with the size; with it where in `before` it begins and how long it is in `after`.
pub(crate) fn sized_image<'m>(
    before: &str,
    address: &'m str,
    after: &str,
) -> Option<(Image<'m>, usize, usize)> {
    let start = before.rfind("![")?;
    let alt = before.get(start + 2..)?.strip_suffix("](")?;
    let size = after.strip_prefix(" =")?;
    let (size, _) = size.split_once(')')?;
    let length = 2 + size.len() + 1;
    let (size, title) = match size.split_once(' ') {
        Some((size, title)) => {
            let title = title.trim();
            let inner = title.strip_prefix('"')?.strip_suffix('"')?;
            (size, Some(inner))
        }
        None => (size, None),
    };
    let (width, height) = size.split_once('x').unwrap_or((size, ""));
    let pixels = |text: &str| match text {
        "" => Some(None),
        text => text.parse::<u32>().ok().map(Some),
    };
    let image = Image {
        source: ImageSource::Url(url::without_token(address.into())),
        alt: (!alt.is_empty()).then(|| alt.to_owned().into()),
        title: title
            .filter(|title| !title.is_empty())
            .map(|title| title.to_owned().into()),
        width: pixels(width)?,
        height: pixels(height)?,
    };
    Some((image, start, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_end_where_the_sentence_goes_on() {
        for (text, address) in [
            ("see https://a.example/x.", Some("https://a.example/x")),
            ("(http://a.example/(b))", Some("http://a.example/(b)")),
            ("[www.a.example], and", Some("www.a.example")),
            (
                "HTTPS://A.EXAMPLE/?q=1&r=2!",
                Some("HTTPS://A.EXAMPLE/?q=1&r=2"),
            ),
            (
                "https://a.example/__init__.py",
                Some("https://a.example/__init__.py"),
            ),
            ("mailto:ann@a.example", Some("mailto:ann@a.example")),
            ("tel:+49-221-1", Some("tel:+49-221-1")),
            ("<https://a.example>", Some("https://a.example")),
            ("https://ä.example/日本", Some("https://ä.example/日本")),
            ("詳細：https://a.example", Some("https://a.example")),
            ("xhttps://a.example", None),
            ("https://", None),
            ("www.", None),
            ("tel:me hot", None),
            ("", None),
        ] {
            let found = find(text, 0..text.len()).and_then(|range| text.get(range));
            assert_eq!(found, address, "{text}");
        }
    }

    #[test]
    fn sizes_of_pictures() {
        for (after, size) in [
            (" =300x200)", Some((Some(300), Some(200), 10))),
            (" =300) and", Some((Some(300), None, 6))),
            (" =x20 \"a title\")", Some((None, Some(20), 16))),
            (" =wide)", None),
            (")", None),
            (" =300x200", None),
        ] {
            let read = sized_image("see ![a b](", "https://a.example/i.png", after);
            let read = read.map(|(image, start, length)| {
                assert_eq!((start, image.alt.as_deref()), (4, Some("a b")));
                (image.width, image.height, length)
            });
            assert_eq!(read, size, "{after}");
        }
    }
}
