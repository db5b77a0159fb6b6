//! The body of a post, made fit for a page: its blanks filled in with addresses of the preview, and
//! cleaned by a sanitiser that knows what Teams keeps.

use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use chatferry_graph::check::sanitiser;
use chatferry_model::deferred::link_url;
use chatferry_model::post::{ChatMessage, Post};
use html_escape::encode_double_quoted_attribute;

use super::library::{Library, encode};

/// Styles that change how words look, and nothing else.
const STYLES: &[&str] = &["background-color", "color", "text-align"];

static TEAMS: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = sanitiser();
    builder
        .filter_style_properties(STYLES.iter().copied().collect())
        // Addresses of the preview itself.
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer"));
    builder
});

/// The body as it is shown.
pub(super) fn show(post: &Post<'_, ChatMessage<'_>>, library: &Library) -> String {
    let mut content = post.body.body.content.to_string();
    for image in &post.images {
        let blank = format!("../hostedContents/{}/$value", image.id);
        content = content.replace(&blank, &format!("/image/{}", encode(&image.path)));
    }
    for link in &post.links {
        let there = library
            .link(&link.to)
            .or_else(|| link.source.as_ref().map(ToString::to_string));
        let there = there.unwrap_or_default();
        let there = encode_double_quoted_attribute(&there);
        content = content.replace(&link_url(link.id), &there);
    }
    TEAMS.clean(&content).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_active_is_left() {
        for (html, kept) in [
            ("<p onclick=\"x()\">hi</p><script>x()</script>", "<p>hi</p>"),
            ("<a href=\"javascript:x()\">b</a>", ">b</a>"),
            (
                "<span style=\"position:fixed;color:#fff\">b</span>",
                "color",
            ),
            (
                "<img src=\"/image/a.png\" onerror=\"x()\" alt=\"a\">",
                "src=\"/image/a.png\"",
            ),
            ("<iframe src=\"https://evil.example\"></iframe>b", "b"),
        ] {
            let clean = TEAMS.clean(html).to_string();
            assert!(clean.contains(kept), "{clean}");
            for active in ["script", "x()", "position", "iframe"] {
                assert!(!clean.contains(active), "{clean}");
            }
        }
    }
}
