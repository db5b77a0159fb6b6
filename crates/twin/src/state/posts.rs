//! The messages of one conversation.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::ids::{MessageId, UserId};
use crate::state::MessageText;

/// The `contentType` of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContentType {
    /// Plain text.
    Text,
    /// HTML.
    Html,
}

/// `chatMessageImportance`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "named as in the metadata")]
pub enum Importance {
    #[default]
    Normal,
    High,
    Urgent,
}

/// A message or reply. Its id, and so its time in ms, is the key it is kept under.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Post {
    /// The root message it replies to; `None` for a root.
    pub root: Option<MessageId>,
    /// The sender.
    pub author: UserId,
    /// The content type of the body.
    pub content_type: ContentType,
    /// The body's content; sources of inline images are rewritten (R40).
    pub content: MessageText,
    /// The importance of the message.
    pub importance: Importance,
    /// The parts that most messages do not have.
    pub extras: Option<Box<Extras>>,
}

/// The parts that most messages do not have.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Extras {
    /// `subject`.
    pub subject: Option<String>,
    /// `summary`.
    pub summary: Option<String>,
    /// `mentions`, as sent.
    pub mentions: Option<Box<RawValue>>,
    /// `attachments`, as sent.
    pub attachments: Option<Box<RawValue>>,
    /// `reactions`, as sent.
    pub reactions: Option<Box<RawValue>>,
    /// Inline images.
    pub hosted_contents: Vec<HostedContent>,
}

impl Extras {
    /// Returns true if it has no parts.
    pub(crate) fn is_empty(&self) -> bool {
        self.subject.is_none()
            && self.summary.is_none()
            && self.mentions.is_none()
            && self.attachments.is_none()
            && self.reactions.is_none()
            && self.hosted_contents.is_empty()
    }
}

/// An inline image.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HostedContent {
    /// The hosted content's id in the rewritten source.
    pub id: String,
    /// The media type.
    pub content_type: String,
    /// The bytes in base64, as sent.
    pub base64: Box<str>,
}

/// The messages of one conversation, by time; replies of a root can be found.
///
/// Messages lie in one growing table in the order they came, and the index by time is small:
/// like the blocks of text, that keeps a large tenant as quick as an empty one.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Posts {
    table: Vec<Post>,
    by_time: BTreeMap<MessageId, u32>,
    replies: BTreeSet<(MessageId, MessageId)>,
}

impl Posts {
    /// Keeps a message under its millisecond. `false` when another one has it (R31).
    pub(crate) fn insert(&mut self, id: MessageId, post: Post) -> bool {
        let Entry::Vacant(place) = self.by_time.entry(id) else {
            return false;
        };
        let Ok(at) = u32::try_from(self.table.len()) else {
            return false;
        };
        place.insert(at);
        if let Some(root) = post.root {
            self.replies.insert((root, id));
        }
        self.table.push(post);
        true
    }

    pub(crate) fn get(&self, id: MessageId) -> Option<&Post> {
        self.at(*self.by_time.get(&id)?)
    }

    fn at(&self, at: u32) -> Option<&Post> {
        self.table.get(usize::try_from(at).ok()?)
    }

    /// A message that is not a reply.
    pub(crate) fn root(&self, id: MessageId) -> Option<&Post> {
        self.get(id).filter(|post| post.root.is_none())
    }

    pub(crate) fn contains(&self, id: MessageId) -> bool {
        self.by_time.contains_key(&id)
    }

    /// Root messages older than `before`, newest first.
    pub(crate) fn roots_before(
        &self,
        before: Option<MessageId>,
    ) -> impl Iterator<Item = (MessageId, &Post)> {
        let before = before.unwrap_or(MessageId(i64::MAX));
        self.by_time
            .range(..before)
            .rev()
            .filter_map(|(id, at)| Some((*id, self.at(*at)?)))
            .filter(|(_, post)| post.root.is_none())
    }

    /// Replies to `root` older than `before`, newest first.
    pub(crate) fn replies_before(
        &self,
        root: MessageId,
        before: Option<MessageId>,
    ) -> impl Iterator<Item = (MessageId, &Post)> {
        let before = before.unwrap_or(MessageId(i64::MAX));
        self.replies
            .range((root, MessageId(i64::MIN))..(root, before))
            .rev()
            .filter_map(|(_, id)| Some((*id, self.get(*id)?)))
    }

    /// Returns the messages, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (MessageId, &Post)> {
        let index = self.by_time.iter();
        index.filter_map(|(id, at)| Some((*id, self.at(*at)?)))
    }

    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// Returns the number of replies among them.
    pub(crate) fn replies(&self) -> usize {
        self.replies.len()
    }
}
