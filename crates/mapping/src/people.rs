//! People of the source to users of the tenant.
//!
//! Only exact rules map, each with a name that stands in `people.csv`; likeness of names only
//! suggests. Whoever is not mapped speaks through the placeholder (crates/DECISIONS.md rule 4.5).

mod decision;
mod suggest;

use std::collections::BTreeMap;

use chatferry_model::EntraId;
use chatferry_model::person::{Person, PersonKind, Role};

pub(crate) use self::decision::{
    MAP, PLACEHOLDER, PLACEHOLDER_SPEAKS, SCHEMA, SKIP, Says, Speaker, cells, decide,
    from_proposal, placeholder_cells, rename,
};
pub(crate) use self::suggest::Suggester;
use crate::directory::{Address, Claim, Directory, DirectoryUser, Field};
use crate::settings::{PeopleSettings, Policy};

/// The result of the matching rules for one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    /// The user that a rule found.
    pub(crate) user: Option<EntraId>,
    /// The treatment of people of this kind.
    pub(crate) policy: Policy,
    pub(crate) status: Status,
    /// The rule that hit, or why none did, in words.
    pub(crate) reason: String,
    /// The users that claim the address, where several do.
    pub(crate) claimants: String,
}

/// The status of a person: the word in the column `status`, in the order in which an admin wants to
/// see them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// Several users claim the address.
    Ambiguous,
    /// Nobody was found.
    Unmatched,
    /// Found, but the user can't sign in.
    Disabled,
    /// Found, but the user has no licence.
    Unlicensed,
    /// Decided by the admin.
    Edited,
    /// Found by a rule.
    Mapped,
    /// Posted by the placeholder, because the settings say so.
    Placeholder,
    /// Is left out, because the settings say so.
    Skipped,
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
            Self::Unlicensed => "unlicensed",
            Self::Edited => "edited",
            Self::Mapped => "mapped",
            Self::Placeholder => "placeholder",
            Self::Skipped => "skipped",
            Self::Bot => "bot",
            Self::Gone => "gone",
        }
    }
}

/// The match that a rule finds.
enum Answer<'a> {
    Nobody,
    User(&'a DirectoryUser),
    Several(Vec<&'a DirectoryUser>),
}

/// The inputs of the matching rules.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) settings: &'a PeopleSettings,
}

/// Looks for somebody in the directory in one exact way.
type Rule = for<'a> fn(&Person, Known<'a>) -> Answer<'a>;

/// The rules in order; the first that hits maps. A row edited by the admin comes before all of
/// them ([`decide`]).
const RULES: &[(&str, Rule)] = &[
    ("e-mail = mail", |person, known| {
        by_mail(person, known, Field::Mail)
    }),
    ("e-mail = proxy address", |person, known| {
        by_mail(person, known, Field::ProxyAddress)
    }),
    ("e-mail = UPN", |person, known| {
        by_mail(person, known, Field::UserPrincipalName)
    }),
    ("external id = object id", |person, known| {
        let id = person.external_id.as_deref();
        id.and_then(|id| id.trim().parse().ok())
            .and_then(|id| known.directory.by_id(id))
            .map_or(Answer::Nobody, Answer::User)
    }),
    ("external id = address", |person, known| {
        by_address(person.external_id.as_deref(), known, None)
    }),
    ("e-mail in its new domain", |person, known| {
        by_address(rewritten(person, known.settings).as_deref(), known, None)
    }),
];

fn by_mail<'a>(person: &Person, known: Known<'a>, by: Field) -> Answer<'a> {
    by_address(person.email.as_deref(), known, Some(by))
}

/// Returns the users that claim the address, in that field if one is named.
fn by_address<'a>(address: Option<&str>, known: Known<'a>, by: Option<Field>) -> Answer<'a> {
    let Some(address) = address.and_then(Address::new) else {
        return Answer::Nobody;
    };
    match known.directory.claim(&address) {
        Claim::One(user, field) if by.is_none_or(|by| by == field) => Answer::User(user),
        Claim::Several(users) => Answer::Several(users),
        _ => Answer::Nobody,
    }
}

/// Somebody's address in the domain that took the place of its own.
fn rewritten(person: &Person, settings: &PeopleSettings) -> Option<String> {
    let address = Address::new(person.email.as_deref()?)?;
    let (_, new) = settings
        .domains
        .iter()
        .find(|(old, _)| old.trim_start_matches('@').to_lowercase() == address.domain())?;
    let domain = new.trim_start_matches('@');
    Some(format!("{}@{domain}", address.local()))
}

/// Returns the treatment that the settings give a person; of several that fit, the strictest.
fn policy_of(person: &Person, settings: &PeopleSettings) -> (Policy, &'static str) {
    let kind = match (person.kind, person.role) {
        (PersonKind::Bot | PersonKind::System, _) => return (settings.bots, "bots"),
        (PersonKind::External, _) => (settings.external, "external"),
        (PersonKind::Unknown, _) => (settings.unknown, "unknown"),
        (PersonKind::User, Role::Guest) => (settings.guests, "guests"),
        (PersonKind::User, _) => (Policy::Map, ""),
    };
    let deactivated = (settings.deactivated, "deactivated");
    if person.deactivated && deactivated.0 > kind.0 {
        deactivated
    } else {
        kind
    }
}

/// Returns the result of the matching rules for `person`.
pub(crate) fn propose(person: &Person, known: Known<'_>) -> Match {
    let (policy, kind) = policy_of(person, known.settings);
    let mut found = if is_human(person) || policy == Policy::Map {
        by_rules(person, known)
    } else {
        let reason = match person.kind {
            PersonKind::System => "the source's own voice",
            _ => "bots have no account",
        };
        nobody(Status::Bot, reason)
    };
    let fate = match policy {
        Policy::Map => return found,
        Policy::Placeholder if found.status == Status::Bot => "",
        Policy::Placeholder => {
            found.status = Status::Placeholder;
            "placeholder"
        }
        Policy::Skip => {
            found.status = Status::Skipped;
            "skip"
        }
    };
    if !fate.is_empty() {
        found.reason = format!("people.{kind} = {fate}; {}", found.reason);
    }
    Match { policy, ..found }
}

fn nobody(status: Status, reason: &str) -> Match {
    Match {
        user: None,
        policy: Policy::Map,
        status,
        reason: reason.to_owned(),
        claimants: String::new(),
    }
}

fn by_rules(person: &Person, known: Known<'_>) -> Match {
    if known.directory.is_empty() {
        return nobody(Status::Unmatched, "no directory was given");
    }
    let mut claimants = None;
    for (rule, find) in RULES {
        match find(person, known) {
            Answer::User(user) => return found(user, rule),
            Answer::Several(users) => claimants = Some(users),
            Answer::Nobody => {}
        }
    }
    let email = person.email.as_deref().map_or("", str::trim);
    if let Some(users) = claimants {
        let labels: Vec<_> = users.iter().map(|user| user.label()).collect();
        let reason = format!("{} users claim {email}", users.len());
        return Match {
            claimants: labels.join("; "),
            ..nobody(Status::Ambiguous, &reason)
        };
    }
    if email.is_empty() {
        return nobody(Status::Unmatched, "the export holds no e-mail address");
    }
    let mut reason = format!("nobody in the directory has {email}");
    if let Some(rewritten) = rewritten(person, known.settings) {
        reason.push_str(&format!(" or {rewritten}"));
    }
    nobody(Status::Unmatched, &reason)
}

fn found(user: &DirectoryUser, rule: &str) -> Match {
    let mut reason = rule.to_owned();
    if user.guest {
        reason.push_str("; a guest of the tenant");
    }
    // Guests need no licence of their own.
    let unlicensed = user.licensed == Some(false) && !user.guest;
    let status = match (user.enabled, unlicensed) {
        (false, _) => Status::Disabled,
        (true, true) => Status::Unlicensed,
        (true, false) => Status::Mapped,
    };
    if !user.enabled {
        reason.push_str("; the account is disabled");
    }
    if unlicensed {
        reason.push_str("; without a licence");
    }
    Match {
        user: Some(user.id),
        ..nobody(status, &reason)
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

/// Returns true if the person was a guest in the source.
pub(crate) fn is_guest(person: &Person) -> bool {
    person.role == Role::Guest || person.kind == PersonKind::External
}

/// Returns true if the person is a human being, as far as is known.
pub(crate) fn is_human(person: &Person) -> bool {
    !matches!(person.kind, PersonKind::Bot | PersonKind::System)
}

/// The people who speak through each user, where there are several.
pub(crate) fn shared(people: &[Person], speakers: &[Speaker]) -> BTreeMap<EntraId, Vec<usize>> {
    let mut by_user = BTreeMap::<EntraId, Vec<usize>>::new();
    for (at, (_, speaker)) in people.iter().zip(speakers).enumerate() {
        if let Some(user) = speaker.user() {
            by_user.entry(user).or_default().push(at);
        }
    }
    by_user.retain(|_, people| people.len() > 1);
    by_user
}

#[cfg(test)]
mod tests;
