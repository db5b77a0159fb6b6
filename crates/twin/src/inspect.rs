//! What the tenant holds, in figures: for tests and for `GET /_twin/state`.

use serde::Serialize;

use crate::ids::{ChannelId, ChatId, DriveId, ItemId, TeamId};
use crate::state::{Membership, State, TeamMigration, Thread};

/// A team in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TeamSummary {
    /// Its id.
    pub id: TeamId,
    /// Its name.
    pub display_name: String,
    /// How far its migration is: `none`, `open`, `closing`, `spoilt` (R51) or `completed`.
    pub migration: &'static str,
    /// How many members it has.
    pub members: usize,
    /// How many of them are owners.
    pub owners: usize,
    /// Whether it is, or is about to be, archived.
    pub archived: bool,
    /// Its General.
    pub general: ChannelId,
    /// Its channels, General included, in order of their ids.
    pub channels: Vec<ChannelSummary>,
}

/// A channel in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChannelSummary {
    /// Its id.
    pub id: ChannelId,
    /// Its name.
    pub display_name: String,
    /// `standard`, `private` or `shared`.
    pub membership_type: &'static str,
    /// How many members it has of its own; a standard channel has its team's.
    pub members: usize,
    /// Whether it is, or is about to be, archived.
    pub archived: bool,
    /// Its messages.
    #[serde(flatten)]
    pub thread: ThreadSummary,
}

/// A chat in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatSummary {
    /// Its id.
    pub id: ChatId,
    /// Its topic.
    pub topic: Option<String>,
    /// How many members it has.
    pub members: usize,
    /// Its messages.
    #[serde(flatten)]
    pub thread: ThreadSummary,
}

/// A drive in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DriveSummary {
    /// Its id.
    pub id: DriveId,
    /// Its address.
    pub web_url: String,
    /// How many files are in it.
    pub files: usize,
    /// How large they are together, in bytes.
    pub bytes: u64,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSummary {
    /// The drive it is in.
    pub drive: DriveId,
    /// Its id there.
    pub item: ItemId,
    /// Its path from the drive's root: `General/a.txt`.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// The quickXorHash of its content, in base64.
    pub quick_xor_hash: String,
    /// Its content, where contents are kept ([`crate::Files::keep_content`]).
    pub content: Option<Vec<u8>>,
}

/// The messages of a conversation in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadSummary {
    /// Its `createdDateTime`.
    pub created_date_time: String,
    /// Its `migrationMode`.
    pub migration_mode: Option<&'static str>,
    /// How many root messages it has.
    pub roots: usize,
    /// How many replies.
    pub replies: usize,
}

pub(crate) fn teams(state: &State) -> Vec<TeamSummary> {
    let teams = state.teams.values();
    teams
        .map(|team| TeamSummary {
            id: team.id.clone(),
            display_name: team.display_name.clone(),
            migration: match team.migration {
                TeamMigration::Never => "none",
                TeamMigration::Open { .. } => "open",
                TeamMigration::Closing { .. } => "closing",
                TeamMigration::Spoilt => "spoilt",
                TeamMigration::Completed => "completed",
            },
            members: team.members.len(),
            owners: team.members.iter().filter(|member| member.owner).count(),
            archived: team.archived_from.is_some(),
            general: team.general.clone(),
            channels: team
                .channels
                .values()
                .map(|channel| ChannelSummary {
                    id: channel.id.clone(),
                    display_name: channel.display_name.clone(),
                    membership_type: match channel.membership {
                        Membership::Standard => "standard",
                        Membership::Private => "private",
                        Membership::Shared => "shared",
                    },
                    members: channel.members.len(),
                    archived: channel.archived_from.is_some(),
                    thread: thread(&channel.thread),
                })
                .collect(),
        })
        .collect()
}

pub(crate) fn chats(state: &State) -> Vec<ChatSummary> {
    let chats = state.chats.values();
    chats
        .map(|chat| ChatSummary {
            id: chat.id.clone(),
            topic: chat.topic.clone(),
            members: chat.members.len(),
            thread: thread(&chat.thread),
        })
        .collect()
}

pub(crate) fn drives(state: &State) -> Vec<DriveSummary> {
    let drives = state.library.drives();
    drives
        .filter_map(|drive| {
            let contents = || drive.items().filter_map(|item| item.content.as_ref());
            Some(DriveSummary {
                id: drive.id.clone(),
                web_url: drive.path_url(drive.item(None).ok()?),
                files: contents().count(),
                bytes: contents().map(|content| content.size).sum(),
            })
        })
        .collect()
}

pub(crate) fn files(state: &State) -> Vec<FileSummary> {
    let mut files = Vec::new();
    for drive in state.library.drives() {
        for item in drive.items() {
            if let Some(content) = &item.content {
                files.push(FileSummary {
                    drive: drive.id.clone(),
                    item: item.id.clone(),
                    path: drive.names(item).join("/"),
                    size: content.size,
                    quick_xor_hash: content.quick_xor_hash.clone(),
                    content: content.bytes(),
                });
            }
        }
    }
    files.sort_by(|one, other| (&one.drive, &one.path).cmp(&(&other.drive, &other.path)));
    files
}

fn thread(thread: &Thread) -> ThreadSummary {
    ThreadSummary {
        created_date_time: thread.created().to_string(),
        migration_mode: thread.mode(),
        roots: thread.posts.len() - thread.posts.replies(),
        replies: thread.posts.replies(),
    }
}
