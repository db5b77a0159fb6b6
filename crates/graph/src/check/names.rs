//! The names Teams takes (crates/graph/RULES.md 2.6, R12).

use chatferry_model::teams_names::{
    CHANNEL_UNITS, FORBIDDEN_IN_CHANNELS, FORBIDDEN_IN_FILES, RESERVED_CHANNELS, RESERVED_FILES,
    TEAM_UNITS,
};

/// The longest name of a file, in characters, a number at its end included: what remains of the 400
/// that a whole path may have is the site's and the channel's.
const LONGEST_FILE: usize = 200;

/// Returns the problem with a channel's name, if anything.
pub(super) fn channel_fault(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    let port = lower
        .strip_prefix("com")
        .or_else(|| lower.strip_prefix("lpt"));
    let is_port = port.is_some_and(|digit| matches!(digit.as_bytes(), [b'1'..=b'9']));
    if name.trim().is_empty() {
        Some("it is empty")
    } else if name != name.trim() {
        Some("it begins or ends with a blank")
    } else if name.encode_utf16().count() > CHANNEL_UNITS {
        Some("it is longer than 50 characters")
    } else if name.contains(|c: char| FORBIDDEN_IN_CHANNELS.contains(c) || c.is_control()) {
        Some("it holds a character that is not allowed")
    } else if name.contains("..") {
        Some("it holds two dots in a row")
    } else if name.starts_with(['_', '.']) || name.ends_with('.') {
        Some("it begins with an underscore or begins or ends with a dot")
    } else if is_port || RESERVED_CHANNELS.contains(&lower.as_str()) || lower.contains("_vti_") {
        Some("it is a reserved word")
    } else {
        None
    }
}

/// Returns the problem with a team's name, if anything.
pub(super) fn team_fault(name: &str) -> Option<&'static str> {
    if name.trim().is_empty() {
        Some("it is empty")
    } else if name.encode_utf16().count() > TEAM_UNITS {
        Some("it is longer than 256 characters")
    } else {
        None
    }
}

/// Returns the problem with a file's name, if anything (crates/graph/RULES.md 1.12, R64).
pub(super) fn file_fault(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    let numbered = ["com", "lpt"].iter().any(|port| {
        let digit = lower.strip_prefix(port).unwrap_or_default();
        matches!(digit.as_bytes(), [b'0'..=b'9'])
    });
    if name.trim().is_empty() {
        Some("it is empty")
    } else if name != name.trim() {
        Some("it begins or ends with a blank")
    } else if name.contains(|c: char| FORBIDDEN_IN_FILES.contains(c) || c.is_control()) {
        Some("it holds a character that is not allowed")
    } else if numbered || RESERVED_FILES.contains(&lower.as_str()) {
        Some("it is a reserved word")
    } else if name.starts_with("~$") || lower.contains("_vti_") {
        Some("it holds ~$ or _vti_")
    } else if name.chars().count() > LONGEST_FILE {
        Some("it is longer than 200 characters")
    } else if name.ends_with('.') {
        Some("it ends with a dot")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let fifty = "x".repeat(50);
        for name in [
            "general",
            "a.b",
            "com10",
            "lpt",
            "Über 🎉",
            "form",
            fifty.as_str(),
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
            "a_VTI_b",
            "a\tb",
            "a\u{85}b",
            longer.as_str(),
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
            "con.txt",
            "com10.x",
            "é🎉'.md",
            "a..b",
        ] {
            assert_eq!(file_fault(name), None, "{name}");
        }
        let long = "x".repeat(LONGEST_FILE + 1);
        for name in [
            "", " ", "a/b", "a:b", "what?", " a", "a ", ".LOCK", "Con", "lpt0", "~$a.docx",
            "a_VTI_b", "a\tb", "a.", &long,
        ] {
            assert!(file_fault(name).is_some(), "{name:?}");
        }
    }
}
