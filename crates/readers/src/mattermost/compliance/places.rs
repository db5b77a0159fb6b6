//! The people and channels in rows of a compliance export, as the lines of a bulk export have them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};

use serde_json::{Value, json};

use super::super::index::Index;
use super::row::{Channel, Person};

/// The team of channels of which nothing says which team they are in.
const NO_TEAM: &str = "mattermost";

/// People and channels.
#[derive(Debug, Default)]
pub(super) struct Places {
    people: BTreeMap<String, (String, bool)>,
    /// Usernames by id.
    ids: HashMap<String, String>,
    /// Usernames of people whom other exports know, by e-mail in lower case.
    emails: HashMap<String, String>,
    /// Names of teams by id, and names to show by name.
    team_names: HashMap<String, String>,
    teams: BTreeMap<String, String>,
    channels: BTreeMap<String, Known>,
}

/// The known properties of a channel.
#[derive(Debug, Default)]
struct Known {
    kind: String,
    name: String,
    shown: String,
    team_id: String,
    team: String,
    /// Everybody who was ever in it, and whether they still are.
    members: BTreeMap<String, bool>,
}

/// The place where a post goes.
pub(super) enum Place<'p> {
    Channel { team: &'p str, name: &'p str },
    Direct(Box<dyn Iterator<Item = &'p str> + 'p>),
}

impl Places {
    /// With what exports that are read together know.
    pub(super) fn new(index: &Index) -> Self {
        let people = index.people.values();
        let emails = people.filter_map(|person| {
            let email = person.email.as_ref()?.to_lowercase();
            Some((email, person.id.as_str().to_owned()))
        });
        Self {
            emails: emails.collect(),
            ..Self::default()
        }
    }

    /// Takes somebody, and gives the username: without one the known one of that e-mail, or the
    /// e-mail itself.
    pub(super) fn person(&mut self, person: &Person<'_>) -> String {
        let username = if person.username.is_empty() {
            let known = self.emails.get(&person.email.to_lowercase());
            known.map_or(person.email, String::as_str).to_owned()
        } else {
            person.username.to_owned()
        };
        if username.is_empty() {
            return username;
        }
        if !person.id.is_empty() && !self.ids.contains_key(person.id) {
            self.ids.insert(person.id.to_owned(), username.clone());
        }
        if !self.people.contains_key(&username) {
            let known = (person.email.to_owned(), person.bot);
            self.people.insert(username.clone(), known);
        }
        username
    }

    /// Takes a channel, and whether somebody is in it who was not, or not any more.
    pub(super) fn channel(&mut self, channel: &Channel<'_>, user: &str, present: Option<bool>) {
        if !channel.team.is_empty() {
            let team = channel.team.to_owned();
            self.team_names
                .insert(channel.team_id.to_owned(), team.clone());
            self.teams.insert(team, channel.team_shown.to_owned());
        }
        if !self.channels.contains_key(channel.id) {
            self.channels
                .insert(channel.id.to_owned(), Known::default());
        }
        let Some(known) = self.channels.get_mut(channel.id) else {
            return;
        };
        // Channels are renamed; rows come in the order of time, so the last name counts.
        for (field, said) in [
            (&mut known.kind, channel.kind),
            (&mut known.name, channel.name),
            (&mut known.shown, channel.shown),
            (&mut known.team_id, channel.team_id),
            (&mut known.team, channel.team),
        ] {
            if !said.is_empty() && field != said {
                said.clone_into(field);
            }
        }
        if user.is_empty() {
            return;
        }
        match (known.members.get_mut(user), present) {
            (Some(member), Some(present)) => *member = present,
            (Some(_), None) => {}
            (None, present) => {
                known
                    .members
                    .insert(user.to_owned(), present.unwrap_or(true));
            }
        }
    }

    /// Settles what only all rows together say: names of teams, and who is in a direct message.
    pub(super) fn settle(&mut self, index: &Index) {
        for (id, channel) in &mut self.channels {
            if channel.name.is_empty() {
                id.clone_into(&mut channel.name);
            }
            if channel.is_direct() {
                // The name of a direct message is made of the two ids.
                let others = channel.name.split("__").filter_map(|id| self.ids.get(id));
                for other in others {
                    channel.members.entry(other.clone()).or_insert(true);
                }
            } else if channel.team.is_empty() {
                let named = self.team_names.get(&channel.team_id).cloned();
                let known = || index.only_team_of(&channel.name, &channel.shown);
                let (team, name) = match named.filter(|_| !channel.team_id.is_empty()) {
                    Some(team) => (team, None),
                    None => match known() {
                        Some((team, name)) => (team, Some(name)),
                        None if channel.team_id.is_empty() => (NO_TEAM.to_owned(), None),
                        None => (channel.team_id.clone(), None),
                    },
                };
                channel.team = team;
                channel.name = name.unwrap_or(std::mem::take(&mut channel.name));
            }
        }
    }

    pub(super) fn get(&self, channel: &str) -> Place<'_> {
        match self.channels.get(channel) {
            Some(known) if known.is_direct() => {
                Place::Direct(Box::new(known.members.keys().map(String::as_str)))
            }
            Some(known) => Place::Channel {
                team: &known.team,
                name: &known.name,
            },
            None => Place::Channel {
                team: NO_TEAM,
                name: "",
            },
        }
    }

    /// Writes the lines of everybody and everything.
    pub(super) fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        let mut line = |kind: &str, payload: Value| {
            let line = json!({ "type": kind, kind: payload });
            writeln!(to, "{line}")
        };
        for (name, shown) in &self.teams {
            line("team", json!({ "name": name, "display_name": shown }))?;
        }
        let mut within: BTreeMap<&str, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
        for known in self.channels.values() {
            if known.is_direct() {
                let members: Vec<&String> = known.members.keys().collect();
                line(
                    "direct_channel",
                    json!({ "members": members, "partial": true }),
                )?;
                continue;
            }
            let kind = if known.kind == "public" { "O" } else { "P" };
            line(
                "channel",
                json!({
                    "team": known.team, "name": known.name, "display_name": known.shown,
                    "type": kind, "partial": true,
                }),
            )?;
            for (member, _) in known.members.iter().filter(|(_, present)| **present) {
                let teams = within.entry(member).or_default();
                teams.entry(&known.team).or_default().insert(&known.name);
            }
        }
        for (username, (email, bot)) in &self.people {
            let teams = within.remove(username.as_str()).unwrap_or_default();
            let teams: Vec<Value> = teams
                .iter()
                .map(|(team, channels)| {
                    let channels = channels.iter().map(|name| json!({ "name": name }));
                    json!({ "name": team, "channels": channels.collect::<Vec<_>>() })
                })
                .collect();
            line(
                "user",
                json!({ "username": username, "email": email, "teams": teams, "partial": true }),
            )?;
            if *bot {
                line("bot", json!({ "username": username, "partial": true }))?;
            }
        }
        Ok(())
    }
}

impl Known {
    fn is_direct(&self) -> bool {
        matches!(self.kind.as_str(), "direct" | "group")
    }
}
