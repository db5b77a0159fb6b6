//! The summary of mapping: totals, and the sums that show nothing was lost.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chatferry_model::figures::count;
use chatferry_model::plan::{Membership, Plan, TargetPlace, Voice};
use chatferry_model::sum::Sum;
use serde::{Deserialize, Serialize};

use super::Source;
use super::people::People;

/// The details of mapping's manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapDetails {
    /// People by status: `mapped`, `disabled`, `unlicensed`, `edited`, `unmatched`, `ambiguous`,
    /// `placeholder`, `skipped`, `bot`.
    pub people: BTreeMap<String, u64>,
    /// People who speak through their own user.
    pub people_with_account: u64,
    /// Conversations by what becomes of them: `standard`, `private`, `shared`, `chat`, or the
    /// reason for which they are skipped.
    pub conversations: BTreeMap<String, u64>,
    /// Teams to fill.
    pub teams: u64,
    /// Channels to fill.
    pub channels: u64,
    /// Chats to fill.
    pub chats: u64,
    /// Messages that go somewhere.
    pub posts: u64,
    /// People for whom the placeholder speaks.
    pub placeholder_people: u64,
    /// Messages that the placeholder speaks.
    pub placeholder_messages: u64,
}

impl fmt::Display for MapDetails {
    /// Returns one line for a reader: how many people and conversations are mapped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let people: u64 = self.people.values().sum();
        let conversations: u64 = self.conversations.values().sum();
        let filled: u64 = ["standard", "private", "shared", "chat"]
            .iter()
            .filter_map(|word| self.conversations.get(*word))
            .sum();
        write!(
            f,
            "{} of {people} people matched; {filled} of {conversations} conversations mapped ({}, {}, {})",
            self.people_with_account,
            count(self.teams, "team"),
            count(self.channels, "channel"),
            count(self.chats, "chat")
        )
    }
}

/// The totals.
pub(super) fn summary(source: &Source, people: &People, plan: &Plan) -> MapDetails {
    let mut details = MapDetails {
        people_with_account: plan
            .people
            .values()
            .filter(|person| person.voice.user().is_some())
            .count() as u64,
        teams: plan.teams.len() as u64,
        placeholder_people: people.need.people,
        placeholder_messages: people.need.messages,
        ..MapDetails::default()
    };
    for at in 0..source.people.len() {
        *details
            .people
            .entry(people.status(at).as_str().to_owned())
            .or_default() += 1;
    }
    let mut placed = BTreeSet::new();
    for target in &plan.targets {
        let (word, total) = match &target.place {
            TargetPlace::Channel(channel) => (
                match channel.membership {
                    Membership::Standard => "standard",
                    Membership::Private => "private",
                    Membership::Shared => "shared",
                },
                &mut details.channels,
            ),
            TargetPlace::Chat(_) => ("chat", &mut details.chats),
        };
        *total += 1;
        for source in &target.sources {
            // One that is split is one all the same.
            if placed.insert(&source.conversation) {
                *details.conversations.entry(word.to_owned()).or_default() += 1;
            }
        }
        details.posts += target
            .sources
            .iter()
            .map(|source| source.messages)
            .sum::<u64>();
    }
    for reason in plan.skipped.values() {
        *details.conversations.entry(reason.clone()).or_default() += 1;
    }
    details
}

/// The sums, each side counted for itself.
pub(super) fn sums(source: &Source, plan: &Plan) -> BTreeMap<String, Sum> {
    let mut people = Sum {
        input: source.people.len() as u64,
        ..Sum::default()
    };
    for person in plan.people.values() {
        match &person.voice {
            Voice::User(_) => people.output += 1,
            Voice::Placeholder => people.merge("placeholder"),
            Voice::Nobody => people.skip("left-out"),
        }
    }
    let mut conversations = Sum {
        input: source.conversations.len() as u64,
        ..Sum::default()
    };
    let mut messages = Sum {
        input: source.conversations.iter().map(|c| c.messages).sum(),
        ..Sum::default()
    };
    // A conversation goes out with the first target that it leads, and becomes part of another
    // where it leads none.
    let mut leading = BTreeSet::new();
    let mut led = BTreeMap::new();
    for target in &plan.targets {
        let reason = match target.place {
            TargetPlace::Channel(_) => "same-channel",
            TargetPlace::Chat(_) => "same-people",
        };
        for (number, source) in target.sources.iter().enumerate() {
            messages.output += source.messages;
            if number > 0 {
                led.insert(&source.conversation, reason);
            } else if leading.insert(&source.conversation) {
                conversations.output += 1;
            } else {
                conversations.add("year");
            }
        }
    }
    for (conversation, reason) in led {
        if !leading.contains(conversation) {
            conversations.merge(reason);
        }
    }
    for conversation in &source.conversations {
        if let Some(reason) = plan.skipped.get(&conversation.id) {
            conversations.skip(reason);
            messages.skip_many(reason, conversation.messages);
        }
    }
    BTreeMap::from([
        ("people".to_owned(), people),
        ("conversations".to_owned(), conversations),
        ("messages".to_owned(), messages),
    ])
}
