//! The whole of `1-read` for the fixture that holds everything the reader knows.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail where it stands"
)]

mod support;

use std::path::{Path, PathBuf};

use chatferry_readers::{ReadOptions, SystemMessages};

use support::{bytes, run, snapshot, with_threads};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/slack")
        .join(name)
}

#[test]
fn acme_becomes_the_intermediate_format() {
    snapshot(&fixture("acme"), "acme");
}

#[test]
fn damaged_files_cost_what_is_damaged() {
    snapshot(&fixture("damaged"), "damaged");
}

#[test]
fn the_number_of_threads_does_not_show() {
    let one = with_threads(1, &fixture("acme"));
    assert!(one.0.len() > 10);
    assert_eq!(one, with_threads(4, &fixture("acme")));
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
        file_comment (intro)
        joiner_notification
        pinned_item
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
