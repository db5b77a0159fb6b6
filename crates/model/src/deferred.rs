//! Deferred references: what a post cannot know before it is uploaded, and how the post says so.
//!
//! Rendering is offline, so a post's body has placeholder URLs for what only the tenant can tell: the
//! address of a file in SharePoint, the id of a channel. Beside its body, the line in
//! `3-render/posts/<target>.jsonl` lists every placeholder URL with what belongs in its place:
//!
//! | in the body | beside it | upload puts there |
//! |---|---|---|
//! | `<img src="../hostedContents/N/$value">` | [`PostImage`] | `hostedContents` with the bytes, from `3-render/images` |
//! | an attachment's `id`, a GUID, and its `contentUrl`, [`file_url`] | [`PostFile`] | the GUID of the uploaded item's eTag and its address (crates/graph/RULES.md 1.10) |
//! | an address or a mention's id, [`link_url`] | [`PostLink`] | the address of the message or channel in Teams, or the id of the channel |
//!
//! All placeholder URLs are addresses of `chatferry.invalid`, a name that can never exist (RFC 2606).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::folder::file_name;
use crate::{ConversationId, GraphMessageId, MessageId, TargetKey, Text};

/// The beginning of every placeholder URL.
pub const UNRESOLVED_URL: &str = "https://chatferry.invalid/";

/// Bytes to reserve in a message for each link: what an address of Teams may take in place of
/// [`link_url`].
pub const LINK_BYTES: usize = 512;

/// The media types of pictures within a text (crates/graph/RULES.md G1).
pub const HOSTED_TYPES: &[&str] = &["image/jpeg", "image/jpg", "image/png"];

/// A picture within the text of a post (crates/graph/RULES.md 1.9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostImage<'a> {
    /// The `temporaryId`, from 1; `../hostedContents/<id>/$value` in the text.
    pub id: u32,
    /// The name of the file in `3-render/images/`.
    #[serde(borrow)]
    pub path: Text<'a>,
    /// The media type, one of [`HOSTED_TYPES`].
    #[serde(borrow)]
    pub media_type: Text<'a>,
    /// The size in bytes, before base64.
    pub bytes: u64,
    /// The name with extension, for when it has to go as a file (crates/graph/RULES.md R41).
    #[serde(borrow)]
    pub name: Text<'a>,
}

/// A file that hangs on a post (crates/graph/RULES.md 1.10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostFile<'a> {
    /// The attachment's id in the body: a GUID of our own, one for each file of a post.
    #[serde(borrow)]
    pub id: Text<'a>,
    /// The name of the file in `3-render/files/`, a hash of its content.
    #[serde(borrow)]
    pub path: Text<'a>,
    /// The name in SharePoint: legal and with an extension (crates/graph/RULES.md 1.12, R39).
    #[serde(borrow)]
    pub name: Text<'a>,
    /// The size in bytes.
    pub bytes: u64,
}

/// Something of the source that has a place in Teams of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostLink<'a> {
    /// The number in the post, from 0; see [`link_url`].
    pub id: u32,
    /// The target of the link.
    #[serde(borrow)]
    pub to: LinkTo<'a>,
    /// The value to use if the place is not known by then: the address in the source. Absent in a
    /// mention, which becomes plain text.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Text<'a>>,
}

/// The target of a link.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LinkTo<'a> {
    /// To the channel or chat.
    Target(#[serde(borrow)] TargetKey<'a>),
    /// To a message of the source; `3-render/links.jsonl` tells its post.
    Message(#[serde(borrow)] SourceMessage<'a>),
}

/// A message of the source.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct SourceMessage<'a> {
    /// The conversation.
    #[serde(borrow)]
    pub conversation: ConversationId<'a>,
    /// The message in it.
    #[serde(borrow)]
    pub message: MessageId<'a>,
}

impl PostImage<'_> {
    /// Returns a copy, independent of the line it was read from.
    #[must_use]
    pub fn to_static(&self) -> PostImage<'static> {
        PostImage {
            id: self.id,
            path: self.path.clone().into_owned(),
            media_type: self.media_type.clone().into_owned(),
            bytes: self.bytes,
            name: self.name.clone().into_owned(),
        }
    }
}

impl PostFile<'_> {
    /// Returns a copy, independent of the line it was read from.
    #[must_use]
    pub fn to_static(&self) -> PostFile<'static> {
        PostFile {
            id: self.id.clone().into_owned(),
            path: self.path.clone().into_owned(),
            name: self.name.clone().into_owned(),
            bytes: self.bytes,
        }
    }
}

impl PostLink<'_> {
    /// Returns a copy, independent of the line it was read from.
    #[must_use]
    pub fn to_static(&self) -> PostLink<'static> {
        let to = match &self.to {
            LinkTo::Target(target) => LinkTo::Target(target.clone().into_owned()),
            LinkTo::Message(message) => LinkTo::Message(SourceMessage {
                conversation: message.conversation.clone().into_owned(),
                message: message.message.clone().into_owned(),
            }),
        };
        PostLink {
            id: self.id,
            to,
            source: self.source.clone().map(Text::into_owned),
        }
    }
}

impl SourceMessage<'_> {
    /// A copy that is independent of the line it was read from.
    #[must_use]
    pub fn to_static(&self) -> SourceMessage<'static> {
        SourceMessage {
            conversation: self.conversation.to_static(),
            message: self.message.to_static(),
        }
    }
}

/// A line of `3-render/links.jsonl`: where a message that others link to has come to stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkedPost<'a> {
    /// The message.
    #[serde(borrow)]
    pub source: SourceMessage<'a>,
    /// The channel or chat.
    #[serde(borrow)]
    pub target: TargetKey<'a>,
    /// The first post there.
    pub post: GraphMessageId,
    /// The root that post answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<GraphMessageId>,
}

/// The stand-in for the address of a file: `https://chatferry.invalid/files/<id>/<name>`.
#[must_use]
pub fn file_url(id: &str, name: &str) -> String {
    format!("{UNRESOLVED_URL}files/{id}/{}", file_name(name))
}

/// The stand-in for an address, or for the id of a mentioned channel:
/// `https://chatferry.invalid/links/<id>/`.
#[must_use]
pub fn link_url(id: u32) -> String {
    format!("{UNRESOLVED_URL}links/{id}/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_stand_in_is_the_beginning_of_another() {
        assert!(!link_url(10).starts_with(&link_url(1)));
        assert_eq!(
            file_url("2f5c", "a b.txt"),
            "https://chatferry.invalid/files/2f5c/a%20b.txt"
        );
    }
}
