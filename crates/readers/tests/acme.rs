//! The whole of `1-read` for the fixture that holds everything the reader knows.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail where it stands"
)]

use std::path::{Path, PathBuf};

use chatferry_model::folder::ReadFolder;
use chatferry_model::manifest::{Outcome, ReadDetails};
use chatferry_model::progress::Silent;
use chatferry_readers::{ReadOptions, SystemMessages, read};
use serde_json::Value;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/slack")
        .join(name)
}

fn run(exports: &[PathBuf], options: &ReadOptions, into: &Path) -> Outcome<ReadDetails> {
    let folder = ReadFolder::new(into.to_owned());
    let outcome = read(exports, &folder, options, &Silent).unwrap();
    for (unit, sum) in &outcome.sums {
        sum.prove(unit).unwrap();
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

#[test]
fn acme_becomes_the_intermediate_format() {
    snapshot(&fixture("acme"), "acme");
}

#[test]
fn damaged_files_cost_what_is_damaged() {
    snapshot(&fixture("damaged"), "damaged");
}

fn snapshot(export: &Path, name: &str) {
    let temporary = tempfile::tempdir().unwrap();
    let outcome = run(
        &[export.to_owned()],
        &ReadOptions::default(),
        temporary.path(),
    );
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(name);
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
fn bytes(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let all = files(folder).into_iter();
    all.map(|path| {
        let content = std::fs::read(&path).unwrap();
        (path.strip_prefix(folder).unwrap().to_owned(), content)
    })
    .collect()
}

#[test]
fn the_number_of_threads_does_not_show() {
    let read_with = |threads: usize| {
        let temporary = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let outcome = pool.install(|| {
            run(
                &[fixture("acme")],
                &ReadOptions::default(),
                temporary.path(),
            )
        });
        let findings = serde_json::to_string(&outcome.findings.lines()).unwrap();
        (bytes(temporary.path()), findings)
    };
    let one = read_with(1);
    assert!(one.0.len() > 10);
    assert_eq!(one, read_with(4));
}

#[test]
fn a_zip_in_two_parts_that_overlap_is_the_whole() {
    // The export twice: every message is there already.
    let whole = tempfile::tempdir().unwrap();
    let once = run(&[fixture("acme")], &ReadOptions::default(), whole.path());
    let doubled = tempfile::tempdir().unwrap();
    let twice = run(
        &[fixture("acme"), fixture("acme")],
        &ReadOptions::default(),
        doubled.path(),
    );
    let (once, twice) = (&once.sums["messages"], &twice.sums["messages"]);
    assert_eq!(twice.output, once.output);
    assert_eq!(twice.input, 2 * once.input);
    assert_eq!(twice.added, once.added);
    for (path, content) in bytes(&whole.path().join("messages")) {
        let again = std::fs::read(doubled.path().join("messages").join(&path)).unwrap();
        let sorted = |bytes: &[u8]| {
            let mut lines: Vec<_> = String::from_utf8_lossy(bytes)
                .lines()
                .map(str::to_owned)
                .collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&again), sorted(&content), "{}", path.display());
    }
}

#[test]
fn system_messages_are_shown_on_request() {
    let temporary = tempfile::tempdir().unwrap();
    let options = ReadOptions {
        system_messages: SystemMessages::Show,
        ..ReadOptions::default()
    };
    let outcome = run(&[fixture("acme")], &options, temporary.path());
    let skipped: Vec<_> = outcome.sums["messages"].skipped.keys().cloned().collect();
    insta::assert_snapshot!(skipped.join("\n"), @r#"
        app_conversation_join
        channel_canvas_updated
        channel_tab_added
        joiner_notification
        share_shortcut
        tabbed_canvas_updated
        unknown subtype without content
        unpinned_item
        welcome_party
        "#);
}

#[test]
fn no_token_reaches_the_output() {
    let temporary = tempfile::tempdir().unwrap();
    run(
        &[fixture("acme")],
        &ReadOptions::default(),
        temporary.path(),
    );
    for (path, content) in bytes(temporary.path()) {
        let text = String::from_utf8_lossy(&content);
        assert!(!text.contains("xoxe-FAKE"), "{}", path.display());
        for markup in ["<@U", "<#C", "<!", "&amp;amp;"] {
            let literal = text.matches(markup).count();
            assert!(
                literal == 0 || path.ends_with("C04AR31GN.jsonl"),
                "{markup} in {}",
                path.display()
            );
        }
    }
}
