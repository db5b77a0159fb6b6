//! Requests as data: method, path, body, what kind of call it is, and whose budget it uses.
//!
//! Everything here is pure. A function per call, in the module of what it is about; snapshot tests
//! hold what goes over the wire. `@microsoft.graph.*` properties are written as raw JSON, because
//! that is what SDKs drop (crates/graph/RULES.md 3.1).

mod channels;
mod chats;
mod directory;
mod files;
mod members;
mod messages;
mod permission_probe;
mod teams;
mod threads;

use bytes::Bytes;
use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::throttle::Scope;

pub(crate) use channels::{
    archive_channel, create_normal_channel, create_standard_channel, list_channels,
    primary_channel, unarchive_channel,
};
pub(crate) use chats::{add_chat_member, create_chat, list_chats_of, remove_chat_member, topic};
pub(crate) use directory::{list_people, list_users};
pub(crate) use files::{
    FolderPath, drive_of, files_folder, find_file, open_upload, put_file, read_image, share_file,
};
pub(crate) use members::{TeamMember, add_channel_member, add_team_members, list_team_members};
pub(crate) use messages::{get_message, list_messages, list_replies, post_message};
pub(crate) use permission_probe::{PermissionProbe, get_user, probe};
pub(crate) use teams::{
    complete_team, create_team, delete_team, find_group, find_team, get_operation, get_team,
};
pub(crate) use threads::{Thread, complete, get_thread, list_thread_members, start};

/// A request, before it has an address, a token and its turn.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The kind of call; decides what is done when it fails.
    pub(crate) kind: Kind,
    pub(crate) method: Method,
    /// From the version on: `/teams/…`, with its query.
    pub(crate) path: String,
    pub(crate) body: Option<Bytes>,
    /// The scope whose budget the call uses.
    pub(crate) scope: Scope,
}

/// The kind of call, as far as failing goes (see [`crate::retry`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Reads something that must be there.
    Read,
    /// Reads something that may not be there yet, or not be allowed: the caller decides.
    Probe,
    /// Asks how far an operation is: seldom, and not again at once because an answer was lost
    /// (crates/graph/RULES.md R8).
    Poll,
    /// Posts a root message; its time is its key.
    PostRoot,
    /// Posts a reply; its time is its key.
    PostReply,
    /// Creates a team; asynchronous, no key.
    CreateTeam,
    /// Creates a channel; its name is its key.
    CreateChannel,
    /// Creates a chat of two, or finds that there is one.
    OpenChat,
    /// Creates a group chat; no key.
    CreateChat,
    /// Puts a channel or chat into migration mode.
    Start,
    /// Takes a channel or chat out of it.
    Complete,
    /// Takes a team out of it.
    CompleteTeam,
    /// Adds members; adding one twice changes nothing.
    AddMembers,
    /// Removes a member; one who is gone already is fine.
    RemoveMember,
    /// Archives; doing so twice changes nothing.
    Archive,
    /// Asks where files of a channel or person lie.
    Folder,
    /// Puts a file there; its name is its key.
    PutFile,
    /// Opens an upload session; an unused one vanishes.
    OpenUpload,
    /// Shares a file; the same link is answered again.
    ShareFile,
    /// Reads bytes that are no JSON.
    ReadBytes,
    /// Deletes a team; one that is gone already is fine.
    DeleteTeam,
}

impl Call {
    fn get(kind: Kind, path: String) -> Self {
        Self {
            kind,
            method: Method::GET,
            path,
            body: None,
            scope: Scope::Other,
        }
    }

    fn post(kind: Kind, path: String) -> Self {
        Self {
            kind,
            method: Method::POST,
            path,
            body: None,
            scope: Scope::Other,
        }
    }

    fn delete(kind: Kind, path: String) -> Self {
        Self {
            method: Method::DELETE,
            ..Self::get(kind, path)
        }
    }

    fn put(kind: Kind, path: String) -> Self {
        Self {
            method: Method::PUT,
            ..Self::get(kind, path)
        }
    }

    /// The media type of its body.
    pub(crate) fn media_type(&self) -> &'static str {
        match self.kind {
            Kind::PutFile => "application/octet-stream",
            _ => "application/json",
        }
    }

    fn within(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    fn with(self, body: &impl Serialize) -> Self {
        // Maps with string keys and plain structs: there is nothing that could fail.
        let body = serde_json::to_vec(body).unwrap_or_default();
        self.with_bytes(body.into())
    }

    fn with_bytes(self, body: Bytes) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    /// The method and the path, without the query: for messages.
    pub(crate) fn shown(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        format!("{} {path}", self.method)
    }
}

/// The characters that are not escaped in a segment of a path; channels are called `19:…@thread.tacv2`.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'@');

/// An id as a segment of a path.
pub(crate) fn segment(id: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(id, SEGMENT)
}

/// A value as a part of a query.
fn query_value(value: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(value, NON_ALPHANUMERIC)
}

/// A user as an address, in a body.
fn user_address(graph: &str, user: chatferry_model::EntraId) -> String {
    format!("{graph}/v1.0/users('{user}')")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A call as it goes over the wire.
    pub(super) fn shown(call: &Call) -> String {
        let body = call.body.as_deref().map(|body| {
            serde_json::from_slice::<serde_json::Value>(body)
                .and_then(|value| serde_json::to_string_pretty(&value))
                .unwrap()
        });
        let body = body.unwrap_or_default();
        format!(
            "{:?} within {:?}\n{} {}\n{body}",
            call.kind, call.scope, call.method, call.path
        )
    }

    #[test]
    fn no_id_leaves_its_segment() {
        assert_eq!(
            segment("19:a@thread.tacv2").to_string(),
            "19:a@thread.tacv2"
        );
        assert_eq!(segment("../x?y").to_string(), "..%2Fx%3Fy");
    }

    #[test]
    fn a_shown_call_has_no_query() {
        let call = Call::get(Kind::Read, "/users?$skiptoken=secret".to_owned());
        assert_eq!(call.shown(), "GET /users");
    }
}
