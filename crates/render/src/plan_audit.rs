//! Holds the plan against what was read, before anything is rendered: every conversation goes to
//! one place or is left out for a reason, and nothing private comes to stand where others can read
//! it.

use std::collections::HashMap;

use chatferry_model::conversation::{Conversation, ConversationKind};
use chatferry_model::plan::{Plan, Target, TargetPlace, TargetSource, TimeRange};
use chatferry_model::selection::Selection;
use chatferry_model::sum::Sum;

use crate::error::RenderError;
use crate::names::is_open;

/// The reason of a conversation that was not selected, as mapping calls it.
const NOT_SELECTED: &str = "not-selected";

/// The audit of the plan: what is rendered, and what is not.
pub(crate) struct PlanAudit {
    /// The targets with those of their conversations that are selected.
    pub(crate) targets: Vec<Target>,
    /// Messages that are not rendered with their conversation.
    pub(crate) messages: Sum,
    /// All conversations.
    pub(crate) conversations: Sum,
}

impl PlanAudit {
    /// Accounts for all conversations.
    ///
    /// # Errors
    /// When the plan does not fit what was read, or would publish what is private.
    pub(crate) fn of(
        plan: &Plan,
        conversations: &[Conversation],
        selection: &Selection,
    ) -> Result<Self, RenderError> {
        let mut audit = Self {
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
        let mut ranges: HashMap<&str, Vec<TimeRange>> = HashMap::new();
        for target in &plan.targets {
            let mut selected = target.clone();
            selected.sources.clear();
            for source in &target.sources {
                let id = source.conversation.as_str();
                let again = match (ranges.get_mut(id), source.range) {
                    (Some(ranges), Some(range)) => {
                        ranges.push(range);
                        true
                    }
                    _ => false,
                };
                let known = if again {
                    conversations.iter().find(|known| known.id.as_str() == id)
                } else {
                    unplanned.remove(id)
                };
                let Some(conversation) = known else {
                    return Err(misplanned(conversations, source, target));
                };
                if let (false, Some(range)) = (again, source.range) {
                    ranges.insert(id, vec![range]);
                }
                if is_open(target) && is_private(conversation.kind, source) {
                    return Err(RenderError::WouldPublish {
                        conversation: id.to_owned(),
                        target: name_of(target),
                    });
                }
                if selection.has_conversation(id, &conversation.name) {
                    audit.conversations.output += u64::from(!again);
                    selected.sources.push(source.clone());
                } else if !again {
                    audit.skip(conversation, NOT_SELECTED);
                }
            }
            if selected.sources.len() == target.sources.len() || !selected.sources.is_empty() {
                audit.targets.push(selected);
            }
        }
        for conversation in conversations {
            let id = conversation.id.as_str();
            if let Some(ranges) = ranges.get_mut(id)
                && !covers(ranges, conversation)
            {
                return Err(RenderError::Ranges {
                    conversation: id.to_owned(),
                });
            }
            if !unplanned.contains_key(id) {
                continue;
            }
            let Some(reason) = plan.skipped.get(id) else {
                return Err(RenderError::Unplanned {
                    conversation: id.to_owned(),
                });
            };
            audit.skip(conversation, reason);
        }
        Ok(audit)
    }

    fn skip(&mut self, conversation: &Conversation, reason: &str) {
        self.conversations.skip(reason);
        self.messages.input += conversation.messages;
        self.messages.skip_many(reason, conversation.messages);
    }
}

/// Returns true if each message of the conversation is in exactly one of the ranges.
fn covers(ranges: &mut [TimeRange], conversation: &Conversation) -> bool {
    ranges.sort_unstable_by_key(|range| range.from);
    let joined = ranges
        .iter()
        .zip(ranges.iter().skip(1))
        .all(|(range, next)| range.until == next.from);
    let begins = |first| ranges.first().is_some_and(|range| range.from <= first);
    let ends = |last| ranges.last().is_some_and(|range| range.until > last);
    joined && conversation.first.is_none_or(begins) && conversation.last.is_none_or(ends)
}

/// Whichever says so is believed (crates/DECISIONS.md rule 4.4).
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

fn name_of(target: &Target) -> String {
    match &target.place {
        TargetPlace::Channel(channel) => channel.name.clone(),
        TargetPlace::Chat(_) => target.key.to_string(),
    }
}
