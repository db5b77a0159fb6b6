//! The plan: who speaks for whom, and what goes where.
//!
//! Mapping makes it from the CSV files, rendering follows it, and the posts' files and the
//! manifest of `3-render` carry what uploading needs of it.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::conversation::ConversationKind;
use crate::{ConversationId, EntraId, Micros, Millis, PersonId, TargetKey, TeamKey};

/// A user of the tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct User {
    /// The object id.
    pub id: EntraId,
    /// The name Teams shows.
    pub display_name: String,
}

/// Stands for the placeholder as long as nobody said who that is, so that an export can be
/// converted and rehearsed at once. No tenant has this user; uploading refuses to begin with it.
pub const REHEARSAL_ACCOUNT: EntraId =
    EntraId::from_bits(0x57a4_d175_0000_4000_8000_0000_0000_0000);

impl User {
    /// The [`REHEARSAL_ACCOUNT`].
    #[must_use]
    pub fn rehearsal_account() -> Self {
        Self {
            id: REHEARSAL_ACCOUNT,
            display_name: "Placeholder".to_owned(),
        }
    }
}

/// The mapping of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonPlan {
    /// The name the source shows.
    pub name: String,
    /// The account that posts the person's messages.
    pub voice: Voice,
}

/// The account that posts a person's messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Voice {
    /// The user.
    User(User),
    /// The placeholder, with the name in the text.
    Placeholder,
    /// Nobody: what it wrote is left out, and counted. A root that others answered stays, without
    /// its words.
    Nobody,
}

impl Voice {
    /// The user, where it is one.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        match self {
            Self::User(user) => Some(user),
            Self::Placeholder | Self::Nobody => None,
        }
    }
}

/// Everything that is decided before rendering.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Everybody of the source.
    pub people: HashMap<PersonId<'static>, PersonPlan>,
    /// The account that speaks for those without one.
    pub placeholder: Option<User>,
    /// The teams to fill, by key.
    pub teams: BTreeMap<TeamKey<'static>, Team>,
    /// The channels and chats to fill, in the order of their keys.
    pub targets: Vec<Target>,
    /// Conversations that go nowhere, with the reason (`chats-skipped`, `skipped-by-admin`).
    pub skipped: BTreeMap<ConversationId<'static>, String>,
}

/// A team to fill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Team {
    /// The key in `teams.csv`.
    #[serde(deserialize_with = "crate::id::owned")]
    pub key: TeamKey<'static>,
    /// The team of the tenant it is; absent: it is made anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existing: Option<Existing>,
    /// The name, at most 256 characters.
    pub name: String,
    /// The description.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The people who may find and join the team.
    #[serde(default)]
    pub visibility: Visibility,
    /// The creation time: earlier than every channel's in it (crates/graph/RULES.md R11).
    pub created: Millis,
    /// The owners, made so after the import is complete (crates/graph/RULES.md R52).
    #[serde(default)]
    pub owners: Vec<EntraId>,
    /// The other members, likewise.
    #[serde(default)]
    pub members: Vec<EntraId>,
}

/// Something the tenant has already, to be filled instead of a new one (crates/graph/RULES.md 0.3,
/// Import V2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Existing {
    /// The one of this id.
    Id(String),
    /// The only one of this name; looked up at upload, where none or several are refused.
    Name(String),
}

/// The visibility of a team. Graph takes a team for public where nothing is said, so it is
/// always said.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Only its members.
    #[default]
    Private,
    /// Everybody of the tenant.
    Public,
}

/// A channel or chat to fill; also what the first line of its posts' file is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// The key, also the name of its posts' file.
    #[serde(deserialize_with = "crate::id::owned")]
    pub key: TargetKey<'static>,
    /// The place: a channel or a chat.
    pub place: TargetPlace,
    /// The creation time: earlier than every post in it (crates/graph/RULES.md R28).
    pub created: Millis,
    /// The conversations that go into it.
    pub sources: Vec<TargetSource>,
}

impl Target {
    /// Returns the name in Teams; a chat without a topic is called by its first source, and what
    /// has no name at all by its key.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.place {
            TargetPlace::Channel(channel) => &channel.name,
            TargetPlace::Chat(chat) => {
                let source = self.sources.first().map(|source| source.name.as_str());
                chat.topic
                    .as_deref()
                    .or(source)
                    .filter(|name| !name.is_empty())
                    .unwrap_or(self.key.as_str())
            }
        }
    }
}

/// The place of a target: a channel or a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TargetPlace {
    /// A channel of a team.
    Channel(Channel),
    /// A chat.
    Chat(Chat),
}

/// A channel of a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Channel {
    /// The team it is in.
    #[serde(deserialize_with = "crate::id::owned")]
    pub team: TeamKey<'static>,
    /// The channel of that team it is, where the team exists too; absent: it is made anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existing: Option<Existing>,
    /// The name: legal and unique in the team (crates/graph/RULES.md R12).
    pub name: String,
    /// The description.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The membership type.
    pub membership: Membership,
    /// True if it is the team's General channel, which is not created but taken.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub general: bool,
    /// True if it is closed once it is complete.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archive: bool,
    /// The members of its own, where it is private or shared; the first is its owner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<EntraId>,
}

/// The membership type of a channel.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    /// Everybody in the team.
    Standard,
    /// The members of its own.
    Private,
    /// The members of its own, of several teams or organisations.
    Shared,
}

impl Membership {
    /// Returns true if only its own members see the channel.
    #[must_use]
    pub fn is_closed(self) -> bool {
        match self {
            Self::Standard => false,
            Self::Private | Self::Shared => true,
        }
    }
}

/// A chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Chat {
    /// The kind of chat.
    pub kind: ChatKind,
    /// The chat of the tenant it is; absent: it is made anew. A pair of people has one chat in any
    /// case (crates/graph/RULES.md R54).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existing: Option<Existing>,
    /// The topic, for a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The members: two for a 1:1 chat.
    pub members: Vec<EntraId>,
}

/// The kind of chat (`chatType`).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ChatKind {
    /// Two people; there is never a second chat of the same two.
    OneOnOne,
    /// Any number of people.
    Group,
}

/// A conversation that goes into a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetSource {
    /// The conversation.
    #[serde(deserialize_with = "crate::id::owned")]
    pub conversation: ConversationId<'static>,
    /// The conversation's visibility in the source.
    pub kind: ConversationKind,
    /// The name in the source.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The number of messages of it go there.
    pub messages: u64,
    /// The part of it that goes there; absent: all of it. The parts of a conversation don't overlap
    /// and leave nothing out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<TimeRange>,
}

/// A part of a conversation: the threads whose roots were said in it, whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TimeRange {
    /// The first moment in it.
    pub from: Micros,
    /// The first moment after it.
    pub until: Micros,
}

impl TimeRange {
    /// Returns true if a thread whose root was said at `time` is in it.
    #[must_use]
    pub fn contains(&self, time: Micros) -> bool {
        (self.from..self.until).contains(&time)
    }
}

/// Details of the manifest of `3-render`: what uploading needs beside the posts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RenderDetails {
    /// The teams to fill.
    pub teams: Vec<Team>,
    /// The channels and chats to fill, with what their posts' files hold.
    pub targets: Vec<TargetSummary>,
    /// True if posts speak through the [`REHEARSAL_ACCOUNT`], because no placeholder is named yet.
    #[serde(
        rename = "stand_in",
        default,
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub rehearsal_account: bool,
}

/// The summary of a target's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetSummary {
    /// The target.
    pub target: Target,
    /// Posts in its file.
    pub posts: u64,
    /// The number of them that are replies.
    pub replies: u64,
    /// Bytes of all request bodies, without pictures.
    pub bytes: u64,
    /// Bytes of all files to be put into SharePoint or OneDrive, each counted once.
    #[serde(default)]
    pub file_bytes: u64,
    /// The time of the first post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Millis>,
    /// The time of the last post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Millis>,
}
