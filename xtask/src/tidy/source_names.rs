//! A source of exports is named in its folder and its registry row, and nowhere else.
//!
//! A source is a folder of the readers with a page about its format.

use std::collections::BTreeMap;

use super::tree::{File, Tree};
use super::violation::Violation;

/// The crate in which sources are at home.
const HOME: &str = "crates/readers/";

/// The lines of each crate that may name a source, as an example or in a test. A number may only go
/// down.
const ALLOWED: &[(&str, usize)] = &[
    ("cli", 4),
    ("graph", 4),
    ("mapping", 7),
    ("model", 13),
    ("render", 12),
];

/// Holds the crates above the readers to names of no source: a crate has at most its allowance of
/// lines with one, and if it has more, all of them are listed.
pub(super) fn sources_are_named_at_home(tree: &Tree) -> Vec<Violation> {
    let pages = tree.files.iter().filter_map(|file| {
        let rest = file.path.strip_prefix(HOME)?.strip_prefix("src/")?;
        rest.strip_suffix(concat!("/FORMAT", ".md"))
    });
    let sources: Vec<&str> = pages.collect();
    let files = tree
        .rust()
        .filter(|file| file.path.starts_with("crates/") && !file.path.starts_with(HOME));
    let lines = files.flat_map(|file| naming(file, &sources));
    let mut of_crate: BTreeMap<String, Vec<Violation>> = BTreeMap::new();
    for violation in lines {
        let folder = violation.path.split('/').nth(1).unwrap_or_default();
        of_crate
            .entry(folder.to_owned())
            .or_default()
            .push(violation);
    }
    let beyond = of_crate.into_iter().filter(|(folder, lines)| {
        let row = ALLOWED.iter().find(|(name, _)| name == folder);
        lines.len() > row.map_or(0, |(_, allowed)| *allowed)
    });
    beyond.flat_map(|(_, lines)| lines).collect()
}

/// Returns the lines of a file that name a source.
fn naming(file: &File, sources: &[&str]) -> Vec<Violation> {
    let mut found = Vec::new();
    for (index, line) in file.text().lines().enumerate() {
        let line = line.to_lowercase();
        let named = |source: &&&str| {
            // A citation of the page about its format names no source.
            let without_path = line.replace(&format!("{HOME}src/{source}/"), "");
            without_path.contains(**source)
        };
        if let Some(source) = sources.iter().find(named) {
            let message = format!("names the source `{source}`: its reader's row knows it");
            found.push(Violation::of_line(&file.path, index, message));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_named_elsewhere_is_caught() {
        let files = [
            (concat!("crates/readers/src/irc/FORMAT", ".md"), "# IRC\n"),
            ("crates/readers/src/source.rs", "//! irc\n"),
            (
                "crates/a/src/lib.rs",
                "//! A.\n\nfn f() -> &'static str {\n    \"IRC\"\n}\n",
            ),
        ];
        let found = sources_are_named_at_home(&Tree::of(&files));
        let lines: Vec<_> = found.iter().map(|v| (v.path.as_str(), v.line)).collect();
        assert_eq!(lines, [("crates/a/src/lib.rs", Some(4))]);
    }
}
