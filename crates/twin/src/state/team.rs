//! Teams and their channels.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::{AppId, ChannelId, TeamId};
use crate::moment::Moment;
use crate::refusal::Refused;
use crate::route::ChannelRef;
use crate::rules::Rule;
use crate::settings::Settings;
use crate::state::{Folder, Roster, Thread};

/// The time a deleted channel keeps its name and its place among the thousand (R12, R15).
const NAME_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);

/// The membership type of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Membership {
    Standard,
    Private,
    Shared,
}

/// A channel.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Channel {
    pub(crate) id: ChannelId,
    pub(crate) display_name: String,
    pub(crate) description: Option<String>,
    pub(crate) membership: Membership,
    pub(crate) layout: String,
    pub(crate) thread: Thread,
    /// The members of a private or shared channel; a standard one has its team's.
    pub(crate) members: Roster,
    /// From when on it can be found (R7).
    pub(crate) ready_at: Moment,
    pub(crate) archived_from: Option<Moment>,
    /// The folder, once it has been provisioned (R60).
    pub(crate) folder: Option<Folder>,
    /// The number of times the folder was asked for in vain.
    pub(crate) folder_asked: u32,
}

impl Channel {
    fn there(&self, now: Moment) -> Result<(), Refused> {
        if self.ready_at <= now {
            return Ok(());
        }
        let refused = Rule::R7Channel.refuse("not provisioned yet");
        Err(refused.with(self.id.as_str()))
    }
}

/// The state of a team's migration (V1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TeamMigration {
    /// Created in the normal way.
    Never,
    /// Under migration: channels may be created in migration mode.
    Open {
        by: AppId,
    },
    /// General was completed as the last channel: only the team's own completion is missing.
    Closing {
        by: AppId,
    },
    /// General was completed while other channels were open: beyond repair (R51).
    Spoilt,
    Completed,
}

/// A team.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Team {
    pub(crate) id: TeamId,
    pub(crate) display_name: String,
    pub(crate) description: Option<String>,
    pub(crate) visibility: String,
    pub(crate) created: Moment,
    /// The time its creation was asked for.
    pub(crate) begun: Moment,
    /// From when on it can be found (R7).
    pub(crate) ready_at: Moment,
    pub(crate) migration: TeamMigration,
    pub(crate) general: ChannelId,
    pub(crate) channels: BTreeMap<ChannelId, Channel>,
    /// Names of deleted channels, and when they were deleted.
    pub(crate) deleted: Vec<(String, Moment)>,
    pub(crate) members: Roster,
    pub(crate) archived_from: Option<Moment>,
    /// The time the latest channel was completed (R50).
    pub(crate) completion: Option<Moment>,
}

impl Team {
    /// A channel that is there for its callers.
    pub(crate) fn channel(&self, at: ChannelRef<'_>, now: Moment) -> Result<&Channel, Refused> {
        let id = self.id_of(at);
        let channel = self.channels.get(id).ok_or_else(|| no_channel(id))?;
        channel.there(now)?;
        Ok(channel)
    }

    /// Returns a mutable reference to it.
    pub(crate) fn channel_mut(
        &mut self,
        at: ChannelRef<'_>,
        now: Moment,
    ) -> Result<&mut Channel, Refused> {
        let id = self.id_of(at).to_owned();
        let channel = self.channels.get_mut(id.as_str());
        let channel = channel.ok_or_else(|| no_channel(&id))?;
        channel.there(now)?;
        Ok(channel)
    }

    fn id_of<'a>(&'a self, at: ChannelRef<'a>) -> &'a str {
        match at {
            ChannelRef::Primary => self.general.as_str(),
            ChannelRef::Id(id) => id,
        }
    }

    /// Checks that there is room for one more channel of that name (R12, R15).
    pub(crate) fn has_room_for(
        &self,
        name: &str,
        membership: Membership,
        settings: &Settings,
        now: Moment,
    ) -> Result<(), Refused> {
        let wanted = name.to_lowercase();
        let kept = |deleted_at: Moment| deleted_at.plus(NAME_KEPT) > now;
        let deleted = self.deleted.iter().filter(|(_, at)| kept(*at));
        let taken = self
            .channels
            .values()
            .map(|channel| &channel.display_name)
            .chain(deleted.clone().map(|(name, _)| name))
            .any(|name| name.to_lowercase() == wanted);
        if taken {
            return Err(Rule::R12Taken.refuse(format!("the team has a channel '{name}'")));
        }
        let private = |channel: &&Channel| channel.membership == Membership::Private;
        if self.channels.len() + deleted.count() >= settings.team_channels {
            return Err(Rule::R15.refuse(format!("{} channels", settings.team_channels)));
        }
        if membership == Membership::Private
            && self.channels.values().filter(private).count() >= settings.private_channels
        {
            return Err(Rule::R15.refuse(format!("{} private ones", settings.private_channels)));
        }
        Ok(())
    }

    /// Ends a channel's session (R23, R48, R49). Returns what R51 has to say when General was
    /// not the last.
    pub(crate) fn complete_channel(
        &mut self,
        at: ChannelRef<'_>,
        app: &AppId,
        now: Moment,
    ) -> Result<Option<String>, Refused> {
        let channel = self.channel_mut(at, now)?;
        channel.thread.complete(app, now)?;
        let id = channel.id.clone();
        let is_general = id == self.general;
        self.completion = Some(now);
        let TeamMigration::Open { by } = &self.migration else {
            return Ok(None);
        };
        if !is_general {
            return Ok(None);
        }
        let open = self.open_channels();
        if open == 0 {
            self.migration = TeamMigration::Closing { by: by.clone() };
            return Ok(None);
        }
        self.migration = TeamMigration::Spoilt;
        Ok(Some(format!("General completed before {open} others")))
    }

    fn open_channels(&self) -> usize {
        self.channels
            .values()
            .filter(|channel| channel.thread.is_open())
            .count()
    }

    /// Ends the team's migration (R23, R48, R50, R51).
    pub(crate) fn complete(
        &mut self,
        app: &AppId,
        lag_ms: u64,
        now: Moment,
    ) -> Result<(), Refused> {
        let by = match &self.migration {
            TeamMigration::Open { by } | TeamMigration::Closing { by } => by,
            TeamMigration::Spoilt => return Err(Rule::R50.refuse("General was not the last")),
            TeamMigration::Never => return Err(Rule::R48.refuse("never under migration")),
            TeamMigration::Completed => return Err(Rule::R48.refuse("completed already")),
        };
        if by != app {
            return Err(Rule::R23.refuse(format!("the team is {by}'s")));
        }
        let open = self.open_channels();
        if open > 0 {
            return Err(Rule::R50.refuse(format!("{open} channels are open")));
        }
        if self
            .completion
            .is_some_and(|at| at.plus_millis(lag_ms) > now)
        {
            return Err(Rule::R50.refuse("the last channel was completed a moment ago"));
        }
        self.migration = TeamMigration::Completed;
        Ok(())
    }

    /// Checks that members can be added (R52).
    pub(crate) fn takes_members(&self) -> Result<(), Refused> {
        match self.migration {
            TeamMigration::Never | TeamMigration::Completed => Ok(()),
            _ => Err(Rule::R52.refuse("complete the team first")),
        }
    }
}

fn no_channel(id: &str) -> Refused {
    Rule::G6.refuse("unknown channel").with("Channel").with(id)
}
