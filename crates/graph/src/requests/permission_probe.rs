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

/// The permission that is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PermissionProbe {
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
pub(crate) fn probe(what: PermissionProbe) -> Call {
    let (method, path) = match what {
        PermissionProbe::Migrate => (
            Method::POST,
            format!("{NO_TEAM}{NO_CHANNEL}/startMigration"),
        ),
        PermissionProbe::ReadUsers => (Method::GET, "/users?$select=id&$top=1".to_owned()),
        PermissionProbe::ReadGroups => (Method::GET, "/groups?$select=id&$top=1".to_owned()),
        PermissionProbe::CreateChannel => (Method::POST, format!("{NO_TEAM}/channels")),
        PermissionProbe::ReadTeam => (Method::GET, NO_TEAM.to_owned()),
        PermissionProbe::ReadChannel => (Method::GET, format!("{NO_TEAM}{NO_CHANNEL}")),
        PermissionProbe::AddTeamMember => (Method::POST, format!("{NO_TEAM}/members")),
        PermissionProbe::AddChannelMember => {
            (Method::POST, format!("{NO_TEAM}{NO_CHANNEL}/members"))
        }
        PermissionProbe::Archive => (Method::POST, format!("{NO_TEAM}{NO_CHANNEL}/archive")),
        PermissionProbe::CreateChat => (Method::POST, "/chats".to_owned()),
        PermissionProbe::AddChatMember => (Method::POST, format!("{NO_CHAT}/members")),
        PermissionProbe::ReadChannelMessages => (
            Method::GET,
            format!("{NO_TEAM}{NO_CHANNEL}/messages?$top=1"),
        ),
        PermissionProbe::ReadChatMessages => (Method::GET, format!("{NO_CHAT}/messages?$top=1")),
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
