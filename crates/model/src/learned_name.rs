//! Names that only messages tell.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ConversationId;

/// A line of `names.jsonl`: the name of something that messages mention by id and no list of the
/// source names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LearnedName {
    /// The kind of thing.
    pub kind: NamedKind,
    /// The id in mentions.
    pub id: String,
    /// The name, without `@` or `#`.
    pub name: String,
    /// The conversation it is, where that is in the export under another id.
    #[serde(
        default,
        deserialize_with = "crate::id::owned_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub conversation: Option<ConversationId<'static>>,
}

/// A kind of thing that messages mention.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum NamedKind {
    /// A group of people.
    Group,
    /// A conversation.
    Conversation,
}
