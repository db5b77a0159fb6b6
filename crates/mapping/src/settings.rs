//! The settings of mapping.

use std::collections::BTreeMap;

use chatferry_model::limits::Limits;
use chatferry_model::selection::Selection;
use serde::{Deserialize, Serialize};

use crate::table::Sheets;

/// The settings of mapping, from flags or `chatferry.toml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MapSettings {
    /// The name of the team; by default that of the workspace, else of the source. Where teams are
    /// to be [`Route::Existing`], the name or object id of the one to fill.
    pub team: Option<String>,
    /// The account that posts for people without one: an object id, or an address in the directory.
    pub placeholder: Option<String>,
    /// The teams' owners, likewise; by default the mapped owners of the workspace.
    pub owners: Vec<String>,
    /// The choice between new and existing teams.
    pub route: Route,
    /// The treatment of direct and group messages.
    pub chats: Chats,
    /// The rules for matching people and treating those who are not ordinary members.
    pub people: PeopleSettings,
    /// The limits of places and rates.
    pub limits: Limits,
    /// The kind of file in which the tables are written.
    pub sheets: Sheets,
    /// The conversations to migrate; the others are skipped as `not-selected`.
    pub selection: Selection,
}

/// The treatment of direct and group messages (crates/DECISIONS.md rule 4.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chats {
    /// Direct and group messages are skipped and counted.
    #[default]
    Skip,
    /// Direct and group messages become chats, where enough of their members are mapped.
    Migrate,
}

/// The choice between new and existing teams (crates/graph/RULES.md 0.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Teams are made, but for those whose row of `teams.csv` names an existing one.
    #[default]
    Auto,
    /// Every team is new; a row that names an existing one is refused.
    NewTeam,
    /// Every team exists already, under its name.
    Existing,
}

/// The rules for matching people and treating those who are not ordinary members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PeopleSettings {
    /// Domains of addresses that have changed: the old one to the new one.
    pub domains: BTreeMap<String, String>,
    /// Guests of the workspace.
    pub guests: Policy,
    /// The treatment of people whose account was deactivated.
    pub deactivated: Policy,
    /// Bots, apps, and the source's own voice.
    pub bots: Policy,
    /// People of other organisations.
    pub external: Policy,
    /// The treatment of people known only by ID.
    pub unknown: Policy,
    /// True if those who wrote something become members of the team although no member list of a
    /// public channel names them any more.
    pub authors_join: bool,
}

impl Default for PeopleSettings {
    fn default() -> Self {
        Self {
            domains: BTreeMap::new(),
            guests: Policy::Map,
            deactivated: Policy::Map,
            bots: Policy::Placeholder,
            external: Policy::Map,
            unknown: Policy::Map,
            authors_join: true,
        }
    }
}

/// The treatment of a kind of people, in order of precedence: the later one wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// People of this kind are matched like everybody.
    #[default]
    Map,
    /// The placeholder speaks for them.
    Placeholder,
    /// Messages by people of this kind are skipped and counted.
    Skip,
}

/// The capacity of a team, a channel and a chat (crates/graph/RULES.md 2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceLimits {
    /// Private channels of a team: 1,000, or 30 in tenants that are not moved to group mailboxes.
    pub private_channels: usize,
    /// Members of a private channel.
    pub private_members: usize,
}

impl PlaceLimits {
    /// Returns the capacities among the limits.
    #[must_use]
    pub fn of(limits: &Limits) -> Self {
        Self {
            private_channels: limits.private_channels,
            private_members: limits.private_members,
        }
    }
}
