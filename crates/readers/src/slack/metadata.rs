//! The files at the root of an export: who and what there is (crates/readers/src/slack/FORMAT.md
//! 2). Each may be missing.

use chatferry_model::conversation::{Conversation, ConversationKind};
use chatferry_model::manifest::Workspace;
use chatferry_model::message::EditInfo;
use chatferry_model::person::{Person, PersonKind, Role};
use chatferry_model::{ConversationId, Micros, PersonId, WorkspaceId};
use serde::Deserialize;

use super::lenient::{Flag, List, Num, Obj, Str};
use super::mrkdwn;
use super::name_table::NameTable;
use super::split::{self, Piece};
use super::time::{self, SlackTs};

/// The lists of conversations, and what a conversation in each of them is.
pub(super) const LISTS: &[(&str, ConversationKind)] = &[
    ("channels.json", ConversationKind::Public),
    ("groups.json", ConversationKind::Private),
    ("mpims.json", ConversationKind::GroupDm),
    ("dms.json", ConversationKind::Dm),
    // Who can see the comments on a canvas is not said.
    ("file_conversations.json", ConversationKind::Private),
];

/// The lists of people.
pub(super) const PEOPLE: &[&str] = &["org_users.json", "users.json"];

/// Earlier times are stand-ins: there was no Slack (crates/readers/src/slack/FORMAT.md 2).
const BEFORE_SLACK: i64 = 1_356_998_400;

/// An entry of `channels.json` and its like.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Channel<'a> {
    pub(super) id: Str<'a>,
    name: Str<'a>,
    created: Num,
    creator: Str<'a>,
    user: Str<'a>,
    is_archived: Flag,
    is_general: Flag,
    members: List<Str<'a>>,
    topic: Obj<Note<'a>>,
    purpose: Obj<Note<'a>>,
    pins: List<Obj<Pin<'a>>>,
    // Only in exports made through the API.
    is_private: Flag,
    is_im: Flag,
    is_mpim: Flag,
    is_ext_shared: Flag,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Note<'a> {
    value: Str<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Pin<'a> {
    id: SlackTs,
    created: Num,
    user: Str<'a>,
}

/// A conversation as listed, with the pins of its messages.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) conversation: Conversation,
    pub(super) pins: Vec<(Micros, EditInfo<'static>)>,
}

impl Channel<'_> {
    /// The conversation; `None` without an id.
    pub(super) fn convert(&self, listed_as: ConversationKind) -> Option<Listed> {
        let id = &*self.id.id()?;
        let kind = if self.is_im.is_set() {
            ConversationKind::Dm
        } else if self.is_mpim.is_set() {
            ConversationKind::GroupDm
        } else if self.is_ext_shared.is_set() {
            ConversationKind::Shared
        } else if self.is_private.is_set() && !listed_as.is_chat() {
            ConversationKind::Private
        } else {
            listed_as
        };
        let name = self.name.get().unwrap_or_default();
        // A file conversation is named `FC:<file>:<title>`.
        let name = name.strip_prefix("FC:").map_or(name, |rest| {
            rest.split_once(':').map_or(rest, |(_, title)| title)
        });
        // As written: the names in them are known only when all lists are read.
        let words = |note: &Obj<Note<'_>>| {
            let value = note.get().map(|note| note.value.or_empty().to_owned());
            value.unwrap_or_default()
        };
        let mut members: Vec<_> = self.members.iter().filter_map(person).collect();
        if kind == ConversationKind::Dm {
            if members.is_empty() {
                members.extend(person(&self.user));
            }
            // A DM with oneself lists the same person twice (trap 61).
            members.dedup();
        }
        let pins = self.pins.iter().filter_map(Obj::get).filter_map(|pin| {
            let stamp = EditInfo {
                time: pin.created.get().and_then(time::seconds),
                by: person(&pin.user),
            };
            pin.id.get().map(|ts| (ts, stamp))
        });
        let mut pins: Vec<_> = pins.collect();
        pins.sort_by_key(|(ts, _)| *ts);
        let created = self
            .created
            .get()
            .filter(|created| *created >= BEFORE_SLACK);
        Some(Listed {
            conversation: Conversation {
                id: ConversationId::from(id.to_owned()),
                kind,
                name: if kind == ConversationKind::Dm {
                    String::new()
                } else {
                    name.to_owned()
                },
                topic: words(&self.topic),
                purpose: words(&self.purpose),
                general: self.is_general.is_set(),
                archived: self.is_archived.is_set(),
                created: created.and_then(time::seconds),
                creator: person(&self.creator),
                members,
                workspace: None,
                messages: 0,
                replies: 0,
                first: None,
                last: None,
            },
            pins,
        })
    }

    /// The name as the folder of its day files may be called.
    pub(super) fn folder(&self) -> &str {
        self.name.or_empty()
    }
}

/// An entry of `users.json`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct User<'a> {
    id: Str<'a>,
    team_id: Str<'a>,
    name: Str<'a>,
    deleted: Flag,
    real_name: Str<'a>,
    is_admin: Flag,
    is_owner: Flag,
    is_primary_owner: Flag,
    is_restricted: Flag,
    is_ultra_restricted: Flag,
    is_bot: Flag,
    is_stranger: Flag,
    profile: Obj<Profile<'a>>,
    enterprise_user: Obj<EnterpriseUser<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Profile<'a> {
    title: Str<'a>,
    real_name: Str<'a>,
    display_name: Str<'a>,
    email: Str<'a>,
    bot_id: Str<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct EnterpriseUser<'a> {
    id: Str<'a>,
}

fn person(id: &Str<'_>) -> Option<PersonId<'static>> {
    id.id().map(|id| PersonId::from(id.to_string()))
}

/// A person as listed, with the bot that speaks through it.
#[derive(Clone, Debug)]
pub(super) struct ListedPerson {
    pub(super) person: Person,
    pub(super) bot: Option<String>,
}

/// The name or title of a person as people saw it, emoji and entities read.
fn shown(text: &str) -> String {
    mrkdwn::bare_name(text.into(), &NameTable::default())
        .into_cow()
        .into_owned()
}

impl User<'_> {
    /// The person; `None` without an id.
    pub(super) fn convert(&self) -> Option<ListedPerson> {
        let id = &*self.id.id()?;
        let profile = self.profile.get();
        let of_profile = |field: fn(&'_ Profile<'_>) -> Option<String>| profile.and_then(field);
        let handle = self.name.get().map(str::to_owned);
        let real_name = self
            .real_name
            .get()
            .map(shown)
            .or_else(|| of_profile(|p| p.real_name.get().map(shown)));
        let display_name = of_profile(|p| p.display_name.get().map(shown));
        let name = display_name
            .or_else(|| real_name.clone())
            .or_else(|| handle.clone())
            .unwrap_or_else(|| id.to_owned());
        let kind = if id == super::author::SLACKBOT {
            PersonKind::System
        } else if self.is_bot.is_set() {
            PersonKind::Bot
        } else if self.is_stranger.is_set() {
            PersonKind::External
        } else {
            PersonKind::User
        };
        let role = if self.is_owner.is_set() || self.is_primary_owner.is_set() {
            Role::Owner
        } else if self.is_admin.is_set() {
            Role::Admin
        } else if self.is_restricted.is_set() || self.is_ultra_restricted.is_set() {
            Role::Guest
        } else {
            Role::Member
        };
        Some(ListedPerson {
            person: Person {
                id: PersonId::from(id.to_owned()),
                kind,
                role,
                name,
                handle,
                real_name,
                email: of_profile(|p| p.email.get().map(str::to_owned)),
                external_id: self
                    .enterprise_user
                    .get()
                    .and_then(|user| user.id.get())
                    .map(str::to_owned),
                title: of_profile(|p| p.title.get().map(shown)),
                deactivated: self.deleted.is_set(),
                workspace: self
                    .team_id
                    .get()
                    .map(|id| WorkspaceId::from(id.to_owned())),
                messages: 0,
                last_active: None,
            },
            bot: of_profile(|p| p.bot_id.get().map(str::to_owned)),
        })
    }
}

/// A change in the log of integrations.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Integration<'a> {
    app_id: Str<'a>,
    app_type: Str<'a>,
    app_name: Str<'a>,
    service_id: Str<'a>,
    service_type: Str<'a>,
    bot_id: Str<'a>,
}

impl Integration<'_> {
    /// The ids that it names, each with the name.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        let name = [&self.app_name, &self.app_type, &self.service_type]
            .into_iter()
            .find_map(|name| name.get());
        let ids = [&self.app_id, &self.service_id, &self.bot_id];
        let ids = ids.into_iter().filter_map(|id| id.get());
        ids.filter_map(move |id| Some((id, name?)))
    }
}

/// A canvas or other file that is listed beside the messages.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Canvas<'a> {
    pub(super) id: Str<'a>,
    pub(super) title: Str<'a>,
    pub(super) name: Str<'a>,
}

/// The text of a list, repaired where `is_sound` does not hold of it, so that a broken name does
/// not cost the person or channel that has it.
pub(super) fn mend(text: String, is_sound: impl Fn(&str) -> bool) -> String {
    if is_sound(&text) {
        text
    } else {
        split::repair(&text)
    }
}

/// Reads a list of objects. What is no object is passed over (`[""]` is Slack's way to write an
/// empty list, trap 5); `bad` is told of elements that can't be read.
pub(super) fn read_list<'a, T: Deserialize<'a>>(
    text: &'a str,
    mut bad: impl FnMut(String),
) -> Vec<T> {
    match serde_json::from_str::<List<Obj<T>>>(text) {
        Ok(list) => list
            .into_inner()
            .into_iter()
            .filter_map(Obj::into_inner)
            .collect(),
        Err(error) => {
            let Some(elements) = split::elements(text) else {
                bad(error.to_string());
                return Vec::new();
            };
            let mut list = Vec::new();
            for piece in elements {
                match piece {
                    Piece::Element(element) => match serde_json::from_str::<Obj<T>>(element) {
                        Ok(object) => list.extend(object.into_inner()),
                        Err(error) => bad(error.to_string()),
                    },
                    Piece::Cut(_) => bad("the file ends in the middle".to_owned()),
                }
            }
            list
        }
    }
}

/// The workspace that most people of a list belong to: not bots, not guests, not those who left.
pub(super) fn workspace_of(people: &[ListedPerson]) -> Option<Workspace> {
    let mut counts: std::collections::BTreeMap<&str, (usize, usize)> =
        std::collections::BTreeMap::new();
    for listed in people {
        if let Some(workspace) = &listed.person.workspace {
            let ordinary = listed.person.kind == PersonKind::User
                && !listed.person.deactivated
                && listed.person.role != Role::Guest;
            let count = counts.entry(workspace.as_str()).or_default();
            count.0 += usize::from(ordinary);
            count.1 += 1;
        }
    }
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count)?;
    Some(Workspace {
        id: most.0.to_owned(),
        name: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_in_every_way() {
        for text in ["[]", "[\n\"\"\n]", "[\n\n]", "{}", "null", "[null]", "\"\""] {
            let list: Vec<Channel<'_>> = read_list(text, |error| panic!("{text}: {error}"));
            assert!(list.is_empty());
        }
    }

    #[test]
    fn one_bad_entry_costs_one() {
        let text =
            r#"[{"id":"C1","name":"a"},{"id":"C2","name":"\ud83d"},{"id":"C3","created":"1"}]"#;
        let mut bad = 0;
        let list: Vec<Channel<'_>> = read_list(text, |_| bad += 1);
        assert_eq!((list.len(), bad), (2, 1));
        let created = list[1]
            .convert(ConversationKind::Public)
            .unwrap()
            .conversation
            .created;
        assert_eq!(created, None, "a time before Slack is a stand-in");
    }

    #[test]
    fn people_of_every_shape() {
        let text = r#"[
            {"id":"U1","team_id":"T1","name":"ann","deleted":false,"is_admin":true,
             "profile":{"real_name":"Ann &amp; Co","display_name":"","email":"a@b.example","fields":[]}},
            {"id":"U2","name":"left","deleted":true,"profile":{"real_name":"Left","fields":null}},
            {"id":"U3","name":"bot","is_bot":true,"profile":{"bot_id":"B3","real_name":"Bot"}},
            {"name":"no id"}
        ]"#;
        let list: Vec<User<'_>> = read_list(text, |_| {});
        let people: Vec<_> = list.iter().filter_map(User::convert).collect();
        assert_eq!(people.len(), 3);
        assert_eq!(people[0].person.name, "Ann & Co");
        assert_eq!(people[0].person.role, Role::Admin);
        assert!(people[1].person.deactivated);
        assert_eq!(people[2].bot.as_deref(), Some("B3"));
        assert_eq!(workspace_of(&people).unwrap().id, "T1");
    }
}
