//! The preview, asked over HTTP as a browser would.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Child;

use serde_json::{Value, json};

use crate::support::Work;

/// A running preview, ended with the test.
struct Preview {
    child: Child,
    host: String,
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Preview {
    fn start(work: &Work) -> Self {
        let mut child = work.start_with(&[], &["preview", "--port", "0", "--json"]);
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        let url = told["url"].as_str().unwrap();
        let host = url.trim_start_matches("http://").trim_end_matches('/');
        Self {
            child,
            host: host.to_owned(),
        }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &self.host)
    }

    fn ask(&self, method: &str, path: &str, host: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_lowercase(),
            body: body.to_owned(),
        }
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A channel of 120 messages and a thread.
fn busy(work: &Work) -> PathBuf {
    let export = work.scratch("export");
    fs::create_dir_all(export.join("general")).unwrap();
    let write = |name: &str, value: Value| {
        fs::write(export.join(name), value.to_string()).unwrap();
    };
    write(
        "users.json",
        json!([{ "id": "U1", "name": "ann", "profile": { "real_name": "Ann <b>Bold</b>" } }]),
    );
    write(
        "channels.json",
        json!([{ "id": "C1", "name": "general", "created": 1_700_000_000, "members": ["U1"] }]),
    );
    let mut messages: Vec<Value> = (0..120)
        .map(|n| json!({ "type": "message", "user": "U1", "text": format!("message number {n}: &lt;script&gt;x()&lt;/script&gt;"), "ts": format!("17000{n:05}.000000") }))
        .collect();
    messages.push(json!({ "type": "message", "user": "U1", "text": "an answer with a *needle*", "ts": "1700009999.000000", "thread_ts": "1700000003.000000" }));
    write("general/2023-11-14.json", Value::Array(messages));
    export
}

#[test]
fn channels_and_their_posts_are_shown_page_by_page() {
    let work = Work::new();
    let _ = work.convert(&busy(&work)).done();
    let preview = Preview::start(&work);
    let index = preview.get("/");
    assert_eq!(index.status, 200);
    assert!(index.body.contains("/t/C1"), "{}", index.body);

    let first = preview.get("/t/C1").body;
    assert!(
        first.contains("Page 1 of 3") && first.contains("message number 49:"),
        "{first}"
    );
    assert!(!first.contains("message number 50:") && !first.contains("<script"));
    assert!(!first.contains("<b>Bold"), "a name became an element");
    // The reply stands with its root, in whatever day it was said.
    assert!(first.contains("needle"));
    let last = preview.get("/t/C1?page=99").body;
    assert!(last.contains("Page 3 of 3") && last.contains("message number 119:"));

    let found = preview.get("/t/C1?q=NEEDLE").body;
    assert!(
        found.contains("1 post") && found.matches("<article").count() == 1,
        "{found}"
    );
    let link = preview.get("/t/C1?post=1700000077000");
    assert_eq!(link.status, 303);
    assert!(
        link.head.contains("location: /t/c1?page=2#p1700000077000"),
        "{}",
        link.head
    );
}

#[test]
fn pictures_come_from_the_posts_folder_alone() {
    let work = Work::new();
    let _ = work.convert(&busy(&work)).done();
    let images = work.path("3-render/images");
    fs::create_dir_all(&images).unwrap();
    fs::write(images.join("a.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    fs::write(images.join("b.png"), b"<script>x()</script>").unwrap();
    let preview = Preview::start(&work);
    let image = preview.get("/image/a.png");
    assert_eq!(image.status, 200);
    assert!(
        image.head.contains("content-type: image/png"),
        "{}",
        image.head
    );
    for path in [
        "/image/b.png",
        "/image/..%2Fmanifest.json",
        "/image/%2e%2e%2fmanifest.json",
        "/file/..%2Fmanifest.json/x",
        "/../chatferry.toml",
        "/t/nothing",
    ] {
        assert_eq!(preview.get(path).status, 404, "{path}");
    }
}

#[test]
fn only_this_machine_may_look() {
    let work = Work::new();
    let _ = work.convert(&busy(&work)).done();
    let preview = Preview::start(&work);
    assert!(preview.host.starts_with("127.0.0.1:"));
    for (method, host, status) in [
        ("GET", "evil.example", 403),
        ("GET", "localhost:1", 200),
        ("POST", preview.host.as_str(), 405),
        ("HEAD", preview.host.as_str(), 200),
    ] {
        let answer = preview.ask(method, "/", host);
        assert_eq!(answer.status, status, "{method} {host}");
        assert!(
            answer
                .head
                .contains("content-security-policy: default-src 'none'"),
            "{}",
            answer.head
        );
        assert!(answer.head.contains("x-content-type-options: nosniff"));
    }
}
