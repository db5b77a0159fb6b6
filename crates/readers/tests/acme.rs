//! The whole of `1-read` for the fixture that holds everything the reader knows.

use std::path::{Path, PathBuf};

use chatferry_model::folder::ReadFolder;
use chatferry_model::manifest::{Outcome, ReadDetails};
use chatferry_model::progress::Silent;
use chatferry_readers::{ReadOptions, read};

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/slack/acme")
}

fn run(exports: &[PathBuf], options: &ReadOptions, into: &Path) -> Outcome<ReadDetails> {
    let folder = ReadFolder::new(into.to_owned());
    let outcome = read(exports, &folder, options, &Silent).unwrap();
    for (unit, sum) in &outcome.sums {
        sum.prove(unit).unwrap();
    }
    outcome
}

/// Each line as JSON that people can read, long ones over several lines.
fn readable(path: &Path) -> String {
    let mut out = String::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        if line.len() <= 110 {
            out.push_str(line);
        } else {
            out.push_str(&serde_json::to_string_pretty(&value).unwrap());
        }
        out.push('\n');
    }
    out
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

#[test]
fn acme_becomes_the_intermediate_format() {
    let temporary = tempfile::tempdir().unwrap();
    let outcome = run(&[fixture()], &ReadOptions::default(), temporary.path());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("acme");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for path in files(temporary.path()) {
            let name = path
                .strip_prefix(temporary.path())
                .unwrap()
                .to_string_lossy();
            if path
                .extension()
                .is_some_and(|extension| extension == "jsonl")
            {
                insta::assert_snapshot!(name.replace('/', "-"), readable(&path));
            }
        }
        insta::assert_json_snapshot!("details", outcome.details);
        insta::assert_json_snapshot!("sums", outcome.sums);
        insta::assert_json_snapshot!("findings", outcome.findings.lines());
    });
}
