//! Channels: one or several conversations each, or a year of them.

use std::collections::BTreeSet;

use chatferry_model::conversation::Conversation;
use chatferry_model::finding::Findings;
use chatferry_model::plan::{Channel, Membership, Target, TargetPlace, TargetSource};
use chatferry_model::teams_names;
use chatferry_model::{EntraId, TargetKey, TeamKey};

use super::{Builder, note};
use crate::codes;
use crate::names::{self, fold, one_line};
use crate::places::{self, Decision, Group};

impl Builder<'_> {
    /// Adds a target for each channel.
    pub(super) fn channels(&self, targets: &mut Vec<Target>, findings: &mut Findings) {
        let ids = self.decided.conversations.iter().map(|c| c.id.as_str());
        let mut keys: BTreeSet<String> = ids.map(str::to_owned).collect();
        for group in self.decided.channels {
            let sources: Vec<(&Conversation, &Decision, u64)> = group
                .sources
                .iter()
                .filter_map(|(at, messages)| {
                    let conversation = self.decided.conversations.get(*at)?;
                    Some((conversation, self.decided.decisions.get(*at)?, *messages))
                })
                .collect();
            let Some((first, _, _)) = sources.first() else {
                continue;
            };
            let mut key = first.id.to_string();
            if let Some((year, _)) = group.part {
                key.push_str(&format!("@{year}"));
                while !keys.insert(key.clone()) {
                    key.push('@');
                }
            }
            targets.push(self.channel(TargetKey::new(key), group, &sources, findings));
        }
    }

    fn channel(
        &self,
        key: TargetKey<'static>,
        group: &Group,
        sources: &[(&Conversation, &Decision, u64)],
        findings: &mut Findings,
    ) -> Target {
        let place = sources.first().map(|(_, decision, _)| &decision.place);
        // The last gate: whatever came here, only an explicit word opens what is private.
        let stays_private = |(conversation, decision, _): &(&Conversation, &Decision, u64)| {
            conversation.kind.is_private() && !decision.allowed_in_standard
        };
        let mut membership = place.map_or(Membership::Private, |place| place.membership);
        if membership == Membership::Standard && sources.iter().any(stays_private) {
            membership = Membership::Private;
        }
        // What is said of a channel is said of its first part.
        let mut nothing = Findings::default();
        let is_first = group
            .part
            .is_none_or(|(_, range)| range.from == chatferry_model::Micros::EPOCH);
        let findings = if is_first { findings } else { &mut nothing };
        if membership == Membership::Standard {
            for (conversation, _, _) in sources {
                if conversation.kind.is_private() {
                    let code = &codes::PRIVATE_IN_STANDARD;
                    note(findings, code, conversation, &group.name);
                }
            }
        }
        let members = if membership.is_closed() {
            self.members(group, sources, findings)
        } else {
            Vec::new()
        };
        for (conversation, decision, _) in sources {
            if decision.merged {
                note(findings, &codes::CHANNELS_MERGED, conversation, &group.name);
            }
            if fold(&decision.place.channel) != fold(&conversation.name)
                && !conversation.name.is_empty()
            {
                let message = format!("{} becomes {}", conversation.name, decision.place.channel);
                note(findings, &codes::CHANNEL_RENAMED, conversation, &message);
            }
        }
        let is_general = group.part.is_none() && fold(&group.name) == fold(names::GENERAL);
        Target {
            key,
            place: TargetPlace::Channel(Channel {
                team: TeamKey::new(group.team.clone()),
                existing: place.and_then(|place| places::existing(&place.existing)),
                name: group.name.clone(),
                description: describe(&group.name, sources),
                membership,
                general: is_general,
                archive: sources
                    .iter()
                    .all(|(_, decision, _)| decision.place.archived),
                members,
            }),
            created: sources
                .iter()
                .map(|(conversation, _, _)| self.created(conversation))
                .min()
                .unwrap_or(self.fallback),
            sources: sources
                .iter()
                .map(|(conversation, _, messages)| TargetSource {
                    messages: *messages,
                    range: group.part.map(|(_, range)| range),
                    ..self.source_of(conversation)
                })
                .collect(),
        }
    }

    /// Returns the members of a private channel: the mapped members of its conversations and no
    /// others, its owner first. Where nobody is left, an owner of the team comes to own it; the
    /// placeholder is the owner of last resort, since Teams makes no private channel without one.
    fn members(
        &self,
        group: &Group,
        sources: &[(&Conversation, &Decision, u64)],
        findings: &mut Findings,
    ) -> Vec<EntraId> {
        let Some((first, _, _)) = sources.first() else {
            return Vec::new();
        };
        let each: Vec<Vec<EntraId>> = sources
            .iter()
            .map(|(conversation, _, _)| self.admissible(conversation))
            .collect();
        let mut seen = BTreeSet::new();
        let all = each.iter().flatten().copied();
        let mut members: Vec<EntraId> = all.filter(|user| seen.insert(*user)).collect();
        for ((conversation, _, _), theirs) in sources.iter().zip(&each) {
            if conversation.kind.is_private() && theirs.len() < members.len() {
                let others = members.len() - theirs.len();
                let message = format!("{}: {others} more people will read it", group.name);
                note(findings, &codes::PRIVATE_MERGED, conversation, &message);
            }
        }
        let creator = first.creator.as_ref();
        let creator = creator.and_then(|person| self.users.get(person.as_str()));
        if let Some(at) = members.iter().position(|user| Some(user) == creator) {
            members.get_mut(..=at).unwrap_or_default().rotate_right(1);
        }
        if members.is_empty() {
            let teams = self.decided.teams.iter();
            let team = teams.clone().find(|team| team.key == group.team);
            let owner = team.and_then(|team| team.owners.first()).copied();
            let code = match (owner, self.decided.placeholder) {
                (Some(_), _) => &codes::PRIVATE_OWNER_ADDED,
                (None, Some(_)) => &codes::PRIVATE_OWNED_BY_PLACEHOLDER,
                (None, None) => &codes::PRIVATE_WITHOUT_OWNER,
            };
            note(findings, code, first, &group.name);
            members.extend(owner.or(self.decided.placeholder));
        }
        let limit = self.decided.limits.private_members;
        if members.len() > limit {
            let message = format!("{}: {} of {} people", group.name, limit, members.len());
            note(findings, &codes::MEMBERS_LEFT_OUT, first, &message);
            members.truncate(limit);
        }
        members
    }
}

/// Returns a channel's description: its purpose and its conversations' former names.
fn describe(name: &str, sources: &[(&Conversation, &Decision, u64)]) -> String {
    let mut formerly: Vec<String> = Vec::new();
    let mut about: Vec<String> = Vec::new();
    for (conversation, _, _) in sources {
        if fold(name) != fold(&conversation.name) && !conversation.name.is_empty() {
            formerly.push(one_line(&conversation.name));
        }
        for text in [&conversation.purpose, &conversation.topic] {
            let text = one_line(text);
            if !text.is_empty() && !about.contains(&text) {
                about.push(text);
            }
        }
    }
    formerly.dedup();
    let formerly = match formerly.join(", ") {
        names if names.is_empty() => names,
        names => format!("Formerly {names}"),
    };
    let formerly = names::cut(&formerly, teams_names::DESCRIPTION_UNITS);
    let about = about.join(" · ");
    if about.is_empty() || formerly.is_empty() {
        return names::cut(&(about + formerly), teams_names::DESCRIPTION_UNITS).to_owned();
    }
    let room = teams_names::DESCRIPTION_UNITS.saturating_sub(names::units(formerly) + 3);
    match names::cut(&about, room) {
        "" => formerly.to_owned(),
        about => format!("{about} · {formerly}"),
    }
}
