//! The directory (E22).

use super::require;
use crate::answer::Answer;
use crate::call::Call;
use crate::refusal::Refused;
use crate::rules::Rule;
use crate::state::{Caller, State, User};
use crate::wire::resources::{self, Page};

const MOST_ON_PAGE: usize = 999;
const ON_PAGE: usize = 100;

const PERMISSIONS: [&str; 4] = [
    "User.Read.All",
    "User.ReadBasic.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
];

/// `GET /users`
pub(crate) fn list(state: &State, call: &Call<'_>, caller: &Caller) -> Result<Answer, Refused> {
    require(state, caller, &PERMISSIONS)?;
    call.query
        .only(&["$top", "$skiptoken", "$count", "$filter"])?;
    let top = match call.query.get("$top") {
        None => ON_PAGE,
        Some(text) => text
            .parse()
            .ok()
            .filter(|top| (1..=MOST_ON_PAGE).contains(top))
            .ok_or_else(|| Rule::R65.refuse("$top is 1 to 999").with(text))?,
    };
    let filter = call.query.get("$filter").map(Filter::parse).transpose()?;
    let wanted = |user: &&User| filter.as_ref().is_none_or(|filter| filter.takes(user));
    let mut users = state
        .directory
        .after(call.query.get("$skiptoken"))
        .filter(wanted);
    let page: Vec<&User> = users.by_ref().take(top).collect();
    let next = match (users.next(), page.last()) {
        (Some(_), Some(last)) => Some(last.id.as_str()),
        _ => None,
    };
    let select = call.query.get("$select");
    let value = page
        .iter()
        .map(|user| resources::user(user, select))
        .collect();
    let mut page = Page::of(call, "users", value, next);
    if call.query.get("$count") == Some("true") && filter.is_none() {
        page.count = Some(state.directory.len());
    }
    Ok(Answer::json(200, &page))
}

/// `GET /users/{id or principal name}`
pub(crate) fn get(
    state: &State,
    call: &Call<'_>,
    caller: &Caller,
    name: &str,
) -> Result<Answer, Refused> {
    require(state, caller, &PERMISSIONS)?;
    call.query.only(&[])?;
    let user = state.directory.find(name);
    let user = user.ok_or_else(|| Rule::G6.refuse("unknown user").with("User").with(name))?;
    Ok(Answer::json(
        200,
        &resources::user(user, call.query.get("$select")),
    ))
}

/// `mail eq 'x' or userPrincipalName eq 'y'`: what works without advanced queries
/// (graph.md 1.13). Anything else is refused.
struct Filter(Vec<(Property, String)>);

#[derive(Clone, Copy)]
enum Property {
    Id,
    Mail,
    DisplayName,
    UserPrincipalName,
}

impl Filter {
    fn parse(text: &str) -> Result<Filter, Refused> {
        let refuse = || {
            Rule::G8
                .refuse(format!("cannot filter by {text}"))
                .with("$filter")
        };
        let mut terms = Vec::new();
        let mut rest = text.trim();
        loop {
            let (name, tail) = rest.split_once(" eq '").ok_or_else(refuse)?;
            let property = match name.trim() {
                "id" => Property::Id,
                "mail" => Property::Mail,
                "displayName" => Property::DisplayName,
                "userPrincipalName" => Property::UserPrincipalName,
                _ => return Err(refuse()),
            };
            let (value, tail) = quoted(tail).ok_or_else(refuse)?;
            terms.push((property, value));
            match tail.trim() {
                "" => return Ok(Filter(terms)),
                tail => rest = tail.strip_prefix("or ").ok_or_else(refuse)?,
            }
        }
    }

    fn takes(&self, user: &User) -> bool {
        self.0.iter().any(|(property, wanted)| {
            let value = match property {
                Property::Id => Some(user.id.as_str()),
                Property::Mail => user.mail.as_deref(),
                Property::DisplayName => user.display_name.as_deref(),
                Property::UserPrincipalName => user.user_principal_name.as_deref(),
            };
            value.is_some_and(|value| value.eq_ignore_ascii_case(wanted))
        })
    }
}

/// Reads up to the closing quote; two quotes stand for one.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let (head, tail) = rest.split_once('\'')?;
        value.push_str(head);
        match tail.strip_prefix('\'') {
            Some(tail) => {
                value.push('\'');
                rest = tail;
            }
            None => return Some((value, tail)),
        }
    }
}
