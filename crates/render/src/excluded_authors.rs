//! People of whom nothing is carried over, and what others answered them.
//!
//! What they wrote is left out; a root of theirs that somebody else answered stays as a
//! placeholder. Whether somebody did is known only further down, so it takes a pass of its own, and
//! only where there are such people.

use std::collections::{HashMap, HashSet};

use chatferry_model::folder::ReadFolder;
use chatferry_model::jsonl::{Format, JsonlError, JsonlReader};
use chatferry_model::plan::{Plan, Target, Voice};
use chatferry_model::{ConversationId, MessageId, PersonId};
use rayon::prelude::*;
use serde::Deserialize;

/// People of whom nothing is carried over, and what others answered them.
#[derive(Default)]
pub(crate) struct ExcludedAuthors {
    people: HashSet<PersonId<'static>>,
    /// By conversation, their roots that somebody else answered.
    answered: HashMap<ConversationId<'static>, HashSet<MessageId<'static>>>,
}

/// The fields of a message that are needed.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    id: MessageId<'a>,
    #[serde(borrow)]
    author: Author<'a>,
    #[serde(borrow, default)]
    thread: Option<Thread<'a>>,
}

#[derive(Deserialize)]
struct Author<'a> {
    #[serde(borrow)]
    person: PersonId<'a>,
}

#[derive(Deserialize)]
struct Thread<'a> {
    #[serde(borrow)]
    root: MessageId<'a>,
}

impl ExcludedAuthors {
    /// # Errors
    /// When messages can't be read.
    pub(crate) fn of(
        plan: &Plan,
        read: &ReadFolder,
        targets: &[Target],
    ) -> Result<Self, JsonlError> {
        let people: HashSet<_> = (plan.people.iter())
            .filter(|(_, person)| person.voice == Voice::Nobody)
            .map(|(id, _)| id.clone())
            .collect();
        if people.is_empty() {
            return Ok(Self::default());
        }
        let conversations: HashSet<_> = (targets.iter())
            .flat_map(|target| &target.sources)
            .map(|source| &source.conversation)
            .collect();
        let answered = (conversations.into_par_iter())
            .map(|conversation| {
                let roots = answered(read, conversation, &people)?;
                Ok((conversation.clone(), roots))
            })
            .collect::<Result<_, JsonlError>>()?;
        Ok(Self { people, answered })
    }

    pub(crate) fn has(&self, person: &PersonId<'_>) -> bool {
        !self.people.is_empty() && self.people.contains(person.as_str())
    }

    /// Returns true if somebody else answered that root.
    pub(crate) fn is_answered(
        &self,
        conversation: &ConversationId<'_>,
        root: &MessageId<'_>,
    ) -> bool {
        let roots = self.answered.get(conversation.as_str());
        roots.is_some_and(|roots| roots.contains(root.as_str()))
    }
}

/// The roots of `people` that somebody else answered. A root comes before its replies.
fn answered(
    read: &ReadFolder,
    conversation: &ConversationId<'_>,
    people: &HashSet<PersonId<'static>>,
) -> Result<HashSet<MessageId<'static>>, JsonlError> {
    let mut roots = HashSet::new();
    let mut answered = HashSet::new();
    let mut reader = JsonlReader::open(&read.messages(conversation), Format::MESSAGES)?;
    while let Some(chunk) = reader.next_chunk()? {
        for (number, line) in chunk.lines() {
            let Line { id, author, thread } = chunk.parse(number, line)?;
            let silent = people.contains(author.person.as_str());
            match thread {
                None if silent => {
                    roots.insert(id.into_owned());
                }
                Some(thread) if !silent && roots.contains(thread.root.as_str()) => {
                    answered.insert(thread.root.into_owned());
                }
                None | Some(_) => {}
            }
        }
    }
    Ok(answered)
}
