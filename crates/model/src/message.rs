//! Messages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::deferred::SourceMessage;
use crate::document::Document;
use crate::emoji::Emoji;
use crate::file::File;
use crate::{ConversationId, FileId, MessageId, Micros, PersonId, Text};

/// A line of `messages/<conversation>.jsonl`: something that was said.
///
/// Order of the file: by time, a root always before its replies. A placeholder root, which stands
/// for one the export lacks, comes right before its first reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Message<'a> {
    /// Unique in its conversation.
    #[serde(borrow)]
    pub id: MessageId<'a>,
    /// The time it was posted.
    pub time: Micros,
    /// The author.
    #[serde(borrow)]
    pub author: Author<'a>,
    /// The kind of message.
    #[serde(default, skip_serializing_if = "MessageKind::is_said")]
    pub kind: MessageKind,
    /// The thread it answers in; a root has none.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<Thread<'a>>,
    /// A title above the text.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Text<'a>>,
    /// The body.
    #[serde(borrow, default, skip_serializing_if = "Document::is_empty")]
    pub body: Document<'a>,
    /// Addresses in its body that lead into the source itself.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<SourceLink<'a>>,
    /// Files that hang on it.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File<'a>>,
    /// The last edit: when and by whom.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<EditInfo<'a>>,
    /// The pin: when and by whom.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub pinned: Option<EditInfo<'a>>,
    /// Reactions, in the source's order.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction<'a>>,
    /// Codes of what could not be carried over whole; details are in `findings.jsonl`.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Text<'a>>,
}

/// An address that leads into the source itself, and may lead into Teams instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceLink<'a> {
    /// The address, as the body has it.
    #[serde(borrow)]
    pub url: Text<'a>,
    /// The target of the link.
    #[serde(borrow)]
    pub to: SourcePlace<'a>,
}

/// Something of the source that has an address there. It need not be in the export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourcePlace<'a> {
    /// A conversation.
    Conversation(#[serde(borrow)] ConversationId<'a>),
    /// A message.
    Message(#[serde(borrow)] SourceMessage<'a>),
    /// A file.
    File(#[serde(borrow)] FileId<'a>),
}

/// The author of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Author<'a> {
    /// The person or bot; it has a line in `people.jsonl`.
    #[serde(borrow)]
    pub person: PersonId<'a>,
    /// The name it used for this message, where that is not its own (bots, hooks).
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<'a>>,
    /// The app that posted it on the person's behalf.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub app: Option<Text<'a>>,
}

/// The kind of message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// Somebody said it.
    #[default]
    Said,
    /// The source noted it: joins, topics, calls.
    System,
    /// Nobody said it: it stands for a root that is deleted or not in the export.
    Placeholder,
}

impl MessageKind {
    fn is_said(&self) -> bool {
        *self == Self::Said
    }
}

/// The thread a reply answers in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Thread<'a> {
    /// The root message, which comes earlier in the same file.
    #[serde(borrow)]
    pub root: MessageId<'a>,
    /// The root's time.
    pub root_time: Micros,
    /// True if the reply was shown in the conversation too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub broadcast: bool,
}

/// The time and the person of an edit or pin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EditInfo<'a> {
    /// The time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Micros>,
    /// The person.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId<'a>>,
}

/// One emoji under a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reaction<'a> {
    /// The emoji.
    #[serde(borrow)]
    pub emoji: Emoji<'a>,
    /// The number of reactions; may be more than the people named
    /// (crates/readers/src/slack/FORMAT.md trap 57).
    pub count: u32,
    /// The people, as far as the source says.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<PersonId<'a>>,
}
