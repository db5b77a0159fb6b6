//! Archives as they come: names in every encoding, sizes that lie, large ones, wrapped ones, and
//! what is no export at all. What is binary or large is made here.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail where it stands"
)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use chatferry_model::folder::ReadFolder;
use chatferry_model::manifest::{Outcome, ReadDetails};
use chatferry_model::progress::Silent;
use chatferry_readers::{ReadError, ReadOptions, hash_inputs, read};

const CHANNELS: &[u8] = br#"[{"id":"C1","name":"general"}]"#;

/// One stored entry of a zip, with what can be wrong in its headers.
struct Stored<'a> {
    name: &'a [u8],
    content: &'a [u8],
    /// Whether the flag says that the name is UTF-8.
    says_utf_8: bool,
    /// The inflated size that the headers say.
    says_bytes: Option<u32>,
}

fn stored<'a>(name: &'a [u8], content: &'a [u8]) -> Stored<'a> {
    Stored {
        name,
        content,
        says_utf_8: false,
        says_bytes: None,
    }
}

/// Writes a zip byte by byte, since libraries write only good ones.
fn zip(folder: &Path, name: &str, entries: &[Stored<'_>]) -> PathBuf {
    let mut bytes = Vec::new();
    let mut central = Vec::new();
    for entry in entries {
        let offset = u32::try_from(bytes.len()).unwrap();
        let size = u32::try_from(entry.content.len()).unwrap();
        let mut header = Vec::new();
        header.extend(20_u16.to_le_bytes());
        header.extend(if entry.says_utf_8 { 0x800_u16 } else { 0 }.to_le_bytes());
        header.extend([0; 6]);
        header.extend(crc32fast::hash(entry.content).to_le_bytes());
        header.extend(size.to_le_bytes());
        header.extend(entry.says_bytes.unwrap_or(size).to_le_bytes());
        header.extend(u16::try_from(entry.name.len()).unwrap().to_le_bytes());
        header.extend([0; 2]);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&header);
        bytes.extend(entry.name);
        bytes.extend(entry.content);
        central.extend(b"PK\x01\x02\x14\x00");
        central.extend(&header);
        central.extend([0; 10]);
        central.extend(offset.to_le_bytes());
        central.extend(entry.name);
    }
    let start = u32::try_from(bytes.len()).unwrap();
    let count = u16::try_from(entries.len()).unwrap();
    bytes.extend(&central);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(count.to_le_bytes());
    bytes.extend(count.to_le_bytes());
    bytes.extend(u32::try_from(central.len()).unwrap().to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0; 2]);
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn day(second: u32, words: &str) -> Vec<u8> {
    format!(
        r#"[{{"type":"message","user":"U1","text":"{words}","ts":"16000000{second:02}.000100"}}]"#
    )
    .into_bytes()
}

fn run(export: &Path) -> Result<Outcome<ReadDetails>, ReadError> {
    let temporary = tempfile::tempdir().unwrap();
    let folder = ReadFolder::new(temporary.path().to_owned());
    let exports = [export.to_owned()];
    let outcome = read(&exports, &folder, &ReadOptions::default(), &Silent)?;
    outcome.sums["messages"].check("messages").unwrap();
    Ok(outcome)
}

/// The names of the files of messages, the number of messages, and the codes of what was found.
fn shown(export: &Path) -> String {
    let outcome = run(export).unwrap();
    let files = outcome.files.keys();
    let conversations: Vec<_> = files
        .filter_map(|name| name.strip_prefix("messages/"))
        .collect();
    let findings = outcome.findings.lines();
    let codes: Vec<_> = findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect();
    let messages = outcome.sums["messages"].output;
    format!(
        "{messages}: {} | {}",
        conversations.join(" "),
        codes.join(" ")
    )
}

fn refused(export: &Path) -> String {
    run(export).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn names_in_every_encoding() {
    let temporary = tempfile::tempdir().unwrap();
    let channels = r#"[{"id":"C1","name":"джулия-по-русски"},{"id":"C2","name":"büro"},{"id":"C3","name":"カフェ"},{"id":"C4","name":"naïve\u202fname"},{"id":"C5","name":"grün"}]"#;
    let days: Vec<_> = (1..6).map(|second| day(second, "x")).collect();
    let export = zip(
        temporary.path(),
        "export.zip",
        &[
            stored(b"channels.json", channels.as_bytes()),
            // As official exports write it: UTF-8, and no word of it.
            stored("джулия-по-русски/2020-09-13.json".as_bytes(), &days[0]),
            // As macOS writes it: each mark behind its letter.
            stored("bu\u{308}ro/2020-09-13.json".as_bytes(), &days[1]),
            stored("カフェ/2020-09-13.json".as_bytes(), &days[2]),
            // As Go and slackdump write it.
            Stored {
                says_utf_8: true,
                ..stored("naïve\u{202f}name/2020-09-13.json".as_bytes(), &days[3])
            },
            // As Windows wrote it: code page 437.
            stored(b"gr\x81n/2020-09-13.json", &days[4]),
        ],
    );
    assert_eq!(
        shown(&export),
        "5: C1.jsonl C2.jsonl C3.jsonl C4.jsonl C5.jsonl | "
    );
}

#[test]
fn what_archivers_add_is_passed_over() {
    let temporary = tempfile::tempdir().unwrap();
    let day = day(1, "kept");
    let export = zip(
        temporary.path(),
        "export.zip",
        &[
            stored(b"Acme export/", b""),
            stored(b"Acme export/channels.json", CHANNELS),
            stored(b"Acme export/.DS_Store", b"\0\0"),
            stored(b"Acme export/general/", b""),
            stored(b"Acme export/general/2020-09-13.json", &day),
            stored(
                b"__MACOSX/Acme export/general/._2020-09-13.json",
                b"\0\x05\x16\x07",
            ),
            stored(b"../../general/2020-09-14.json", &day),
            stored(b"/general/2020-09-15.json", &day),
        ],
    );
    assert_eq!(shown(&export), "1: C1.jsonl | ");
    let wrapped_by_windows = zip(
        temporary.path(),
        "windows.zip",
        &[
            stored(b"export\\channels.json", CHANNELS),
            stored(b"export\\general\\2020-09-13.json", &day),
        ],
    );
    assert_eq!(shown(&wrapped_by_windows), "1: C1.jsonl | ");
}

#[test]
fn sizes_that_lie() {
    let temporary = tempfile::tempdir().unwrap();
    let day = day(1, "kept");
    let bomb = zip(
        temporary.path(),
        "bomb.zip",
        &[
            stored(b"channels.json", CHANNELS),
            Stored {
                says_bytes: Some(u32::MAX - 1),
                ..stored(b"general/2020-09-13.json", &day)
            },
        ],
    );
    let words = refused(&bomb);
    assert!(words.contains("unpack it and give the folder"), "{words}");

    let honest = zip(
        temporary.path(),
        "modest.zip",
        &[
            stored(b"channels.json", CHANNELS),
            stored(b"general/2020-09-12.json", &day),
            Stored {
                says_bytes: Some(7),
                ..stored(
                    b"general/2020-09-13.json",
                    &self::day(2, "more than it says"),
                )
            },
        ],
    );
    let shown = shown(&honest);
    assert!(
        shown.starts_with("1: C1.jsonl | read-damaged-entry"),
        "{shown}"
    );
}

#[test]
fn more_entries_than_an_old_zip_can_count() {
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("large.zip");
    let file = std::io::BufWriter::new(fs::File::create(&path).unwrap());
    let mut zip = zip::ZipWriter::new(file);
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .large_file(true);
    let mut add = |name: &str, content: &[u8]| {
        zip.start_file(name, options).unwrap();
        zip.write_all(content).unwrap();
    };
    add("channels.json", CHANNELS);
    add("general/2020-09-13.json", &day(1, "kept"));
    for number in 0..66_000 {
        add(&format!("__uploads/none/{number}"), b"");
    }
    zip.finish().unwrap();
    assert_eq!(shown(&path), "1: C1.jsonl | ");
}

#[test]
fn what_is_cut_locked_or_no_export_says_so() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    let day = day(1, "kept");
    let whole = zip(
        folder,
        "whole.zip",
        &[
            stored(b"channels.json", CHANNELS),
            stored(b"general/2020-09-13.json", &day),
        ],
    );
    let bytes = fs::read(&whole).unwrap();

    let cut = folder.join("cut.zip");
    fs::write(&cut, &bytes[..bytes.len() - 40]).unwrap();
    assert!(refused(&cut).contains("download it again"));

    let mut locked = bytes;
    for (magic, offset) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at: Vec<_> = (0..locked.len() - 4)
            .filter(|at| locked[*at..].starts_with(magic))
            .collect();
        for at in at {
            locked[at + offset] |= 1;
        }
    }
    fs::write(folder.join("locked.zip"), locked).unwrap();
    assert!(refused(&folder.join("locked.zip")).contains("password"));

    let text = zip(
        folder,
        "text.zip",
        &[
            stored(b"channels/general/2020-09-13.txt", b"[09:00] imke: hello"),
            stored(b"dms/ode/2020-09-13.txt", b"[09:00] imke: hello"),
        ],
    );
    assert!(refused(&text).contains("as JSON"));

    let other = zip(folder, "other.zip", &[stored(b"notes/a.txt", b"x")]);
    assert!(refused(&other).contains("channels.json"));
    fs::write(folder.join("letter.txt"), "Dear Sir").unwrap();
    assert!(refused(&folder.join("letter.txt")).contains("neither a folder nor a zip"));
}

#[test]
fn the_zip_names_the_workspace() {
    let temporary = tempfile::tempdir().unwrap();
    let day = day(1, "kept");
    let name = "Acme Lantern Works Slack export Jan 1 2020 - Feb 1 2020.zip";
    for (users, id) in [
        (&b"[]"[..], "Acme Lantern Works"),
        (br#"[{"id":"U1","team_id":"T1"}]"#, "T1"),
    ] {
        let export = zip(
            temporary.path(),
            name,
            &[
                stored(b"channels.json", CHANNELS),
                stored(b"users.json", users),
                stored(b"general/2020-09-13.json", &day),
            ],
        );
        let workspaces = run(&export).unwrap().details.workspaces;
        assert_eq!(workspaces.len(), 1);
        assert_eq!(workspaces[0].id, id);
        assert_eq!(workspaces[0].name.as_deref(), Some("Acme Lantern Works"));
    }
}

#[test]
fn what_lies_beside_a_bare_file_counts_for_its_hash() {
    let temporary = tempfile::tempdir().unwrap();
    let bare = temporary.path().join("export.jsonl");
    fs::write(&bare, "{\"type\":\"version\",\"version\":1}\n").unwrap();
    let hash = || hash_inputs(std::slice::from_ref(&bare)).unwrap();
    let before = hash();
    let uploads = temporary.path().join("__uploads/F1");
    fs::create_dir_all(&uploads).unwrap();
    fs::write(uploads.join("a.txt"), "a").unwrap();
    let with_file = hash();
    assert_ne!(before, with_file);
    fs::write(uploads.join("a.txt"), "b").unwrap();
    assert_ne!(with_file, hash());
}
