//! Conversations to channels and chats, and `conversations.csv`.
//!
//! Private stays private (crates/DECISIONS.md rule 4.4): whatever a row says, a conversation that
//! is not public comes to stand in a standard channel only if its own row allows it in so many
//! words.

mod decision;
mod names;
mod split;

use std::collections::BTreeSet;

use chatferry_model::conversation::{Conversation, ConversationKind};
use chatferry_model::person::Person;
use chatferry_model::plan::{Existing, Membership};
use chatferry_model::teams_names;
use chatferry_model::{EntraId, Micros, PersonId};

pub(crate) use self::decision::{Decision, SCHEMA, cells, decide, from_proposals};
pub(crate) use self::names::Naming;
pub(crate) use self::split::{Group, check_room, count_parts, groups};
use crate::names::{self as legal_names, Taken};
use crate::settings::{Chats, MapSettings};
use crate::teams::TeamAssignment;

/// The outcome for a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Channel,
    Chat,
    Skip,
}

/// The target of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) action: Action,
    /// The key of the team; empty unless it becomes a channel.
    pub(crate) team: String,
    /// The name of the channel, likewise.
    pub(crate) channel: String,
    /// The channel or chat of the tenant it is, by id or name; empty if it is made anew.
    pub(crate) existing: String,
    pub(crate) membership: Membership,
    pub(crate) archived: bool,
    /// True if each year becomes a channel of its own.
    pub(crate) by_year: bool,
}

/// The target that chatferry proposes for a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proposal {
    pub(crate) place: Place,
    /// The reason for skipping the conversation; empty if it is kept.
    pub(crate) skipped: String,
}

/// Reasons for skipping, which also stand in the plan and in the sums.
pub(crate) const CHATS_SKIPPED: &str = "chats-skipped";
pub(crate) const NOT_SELECTED: &str = "not-selected";
pub(crate) const SELF_DM: &str = "self-dm";
pub(crate) const EMPTY_CHAT: &str = "empty-chat";
pub(crate) const WITHOUT_PEOPLE: &str = "chat-without-people";
pub(crate) const TOO_LARGE: &str = "chat-too-large";
pub(crate) const BY_ADMIN: &str = "skipped-by-admin";

/// The number of people a group chat holds (crates/graph/RULES.md 2.5).
const CHAT_MEMBERS: usize = 250;

/// Proposes a place for each conversation; `user_of` says who is mapped to whom.
pub(crate) fn propose(
    conversations: &[Conversation],
    assignment: &TeamAssignment,
    user_of: &dyn Fn(&PersonId<'_>) -> Option<EntraId>,
    settings: &MapSettings,
) -> Vec<Proposal> {
    let general = generals(conversations, assignment);
    let mut taken: Vec<Taken> = assignment
        .teams
        .iter()
        .map(|_| Taken::with_general())
        .collect();
    let each = conversations.iter().zip(&assignment.of).enumerate();
    each.map(|(at, (conversation, home))| {
        let skipped = reason_to_skip(conversation, user_of, settings);
        let kind = conversation.kind;
        let action = match (&skipped, kind.is_chat()) {
            (Some(_), _) => Action::Skip,
            (None, true) => Action::Chat,
            (None, false) => Action::Channel,
        };
        let is_general = general.contains(&at);
        let (mut team, mut channel) = (String::new(), String::new());
        if action == Action::Channel
            && let (Some(home), Some(taken)) = (assignment.teams.get(*home), taken.get_mut(*home))
        {
            team.clone_from(&home.key);
            channel = if is_general {
                legal_names::GENERAL.to_owned()
            } else {
                let legal = legal_names::legal(&conversation.name, conversation.id.as_str());
                taken.take_like(&legal, teams_names::CHANNEL_UNITS)
            };
        }
        Proposal {
            place: Place {
                action,
                team,
                channel,
                existing: String::new(),
                membership: default_membership(kind),
                // A team's General channel can't be closed.
                archived: conversation.archived && !is_general,
                by_year: false,
            },
            skipped: skipped.unwrap_or_default().to_owned(),
        }
    })
    .collect()
}

/// The conversation that becomes the General channel of each team: the public one that everybody
/// is in; of several the biggest.
fn generals(conversations: &[Conversation], assignment: &TeamAssignment) -> BTreeSet<usize> {
    let mut best: Vec<Option<usize>> = vec![None; assignment.teams.len()];
    for (at, (conversation, home)) in conversations.iter().zip(&assignment.of).enumerate() {
        if !conversation.general || conversation.kind != ConversationKind::Public {
            continue;
        }
        let size = |at: usize| conversations.get(at).map_or(0, |c| c.messages);
        if let Some(best) = best.get_mut(*home)
            && best.is_none_or(|best| conversation.messages > size(best))
        {
            *best = Some(at);
        }
    }
    best.into_iter().flatten().collect()
}

pub(crate) fn default_membership(kind: ConversationKind) -> Membership {
    if kind.is_private() {
        Membership::Private
    } else {
        Membership::Standard
    }
}

fn reason_to_skip(
    conversation: &Conversation,
    user_of: &dyn Fn(&PersonId<'_>) -> Option<EntraId>,
    settings: &MapSettings,
) -> Option<&'static str> {
    let (id, name) = (conversation.id.as_str(), conversation.name.as_str());
    if !settings.selection.has_conversation(id, name) {
        return Some(NOT_SELECTED);
    }
    if !conversation.kind.is_chat() {
        return None;
    }
    if settings.chats == Chats::Skip {
        return Some(CHATS_SKIPPED);
    }
    if conversation.messages == 0 {
        return Some(EMPTY_CHAT);
    }
    let people: BTreeSet<_> = conversation.members.iter().collect();
    if conversation.kind == ConversationKind::Dm && people.len() == 1 {
        return Some(SELF_DM);
    }
    let members = mapped(conversation, user_of);
    fault_of_chat(conversation.kind, members.len())
}

/// The mapped members of a conversation, each once, in its order.
pub(crate) fn mapped(
    conversation: &Conversation,
    user_of: &dyn Fn(&PersonId<'_>) -> Option<EntraId>,
) -> Vec<EntraId> {
    let mut seen = BTreeSet::new();
    let users = conversation.members.iter().filter_map(user_of);
    users.filter(|user| seen.insert(*user)).collect()
}

/// The names of a conversation's members, as far as they are known.
pub(crate) fn members_by_name<'a>(
    conversation: &Conversation,
    person: &dyn Fn(&str) -> Option<&'a Person>,
) -> String {
    let members = conversation.members.iter();
    let names = members.map(|id| person(id.as_str()).map_or(id.as_str(), |p| p.name.as_str()));
    names.collect::<Vec<_>>().join(", ")
}

/// Returns a conversation's name: its own, or its members' where it is a chat.
pub(crate) fn shown_name<'a>(
    conversation: &Conversation,
    person: &dyn Fn(&str) -> Option<&'a Person>,
) -> String {
    if conversation.kind.is_chat() {
        members_by_name(conversation, person)
    } else {
        conversation.name.clone()
    }
}

/// Returns the reason why so many people make no chat, if they don't: it takes two for a direct
/// message, several for any other (R55).
pub(crate) fn fault_of_chat(kind: ConversationKind, members: usize) -> Option<&'static str> {
    match (kind, members) {
        (_, 0 | 1) => Some(WITHOUT_PEOPLE),
        (ConversationKind::Dm, 2) => None,
        (ConversationKind::Dm, _) => Some(WITHOUT_PEOPLE),
        (_, 2..=CHAT_MEMBERS) => None,
        _ => Some(TOO_LARGE),
    }
}

/// The channel or chat of the tenant that a cell names: by id (crates/graph/RULES.md 1.15), or else
/// by name.
pub(crate) fn existing(text: &str) -> Option<Existing> {
    match text {
        "" => None,
        id if id.starts_with("19:") && id.contains('@') => Some(Existing::Id(id.to_owned())),
        name => Some(Existing::Name(name.to_owned())),
    }
}

/// The day of a time, as people write it.
pub(crate) fn day(time: Micros) -> String {
    let text = time.to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}
