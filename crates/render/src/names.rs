//! The names of authors, people and conversations.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};

use chatferry_model::conversation::Conversation;
use chatferry_model::learned_name::{LearnedName, NamedKind};
use chatferry_model::message::Author;
use chatferry_model::person::{Person, PersonKind};
use chatferry_model::phrases::Phrases;
use chatferry_model::plan::{Membership, Plan, REHEARSAL_ACCOUNT, Target, TargetPlace, User};
use chatferry_model::post::{From, Identity, UserIdentityType};
use chatferry_model::{ConversationId, Micros, PersonId};

use crate::html::is_visible;

/// The names of authors, people and conversations.
pub(crate) struct Names<'p> {
    phrases: &'static Phrases,
    people: HashMap<&'p str, Known<'p>>,
    placeholder: Option<Account<'p>>,
    /// True if the placeholder has spoken for anybody.
    placeholder_spoke: AtomicBool,
    conversations: HashMap<ConversationId<'static>, ConversationName<'p>>,
    /// Names that only messages tell, by kind and id.
    learned: HashMap<(NamedKind, String), LearnedName>,
}

/// Somebody of the source.
struct Known<'p> {
    /// The name, if anybody knows it: readers call those by their ids of whom nothing is known.
    name: Option<Cow<'p, str>>,
    bot: bool,
    /// True if the admin gave the name, which then is shown wherever the source shows another.
    renamed: bool,
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
    /// The app that posted it on that person's behalf.
    pub(crate) app: Option<&'s str>,
}

impl<'p> Names<'p> {
    /// # Errors
    /// When a user can't be JSON.
    pub(crate) fn new(
        plan: &'p Plan,
        people: &[Person],
        conversations: &[Conversation],
        learned: Vec<LearnedName>,
        phrases: &'static Phrases,
    ) -> serde_json::Result<Self> {
        let bots: HashSet<&str> = people
            .iter()
            .filter(|person| person.kind == PersonKind::Bot)
            .map(|person| person.id.as_str())
            .collect();
        let own_names: HashMap<&str, &str> = people
            .iter()
            .map(|person| (person.id.as_str(), person.name.as_str()))
            .collect();
        // Where sources have no other ids, the names that people chose are ids.
        let called: HashSet<&str> = people
            .iter()
            .filter(|person| person.handle.as_deref() == Some(person.id.as_str()))
            .map(|person| person.id.as_str())
            .collect();
        let mut known = HashMap::with_capacity(plan.people.len());
        for (id, person) in &plan.people {
            let is_name = person.name != id.as_str() || called.contains(person.name.as_str());
            let name = if is_name {
                Some(Cow::Borrowed(person.name.as_str()))
            } else if phrases.nobody == id.as_str() {
                None
            } else {
                // Without a name its id tells it from others without one.
                Some(Cow::Owned(format!("{} {id}", phrases.nobody)))
            };
            let person = Known {
                name,
                bot: bots.contains(id.as_str()),
                renamed: own_names
                    .get(id.as_str())
                    .is_some_and(|own| *own != person.name),
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
            phrases,
            people: known,
            placeholder: plan.placeholder.as_ref().map(Account::new).transpose()?,
            placeholder_spoke: AtomicBool::new(false),
            conversations: names,
            learned: learned
                .into_iter()
                .map(|learned| ((learned.kind, learned.id.clone()), learned))
                .collect(),
        })
    }

    /// Returns the account that posts what `author` wrote; none without an account and a
    /// placeholder.
    pub(crate) fn speaker<'s>(&'s self, author: &'s Author<'_>) -> Option<Speaker<'s>> {
        let person = self.people.get(author.person.as_str());
        let used = author.name.as_deref().filter(|name| is_visible(name));
        let own = person.and_then(|person| person.name.as_deref());
        let bot = person.is_some_and(|person| person.bot);
        let app = author.app.as_deref().filter(|app| is_visible(app));
        let shown = |name| Shown { name, bot, app };
        if let Some(account) = person.and_then(|person| person.account.as_ref()) {
            let names = [own, Some(account.user.display_name.as_str())];
            return Some(Speaker {
                from: &account.from,
                shown: used
                    .filter(|name| !names.contains(&Some(name)))
                    .or(app.and(own))
                    .map(shown),
                placeholder: false,
            });
        }
        let placeholder = self.placeholder.as_ref()?;
        self.placeholder_spoke.store(true, Ordering::Relaxed);
        Some(Speaker {
            from: &placeholder.from,
            shown: Some(shown(used.or(own).unwrap_or(self.phrases.nobody))),
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
        self.conversation(id)?.target
    }

    /// The conversation of that id, or the one that messages call by it.
    fn conversation(&self, id: &ConversationId<'_>) -> Option<&ConversationName<'p>> {
        let known = self.conversations.get(id.as_str());
        known.or_else(|| {
            let learned = self.learned_name(NamedKind::Conversation, id.as_str())?;
            self.conversations
                .get(learned.conversation.as_ref()?.as_str())
        })
    }

    fn learned_name(&self, kind: NamedKind, id: &str) -> Option<&LearnedName> {
        self.learned.get(&(kind, id.to_owned()))
    }

    /// The name of a group of people as it was shown, or as other messages show it; never an id.
    pub(crate) fn of_group<'s>(&'s self, id: &str, shown: &'s str) -> &'s str {
        let shown = shown.trim_start_matches('@');
        if is_visible(shown) && shown != id {
            return shown;
        }
        let learned = self.learned_name(NamedKind::Group, id);
        learned.map_or(self.phrases.nobody, |learned| learned.name.as_str())
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
        let person = self.people.get(id.as_str());
        let renamed = person.is_some_and(|person| person.renamed);
        if is_visible(shown) && shown != id.as_str() && !renamed {
            return shown;
        }
        person
            .and_then(|person| person.name.as_deref())
            .unwrap_or(self.phrases.nobody)
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
        let learned = || {
            let learned = self.learned_name(NamedKind::Conversation, id.as_str());
            learned.map(|learned| learned.name.as_str())
        };
        let shown = shown.or_else(learned);
        match self.conversation(id) {
            Some(known) if known.private => shown.unwrap_or(self.phrases.private_channel),
            Some(known) if is_visible(&known.name) => &known.name,
            _ => shown.unwrap_or(self.phrases.unknown_channel),
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
