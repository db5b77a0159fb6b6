//! Holds the plan against what was read, before anything is rendered: every conversation goes to one
//! place or is left out for a reason, and nothing private comes to stand where others can read it.

use std::collections::HashMap;

use chatferry_model::conversation::{Conversation, ConversationKind};
use chatferry_model::plan::{Membership, Plan, Target, TargetPlace, TargetSource};
use chatferry_model::selection::Selection;
use chatferry_model::sum::Sum;

use crate::error::RenderError;

/// The reason of a conversation that was not selected, as mapping calls it.
const NOT_SELECTED: &str = "not-selected";

/// What is rendered, and what is not.
pub(crate) struct Account {
    /// The targets with those of their conversations that are selected.
    pub(crate) targets: Vec<Target>,
    /// Messages that are not rendered with their conversation.
    pub(crate) messages: Sum,
    /// All conversations.
    pub(crate) conversations: Sum,
}

impl Account {
    /// Accounts for all conversations.
    ///
    /// # Errors
    /// When the plan does not fit what was read, or would publish what is private.
    pub(crate) fn of(
        plan: &Plan,
        conversations: &[Conversation],
        selection: &Selection,
    ) -> Result<Self, RenderError> {
        let mut account = Self {
            targets: Vec::with_capacity(plan.targets.len()),
            messages: Sum::default(),
            conversations: Sum {
                input: conversations.len() as u64,
                ..Sum::default()
            },
        };
        let mut unplanned: HashMap<&str, &Conversation> = conversations
            .iter()
            .map(|conversation| (conversation.id.as_str(), conversation))
            .collect();
        for target in &plan.targets {
            let mut selected = target.clone();
            selected.sources.clear();
            for source in &target.sources {
                let id = source.conversation.as_str();
                let Some(conversation) = unplanned.remove(id) else {
                    return Err(misplanned(conversations, source, target));
                };
                if is_open(target) && is_private(conversation.kind, source) {
                    return Err(RenderError::WouldPublish {
                        conversation: id.to_owned(),
                        target: name_of(target),
                    });
                }
                if selection.has_conversation(id, &conversation.name) {
                    account.conversations.output += 1;
                    selected.sources.push(source.clone());
                } else {
                    account.skip(conversation, NOT_SELECTED);
                }
            }
            if selected.sources.len() == target.sources.len() || !selected.sources.is_empty() {
                account.targets.push(selected);
            }
        }
        for conversation in conversations {
            let id = conversation.id.as_str();
            if !unplanned.contains_key(id) {
                continue;
            }
            let Some(reason) = plan.skipped.get(id) else {
                return Err(RenderError::Unplanned {
                    conversation: id.to_owned(),
                });
            };
            account.skip(conversation, reason);
        }
        Ok(account)
    }

    fn skip(&mut self, conversation: &Conversation, reason: &str) {
        self.conversations.skip(reason);
        self.messages.input += conversation.messages;
        self.messages.skip_many(reason, conversation.messages);
    }
}

/// Whichever says so is believed (design.md rule 4.4).
fn is_private(kind: ConversationKind, source: &TargetSource) -> bool {
    kind.is_private() || source.kind.is_private()
}

fn misplanned(
    conversations: &[Conversation],
    source: &TargetSource,
    target: &Target,
) -> RenderError {
    let conversation = source.conversation.to_string();
    let known = conversations
        .iter()
        .any(|known| known.id == source.conversation);
    if known {
        RenderError::PlannedTwice {
            conversation,
            target: name_of(target),
        }
    } else {
        RenderError::NotRead { conversation }
    }
}

fn is_open(target: &Target) -> bool {
    match &target.place {
        TargetPlace::Channel(channel) => match channel.membership {
            Membership::Standard => true,
            Membership::Private | Membership::Shared => false,
        },
        TargetPlace::Chat(_) => false,
    }
}

fn name_of(target: &Target) -> String {
    match &target.place {
        TargetPlace::Channel(channel) => channel.name.clone(),
        TargetPlace::Chat(_) => target.key.to_string(),
    }
}
