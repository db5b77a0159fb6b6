//! What the tests of whole exports share: running a reader, and its output as text to look at.

use std::path::{Path, PathBuf};

use chatferry_model::folder::ReadFolder;
use chatferry_model::manifest::{Outcome, ReadDetails};
use chatferry_model::progress::Silent;
use chatferry_readers::{ReadOptions, read};
use serde_json::Value;

pub(crate) fn run(exports: &[PathBuf], options: &ReadOptions, into: &Path) -> Outcome<ReadDetails> {
    let folder = ReadFolder::new(into.to_owned());
    let outcome = read(exports, &folder, options, &Silent).unwrap();
    for (unit, sum) in &outcome.sums {
        sum.check(unit).unwrap();
    }
    outcome
}

/// Each line as JSON that people can read: what fits stands on one line.
fn readable(path: &Path) -> String {
    let mut out = String::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        write(&value, 0, &mut out);
        out.push('\n');
    }
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    let compact = value.to_string();
    let indent = "  ".repeat(depth + 1);
    let (open, items, close): (_, Vec<(String, &Value)>, _) = match value {
        Value::Array(items) => (
            '[',
            items.iter().map(|item| (String::new(), item)).collect(),
            ']',
        ),
        Value::Object(map) => (
            '{',
            map.iter()
                .map(|(key, item)| (format!("{key:?}: "), item))
                .collect(),
            '}',
        ),
        _ => return out.push_str(&compact),
    };
    if compact.chars().count() + 2 * depth <= 110 {
        return out.push_str(&compact);
    }
    out.push(open);
    for (number, (key, item)) in items.iter().enumerate() {
        out.push_str(if number == 0 { "\n" } else { ",\n" });
        out.push_str(&indent);
        out.push_str(key);
        write(item, depth + 1, out);
    }
    out.push('\n');
    out.push_str(&indent[2..]);
    out.push(close);
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

pub(crate) fn snapshot(export: &Path, name: &str) {
    let temporary = tempfile::tempdir().unwrap();
    let outcome = run(
        &[export.to_owned()],
        &ReadOptions::default(),
        temporary.path(),
    );
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new("..").join(name));
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

/// Every byte of an output, by path.
pub(crate) fn bytes(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let all = files(folder).into_iter();
    all.map(|path| {
        let content = std::fs::read(&path).unwrap();
        (path.strip_prefix(folder).unwrap().to_owned(), content)
    })
    .collect()
}

/// The output and the findings of reading `export` on that many threads.
pub(crate) fn with_threads(threads: usize, export: &Path) -> (Vec<(PathBuf, Vec<u8>)>, String) {
    let temporary = tempfile::tempdir().unwrap();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    let options = ReadOptions::default();
    let outcome = pool.install(|| run(&[export.to_owned()], &options, temporary.path()));
    let findings = serde_json::to_string(&outcome.findings.lines()).unwrap();
    (bytes(temporary.path()), findings)
}
