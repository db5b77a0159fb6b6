//! Names of files in SharePoint and OneDrive (graph.md 1.12, R64).

/// Characters no file's name may hold.
const FORBIDDEN: &str = "\"*:<>?/\\|";
/// Names no file may have, in lower case; `com0`–`lpt9` besides.
const RESERVED: &[&str] = &[".lock", "con", "prn", "aux", "nul", "desktop.ini"];
/// The longest name, in characters, a number at its end included: what remains of the 400 that a
/// whole path may have is the site's and the channel's.
pub(crate) const LONGEST: usize = 200;

/// What is wrong with a file's name, if anything.
pub(crate) fn file_fault(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    let numbered = ["com", "lpt"].iter().any(|port| {
        let digit = lower.strip_prefix(port).unwrap_or_default();
        matches!(digit.as_bytes(), [b'0'..=b'9'])
    });
    if name.trim().is_empty() {
        Some("it is empty")
    } else if name != name.trim() {
        Some("it begins or ends with a blank")
    } else if name.contains(|c: char| FORBIDDEN.contains(c) || c.is_control()) {
        Some("it holds a character that is not allowed")
    } else if numbered || RESERVED.contains(&lower.as_str()) {
        Some("it is a reserved word")
    } else if name.starts_with("~$") || lower.contains("_vti_") {
        Some("it holds ~$ or _vti_")
    } else if name.chars().count() > LONGEST {
        Some("it is longer than 200 characters")
    } else if name.ends_with('.') {
        Some("it ends with a dot")
    } else {
        None
    }
}

/// The name itself, then the same with a number: `a.txt`, `a 1.txt`, `a 2.txt`, …
pub(super) fn numbered(name: &str) -> impl Iterator<Item = String> + '_ {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, _)) => name.split_at(stem.len()),
        None => (name, ""),
    };
    (0_u64..).map(move |n| match n {
        0 => name.to_owned(),
        n => format!("{stem} {n}{extension}"),
    })
}

/// Whether SharePoint writes properties into files of that kind when they arrive, so that size
/// and hash are no longer those of what was sent.
pub(super) fn is_rewritten(name: &str) -> bool {
    const OFFICE: &[&str] = &[
        "doc", "docm", "docx", "dot", "dotm", "dotx", "pot", "potm", "potx", "pps", "ppsm", "ppsx",
        "ppt", "pptm", "pptx", "xls", "xlsb", "xlsm", "xlsx", "xlt", "xltm", "xltx", "vsdx", "htm",
        "html", "aspx", "one", "msg",
    ];
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| OFFICE.contains(&extension.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_and_illegal_names() {
        for name in ["a b.txt", "#1 & 50%.png", "con.txt", "com10.x", "é🎉'.md", "a..b"] {
            assert_eq!(file_fault(name), None, "{name}");
        }
        let long = "x".repeat(LONGEST + 1);
        for name in [
            "", " ", "a/b", "a:b", "what?", " a", "a ", ".LOCK", "Con", "lpt0", "~$a.docx",
            "a_VTI_b", "a\tb", "a.", &long,
        ] {
            assert!(file_fault(name).is_some(), "{name:?}");
        }
    }

    #[test]
    fn a_number_goes_before_the_extension() {
        let of = |name| numbered(name).take(3).collect::<Vec<_>>().join("|");
        assert_eq!(of("a.tar.gz"), "a.tar.gz|a.tar 1.gz|a.tar 2.gz");
        assert_eq!(of("README"), "README|README 1|README 2");
        assert!(is_rewritten("A.DOCX") && !is_rewritten("a.pdf") && !is_rewritten("docx"));
    }
}
