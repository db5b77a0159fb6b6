//! The report: true, the same every time, and safe whatever people are called.

use std::fs;

use serde_json::json;

use crate::support::{Work, fixture};

fn page(work: &Work) -> String {
    fs::read_to_string(work.path("report/index.html")).unwrap()
}

#[test]
fn the_same_input_gives_the_same_page() {
    let work = Work::new();
    let _ = work.convert_acme().done();
    let first = page(&work);
    let told = work.run(&["report", "--json"]).code(0).json();
    assert!(
        told["page"]
            .as_str()
            .unwrap()
            .ends_with("report/index.html")
    );
    assert_eq!(page(&work), first);
    for said in [
        "could not be carried over",
        "slack-denied",
        "Lampwatch",
        "#lantern-design",
        "chats skipped",
        "chatferry rehearse",
    ] {
        assert!(first.contains(said), "{said}");
    }
    assert!(!first.contains(">does not hold<"));
    assert!(first.len() < 200_000, "{}", first.len());
}

#[test]
fn the_page_needs_nothing_and_runs_nothing() {
    let work = Work::new();
    let evil = "\"><script>alert(1)</script><img src=//evil.example onerror=alert(1)>";
    let export = work.scratch("export");
    fs::create_dir_all(export.join("general")).unwrap();
    let write = |name: &str, value: serde_json::Value| {
        fs::write(export.join(name), value.to_string()).unwrap();
    };
    write(
        "users.json",
        json!([{ "id": "U1", "name": evil, "profile": { "real_name": evil, "email": evil } }]),
    );
    write(
        "channels.json",
        json!([
            { "id": "C1", "name": "general", "created": 1_700_000_000, "members": ["U1"], "topic": { "value": evil } },
        ]),
    );
    write(
        "dms.json",
        json!([{ "id": "D1", "created": 1_700_000_000, "members": ["U1", "U2"] }]),
    );
    fs::create_dir_all(export.join("D1")).unwrap();
    let message = |ts: &str| {
        json!([{ "type": "message", "user": "U1", "text": evil, "ts": ts, "subtype": evil,
        "files": [{ "id": "F1", "name": evil, "mode": evil, "url_private": evil }] }])
    };
    write("general/2023-11-14.json", message("1700000001.000100"));
    write("D1/2023-11-14.json", message("1700000002.000100"));
    let _ = work.convert(&export).done();
    let page = page(&work);
    assert!(
        page.contains("&lt;script&gt;"),
        "the names are not there at all"
    );
    let lower = page.to_lowercase();
    for active in [
        "<script",
        "<img",
        "<iframe",
        "<link",
        "onerror=\"",
        "src=\"",
        "url(",
        "@import",
        "http://",
        "https://",
    ] {
        let words = lower.replace("src=//", "");
        assert!(!words.contains(active), "{active}");
    }
}

#[test]
fn without_posts_there_is_nothing_to_report() {
    let work = Work::new();
    let _ = work.run(&["report"]).code(3);
    let export = fixture("slack/acme");
    let _ = work.run(&["read".as_ref(), export.as_os_str()]).done();
    let ran = work.run(&["report"]).code(3);
    assert!(ran.stderr.contains("chatferry convert"), "{}", ran.stderr);
}
