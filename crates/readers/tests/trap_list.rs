//! The table of traps names a case for each of them, and each case is there.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

/// How many traps the record of the format numbers.
const COUNT: u32 = 78;

#[test]
fn every_trap_has_a_case() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let traps = repository.join("fixtures/slack/traps");
    let table = std::fs::read_to_string(traps.join("README.md")).unwrap();
    let mut numbers = Vec::new();
    let mut folders = BTreeSet::new();
    for line in table.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, number, _, case, _] = *cells.as_slice() else {
            continue;
        };
        numbers.extend(number.parse::<u32>().ok());
        let mut source = String::new();
        for name in case.split('`').skip(1).step_by(2) {
            if let Some(folder) = name.strip_suffix('/') {
                let export = traps.join(folder).join("export");
                assert!(export.is_dir(), "{number}: {folder} is not there");
                folders.insert(folder.to_owned());
            } else if name.ends_with(".rs") {
                source = std::fs::read_to_string(repository.join(name)).unwrap();
            } else if !source.is_empty() {
                let test = format!("fn {name}()");
                assert!(source.contains(&test), "{number}: there is no {test}");
            }
        }
    }
    assert_eq!(numbers, (1..=COUNT).collect::<Vec<_>>());
    let there: BTreeSet<String> = std::fs::read_dir(&traps)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(there, folders, "every folder stands in the table");
}
