//! Users, guests and bots (crates/readers/src/mattermost/FORMAT.md 2.1), and those whom only posts
//! name.

use std::collections::{BTreeMap, HashMap};

use chatferry_model::person::{Person, PersonKind, Role};
use chatferry_model::{Micros, PersonId, WorkspaceId};

use super::line::{Bot, User};

/// The sightings of a person in posts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// The number of messages it wrote.
    pub(super) messages: u64,
    /// The time it wrote the last one.
    pub(super) last: Option<Micros>,
}

impl Seen {
    pub(super) fn append(&mut self, other: Self) {
        self.messages += other.messages;
        self.last = self.last.max(other.last);
    }
}

/// The person of a user's line; `spelled` is the username as the line has it.
pub(super) fn of_user(spelled: String, user: User) -> Person {
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let names = [filled(user.first_name), filled(user.last_name)];
    let real_name = names
        .iter()
        .flatten()
        .map(|name| name.trim())
        .collect::<Vec<_>>()
        .join(" ");
    let real_name = filled(Some(real_name));
    let has = |roles: &Option<String>, role: &str| {
        let mut roles = roles.as_deref().unwrap_or_default().split_whitespace();
        roles.any(|word| word == role)
    };
    let teams = user.teams.unwrap_or_default();
    // A person has one role; who administers the only team it is in administers that.
    let only_team = match teams.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    let role = if has(&user.roles, "system_guest") {
        Role::Guest
    } else if has(&user.roles, "system_admin") {
        Role::Owner
    } else if only_team.is_some_and(|team| has(&team.roles, "team_admin")) {
        Role::Admin
    } else {
        Role::Member
    };
    let single_sign_on = filled(user.auth_service).is_some();
    let shown = real_name.clone().or_else(|| filled(user.nickname));
    let username = spelled.to_lowercase();
    Person {
        kind: PersonKind::User,
        role,
        name: shown.unwrap_or(spelled),
        real_name,
        email: filled(user.email),
        external_id: filled(user.auth_data).filter(|_| single_sign_on),
        title: filled(user.position),
        deactivated: user.delete_at.is_some_and(|at| at > 0),
        workspace: only_team
            .and_then(|team| team.name.as_deref())
            .map(|team| WorkspaceId::from(team.to_lowercase())),
        ..stranger(PersonId::from(username))
    }
}

pub(super) fn of_bot(bot: Bot) -> Option<Person> {
    let spelled = bot.username.filter(|name| !name.is_empty())?;
    let username = spelled.to_lowercase();
    let shown = bot.display_name.filter(|name| !name.trim().is_empty());
    Some(Person {
        kind: PersonKind::Bot,
        name: shown.unwrap_or(spelled),
        deactivated: bot.delete_at.is_some_and(|at| at > 0),
        ..stranger(PersonId::from(username))
    })
}

/// Stands for people of whom the export says nothing at all.
pub(super) const UNKNOWN: &str = "unknown";

/// Somebody whom no line describes: of whom at least the username is known.
fn stranger(id: PersonId<'static>) -> Person {
    if id.as_str() == UNKNOWN {
        return Person::new(id, PersonKind::Unknown, "Unknown");
    }
    let username = id.as_str().to_owned();
    Person {
        handle: Some(username.clone()),
        ..Person::new(id, PersonKind::User, username)
    }
}

/// Everybody by id: those with a line, and those whom posts and lists of members name.
pub(super) fn everybody<'n>(
    mut listed: BTreeMap<String, Person>,
    seen: HashMap<String, Seen>,
    named: impl Iterator<Item = &'n PersonId<'static>>,
    single_team: bool,
) -> Vec<Person> {
    for id in named {
        if !listed.contains_key(id.as_str()) {
            listed.insert(id.as_str().to_owned(), stranger(id.clone()));
        }
    }
    for (id, seen) in seen {
        let person = listed
            .entry(id)
            .or_insert_with_key(|id| stranger(PersonId::from(id.clone())));
        person.messages = seen.messages;
        person.last_active = seen.last;
    }
    if single_team {
        for person in listed.values_mut() {
            person.workspace = None;
        }
    }
    listed.into_values().collect()
}
