//! Channels, direct and group messages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ConversationId, Micros, PersonId, WorkspaceId};

/// A line of `conversations.jsonl`: a channel or chat of the source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Conversation {
    /// The source's id; also the name of its file under `1-read/messages/`.
    #[serde(deserialize_with = "crate::id::owned")]
    pub id: ConversationId<'static>,
    /// The visibility.
    pub kind: ConversationKind,
    /// The name, without `#`; empty for direct messages.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The current topic.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub topic: String,
    /// The purpose.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub purpose: String,
    /// True if it is the one everybody is in (`#general`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub general: bool,
    /// True if it was closed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
    /// The time it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Micros>,
    /// The creator.
    #[serde(
        default,
        deserialize_with = "crate::id::owned_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub creator: Option<PersonId<'static>>,
    /// The members; in a self-DM one id.
    #[serde(
        default,
        deserialize_with = "crate::id::owned_list",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub members: Vec<PersonId<'static>>,
    /// The workspace it belongs to, where the source has several.
    #[serde(
        default,
        deserialize_with = "crate::id::owned_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub workspace: Option<WorkspaceId<'static>>,
    /// The number of messages its file holds, replies and placeholders included.
    #[serde(default)]
    pub messages: u64,
    /// The number of them that are replies.
    #[serde(default)]
    pub replies: u64,
    /// The time of its earliest message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Micros>,
    /// The time of its latest message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Micros>,
}

/// The visibility of a conversation.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ConversationKind {
    /// Everybody of the workspace.
    Public,
    /// The members. Also what a conversation of unknown kind is taken for (crates/DECISIONS.md rule
    /// 4.4).
    Private,
    /// The members, of several organisations.
    Shared,
    /// Two people, or one with itself.
    Dm,
    /// A few people.
    GroupDm,
}

impl ConversationKind {
    /// Returns true if it must never come to stand where others than its members can read it.
    #[must_use]
    pub fn is_private(self) -> bool {
        self != Self::Public
    }

    /// Returns true if it has no name of its own and becomes a chat.
    #[must_use]
    pub fn is_chat(self) -> bool {
        matches!(self, Self::Dm | Self::GroupDm)
    }

    /// The word for it in tables and files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Shared => "shared",
            Self::Dm => "dm",
            Self::GroupDm => "group_dm",
        }
    }
}
