//! The names of the channels, once the admin has been heard: legal, and the same for two
//! conversations only where they are meant to go into one channel.

use std::collections::{BTreeMap, BTreeSet};

use chatferry_model::conversation::Conversation;
use chatferry_model::plan::Membership;
use chatferry_model::teams_names;

use super::{Action, Decision};
use crate::editable_table::Line;
use crate::error::BadCell;
use crate::names::{self, Taken, fold};

/// True if the proposed name may still be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// Yes: a new proposal gives way to a name that the admin gave to another channel.
    GiveWay,
    /// No: names are final, and the same name means the same channel.
    Insist,
}

/// The edited rows, in the order of the conversations.
type Rows<'a> = [Option<Line<'a>>];

/// Settles the names, and makes sure that what goes into one channel goes together.
pub(super) fn settle(
    conversations: &[Conversation],
    rows: &Rows<'_>,
    decisions: &mut [Decision],
    naming: Naming,
    bad: &mut Vec<BadCell>,
) {
    if naming == Naming::GiveWay {
        give_way(conversations, rows, decisions);
    }
    for ((conversation, row), decision) in conversations.iter().zip(rows).zip(&mut *decisions) {
        let place = &mut decision.place;
        if place.action != Action::Channel {
            continue;
        }
        let mut complain = |column, reason: String| {
            if let Some(row) = row {
                bad.push(row.bad(column, reason));
            }
        };
        if fold(&place.channel) == fold(names::GENERAL) {
            names::GENERAL.clone_into(&mut place.channel);
            if place.by_year {
                continue;
            }
            for (wrong, column, reason) in [
                (
                    place.membership != Membership::Standard,
                    "channel",
                    "a team's General channel is open to everybody in it; choose another name",
                ),
                (
                    place.archived,
                    "archived",
                    "a team's General channel can't be archived; write false",
                ),
                (
                    !place.existing.is_empty(),
                    "existing",
                    "a team's General channel is there anyway; empty this, or choose another name",
                ),
            ] {
                if wrong {
                    complain(column, reason.to_owned());
                }
            }
        } else if let Some(fault) = teams_names::channel_fault(&place.channel) {
            let otherwise = names::legal(&place.channel, conversation.id.as_str());
            let refused =
                format!("Teams refuses this name: {fault}; write for example {otherwise}");
            complain("channel", refused);
        }
    }
    agree(rows, decisions, bad);
}

/// Gives proposed channels other names where the admin gave theirs away. One whose row showed its
/// name already keeps it: whoever gave that name to another saw it, and means one channel.
fn give_way(conversations: &[Conversation], rows: &Rows<'_>, decisions: &mut [Decision]) {
    let edited = |row: &Option<Line<'_>>, column| {
        let cell = row.and_then(|row| row.edit(column));
        cell.is_some_and(|cell| !cell.is_empty())
    };
    // Moved to another team, or renamed: what the admin wrote stands.
    let chosen = |row| edited(row, "channel") || edited(row, "team");
    let mut chosen_names = BTreeSet::new();
    for (row, decision) in rows.iter().zip(&*decisions) {
        let place = &decision.place;
        if place.action == Action::Channel && chosen(row) {
            chosen_names.insert((place.team.clone(), fold(&place.channel)));
        }
    }
    let mut taken = BTreeMap::<String, Taken>::new();
    for decision in &*decisions {
        let place = &decision.place;
        taken
            .entry(place.team.clone())
            .or_insert_with(Taken::with_general)
            .take(&place.channel);
    }
    for ((conversation, row), decision) in conversations.iter().zip(rows).zip(decisions) {
        let place = &mut decision.place;
        if place.action != Action::Channel {
            continue;
        }
        let Some(taken) = taken.get_mut(&place.team) else {
            continue;
        };
        if place.channel.is_empty() {
            let legal = names::legal(&conversation.name, conversation.id.as_str());
            place.channel = taken.take_like(&legal, teams_names::CHANNEL_UNITS);
            continue;
        }
        if chosen(row) {
            continue;
        }
        let stood = row.is_some_and(|row| {
            fold(row.cell("channel")) == fold(&place.channel)
                && fold(row.cell("team")) == fold(&place.team)
        });
        let given_away = chosen_names.contains(&(place.team.clone(), fold(&place.channel)));
        if given_away && !stood {
            place.channel = taken.take_like(&place.channel, teams_names::CHANNEL_UNITS);
        }
    }
}

/// Makes sure that rows of one channel say the same about it, and that no two channels are one.
fn agree(rows: &Rows<'_>, decisions: &mut [Decision], bad: &mut Vec<BadCell>) {
    let mut channels = BTreeMap::<(String, String, bool), Vec<usize>>::new();
    for (at, decision) in decisions.iter().enumerate() {
        let place = &decision.place;
        if place.action == Action::Channel {
            let key = (place.team.clone(), fold(&place.channel), place.by_year);
            channels.entry(key).or_default().push(at);
        }
    }
    let mut filled = BTreeMap::<(String, String), String>::new();
    for ((team, _, _), members) in &channels {
        let said = members.iter().filter_map(|at| decisions.get(*at));
        let existing = said
            .map(|decision| decision.place.existing.clone())
            .find(|existing| !existing.is_empty())
            .unwrap_or_default();
        let Some(first) = members.first().and_then(|at| decisions.get(*at)).cloned() else {
            continue;
        };
        let mut complain = |at: &usize, column, reason: String| {
            if let Some(Some(row)) = rows.get(*at) {
                bad.push(row.bad(column, reason));
            }
        };
        for at in members {
            let Some(decision) = decisions.get_mut(*at) else {
                continue;
            };
            decision.merged = members.len() > 1;
            let place = &mut decision.place;
            if place.membership != first.place.membership {
                complain(
                    at,
                    "membership",
                    format!(
                        "another row goes into this channel as {}; write the same in both, or another name into channel",
                        word(first.place.membership)
                    ),
                );
            }
            if !place.existing.is_empty() && place.existing != existing {
                complain(
                    at,
                    "existing",
                    format!("another row of this channel says {existing}; write the same in both"),
                );
            }
            place.existing.clone_from(&existing);
        }
        if existing.is_empty() {
            continue;
        }
        let name = first.place.channel;
        if let Some(other) = filled.insert((team.clone(), existing), name)
            && let Some(at) = members.first()
        {
            complain(
                at,
                "existing",
                format!(
                    "the rows of {other} fill this channel; write {other} into channel to send both there"
                ),
            );
        }
    }
}

/// The word for who can see a channel.
pub(super) fn word(membership: Membership) -> &'static str {
    match membership {
        Membership::Standard => "standard",
        Membership::Private => "private",
        Membership::Shared => "shared",
    }
}
