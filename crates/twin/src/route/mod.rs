//! Addresses: what a method and a path ask for.

mod drive;
mod read;

use serde::{Deserialize, Serialize};

pub(crate) use drive::UPLOADS;
pub(crate) use read::segments;

/// The kind of a call, without the names in it. Faults and limits go by this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "each is named as its endpoint is")]
pub enum Kind {
    Token,
    CreateTeam,
    GetTeam,
    GetOperation,
    CompleteTeam,
    ArchiveTeam,
    DeleteGroup,
    ListChannels,
    CreateChannel,
    GetChannel,
    DeleteChannel,
    ArchiveChannel,
    UnarchiveChannel,
    StartMigration,
    CompleteMigration,
    PostMessage,
    PostReply,
    ListMessages,
    GetMessage,
    ListReplies,
    GetReply,
    GetHostedContent,
    ChangeMessage,
    ListMembers,
    AddMember,
    AddMembers,
    RemoveMember,
    ListUsers,
    GetUser,
    CreateChat,
    GetChat,
    ListChats,
    ListGroups,
    ListTeams,
    GetFilesFolder,
    GetDrive,
    GetItem,
    PutContent,
    CreateUploadSession,
    UploadChunk,
    GetUploadSession,
    CancelUploadSession,
    CreateLink,
    Batch,
}

/// A channel as an address names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChannelRef<'a> {
    /// `/teams/{id}/primaryChannel`
    Primary,
    /// `/teams/{id}/channels/{id}`
    Id(&'a str),
}

/// A conversation as an address names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThreadRef<'a> {
    Channel {
        team: &'a str,
        channel: ChannelRef<'a>,
    },
    Chat(&'a str),
}

/// The owner of a member list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RosterRef<'a> {
    Team(&'a str),
    Thread(ThreadRef<'a>),
}

/// A drive as an address names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DriveRef<'a> {
    /// `/drives/{id}`
    Id(&'a str),
    /// `/users/{id}/drive`
    User(&'a str),
}

/// A file or folder as an address names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ItemRef<'a> {
    pub(crate) drive: DriveRef<'a>,
    /// The item that the path starts at; `None` for the drive's root.
    pub(crate) id: Option<&'a str>,
    path: &'a [String],
}

impl<'a> ItemRef<'a> {
    /// The names on the way from the item that the path starts at.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        let last = self.path.len().saturating_sub(1);
        let names = self.path.iter().enumerate();
        names.map(move |(at, name)| match name.strip_suffix(':') {
            Some(name) if at == last => name,
            _ => name,
        })
    }
}

/// The resource and operation that a call asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    Token {
        tenant: &'a str,
    },
    CreateTeam,
    GetTeam {
        team: &'a str,
    },
    GetOperation {
        team: &'a str,
        operation: &'a str,
    },
    CompleteTeam {
        team: &'a str,
    },
    ArchiveTeam {
        team: &'a str,
    },
    DeleteGroup {
        team: &'a str,
    },
    ListChannels {
        team: &'a str,
    },
    CreateChannel {
        team: &'a str,
    },
    GetChannel {
        team: &'a str,
        channel: ChannelRef<'a>,
    },
    DeleteChannel {
        team: &'a str,
        channel: ChannelRef<'a>,
    },
    ArchiveChannel {
        team: &'a str,
        channel: ChannelRef<'a>,
    },
    UnarchiveChannel {
        team: &'a str,
        channel: ChannelRef<'a>,
    },
    CreateChat,
    GetChat {
        chat: &'a str,
    },
    /// Somebody's chats; of everybody if nobody is named.
    ListChats {
        user: Option<&'a str>,
    },
    StartMigration(ThreadRef<'a>),
    CompleteMigration(ThreadRef<'a>),
    ListMessages(ThreadRef<'a>),
    PostMessage(ThreadRef<'a>),
    GetMessage(ThreadRef<'a>, &'a str),
    ListReplies(ThreadRef<'a>, &'a str),
    PostReply(ThreadRef<'a>, &'a str),
    GetReply(ThreadRef<'a>, &'a str, &'a str),
    GetHostedContent {
        thread: ThreadRef<'a>,
        message: &'a str,
        content: &'a str,
    },
    /// softDelete, setReaction and their opposites.
    ChangeMessage {
        action: &'a str,
    },
    ListMembers(RosterRef<'a>),
    AddMember(RosterRef<'a>),
    AddMembers {
        team: &'a str,
    },
    RemoveMember(RosterRef<'a>, &'a str),
    ListUsers,
    GetUser {
        user: &'a str,
    },
    ListGroups,
    ListTeams,
    GetFilesFolder {
        team: &'a str,
        channel: ChannelRef<'a>,
    },
    GetDrive(DriveRef<'a>),
    GetItem(ItemRef<'a>),
    PutContent(ItemRef<'a>),
    CreateUploadSession(ItemRef<'a>),
    UploadChunk {
        session: &'a str,
    },
    GetUploadSession {
        session: &'a str,
    },
    CancelUploadSession {
        session: &'a str,
    },
    CreateLink(ItemRef<'a>),
    Batch,
}

impl<'a> Route<'a> {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Route::Token { .. } => Kind::Token,
            Route::CreateTeam => Kind::CreateTeam,
            Route::GetTeam { .. } => Kind::GetTeam,
            Route::GetOperation { .. } => Kind::GetOperation,
            Route::CompleteTeam { .. } => Kind::CompleteTeam,
            Route::ArchiveTeam { .. } => Kind::ArchiveTeam,
            Route::DeleteGroup { .. } => Kind::DeleteGroup,
            Route::ListChannels { .. } => Kind::ListChannels,
            Route::CreateChannel { .. } => Kind::CreateChannel,
            Route::GetChannel { .. } => Kind::GetChannel,
            Route::DeleteChannel { .. } => Kind::DeleteChannel,
            Route::ArchiveChannel { .. } => Kind::ArchiveChannel,
            Route::UnarchiveChannel { .. } => Kind::UnarchiveChannel,
            Route::CreateChat => Kind::CreateChat,
            Route::GetChat { .. } => Kind::GetChat,
            Route::ListChats { .. } => Kind::ListChats,
            Route::StartMigration(_) => Kind::StartMigration,
            Route::CompleteMigration(_) => Kind::CompleteMigration,
            Route::ListMessages(_) => Kind::ListMessages,
            Route::PostMessage(_) => Kind::PostMessage,
            Route::GetMessage(..) => Kind::GetMessage,
            Route::ListReplies(..) => Kind::ListReplies,
            Route::PostReply(..) => Kind::PostReply,
            Route::GetReply(..) => Kind::GetReply,
            Route::GetHostedContent { .. } => Kind::GetHostedContent,
            Route::ChangeMessage { .. } => Kind::ChangeMessage,
            Route::ListMembers(_) => Kind::ListMembers,
            Route::AddMember(_) => Kind::AddMember,
            Route::AddMembers { .. } => Kind::AddMembers,
            Route::RemoveMember(..) => Kind::RemoveMember,
            Route::ListUsers => Kind::ListUsers,
            Route::GetUser { .. } => Kind::GetUser,
            Route::ListGroups => Kind::ListGroups,
            Route::ListTeams => Kind::ListTeams,
            Route::GetFilesFolder { .. } => Kind::GetFilesFolder,
            Route::GetDrive(_) => Kind::GetDrive,
            Route::GetItem(_) => Kind::GetItem,
            Route::PutContent(_) => Kind::PutContent,
            Route::CreateUploadSession(_) => Kind::CreateUploadSession,
            Route::UploadChunk { .. } => Kind::UploadChunk,
            Route::GetUploadSession { .. } => Kind::GetUploadSession,
            Route::CancelUploadSession { .. } => Kind::CancelUploadSession,
            Route::CreateLink(_) => Kind::CreateLink,
            Route::Batch => Kind::Batch,
        }
    }

    /// The conversation it is about, if it is about one.
    pub(crate) fn thread(&self) -> Option<ThreadRef<'a>> {
        match *self {
            Route::StartMigration(thread)
            | Route::CompleteMigration(thread)
            | Route::ListMessages(thread)
            | Route::PostMessage(thread)
            | Route::GetMessage(thread, _)
            | Route::ListReplies(thread, _)
            | Route::PostReply(thread, _)
            | Route::GetReply(thread, _, _)
            | Route::GetHostedContent { thread, .. }
            | Route::ListMembers(RosterRef::Thread(thread))
            | Route::AddMember(RosterRef::Thread(thread))
            | Route::RemoveMember(RosterRef::Thread(thread), _) => Some(thread),
            Route::GetChannel { team, channel }
            | Route::DeleteChannel { team, channel }
            | Route::ArchiveChannel { team, channel }
            | Route::UnarchiveChannel { team, channel }
            | Route::GetFilesFolder { team, channel } => Some(ThreadRef::Channel { team, channel }),
            Route::GetChat { chat } => Some(ThreadRef::Chat(chat)),
            _ => None,
        }
    }

    /// The team it is about, if it is about one.
    pub(crate) fn team(&self) -> Option<&'a str> {
        match *self {
            Route::GetTeam { team }
            | Route::GetOperation { team, .. }
            | Route::CompleteTeam { team }
            | Route::ArchiveTeam { team }
            | Route::ListChannels { team }
            | Route::CreateChannel { team }
            | Route::AddMembers { team }
            | Route::ListMembers(RosterRef::Team(team))
            | Route::AddMember(RosterRef::Team(team))
            | Route::RemoveMember(RosterRef::Team(team), _) => Some(team),
            _ => match self.thread() {
                Some(ThreadRef::Channel { team, .. }) => Some(team),
                _ => None,
            },
        }
    }

    /// The drive or upload session it is about, if it is about one.
    pub(crate) fn drive(&self) -> Option<&'a str> {
        match *self {
            Route::GetDrive(drive)
            | Route::GetItem(ItemRef { drive, .. })
            | Route::PutContent(ItemRef { drive, .. })
            | Route::CreateUploadSession(ItemRef { drive, .. })
            | Route::CreateLink(ItemRef { drive, .. }) => Some(match drive {
                DriveRef::Id(id) | DriveRef::User(id) => id,
            }),
            Route::UploadChunk { session }
            | Route::GetUploadSession { session }
            | Route::CancelUploadSession { session } => Some(session),
            _ => None,
        }
    }
}
