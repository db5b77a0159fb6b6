//! What the fuzz targets once broke on stays repaired: `fuzz/regressions/<target>/*`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::Path;

use chatferry_readers::fuzzing;

fn replay(target: &str, read: fn(&[u8]) -> Result<(), String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/regressions")
        .join(target);
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if let Err(broken) = read(&std::fs::read(&path).unwrap()) {
            panic!("{}: {broken}", path.display());
        }
        count += 1;
    }
    assert!(count > 0, "nothing to replay for {target}");
}

#[test]
fn mrkdwn() {
    replay("mrkdwn", fuzzing::mrkdwn);
}

#[test]
fn messages() {
    replay("message", fuzzing::message);
}

#[test]
fn names_in_archives() {
    replay("archive_name", fuzzing::archive_name);
}
