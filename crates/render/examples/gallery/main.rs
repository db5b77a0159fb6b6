//! Writes the gallery as a page: each message as Slack shows it, beside its post as Teams shows it.
//!
//! `cargo xtask gallery` runs this.
#![allow(clippy::unwrap_used, reason = "a tool for developers")]

#[path = "../../tests/support/mod.rs"]
mod support;

mod slack;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use chatferry_model::message::Message;
use support::OwnedPost;

const STYLE: &str = include_str!("page.css");

fn main() {
    let out = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "gallery.html".to_owned());
    let workspace = support::gallery();
    let posts = workspace.posts("General");
    let images = workspace.rendered().images();
    let data = |path: &str, media_type: &str| {
        let bytes = fs::read(images.join(path)).unwrap();
        format!("data:{media_type};base64,{}", base64(&bytes))
    };
    let mut by_message: BTreeMap<&str, Vec<&OwnedPost>> = BTreeMap::new();
    for post in &posts {
        by_message
            .entry(post.source.message.as_str())
            .or_default()
            .push(post);
    }
    let text = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/gallery/messages.jsonl"
    ))
    .unwrap();
    let mut page = format!(
        "<!doctype html><meta charset=\"utf-8\"><title>Gallery</title><style>{STYLE}</style>\
         <table class=\"gallery\"><tr><th></th><th>Slack</th><th>Teams</th></tr>\n"
    );
    for line in text.lines() {
        let message: Message<'_> = serde_json::from_str(line).unwrap();
        let _ = write!(
            page,
            "<tr><td class=\"name\">{}</td><td><div class=\"slack\">{}</div></td><td>",
            message.id,
            slack::show(&message, &workspace)
        );
        for post in by_message.get(message.id.as_str()).into_iter().flatten() {
            page.push_str(&teams(post, &data));
        }
        page.push_str("</td></tr>\n");
    }
    page.push_str("</table>\n");
    fs::write(&out, page).unwrap();
}

/// A post with what upload would put into it: pictures, and the chips of files.
fn teams(post: &OwnedPost, data: &dyn Fn(&str, &str) -> String) -> String {
    let mut html = post.body.body.content.to_string();
    for image in &post.images {
        let place = format!("../hostedContents/{}/$value", image.id);
        html = html.replace(&place, &data(&image.path, &image.media_type));
    }
    let mut chips = String::new();
    for file in &post.files {
        let _ = write!(chips, "<div class=\"chip\">📄 {}</div>", file.name);
    }
    let subject = post.body.subject.as_deref().unwrap_or_default();
    let time = post.body.created_date_time.to_string();
    format!(
        "<div class=\"teams{}\"><div class=\"who\"><b>{}</b> {}</div><h2 class=\"subject\">{subject}</h2>\
         <div class=\"body\">{html}</div>{chips}</div>",
        if post.reply_to.is_some() {
            " reply"
        } else {
            ""
        },
        post.body.from.user.display_name,
        time.get(11..16).unwrap_or_default(),
    )
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let mut three = [0; 3];
        three
            .iter_mut()
            .zip(chunk)
            .for_each(|(to, from)| *to = *from);
        let [a, b, c] = three.map(u32::from);
        let bits = a << 16 | b << 8 | c;
        for digit in 0..4 {
            let at = (bits >> (18 - 6 * digit) & 63) as usize;
            let shown = digit <= chunk.len();
            out.push(if shown {
                char::from(*DIGITS.get(at).unwrap())
            } else {
                '='
            });
        }
    }
    out
}
