//! Attacks: each through every field of a message at once.

use chatferry_model::message::Message;
use serde_json::json;

use super::oracle::check;
use super::{Stage, media};
use crate::decoration::{Decoration, DecorationContext, ThreadPosition};
use crate::document::Renderer;
use crate::html::Html;
use crate::names::Shown;
use crate::settings::Reactions;

const VECTORS: &str = include_str!("xss.txt");

fn message(attack: &str) -> String {
    let words = json!({ "text": { "text": attack } });
    let bold = json!({ "text": { "text": attack, "marks": ["bold", "code", "highlight"] } });
    let call =
        |target: serde_json::Value| json!({ "mention": { "target": target, "text": attack } });
    let image = json!({ "source": { "url": attack }, "alt": attack, "title": attack });
    let line = json!([
        words, bold, "break",
        { "link": { "url": attack } },
        { "link": { "url": attack, "content": [words] } },
        { "link": { "url": format!("https://example.com/{attack}"), "content": [words] } },
        { "link": { "url": format!("https://{attack}/"), "content": [words] } },
        call(json!({ "person": "U1" })), call(json!({ "person": attack })),
        call(json!({ "conversation": attack })), call(json!({ "group": attack })),
        { "emoji": { "name": attack } }, { "emoji": { "name": "x", "unicode": attack } },
        { "date": { "time": "2020-01-01T00:00:00Z", "text": attack, "url": attack } },
        { "image": image },
    ]);
    json!({
        "id": "m1",
        "time": "2020-01-01T00:00:00Z",
        "author": { "person": "U1", "name": attack },
        "subject": attack,
        "thread": { "root": "m0", "root_time": "2020-01-01T00:00:00Z" },
        "body": [
            { "paragraph": line },
            { "heading": { "level": 1, "content": line } },
            { "list": { "style": "task", "items": [{ "blocks": [{ "paragraph": line }] }] } },
            { "quote": { "blocks": [{ "paragraph": line }], "cite": {
                "author": attack, "conversation": attack, "url": attack } } },
            { "code": { "language": attack, "text": attack } },
            { "table": { "rows": [{ "header": true, "cells": [line] }, { "cells": [line] }] } },
            { "image": image },
            { "card": {
                "color": attack, "pretext": [{ "paragraph": line }],
                "author": { "name": attack, "url": attack },
                "title": line, "title_url": attack, "body": [{ "paragraph": line }],
                "fields": [
                    { "title": line, "value": [{ "paragraph": line }], "short": true },
                    { "title": line, "value": [{ "paragraph": line }], "short": true },
                    { "title": line, "value": [{ "paragraph": line }] },
                ],
                "image": image, "thumbnail": image, "footer": line,
            } },
            { "attachment": { "file": "F1" } },
        ],
        "files": [
            { "id": "F1", "name": attack, "title": attack, "alt": attack,
              "place": { "external": attack }, "preview": { "text": attack, "language": attack } },
            { "id": "F3", "name": attack, "title": attack, "alt": attack, "media_type": attack,
              "place": { "blob": "picture" } },
            { "id": "F4", "name": attack, "title": attack, "media_type": attack,
              "place": { "blob": "text" } },
            { "id": "F2", "name": attack, "media_type": attack, "place": { "remote": attack } },
        ],
        "edited": { "by": attack },
        "links": [{ "url": attack, "to": { "message": {
            "conversation": attack, "message": attack } } }],
        "reactions": [
            { "emoji": { "name": attack }, "count": 1, "people": [attack] },
            { "emoji": { "name": "acme" }, "count": 1 },
        ],
    })
    .to_string()
}

#[test]
fn no_attack_becomes_active() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new();
    stage.settings.reactions = Reactions::Names;
    stage.media = media(folder.path(), &stage.settings);
    let attacks: Vec<String> = VECTORS
        .lines()
        .filter(|line| !line.is_empty())
        // Controls stand in the file as they do in Rust.
        .map(|line| {
            line.replace("\\n", "\n")
                .replace("\\r", "\r")
                .replace("\\t", "\t")
                .replace("\\0", "\0")
                .replace("\\x01", "\u{1}")
                .replace("\\xa0", "\u{a0}")
        })
        .collect();
    assert!(attacks.len() >= 200, "{}", attacks.len());
    for attack in &attacks {
        let line = message(attack);
        let message: Message<'_> = serde_json::from_str(&line).unwrap();
        let author = Shown {
            app: None,
            name: attack,
            bot: true,
        };
        let position = ThreadPosition::Reply;
        let html = stage.with(|scope| {
            let decoration = Decoration::of(
                &message,
                &DecorationContext {
                    author: Some(author),
                    position,
                    settings: scope.settings,
                    names: scope.names,
                    excluded: false,
                },
            );
            let scope = crate::document::Scope {
                files: &message.files,
                links: &message.links,
                ..scope
            };
            let mut renderer = Renderer::new(scope, Html::default());
            for blocks in [&decoration.head, &message.body.blocks, &decoration.foot] {
                renderer.blocks(blocks);
            }
            assert_eq!((renderer.images.len(), renderer.files.len()), (1, 1));
            let name = renderer.files[0].name.as_str();
            assert!(!name.contains(['<', '>', '"', '/', ':']), "{name}");
            renderer.html.as_str().to_owned()
        });
        check(&html);
    }
}
