//! Chats: direct and group messages, where enough of their people are mapped.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chatferry_model::conversation::{Conversation, ConversationKind};
use chatferry_model::plan::{Chat, ChatKind, Existing, Target, TargetPlace};
use chatferry_model::teams_names;
use chatferry_model::{EntraId, TargetKey};

use super::Builder;
use crate::names::{self, Taken, one_line};
use crate::places::{self, Decision};

/// The chats there are already.
#[derive(Default)]
pub(super) struct Chats {
    topics: Taken,
    /// The target of two people.
    of_pair: HashMap<BTreeSet<EntraId>, usize>,
    /// The target that is a chat of the tenant.
    of_existing: BTreeMap<Existing, usize>,
}

impl Builder<'_> {
    /// A chat for a conversation; nothing where it went into one that is there already.
    pub(super) fn chat(
        &self,
        conversation: &Conversation,
        decision: &Decision,
        targets: &mut [Target],
        chats: &mut Chats,
    ) -> Result<Option<Target>, &'static str> {
        let members = places::mapped(conversation, &|person| {
            self.users.get(person.as_str()).copied()
        });
        let existing = places::existing(&decision.place.existing);
        if existing.is_none()
            && let Some(fault) = places::fault_of_chat(conversation.kind, members.len())
        {
            return Err(fault);
        }
        let created = self.created(conversation);
        let is_pair = conversation.kind == ConversationKind::Dm;
        let theirs = match &existing {
            Some(chat) => Some(
                *chats
                    .of_existing
                    .entry(chat.clone())
                    .or_insert(targets.len()),
            ),
            // Two people have one chat, however many accounts they had (crates/graph/RULES.md R54).
            None if is_pair => {
                let pair = members.iter().copied().collect();
                Some(*chats.of_pair.entry(pair).or_insert(targets.len()))
            }
            None => None,
        };
        if let Some(theirs) = theirs.and_then(|theirs| targets.get_mut(theirs)) {
            theirs.created = theirs.created.min(created);
            theirs.sources.push(self.source_of(conversation));
            if let TargetPlace::Chat(chat) = &mut theirs.place {
                for member in members {
                    if !chat.members.contains(&member) {
                        chat.members.push(member);
                    }
                }
            }
            return Ok(None);
        }
        let topic = (!is_pair && existing.is_none()).then(|| {
            let topic = self.topic(conversation);
            let topic = names::cut(&topic, teams_names::TOPIC_UNITS);
            chats.topics.take_like(topic, teams_names::TOPIC_UNITS)
        });
        Ok(Some(Target {
            key: TargetKey::new(conversation.id.as_str().to_owned()),
            place: TargetPlace::Chat(Chat {
                kind: if is_pair {
                    ChatKind::OneOnOne
                } else {
                    ChatKind::Group
                },
                existing,
                topic,
                members,
            }),
            created,
            sources: vec![self.source_of(conversation)],
        }))
    }

    /// Returns a group chat's topic: the channel's name, or its members' names.
    fn topic(&self, conversation: &Conversation) -> String {
        let name = match conversation.kind {
            ConversationKind::GroupDm => {
                places::members_by_name(conversation, &|id| self.by_id.get(id).copied())
            }
            _ => conversation.name.clone(),
        };
        // Teams takes no colon in a topic.
        one_line(&name.replace(':', " "))
    }
}
