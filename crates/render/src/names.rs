//! The names of authors, people and conversations.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};

use chatferry_model::conversation::Conversation;
use chatferry_model::message::Author;
use chatferry_model::person::{Person, PersonKind};
use chatferry_model::plan::{Membership, Plan, REHEARSAL_ACCOUNT, Target, TargetPlace, User};
use chatferry_model::post::{From, Identity, UserIdentityType};
use chatferry_model::{ConversationId, Micros, PersonId};

use crate::html::is_visible;
use crate::texts::Texts;

/// The names of authors, people and conversations.
pub(crate) struct Names<'p> {
    texts: &'static Texts,
    people: HashMap<&'p str, Known<'p>>,
    placeholder: Option<Account<'p>>,
    /// True if the placeholder has spoken for anybody.
    placeholder_spoke: AtomicBool,
    conversations: HashMap<ConversationId<'static>, ConversationName<'p>>,
}

/// Somebody of the source.
struct Known<'p> {
    /// The name, if anybody knows it: readers call those by their ids of whom nothing is known.
    name: Option<&'p str>,
    bot: bool,
    account: Option<Account<'p>>,
}

/// A user who posts.
struct Account<'p> {
    user: &'p User,
    /// The JSON of a post's author, which is the same in all of them.
    from: String,
}

struct ConversationName<'p> {
    /// The name in Teams, or in the source if it is not migrated.
    name: String,
    /// The destination; the latest part of it, if it goes to several targets.
    target: Option<&'p Target>,
    /// The beginning of that part.
    from: Option<Micros>,
    /// True if its name is nothing for everybody.
    private: bool,
}

/// The user who posts a message, and the name that has to stand in the text.
#[derive(Debug, PartialEq)]
pub(crate) struct Speaker<'s> {
    /// The JSON of the post's author.
    pub(crate) from: &'s str,
    pub(crate) shown: Option<Shown<'s>>,
    /// True if the placeholder speaks.
    pub(crate) placeholder: bool,
}

/// A name that stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown<'s> {
    pub(crate) name: &'s str,
    pub(crate) bot: bool,
}

impl<'p> Names<'p> {
    /// # Errors
    /// When a user can't be JSON.
    pub(crate) fn new(
        plan: &'p Plan,
        people: &[Person],
        conversations: &[Conversation],
        texts: &'static Texts,
    ) -> serde_json::Result<Self> {
        let bots: HashSet<&str> = people
            .iter()
            .filter(|person| person.kind == PersonKind::Bot)
            .map(|person| person.id.as_str())
            .collect();
        // Where sources have no other ids, the names that people chose are ids.
        let called: HashSet<&str> = people
            .iter()
            .filter(|person| person.handle.as_deref() == Some(person.id.as_str()))
            .map(|person| person.id.as_str())
            .collect();
        let mut known = HashMap::with_capacity(plan.people.len());
        for (id, person) in &plan.people {
            let is_name = |name: &&str| *name != id.as_str() || called.contains(name);
            let person = Known {
                name: Some(person.name.as_str()).filter(is_name),
                bot: bots.contains(id.as_str()),
                account: person.voice.user().map(Account::new).transpose()?,
            };
            known.insert(id.as_str(), person);
        }
        let mut names: HashMap<_, _> = conversations
            .iter()
            .map(|conversation| {
                let name = ConversationName {
                    name: conversation.name.clone(),
                    target: None,
                    from: None,
                    private: conversation.kind.is_private(),
                };
                (conversation.id.clone(), name)
            })
            .collect();
        for target in &plan.targets {
            for source in &target.sources {
                let from = source.range.map(|range| range.from);
                if let Some(known) = names.get_mut(&source.conversation)
                    && from >= known.from
                {
                    known.from = from;
                    known.target = Some(target);
                    if let TargetPlace::Channel(channel) = &target.place {
                        known.name.clone_from(&channel.name);
                    }
                }
            }
        }
        Ok(Self {
            texts,
            people: known,
            placeholder: plan.placeholder.as_ref().map(Account::new).transpose()?,
            placeholder_spoke: AtomicBool::new(false),
            conversations: names,
        })
    }

    /// Returns the account that posts what `author` wrote; none without an account and a
    /// placeholder.
    pub(crate) fn speaker<'s>(&'s self, author: &'s Author<'_>) -> Option<Speaker<'s>> {
        let person = self.people.get(author.person.as_str());
        let used = author.name.as_deref().filter(|name| is_visible(name));
        let own = person.and_then(|person| person.name);
        let bot = person.is_some_and(|person| person.bot);
        let shown = |name| Shown { name, bot };
        if let Some(account) = person.and_then(|person| person.account.as_ref()) {
            let names = [own, Some(account.user.display_name.as_str())];
            return Some(Speaker {
                from: &account.from,
                shown: used.filter(|name| !names.contains(&Some(name))).map(shown),
                placeholder: false,
            });
        }
        let placeholder = self.placeholder.as_ref()?;
        self.placeholder_spoke.store(true, Ordering::Relaxed);
        Some(Speaker {
            from: &placeholder.from,
            shown: Some(shown(used.or(own).unwrap_or(self.texts.nobody))),
            placeholder: true,
        })
    }

    /// The placeholder, speaking for nobody.
    pub(crate) fn placeholder(&self) -> Option<Speaker<'_>> {
        let placeholder = self.placeholder.as_ref()?;
        self.placeholder_spoke.store(true, Ordering::Relaxed);
        Some(Speaker {
            from: &placeholder.from,
            shown: None,
            placeholder: true,
        })
    }

    /// Returns the target of a conversation, if it goes anywhere; the latest part of it, if
    /// to several targets.
    pub(crate) fn target(&self, id: &ConversationId<'_>) -> Option<&'p Target> {
        self.conversations.get(id.as_str())?.target
    }

    /// Returns true if posts are by the rehearsal account.
    pub(crate) fn rehearsal_account_used(&self) -> bool {
        let spoke = self.placeholder_spoke.load(Ordering::Relaxed);
        let placeholder = self.placeholder.as_ref();
        spoke && placeholder.is_some_and(|account| account.user.id == REHEARSAL_ACCOUNT)
    }

    /// The user that a person became.
    pub(crate) fn user(&self, id: &PersonId<'_>) -> Option<&'p User> {
        let account = self.people.get(id.as_str())?.account.as_ref()?;
        Some(account.user)
    }

    /// The name of a person as it was shown, or else as the source has it; never an id.
    pub(crate) fn of_person<'s>(&'s self, id: &PersonId<'_>, shown: &'s str) -> &'s str {
        let shown = shown.trim_start_matches('@');
        if is_visible(shown) && shown != id.as_str() {
            return shown;
        }
        let person = self.people.get(id.as_str());
        person
            .and_then(|person| person.name)
            .unwrap_or(self.texts.nobody)
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

/// Returns true if more people than its own members can read what comes to stand there.
pub(crate) fn is_open(target: &Target) -> bool {
    match &target.place {
        TargetPlace::Channel(channel) => match channel.membership {
            Membership::Standard => true,
            Membership::Private | Membership::Shared => false,
        },
        TargetPlace::Chat(_) => false,
    }
}

impl<'p> Account<'p> {
    fn new(user: &'p User) -> serde_json::Result<Self> {
        let from = From {
            user: Identity {
                id: user.id,
                display_name: user.display_name.as_str().into(),
                user_identity_type: UserIdentityType::AadUser,
            },
        };
        Ok(Self {
            user,
            from: serde_json::to_string(&from)?,
        })
    }
}
