//! A single pass over a message's HTML for the three things that must agree with the rest of the
//! request: `<at id>`, `<attachment id>` and images taken from `hostedContents`; and one more for
//! the code that is read back wrong.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;

/// The findings of the pass, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found<'a> {
    /// Every `<at>`: its id, and whether there is text in it.
    pub(crate) mentions: Vec<At<'a>>,
    /// The id of every `<attachment>`.
    pub(crate) attachments: Vec<&'a str>,
    /// Every image whose source is `../hostedContents/{id}/$value`.
    pub(crate) images: Vec<Image<'a>>,
}

/// An `<at id="0">Jane</at>`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct At<'a> {
    pub(crate) id: &'a str,
    pub(crate) has_text: bool,
}

/// An image that belongs to the message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Image<'a> {
    /// The `temporaryId` it names.
    pub(crate) id: &'a str,
    /// The position of the image's `src` in the content.
    pub(crate) source: Range<usize>,
}

/// Scans `content` once.
pub(crate) fn scan(content: &str) -> Found<'_> {
    let mut found = Found::default();
    let mut open_at: Option<(usize, bool)> = None;
    let mut at = 0;
    while let Some(rest) = content.get(at..) {
        let Some(step) = memchr(b'<', rest.as_bytes()) else {
            note_text(rest, &mut open_at);
            break;
        };
        note_text(rest.get(..step).unwrap_or_default(), &mut open_at);
        let start = at + step;
        let Some(tag) = Tag::at(content, start) else {
            // A bare `<` is text, as in a browser.
            note_text("<", &mut open_at);
            at = start + 1;
            continue;
        };
        at = tag.end;
        if tag.is("at") {
            if tag.closing {
                if let Some((index, has_text)) = open_at.take()
                    && let Some(mention) = found.mentions.get_mut(index)
                {
                    mention.has_text = has_text;
                }
            } else {
                found.mentions.push(At {
                    id: tag.attribute("id").map_or("", |(value, _)| value),
                    has_text: false,
                });
                open_at = Some((found.mentions.len() - 1, false));
            }
        } else if tag.is("attachment") && !tag.closing {
            found
                .attachments
                .push(tag.attribute("id").map_or("", |(value, _)| value));
        } else if tag.is("img")
            && let Some((value, place)) = tag.attribute("src")
            && let Some(id) = value
                .strip_prefix("../hostedContents/")
                .and_then(|tail| tail.strip_suffix("/$value"))
        {
            found.images.push(Image { id, source: place });
        }
    }
    found
}

fn note_text(text: &str, open_at: &mut Option<(usize, bool)>) {
    if let Some((_, has_text)) = open_at {
        *has_text |= !text.replace("&nbsp;", " ").trim().is_empty();
    }
}

/// Puts the text of the first inline code into each code block behind it (F3).
pub(crate) fn repeat_inline_code(content: &str) -> Cow<'_, str> {
    let mut pieces = String::new();
    let mut inline: Option<Range<usize>> = None;
    // Where the code that is open began, and if it is a block.
    let mut open: Option<(usize, bool)> = None;
    let (mut kept, mut at) = (0, 0);
    while let Some(step) = content
        .get(at..)
        .and_then(|rest| memchr(b'<', rest.as_bytes()))
    {
        let start = at + step;
        let Some(tag) = Tag::at(content, start) else {
            at = start + 1;
            continue;
        };
        at = tag.end;
        let block = tag.is("codeblock") || tag.is("pre");
        match open {
            None if !tag.closing && (block || tag.is("code")) => open = Some((tag.end, block)),
            // The text of a block is that of the `<code>` in it, where there is one.
            Some((_, true)) if !tag.closing && tag.is("code") => open = Some((tag.end, true)),
            Some((from, false)) if tag.closing && tag.is("code") => {
                inline.get_or_insert(from..start);
                open = None;
            }
            Some((from, true)) if tag.closing && (block || tag.is("code")) => {
                if let Some(code) = &inline {
                    pieces.push_str(content.get(kept..from).unwrap_or_default());
                    pieces.push_str(content.get(code.clone()).unwrap_or_default());
                    kept = start;
                }
                open = None;
            }
            _ => {}
        }
    }
    if kept == 0 {
        return Cow::Borrowed(content);
    }
    pieces.push_str(content.get(kept..).unwrap_or_default());
    Cow::Owned(pieces)
}

/// A start or end tag.
struct Tag<'a> {
    content: &'a str,
    name: &'a str,
    closing: bool,
    /// The position at which the attributes begin.
    inside: usize,
    /// Just after the `>`.
    end: usize,
}

impl<'a> Tag<'a> {
    /// Reads the tag that begins at `start`, where a `<` stands.
    fn at(content: &'a str, start: usize) -> Option<Tag<'a>> {
        let bytes = content.as_bytes();
        let closing = bytes.get(start + 1) == Some(&b'/');
        let name_start = start + 1 + usize::from(closing);
        let name_length = bytes
            .get(name_start..)?
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        let inside = name_start + name_length;
        let name = content
            .get(name_start..inside)
            .filter(|name| !name.is_empty())?;
        let mut quote = None;
        let length = bytes.get(inside..)?.iter().position(|&byte| {
            match (quote, byte) {
                (None, b'>') => return true,
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), byte) if open == byte => quote = None,
                _ => {}
            }
            false
        })?;
        Some(Tag {
            content,
            name,
            closing,
            inside,
            end: inside + length + 1,
        })
    }

    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value of an attribute and where it stands in the content.
    fn attribute(&self, name: &str) -> Option<(&'a str, Range<usize>)> {
        let bytes = self.content.as_bytes();
        let byte = |at: usize| bytes.get(at).copied().filter(|_| at < self.end - 1);
        let mut at = self.inside;
        loop {
            while byte(at).is_some_and(|byte| byte.is_ascii_whitespace() || byte == b'/') {
                at += 1;
            }
            byte(at)?;
            let name_start = at;
            while byte(at).is_some_and(|b| b != b'=' && b != b'/' && !b.is_ascii_whitespace()) {
                at += 1;
            }
            let found = self.content.get(name_start..at)?;
            while byte(at).is_some_and(|byte| byte.is_ascii_whitespace()) {
                at += 1;
            }
            if byte(at) != Some(b'=') {
                // An attribute without a value; a stray sign must not stop the walk.
                at += usize::from(at == name_start);
                continue;
            }
            at += 1;
            while byte(at).is_some_and(|byte| byte.is_ascii_whitespace()) {
                at += 1;
            }
            let place = match byte(at) {
                Some(quote @ (b'"' | b'\'')) => {
                    let length = memchr(quote, bytes.get(at + 1..self.end - 1)?)?;
                    at + 1..at + 1 + length
                }
                _ => {
                    let start = at;
                    while byte(at).is_some_and(|byte| !byte.is_ascii_whitespace()) {
                        at += 1;
                    }
                    start..at
                }
            };
            at = place.end + 1;
            if found.eq_ignore_ascii_case(name) {
                return Some((self.content.get(place.clone())?, place));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{repeat_inline_code, scan};

    fn mentions(content: &str) -> Vec<(&str, bool)> {
        scan(content)
            .mentions
            .iter()
            .map(|at| (at.id, at.has_text))
            .collect()
    }

    #[test]
    fn finds_mentions_and_whether_they_say_something() {
        assert_eq!(mentions(r#"<p>hi <at id="0">Jane</at></p>"#), [("0", true)]);
        assert_eq!(mentions(r#"<AT ID='7'><b>x</b></AT>"#), [("7", true)]);
        assert_eq!(mentions("<at id=3> </at>"), [("3", false)]);
        assert_eq!(mentions(r#"<at id="3">&nbsp;<b></b></at>"#), [("3", false)]);
        assert_eq!(mentions(r#"<at id="3">"#), [("3", false)]);
        assert_eq!(mentions("<attention id='1'>x</attention>"), []);
        assert_eq!(mentions("1 < 2 <at>x</at>"), [("", true)]);
    }

    #[test]
    fn finds_attachments_and_images() {
        let content = r#"<img alt="a>b" src="../hostedContents/1/$value"><attachment id="G"></attachment><img src="https://x/y.png">"#;
        let found = scan(content);
        assert_eq!(found.attachments, ["G"]);
        assert_eq!(found.images.len(), 1);
        assert_eq!(found.images[0].id, "1");
        assert_eq!(
            &content[found.images[0].source.clone()],
            "../hostedContents/1/$value"
        );
    }

    #[test]
    fn the_first_inline_code_is_repeated_in_later_blocks() {
        for (content, read) in [
            (
                r#"<p>The <code>message</code> is:</p><codeblock class="x"><code>Hello</code></codeblock><p>x</p>"#,
                r#"<p>The <code>message</code> is:</p><codeblock class="x"><code>message</code></codeblock><p>x</p>"#,
            ),
            (
                "<code>a</code><code>b</code><pre>c<br>d</pre><pre><code>e</code></pre>",
                "<code>a</code><code>b</code><pre>a</pre><pre><code>a</code></pre>",
            ),
            (
                "<pre>a</pre><code>b</code><pre>c</pre>",
                "<pre>a</pre><code>b</code><pre>b</pre>",
            ),
            (
                "<pre><code>a</code></pre><pre>b</pre>",
                "<pre><code>a</code></pre><pre>b</pre>",
            ),
        ] {
            assert_eq!(repeat_inline_code(content), read);
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_finds_what_was_put_in(
            noise in "[a-z<>=\"'/ é]{0,40}",
            id in 0u32..1000,
        ) {
            scan(&noise);
            let sound: String = noise.chars().filter(|c| !"<>".contains(*c)).collect();
            let content = format!("{sound}<at id=\"{id}\">n</at>{sound}");
            let wanted = id.to_string();
            prop_assert_eq!(mentions(&content), vec![(wanted.as_str(), true)]);
        }
    }
}
