//! Cuts a damaged list into its elements, by quotes and brackets alone, so that what is wrong in
//! one of them does not touch the others (crates/DECISIONS.md 1.1;
//! crates/readers/src/slack/FORMAT.md traps 16, 75).

/// A piece of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// From its first to its last bracket; what is inside need not be valid.
    Element(&'t str),
    /// The text ends in the middle of it.
    Cut(&'t str),
}

/// The elements of the list that `text` begins with; `None` if it begins with something else.
pub(super) fn elements(text: &str) -> Option<Elements<'_>> {
    let rest = text.trim_start().strip_prefix('[')?;
    Some(Elements {
        rest,
        closed: false,
        after: "",
    })
}

/// The pieces of a list.
#[derive(Debug)]
pub(super) struct Elements<'t> {
    rest: &'t str,
    closed: bool,
    after: &'t str,
}

impl Elements<'_> {
    /// Returns the text behind the list, where nothing should be.
    pub(super) fn after(&self) -> &str {
        self.after
    }

    /// Returns true if the list's own closing bracket was there.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }
}

impl<'t> Iterator for Elements<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        self.rest = self
            .rest
            .trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if let Some(rest) = self.rest.strip_prefix(']') {
            self.closed = true;
            self.rest = "";
            // Two lists in a row: what a tool that appends leaves behind.
            self.after = rest.trim();
            if let Some(more) = self.after.strip_prefix('[') {
                self.closed = false;
                self.rest = more;
                return self.next();
            }
        }
        if self.rest.is_empty() {
            return None;
        }
        let piece = match end_of_value(self.rest) {
            Some(end) => Piece::Element(self.rest.get(..end)?),
            None => match next_message(self.rest) {
                // A quote too many or too few: go on where a message visibly begins.
                Some(end) => Piece::Element(self.rest.get(..end)?),
                None => Piece::Cut(self.rest),
            },
        };
        let length = match piece {
            Piece::Element(text) | Piece::Cut(text) => text.len(),
        };
        self.rest = self.rest.get(length..)?;
        Some(piece)
    }
}

/// Returns the place where the value at the start of `text` ends, if it does.
fn end_of_value(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => {
                in_string = !in_string;
                if !in_string && depth == 0 {
                    return Some(at + 1);
                }
            }
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 1 => depth -= 1,
            b'}' | b']' if depth == 1 => return Some(at + 1),
            b',' | b']' | b'}' if depth == 0 => return Some(at.max(1)),
            _ => {}
        }
    }
    None
}

/// Returns the place where the message at the start of `text` must end because another one begins
/// behind it.
fn next_message(text: &str) -> Option<usize> {
    /// The latest position of Slack's `"type":"message"` in an object.
    const HEAD: usize = 400;
    let mut from = 1;
    loop {
        let close = from + text.get(from..)?.find('}')?;
        let after = text.get(close + 1..)?;
        let begins = after.trim_start().strip_prefix(',').map(str::trim_start);
        if let Some(object) = begins.filter(|rest| rest.starts_with('{')) {
            let end = object
                .char_indices()
                .map(|(at, _)| at)
                .take_while(|at| *at <= HEAD)
                .last();
            let head = object.get(..end.unwrap_or_default()).unwrap_or_default();
            let head: String = head.chars().filter(|c| !c.is_whitespace()).collect();
            if head.contains("\"type\":\"message\"") {
                return Some(close + 1);
            }
        }
        from = close + 1;
    }
}

/// Makes JSON of what is almost JSON, so that one bad field costs that field: halves of surrogate
/// pairs become U+FFFD, control characters are escaped, numbers that are too large become strings,
/// `NaN`, `undefined` and other words null, and commas before a closing bracket go.
pub(super) fn repair(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 16);
    let mut rest = raw;
    let mut in_string = false;
    while let Some(c) = rest.chars().next() {
        let (one, after) = rest.split_at(c.len_utf8());
        if !in_string && is_bare(c) {
            let (word, after) = rest.split_at(rest.find(|c| !is_bare(c)).unwrap_or(rest.len()));
            repair_word(word, &mut out);
            rest = after;
            continue;
        }
        rest = after;
        match c {
            '"' => {
                in_string = !in_string;
                out.push('"');
            }
            '\\' if in_string => rest = repair_escape(rest, &mut out),
            c if in_string && c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            ',' if !in_string && rest.trim_start().starts_with(['}', ']']) => {}
            _ => out.push_str(one),
        }
    }
    out
}

/// Returns true if a character outside strings belongs to a number or a word.
fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_' | '$')
}

/// A number or word outside strings, as JSON.
fn repair_word(word: &str, out: &mut String) {
    if serde_json::from_str::<serde_json::Value>(word).is_ok() {
        out.push_str(word);
        return;
    }
    let digits = word.trim_start_matches(['+', '-', '.']);
    match word {
        "True" => out.push_str("true"),
        "False" => out.push_str("false"),
        // Nothing of a number is lost where it is kept as it was written.
        _ if digits.starts_with(|c: char| c.is_ascii_digit()) => {
            out.push('"');
            out.push_str(word);
            out.push('"');
        }
        _ => out.push_str("null"),
    }
}

/// Puts null in the place of what lies deeper than `deepest` brackets.
pub(super) fn prune(text: &str, deepest: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for c in text.chars() {
        let opens = !in_string && matches!(c, '{' | '[');
        let closes = !in_string && matches!(c, '}' | ']');
        depth += usize::from(opens);
        if opens && depth == deepest + 1 {
            out.push_str("null");
        }
        if depth <= deepest {
            out.push(c);
        }
        depth = depth.saturating_sub(usize::from(closes));
        in_string ^= c == '"' && !escaped;
        escaped = in_string && c == '\\' && !escaped;
    }
    out
}

/// Copies what follows a backslash; returns what is left.
fn repair_escape<'t>(rest: &'t str, out: &mut String) -> &'t str {
    let unit = |text: &str| {
        let hex = text.strip_prefix('u')?.get(..4)?;
        u16::from_str_radix(hex, 16)
            .ok()
            .map(|unit| (unit, hex.to_owned()))
    };
    match rest.chars().next() {
        Some('u') => match unit(rest) {
            Some((0xd800..0xdc00, high)) => {
                let low = rest
                    .get(5..)
                    .and_then(|rest| unit(rest.strip_prefix('\\')?));
                if let Some((0xdc00..0xe000, low)) = low {
                    out.push_str(&format!("\\u{high}\\u{low}"));
                    rest.get(11..).unwrap_or_default()
                } else {
                    out.push_str("\\ufffd");
                    rest.get(5..).unwrap_or_default()
                }
            }
            Some((0xdc00..0xe000, _)) => {
                out.push_str("\\ufffd");
                rest.get(5..).unwrap_or_default()
            }
            Some((_, hex)) => {
                out.push_str("\\u");
                out.push_str(&hex);
                rest.get(5..).unwrap_or_default()
            }
            None => {
                out.push_str("\\\\");
                rest
            }
        },
        Some(c @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't')) => {
            out.push('\\');
            out.push(c);
            rest.get(1..).unwrap_or_default()
        }
        _ => {
            out.push_str("\\\\");
            rest
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pieces(text: &str) -> (Vec<Piece<'_>>, bool) {
        let mut elements = elements(text).unwrap();
        let pieces: Vec<_> = elements.by_ref().collect();
        (pieces, elements.is_closed())
    }

    #[test]
    fn whole_and_cut_lists() {
        use Piece::{Cut, Element};
        for (text, expected, closed) in [
            ("[]", vec![], true),
            (
                r#" [{"a":"]}"},"x", 5,null]"#,
                vec![
                    Element(r#"{"a":"]}"}"#),
                    Element("\"x\""),
                    Element("5"),
                    Element("null"),
                ],
                true,
            ),
            (
                r#"[{"a":1},{"b":[2}"#,
                vec![Element(r#"{"a":1}"#), Cut(r#"{"b":[2}"#)],
                false,
            ),
            (
                r#"[{"a":1},{"b":"c"#,
                vec![Element(r#"{"a":1}"#), Cut(r#"{"b":"c"#)],
                false,
            ),
            (
                r#"[{"a":NaN}][{"b":1}]"#,
                vec![Element(r#"{"a":NaN}"#), Element(r#"{"b":1}"#)],
                true,
            ),
            ("[", vec![], false),
        ] {
            let (found, is_closed) = pieces(text);
            assert_eq!((found, is_closed), (expected, closed), "{text}");
        }
        assert!(elements("{}").is_none());
    }

    #[test]
    fn goes_on_after_a_quote_too_many() {
        let text = r#"[{"type":"message","text":"a "b"},{"type":"message","text":"c"}]"#;
        let (found, _) = pieces(text);
        assert!(
            found.contains(&Piece::Element(r#"{"type":"message","text":"c"}"#)),
            "{found:?}"
        );
    }

    #[test]
    fn repairs() {
        for (raw, repaired) in [
            (r#"{"a":"\ud83d x"}"#, r#"{"a":"\ufffd x"}"#),
            (r#"{"a":"\ude00"}"#, r#"{"a":"\ufffd"}"#),
            (
                r#"{"a":"\ud83d\ude00\u00e9\/"}"#,
                r#"{"a":"\ud83d\ude00\u00e9\/"}"#,
            ),
            (
                r#"{"a":NaN,"b":-Infinity,"c":-1}"#,
                r#"{"a":null,"b":null,"c":-1}"#,
            ),
            (r#"{"a":"NaN"}"#, r#"{"a":"NaN"}"#),
            (
                r#"{"a":undefined,"b":1e400,"c":[nan,True,],"d":1577800000.,}"#,
                r#"{"a":null,"b":"1e400","c":[null,true],"d":"1577800000."}"#,
            ),
            ("{\"a\":\"x\ny\"}", r#"{"a":"x\u000ay"}"#),
            (r#"{"a":"\x41 \u12"}"#, r#"{"a":"\\x41 \\u12"}"#),
        ] {
            assert_eq!(repair(raw), repaired);
            serde_json::from_str::<serde_json::Value>(repaired).unwrap();
        }
    }

    #[test]
    fn prunes() {
        for (text, pruned) in [
            (
                r#"{"a":[1,[2,[3]],"]["],"b":{}}"#,
                r#"{"a":[1,null,"]["],"b":{}}"#,
            ),
            (r#"{"a":"\"[[[","b":[[[]]]}"#, r#"{"a":"\"[[[","b":[null]}"#),
            ("[]", "[]"),
        ] {
            assert_eq!(prune(text, 2), pruned);
        }
    }

    proptest! {
        #[test]
        fn splits_as_a_parser_does(values in prop::collection::vec("[a-z\"\\\\{}\\[\\],]{0,8}", 0..6)) {
            let text = serde_json::to_string(&values.iter().map(|v| serde_json::json!({"v": v})).collect::<Vec<_>>()).unwrap();
            let (found, closed) = pieces(&text);
            prop_assert!(closed);
            prop_assert_eq!(found.len(), values.len());
        }

        #[test]
        fn anything_ends(text in "[\\[\\]{}\",:a\\\\u]{0,60}") {
            if let Some(elements) = elements(&text) {
                prop_assert!(elements.take(1_000).count() < 1_000);
            }
            repair(&text);
        }
    }
}
