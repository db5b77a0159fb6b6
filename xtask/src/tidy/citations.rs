//! Citations of the pages of facts: each leads to a file and an entry that exist.

use super::tree::{File, Tree};
use super::violation::Violation;

/// The names of pages of facts. A bare name, without its folder, leads nowhere.
const PAGES: &[&str] = &[
    "RULES.md",
    "FORMAT.md",
    "TEAMS_HTML.md",
    "DECISIONS.md",
    "STYLE.md",
];

/// Names under which pages were cited before they came into the tree. Cut in two so that this file
/// does not cite them.
const GONE: &[&str] = &[
    concat!("graph", ".md"),
    concat!("design", ".md"),
    concat!("libraries", ".md"),
    concat!("peers", ".md"),
    concat!("speed", ".md"),
    concat!("teams-html", ".md"),
    concat!("slack-new", ".md"),
    concat!("mattermost-new", ".md"),
    concat!("graph-new", ".md"),
    concat!("slack", ".md"),
    concat!("mattermost", ".md"),
];

/// Holds every citation to a page, and to an entry of it, that exists.
pub(super) fn citations_lead_somewhere(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.files.iter().filter(|file| cites(file)) {
        let text = joined(&file.text());
        for (line, citation) in citations(&text) {
            if let Err(message) = holds(tree, citation) {
                violations.push(Violation::of_line(&file.path, line, message));
            }
        }
    }
    violations
}

fn cites(file: &File) -> bool {
    matches!(file.extension(), "rs" | "toml" | "md" | "txt")
        && file.path != "xtask/src/tidy/citations.rs"
}

/// The text with the marks of comments made blank, so that a citation may run over a line's end.
fn joined(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let trimmed = line.trim_start();
        let mark = ["///", "//!", "//", "#"]
            .into_iter()
            .find(|mark| trimmed.starts_with(mark) && !trimmed.starts_with("##"));
        match mark {
            Some(mark) => trimmed.get(mark.len()..).unwrap_or_default(),
            None => line,
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Every citation of a page: the line it begins on, from 0, and the text from the path on.
fn citations(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for page in PAGES.iter().chain(GONE) {
        for (at, _) in text.match_indices(page) {
            let before = text.get(..at).unwrap_or_default();
            let is_path = |c: char| c.is_ascii_alphanumeric() || "_-./*…".contains(c);
            let start = before
                .char_indices()
                .rev()
                .find(|(_, c)| !is_path(*c))
                .map_or(0, |(at, c)| at + c.len_utf8());
            let line = before.matches('\n').count();
            let citation = text.get(start..).unwrap_or_default();
            let after = text.get(at + page.len()..).unwrap_or_default();
            let is_label = after.starts_with("`](") || after.starts_with("](");
            if !is_label {
                found.push((line, citation));
            }
        }
    }
    found
}

/// Checks one citation; the error is what to tell about it.
fn holds(tree: &Tree, citation: &str) -> Result<(), String> {
    let end = citation.find(".md").map_or(0, |at| at + ".md".len());
    let (path, rest) = citation.split_at(end);
    let Some(page) = tree.file(path) else {
        return Err(format!("cites `{path}`, which is no file of this tree"));
    };
    let page = page.text();
    for entry in entries(rest) {
        if !has_entry(&page, &entry) {
            return Err(format!(
                "cites {entry} of `{path}`, which has no such entry"
            ));
        }
    }
    Ok(())
}

/// The entries that follow a path: `R24`, `1.10`, `section 3`, `rule 4.2`, `traps 16, 75`.
fn entries(rest: &str) -> Vec<String> {
    let mut kind = "";
    let mut found = Vec::new();
    for word in rest.split_whitespace() {
        let bare = word.trim_end_matches([',', '.', ';', ':', ')', '`', '"', '|', '(']);
        match bare {
            "section" | "sections" => kind = "",
            "rule" | "rules" => kind = "rule ",
            "trap" | "traps" => kind = "trap ",
            _ if is_entry(bare) => found.push(format!("{kind}{bare}")),
            _ => break,
        }
        if !word.ends_with(',')
            && !matches!(
                bare,
                "section" | "sections" | "rule" | "rules" | "trap" | "traps"
            )
        {
            break;
        }
    }
    found
}

/// Returns true for a number with parts, or for one of the letters of the pages with a number.
fn is_entry(word: &str) -> bool {
    let number = word
        .strip_prefix(['R', 'E', 'G', 'T', 'M', 'F'])
        .unwrap_or(word);
    number.starts_with(|c: char| c.is_ascii_digit())
        && number.len() <= 5
        && number
            .chars()
            .all(|c| c.is_ascii_digit() || c == '.' || c.is_ascii_lowercase())
}

fn has_entry(page: &str, entry: &str) -> bool {
    if entry.contains(' ') {
        return page.contains(&format!("**{entry}**"));
    }
    if entry.starts_with(|c: char| c.is_ascii_uppercase()) {
        return page
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| word == entry);
    }
    page.lines().any(|line| {
        let heading = line.trim_start_matches('#');
        let row = line.strip_prefix("| ").filter(|_| heading == line);
        let text = row.unwrap_or(heading.trim_start());
        (row.is_some() || heading != line)
            && text
                .strip_prefix(entry)
                .is_some_and(|rest| rest.starts_with(' ') || rest.starts_with(". "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str =
        "# Rules\n\n## 1. Endpoints\n### 1.10 Files\n| R24 | a rule |\n* **trap 7** x\n";

    fn messages(text: &str) -> Vec<String> {
        let tree = Tree::of(&[("crates/a/RULES.md", PAGE), ("crates/a/src/b.rs", text)]);
        let violations = citations_lead_somewhere(&tree);
        violations.into_iter().map(|v| v.to_string()).collect()
    }

    #[test]
    fn what_exists_may_be_cited() {
        for cited in ["R24", "1", "1.10", "section 1", "trap 7", "R24, 1.10", ""] {
            let text = format!("//! x (crates/a/RULES.md {cited}).\n");
            assert_eq!(messages(&text), Vec::<String>::new(), "{cited}");
        }
    }

    #[test]
    fn a_citation_may_run_over_the_end_of_a_line() {
        assert_eq!(messages("//! x (crates/a/RULES.md\n//! R24).\n").len(), 0);
        assert_eq!(messages("//! x (crates/a/RULES.md\n//! R25).\n").len(), 1);
    }

    #[test]
    fn a_label_is_no_citation() {
        assert_eq!(messages("//! [`RULES.md`](crates/a/RULES.md)\n").len(), 0);
        assert_eq!(messages("//! [`RULES.md`](crates/b/RULES.md)\n").len(), 1);
    }

    #[test]
    fn a_dangling_citation_is_caught() {
        for cited in [
            "crates/a/RULES.md R25",
            "crates/a/RULES.md R24, R99",
            "crates/a/RULES.md 1.1",
            "crates/a/RULES.md trap 8",
            "crates/b/RULES.md R24",
            "RULES.md R24",
            concat!("graph", ".md R24"),
            concat!("slack", ".md trap 15"),
            concat!("mattermost", ".md 2.2"),
            concat!("facts/mattermost", ".md is the format's record"),
        ] {
            let text = format!("//! x\n//! ({cited}).\n");
            let messages = messages(&text);
            assert_eq!(messages.len(), 1, "{cited}");
            assert!(
                messages[0].starts_with("crates/a/src/b.rs:2: cites "),
                "{messages:?}"
            );
        }
    }
}
