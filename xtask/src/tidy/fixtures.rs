//! Rules over `fixtures/`.

use serde_json::Value;

use super::tree::{File, Tree};
use super::violation::Violation;

/// The list of files that are broken on purpose, one path below `fixtures/` a line.
const BROKEN: &str = "fixtures/broken.txt";

/// Requires that a fixture parses unless it is listed as broken, and that a listed one does not.
pub(super) fn fixtures_parse(tree: &Tree) -> Vec<Violation> {
    let list = tree
        .file(BROKEN)
        .map(|file| file.text().into_owned())
        .unwrap_or_default();
    let mut on_purpose: Vec<&str> = list
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let mut violations = Vec::new();
    for file in &tree.files {
        let Some(path) = file.path.strip_prefix("fixtures/") else {
            continue;
        };
        let listed = on_purpose.iter().position(|listed| *listed == path);
        if let Some(position) = listed {
            on_purpose.swap_remove(position);
        }
        match (parse(file), listed) {
            (Err(error), None) => violations.push(Violation::of_file(&file.path, error)),
            (Ok(()), Some(_)) => {
                let message = format!("is listed in {BROKEN}, but parses");
                violations.push(Violation::of_file(&file.path, message));
            }
            _ => {}
        }
    }
    for path in on_purpose {
        violations.push(Violation::of_file(BROKEN, format!("{path} is not there")));
    }
    violations
}

fn parse(file: &File) -> Result<(), String> {
    let whole = |bytes: &[u8]| match serde_json::from_slice::<Value>(bytes) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("does not parse: {error}")),
    };
    match file.extension() {
        "json" => whole(&file.bytes),
        "jsonl" => file
            .bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .try_for_each(whole),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_fixture_is_caught_unless_listed() {
        let files = [
            ("fixtures/a.json", "[1,"),
            ("fixtures/b.jsonl", "{}\n{\n"),
            ("c.json", "["),
        ];
        assert_eq!(fixtures_parse(&Tree::of(&files)).len(), 2);
        let listed = [files[0], files[1], (BROKEN, "# why\na.json\nb.jsonl\n")];
        assert_eq!(fixtures_parse(&Tree::of(&listed)), []);
    }

    #[test]
    fn a_stale_list_is_caught() {
        let files = [("fixtures/a.json", "[]"), (BROKEN, "a.json\ngone.json\n")];
        assert_eq!(fixtures_parse(&Tree::of(&files)).len(), 2);
    }
}
