//! Several exports of one workspace become one whole.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};

use chatferry_model::folder::ReadFolder;
use chatferry_model::manifest::{Outcome, ReadDetails};
use chatferry_model::progress::Silent;
use chatferry_readers::{ReadOptions, hash_inputs, read};

/// Writes an export: path and content of each file.
fn export(folder: &Path, name: &str, files: &[(&str, &str)]) -> PathBuf {
    let root = folder.join(name);
    for (path, content) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    root
}

/// Reads exports; returns the lines of a conversation, each as `id author > root: words`.
fn lines(exports: &[PathBuf], conversation: &str) -> (Vec<String>, Outcome<ReadDetails>) {
    let temporary = tempfile::tempdir().unwrap();
    let folder = ReadFolder::new(temporary.path().to_owned());
    let outcome = read(exports, &folder, &ReadOptions::default(), &Silent).unwrap();
    outcome.sums["messages"].check("messages").unwrap();
    let path = temporary
        .path()
        .join(format!("messages/{conversation}.jsonl"));
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = Vec::new();
    for line in text.lines().filter(|line| line.contains("\"author\"")) {
        let message: chatferry_model::message::Message<'_> = serde_json::from_str(line).unwrap();
        let root = message
            .thread
            .map(|thread| format!(" > {}", thread.root))
            .unwrap_or_default();
        lines.push(format!(
            "{} {}{root}: {}",
            message.id,
            message.author.person,
            message.body.to_plain_text()
        ));
    }
    (lines, outcome)
}

const CHANNELS: &str = r#"[{"id":"C1","name":"general"},{"id":"C2","name":"dropped"}]"#;

#[test]
fn a_zip_per_year() {
    let temporary = tempfile::tempdir().unwrap();
    let first = export(
        temporary.path(),
        "2019",
        &[
            ("channels.json", CHANNELS),
            (
                "general/2019-12-31.json",
                r#"[{"ts":"1577800000.000100","user":"U1","text":"root"},{"ts":"1577800001.000100","user":"U1","text":"changed later"}]"#,
            ),
            (
                "dropped/2019-12-31.json",
                r#"[{"ts":"1577800000.000100","user":"U1","text":"old"}]"#,
            ),
        ],
    );
    let second = export(
        temporary.path(),
        "2020",
        &[
            ("channels.json", r#"[{"id":"C1","name":"renamed"}]"#),
            (
                "renamed/2019-12-31.json",
                r#"[{"ts":"1577800001.000100","user":"U1","text":"was changed","edited":{"user":"U1","ts":"1577800900.000000"}}]"#,
            ),
            (
                "renamed/2020-01-01.json",
                r#"[{"ts":"1577900000.000100","user":"U2","text":"reply","thread_ts":"1577800000.000100"}]"#,
            ),
            (
                "dropped/2020-01-01.json",
                r#"[{"ts":"1577900000.000100","user":"U1","text":"new"}]"#,
            ),
        ],
    );
    let (general, outcome) = lines(&[first.clone(), second.clone()], "C1");
    assert_eq!(
        general,
        [
            "1577800000.000100 U1: root",
            "1577800001.000100 U1: was changed",
            "1577900000.000100 U2 > 1577800000.000100: reply",
        ]
    );
    assert_eq!(outcome.sums["messages"].merged["duplicate"], 1);
    assert!(outcome.sums["messages"].added.is_empty());

    let (dropped, _) = lines(&[first, second], "C2");
    assert_eq!(
        dropped,
        ["1577800000.000100 U1: old", "1577900000.000100 U1: new"]
    );
}

#[test]
fn the_version_changed_last_counts_in_any_order() {
    let temporary = tempfile::tempdir().unwrap();
    let day = |text: &str, edited: &str| {
        format!(
            r#"[{{"ts":"1577800000.000100","user":"U1","text":"{text}","edited":{{"user":"U1","ts":"{edited}"}}}}]"#
        )
    };
    let old = export(
        temporary.path(),
        "old",
        &[
            ("channels.json", CHANNELS),
            ("general/2019-12-31.json", &day("old", "1577800001.000000")),
        ],
    );
    let new = export(
        temporary.path(),
        "new",
        &[
            ("channels.json", CHANNELS),
            ("general/2019-12-31.json", &day("new", "1577800002.000000")),
        ],
    );
    for exports in [[old.clone(), new.clone()], [new, old]] {
        assert_eq!(lines(&exports, "C1").0, ["1577800000.000100 U1: new"]);
    }
}

#[test]
fn one_export_that_says_two_things_at_once_says_both() {
    let temporary = tempfile::tempdir().unwrap();
    let only = export(
        temporary.path(),
        "only",
        &[
            ("channels.json", CHANNELS),
            (
                "general/2019-12-31.json",
                r#"[{"ts":"1577800000.000100","user":"U1","text":"a"},{"ts":"1577800000.000100","user":"U2","text":"b"},{"ts":"1577800000.000100","user":"U1","text":"c"},{"ts":"1577800000.000100","user":"U1","text":"a"}]"#,
            ),
        ],
    );
    let (general, outcome) = lines(&[only], "C1");
    assert_eq!(
        general,
        [
            "1577800000.000100 U1: a",
            "1577800000.000100-2 U2: b",
            "1577800000.000100-3 U1: c",
        ]
    );
    assert_eq!(outcome.sums["messages"].merged["duplicate"], 1);
}

#[test]
fn the_hash_follows_the_content() {
    let temporary = tempfile::tempdir().unwrap();
    let a = export(temporary.path(), "a", &[("channels.json", CHANNELS)]);
    let before = hash_inputs(&[a.clone(), a.clone()]).unwrap();
    assert_eq!(
        before.len(),
        2,
        "the same name twice is two inputs: {before:?}"
    );
    std::fs::write(a.join("channels.json"), "[]").unwrap();
    let after = hash_inputs(std::slice::from_ref(&a)).unwrap();
    assert_ne!(before["a"], after["a"]);
}

#[test]
fn what_was_deleted_between_two_exports_comes_once() {
    let said = r#"[{"ts":"1577800000.000100","user":"U1","text":"root"},{"ts":"1577800001.000100","user":"U2","text":"reply","thread_ts":"1577800000.000100"}]"#;
    let deleted = r#"[{"ts":"1577800000.000100","subtype":"tombstone","user":"USLACKBOT","text":"This message was deleted.","thread_ts":"1577800000.000100"},{"ts":"1577800001.000100","user":"U2","text":"reply","thread_ts":"1577800000.000100"}]"#;
    let temporary = tempfile::tempdir().unwrap();
    let files = |day| {
        [
            ("channels.json", CHANNELS),
            ("general/2019-12-31.json", day),
        ]
    };
    let first = export(temporary.path(), "first", &files(said));
    let second = export(temporary.path(), "second", &files(deleted));
    for exports in [[first.clone(), second.clone()], [second, first]] {
        let (lines, _) = lines(&exports, "C1");
        assert_eq!(
            lines,
            [
                "1577800000.000100 U1: root",
                "1577800001.000100 U2 > 1577800000.000100: reply",
            ]
        );
    }
}

#[test]
fn a_join_that_comes_twice_takes_nothing_from_who_joined() {
    let day = r#"[{"ts":"1577800000.000100","user":"U1","subtype":"channel_join","text":"joined"},{"ts":"1577800001.000100","user":"U1","text":"said"}]"#;
    let temporary = tempfile::tempdir().unwrap();
    let files = [
        ("channels.json", CHANNELS),
        ("general/2019-12-31.json", day),
    ];
    let first = export(temporary.path(), "first", &files);
    let second = export(temporary.path(), "second", &files);
    let folder = ReadFolder::new(temporary.path().join("read"));
    read(&[first, second], &folder, &ReadOptions::default(), &Silent).unwrap();
    let people = std::fs::read_to_string(folder.people()).unwrap();
    assert!(people.contains(r#""messages":1"#), "{people}");
}
