//! True if a message in Teams is the one that was sent.
//!
//! Teams writes HTML its own way: it reorders attributes, adds line feeds, escapes differently,
//! rewrites the addresses of images. The author and the text survive all that. So two messages are
//! alike when their authors are the same and their text is, where text is: tags left out, entities
//! decoded, everything that is blank or invisible left out, and what Graph is known to change.

mod text;

use chatferry_model::EntraId;
use chatferry_model::post::{ChatMessage, ChatMessageAttachment};
use serde::Deserialize;
use xxhash_rust::xxh3::Xxh3;

pub(crate) use text::repeats_inline_code;
use text::{text_hash, whole_text_hash};

/// The properties by which two messages are recognised as the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessageFingerprint {
    pub(crate) author: Option<EntraId>,
    /// A hash of what is read in it and comes back as it was sent.
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
        MessageFingerprint {
            author: user
                .and_then(|user| user.id.as_deref())
                .and_then(|id| id.parse().ok()),
            text: text_hash(self.content()),
            places: places_hash(self.content()),
            attachments: ids_hash(self.attachments.iter().filter_map(|attachment| {
                let is_file = attachment.content_type.as_deref() == Some(REFERENCE);
                attachment.id.as_deref().filter(|_| is_file)
            })),
        }
    }

    /// The addresses of the images that came within the text, as they stand there.
    pub(crate) fn images(&self) -> impl Iterator<Item = &str> {
        attribute_values(self.content(), " src=\"")
            .filter(|address| address.contains("/hostedContents/"))
    }

    fn content(&self) -> &str {
        let content = self.body.as_ref().and_then(|body| body.content.as_deref());
        content.unwrap_or_default()
    }

    /// A hash of all that is read in it, as journals of earlier versions have it.
    pub(crate) fn whole_text(&self) -> i64 {
        whole_text_hash(self.content())
    }

    /// Returns true if Graph may have read a code block of it wrong (crates/graph/RULES.md G20).
    pub(crate) fn repeats_inline_code(&self) -> bool {
        repeats_inline_code(self.content())
    }

    /// Returns true if its author is that of a message that was sent. A message that arrived
    /// deleted (crates/graph/RULES.md 3.1, 6) may have lost its author with its text.
    pub(crate) fn is_by(&self, author: Option<EntraId>) -> bool {
        let found = self.fingerprint().author;
        found == author || self.deleted_date_time.is_some() && found.is_none()
    }

    /// Returns true if it reads like a message that was sent, or has lost its text.
    pub(crate) fn reads(&self, text: i64) -> bool {
        self.deleted_date_time.is_some()
            || text_hash(self.content()) == text
            || self.whole_text() == text
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_known_by_its_author_and_text() {
        let found = |json: &str| serde_json::from_str::<Found>(json).unwrap();
        let author = "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca".parse().ok();
        let sent = MessageFingerprint::of(author, "hi \u{1f642}", &[]);
        let ours = r#"{"id":"1","from":{"application":null,"user":{"id":"8C0A1A67-50CE-4114-BB6C-DA9C5DBCF6CA"}},"body":{"content":"<p>hi</p>"}}"#;
        assert!(found(ours).is_by(author) && found(ours).reads(sent.text));
        assert!(found(ours).reads(whole_text_hash("<b>hi</b>")));
        let theirs = ours.replace("8C0A1A67", "00000000");
        assert!(!found(&theirs).is_by(author));
        let other = ours.replace("hi", "ho");
        assert!(!found(&other).reads(sent.text));
        let deleted = r#"{"id":"1","deletedDateTime":"2020-01-01T00:00:00Z","from":null,"body":{"content":""}}"#;
        assert!(found(deleted).is_by(author) && found(deleted).reads(sent.text));
    }
}
