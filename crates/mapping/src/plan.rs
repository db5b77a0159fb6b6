//! Decisions to the plan that rendering follows.

mod load;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chatferry_model::conversation::{Conversation, ConversationKind};
use chatferry_model::finding::{Code, Findings, Place, Stage};
use chatferry_model::person::{Person, PersonKind};
use chatferry_model::plan::{
    Channel, Chat, ChatKind, Membership, PersonPlan, Plan, Target, TargetPlace, TargetSource, Team,
    User, Voice,
};
use chatferry_model::{EntraId, Micros, Millis, PersonId, TargetKey, TeamKey};

pub use self::load::load_plan;
use crate::codes;
use crate::directory::Directory;
use crate::names::{self, Taken, fold, one_line};
use crate::people::{Speaker, is_guest, is_human};
use crate::places::{self, Action, Decision};
use crate::teams::TeamRow;

/// Everything that was decided.
pub(crate) struct Decided<'a> {
    pub(crate) people: &'a [Person],
    pub(crate) speakers: &'a [Speaker],
    pub(crate) placeholder: Option<EntraId>,
    pub(crate) conversations: &'a [Conversation],
    pub(crate) decisions: &'a [Decision],
    pub(crate) teams: &'a [TeamRow],
    pub(crate) directory: &'a Directory,
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
            if speaker.user.is_none() && person.messages > 0 {
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
        .filter_map(|(person, speaker)| speaker.user.map(|user| (person.id.as_str(), user)))
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
            Action::Chat => builder.chat(conversation, &mut plan.targets, &mut chats),
            Action::Channel => Ok(Some(builder.channel(conversation, decision, findings))),
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
    plan.targets.sort_by(|a, b| a.key.cmp(&b.key));
    plan.teams = builder.teams(&plan.targets, findings);
    plan
}

/// The chats there are already.
#[derive(Default)]
struct Chats {
    topics: Taken,
    /// The target of two people.
    of_pair: HashMap<BTreeSet<EntraId>, usize>,
}

struct Builder<'a> {
    decided: &'a Decided<'a>,
    users: HashMap<&'a str, EntraId>,
    by_id: HashMap<&'a str, &'a Person>,
    /// When something was made of which nothing is known.
    fallback: Millis,
}

impl Builder<'_> {
    fn people(&self) -> HashMap<PersonId<'static>, PersonPlan> {
        let each = self.decided.people.iter().zip(self.decided.speakers);
        each.map(|(person, speaker)| {
            let plan = PersonPlan {
                name: person.name.clone(),
                voice: speaker.user.map_or(Voice::Placeholder, |id| {
                    Voice::User(self.user(id, &person.name))
                }),
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

    /// The users of a conversation's members, each once, in its order.
    fn mapped(&self, conversation: &Conversation) -> Vec<EntraId> {
        places::mapped(conversation, &|person| {
            self.users.get(person.as_str()).copied()
        })
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

    fn channel(
        &self,
        conversation: &Conversation,
        decision: &Decision,
        findings: &mut Findings,
    ) -> Target {
        let place = &decision.place;
        // The last gate: whatever came here, only an explicit word opens what is private.
        let opens = conversation.kind.is_private() && !decision.allowed_in_standard;
        let membership = if opens {
            Membership::Private
        } else {
            place.membership
        };
        let mut members = Vec::new();
        if membership == Membership::Private {
            members = self.admissible(conversation);
            let team = self
                .decided
                .teams
                .iter()
                .find(|team| team.key == place.team);
            if members.is_empty() {
                let owner = team.and_then(|team| team.owners.first());
                members.extend(owner);
                let code = match owner {
                    Some(_) => codes::PRIVATE_OWNER_ADDED,
                    None => codes::PRIVATE_WITHOUT_OWNER,
                };
                note(findings, code, conversation, &place.channel);
            }
        } else if conversation.kind.is_private() {
            note(
                findings,
                codes::PRIVATE_IN_STANDARD,
                conversation,
                &place.channel,
            );
        }
        let renamed = fold(&place.channel) != fold(&conversation.name);
        if renamed && !conversation.name.is_empty() {
            let message = format!("{} becomes {}", conversation.name, place.channel);
            note(findings, codes::CHANNEL_RENAMED, conversation, &message);
        }
        Target {
            key: key_of(conversation),
            place: TargetPlace::Channel(Channel {
                team: TeamKey::new(place.team.clone()),
                existing: None,
                name: place.channel.clone(),
                description: describe(conversation, renamed),
                membership,
                general: fold(&place.channel) == fold(names::GENERAL),
                archive: place.archived,
                members,
            }),
            created: self.created(conversation),
            sources: vec![source_of(conversation)],
        }
    }

    /// A chat for a conversation; nothing where it went into the one that its people have already.
    fn chat(
        &self,
        conversation: &Conversation,
        targets: &mut [Target],
        chats: &mut Chats,
    ) -> Result<Option<Target>, &'static str> {
        let members = self.mapped(conversation);
        if !places::makes_chat(conversation.kind, &members) {
            return Err(places::WITHOUT_PEOPLE);
        }
        let created = self.created(conversation);
        if conversation.kind == ConversationKind::Dm {
            // Two people have one chat, however many accounts they had (graph.md R54).
            let pair: BTreeSet<EntraId> = members.iter().copied().collect();
            let theirs = *chats.of_pair.entry(pair).or_insert(targets.len());
            if let Some(theirs) = targets.get_mut(theirs) {
                theirs.created = theirs.created.min(created);
                theirs.sources.push(source_of(conversation));
                return Ok(None);
            }
        }
        let topic = (conversation.kind != ConversationKind::Dm).then(|| {
            let topic = self.topic(conversation);
            chats
                .topics
                .take_like(names::cut(&topic, names::TOPIC_UNITS), names::TOPIC_UNITS)
        });
        Ok(Some(Target {
            key: key_of(conversation),
            place: TargetPlace::Chat(Chat {
                kind: match conversation.kind {
                    ConversationKind::Dm => ChatKind::OneOnOne,
                    _ => ChatKind::Group,
                },
                existing: None,
                topic,
                members,
            }),
            created,
            sources: vec![source_of(conversation)],
        }))
    }

    /// What a group chat is called: the channel's name, or the names of its people.
    fn topic(&self, conversation: &Conversation) -> String {
        let name = match conversation.kind {
            ConversationKind::GroupDm => {
                places::members_by_name(conversation, &|id| self.by_id.get(id).copied())
            }
            _ => conversation.name.clone(),
        };
        // Teams takes no colon in a topic.
        one_line(&name.replace(':', " "))
    }

    /// When a target was made: as early as its source, and before everything said in it (R28).
    fn created(&self, conversation: &Conversation) -> Millis {
        created(conversation).unwrap_or(self.fallback)
    }

    /// The teams that something goes into, each made before all its channels (R11).
    fn teams(
        &self,
        targets: &[Target],
        findings: &mut Findings,
    ) -> BTreeMap<TeamKey<'static>, Team> {
        let conversations: HashMap<&str, &Conversation> = self
            .decided
            .conversations
            .iter()
            .map(|c| (c.id.as_str(), c))
            .collect();
        let mut teams = BTreeMap::new();
        for row in self.decided.teams {
            let mut created: Option<Millis> = None;
            let mut members = BTreeSet::new();
            let mut guests = BTreeSet::new();
            let mut workspaces = BTreeSet::new();
            let mut standard = false;
            for target in targets {
                let TargetPlace::Channel(channel) = &target.place else {
                    continue;
                };
                if channel.team.as_str() != row.key {
                    continue;
                }
                created = Some(created.map_or(target.created, |c| c.min(target.created)));
                standard |= channel.membership == Membership::Standard;
                members.extend(&channel.members);
                for conversation in target
                    .sources
                    .iter()
                    .filter_map(|s| conversations.get(s.conversation.as_str()))
                {
                    workspaces.insert(conversation.workspace.as_ref());
                    if channel.membership == Membership::Standard {
                        members.extend(self.admissible(conversation));
                    }
                    guests.extend(conversation.members.iter().filter(|id| {
                        let person = self.by_id.get(id.as_str());
                        self.users.contains_key(id.as_str())
                            && person.is_some_and(|person| is_guest(person))
                    }));
                }
            }
            let Some(created) = created else { continue };
            if row.proposed && standard {
                members.extend(self.authors(&workspaces));
            }
            members.retain(|user| !row.owners.contains(user));
            for guest in guests {
                let name = self
                    .by_id
                    .get(guest.as_str())
                    .map_or(guest.as_str(), |p| p.name.as_str());
                let message = format!("{name} ({guest}) is not made a member of {}", row.name);
                findings.note(Stage::Map, codes::GUEST_LEFT_OUT, Place::default(), message);
            }
            if row.owners.is_empty() {
                findings.note(
                    Stage::Map,
                    codes::TEAM_WITHOUT_OWNER,
                    Place::default(),
                    row.name.clone(),
                );
            }
            let key = TeamKey::new(row.key.clone());
            let team = Team {
                key: key.clone(),
                existing: None,
                name: row.name.clone(),
                description: names::cut(&row.description, names::DESCRIPTION_UNITS).to_owned(),
                visibility: row.visibility,
                created,
                owners: row.owners.clone(),
                members: members.into_iter().collect(),
            };
            teams.insert(key, team);
        }
        teams
    }

    /// Those who wrote something and could read every public channel of these workspaces, so that
    /// whoever left a channel, or wrote in one whose members are not listed any more, still finds it.
    fn authors(
        &self,
        workspaces: &BTreeSet<Option<&chatferry_model::WorkspaceId<'static>>>,
    ) -> Vec<EntraId> {
        let of_workspace = |person: &Person| {
            person.workspace.is_none()
                || workspaces.contains(&None)
                || workspaces.contains(&person.workspace.as_ref())
        };
        let authors = self
            .decided
            .people
            .iter()
            .zip(self.decided.speakers)
            .filter(|(person, _)| {
                person.kind == PersonKind::User
                    && !is_guest(person)
                    && !person.deactivated
                    && person.messages > 0
                    && of_workspace(person)
            });
        authors.filter_map(|(_, speaker)| speaker.user).collect()
    }
}

fn key_of(conversation: &Conversation) -> TargetKey<'static> {
    TargetKey::new(conversation.id.as_str().to_owned())
}

fn source_of(conversation: &Conversation) -> TargetSource {
    TargetSource {
        conversation: conversation.id.clone(),
        kind: conversation.kind,
        name: conversation.name.clone(),
        messages: conversation.messages,
        range: None,
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

/// What a channel is for, and what it was called before.
fn describe(conversation: &Conversation, renamed: bool) -> String {
    let formerly = match conversation.name.as_str() {
        name if renamed && !name.is_empty() => format!("Formerly {}", one_line(name)),
        _ => String::new(),
    };
    let mut about = one_line(&conversation.purpose);
    let topic = one_line(&conversation.topic);
    if !topic.is_empty() && topic != about {
        if !about.is_empty() {
            about.push_str(" · ");
        }
        about.push_str(&topic);
    }
    let formerly = names::cut(&formerly, names::DESCRIPTION_UNITS);
    if about.is_empty() || formerly.is_empty() {
        return names::cut(&(about + formerly), names::DESCRIPTION_UNITS).to_owned();
    }
    let room = names::DESCRIPTION_UNITS.saturating_sub(names::units(formerly) + 3);
    match names::cut(&about, room) {
        "" => formerly.to_owned(),
        about => format!("{about} · {formerly}"),
    }
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
        places::CHATS_SKIPPED => codes::CHATS_SKIPPED,
        places::SELF_DM => codes::SELF_DM_SKIPPED,
        places::WITHOUT_PEOPLE => codes::CHAT_WITHOUT_PEOPLE,
        _ => codes::CONVERSATION_SKIPPED,
    };
    let message = format!("{reason}: {} messages", conversation.messages);
    note(findings, code, conversation, &message);
}
