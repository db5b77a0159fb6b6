//! Decisions to the plan that rendering follows.

mod channel;
mod chat;
mod load;
mod team;

use std::collections::HashMap;

use chatferry_model::conversation::Conversation;
use chatferry_model::finding::{Code, Findings, Place, Stage};
use chatferry_model::person::Person;
use chatferry_model::plan::{PersonPlan, Plan, TargetSource, User, Voice};
use chatferry_model::{EntraId, Micros, Millis, PersonId};

use self::chat::Chats;
pub use self::load::load_plan;
use crate::codes;
use crate::directory::Directory;
use crate::people::{Says, Speaker, is_guest, is_human};
use crate::places::{self, Action, Decision, Group};
use crate::settings::PlaceLimits;
use crate::teams::TeamRow;

/// Everything that was decided.
pub(crate) struct Decided<'a> {
    pub(crate) people: &'a [Person],
    pub(crate) speakers: &'a [Speaker],
    pub(crate) placeholder: Option<EntraId>,
    pub(crate) conversations: &'a [Conversation],
    pub(crate) decisions: &'a [Decision],
    pub(crate) channels: &'a [Group],
    pub(crate) teams: &'a [TeamRow],
    pub(crate) directory: &'a Directory,
    pub(crate) authors_join: bool,
    pub(crate) limits: PlaceLimits,
}

/// The people without an account and what they wrote: what the placeholder is needed for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) people: u64,
    pub(crate) messages: u64,
}

impl Need {
    pub(crate) fn of(people: &[Person], speakers: &[Speaker]) -> Self {
        let mut need = Self::default();
        for (person, speaker) in people.iter().zip(speakers) {
            if speaker.says == Says::Placeholder && person.messages > 0 {
                need.people += 1;
                need.messages += person.messages;
            }
        }
        need
    }
}

/// The users that people of the source are mapped to.
pub(crate) fn users<'a>(people: &'a [Person], speakers: &[Speaker]) -> HashMap<&'a str, EntraId> {
    let mapped = people.iter().zip(speakers);
    mapped
        .filter_map(|(person, speaker)| speaker.user().map(|user| (person.id.as_str(), user)))
        .collect()
}

/// Makes the plan, and notes what an admin should know of it.
pub(crate) fn build(decided: &Decided<'_>, findings: &mut Findings) -> Plan {
    let builder = Builder {
        decided,
        users: users(decided.people, decided.speakers),
        by_id: decided
            .people
            .iter()
            .map(|person| (person.id.as_str(), person))
            .collect(),
        fallback: earliest(decided.conversations),
    };
    let mut plan = Plan {
        people: builder.people(),
        placeholder: decided.placeholder.map(|id| builder.user(id, "Imported")),
        ..Plan::default()
    };
    let mut chats = Chats::default();
    for (conversation, decision) in decided.conversations.iter().zip(decided.decisions) {
        let target = match decision.place.action {
            Action::Skip => Err(decision.skipped.as_str()),
            Action::Chat => builder.chat(conversation, decision, &mut plan.targets, &mut chats),
            Action::Channel => continue,
        };
        match target {
            Ok(target) => plan.targets.extend(target),
            Err(reason) => {
                note_skipped(conversation, reason, findings);
                plan.skipped
                    .insert(conversation.id.clone(), reason.to_owned());
            }
        }
    }
    builder.channels(&mut plan.targets, findings);
    plan.targets.sort_by(|a, b| a.key.cmp(&b.key));
    plan.teams = builder.teams(&plan.targets, findings);
    plan
}

struct Builder<'a> {
    decided: &'a Decided<'a>,
    users: HashMap<&'a str, EntraId>,
    by_id: HashMap<&'a str, &'a Person>,
    /// The creation time of a target whose source does not tell it.
    fallback: Millis,
}

impl Builder<'_> {
    fn people(&self) -> HashMap<PersonId<'static>, PersonPlan> {
        let each = self.decided.people.iter().zip(self.decided.speakers);
        each.map(|(person, speaker)| {
            let plan = PersonPlan {
                name: person.name.clone(),
                voice: match speaker.says {
                    Says::User(id) => Voice::User(self.user(id, &person.name)),
                    Says::Placeholder => Voice::Placeholder,
                    Says::Nobody => Voice::Nobody,
                },
            };
            (person.id.clone(), plan)
        })
        .collect()
    }

    fn user(&self, id: EntraId, otherwise: &str) -> User {
        let known = self.decided.directory.by_id(id);
        let name = known.map(|user| user.display_name.as_str());
        User {
            id,
            display_name: name
                .filter(|name| !name.is_empty())
                .unwrap_or(otherwise)
                .to_owned(),
        }
    }

    /// The users of those members who may become members of a team: there they read every standard
    /// channel, which guests of the source could not.
    fn admissible(&self, conversation: &Conversation) -> Vec<EntraId> {
        places::mapped(conversation, &|id| {
            let person = self.by_id.get(id.as_str())?;
            let admissible = is_human(person) && !is_guest(person);
            self.users.get(id.as_str()).copied().filter(|_| admissible)
        })
    }

    /// The conversation, called as `conversations.csv` calls it: direct messages have no names of
    /// their own but those of their people.
    fn source_of(&self, conversation: &Conversation) -> TargetSource {
        TargetSource {
            conversation: conversation.id.clone(),
            kind: conversation.kind,
            name: places::shown_name(conversation, &|id| self.by_id.get(id).copied()),
            messages: conversation.messages,
            range: None,
        }
    }

    /// Returns a target's creation time: its source's, but before every message in it (R28).
    fn created(&self, conversation: &Conversation) -> Millis {
        created(conversation).unwrap_or(self.fallback)
    }
}

fn created(conversation: &Conversation) -> Option<Millis> {
    let made = conversation.created.map(Micros::to_millis);
    let before_first = conversation.first.map(|time| time.to_millis().plus(-1));
    made.into_iter().chain(before_first).min()
}

/// The earliest time known of any conversation.
fn earliest(conversations: &[Conversation]) -> Millis {
    conversations
        .iter()
        .filter_map(created)
        .min()
        .unwrap_or(Millis::EPOCH)
}

fn note(findings: &mut Findings, code: &'static Code, conversation: &Conversation, message: &str) {
    let place = Place {
        conversation: Some(conversation.id.as_str().into()),
        ..Place::default()
    };
    findings.note(Stage::Map, code, place, message);
}

fn note_skipped(conversation: &Conversation, reason: &str, findings: &mut Findings) {
    let code = match reason {
        places::CHATS_SKIPPED => &codes::CHATS_SKIPPED,
        places::EMPTY_CHAT => &codes::CHAT_EMPTY,
        places::SELF_DM => &codes::SELF_DM_SKIPPED,
        places::WITHOUT_PEOPLE => &codes::CHAT_WITHOUT_PEOPLE,
        places::TOO_LARGE => &codes::CHAT_TOO_LARGE,
        _ => &codes::CONVERSATION_SKIPPED,
    };
    let message = format!("{reason}: {} messages", conversation.messages);
    note(findings, code, conversation, &message);
}
