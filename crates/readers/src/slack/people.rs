//! Everybody: those whom the export lists, and those whom only its messages show.

use std::collections::{BTreeMap, HashMap, HashSet};

use chatferry_model::PersonId;
use chatferry_model::conversation::Conversation;
use chatferry_model::person::{Person, PersonKind};

use super::author::{AuthorHint, SLACKBOT};
use super::metadata::ListedPerson;
use super::tally::Seen;

/// The people of an export by id, those of several exports merged.
#[derive(Debug, Default)]
pub(super) struct People {
    listed: BTreeMap<String, ListedPerson>,
    seen: HashMap<PersonId<'static>, Seen>,
    /// Entries of all lists.
    pub(super) entries: u64,
}

impl People {
    /// Adds an entry of a list. A later list knows better, but what only the earlier one knows
    /// stays: Slack leaves out e-mail addresses at times (crates/readers/src/slack/FORMAT.md trap
    /// 32).
    pub(super) fn list(&mut self, listed: ListedPerson) {
        self.entries += 1;
        let id = listed.person.id.as_str().to_owned();
        let Some(before) = self.listed.remove(&id) else {
            self.listed.insert(id, listed);
            return;
        };
        let mut merged = listed;
        let (mine, theirs) = (&mut merged.person, before.person);
        mine.email = mine.email.take().or(theirs.email);
        mine.real_name = mine.real_name.take().or(theirs.real_name);
        mine.title = mine.title.take().or(theirs.title);
        mine.external_id = mine.external_id.take().or(theirs.external_id);
        mine.workspace = mine.workspace.take().or(theirs.workspace);
        if mine.name == mine.id.as_str() {
            mine.name = theirs.name;
        }
        merged.bot = merged.bot.or(before.bot);
        self.listed.insert(id, merged);
    }

    /// The names to show, by id.
    pub(super) fn names(&self) -> HashMap<String, String> {
        let names = self.listed.iter();
        names
            .map(|(id, listed)| (id.clone(), listed.person.name.clone()))
            .collect()
    }

    /// The bot users, by the id of their bot.
    pub(super) fn bots(&self) -> HashMap<String, String> {
        let bots = self.listed.iter();
        bots.filter_map(|(id, listed)| Some((listed.bot.clone()?, id.clone())))
            .collect()
    }

    /// The people that are bots, by id.
    pub(super) fn bot_people(&self) -> HashSet<String> {
        let people = self.listed.iter();
        people
            .filter(|(_, listed)| listed.person.kind == PersonKind::Bot)
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// Adds what a conversation's messages show, in the order of the conversations.
    pub(super) fn seen(&mut self, people: HashMap<PersonId<'static>, Seen>) {
        for (person, seen) in people {
            self.seen.entry(person).or_default().append(seen);
        }
    }

    /// Notes that somebody is named as a member, author or creator.
    pub(super) fn name(&mut self, person: &PersonId<'_>) {
        if !self.listed.contains_key(person.as_str()) && !self.seen.contains_key(person.as_str()) {
            self.seen.insert(person.to_static(), Seen::default());
        }
    }

    /// Notes that a message counted for somebody was there already.
    pub(super) fn uncount(&mut self, person: &PersonId<'_>, messages: u64) {
        if let Some(seen) = self.seen.get_mut(person.as_str()) {
            seen.messages = seen.messages.saturating_sub(messages);
        }
    }

    /// Returns true if that is a person, as far as the export tells: no bot, not Slackbot, not
    /// unknown.
    pub(super) fn is_somebody(&self, person: &PersonId<'_>) -> bool {
        match self.listed.get(person.as_str()) {
            Some(listed) => listed.person.kind == PersonKind::User,
            None => person.as_str() != SLACKBOT && person.as_str().starts_with(['U', 'W']),
        }
    }

    /// Returns the number of people that the export lists.
    pub(super) fn listed_count(&self) -> u64 {
        self.listed.len() as u64
    }

    /// Everybody, by id.
    pub(super) fn finish(mut self, conversations: &[Conversation]) -> Vec<Person> {
        for conversation in conversations {
            for person in conversation.members.iter().chain(&conversation.creator) {
                self.name(person);
            }
        }
        let mut people: BTreeMap<String, Person> = self
            .listed
            .into_iter()
            .map(|(id, listed)| (id, listed.person))
            .collect();
        for (id, seen) in self.seen {
            let person = people
                .entry(id.as_str().to_owned())
                .or_insert_with(|| stranger(id, seen.sighting.as_ref()));
            person.messages = seen.messages;
            person.last_active = seen.last;
        }
        people.into_values().collect()
    }
}

/// Somebody whom the export does not list.
fn stranger(id: PersonId<'static>, sighting: Option<&AuthorHint<'static>>) -> Person {
    let shown = sighting.and_then(|sighting| sighting.name.as_deref());
    let (kind, name) = match (id.as_str(), sighting) {
        (SLACKBOT, _) => (PersonKind::System, "Slackbot"),
        ("unknown", _) => (PersonKind::Unknown, "Unknown"),
        (id, Some(sighting)) => (sighting.kind, shown.unwrap_or(id)),
        (id, None) => (PersonKind::Unknown, id),
    };
    let name = name.trim_start_matches('@').to_owned();
    Person::new(id, kind, name)
}
