//! Teams: their owners, and the members that their channels need.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chatferry_model::conversation::Conversation;
use chatferry_model::finding::{Findings, Place, Stage};
use chatferry_model::person::{Person, PersonKind};
use chatferry_model::plan::{Membership, Target, TargetPlace, Team};
use chatferry_model::teams_names;
use chatferry_model::{EntraId, Millis, TeamKey, WorkspaceId};

use super::Builder;
use crate::codes;
use crate::names;
use crate::people::is_guest;
use crate::teams::{MEMBERS, TeamRow};

impl Builder<'_> {
    /// The teams that something goes into, each made before all its channels (R11).
    pub(super) fn teams(
        &self,
        targets: &[Target],
        findings: &mut Findings,
    ) -> BTreeMap<TeamKey<'static>, Team> {
        let conversations: HashMap<&str, &Conversation> = self
            .decided
            .conversations
            .iter()
            .map(|c| (c.id.as_str(), c))
            .collect();
        let mut teams = BTreeMap::new();
        for row in self.decided.teams {
            let mut created: Option<Millis> = None;
            let mut members = BTreeSet::new();
            let mut guests = BTreeSet::new();
            let mut workspaces = BTreeSet::new();
            let mut standard = false;
            for target in targets {
                let TargetPlace::Channel(channel) = &target.place else {
                    continue;
                };
                if channel.team.as_str() != row.key {
                    continue;
                }
                created = Some(created.map_or(target.created, |c| c.min(target.created)));
                standard |= channel.membership == Membership::Standard;
                members.extend(&channel.members);
                for conversation in target
                    .sources
                    .iter()
                    .filter_map(|s| conversations.get(s.conversation.as_str()))
                {
                    workspaces.insert(conversation.workspace.as_ref());
                    if channel.membership == Membership::Standard {
                        members.extend(self.admissible(conversation));
                    }
                    guests.extend(conversation.members.iter().filter(|id| {
                        let person = self.by_id.get(id.as_str());
                        self.users.contains_key(id.as_str())
                            && person.is_some_and(|person| is_guest(person))
                    }));
                }
            }
            let Some(created) = created else { continue };
            if self.decided.authors_join && row.proposed && standard {
                members.extend(self.authors(&workspaces));
            }
            members.retain(|user| !row.owners.contains(user));
            let members = self.within_limit(row, members, findings);
            for guest in guests {
                let name = self
                    .by_id
                    .get(guest.as_str())
                    .map_or(guest.as_str(), |p| p.name.as_str());
                let message = format!("{name} ({guest}) is not made a member of {}", row.name);
                findings.note(
                    Stage::Map,
                    &codes::GUEST_LEFT_OUT,
                    Place::default(),
                    message,
                );
            }
            if row.owners.is_empty() {
                findings.note(
                    Stage::Map,
                    &codes::TEAM_WITHOUT_OWNER,
                    Place::default(),
                    row.name.clone(),
                );
            }
            let key = TeamKey::new(row.key.clone());
            let team = Team {
                key: key.clone(),
                existing: row.existing.clone(),
                name: row.name.clone(),
                description: names::cut(&row.description, teams_names::DESCRIPTION_UNITS)
                    .to_owned(),
                visibility: row.visibility,
                created,
                owners: row.owners.clone(),
                members,
            };
            teams.insert(key, team);
        }
        teams
    }

    /// Returns the people who wrote something and could read every public channel of these
    /// workspaces, so that whoever left a channel, or wrote in one whose members are not listed any
    /// more, still finds it.
    fn authors(&self, workspaces: &BTreeSet<Option<&WorkspaceId<'static>>>) -> Vec<EntraId> {
        let of_workspace = |person: &Person| {
            person.workspace.is_none()
                || workspaces.contains(&None)
                || workspaces.contains(&person.workspace.as_ref())
        };
        let authors = self
            .decided
            .people
            .iter()
            .zip(self.decided.speakers)
            .filter(|(person, _)| {
                person.kind == PersonKind::User
                    && !is_guest(person)
                    && !person.deactivated
                    && person.messages > 0
                    && of_workspace(person)
            });
        authors.filter_map(|(_, speaker)| speaker.user()).collect()
    }

    /// Returns as many members as a team holds; of more, the most active.
    fn within_limit(
        &self,
        row: &TeamRow,
        members: BTreeSet<EntraId>,
        findings: &mut Findings,
    ) -> Vec<EntraId> {
        let room = MEMBERS.saturating_sub(row.owners.len());
        if members.len() <= room {
            return members.into_iter().collect();
        }
        let message = format!("{}: {room} of {} people", row.name, members.len());
        findings.note(
            Stage::Map,
            &codes::MEMBERS_LEFT_OUT,
            Place::default(),
            message,
        );
        let mut wrote = HashMap::<EntraId, u64>::new();
        for (person, speaker) in self.decided.people.iter().zip(self.decided.speakers) {
            if let Some(user) = speaker.user() {
                *wrote.entry(user).or_default() += person.messages;
            }
        }
        let mut members: Vec<EntraId> = members.into_iter().collect();
        members.sort_by_key(|user| (Reverse(wrote.get(user).copied().unwrap_or(0)), *user));
        members.truncate(room);
        members.sort_unstable();
        members
    }
}
