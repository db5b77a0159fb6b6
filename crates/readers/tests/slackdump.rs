//! What slackdump writes in its own formats is read as the same conversations in an export.
//! `fixtures/slack/slackdump` holds them as plain files; the gzips and the database are made here.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail where it stands"
)]

#[allow(dead_code, reason = "not every test needs all of it")]
mod support;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use chatferry_model::manifest::{Outcome, ReadDetails};
use chatferry_readers::ReadOptions;
use flate2::Compression;
use flate2::write::GzEncoder;
use rusqlite::{Connection, params};
use serde_json::Value;

use support::{bytes, run, with_threads};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/slack/slackdump")
        .join(name)
}

type Output = Vec<(PathBuf, Vec<u8>)>;

fn output(export: &Path) -> (Output, Outcome<ReadDetails>) {
    let temporary = tempfile::tempdir().unwrap();
    let options = ReadOptions::default();
    let outcome = run(&[export.to_owned()], &options, temporary.path());
    (bytes(temporary.path()), outcome)
}

/// The files of `1-read` one by one, so that a difference shows where it is.
fn assert_same(found: &Output, expected: &Output) {
    let names =
        |output: &Output| -> Vec<_> { output.iter().map(|(path, _)| path.clone()).collect() };
    assert_eq!(names(found), names(expected));
    for ((path, found), (_, expected)) in found.iter().zip(expected) {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(text(found), text(expected), "{}", path.display());
    }
}

fn findings(outcome: &Outcome<ReadDetails>) -> Vec<String> {
    let lines = outcome.findings.lines();
    let code = |line: &chatferry_model::finding::Finding| line.code.to_string();
    lines.iter().map(code).collect()
}

fn workspaces(outcome: &Outcome<ReadDetails>) -> Vec<String> {
    let named = outcome.details.workspaces.iter();
    named
        .filter_map(|workspace| workspace.name.clone())
        .collect()
}

fn lines(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(fixture("chunks").join(name)).unwrap();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn names() -> Vec<String> {
    let entries = fs::read_dir(fixture("chunks")).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn copy_uploads(into: &Path) {
    let folder = into.join("__uploads/F0AAA1111");
    fs::create_dir_all(&folder).unwrap();
    let from = fixture("export/__uploads/F0AAA1111/notes.txt");
    fs::copy(from, folder.join("notes.txt")).unwrap();
    // Nobody's file, called like something of an export's or an archive's.
    for name in ["2020-01-31.json", "users.json.gz", "other.sqlite"] {
        let folder = into.join("__avatars/U1");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), "[]").unwrap();
    }
}

fn make_chunks(into: &Path) {
    fs::create_dir_all(into).unwrap();
    copy_uploads(into);
    for name in names() {
        let text = fs::read(fixture("chunks").join(&name)).unwrap();
        let path = into.join(name.replace(".jsonl", ".json.gz"));
        let mut gzip = GzEncoder::new(fs::File::create(path).unwrap(), Compression::default());
        gzip.write_all(&text).unwrap();
        gzip.finish().unwrap();
    }
}

/// The same answers of Slack's as rows, each line a chunk.
fn make_database(path: &Path) -> Connection {
    let database = Connection::open(path).unwrap();
    database
        .execute_batch(
            "CREATE TABLE CHUNK (ID INTEGER PRIMARY KEY, SESSION_ID INTEGER, TYPE_ID INTEGER);
            CREATE TABLE MESSAGE (ID INTEGER, CHUNK_ID INTEGER, CHANNEL_ID TEXT, TS TEXT, IDX INTEGER,
                DATA BLOB, PRIMARY KEY (ID, CHUNK_ID));
            CREATE TABLE CHANNEL (ID TEXT, CHUNK_ID INTEGER, IDX INTEGER, DATA BLOB);
            CREATE TABLE S_USER (ID TEXT, CHUNK_ID INTEGER, IDX INTEGER, DATA BLOB);
            CREATE TABLE CHANNEL_USER (ID TEXT, CHUNK_ID INTEGER, CHANNEL_ID TEXT, IDX INTEGER);
            CREATE TABLE WORKSPACE (ID INTEGER PRIMARY KEY, CHUNK_ID INTEGER, DATA BLOB);",
        )
        .unwrap();
    // Somebody who had left by the second session.
    database
        .execute_batch(
            "INSERT INTO CHUNK VALUES (1, 1, 7);
            INSERT INTO CHANNEL_USER VALUES ('U1', 1, 'G04AR41AB', 0);",
        )
        .unwrap();
    let mut number = 1;
    for chunk in names().iter().flat_map(|name| lines(name)) {
        number += 1;
        let kind = chunk["t"].as_i64().unwrap();
        database
            .execute(
                "INSERT INTO CHUNK VALUES (?1, 2, ?2)",
                params![number, kind],
            )
            .unwrap();
        let all = |key: &str| chunk[key].as_array().cloned().unwrap_or_default();
        for (index, message) in (0_i64..).zip(all("m").iter()) {
            let ts = message["ts"].as_str().unwrap();
            let id: i64 = ts.replace('.', "").parse().unwrap();
            let data = message.to_string().into_bytes();
            database
                .execute(
                    "INSERT INTO MESSAGE VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    params![id, number, chunk["id"].as_str(), ts, index, data],
                )
                .unwrap();
        }
        let mut channels = all("ch");
        channels.extend(chunk.get("ci").cloned());
        for (table, rows) in [("CHANNEL", channels), ("S_USER", all("u"))] {
            for (index, row) in (0_i64..).zip(rows.iter()) {
                let data = row.to_string().into_bytes();
                let sql = format!("INSERT INTO {table} VALUES (?1, ?2, ?3, ?4)");
                database
                    .execute(&sql, params![row["id"].as_str(), number, index, data])
                    .unwrap();
            }
        }
        if let Some(workspace) = chunk.get("w") {
            database
                .execute(
                    "INSERT INTO WORKSPACE (CHUNK_ID, DATA) VALUES (?1, ?2)",
                    params![number, workspace.to_string().into_bytes()],
                )
                .unwrap();
        }
        for (index, user) in (0_i64..).zip(all("cu").iter()) {
            database
                .execute(
                    "INSERT INTO CHANNEL_USER VALUES (?1, ?2, ?3, ?4)",
                    params![user.as_str(), number, chunk["id"].as_str(), index],
                )
                .unwrap();
        }
    }
    database
}

#[test]
fn chunks_are_read_as_the_export() {
    let (expected, export) = output(&fixture("export"));
    let temporary = tempfile::tempdir().unwrap();
    make_chunks(&temporary.path().join("wrapped"));
    let (found, outcome) = output(temporary.path());
    assert_same(&found, &expected);
    assert_eq!(outcome.details.layout, "slackdump's chunks");
    assert_eq!(workspaces(&outcome), ["Acme"]);
    assert_eq!(findings(&outcome), Vec::<String>::new());
    let (messages, whole) = (&outcome.sums["messages"], &export.sums["messages"]);
    // The edited message and the reply that is shown to all came twice.
    assert_eq!((messages.input, whole.input), (10, 8));
    assert_eq!(messages.output, whole.output);
    assert_eq!(messages.merged["in several answers of Slack"], 2);
}

#[test]
fn one_chunk_file_stands_for_its_conversation() {
    let (expected, _) = output(&fixture("export"));
    let temporary = tempfile::tempdir().unwrap();
    make_chunks(temporary.path());
    let (found, outcome) = output(&temporary.path().join("C04AR31GN.json.gz"));
    let messages = |output: &Output| -> Output {
        let one = |(path, _): &&(PathBuf, Vec<u8>)| path.ends_with("C04AR31GN.jsonl");
        output.iter().filter(one).cloned().collect()
    };
    assert_same(&messages(&found), &messages(&expected));
    assert_eq!(outcome.details.layout, "slackdump's chunks");
    assert_eq!(workspaces(&outcome), ["Acme"]);
}

#[test]
fn the_number_of_threads_does_not_show() {
    let temporary = tempfile::tempdir().unwrap();
    make_chunks(temporary.path());
    assert_eq!(
        with_threads(1, temporary.path()),
        with_threads(4, temporary.path())
    );
}

#[test]
fn a_cut_chunk_file_costs_what_is_cut() {
    let temporary = tempfile::tempdir().unwrap();
    make_chunks(temporary.path());
    let path = temporary.path().join("C04AR31GN.json.gz");
    let mut first = GzEncoder::new(Vec::new(), Compression::default());
    let text = fs::read_to_string(fixture("chunks/C04AR31GN.jsonl")).unwrap();
    let (whole, rest) = text.split_at(text.match_indices('\n').nth(3).unwrap().0 + 1);
    first.write_all(whole.as_bytes()).unwrap();
    let mut gzip = first.finish().unwrap();
    let mut second = GzEncoder::new(Vec::new(), Compression::default());
    second.write_all(rest.as_bytes()).unwrap();
    let second = second.finish().unwrap();
    gzip.extend_from_slice(&second[..second.len() / 2]);
    fs::write(path, gzip).unwrap();
    let (found, outcome) = output(temporary.path());
    let codes = findings(&outcome);
    assert!(
        codes.contains(&"read-damaged-entry".to_owned()),
        "{codes:?}"
    );
    let messages = found
        .iter()
        .find(|(path, _)| path.ends_with("C04AR31GN.jsonl"));
    let text = String::from_utf8_lossy(&messages.unwrap().1);
    assert!(text.contains("edit me") && text.contains("last "), "{text}");
}

#[test]
fn the_archive_is_read_as_the_export() {
    let (expected, _) = output(&fixture("export"));
    let temporary = tempfile::tempdir().unwrap();
    // Characters that mean something in the name SQLite is given.
    let folder = temporary.path().join("100% of #it?");
    copy_uploads(&folder);
    let path = folder.join("slackdump.sqlite");
    make_database(&path).close().unwrap();
    let before = bytes(&folder);
    let (found, outcome) = output(&folder);
    assert_same(&found, &expected);
    assert_eq!(outcome.details.layout, "slackdump's archive (SQLite)");
    assert_eq!(workspaces(&outcome), ["Acme"]);
    assert_eq!(findings(&outcome), Vec::<String>::new());
    assert_eq!(
        outcome.sums["messages"].merged["in several answers of Slack"],
        2
    );
    // The database alone stands for its folder.
    assert_same(&output(&path).0, &expected);
    assert_eq!(bytes(&folder), before, "an export is only read");
}

#[test]
fn what_is_only_in_the_log_of_the_database_is_read() {
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("slackdump.sqlite");
    copy_uploads(temporary.path());
    let database = make_database(&path);
    database.pragma_update(None, "journal_mode", "wal").unwrap();
    let sql = "UPDATE MESSAGE SET DATA = CAST(replace(DATA, 'last', 'latest') AS BLOB)";
    database.execute(sql, []).unwrap();
    let (found, _) = output(&path);
    let has_it =
        |(_, content): &(PathBuf, Vec<u8>)| String::from_utf8_lossy(content).contains("latest");
    assert!(found.iter().any(has_it));
    database.close().unwrap();
}

#[test]
fn a_database_of_something_else_says_so() {
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("slackdump.sqlite");
    let database = Connection::open(&path).unwrap();
    database
        .execute_batch("CREATE TABLE OTHER (ID INTEGER)")
        .unwrap();
    database.close().unwrap();
    let (_, outcome) = output(&path);
    // One for each table that is not there.
    let codes = findings(&outcome);
    assert_eq!(
        codes
            .iter()
            .filter(|code| *code == "read-damaged-entry")
            .count(),
        4
    );
    assert_eq!(codes.last().unwrap(), "read-nothing");
}

#[test]
fn a_dump_is_read_as_private_conversations_with_the_same_messages() {
    let (expected, _) = output(&fixture("export"));
    let (found, outcome) = output(&fixture("dump"));
    assert_eq!(outcome.details.layout, "slackdump's dump");
    assert_eq!(findings(&outcome), Vec::<String>::new());
    let is_same = |(path, _): &&(PathBuf, Vec<u8>)| {
        let name = path.to_string_lossy();
        // Without a list of people they are called by their ids, in mentions too.
        name.starts_with("blobs")
            || name.ends_with("D04AR51RP.jsonl")
            || name.ends_with("files.jsonl")
    };
    let some = |output: &Output| -> Output { output.iter().filter(is_same).cloned().collect() };
    assert_eq!(some(&found).len(), 3);
    assert_same(&some(&found), &some(&expected));
    let text = |output: &Output, name: &str| {
        let file = output
            .iter()
            .find(|(path, _)| path.ends_with(name))
            .unwrap();
        String::from_utf8_lossy(&file.1).into_owned()
    };
    let channel = text(&found, "C04AR31GN.jsonl");
    assert_eq!(
        channel.lines().count(),
        text(&expected, "C04AR31GN.jsonl").lines().count()
    );
    let conversations = text(&found, "conversations.jsonl");
    assert!(
        conversations.contains(r#""kind":"private","name":"general""#),
        "{conversations}"
    );
}
