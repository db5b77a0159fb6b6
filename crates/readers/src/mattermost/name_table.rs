//! The names known before the first post is read: people, channels and emoji.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chatferry_model::conversation::{Conversation, ConversationKind};
use chatferry_model::{PersonId, WorkspaceId};

use super::names;

/// The names of all exports that are read together. Shared by all threads.
#[derive(Debug, Default)]
pub(super) struct NameTable {
    /// The name to show, by username.
    pub(super) people: HashMap<String, String>,
    /// The conversations that have a line, in the order of their ids.
    pub(super) conversations: Vec<Place>,
    /// The numbers, by id.
    pub(super) numbers: HashMap<String, u32>,
    /// The channels of each name, with their teams.
    pub(super) channels: HashMap<String, Vec<(String, u32)>>,
    /// The members of a channel, by its id.
    pub(super) members: HashMap<String, BTreeSet<String>>,
    /// The names of the custom emoji whose pictures are in the export.
    pub(super) emoji: BTreeSet<String>,
}

/// A conversation, and whether it is read.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) conversation: Conversation,
    pub(super) selected: bool,
}

impl NameTable {
    pub(super) fn person_name(&self, username: &str) -> Option<&str> {
        self.people.get(username).map(String::as_str)
    }

    /// The channel of that name: of the team, or where there is no team the only one of all.
    pub(super) fn channel(&self, team: Option<&str>, name: &str) -> Option<&Conversation> {
        let named = self.channels.get(name)?;
        let (_, number) = match (team, named.as_slice()) {
            (Some(team), named) => named.iter().find(|(of, _)| of == team)?,
            (None, [only]) => only,
            (None, _) => return None,
        };
        self.conversations
            .get(usize::try_from(*number).ok()?)
            .map(|place| &place.conversation)
    }

    /// The channel that posts name and no line describes (traps T6, T16): private, as everything of
    /// which it is not known who may see it.
    pub(super) fn stray_channel(&self, team: &str, name: &str) -> Conversation {
        let id = names::channel(team, name);
        let members = self.members.get(id.as_str());
        let members = members.into_iter().flatten();
        Conversation {
            name: name.to_owned(),
            workspace: Some(WorkspaceId::from(team.to_owned())),
            members: members
                .map(|member| PersonId::from(member.clone()))
                .collect(),
            ..empty(id, ConversationKind::Private)
        }
    }
}

/// The direct or group message of those people.
pub(super) fn direct(members: &BTreeSet<&str>) -> Conversation {
    let kind = if members.len() > 2 {
        ConversationKind::GroupDm
    } else {
        ConversationKind::Dm
    };
    Conversation {
        members: members
            .iter()
            .map(|member| PersonId::from((*member).to_owned()))
            .collect(),
        ..empty(names::direct(members), kind)
    }
}

pub(super) fn empty(
    id: chatferry_model::ConversationId<'static>,
    kind: ConversationKind,
) -> Conversation {
    Conversation {
        id,
        kind,
        name: String::new(),
        topic: String::new(),
        purpose: String::new(),
        general: false,
        archived: false,
        created: None,
        creator: None,
        members: Vec::new(),
        workspace: None,
        messages: 0,
        replies: 0,
        first: None,
        last: None,
    }
}

/// Adds the conversations with a line to a name table.
pub(super) fn fill(
    name_table: &mut NameTable,
    all: BTreeMap<String, Place>,
    names: &[(String, String, String)],
) {
    for (number, (id, place)) in all.into_iter().enumerate() {
        name_table
            .numbers
            .insert(id, u32::try_from(number).unwrap_or(u32::MAX));
        name_table.conversations.push(place);
    }
    for (id, team, name) in names {
        if let Some(number) = name_table.numbers.get(id) {
            let named = name_table.channels.entry(name.clone()).or_default();
            if !named.iter().any(|(of, _)| of == team) {
                named.push((team.clone(), *number));
            }
        }
    }
}
