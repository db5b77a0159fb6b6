//! Posts that are pages of a wiki, or comments on one (crates/readers/src/mattermost/FORMAT.md M10).
//! The lines that hold the wiki itself are left out, with a finding.

use std::borrow::Cow;

use chatferry_model::document::{Block, Document, Heading, Inline};
use serde_json::Value;

/// The types of such posts.
pub(super) const POSTS: &[&str] = &["page", "page_comment"];

/// The types of lines that hold a wiki.
pub(super) const LINES: &[&str] = &["wiki", "page", "page_comment", "resolve_wiki_placeholders"];

/// The names of nodes after which a new line begins.
const LINES_OF_TEXT: &[&str] = &[
    "paragraph",
    "heading",
    "codeBlock",
    "tableCell",
    "tableHeader",
];

/// The text of a page: of the editor's JSON (TipTap) the words, a paragraph each.
pub(super) fn text(message: &str) -> Cow<'_, str> {
    let document = || -> Option<Value> {
        let value: Value = serde_json::from_str(message).ok()?;
        (value.get("type")? == "doc").then_some(value)
    };
    match message.starts_with('{').then(document).flatten() {
        None => message.into(),
        Some(value) => {
            let mut out = String::new();
            push(&value, &mut out);
            out.truncate(out.trim_end().len());
            out.into()
        }
    }
}

fn push(node: &Value, out: &mut String) {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let kind = text(node.get("type"));
    let attribute = |key: &str| text(node.get("attrs").and_then(|attributes| attributes.get(key)));
    out.push_str(&text(node.get("text")));
    match kind.as_str() {
        "hardBreak" => out.push('\n'),
        "mention" => {
            let (label, id) = (attribute("label"), attribute("id"));
            out.push('@');
            out.push_str(if label.is_empty() { &id } else { &label });
        }
        "image" => out.push_str(&format!("![{}]({})", attribute("alt"), attribute("src"))),
        _ => {}
    }
    for inner in node
        .get("content")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        push(inner, out);
    }
    if LINES_OF_TEXT.contains(&kind.as_str()) && !out.is_empty() {
        out.push_str("\n\n");
    }
}

/// Puts the title of a page above its text, unless that begins with it.
pub(super) fn push_title<'m>(title: &'m str, blocks: &mut Vec<Block<'m>>) {
    let body = Document {
        blocks: std::mem::take(blocks),
    };
    if !title.is_empty() && !body.to_plain_text().starts_with(title) {
        blocks.push(Block::Heading(Heading {
            level: 2,
            content: vec![Inline::text(title)],
        }));
    }
    blocks.extend(body.blocks);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_editors_json_is_read_as_its_words() {
        let page = r#"{"type":"doc","content":[{"type":"heading","content":[{"type":"text","text":"Tea"}]},
            {"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":
            [{"type":"text","text":"boil "},{"type":"text","text":"it","marks":[]},{"type":"hardBreak"},
            {"type":"mention","attrs":{"id":"ann"}}]}]}]}]}"#;
        assert_eq!(text(page), "Tea\n\nboil it\n@ann");
        for plain in ["{tea}", r#"{"type":"text"}"#, "tea"] {
            assert_eq!(text(plain), plain);
        }
    }
}
