//! Names that Teams takes (crates/graph/RULES.md 2.6, R12).
//!
//! Lengths are counted in UTF-16 units, of which a character has at least one: what fits so fits
//! however Teams counts.

use std::collections::HashSet;

use chatferry_model::teams_names::{
    CHANNEL_UNITS, FORBIDDEN_IN_CHANNELS, channel_fault, is_invisible, is_reserved_channel,
};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// The name of the channel every team begins with.
pub(crate) const GENERAL: &str = "General";

/// A legal name that says the same as `name`; made of `otherwise` where nothing of it is left.
pub(crate) fn legal(name: &str, otherwise: &str) -> String {
    let says_something = |name: &str| {
        channel_fault(name).is_none()
            && name.contains(|c: char| !c.is_ascii_punctuation() && !c.is_whitespace())
    };
    if says_something(name) {
        return name.to_owned();
    }
    [name, otherwise]
        .into_iter()
        .map(tidy)
        .find(|tidy| says_something(tidy))
        .unwrap_or_else(|| "channel".to_owned())
}

fn tidy(name: &str) -> String {
    let mut tidy = String::with_capacity(name.len());
    for c in name.nfc() {
        let last = tidy.chars().next_back();
        if is_invisible(c) {
            continue;
        }
        let c = match c {
            c if FORBIDDEN_IN_CHANNELS.contains(c) => '-',
            c if c.is_whitespace() => ' ',
            c => c,
        };
        // One of each is enough, and two dots are not allowed.
        if !(matches!(c, ' ' | '-' | '.') && last == Some(c)) {
            tidy.push(c);
        }
    }
    // Each step may bring to light what another one looks for.
    loop {
        let before = tidy.len();
        if let Some(at) = find_ignoring_case(&tidy, "_vti_") {
            tidy.replace_range(at..at + 1, "");
        }
        tidy = shorten(trim(&tidy), CHANNEL_UNITS).to_owned();
        tidy = trim(&tidy).to_owned();
        if tidy.len() == before {
            break;
        }
    }
    if is_reserved_channel(&tidy) {
        tidy = trim(cut(&format!("channel-{tidy}"), CHANNEL_UNITS)).to_owned();
    }
    tidy
}

fn trim(name: &str) -> &str {
    name.trim_start_matches(|c: char| matches!(c, '_' | '.' | '-') || c.is_whitespace())
        .trim_end_matches(|c: char| matches!(c, '.' | '-') || c.is_whitespace())
}

fn find_ignoring_case(text: &str, ascii: &str) -> Option<usize> {
    text.as_bytes()
        .windows(ascii.len())
        .position(|window| window.eq_ignore_ascii_case(ascii.as_bytes()))
}

/// Returns the length of a text in UTF-16 units.
pub(crate) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The start of `text` that has at most `limit` UTF-16 units, cut between characters as people see
/// them.
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    if units(text) <= limit {
        return text;
    }
    let mut length = 0;
    let mut end = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        length += units(grapheme);
        if length > limit {
            end = at;
            break;
        }
    }
    text.get(..end).unwrap_or_default()
}

/// As [`cut`], but after a whole word, unless that would take too much.
fn shorten(name: &str, limit: usize) -> &str {
    let separator = |c: char| matches!(c, ' ' | '-' | '_');
    let start = cut(name, limit);
    let rest = name.get(start.len()..).unwrap_or_default();
    if rest.is_empty() || rest.starts_with(separator) {
        return start;
    }
    let words = start.rfind(separator).and_then(|end| start.get(..end));
    words
        .filter(|words| units(words) >= limit / 2)
        .unwrap_or(start)
}

/// The form in which two names are equal to Teams.
pub(crate) fn fold(name: &str) -> String {
    let lower: String = name.nfkc().flat_map(char::to_lowercase).collect();
    lower.nfkc().collect()
}

/// The names taken in one team.
#[derive(Debug, Default)]
pub(crate) struct Taken(HashSet<String>);

impl Taken {
    /// The names of a new team: it has its General channel.
    pub(crate) fn with_general() -> Self {
        Self(HashSet::from([fold(GENERAL)]))
    }

    /// Takes a name, or says that it is taken.
    pub(crate) fn take(&mut self, name: &str) -> bool {
        self.0.insert(fold(name))
    }

    /// Takes `name`, or the first of `name (2)`, `name (3)`, … that is free.
    pub(crate) fn take_like(&mut self, name: &str, limit: usize) -> String {
        if self.take(name) {
            return name.to_owned();
        }
        let mut number = 2_u64;
        loop {
            let suffix = format!(" ({number})");
            let start = cut(name, limit.saturating_sub(units(&suffix)));
            let start = match start.trim_end_matches([' ', '-', '.']) {
                "" => "channel",
                start => start,
            };
            let candidate = format!("{start}{suffix}");
            if self.take(&candidate) {
                return candidate;
            }
            number += 1;
        }
    }
}

/// Text on one line, for a cell or a title.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_stay_readable() {
        let names = [
            "dev-ops",
            "büro-köln_日本語",
            "общий",
            "🎉-party",
            "_customer-feedback-and-returns-and-repairs-north-of-england-2021",
            "a-name-whose-last-word-does-not-fit-into-fifty-characters",
            "donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
            "aux",
            "COM7",
            "desktop.ini",
            "x_vti_y",
            "what? me: worry #1",
            "...dots...",
            "~#%&*",
            "",
            "a\u{0}b\u{200b}c",
            "tab\there",
            "  wide   gap ",
            "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
        ];
        let shown: Vec<_> = names
            .iter()
            .map(|name| format!("{name:?} -> {}", legal(name, "C04AR36")))
            .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn a_cut_never_splits_what_people_see_as_one() {
        assert_eq!(cut("ae\u{301}x", 2), "a");
        assert_eq!(cut("👍🏽x", 3), "");
        assert_eq!(cut("abc", 3), "abc");
    }

    /// Names made of what makes trouble, and of anything.
    fn any_name() -> impl Strategy<Value = String> {
        prop_oneof![
            "[_.~#%*+/\\\\ a-c'-]{0,60}",
            "(_vti_|__vti__|aux|con|com1|forms|general|\\.|_| |-|\u{301}|é|日|👩‍👧|İ|ß){0,20}",
            "\\PC{0,70}",
            any::<String>(),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn legal_names_are_legal_and_stay(name in any_name(), id in "[A-Z_.#]{0,12}") {
            let once = legal(&name, &id);
            prop_assert_eq!(channel_fault(&once), None, "{:?}", once);
            prop_assert_eq!(legal(&once, &id), once);
        }

        #[test]
        fn names_of_a_team_are_unique_and_legal(names in prop::collection::vec(any_name(), 0..40)) {
            let mut taken = Taken::with_general();
            let mut seen = HashSet::from([fold("General")]);
            for name in names {
                let name = taken.take_like(&legal(&name, "C1"), CHANNEL_UNITS);
                prop_assert_eq!(channel_fault(&name), None, "{:?}", &name);
                prop_assert!(seen.insert(fold(&name)), "{}", name);
            }
        }
    }
}
