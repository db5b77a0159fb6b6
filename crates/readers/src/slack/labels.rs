//! The names that messages give to groups and conversations which no list names
//! (crates/readers/src/slack/FORMAT.md 7.2).

use std::collections::{BTreeMap, HashSet};

use chatferry_model::ConversationId;
use chatferry_model::conversation::Conversation;
use chatferry_model::learned_name::{LearnedName, NamedKind};

use super::mrkdwn;
use super::name_table::NameTable;

/// Names by the id of what they name, each with the number of messages that use it.
#[derive(Debug, Default)]
pub(super) struct Labels(BTreeMap<(NamedKind, String), BTreeMap<String, u64>>);

/// Different names of one thing to remember: people rename groups, but not often.
const MOST_NAMES: usize = 16;
/// Characters of a name; Slack allows 80.
const LONGEST_NAME: usize = 160;

impl Labels {
    /// Counts a name.
    pub(super) fn add(&mut self, kind: NamedKind, id: &str, label: &str) {
        let label = label.trim().trim_start_matches(['@', '#']);
        if label.is_empty() || label.chars().count() > LONGEST_NAME {
            return;
        }
        self.count(kind, id, label, 1);
    }

    /// Adds the counts of a later part of the export.
    pub(super) fn append(&mut self, other: Self) {
        for ((kind, id), names) in other.0 {
            for (name, count) in names {
                self.count(kind, &id, &name, count);
            }
        }
    }

    fn count(&mut self, kind: NamedKind, id: &str, name: &str, count: u64) {
        let names = self.0.entry((kind, id.to_owned())).or_default();
        if names.len() < MOST_NAMES || names.contains_key(name) {
            *names.entry(name.to_owned()).or_default() += count;
        }
    }

    /// The name that most messages use for each, the first of the alphabet among equals, with the
    /// conversation of that name where no list names that either.
    pub(super) fn finish(
        self,
        conversations: &[Conversation],
        name_table: &NameTable,
    ) -> Vec<LearnedName> {
        let in_export: HashSet<&str> = conversations
            .iter()
            .map(|found| found.id.as_str())
            .collect();
        let learned = self.0.into_iter().filter_map(|((kind, id), names)| {
            let (raw, _) = names.into_iter().rev().max_by_key(|(_, count)| *count)?;
            let name = mrkdwn::bare_name(raw.into(), name_table);
            let name = name.into_cow().into_owned();
            // Conversations that no list names have the name of their folder for an id.
            let is_folder = kind == NamedKind::Conversation && in_export.contains(name.as_str());
            let conversation = is_folder.then(|| ConversationId::new(name.clone()));
            Some(LearnedName {
                kind,
                id,
                name,
                conversation,
            })
        });
        learned.collect()
    }
}
