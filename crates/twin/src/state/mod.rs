//! The state of the tenant.

mod app;
mod chat;
mod directory;
pub(crate) mod drive;
mod library;
mod operation;
mod posts;
mod roster;
mod team;
mod text;
mod thread;
mod upload;

use std::collections::BTreeMap;
use std::ops::Bound;

use serde::{Deserialize, Serialize};

pub use crate::operation_kind::OperationKind;
pub use app::App;
pub(crate) use app::{Caller, Tokens};
pub(crate) use chat::{Chat, ChatKind};
pub(crate) use directory::Directory;
pub use directory::User;
pub(crate) use library::{Folder, Library};
pub(crate) use operation::Operation;
pub(crate) use posts::Posts;
pub use posts::{ContentType, Extras, HostedContent, Importance, Post};
pub(crate) use roster::{Member, Roster};
pub(crate) use team::{Channel, Membership, Team, TeamMigration};
pub use text::MessageText;
pub(crate) use text::Texts;
pub(crate) use thread::{Started, Thread};
pub(crate) use upload::{ContentRange, UploadSession};

use crate::faults::Faults;
use crate::ids::{AppId, ChatId, Guids, OperationId, TeamId};
use crate::limits::Windows;
use crate::moment::Moment;
use crate::refusal::{Log, Refused};
use crate::route::{ChannelRef, Route, ThreadRef};
use crate::rules::Rule;
use crate::settings::Settings;

/// Everything but the clock. All of it can be written out and read back.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) directory: Directory,
    pub(crate) apps: BTreeMap<AppId, App>,
    pub(crate) tokens: Tokens,
    pub(crate) teams: BTreeMap<TeamId, Team>,
    pub(crate) chats: BTreeMap<ChatId, Chat>,
    pub(crate) operations: BTreeMap<OperationId, Operation>,
    pub(crate) library: Library,
    pub(crate) log: Log,
    /// Ids of things.
    pub(crate) guids: Guids,
    /// Ids of requests, and so the number of calls answered.
    pub(crate) request_ids: Guids,
    pub(crate) windows: Windows,
    pub(crate) faults: Faults,
    /// The empty chunk that takes the next texts.
    #[serde(skip)]
    pub(crate) texts: Texts,
}

impl State {
    pub(crate) fn new(settings: Settings) -> State {
        State {
            settings,
            directory: Directory::default(),
            apps: BTreeMap::new(),
            tokens: Tokens::default(),
            teams: BTreeMap::new(),
            chats: BTreeMap::new(),
            operations: BTreeMap::new(),
            library: Library::default(),
            log: Log::default(),
            guids: Guids::new(1),
            request_ids: Guids::new(2),
            windows: Windows::default(),
            faults: Faults::default(),
            texts: Texts::default(),
        }
    }

    /// A team that is there for its callers (R7).
    pub(crate) fn team(&self, id: &str, now: Moment) -> Result<&Team, Refused> {
        self.teams
            .get(id.to_ascii_lowercase().as_str())
            .filter(|team| team.ready_at <= now)
            .ok_or_else(|| {
                Rule::R7
                    .refuse("unknown, deleted or not provisioned yet")
                    .with(id)
            })
    }

    /// Returns a mutable reference to it.
    pub(crate) fn team_mut(&mut self, id: &str, now: Moment) -> Result<&mut Team, Refused> {
        self.teams
            .get_mut(id.to_ascii_lowercase().as_str())
            .filter(|team| team.ready_at <= now)
            .ok_or_else(|| {
                Rule::R7
                    .refuse("unknown, deleted or not provisioned yet")
                    .with(id)
            })
    }

    /// The teams after that one, in order of their ids, whether they are there yet or not.
    pub(crate) fn teams_after(&self, last: Option<&str>) -> impl Iterator<Item = &Team> {
        let from = last.map_or(Bound::Unbounded, Bound::Excluded);
        let teams = self.teams.range::<str, _>((from, Bound::Unbounded));
        teams.map(|(_, team)| team)
    }

    /// Returns true if operations of that kind are set to fail.
    pub(crate) fn fails(&self, kind: OperationKind) -> bool {
        self.settings.troubles.failing_operations.contains(&kind)
    }

    pub(crate) fn chat(&self, id: &str) -> Result<&Chat, Refused> {
        self.chats.get(id).ok_or_else(|| no_chat(id))
    }

    pub(crate) fn chat_mut(&mut self, id: &str) -> Result<&mut Chat, Refused> {
        self.chats.get_mut(id).ok_or_else(|| no_chat(id))
    }

    /// The conversation that an address names, to be changed.
    pub(crate) fn thread_mut(
        &mut self,
        at: ThreadRef<'_>,
        now: Moment,
    ) -> Result<&mut Thread, Refused> {
        match at {
            ThreadRef::Channel { team, channel } => {
                Ok(&mut self.team_mut(team, now)?.channel_mut(channel, now)?.thread)
            }
            ThreadRef::Chat(chat) => Ok(&mut self.chat_mut(chat)?.thread),
        }
    }

    /// The id of the conversation, the team, the drive or the upload that a call is about: what
    /// limits and faults go by. General is the same place by either of its addresses.
    pub(crate) fn place(&self, route: &Route<'_>) -> String {
        match route.thread() {
            Some(ThreadRef::Chat(chat)) => chat.to_owned(),
            Some(ThreadRef::Channel { team, channel }) => match channel {
                ChannelRef::Id(id) => id.to_owned(),
                ChannelRef::Primary => self
                    .teams
                    .get(team.to_ascii_lowercase().as_str())
                    .map_or(team, |team| team.general.as_str())
                    .to_owned(),
            },
            None => match route.team() {
                Some(team) => team.to_ascii_lowercase(),
                None => route.drive().unwrap_or_default().to_owned(),
            },
        }
    }
}

fn no_chat(id: &str) -> Refused {
    Rule::G6.refuse("unknown chat").with("Chat").with(id)
}
