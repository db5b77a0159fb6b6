//! What a person decides about mapping before it begins.

use std::collections::BTreeMap;

use chatferry_model::selection::Selection;
use serde::{Deserialize, Serialize};

use crate::estimate::Rates;
use crate::table::Sheets;

/// What a person decides about mapping, in flags or in `chatferry.toml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MapSettings {
    /// The name of the team; by default that of the workspace, else of the source. Where teams are
    /// to be [`Route::Existing`], the name or object id of the one to fill.
    pub team: Option<String>,
    /// Who speaks for those without an account: an object id, or an address the directory knows.
    pub placeholder: Option<String>,
    /// Who owns the teams, likewise; by default the mapped owners of the workspace.
    pub owners: Vec<String>,
    /// Whether teams are made, or are there already.
    pub route: Route,
    /// What becomes of direct and group messages.
    pub chats: Chats,
    /// How people are matched, and what becomes of those who are not ordinary members.
    pub people: PeopleSettings,
    /// How much a team, a channel and a chat hold.
    pub limits: PlaceLimits,
    /// How fast Graph takes posts.
    pub rates: Rates,
    /// The kind of file in which the tables are written.
    pub sheets: Sheets,
    /// Which conversations to bring; the others are skipped as `not-selected`.
    pub selection: Selection,
}

/// What becomes of direct and group messages (design.md rule 4.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chats {
    /// They stay behind, counted.
    #[default]
    Skip,
    /// They become chats, where enough of their people are mapped.
    Migrate,
}

/// Whether teams are made, or are there already (graph.md 0.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Teams are made, but for those whose row of `teams.csv` names an existing one.
    #[default]
    Auto,
    /// All teams are made; a row that names an existing one is refused.
    NewTeam,
    /// All teams are there already, under their names.
    Existing,
}

/// How people are matched, and what becomes of those who are not ordinary members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PeopleSettings {
    /// Domains of addresses that have changed: the old one to the new one.
    pub domains: BTreeMap<String, String>,
    /// Guests of the workspace.
    pub guests: Policy,
    /// Those whose account was switched off.
    pub deactivated: Policy,
    /// Bots, apps, and the source's own voice.
    pub bots: Policy,
    /// People of other organisations.
    pub external: Policy,
    /// Those of whom only an id is known.
    pub unknown: Policy,
    /// Whether those who wrote something become members of the team although no member list of a
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

/// What becomes of a kind of people. In this order: where two kinds fit somebody, the later wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// They are matched like everybody.
    #[default]
    Map,
    /// The placeholder speaks for them.
    Placeholder,
    /// What they wrote is left out, and counted.
    Skip,
}

/// How much a team, a channel and a chat hold (graph.md 2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceLimits {
    /// Private channels of a team: 30 in older tenants, up to 1,000 in newer ones.
    pub private_channels: usize,
    /// Members of a private channel.
    pub private_members: usize,
}

impl Default for PlaceLimits {
    fn default() -> Self {
        Self {
            private_channels: 30,
            private_members: 250,
        }
    }
}
