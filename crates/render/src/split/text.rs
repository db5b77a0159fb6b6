//! The places where a text may be cut.

use std::borrow::Cow;

use chatferry_model::Text;
use unicode_segmentation::UnicodeSegmentation;

/// The place where a text is cut if it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Boundary {
    Line,
    Word,
}

/// The byte at which to cut `text` so that what comes before takes at most `room` as HTML: after a
/// whole line or word, or else, if there will be no more room than this, after a whole grapheme.
pub(super) fn cut_at(text: &str, room: usize, boundary: Boundary, fresh: bool) -> usize {
    let mut used = 0;
    let mut whole = 0;
    let mut end = 0;
    let mut place = Place::LineStart;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme
            .chars()
            .map(|character| cost(character, &mut place))
            .sum::<usize>();
        if used > room {
            break;
        }
        end = at + grapheme.len();
        let ends = match boundary {
            Boundary::Line => grapheme.ends_with('\n'),
            Boundary::Word => grapheme.chars().all(char::is_whitespace),
        };
        if ends {
            whole = end;
        }
    }
    if end == text.len() || whole > 0 || !fresh {
        return if end == text.len() { end } else { whole };
    }
    if end > 0 {
        return end;
    }
    // One grapheme of thousands of marks: between two of them.
    let mut used = 0;
    let fits = |character: &char| {
        used += cost(*character, &mut Place::AfterWord);
        used <= room
    };
    text.chars().take_while(fits).map(char::len_utf8).sum()
}

/// The place of a character among the blanks of its line.
#[derive(Clone, Copy)]
enum Place {
    LineStart,
    AfterIndent,
    AfterBlank,
    AfterWord,
}

/// The bytes of a character as HTML, which writes no blank that would not be shown.
fn cost(character: char, place: &mut Place) -> usize {
    let mut blank = || {
        let (bytes, after) = match place {
            Place::LineStart => ("&nbsp;".len(), Place::AfterIndent),
            Place::AfterIndent | Place::AfterWord => (" ".len(), Place::AfterBlank),
            Place::AfterBlank => ("&nbsp;".len(), Place::AfterBlank),
        };
        *place = after;
        bytes
    };
    match character {
        ' ' => return blank(),
        '\t' => return (0..4).map(|_| blank()).sum(),
        _ => {}
    }
    *place = Place::AfterWord;
    match character {
        '&' => "&amp;".len(),
        '<' | '>' => "&lt;".len(),
        '\u{a0}' => "&nbsp;".len(),
        '\n' => {
            *place = Place::LineStart;
            "<br>".len()
        }
        other => other.len_utf8(),
    }
}

/// The two sides of a cut, without sides that are empty.
pub(super) fn halves(text: Text<'_>, at: usize) -> (Option<Text<'_>>, Option<Text<'_>>) {
    let (head, tail) = match text.into_cow() {
        Cow::Borrowed(text) => {
            let (head, tail) = text.split_at_checked(at).unwrap_or((text, ""));
            (Text::from(head), Text::from(tail))
        }
        Cow::Owned(text) => {
            let (head, tail) = text.split_at_checked(at).unwrap_or((&text, ""));
            (Text::from(head.to_owned()), Text::from(tail.to_owned()))
        }
    };
    (
        Some(head).filter(|text| !text.is_empty()),
        Some(tail).filter(|text| !text.is_empty()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, room: usize, boundary: Boundary, fresh: bool) -> &str {
        &text[..cut_at(text, room, boundary, fresh)]
    }

    #[test]
    fn cuts_where_a_reader_would() {
        assert_eq!(cut("one two three", 9, Boundary::Word, false), "one two ");
        assert_eq!(cut("a\nbb\nccc", 8, Boundary::Line, false), "a\n");
        assert_eq!(cut("a\nbb\nccc", 11, Boundary::Line, false), "a\nbb\n");
        assert_eq!(cut("a & b", 5, Boundary::Word, false), "a ");
        assert_eq!(cut("word", 9, Boundary::Word, false), "word");
    }

    #[test]
    fn cuts_words_only_where_nothing_else_helps() {
        assert_eq!(cut("wordwordword", 5, Boundary::Word, false), "");
        assert_eq!(cut("wordwordword", 5, Boundary::Word, true), "wordw");
        assert_eq!(cut("👩‍👩‍👧x👩‍👩‍👧", 20, Boundary::Word, true), "👩‍👩‍👧x");
        let zalgo = format!("e{}", "\u{301}".repeat(50));
        assert_eq!(
            cut(&zalgo, 8, Boundary::Word, true),
            "e\u{301}\u{301}\u{301}"
        );
    }
}
