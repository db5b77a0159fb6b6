//! The directory (E22).

use super::require;
use crate::answer::Answer;
use crate::call::Call;
use crate::filter::Filter;
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

/// The properties by which users are filtered.
const PROPERTIES: [&str; 4] = ["id", "mail", "displayName", "userPrincipalName"];

fn value_of<'u>(user: &'u User, property: &str) -> Option<&'u str> {
    match property {
        "id" => Some(user.id.as_str()),
        "mail" => user.mail.as_deref(),
        "displayName" => user.display_name.as_deref(),
        _ => user.user_principal_name.as_deref(),
    }
}

/// `GET /users`
pub(crate) fn list(state: &State, call: &Call<'_>, caller: &Caller) -> Result<Answer, Refused> {
    require(state, caller, &PERMISSIONS)?;
    call.query
        .only(&["$top", "$skiptoken", "$count", "$filter"])?;
    let top = call.query.top(ON_PAGE, MOST_ON_PAGE, Rule::R65)?;
    let filter = call.query.get("$filter");
    let filter = filter
        .map(|text| Filter::parse(text, &PROPERTIES))
        .transpose()?;
    let wanted = |user: &&User| {
        filter
            .as_ref()
            .is_none_or(|filter| filter.takes(|property| value_of(user, property)))
    };
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
