//! People of the source to users of the tenant.
//!
//! Only exact rules map, each with a name that stands in `people.csv`; likeness of names only
//! suggests. Whoever is not mapped speaks through the placeholder (design.md rule 4.5).

mod sheet;
mod suggest;

use std::collections::BTreeMap;

use chatferry_model::EntraId;
use chatferry_model::person::{Person, PersonKind, Role};

pub(crate) use self::sheet::{FORM, PLACEHOLDER, Speaker, cells, decide, placeholder_cells};
pub(crate) use self::suggest::Suggester;
use crate::directory::{Address, Claim, Directory, DirectoryUser, Field};

/// What the rules say about somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) user: Option<EntraId>,
    pub(crate) status: Status,
    /// The rule that hit, or why none did, in words.
    pub(crate) reason: String,
    /// Who claims the address, where several do.
    pub(crate) claimants: String,
}

/// How somebody stands; the word in the column `status`, in the order in which an admin wants to
/// see them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// Several users claim the address.
    Ambiguous,
    /// Nobody was found.
    Unmatched,
    /// Found, but the user can't sign in.
    Disabled,
    /// Decided by the admin.
    Edited,
    /// Found by a rule.
    Mapped,
    /// Never has an account.
    Bot,
    /// No longer in the export.
    Gone,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ambiguous => "ambiguous",
            Self::Unmatched => "unmatched",
            Self::Disabled => "disabled",
            Self::Edited => "edited",
            Self::Mapped => "mapped",
            Self::Bot => "bot",
            Self::Gone => "gone",
        }
    }
}

/// What a rule finds.
enum Answer<'a> {
    Nobody,
    User(&'a DirectoryUser),
    Several(Vec<&'a DirectoryUser>),
}

/// Looks for somebody in the directory in one exact way.
type Rule = for<'a> fn(&Person, &'a Directory) -> Answer<'a>;

/// The rules in order; the first that hits maps. A row edited by the admin comes before all of
/// them ([`decide`]).
const RULES: &[(&str, Rule)] = &[
    ("e-mail = mail", |person, directory| {
        by_address(person, directory, Field::Mail)
    }),
    ("e-mail = UPN", |person, directory| {
        by_address(person, directory, Field::UserPrincipalName)
    }),
    ("e-mail = proxy address", |person, directory| {
        by_address(person, directory, Field::ProxyAddress)
    }),
    ("external id = object id", by_external_id),
];

fn by_address<'a>(person: &Person, directory: &'a Directory, by: Field) -> Answer<'a> {
    let Some(address) = person.email.as_deref().and_then(Address::new) else {
        return Answer::Nobody;
    };
    match directory.claim(&address) {
        Claim::One(user, field) if field == by => Answer::User(user),
        Claim::Several(users) => Answer::Several(users),
        _ => Answer::Nobody,
    }
}

fn by_external_id<'a>(person: &Person, directory: &'a Directory) -> Answer<'a> {
    let id = person
        .external_id
        .as_deref()
        .and_then(|id| id.trim().parse().ok());
    id.and_then(|id| directory.by_id(id))
        .map_or(Answer::Nobody, Answer::User)
}

/// What the rules say about `person`.
pub(crate) fn propose(person: &Person, directory: &Directory) -> Match {
    let nobody = |status, reason: &str| Match {
        user: None,
        status,
        reason: reason.to_owned(),
        claimants: String::new(),
    };
    match person.kind {
        PersonKind::Bot => return nobody(Status::Bot, "bots have no account"),
        PersonKind::System => return nobody(Status::Bot, "the source's own voice"),
        PersonKind::User | PersonKind::External | PersonKind::Unknown => {}
    }
    if directory.is_empty() {
        return nobody(Status::Unmatched, "no directory was given");
    }
    let mut claimants = None;
    for (rule, find) in RULES {
        match find(person, directory) {
            Answer::User(user) => return found(user, rule),
            Answer::Several(users) => claimants = Some(users),
            Answer::Nobody => {}
        }
    }
    match (claimants, person.email.as_deref()) {
        (Some(users), Some(email)) => {
            let labels: Vec<_> = users.iter().map(|user| user.label()).collect();
            let reason = format!("{} users claim {email}", users.len());
            Match {
                claimants: labels.join("; "),
                ..nobody(Status::Ambiguous, &reason)
            }
        }
        (_, Some(email)) => nobody(
            Status::Unmatched,
            &format!("nobody in the directory has {email}"),
        ),
        (_, None) => nobody(Status::Unmatched, "the export holds no e-mail address"),
    }
}

fn found(user: &DirectoryUser, rule: &str) -> Match {
    let mut reason = rule.to_owned();
    if user.guest {
        reason.push_str("; a guest of the tenant");
    }
    let status = if user.enabled {
        Status::Mapped
    } else {
        Status::Disabled
    };
    if !user.enabled {
        reason.push_str("; the account is disabled");
    }
    Match {
        user: Some(user.id),
        status,
        reason,
        claimants: String::new(),
    }
}

/// The word for what somebody is.
pub(crate) fn kind_of(person: &Person) -> String {
    let kind = match (person.kind, person.role) {
        (PersonKind::User, Role::Guest) => "guest",
        (PersonKind::User, _) => "user",
        (PersonKind::External, _) => "external",
        (PersonKind::Bot, _) => "bot",
        (PersonKind::System, _) => "system",
        (PersonKind::Unknown, _) => "unknown",
    };
    if person.deactivated {
        format!("deactivated {kind}")
    } else {
        kind.to_owned()
    }
}

/// Whether somebody may see only what they were invited to, in the source.
pub(crate) fn is_guest(person: &Person) -> bool {
    person.role == Role::Guest || person.kind == PersonKind::External
}

/// Whether somebody is a human being, as far as is known.
pub(crate) fn is_human(person: &Person) -> bool {
    !matches!(person.kind, PersonKind::Bot | PersonKind::System)
}

/// The people who speak through each user, where there are several.
pub(crate) fn shared(people: &[Person], speakers: &[Speaker]) -> BTreeMap<EntraId, Vec<usize>> {
    let mut by_user = BTreeMap::<EntraId, Vec<usize>>::new();
    for (at, (_, speaker)) in people.iter().zip(speakers).enumerate() {
        if let Some(user) = speaker.user {
            by_user.entry(user).or_default().push(at);
        }
    }
    by_user.retain(|_, people| people.len() > 1);
    by_user
}

#[cfg(test)]
mod tests;
