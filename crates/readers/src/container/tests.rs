//! The form of a container from outside, whatever it is inside.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use zip::write::SimpleFileOptions;

use super::*;

fn zip_of(folder: &Path, entries: &[(&str, &[u8])]) -> PathBuf {
    let path = folder.join("export.zip");
    let mut writer = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    for (name, content) in entries {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap();
    path
}

fn listing(container: &Container) -> Vec<(String, String)> {
    let mut buffer = Vec::new();
    let mut out = Vec::new();
    for entry in container.entries() {
        container.read(entry, &mut buffer).unwrap();
        out.push((entry.path.clone(), String::from_utf8_lossy(&buffer).into()));
    }
    out
}

#[test]
fn a_zip_and_a_folder_look_alike() {
    let temporary = tempfile::tempdir().unwrap();
    let entries: &[(&str, &[u8])] = &[
        ("random/2020-01-02.json", b"[2]"),
        ("channels.json", b"[]"),
        ("bu\u{308}ro/2020-01-01.json", b"[1]"),
        ("__MACOSX/._channels.json", b"x"),
    ];
    let zip = Container::open(&zip_of(temporary.path(), entries)).unwrap();
    let root = temporary.path().join("folder");
    for (name, content) in entries {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let folder = Container::open(&root).unwrap();
    assert_eq!(listing(&zip), listing(&folder));
    assert_eq!(
        listing(&zip),
        [
            ("büro/2020-01-01.json".to_owned(), "[1]".to_owned()),
            ("channels.json".to_owned(), "[]".to_owned()),
            ("random/2020-01-02.json".to_owned(), "[2]".to_owned()),
        ]
    );
    assert!(zip.find("channels.json").is_some());
    assert_eq!(zip.under("random/").len(), 1);
    assert_eq!(zip.under("nothing/").len(), 0);
}

#[test]
fn a_cut_zip_says_so() {
    let temporary = tempfile::tempdir().unwrap();
    let path = zip_of(temporary.path(), &[("channels.json", &[b' '; 5_000])]);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let error = Container::open(&path).unwrap_err();
    assert!(matches!(error, ContainerError::Cut { .. }), "{error}");
    assert!(error.to_string().contains("download it again"));
}

#[test]
fn what_is_no_container_says_so() {
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("export.txt");
    fs::write(&path, "hello").unwrap();
    let error = Container::open(&path).unwrap_err();
    assert!(matches!(error, ContainerError::NoContainer { .. }));
    let error = Container::open(&temporary.path().join("missing")).unwrap_err();
    assert!(matches!(error, ContainerError::Io { .. }));
}

#[test]
fn a_password_is_noticed() {
    // One stored entry with the encryption bit set in both headers.
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("locked.zip");
    let mut writer = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    writer.start_file("channels.json", stored).unwrap();
    writer.write_all(b"[]").unwrap();
    writer.finish().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    for (magic, offset) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at = bytes.windows(4).position(|w| w == magic).unwrap();
        bytes[at + offset] |= 1;
    }
    fs::write(&path, bytes).unwrap();
    let error = Container::open(&path).unwrap_err();
    assert!(matches!(error, ContainerError::Encrypted { .. }), "{error}");
}
