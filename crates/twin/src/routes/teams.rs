//! Teams and their operations (E2, E2b, E3, E24, E25).

use std::collections::BTreeMap;

use http::header;

use super::{address, bound_user, date, require};
use crate::answer::Answer;
use crate::call::Call;
use crate::ids::{ChannelId, OperationId, TeamId};
use crate::moment::Moment;
use crate::refusal::Refused;
use crate::rules::Rule;
use crate::state::{
    Caller, Channel, Membership, Operation, OperationKind, Roster, State, Team, TeamMigration,
    Thread,
};
use crate::wire::requests::{ArchiveBody, TeamBody};
use crate::wire::{self, Text, resources};

/// `POST /teams`
pub(crate) fn create(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Answer, Refused> {
    let body: TeamBody<'_> = wire::read(call, &state.settings)?;
    let created = date(body.created_date_time.as_ref())?;
    let template = body.template.as_ref().map_or("", Text::as_str);
    let migrating = match body.creation_mode.as_ref().map(Text::as_str) {
        Some("migration") => {
            caller.may_migrate()?;
            check_migrating(&body, template)?;
            true
        }
        Some(mode) => return Err(Rule::R4.refuse(format!("no creation mode '{mode}'"))),
        None if created.is_some() => {
            return Err(Rule::R4.refuse("createdDateTime without a creation mode"));
        }
        None => {
            require(state, caller, &["Team.Create"])?;
            if !template.contains("teamsTemplates") {
                return Err(Rule::G5.refuse("template@odata.bind names no template"));
            }
            false
        }
    };
    if created.is_some_and(|created| created > call.now) {
        return Err(Rule::R3.refuse("createdDateTime lies in the future"));
    }
    let name = body.display_name.as_ref().map_or("", Text::as_str);
    if name.trim().is_empty() || name.encode_utf16().count() > 256 {
        return Err(Rule::G5.refuse("displayName has 1 to 256 characters"));
    }
    let visibility = body.visibility.as_ref().map_or("public", Text::as_str);
    if !["private", "public", "hiddenMembership"].contains(&visibility) {
        return Err(Rule::G5.refuse(format!("no visibility '{visibility}'")));
    }
    let mut members = Roster::default();
    if !migrating {
        let [owner] = body.members.as_deref().unwrap_or_default() else {
            return Err(Rule::G5.refuse("an application names exactly one owner"));
        };
        if !owner.is_owner() {
            return Err(Rule::G5.refuse("the member is no owner"));
        }
        let user = bound_user(state, owner)?;
        members.add(state.guids.hex(), &user, true, call.now);
    }
    let id = TeamId::from(state.guids.guid());
    let created = created.unwrap_or(call.now);
    let by = &caller.app;
    let troubles = &state.settings.troubles;
    let ready_at = call.now.plus_millis(state.settings.operation_ms);
    let general_at = ready_at.plus_millis(troubles.channel_ms);
    let (thread, migration) = if migrating {
        let mode_from = general_at.plus_millis(troubles.mode_lag_ms);
        (
            Thread::migrating(created, by.clone(), mode_from),
            TeamMigration::Open { by: by.clone() },
        )
    } else {
        (Thread::new(created), TeamMigration::Never)
    };
    let general = general(state.guids.hex(), thread, general_at);
    let team = Team {
        id: id.clone(),
        display_name: name.to_owned(),
        description: body.description.map(|text| text.0.into_owned()),
        visibility: visibility.to_owned(),
        created,
        begun: call.now,
        ready_at,
        migration,
        general: general.id.clone(),
        channels: BTreeMap::from([(general.id.clone(), general)]),
        deleted: Vec::new(),
        members,
        archived_from: None,
        completion: None,
    };
    if !state.fails(OperationKind::CreateTeam) {
        state.teams.insert(id.clone(), team);
    }
    let style = state.settings.address_style;
    let target = address(style, &[("teams", id.as_str())]);
    let location = begin(
        state,
        &id,
        OperationKind::CreateTeam,
        id.as_str(),
        &target,
        call.now,
    );
    Ok(Answer::empty(202)
        .header(header::LOCATION, location)
        .header(header::CONTENT_LOCATION, target))
}

fn check_migrating(body: &TeamBody<'_>, template: &str) -> Result<(), Refused> {
    if !template.ends_with("teamsTemplates('standard')")
        && !template.ends_with("teamsTemplates/standard")
    {
        return Err(Rule::R5.refuse(format!("the template is '{template}'")));
    }
    if body
        .members
        .as_ref()
        .is_some_and(|members| !members.is_empty())
    {
        return Err(Rule::R52.refuse("the team is created with members"));
    }
    Ok(())
}

/// The channel that comes with a team.
fn general(id: String, thread: Thread, ready_at: Moment) -> Channel {
    Channel {
        id: ChannelId::from(format!("19:{id}@thread.tacv2")),
        display_name: "General".to_owned(),
        description: None,
        membership: Membership::Standard,
        layout: "post".to_owned(),
        thread,
        members: Roster::default(),
        ready_at,
        archived_from: None,
        folder: None,
        folder_asked: 0,
    }
}

/// Begins an operation and returns its address.
pub(super) fn begin(
    state: &mut State,
    team: &TeamId,
    kind: OperationKind,
    target_id: &str,
    target_location: &str,
    now: Moment,
) -> String {
    let id = OperationId::from(state.guids.guid());
    let operation = Operation {
        id: id.clone(),
        team: team.clone(),
        kind,
        created: now,
        target_location: target_location.to_owned(),
        target_id: target_id.to_owned(),
        fails: state.fails(kind),
        polls: 0,
        polled: None,
    };
    state.operations.insert(id.clone(), operation);
    address(
        state.settings.address_style,
        &[("teams", team.as_str()), ("operations", id.as_str())],
    )
}

/// `GET /teams/{id}`
pub(crate) fn get(state: &State, call: &Call<'_>, team: &str) -> Result<Answer, Refused> {
    call.query.only(&[])?;
    let team = state.team(team, call.now)?;
    Ok(Answer::json(
        200,
        &resources::team(team, &state.settings, call.now),
    ))
}

/// `GET /teams/{id}/operations/{id}`; polls in quick succession are noted (R8).
pub(crate) fn operation(
    state: &mut State,
    call: &Call<'_>,
    team: &str,
    id: &str,
) -> Result<Answer, Refused> {
    let interval = state.settings.poll_interval_ms;
    let operation = state
        .operations
        .get_mut(id.to_ascii_lowercase().as_str())
        .filter(|operation| operation.team.as_str().eq_ignore_ascii_case(team))
        .ok_or_else(|| Rule::G6.refuse("unknown").with("Operation").with(id))?;
    let hasty = operation
        .polled
        .filter(|at| at.plus_millis(interval) > call.now);
    operation.polled = Some(call.now);
    operation.polls += 1;
    let answer = Answer::json(200, &resources::operation(operation, &state.settings, call));
    if let Some(before) = hasty {
        let pause = call.now.since(before).as_millis();
        state.note(call, Rule::R8, format!("polled again after {pause} ms"));
    }
    Ok(answer)
}

/// `POST /teams/{id}/archive`
pub(crate) fn archive(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    team: &str,
) -> Result<Answer, Refused> {
    require(
        state,
        caller,
        &["TeamSettings.ReadWrite.All", "Group.ReadWrite.All"],
    )?;
    if !call.body.is_empty() {
        let _: ArchiveBody<'_> = wire::read(call, &state.settings)?;
    }
    let from = call.now.plus_millis(state.settings.operation_ms);
    let fails = state.fails(OperationKind::ArchiveTeam);
    let team = state.team_mut(team, call.now)?;
    if !fails {
        team.archived_from = Some(from);
    }
    let id = team.id.clone();
    let target = address(state.settings.address_style, &[("teams", id.as_str())]);
    let location = begin(
        state,
        &id,
        OperationKind::ArchiveTeam,
        id.as_str(),
        &target,
        call.now,
    );
    Ok(Answer::empty(202).header(header::LOCATION, location))
}

/// `DELETE /groups/{id}`: the team and all that is in it are gone.
pub(crate) fn delete(state: &mut State, caller: &Caller, team: &str) -> Result<Answer, Refused> {
    require(state, caller, &["Group.ReadWrite.All"])?;
    let id = team.to_ascii_lowercase();
    let team = state
        .teams
        .remove(id.as_str())
        .ok_or_else(|| Rule::G6.refuse("unknown").with("Group").with(team))?;
    state.library.remove(&id);
    for channel in team.channels.keys() {
        state.library.remove(channel.as_str());
    }
    state
        .operations
        .retain(|_, operation| operation.team.as_str() != id);
    Ok(Answer::empty(204))
}
