//! Names of files in SharePoint and OneDrive, where the one they have is taken.

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

/// Returns true if SharePoint writes properties into files of that kind when they arrive, so that
/// size and hash are no longer those of what was sent.
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
    fn a_number_goes_before_the_extension() {
        let of = |name| numbered(name).take(3).collect::<Vec<_>>().join("|");
        assert_eq!(of("a.tar.gz"), "a.tar.gz|a.tar 1.gz|a.tar 2.gz");
        assert_eq!(of("README"), "README|README 1|README 2");
        assert!(is_rewritten("A.DOCX") && !is_rewritten("a.pdf") && !is_rewritten("docx"));
    }
}
