//! The one escape for text and for attributes.
//!
//! What comes out is what an HTML parser and serialiser would write again: ammonia leaves it as it
//! is. Characters that HTML cannot hold or that nobody can see (NUL, controls) are dropped, line
//! ends are LF, and U+00A0 is written as `&nbsp;`.

use std::borrow::Cow;

/// Appends `text` for use between tags.
pub(super) fn text(text: &str, out: &mut String) {
    escape(text, out, |piece, out| {
        html_escape::encode_text_to_string(piece, out);
    });
}

/// Appends `text` for use within double quotes.
pub(super) fn attribute(text: &str, out: &mut String) {
    escape(text, out, |piece, out| {
        html_escape::encode_double_quoted_attribute_to_string(piece, out);
    });
}

fn escape(text: &str, out: &mut String, encode: impl Fn(&str, &mut String)) {
    if !has_suspects(text) {
        return encode(text, out);
    }
    let text = clean(text);
    for (number, piece) in text.split(NO_BREAK_SPACE).enumerate() {
        if number > 0 {
            out.push_str("&nbsp;");
        }
        encode(piece, out);
    }
}

const NO_BREAK_SPACE: char = '\u{a0}';

/// `text` without what HTML cannot hold.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if !has_suspects(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\t' | '\n' => out.push(character),
            '\r' => {
                if characters.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            // Form feed, vertical tab, next line: they part words.
            control if control.is_control() && control.is_whitespace() => out.push(' '),
            control if control.is_control() => {}
            '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(character),
        }
    }
    Cow::Owned(out)
}

/// Returns true if there may be something in `text` that is not written as it stands: controls,
/// characters from U+0080 to U+00A0, U+FFFE and U+FFFF.
fn has_suspects(text: &str) -> bool {
    let is_suspect = |byte: u8| {
        (byte < 0x20 && byte != b'\t' && byte != b'\n') || matches!(byte, 0x7f | 0xc2 | 0xef)
    };
    // Without an early end this looks at many bytes at a time; nearly all text has none.
    text.bytes()
        .fold(false, |found, byte| found | is_suspect(byte))
}

/// Returns true if there is anything to see in `text`.
pub(crate) fn is_visible(text: &str) -> bool {
    text.chars().any(|character| {
        !character.is_whitespace() && !character.is_control() && !is_invisible(character)
    })
}

/// Marks that only steer how others are shown.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_means_something() {
        let mut out = String::new();
        text("a < b & c > \"d\" 'e' &amp;", &mut out);
        assert_eq!(out, "a &lt; b &amp; c &gt; \"d\" 'e' &amp;amp;");
        out.clear();
        attribute("\" onclick='x' <&>", &mut out);
        assert_eq!(out, "&quot; onclick='x' &lt;&amp;&gt;");
    }

    #[test]
    fn cleans_what_html_cannot_hold() {
        let mut out = String::new();
        text(
            "a\0b\r\nc\rd\u{b}e\u{7f}\u{80}\u{85}f\u{a0}g\u{ffff}\u{fe0f}©",
            &mut out,
        );
        assert_eq!(out, "ab\nc\nd e f&nbsp;g\u{fe0f}©");
    }

    #[test]
    fn sees_what_a_reader_would_see() {
        for (words, visible) in [
            ("a", true),
            ("👍", true),
            ("", false),
            (" \n\u{a0}\u{3000}", false),
            ("\u{200b}\u{feff}\u{2060}\u{ad}", false),
            ("\u{200b}.", true),
        ] {
            assert_eq!(is_visible(words), visible, "{words:?}");
        }
    }
}
