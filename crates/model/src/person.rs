//! People and bots.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Micros, PersonId, WorkspaceId};

/// A line of `people.jsonl`: somebody of the source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// The source's id.
    #[serde(deserialize_with = "crate::id::owned")]
    pub id: PersonId<'static>,
    /// The kind of person.
    pub kind: PersonKind,
    /// The role in the workspace.
    #[serde(default, skip_serializing_if = "Role::is_member")]
    pub role: Role,
    /// The name to show: never empty.
    pub name: String,
    /// The short name it was called by (`@handle`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// The full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub real_name: Option<String>,
    /// The e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The id a single sign-on provider knows it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// The title or position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// True if the account was switched off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deactivated: bool,
    /// The workspace it belongs to, where the source has several.
    #[serde(
        default,
        deserialize_with = "crate::id::owned_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub workspace: Option<WorkspaceId<'static>>,
    /// The number of messages it wrote, in this export.
    #[serde(default)]
    pub messages: u64,
    /// The time it wrote the last of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_active: Option<Micros>,
}

impl Person {
    /// Somebody of whom no more is known: a member without messages.
    #[must_use]
    pub fn new(id: PersonId<'static>, kind: PersonKind, name: impl Into<String>) -> Self {
        Self {
            id,
            kind,
            role: Role::Member,
            name: name.into(),
            handle: None,
            real_name: None,
            email: None,
            external_id: None,
            title: None,
            deactivated: false,
            workspace: None,
            messages: 0,
            last_active: None,
        }
    }
}

/// The kind of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    /// A person of the workspace.
    User,
    /// A person of another organisation, sharing a channel (Slack Connect).
    External,
    /// A bot, an app, or a hook that speaks under a name.
    Bot,
    /// The source's own voice (Slackbot).
    System,
    /// Nothing is known but the id, from messages or member lists.
    Unknown,
}

/// The role of a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Owns the workspace.
    Owner,
    /// Administers it.
    Admin,
    /// Is an ordinary member.
    #[default]
    Member,
    /// Is a guest, confined to some channels.
    Guest,
}

impl Role {
    fn is_member(&self) -> bool {
        *self == Self::Member
    }
}
