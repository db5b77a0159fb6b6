//! Errors that a cut, edited or foreign file gives its reader.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn write(path: &std::path::Path, records: &[String]) -> FileSummary {
    let mut writer = JsonlWriter::create(path, Format::PEOPLE, Some(&"acme")).unwrap();
    for record in records {
        writer.write(record).unwrap();
    }
    writer.finish().unwrap()
}

fn read(path: &std::path::Path) -> Result<Vec<String>, JsonlError> {
    JsonlReader::open(path, Format::PEOPLE)?.read_all()
}

fn three(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = folder();
    let path = folder.path().join(name);
    write(&path, &["one".into(), "two".into(), "three".into()]);
    (folder, path)
}

#[test]
fn a_file_describes_itself() {
    let (_folder, path) = three("people.jsonl");
    insta::assert_snapshot!(fs::read_to_string(&path).unwrap(), @r#"
    {"format":"chatferry.people","version":"1.0","about":"acme"}
    "one"
    "two"
    "three"
    {"end":{"records":3,"hash":"b4824da08ff3f1960961503c64624862"}}
    "#);
    let reader = JsonlReader::open(&path, Format::PEOPLE).unwrap();
    assert_eq!(reader.about::<String>().unwrap(), "acme");
    assert_eq!(read(&path).unwrap(), ["one", "two", "three"]);
}

#[test]
fn compressed_files_hold_the_same() {
    let (_folder, path) = three("people.jsonl.zst");
    assert!(
        fs::read(&path)
            .unwrap()
            .starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
    );
    assert_eq!(read(&path).unwrap(), ["one", "two", "three"]);
}

#[test]
fn a_file_cut_anywhere_is_noticed() {
    let (_folder, path) = three("people.jsonl");
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() - 1 {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(read(&path).is_err(), "cut after {length} bytes");
    }
}

#[test]
fn an_edit_is_noticed_and_can_be_accepted() {
    let (_folder, path) = three("people.jsonl");
    let edited = fs::read_to_string(&path).unwrap().replace("two", "TWO");
    fs::write(&path, &edited).unwrap();
    assert!(matches!(read(&path), Err(JsonlError::Hash { .. })));

    let end = edited.find(",\"hash\"").unwrap();
    fs::write(&path, format!("{}}}}}\n", &edited[..end])).unwrap();
    assert_eq!(read(&path).unwrap(), ["one", "TWO", "three"]);

    fs::write(&path, edited.replace("\"one\"\n", "")).unwrap();
    assert!(matches!(
        read(&path),
        Err(JsonlError::Count {
            expected: 3,
            found: 2,
            ..
        })
    ));
}

#[test]
fn a_bad_line_is_named() {
    let (_folder, path) = three("people.jsonl");
    let text = fs::read_to_string(&path)
        .unwrap()
        .replace("\"two\"", "{two");
    fs::write(&path, text.replace(",\"hash\":\"", ",\"was\":\"")).unwrap();
    let error = read(&path).unwrap_err().to_string();
    assert!(error.contains("people.jsonl:3: "), "{error}");
}

#[test]
fn other_formats_and_newer_versions_are_refused() {
    let (_folder, path) = three("people.jsonl");
    let error = JsonlReader::open(&path, Format::FILES).err().unwrap();
    assert!(matches!(error, JsonlError::Format { .. }));

    let text = fs::read_to_string(&path)
        .unwrap()
        .replace("\"1.0\"", "\"2.0\"");
    fs::write(&path, text).unwrap();
    assert!(matches!(read(&path), Err(JsonlError::Version { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_was_written_is_read(
        sizes in prop::collection::vec(0_usize..400_000, 0..12),
        chunk in 0_usize..100_000,
    ) {
        let folder = folder();
        let path = folder.path().join("people.jsonl");
        let records: Vec<String> = sizes.iter().map(|size| "x".repeat(*size)).collect();
        let summary = write(&path, &records);
        prop_assert_eq!(summary.records, records.len() as u64);
        prop_assert_eq!(&read(&path).unwrap(), &records);
        let reader = JsonlReader::open_in_chunks(&path, Format::PEOPLE, chunk).unwrap();
        prop_assert_eq!(reader.read_all::<String>().unwrap(), records);
    }
}
