//! Calls that change nothing: they only find out whether the app may make them. What they are
//! about does not exist, or lacks what it needs, so that one who may is told 404 or 400, and one
//! who may not 403.

use http::Method;
use serde_json::json;

use super::{Call, Kind};

/// A team, channel and chat that do not exist.
const NO_TEAM: &str = "/teams/00000000-0000-4000-8000-000000000000";
const NO_CHANNEL: &str = "/channels/19:00000000000040008000000000000000@thread.tacv2";
const NO_CHAT: &str = "/chats/19:00000000000040008000000000000000@thread.v2";

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dry {
    /// Puts a channel that does not exist into migration mode.
    Migrate,
    /// Lists one user.
    ReadUsers,
    /// Lists one group.
    ReadGroups,
    /// Creates a channel in a team that does not exist.
    CreateChannel,
    /// Reads a team that does not exist.
    ReadTeam,
    /// Reads a channel that does not exist.
    ReadChannel,
    /// Adds nobody to a team that does not exist.
    AddTeamMember,
    /// Adds nobody to a channel that does not exist.
    AddChannelMember,
    /// Archives a channel that does not exist.
    Archive,
    /// Creates a chat of nobody.
    CreateChat,
    /// Adds nobody to a chat that does not exist.
    AddChatMember,
    /// Reads messages of a channel that does not exist.
    ReadChannelMessages,
    /// Reads messages of a chat that does not exist.
    ReadChatMessages,
}

/// The call that tries it.
pub(crate) fn dry(what: Dry) -> Call {
    let (method, path) = match what {
        Dry::Migrate => (
            Method::POST,
            format!("{NO_TEAM}{NO_CHANNEL}/startMigration"),
        ),
        Dry::ReadUsers => (Method::GET, "/users?$select=id&$top=1".to_owned()),
        Dry::ReadGroups => (Method::GET, "/groups?$select=id&$top=1".to_owned()),
        Dry::CreateChannel => (Method::POST, format!("{NO_TEAM}/channels")),
        Dry::ReadTeam => (Method::GET, NO_TEAM.to_owned()),
        Dry::ReadChannel => (Method::GET, format!("{NO_TEAM}{NO_CHANNEL}")),
        Dry::AddTeamMember => (Method::POST, format!("{NO_TEAM}/members")),
        Dry::AddChannelMember => (Method::POST, format!("{NO_TEAM}{NO_CHANNEL}/members")),
        Dry::Archive => (Method::POST, format!("{NO_TEAM}{NO_CHANNEL}/archive")),
        Dry::CreateChat => (Method::POST, "/chats".to_owned()),
        Dry::AddChatMember => (Method::POST, format!("{NO_CHAT}/members")),
        Dry::ReadChannelMessages => (
            Method::GET,
            format!("{NO_TEAM}{NO_CHANNEL}/messages?$top=1"),
        ),
        Dry::ReadChatMessages => (Method::GET, format!("{NO_CHAT}/messages?$top=1")),
    };
    let call = Call::get(Kind::Probe, path);
    if method == Method::GET {
        return call;
    }
    Call { method, ..call }.with(&json!({}))
}

/// Reads one user, by object id or UPN.
pub(crate) fn get_user(user: &str) -> Call {
    let user = super::segment(user);
    Call::get(
        Kind::Probe,
        format!("/users/{user}?$select=id,accountEnabled"),
    )
}
