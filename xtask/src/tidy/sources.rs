//! Rules over the text of sources and documents.

use super::tree::{File, Tree};
use super::violation::Violation;

/// Module names that do not say what the module is about.
const NAMELESS: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc"];

const LONGEST: usize = 600;

/// The mark of generated files, which may be of any length.
const GENERATED: &str = "@generated";

/// Places that exist on one machine only. Cut in two so that this file does not hold them.
const UNPORTABLE: &[(&str, &str)] = &[
    (concat!("/wo", "rk/"), "a path of one machine"),
    (concat!("../sha", "red"), "a folder outside the clone"),
    (concat!("artif", "actory"), "a package host"),
    (concat!("index", "-url"), "a package host"),
    (concat!("replace", "-with ="), "a package host"),
    (concat!("GO", "PROXY"), "a package host"),
];

/// Refuses modules named after nothing in particular.
pub(super) fn modules_have_a_subject(tree: &Tree) -> Vec<Violation> {
    tree.rust()
        .filter(|file| {
            let path = file.path.strip_suffix(".rs").unwrap_or(&file.path);
            path.split('/').any(|part| NAMELESS.contains(&part))
        })
        .map(|file| Violation::of_file(&file.path, "is named after nothing in particular"))
        .collect()
}

/// Requires a module comment at the start of every file.
pub(super) fn modules_say_what_they_are(tree: &Tree) -> Vec<Violation> {
    tree.rust()
        .filter(|file| !file.text().starts_with("//! "))
        .map(|file| Violation::of_file(&file.path, "does not start with `//! `"))
        .collect()
}

/// Refuses files too long to be read in one go.
pub(super) fn modules_are_short(tree: &Tree) -> Vec<Violation> {
    tree.rust()
        .filter(|file| {
            !file
                .text()
                .lines()
                .next()
                .unwrap_or_default()
                .contains(GENERATED)
        })
        .map(|file| (file, file.text().lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(file, lines)| {
            Violation::of_file(
                &file.path,
                format!("has {lines} lines, more than {LONGEST}"),
            )
        })
        .collect()
}

/// Refuses tabs, trailing blanks, and more or less than one newline at the end of a file.
pub(super) fn whitespace_is_plain(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.rust() {
        let text = file.text();
        for (index, line) in text.split('\n').enumerate() {
            if line.contains('\t') {
                violations.push(Violation::of_line(&file.path, index, "holds a tab"));
            }
            if line.ends_with([' ', '\t', '\r']) {
                violations.push(Violation::of_line(&file.path, index, "ends with a blank"));
            }
        }
        if !text.ends_with('\n') || text.ends_with("\n\n") {
            violations.push(Violation::of_file(
                &file.path,
                "does not end with one newline",
            ));
        }
    }
    violations
}

/// Refuses paths and hosts outside the clone, since a fresh clone must be enough.
pub(super) fn places_are_portable(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.files.iter().filter(|file| is_written_by_hand(file)) {
        for (index, line) in file.text().lines().enumerate() {
            for (place, what) in UNPORTABLE {
                if mentions(line, place) {
                    violations.push(Violation::of_line(
                        &file.path,
                        index,
                        format!("names {what}"),
                    ));
                }
            }
        }
    }
    violations
}

fn is_written_by_hand(file: &File) -> bool {
    const TEXT: &[&str] = &[
        "rs", "toml", "md", "sh", "py", "js", "mjs", "css", "html", "yml",
    ];
    TEXT.contains(&file.extension()) || file.path.starts_with(".ci/")
}

/// Returns true if `place` starts somewhere in `line` and is not the tail of a longer path such as
/// `./x/`.
fn mentions(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line.get(..at).and_then(|head| head.chars().next_back());
        before.is_none_or(|before| !before.is_alphanumeric() && !"._-}>".contains(before))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_of_leftovers_is_caught() {
        let tree = Tree::of(&[
            ("crates/model/src/utils.rs", ""),
            ("crates/model/tests/common/mod.rs", ""),
            ("crates/model/src/commonplace.rs", ""),
        ]);
        assert_eq!(modules_have_a_subject(&tree).len(), 2);
    }

    #[test]
    fn a_module_without_a_word_is_caught() {
        let tree = Tree::of(&[("a.rs", "use std::fs;\n"), ("b.rs", "//! Files.\n")]);
        assert_eq!(modules_say_what_they_are(&tree).len(), 1);
    }

    #[test]
    fn a_long_module_is_caught_unless_generated() {
        let long = "x\n".repeat(LONGEST + 1);
        let generated = format!("//! {GENERATED} by a task.\n{long}");
        let tree = Tree::of(&[("a.rs", &long), ("b.rs", &generated), ("c.rs", "x\n")]);
        let paths: Vec<_> = modules_are_short(&tree)
            .into_iter()
            .map(|v| v.path)
            .collect();
        assert_eq!(paths, ["a.rs"]);
    }

    #[test]
    fn odd_whitespace_is_caught() {
        let tree = Tree::of(&[
            ("a.rs", "fn a() {}\n\tx\nlet y; \nend\r\n"),
            ("b.rs", "end"),
        ]);
        let lines: Vec<_> = whitespace_is_plain(&tree).iter().map(|v| v.line).collect();
        assert_eq!(lines, [Some(2), Some(3), Some(4), None]);
        assert_eq!(
            whitespace_is_plain(&Tree::of(&[("a.rs", "fn a() {}\n")])),
            []
        );
    }

    #[test]
    fn a_path_of_one_machine_is_caught() {
        let path = concat!("let x = \"/wo", "rk/main\";\n// see ../sha", "red/x.txt\n");
        let tree = Tree::of(&[("a.rs", path), (".ci/run", path), ("fixtures/a.json", path)]);
        assert_eq!(places_are_portable(&tree).len(), 4);
    }

    #[test]
    fn a_longer_path_is_no_path_of_one_machine() {
        let path = concat!(
            "let x = \"./wo",
            "rk/3-render\"; format!(\"{dir}/wo",
            "rk/x\")\n"
        );
        assert_eq!(places_are_portable(&Tree::of(&[("a.rs", path)])), []);
    }
}
