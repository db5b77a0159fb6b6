//! The names that Teams takes: mapping and rendering make such names, checking finds no others.
//!
//! Channels, teams and chats: crates/graph/RULES.md 2.6, R12. Files: crates/graph/RULES.md 1.12,
//! R64.

use std::fmt;

/// Characters that no channel's name may hold; control characters besides.
pub const FORBIDDEN_IN_CHANNELS: &str = "~#%&*{}+/\\:<>?|'\",";
/// Names that no channel may have, in lower case; `com1`–`com9` and `lpt1`–`lpt9` besides.
pub const RESERVED_CHANNELS: &[&str] = &[
    "forms",
    "con",
    "conin$",
    "conout$",
    "prn",
    "aux",
    "nul",
    "desktop.ini",
];
/// The longest name of a channel, in UTF-16 units.
pub const CHANNEL_UNITS: usize = 50;
/// The longest name of a team, in UTF-16 units.
pub const TEAM_UNITS: usize = 256;
/// The longest description of a channel, in UTF-16 units.
pub const DESCRIPTION_UNITS: usize = 1_024;
/// The longest topic of a chat, in UTF-16 units.
pub const TOPIC_UNITS: usize = 250;

/// Characters that no file's name may hold; control characters besides.
pub const FORBIDDEN_IN_FILES: &str = "\"*:<>?/\\|";
/// Names that no file may have, in lower case; `com0`–`com9` and `lpt0`–`lpt9` besides.
pub const RESERVED_FILES: &[&str] = &[".lock", "con", "prn", "aux", "nul", "desktop.ini"];
/// The longest name of a file, in characters, a number at its end included: what remains of the 400
/// that a whole path may have is the site's and the channel's.
pub const FILE_CHARS: usize = 200;

/// The rule that a name breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// Nothing, or blanks only.
    Empty,
    /// Blanks around the name.
    Blanks,
    /// More characters than this.
    Long(usize),
    /// A character that no such name may hold.
    Holds(char),
    /// Characters that nobody sees.
    Invisible,
    /// Two dots in a row.
    TwoDots,
    /// A beginning that no such name may have.
    Begins(&'static str),
    /// A dot at the end.
    EndsWithDot,
    /// A word that Teams or Windows keep for themselves.
    Reserved,
    /// The characters `_vti_` within the name.
    Vti,
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::Blanks => f.write_str("it begins or ends with a blank"),
            Self::Long(limit) => write!(f, "it is longer than {limit} characters"),
            Self::Holds(c) => write!(f, "it holds {c}"),
            Self::Invisible => f.write_str("it holds control characters"),
            Self::TwoDots => f.write_str("it holds two dots in a row"),
            Self::Begins(sign) => write!(f, "it begins with {sign}"),
            Self::EndsWithDot => f.write_str("it ends with a dot"),
            Self::Reserved => f.write_str("it is a reserved word"),
            Self::Vti => f.write_str("it holds _vti_"),
        }
    }
}

/// Returns the rule that a channel's name breaks, if any. Lengths are counted in UTF-16 units, of
/// which a character has at least one: what fits so fits however Teams counts.
#[must_use]
pub fn channel_fault(name: &str) -> Option<NameFault> {
    Some(if name.trim().is_empty() {
        NameFault::Empty
    } else if name.trim() != name {
        NameFault::Blanks
    } else if name.encode_utf16().count() > CHANNEL_UNITS {
        NameFault::Long(CHANNEL_UNITS)
    } else if let Some(c) = name.chars().find(|c| FORBIDDEN_IN_CHANNELS.contains(*c)) {
        NameFault::Holds(c)
    } else if name.contains(|c: char| c.is_control() || is_invisible(c)) {
        NameFault::Invisible
    } else if name.contains("..") {
        NameFault::TwoDots
    } else if name.starts_with('_') {
        NameFault::Begins("_")
    } else if name.starts_with('.') {
        NameFault::Begins("a dot")
    } else if name.ends_with('.') {
        NameFault::EndsWithDot
    } else if is_reserved_channel(name) {
        NameFault::Reserved
    } else if has_vti(name) {
        NameFault::Vti
    } else {
        return None;
    })
}

/// Returns the rule that a team's name breaks, if any.
#[must_use]
pub fn team_fault(name: &str) -> Option<NameFault> {
    if name.trim().is_empty() {
        return Some(NameFault::Empty);
    }
    let long = name.encode_utf16().count() > TEAM_UNITS;
    long.then_some(NameFault::Long(TEAM_UNITS))
}

/// Returns the rule that a file's name breaks, if any.
#[must_use]
pub fn file_fault(name: &str) -> Option<NameFault> {
    Some(if name.trim().is_empty() {
        NameFault::Empty
    } else if name.trim() != name {
        NameFault::Blanks
    } else if name.chars().count() > FILE_CHARS {
        NameFault::Long(FILE_CHARS)
    } else if let Some(c) = name.chars().find(|c| FORBIDDEN_IN_FILES.contains(*c)) {
        NameFault::Holds(c)
    } else if name.contains(|c: char| c.is_control()) {
        NameFault::Invisible
    } else if is_reserved(name, RESERVED_FILES, b'0') {
        NameFault::Reserved
    } else if name.starts_with("~$") {
        NameFault::Begins("~$")
    } else if has_vti(name) {
        NameFault::Vti
    } else if name.ends_with('.') {
        NameFault::EndsWithDot
    } else {
        return None;
    })
}

/// Returns true if Teams or Windows keep a channel's name for themselves.
#[must_use]
pub fn is_reserved_channel(name: &str) -> bool {
    is_reserved(name, RESERVED_CHANNELS, b'1')
}

/// Returns true for one of the words, and for a port of Windows from `first` on: `com1`, `lpt9`.
/// Windows takes `aux.txt` for `aux`.
fn is_reserved(name: &str, words: &[&str], first: u8) -> bool {
    let lower = name.to_lowercase();
    let stem = lower.split('.').next().unwrap_or_default().trim_end();
    let port = stem
        .strip_prefix("com")
        .or_else(|| stem.strip_prefix("lpt"));
    let is_port =
        matches!(port.map(str::as_bytes), Some([digit]) if (first..=b'9').contains(digit));
    is_port || words.iter().any(|word| *word == lower || *word == stem)
}

fn has_vti(name: &str) -> bool {
    name.to_lowercase().contains("_vti_")
}

/// Returns true for control characters, and for what is written but not seen; the joiner of emoji
/// is seen.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    (c.is_control() && c != '\t' && c != '\n' && c != '\r')
        || matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_channels_and_teams() {
        let (fifty, emoji) = ("x".repeat(50), "🎉".repeat(26));
        for name in [
            "General",
            "a.b",
            "a (2)",
            "com10",
            "lpt",
            "Über 🎉",
            "formsheet",
            &fifty,
        ] {
            assert_eq!(channel_fault(name), None, "{name}");
        }
        let longer = "x".repeat(51);
        for name in [
            "",
            " ",
            " a",
            "a ",
            "a/b",
            "it's",
            "a,b",
            "a..b",
            "_a",
            ".a",
            "a.",
            "Forms",
            "LPT1",
            "COM9",
            "aux.txt",
            "a_VTI_b",
            "a\tb",
            "a\u{7}b",
            "a\u{85}b",
            "a\u{200b}b",
            &longer,
            &emoji,
        ] {
            assert!(channel_fault(name).is_some(), "{name:?}");
        }
        assert!(team_fault("").is_some() && team_fault(&"x".repeat(257)).is_some());
        assert_eq!(team_fault(&"x".repeat(256)), None);
    }

    #[test]
    fn names_of_files() {
        for name in [
            "a b.txt",
            "#1 & 50%.png",
            "com10.x",
            "é🎉'.md",
            "a..b",
            "desktop.txt",
        ] {
            assert_eq!(file_fault(name), None, "{name}");
        }
        let long = "x".repeat(FILE_CHARS + 1);
        for name in [
            "", " ", "a/b", "a:b", "what?", " a", "a ", ".LOCK", "Con", "con.txt", "lpt0",
            "~$a.docx", "a_VTI_b", "a\tb", "a.", &long,
        ] {
            assert!(file_fault(name).is_some(), "{name:?}");
        }
    }
}
