//! The whole of `1-read` for the Mattermost fixture that holds everything, in every container.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail where it stands"
)]

#[path = "mattermost/compliance.rs"]
mod compliance;
#[path = "mattermost/hostile.rs"]
mod hostile;
mod support;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use chatferry_model::selection::Selection;
use chatferry_readers::{ReadOptions, SystemMessages, TextSmileys};
use zip::write::SimpleFileOptions;

use support::{bytes, run, snapshot, with_threads};

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mattermost/acme")
}

/// The files of the fixture by path.
fn entries() -> Vec<(PathBuf, Vec<u8>)> {
    bytes(&fixture())
}

fn output(export: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let temporary = tempfile::tempdir().unwrap();
    run(
        &[export.to_owned()],
        &ReadOptions::default(),
        temporary.path(),
    );
    bytes(temporary.path()).into_iter().collect()
}

#[test]
fn acme_becomes_the_intermediate_format() {
    snapshot(&fixture(), "mattermost");
}

#[test]
fn the_number_of_threads_does_not_show() {
    let one = with_threads(1, &fixture());
    assert!(one.0.len() > 10);
    assert_eq!(one, with_threads(4, &fixture()));
}

#[test]
fn a_zip_as_a_server_streams_it() {
    // Stored, with the sizes behind the data: a reader that goes by the local headers is lost.
    let temporary = tempfile::tempdir().unwrap();
    for separator in ["/", "\\"] {
        let path = temporary.path().join("export.zip");
        let mut zip = zip::ZipWriter::new_stream(File::create(&path).unwrap());
        let stored =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for (name, content) in entries() {
            let deflated = name.ends_with("import.jsonl");
            let options = if deflated {
                SimpleFileOptions::default()
            } else {
                stored
            };
            let name = name.to_str().unwrap().replace('/', separator);
            zip.start_file(name, options).unwrap();
            zip.write_all(&content).unwrap();
        }
        zip.finish().unwrap();
        assert_eq!(output(&path), output(&fixture()));
    }
}

#[test]
fn a_tar_gz_with_its_own_folder() {
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("export.tar.gz");
    let packed =
        flate2::write::GzEncoder::new(File::create(&path).unwrap(), flate2::Compression::fast());
    let mut tar = tar::Builder::new(packed);
    tar.append_dir_all("backup", fixture()).unwrap();
    tar.into_inner().unwrap().finish().unwrap();
    let (packed, mut folder) = (output(&path), output(&fixture()));
    // The lines of an export are named by their place, and everything else is the same.
    let name = Path::new("findings.jsonl");
    folder.remove(name);
    assert_eq!(packed, folder);
}

#[test]
fn a_bare_file_with_data_beside_it() {
    let temporary = tempfile::tempdir().unwrap();
    for (name, content) in entries() {
        let path = temporary.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let bare = temporary.path().join("acme.json");
    fs::rename(temporary.path().join("import.jsonl"), &bare).unwrap();
    assert_eq!(output(&bare), output(&fixture()));
}

#[test]
fn two_exports_are_one_whole() {
    let (once, twice) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let options = ReadOptions::default();
    let once_sums = run(&[fixture()], &options, once.path()).sums;
    let twice_sums = run(&[fixture(), fixture()], &options, twice.path()).sums;
    assert_eq!(twice_sums["messages"].output, once_sums["messages"].output);
    assert_eq!(
        twice_sums["messages"].input,
        once_sums["messages"].input * 2
    );
    let same = ["messages", "blobs"];
    for folder in same {
        assert_eq!(
            bytes(&once.path().join(folder)),
            bytes(&twice.path().join(folder))
        );
    }
    for file in [
        "people.jsonl",
        "conversations.jsonl",
        "files.jsonl",
        "emoji.jsonl",
    ] {
        let read = |folder: &Path| fs::read_to_string(folder.join(file)).unwrap();
        assert_eq!(read(once.path()), read(twice.path()), "{file}");
    }
}

#[test]
fn what_is_not_selected_is_counted() {
    let temporary = tempfile::tempdir().unwrap();
    let options = ReadOptions {
        selection: Selection {
            only: vec!["acme/*".into()],
            except: vec!["leadership".into()],
            since: Some("2023-02-01T00:00:00Z".parse().unwrap()),
            ..Selection::default()
        },
        ..ReadOptions::default()
    };
    let sums = run(&[fixture()], &options, temporary.path()).sums;
    let skipped = |unit: &str| serde_json::to_string(&sums[unit].skipped).unwrap();
    insta::assert_snapshot!(skipped("messages"), @r#"{"empty":1,"not selected":9,"notice: header_change":1,"outside the dates":7}"#);
    insta::assert_snapshot!(skipped("conversations"), @r#"{"not selected":7}"#);
}

#[test]
fn smileys_stay_signs_on_request() {
    let trap = fixture().join("../traps/names-in-text/export");
    let temporary = tempfile::tempdir().unwrap();
    let options = ReadOptions {
        text_smileys: TextSmileys::Text,
        ..ReadOptions::default()
    };
    run(&[trap], &options, temporary.path());
    let messages = temporary.path().join("messages/t%2Ftown-square.jsonl");
    let messages = fs::read_to_string(messages).unwrap();
    assert!(messages.contains(r#""text":":) ;-) <3 :-/ x-D a:b C:/x ""#));
}

#[test]
fn system_posts_are_shown_on_request() {
    let temporary = tempfile::tempdir().unwrap();
    let options = ReadOptions {
        system_messages: SystemMessages::Show,
        ..ReadOptions::default()
    };
    let sums = run(&[fixture()], &options, temporary.path()).sums;
    let reasons: Vec<_> = sums["messages"].skipped.keys().collect();
    assert_eq!(reasons, ["empty"]);
}

#[test]
fn a_long_thread_is_handed_on_in_pieces() {
    // More than a batch holds, in one line; the same replies in a line that is short enough give
    // the same, so the pieces do not show.
    let temporary = tempfile::tempdir().unwrap();
    let thread = |count: usize, words: &str| {
        let replies: Vec<String> = (0..count)
            .rev()
            .map(|n| {
                format!(
                    r#"{{"user":"ann","message":"{n} {words}","create_at":{}}}"#,
                    1_700_000_001_000 + n
                )
            })
            .collect();
        format!(
            "{{\"type\":\"version\",\"version\":1}}\n{{\"type\":\"post\",\"post\":{{\"team\":\"t\",\"channel\":\"c\",\"user\":\"bob\",\"message\":\"root\",\"create_at\":1700000000000,\"replies\":[{}]}}}}\n",
            replies.join(",")
        )
    };
    let path = temporary.path().join("export.jsonl");
    fs::write(&path, thread(40_000, &"word ".repeat(30))).unwrap();
    assert!(fs::metadata(&path).unwrap().len() > 4 << 20);
    let messages = output(&path)
        .remove(Path::new("messages/t%2Fc.jsonl"))
        .unwrap();
    let text = String::from_utf8(messages).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 40_003);
    assert!(
        lines[1].contains("root")
            && lines[2].contains("0 word")
            && lines[40_001].contains("39999 word")
    );
}

/// The table of traps names a folder for each, and words that show what was made of it.
#[test]
fn each_of_the_twenty_traps_is_set() {
    let traps = fixture().join("../traps");
    let table = fs::read_to_string(traps.join("README.md")).unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| T"));
    let mut number = 0;
    for row in rows {
        number += 1;
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells[0], format!("T{number}"));
        let folder = traps.join(cells[2].trim_matches('`'));
        let shown = fs::read_to_string(folder.join("expected.txt")).unwrap();
        assert!(shown.contains(cells[3].trim_matches('`')), "{row}");
    }
    assert_eq!(number, 20);
    let folders = fs::read_dir(&traps).unwrap().map(|entry| entry.unwrap());
    for folder in folders.filter(|entry| entry.path().is_dir()) {
        let name = folder.file_name().into_string().unwrap();
        assert!(table.contains(&format!("`{name}`")), "{name} is in no row");
    }
}
