//! True if a message in Teams is the one that was sent.
//!
//! Teams writes HTML its own way: it reorders attributes, adds line feeds, escapes differently,
//! rewrites the addresses of images. What survives all that is who speaks and what is read. So two
//! messages are alike when their authors are the same and their text is, where text is: tags left
//! out (an `<emoji>` stands for its `alt`), entities decoded, and everything that is blank or
//! invisible left out.

use chatferry_model::EntraId;
use chatferry_model::post::{ChatMessage, ChatMessageAttachment};
use serde::Deserialize;
use xxhash_rust::xxh3::Xxh3;

/// The properties by which two messages are recognised as the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessageFingerprint {
    pub(crate) author: Option<EntraId>,
    /// A hash of what is read in it.
    pub(crate) text: i64,
    /// A hash of the places in Teams that it links to.
    pub(crate) places: i64,
    /// A hash of the ids of the files that hang on it.
    pub(crate) attachments: i64,
}

/// A message as Graph answers it, as far as it is compared.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Found {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) reply_to_id: Option<String>,
    #[serde(default)]
    pub(crate) message_type: Option<String>,
    #[serde(default)]
    pub(crate) created_date_time: Option<String>,
    #[serde(default)]
    pub(crate) deleted_date_time: Option<String>,
    #[serde(default)]
    from: Option<FoundFrom>,
    #[serde(default)]
    body: Option<FoundBody>,
    #[serde(default)]
    attachments: Vec<FoundAttachment>,
}

#[derive(Debug, Deserialize)]
struct FoundFrom {
    #[serde(default)]
    user: Option<FoundUser>,
}

#[derive(Debug, Deserialize)]
struct FoundUser {
    #[serde(default)]
    id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct FoundBody {
    #[serde(default)]
    content: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FoundAttachment {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    content_type: Option<String>,
}

impl MessageFingerprint {
    /// Returns the fingerprint of a message that is sent.
    pub(crate) fn sent(message: &ChatMessage<'_>) -> Self {
        let author = Some(message.from.user.id);
        Self::of(author, &message.body.content, &message.attachments)
    }

    /// Returns the fingerprint of a message sent in the name of `author`.
    pub(crate) fn of(
        author: Option<EntraId>,
        content: &str,
        attachments: &[ChatMessageAttachment<'_>],
    ) -> Self {
        let ids = attachments
            .iter()
            .filter(|attachment| attachment.content_type == REFERENCE)
            .map(|attachment| attachment.id.as_str());
        Self {
            author,
            text: text_hash(content),
            places: places_hash(content),
            attachments: ids_hash(ids),
        }
    }
}

impl Found {
    pub(crate) fn fingerprint(&self) -> MessageFingerprint {
        let user = self.from.as_ref().and_then(|from| from.user.as_ref());
        let content = self.body.as_ref().and_then(|body| body.content.as_deref());
        MessageFingerprint {
            author: user
                .and_then(|user| user.id.as_deref())
                .and_then(|id| id.parse().ok()),
            text: text_hash(content.unwrap_or_default()),
            places: places_hash(content.unwrap_or_default()),
            attachments: ids_hash(self.attachments.iter().filter_map(|attachment| {
                let is_file = attachment.content_type.as_deref() == Some(REFERENCE);
                attachment.id.as_deref().filter(|_| is_file)
            })),
        }
    }

    /// The addresses of the images that came within the text, as they stand there.
    pub(crate) fn images(&self) -> impl Iterator<Item = &str> {
        let content = self.body.as_ref().and_then(|body| body.content.as_deref());
        attribute_values(content.unwrap_or_default(), " src=\"")
            .filter(|address| address.contains("/hostedContents/"))
    }

    /// Returns true if it is the message that was sent. A message that arrived deleted
    /// (crates/graph/RULES.md 3.1, 6) has lost its text and is known by its author alone.
    pub(crate) fn is(&self, sent: &MessageFingerprint) -> bool {
        let found = self.fingerprint();
        if self.deleted_date_time.is_some() {
            return found.author.is_none() || found.author == sent.author;
        }
        (found.author, found.text) == (sent.author, sent.text)
    }
}

/// The content type of a file among attachments.
const REFERENCE: &str = "reference";

/// The beginning of the path of links into Teams, in every cloud.
const PLACE: &str = "/l/";

/// A hash of the places in Teams that `html` links to, in their order.
fn places_hash(html: &str) -> i64 {
    let mut hash = Xxh3::new();
    for address in attribute_values(html, " href=\"") {
        let address = html_escape::decode_html_entities(address);
        let host = address.strip_prefix("https://").unwrap_or_default();
        if host
            .split('/')
            .next()
            .is_some_and(|host| host.contains("teams.microsoft"))
            && address.contains(PLACE)
        {
            hash.update(address.as_bytes());
        }
    }
    hash.digest().cast_signed()
}

/// A hash of ids, in whatever order and case they stand.
fn ids_hash<'a>(ids: impl Iterator<Item = &'a str>) -> i64 {
    let mut ids: Vec<_> = ids.map(str::to_ascii_lowercase).collect();
    ids.sort_unstable();
    xxhash_rust::xxh3::xxh3_64(ids.join(" ").as_bytes()).cast_signed()
}

/// The values of an attribute, given as ` name="`.
fn attribute_values<'h>(html: &'h str, name: &'h str) -> impl Iterator<Item = &'h str> {
    html.match_indices(name)
        .filter_map(|(at, name)| html.get(at + name.len()..)?.split('"').next())
}

/// A hash of what is read in `html`; signed, because that is what SQLite stores.
fn text_hash(html: &str) -> i64 {
    let mut hash = Xxh3::new();
    let mut rest = html;
    while let Some(open) = memchr::memchr(b'<', rest.as_bytes()) {
        let (text, tag) = rest.split_at(open);
        add_text(&mut hash, text);
        let end = memchr::memchr(b'>', tag.as_bytes()).map_or(tag.len(), |end| end + 1);
        let (tag, after) = tag.split_at(end);
        if let Some(alt) = tag
            .strip_prefix("<emoji ")
            .and_then(|tag| attribute(tag, "alt"))
        {
            add_text(&mut hash, alt);
        }
        rest = after;
    }
    add_text(&mut hash, rest);
    hash.digest().cast_signed()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = tag.split_once(&format!("{name}=\""))?;
    value.split('"').next()
}

fn add_text(hash: &mut Xxh3, text: &str) {
    let text = html_escape::decode_html_entities(text);
    // Runs of what is seen, so that plain words are hashed as they stand.
    for word in text.split(|c: char| c.is_whitespace() || is_invisible(c)) {
        hash.update(word.as_bytes());
    }
}

/// Returns true for characters that join or separate without being visible.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe0f}' | '\u{ad}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_html_is_written_does_not_count() {
        for (one, other) in [
            (
                "<p>a b</p><p>c</p>",
                "<div>\n<p>a&nbsp;b</p>\n<p>c</p>\n</div>",
            ),
            (
                "<b>x &amp; &lt;y&gt;</b>",
                "<strong>x &#38; &#60;y></strong>",
            ),
            (
                "hi \u{1f642}",
                "hi&nbsp;<emoji id=\"smile\" alt=\"\u{1f642}\" title=\"\"></emoji>",
            ),
            (
                "<img src=\"a\">",
                "<img alt=\"image\" src=\"b\" itemid=\"c\">",
            ),
        ] {
            assert_eq!(text_hash(one), text_hash(other), "{one} | {other}");
        }
    }

    #[test]
    fn words_count() {
        for (one, other) in [
            ("<p>a</p>", "<p>b</p>"),
            ("a", "A"),
            ("", "a"),
            ("ab", "ba"),
        ] {
            assert_ne!(text_hash(one), text_hash(other), "{one} | {other}");
        }
    }

    #[test]
    fn a_message_of_somebody_else_is_not_ours() {
        let found = |json: &str| serde_json::from_str::<Found>(json).unwrap();
        let author = "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca".parse().ok();
        let sent = &MessageFingerprint::of(author, "hi", &[]);
        let ours = r#"{"id":"1","from":{"application":null,"user":{"id":"8C0A1A67-50CE-4114-BB6C-DA9C5DBCF6CA"}},"body":{"content":"<p>hi</p>"}}"#;
        assert!(found(ours).is(sent));
        let theirs = ours.replace("8C0A1A67", "00000000");
        assert!(!found(&theirs).is(sent));
        let other = ours.replace("hi", "ho");
        assert!(!found(&other).is(sent));
        let deleted = r#"{"id":"1","deletedDateTime":"2020-01-01T00:00:00Z","from":null,"body":{"content":""}}"#;
        assert!(found(deleted).is(sent));
    }
}
