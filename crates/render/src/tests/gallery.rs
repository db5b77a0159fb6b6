//! The gallery: every node and the awkward combinations, beside what becomes of each.

use chatferry_model::document::Block;
use chatferry_model::file::File;
use serde_json::{Value, json};

use super::oracle::check;
use super::{Stage, plain_text};
use crate::settings::CodeBlocks;

fn text(words: &str) -> Value {
    json!({ "text": { "text": words } })
}

fn marked(words: &str, marks: &[&str]) -> Value {
    json!({ "text": { "text": words, "marks": marks } })
}

fn line(words: &str) -> Value {
    json!({ "paragraph": [text(words)] })
}

fn item(blocks: &[Value]) -> Value {
    json!({ "blocks": blocks })
}

fn gallery() -> Vec<(&'static str, Value)> {
    let link = |url: &str, content: Value| json!({ "link": { "url": url, "content": content } });
    let numbered = |start: u32, items: Value| json!({ "list": { "style": { "ordered": { "start": start } }, "items": items } });
    let bullets = |items: Value| json!({ "list": { "style": "bullet", "items": items } });
    vec![
        ("words", json!([line("Hello & <welcome> \"all\"")])),
        (
            "two paragraphs, the second empty",
            json!([line("one"), { "paragraph": [] }]),
        ),
        (
            "line break",
            json!([{ "paragraph": [text("one"), "break", text("two")] }]),
        ),
        (
            "marks",
            json!([{ "paragraph": [
            marked("b", &["bold"]), marked("i", &["italic"]), marked("s", &["strike"]),
            marked("u", &["underline"]), marked("c", &["code"]), marked("h", &["highlight"]),
            marked("all", &["bold", "italic", "strike", "underline", "highlight", "code"]),
        ] }]),
        ),
        (
            "neighbours set alike",
            json!([{ "paragraph": [
                marked("one ", &["bold"]), marked("two", &["bold"]),
                { "mention": { "target": { "person": "U2" }, "text": "bob", "marks": ["bold"] } },
                marked("three", &["bold", "italic"]), marked("", &["italic"]),
            ] }]),
        ),
        (
            "spaces",
            json!([{ "paragraph": [
            text("  two before, "), marked("bold", &["bold"]), text(" one,  two   three"),
        ] }]),
        ),
        (
            "emoji only",
            json!([{ "paragraph": [
            { "emoji": { "name": "wave", "unicode": "👋🏽" } }, { "emoji": { "name": "acme" } },
        ] }]),
        ),
        (
            "headings",
            json!([
                { "heading": { "level": 1, "content": [text("one")] } },
                { "heading": { "level": 9, "content": [marked("nine", &["italic"])] } },
            ]),
        ),
        (
            "links",
            json!([{ "paragraph": [
            link("https://example.com/?a=1&b=2", json!([])),
            link("https://example.com", json!([marked("bold", &["bold"]), text(" and not")])),
            link("mailto:ann@example.com", json!([text("Ann")])),
            link("slack://open", json!([text("open Slack")])),
            link("javascript:alert(1)", json!([])),
            link("not an address", json!([text("not an address")])),
        ] }]),
        ),
        (
            "what is within a link",
            json!([{ "paragraph": [
            link("https://example.com", json!([
                { "mention": { "target": { "person": "U1" }, "text": "ann" } },
                link("https://other.example", json!([text("inner")])),
                { "emoji": { "name": "wave", "unicode": "👋" } },
            ])),
        ] }]),
        ),
        (
            "calls",
            json!([{ "paragraph": [
            { "mention": { "target": { "person": "U1" }, "text": "ann", "marks": ["bold"] } },
            { "mention": { "target": { "person": "U2" }, "text": "@bob" } },
            { "mention": { "target": { "conversation": "C9" }, "text": "#general" } },
            { "mention": { "target": { "group": "S1" }, "text": "" } },
            { "mention": { "target": { "everyone": "channel" }, "text": "channel" } },
        ] }]),
        ),
        (
            "dates",
            json!([{ "paragraph": [
            { "date": { "time": "2019-02-04T19:58:15Z", "text": "Feb 4" } },
            { "date": { "time": "2019-02-04T19:58:15Z", "text": "", "marks": ["italic"] } },
            { "date": { "time": "2019-02-04T19:58:15Z", "text": "then", "url": "https://e.example" } },
            { "date": { "time": "2019-02-04T19:58:15Z", "text": "Feb 4", "format": "%B %-d at %H:%M %Z" } },
            { "date": { "time": "2019-02-04T19:58:15Z", "text": "no pattern", "format": "%" } },
        ] }]),
        ),
        (
            "nested lists",
            json!([numbered(
                3,
                json!([
                    item(&[
                        line("three"),
                        numbered(
                            1,
                            json!([item(&[
                                line("a"),
                                numbered(2, json!([item(&[line("ii")])]))
                            ]),])
                        )
                    ]),
                    item(&[line("four"), bullets(json!([item(&[line("dot")])]))]),
                ])
            )]),
        ),
        (
            "tasks",
            json!([{ "list": { "style": "task", "items": [
            { "checked": true, "blocks": [line("done")] },
            { "checked": false, "blocks": [line("to do")] },
            { "blocks": [] },
        ] } }]),
        ),
        (
            "items of several blocks",
            json!([bullets(json!([
                item(&[
                    line("first"),
                    line("second"),
                    json!({ "code": { "text": "x" } })
                ]),
                item(&[json!({ "quote": { "blocks": [line("quoted")] } })]),
            ]))]),
        ),
        (
            "quote with list and code",
            json!([{ "quote": { "blocks": [
            line("see"), bullets(json!([item(&[line("a")])])),
            { "code": { "language": "py", "text": "def f():\n    return 1 < 2\n" } },
            { "quote": { "blocks": [line("deeper")] } },
        ] } }]),
        ),
        (
            "forwarded message",
            json!([{ "quote": {
            "blocks": [line("what she said")],
            "cite": { "author": "Ann", "conversation": "general",
                      "time": "2019-02-04T19:58:15Z", "url": "https://acme.slack.example/p1" },
        } }]),
        ),
        (
            "code",
            json!([
                { "code": { "language": "Rust", "text": "fn main() {\n    a::<B>();\n}" } },
                { "code": { "text": "" } },
                { "code": { "language": "klingon", "text": "\n  Qapla'" } },
            ]),
        ),
        (
            "table",
            json!([{ "table": {
            "align": ["none", "right"],
            "rows": [
                { "header": true, "cells": [[text("what")], [text("how much")]] },
                { "cells": [[marked("tea", &["bold"])], [text("3")], []] },
            ],
        } }, { "table": { "rows": [] } }]),
        ),
        ("divider", json!([line("above"), "divider", line("below")])),
        (
            "pictures",
            json!([
                { "image": { "source": { "url": "https://example.com/a.png" }, "alt": "A lamp" } },
                { "image": { "source": { "url": "https://example.com/b.png" },
                             "title": "Lamp 2", "alt": "A lamp, lit" } },
                { "image": { "source": { "file": "F1" } } },
                { "image": { "source": { "file": "F0" } } },
                { "image": { "source": { "url": "data:image/png;base64,AAAA" } } },
            ]),
        ),
        (
            "card",
            json!([{ "card": {
            "color": "#36a64f",
            "pretext": [line("before")],
            "author": { "name": "Jira", "url": "https://jira.example" },
            "title": [text("LAMP-1")], "title_url": "https://jira.example/LAMP-1",
            "body": [line("It flickers."), { "code": { "text": "trace" } }],
            "fields": [
                { "title": [text("State")], "value": [line("open")], "short": true },
                { "title": [text("Who")], "value": [line("Ann")], "short": true },
                { "title": [text("When")], "value": [line("now")], "short": true },
                { "title": [text("Why")], "value": [line("because")] },
                { "title": [text("List")], "value": [bullets(json!([item(&[line("x")])]))] },
                { "value": [line("only a value")] },
            ],
            "image": { "source": { "url": "https://example.com/a.png" }, "alt": "chart" },
            "footer": [text("Jira Cloud")], "time": "2019-02-04T19:58:15Z",
        } }]),
        ),
        (
            "small cards",
            json!([
                { "card": {} },
                { "card": { "color": "danger", "body": [line("no colour")] } },
                { "card": { "color": "#d00000", "title_url": "https://example.com" } },
                { "card": { "time": "2019-02-04T19:58:15Z" } },
            ]),
        ),
        (
            "file with its place",
            json!([
                line("before"), { "attachment": { "file": "F1" } }, line("after"),
                { "attachment": { "file": "F0" } },
            ]),
        ),
    ]
}

fn stage() -> Stage {
    let mut stage = Stage::new();
    let file = r#"{"id":"F1","name":"lamp.png","size":2048,"alt":"A lamp","place":{"blob":"00"}}"#;
    stage
        .files
        .push(serde_json::from_str::<File<'_>>(file).unwrap());
    stage
}

#[test]
fn every_node_has_its_form() {
    let stage = stage();
    let mut out = String::new();
    for (name, document) in gallery() {
        let json = document.to_string();
        let blocks: Vec<Block<'_>> = serde_json::from_str(&json).unwrap();
        let shown = stage.show(&blocks);
        check(&shown.html);
        assert!(
            super::oracle::has_all_of(&shown.html, &plain_text(&blocks)),
            "{name}"
        );
        out.push_str(&format!("# {name}\n{}\n", shown.html));
        for note in shown.notes {
            out.push_str(&format!("  {}: {}\n", note.code.id, note.message));
        }
        out.push('\n');
    }
    insta::assert_snapshot!(out);
}

#[test]
fn code_can_be_preformatted() {
    let mut stage = stage();
    stage.settings.code_blocks = CodeBlocks::Pre;
    let json =
        json!([{ "code": { "language": "rust", "text": "\nfn main() {\n    x  < y\n}\n" } }]);
    let json = json.to_string();
    let blocks: Vec<Block<'_>> = serde_json::from_str(&json).unwrap();
    let html = stage.show(&blocks).html;
    check(&html);
    insta::assert_snapshot!(html, @"<pre><br>fn main() {<br>&nbsp;&nbsp;&nbsp; x&nbsp; &lt; y<br>}</pre>");
}
