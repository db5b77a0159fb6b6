//! Groups and teams as lists: how a team is found whose creation was not answered.
//!
//! A team is a group that has been given a team: the group is there before the team can be read
//! (crates/graph/RULES.md R7), and shows up in lists after [`crate::Settings::group_delay_ms`].

use serde_json::Value;

use super::require;
use crate::answer::Answer;
use crate::call::Call;
use crate::filter::Filter;
use crate::moment::Moment;
use crate::refusal::Refused;
use crate::rules::Rule;
use crate::state::{Caller, State, Team};
use crate::wire::resources::{self, Page};

const MOST_ON_PAGE: usize = 999;
const ON_PAGE: usize = 100;

/// `GET /groups`
pub(crate) fn list(state: &State, call: &Call<'_>, caller: &Caller) -> Result<Answer, Refused> {
    const PERMISSIONS: [&str; 4] = [
        "Group.Read.All",
        "Group.ReadWrite.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ];
    require(state, caller, &PERMISSIONS)?;
    let delay = state.settings.group_delay_ms;
    let listed = |team: &Team, now: Moment| team.begun.plus_millis(delay) <= now;
    page(state, call, "groups", listed, resources::group)
}

/// `GET /teams`: of a team that is still being provisioned there is only the group.
pub(crate) fn list_teams(
    state: &State,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Answer, Refused> {
    const PERMISSIONS: [&str; 3] = [
        "Team.ReadBasic.All",
        "TeamSettings.Read.All",
        "TeamSettings.ReadWrite.All",
    ];
    require(state, caller, &PERMISSIONS)?;
    let listed = |team: &Team, now: Moment| team.ready_at <= now;
    page(state, call, "teams", listed, resources::listed_team)
}

fn page(
    state: &State,
    call: &Call<'_>,
    name: &str,
    listed: impl Fn(&Team, Moment) -> bool,
    show: fn(&Team) -> Value,
) -> Result<Answer, Refused> {
    call.query.only(&["$top", "$skiptoken", "$filter"])?;
    let top = call.query.top(ON_PAGE, MOST_ON_PAGE, Rule::R65)?;
    let filter = call.query.get("$filter");
    let filter = filter
        .map(|text| Filter::parse(text, &["id", "displayName"]))
        .transpose()?;
    let wanted = |team: &&Team| {
        filter.as_ref().is_none_or(|filter| {
            filter.takes(|property| match property {
                "id" => Some(team.id.as_str()),
                _ => Some(&team.display_name),
            })
        })
    };
    let mut teams = state
        .teams_after(call.query.get("$skiptoken"))
        .filter(|team| listed(team, call.now))
        .filter(wanted);
    let page: Vec<&Team> = teams.by_ref().take(top).collect();
    let next = match (teams.next(), page.last()) {
        (Some(_), Some(last)) => Some(last.id.as_str()),
        _ => None,
    };
    let select = call.query.get("$select");
    let value = page
        .into_iter()
        .map(|team| resources::selected(show(team), select))
        .collect();
    Ok(Answer::json(200, &Page::of(call, name, value, next)))
}
