//! The first line of a doc comment says what the thing is or does (`crates/STYLE.md` 2).

use std::collections::BTreeSet;

use super::tree::Tree;
use super::violation::Violation;

/// Words with which a relative clause, a question or a pronoun without a noun begins.
const VAGUE: &[&str] = &[
    "What", "Where", "Which", "Whether", "Who", "Whose", "Whom", "When", "How", "That", "Why",
    "Of", "It", "Its", "He", "His", "She", "Her", "They", "Their", "Them", "This", "These",
    "Those", "Likewise",
];

/// Openings of several words that say as little.
const VAGUE_OPENINGS: &[&str] = &[
    "The same",
    "The others",
    "As it",
    "For whom",
    "For which",
    "By whom",
    "By which",
    "One that",
    "One of",
    "One in",
    "One with",
    "One which",
    "One.",
    "One,",
    "Another one",
    "Another.",
];

/// The number of vague first lines allowed in each folder. A number may only go down.
const ALLOWED: &[(&str, usize)] = &[
    ("crates/graph", 37),
    ("crates/mapping", 6),
    ("crates/model", 1),
    ("crates/readers", 19),
    ("crates/render", 13),
    ("crates/twin", 10),
    ("tests", 3),
];

/// Holds every first line of a doc comment to a sentence about the thing itself: a folder has at
/// most its allowance of others, and if it has more, all of them are listed.
pub(super) fn docs_begin_with_the_thing(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for folder in folders(tree) {
        let allowed = ALLOWED.iter().find(|(name, _)| *name == folder);
        let allowed = allowed.map_or(0, |(_, allowed)| *allowed);
        let vague = vague_lines(tree, folder);
        if vague.len() > allowed {
            violations.extend(vague);
        }
    }
    violations
}

/// Returns the number of vague first lines of each folder that has any, for people to read.
pub(super) fn figures(tree: &Tree) -> String {
    let counts = folders(tree).into_iter().filter_map(|folder| {
        let count = vague_lines(tree, folder).len();
        (count > 0).then(|| format!("{folder} {count}"))
    });
    counts.collect::<Vec<_>>().join(", ")
}

/// Returns `crates/NAME`, or the first part of the path, of all sources.
fn folders(tree: &Tree) -> BTreeSet<&str> {
    tree.rust().map(|file| folder(&file.path)).collect()
}

fn folder(path: &str) -> &str {
    let parts = if path.starts_with("crates/") { 2 } else { 1 };
    let end = path.match_indices('/').nth(parts - 1);
    end.map_or(path, |(at, _)| path.get(..at).unwrap_or(path))
}

fn vague_lines(tree: &Tree, in_folder: &str) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.rust().filter(|file| folder(&file.path) == in_folder) {
        let mut before = false;
        for (index, line) in file.text().lines().enumerate() {
            let trimmed = line.trim_start();
            let doc = ["/// ", "//! "]
                .into_iter()
                .find_map(|mark| trimmed.strip_prefix(mark));
            let in_comment = doc.is_some() || matches!(trimmed, "///" | "//!");
            if let Some(doc) = doc.filter(|_| !before)
                && is_vague(doc)
            {
                let message = format!(
                    "the first line of these docs begins with a clause or a bare pronoun: {doc:?}; begin with the thing or with what it does"
                );
                violations.push(Violation::of_line(&file.path, index, message));
            }
            before = in_comment;
        }
    }
    violations
}

fn is_vague(doc: &str) -> bool {
    let first = doc.split(|c: char| !c.is_alphanumeric()).next();
    first.is_some_and(|first| VAGUE.contains(&first))
        || VAGUE_OPENINGS.iter().any(|opening| {
            doc.strip_prefix(opening).is_some_and(|rest| {
                opening.ends_with(['.', ',']) || !rest.starts_with(char::is_alphanumeric)
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_is_caught_and_a_sentence_is_not() {
        let text = "//! What it is.\n\n/// Its name.\n/// The rest.\nstruct A;\n/// Returns the name.\n/// What follows is fine.\nfn b() {}\n/// The sameness.\nfn c() {}\n";
        let violations = docs_begin_with_the_thing(&Tree::of(&[("crates/a/src/b.rs", text)]));
        let lines: Vec<_> = violations.iter().map(|violation| violation.line).collect();
        assert_eq!(lines, [Some(1), Some(3)]);
    }

    #[test]
    fn one_is_a_number_or_a_bare_pronoun() {
        for vague in [
            "One of them.",
            "One.",
            "Of each row its post.",
            "He who writes.",
        ] {
            assert!(is_vague(vague), "{vague}");
        }
        for clear in [
            "One row of a table.",
            "Often empty.",
            "Offsets.",
            "Another call.",
        ] {
            assert!(!is_vague(clear), "{clear}");
        }
    }

    #[test]
    fn a_folder_is_a_crate_or_the_first_part() {
        assert_eq!(folder("crates/a/src/b.rs"), "crates/a");
        assert_eq!(folder("tests/support/b.rs"), "tests");
    }
}
