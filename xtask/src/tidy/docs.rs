//! The first line of a doc comment says what the thing is or does (`crates/STYLE.md` 2).

use super::Violation;
use super::tree::Tree;

/// Words with which a relative clause, a question or a pronoun without a noun begins.
const VAGUE: &[&str] = &[
    "What", "Where", "Which", "Whether", "Who", "Whose", "Whom", "When", "How", "That", "Why",
    "It", "Its", "They", "Their", "Them", "This", "These", "Those", "Likewise",
];

/// Openings of two words that say as little.
const VAGUE_PAIRS: &[&str] = &[
    "The same", "As it", "Of what", "Of which", "For whom", "By whom",
];

/// Holds every first line of a doc comment to a sentence about the thing itself.
pub(super) fn docs_begin_with_the_thing(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.rust().filter(|file| !file.path.contains("/tests/")) {
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
        || VAGUE_PAIRS.iter().any(|pair| {
            doc.strip_prefix(pair)
                .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
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
}
