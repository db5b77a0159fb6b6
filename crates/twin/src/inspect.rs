//! The tenant's content in figures: for tests and for `GET /_twin/state`.

use serde::Serialize;

use crate::ids::{ChannelId, ChatId, DriveId, ItemId, TeamId};
use crate::state::{Membership, State, TeamMigration, Thread};

/// A team in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TeamSummary {
    /// The resource's id.
    pub id: TeamId,
    /// The display name.
    pub display_name: String,
    /// The state of the team's migration: `none`, `open`, `closing`, `spoilt` (R51) or `completed`.
    pub migration: &'static str,
    /// The number of members.
    pub members: usize,
    /// The number of owners among them.
    pub owners: usize,
    /// True if it is, or is about to be, archived.
    pub archived: bool,
    /// The General channel.
    pub general: ChannelId,
    /// The channels, General included, in order of their ids.
    pub channels: Vec<ChannelSummary>,
}

/// A channel in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChannelSummary {
    /// The resource's id.
    pub id: ChannelId,
    /// The display name.
    pub display_name: String,
    /// `standard`, `private` or `shared`.
    pub membership_type: &'static str,
    /// The number of the channel's own members; a standard channel has its team's.
    pub members: usize,
    /// True if it is, or is about to be, archived.
    pub archived: bool,
    /// The messages.
    #[serde(flatten)]
    pub thread: ThreadSummary,
}

/// A chat in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatSummary {
    /// The resource's id.
    pub id: ChatId,
    /// The chat's topic.
    pub topic: Option<String>,
    /// The number of members.
    pub members: usize,
    /// The messages.
    #[serde(flatten)]
    pub thread: ThreadSummary,
}

/// A drive in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DriveSummary {
    /// The resource's id.
    pub id: DriveId,
    /// The web address.
    pub web_url: String,
    /// The number of files in the drive.
    pub files: usize,
    /// The total size of the files in bytes.
    pub bytes: u64,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSummary {
    /// The drive it is in.
    pub drive: DriveId,
    /// The file's id in the drive.
    pub item: ItemId,
    /// The path from the drive's root: `General/a.txt`.
    pub path: String,
    /// The size in bytes.
    pub size: u64,
    /// The quickXorHash of its content, in base64.
    pub quick_xor_hash: String,
    /// The content, where contents are kept ([`crate::Files::keep_content`]).
    pub content: Option<Vec<u8>>,
}

/// The messages of a conversation in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadSummary {
    /// The conversation's `createdDateTime`.
    pub created_date_time: String,
    /// The conversation's `migrationMode`.
    pub migration_mode: Option<&'static str>,
    /// The number of root messages.
    pub roots: usize,
    /// The number of replies.
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
