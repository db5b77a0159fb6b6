//! What the tenant holds, in figures: for tests and for `GET /_twin/state`.

use serde::Serialize;

use crate::ids::{ChannelId, ChatId, TeamId};
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

fn thread(thread: &Thread) -> ThreadSummary {
    ThreadSummary {
        created_date_time: thread.created().to_string(),
        migration_mode: thread.mode(),
        roots: thread.posts.len() - thread.posts.replies(),
        replies: thread.posts.replies(),
    }
}
