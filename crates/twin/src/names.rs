//! The legal names of channels (crates/graph/RULES.md 2.6, R12) and of files (crates/graph/RULES.md
//! 1.12, R64).

const FORBIDDEN: &str = "~#%&*{}+/\\:<>?|'\",";

const RESERVED: [&str; 8] = [
    "forms",
    "con",
    "conin$",
    "conout$",
    "prn",
    "aux",
    "nul",
    "desktop.ini",
];

/// Returns the rule that a channel's name breaks, if any.
pub(crate) fn fault_of_channel_name(name: &str) -> Option<&'static str> {
    let length = name.encode_utf16().count();
    let lower = name.to_lowercase();
    let numbered = ["com", "lpt"].iter().any(|port| {
        let digit = lower.strip_prefix(port).unwrap_or_default();
        matches!(digit.as_bytes(), [b'1'..=b'9'])
    });
    let illegal = |c: char| FORBIDDEN.contains(c) || c.is_control();
    Some(match name {
        _ if length == 0 || name.trim().is_empty() => "empty",
        _ if length > 50 => "longer than 50 characters",
        _ if name.contains(illegal) => "a forbidden character",
        _ if name.contains("..") => "two dots in a row",
        _ if name.starts_with(['_', '.']) => "starts with '_' or '.'",
        _ if name.ends_with('.') => "ends with '.'",
        _ if RESERVED.contains(&lower.as_str()) || numbered => "a reserved word",
        _ if lower.contains("_vti_") => "contains _vti_",
        _ => return None,
    })
}

const FORBIDDEN_IN_FILES: &str = "\"*:<>?/\\|";

const RESERVED_FILES: [&str; 6] = [".lock", "con", "prn", "aux", "nul", "desktop.ini"];

/// Returns the rule that a file's name breaks, if any.
pub(crate) fn fault_of_file_name(name: &str, in_root: bool) -> Option<&'static str> {
    let lower = name.to_lowercase();
    let numbered = ["com", "lpt"].iter().any(|port| {
        let digit = lower.strip_prefix(port).unwrap_or_default();
        matches!(digit.as_bytes(), [b'0'..=b'9'])
    });
    let illegal = |c: char| FORBIDDEN_IN_FILES.contains(c) || c.is_control();
    Some(match name {
        "" => "empty",
        _ if name.contains(illegal) => "a forbidden character",
        _ if name.starts_with(' ') || name.ends_with(' ') => "a blank at an end",
        _ if RESERVED_FILES.contains(&lower.as_str()) || numbered => "a reserved word",
        _ if name.starts_with("~$") => "starts with '~$'",
        _ if lower.contains("_vti_") => "contains _vti_",
        _ if in_root && lower == "forms" => "'forms' at the root",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{fault_of_channel_name, fault_of_file_name};

    #[test]
    fn names_of_files() {
        for name in [
            "a b.txt",
            "#1 & 50%.png",
            "forms",
            "con.txt",
            "com10",
            "é🎉'",
            "a..b",
        ] {
            assert_eq!(fault_of_file_name(name, false), None, "{name}");
        }
        assert!(fault_of_file_name("Forms", true).is_some());
        for name in [
            "", "a/b", "a:b", "what?", " a", "a ", ".LOCK", "Con", "lpt0", "~$a.docx", "a_vti_b",
            "a\tb",
        ] {
            assert!(fault_of_file_name(name, false).is_some(), "{name}");
        }
    }

    #[test]
    fn legal_names_pass() {
        let long = "x".repeat(50);
        for name in [
            "general",
            "Ops (2)",
            "a.b",
            "com10",
            "Ünïcode 🎉",
            "form",
            &long,
        ] {
            assert_eq!(fault_of_channel_name(name), None, "{name}");
        }
    }

    #[test]
    fn illegal_names_do_not() {
        let long = "x".repeat(51);
        for name in [
            "",
            " ",
            "a/b",
            "it's",
            "a,b",
            "a..b",
            "_a",
            ".a",
            "a.",
            "FORMS",
            "Lpt1",
            "x_VTI_y",
            "a\tb",
            "a\u{85}b",
            "Desktop.ini",
            &long,
        ] {
            assert!(fault_of_channel_name(name).is_some(), "{name}");
        }
    }
}
