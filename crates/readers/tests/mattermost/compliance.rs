//! Compliance exports of Mattermost: zips of zips, a bare table, and side by side with a bulk
//! export.
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use chatferry_readers::ReadOptions;
use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{bytes, run};

fn trap(name: &str) -> PathBuf {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mattermost/traps");
    fixtures.join(name).join("export")
}

/// What is read, but for the findings, which say where things lie.
fn output(exports: &[PathBuf]) -> BTreeMap<PathBuf, Vec<u8>> {
    let temporary = tempfile::tempdir().unwrap();
    run(exports, &ReadOptions::default(), temporary.path());
    bytes(temporary.path()).into_iter().collect()
}

fn lines(output: &BTreeMap<PathBuf, Vec<u8>>, file: &str) -> Vec<Value> {
    let text = String::from_utf8(output[Path::new(file)].clone()).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

/// Zips a folder, each folder of a batch in it as a zip of its own.
fn zip_of_zips(folder: &Path, to: &Path) {
    let mut batches: BTreeMap<PathBuf, ZipWriter<Cursor<Vec<u8>>>> = BTreeMap::new();
    let options = SimpleFileOptions::default();
    for (path, content) in bytes(folder) {
        let batch: PathBuf = path.components().take(2).collect();
        let within = path.strip_prefix(&batch).unwrap();
        let zip = batches
            .entry(batch)
            .or_insert_with(|| ZipWriter::new(Cursor::default()));
        zip.start_file(within.to_str().unwrap(), options).unwrap();
        zip.write_all(&content).unwrap();
    }
    let mut outer = ZipWriter::new(File::create(to).unwrap());
    for (batch, zip) in batches {
        let name = format!("{}.zip", batch.to_str().unwrap());
        outer.start_file(name, options).unwrap();
        let inner = zip.finish().unwrap().into_inner();
        outer.write_all(&inner).unwrap();
    }
    outer.finish().unwrap();
}

#[test]
fn a_zip_of_zips_is_the_folder_it_was_made_of() {
    let temporary = tempfile::tempdir().unwrap();
    let zip = temporary.path().join("export.zip");
    zip_of_zips(&trap("compliance-csv"), &zip);
    let read = output(&[zip]);
    assert!(read.len() > 8);
    assert_eq!(read, output(&[trap("compliance-csv")]));
}

#[test]
fn a_table_alone_finds_the_files_beside_it() {
    let alone = output(&[trap("compliance-csv-old").join("posts.csv")]);
    assert_eq!(alone, output(&[trap("compliance-csv-old")]));
    let alone = output(&[trap("compliance-actiance").join("actiance_export.xml")]);
    let names = [Path::new("people.jsonl"), Path::new("conversations.jsonl")];
    for name in names {
        let folder = output(&[trap("compliance-actiance")]);
        assert_eq!(alone[name], folder[name]);
    }
}

/// The same people, channel and posts as a bulk export has them.
const BULK: &str = r#"{"type":"version","version":1,"info":{"generator":"mattermost-server","version":"10.11.0"}}
{"type":"team","team":{"name":"acme","display_name":"Acme Lantern Works"}}
{"type":"channel","channel":{"team":"acme","name":"town-square","display_name":"The Square","type":"O","header":"Welcome"}}
{"type":"user","user":{"username":"ann","email":"ANN@acme.example","first_name":"Ann","last_name":"Arbor","roles":"system_user"}}
{"type":"user","user":{"username":"bob","email":"bob@acme.example","first_name":"Bob","roles":"system_user"}}
{"type":"post","post":{"team":"acme","channel":"town-square","user":"ann","message":"The root, with what only a bulk export has","create_at":1709632800000,"reactions":[{"user":"bob","emoji_name":"+1"}],"is_pinned":true}}
{"type":"direct_post","direct_post":{"channel_members":["bob","ann"],"user":"ann","message":"psst","create_at":1709632806000}}
"#;

#[test]
fn what_a_bulk_export_holds_too_is_taken_from_that() {
    let temporary = tempfile::tempdir().unwrap();
    let bulk = temporary.path().join("export.jsonl");
    fs::write(&bulk, BULK).unwrap();
    let csv = trap("compliance-csv");
    let actiance = trap("compliance-actiance");
    for others in [
        vec![csv.clone()],
        vec![actiance.clone()],
        vec![actiance, csv],
    ] {
        let all: Vec<PathBuf> = others.iter().chain([&bulk]).cloned().collect();
        let read = output(&all);
        let mut other_way: Vec<PathBuf> = vec![bulk.clone()];
        other_way.extend(others);
        assert_eq!(
            read.get(Path::new("people.jsonl")),
            output(&other_way).get(Path::new("people.jsonl"))
        );

        let people = lines(&read, "people.jsonl");
        let ann = people.iter().find(|person| person["id"] == "ann").unwrap();
        assert_eq!(ann["name"], "Ann Arbor");
        assert!(
            people
                .iter()
                .all(|person| person["id"] != "ann@acme.example")
        );
        let conversations = lines(&read, "conversations.jsonl");
        let square: Vec<_> = conversations
            .iter()
            .filter(|of| {
                of["id"]
                    .as_str()
                    .is_some_and(|id| id.ends_with("town-square"))
            })
            .collect();
        assert_eq!(square.len(), 1);
        assert_eq!(square[0]["name"], "The Square");
        let messages = lines(&read, "messages/acme%2Ftown-square.jsonl");
        let roots: Vec<_> = messages
            .iter()
            .filter(|message| message["id"] == "1709632800000-ann")
            .collect();
        assert_eq!(roots.len(), 1);
        assert!(roots[0]["pinned"].is_object());
        assert!(
            messages
                .iter()
                .any(|message| message["id"] == "1709632807000-lampwatch"
                    || message["author"]["person"] == "lampwatch@localhost")
        );
        let direct = lines(&read, "messages/dm%2Fann%2Bbob.jsonl");
        let said = direct.iter().filter(|line| line["id"].is_string());
        assert_eq!(said.count(), 1);
    }
}

#[test]
fn mails_are_refused_with_a_way_out() {
    let temporary = tempfile::tempdir().unwrap();
    fs::write(temporary.path().join("1.eml"), "From: ann").unwrap();
    let folder = chatferry_model::folder::ReadFolder::new(temporary.path().join("out"));
    let read = chatferry_readers::read(
        &[temporary.path().to_owned()],
        &folder,
        &ReadOptions::default(),
        &chatferry_model::progress::Silent,
    );
    let said = read.unwrap_err().to_string();
    assert!(said.contains("export as CSV instead"), "{said}");
}
