//! Who speaks, and what people and conversations are called.

use std::collections::{HashMap, HashSet};

use chatferry_model::conversation::Conversation;
use chatferry_model::message::Author;
use chatferry_model::person::{Person, PersonKind};
use chatferry_model::plan::{PersonPlan, Plan, TargetPlace, User};
use chatferry_model::{ConversationId, PersonId};

use crate::html::is_visible;
use crate::texts::Texts;

/// Who speaks, and what people and conversations are called.
pub(crate) struct Names<'p> {
    plan: &'p Plan,
    texts: &'static Texts,
    bots: HashSet<PersonId<'static>>,
    conversations: HashMap<ConversationId<'static>, ConversationName>,
}

struct ConversationName {
    /// What it is called in Teams, or in the source if it goes nowhere.
    name: String,
    /// Whether its name is nothing for everybody.
    private: bool,
}

/// The user who posts a message, and the name that has to stand in the text.
#[derive(Debug, PartialEq)]
pub(crate) struct Speaker<'s> {
    pub(crate) user: &'s User,
    pub(crate) shown: Option<Shown<'s>>,
    /// Whether the placeholder speaks.
    pub(crate) placeholder: bool,
}

/// A name that stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown<'s> {
    pub(crate) name: &'s str,
    pub(crate) bot: bool,
}

impl<'p> Names<'p> {
    pub(crate) fn new(
        plan: &'p Plan,
        people: &[Person],
        conversations: &[Conversation],
        texts: &'static Texts,
    ) -> Self {
        let bots = people
            .iter()
            .filter(|person| person.kind == PersonKind::Bot)
            .map(|person| person.id.clone())
            .collect();
        let mut names: HashMap<_, _> = conversations
            .iter()
            .map(|conversation| {
                let name = ConversationName {
                    name: conversation.name.clone(),
                    private: conversation.kind.is_private(),
                };
                (conversation.id.clone(), name)
            })
            .collect();
        for target in &plan.targets {
            let TargetPlace::Channel(channel) = &target.place else {
                continue;
            };
            for source in &target.sources {
                if let Some(known) = names.get_mut(&source.conversation) {
                    known.name.clone_from(&channel.name);
                }
            }
        }
        Self {
            plan,
            texts,
            bots,
            conversations: names,
        }
    }

    /// Who posts what `author` wrote; nobody, if it has no account and there is no placeholder.
    pub(crate) fn speaker<'s>(&'s self, author: &'s Author<'_>) -> Option<Speaker<'s>> {
        let person = self.person(&author.person);
        let used = author.name.as_deref().filter(|name| is_visible(name));
        let own = person.map(|person| person.name.as_str());
        if let Some(user) = person.and_then(|person| person.user.as_ref()) {
            let other = used.filter(|name| Some(*name) != own && *name != user.display_name);
            return Some(Speaker {
                user,
                shown: other.map(|name| self.shown(name, author)),
                placeholder: false,
            });
        }
        let name = used.or(own).unwrap_or(self.texts.nobody);
        Some(Speaker {
            user: self.plan.placeholder.as_ref()?,
            shown: Some(self.shown(name, author)),
            placeholder: true,
        })
    }

    fn shown<'s>(&self, name: &'s str, author: &Author<'_>) -> Shown<'s> {
        Shown {
            name,
            bot: self.bots.contains(author.person.as_str()),
        }
    }

    fn person(&self, id: &PersonId<'_>) -> Option<&'p PersonPlan> {
        self.plan.people.get(id.as_str())
    }

    /// The user that a person became.
    pub(crate) fn user(&self, id: &PersonId<'_>) -> Option<&'p User> {
        self.person(id)?.user.as_ref()
    }

    /// The name of a person as it was shown, or else as the source has it; never an id.
    pub(crate) fn of_person<'s>(&'s self, id: &PersonId<'_>, shown: &'s str) -> &'s str {
        let shown = shown.trim_start_matches('@');
        if is_visible(shown) {
            return shown;
        }
        self.person(id)
            .map_or(self.texts.nobody, |person| person.name.as_str())
    }

    /// The name of a conversation in Teams, or else as it was shown; never an id. A private one is
    /// only called by a name that was shown.
    pub(crate) fn of_conversation<'s>(
        &'s self,
        id: &ConversationId<'_>,
        shown: &'s str,
    ) -> &'s str {
        let shown = shown.trim_start_matches('#');
        let shown = Some(shown).filter(|name| is_visible(name) && *name != id.as_str());
        match self.conversations.get(id.as_str()) {
            Some(known) if known.private => shown.unwrap_or(self.texts.private_channel),
            Some(known) if is_visible(&known.name) => &known.name,
            _ => shown.unwrap_or(self.texts.unknown_channel),
        }
    }
}
