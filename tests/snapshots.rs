//! The output of each stage for acme, to be read: the tables of `2-map`, the posts and teams of
//! `3-render`, what `check` says. (What `read` makes of it stands with the readers.)

use std::fmt::Write;

use insta::{Settings, assert_json_snapshot, assert_snapshot};
use serde_json::Value;

use crate::support::Work;

fn named(name: &str, check: impl FnOnce()) {
    let mut settings = Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_suffix(name);
    settings.bind(check);
}

#[test]
fn map() {
    let work = Work::new();
    work.convert_acme().done();
    for (name, content) in work.files("2-map") {
        if name.ends_with(".csv") && !name.contains('/') {
            let text = String::from_utf8(content).unwrap();
            let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
            named(&name, || assert_snapshot!("map", text));
        }
    }
}

#[test]
fn render() {
    let work = Work::new();
    work.convert_acme().done();
    for (name, content) in work.files("3-render/posts") {
        named(&name, || assert_snapshot!("render", readable(&content)));
    }
    let manifest: Value = serde_json::from_slice(&work.files("3-render")["manifest.json"]).unwrap();
    for part in ["sums", "findings"] {
        named(part, || assert_json_snapshot!("render", manifest[part]));
    }
    named("teams", || {
        assert_json_snapshot!("render", manifest["details"]["teams"]);
    });
}

#[test]
fn check() {
    let work = Work::new();
    work.convert_acme().done();
    let said = work.run(&["check", "--json"]).code(0).json();
    named("acme", || assert_json_snapshot!("check", said));
}

/// A file of posts: what it is about, and each post with its time, author and text.
fn readable(file: &[u8]) -> String {
    let mut shown = String::new();
    for line in std::str::from_utf8(file).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        if let Some(about) = line.get("about") {
            writeln!(shown, "{about:#}").unwrap();
        } else if let Some(body) = line.get("body") {
            let answers = match line.get("replyTo") {
                Some(root) => format!(", answers {}", text(root)),
                None => String::new(),
            };
            let author = text(&body["from"]["user"]["displayName"]);
            assert_eq!(line["id"], body["createdDateTime"]);
            writeln!(shown, "\n{} {author}{answers}", text(&line["id"])).unwrap();
            writeln!(shown, "{}", text(&body["body"]["content"])).unwrap();
            for mention in body["mentions"].as_array().into_iter().flatten() {
                let user = text(&mention["mentioned"]["user"]["displayName"]);
                writeln!(shown, "  at {}: {user}", mention["id"]).unwrap();
            }
        }
    }
    shown
}
