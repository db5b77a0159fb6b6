//! Channels (E4, E4b, E4c, E5, E24).

use http::header;

use super::teams::begin;
use super::{address, bound_user, date, require};
use crate::answer::Answer;
use crate::call::Call;
use crate::ids::{ChannelId, UserId};
use crate::moment::Moment;
use crate::names::fault_of_channel_name;
use crate::refusal::Refused;
use crate::route::ChannelRef;
use crate::rules::Rule;
use crate::state::{
    Caller, Channel, Membership, OperationKind, Roster, State, Team, TeamMigration, Thread,
};
use crate::wire::requests::{ArchiveBody, ChannelBody, MemberBody};
use crate::wire::resources::Page;
use crate::wire::{self, Text, resources};

/// The most members a private channel is created with (R14).
const PRIVATE_AT_CREATION: usize = 200;

/// `POST /teams/{id}/channels`
pub(crate) fn create(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    team: &str,
) -> Result<Answer, Refused> {
    let body: ChannelBody<'_> = wire::read(call, &state.settings)?;
    let created = date(body.created_date_time.as_ref())?;
    match body.creation_mode.as_ref().map(Text::as_str) {
        Some("migration") => {
            caller.may_migrate()?;
            create_migrating(state, call, caller, team, &body, created)
        }
        Some(mode) => Err(Rule::R4.refuse(format!("no creation mode '{mode}'"))),
        None if created.is_some() => {
            Err(Rule::R4.refuse("createdDateTime without a creation mode"))
        }
        None => {
            require(state, caller, &["Channel.Create", "Group.ReadWrite.All"])?;
            create_normal(state, call, team, &body)
        }
    }
}

fn create_migrating(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    team: &str,
    body: &ChannelBody<'_>,
    created: Option<Moment>,
) -> Result<Answer, Refused> {
    let home = state.team(team, call.now)?;
    if !matches!(home.migration, TeamMigration::Open { .. }) {
        return Err(Rule::R9.refuse("the team is not under migration (any more)"));
    }
    let created = created.unwrap_or(call.now);
    if created > call.now {
        return Err(Rule::R3.refuse("createdDateTime lies in the future"));
    }
    if created < home.created {
        return Err(Rule::R11.refuse(format!("{created} is before the team's {}", home.created)));
    }
    let name = legal_name(body)?;
    home.has_room_for(name, Membership::Standard, &state.settings, call.now)?;
    if membership(body)? != Membership::Standard {
        state.note(
            call,
            Rule::R10,
            format!("'{name}' is a standard channel now"),
        );
    }
    let mode_from = call.now.plus_millis(state.settings.troubles.mode_lag_ms);
    let thread = Thread::migrating(created, caller.app.clone(), mode_from);
    let channel = Channel {
        thread,
        ..new_channel(state, body, name, Membership::Standard, call.now)?
    };
    let answer = Answer::json(
        state.settings.migration_channel_status,
        &resources::created_channel(&channel),
    );
    let home = state.team_mut(team, call.now)?;
    home.channels.insert(channel.id.clone(), channel);
    Ok(answer)
}

fn create_normal(
    state: &mut State,
    call: &Call<'_>,
    team: &str,
    body: &ChannelBody<'_>,
) -> Result<Answer, Refused> {
    let home = state.team(team, call.now)?;
    let name = legal_name(body)?;
    let membership = membership(body)?;
    home.has_room_for(name, membership, &state.settings, call.now)?;
    let members = body.members.as_deref().unwrap_or_default();
    let owners = members.iter().filter(|member| member.is_owner()).count();
    match membership {
        Membership::Private if owners == 0 || members.len() > PRIVATE_AT_CREATION => {
            return Err(Rule::R14.refuse(format!("{owners} owners, {} members", members.len())));
        }
        Membership::Shared if owners != 1 => {
            return Err(Rule::R13.refuse(format!("{owners} owners")));
        }
        _ => {}
    }
    let members = roster(state, home, membership, members, call.now)?;
    let mut channel = new_channel(state, body, name, membership, call.now)?;
    for (user, owner) in members {
        channel
            .members
            .add(state.guids.hex(), &user, owner, call.now);
    }
    let home = state.team(team, call.now)?;
    let style = state.settings.address_style;
    let path = [
        ("teams", home.id.as_str()),
        ("channels", channel.id.as_str()),
    ];
    let target = address(style, &path);
    let id = channel.id.clone();
    let team = home.id.clone();
    if membership == Membership::Shared {
        let kind = OperationKind::CreateChannel;
        let location = begin(state, &team, kind, id.as_str(), &target, call.now);
        channel.ready_at = channel.ready_at.plus_millis(state.settings.operation_ms);
        if !state.fails(kind) {
            let home = state.team_mut(team.as_str(), call.now)?;
            home.channels.insert(id, channel);
        }
        return Ok(Answer::empty(202)
            .header(header::LOCATION, location)
            .header(header::CONTENT_LOCATION, target));
    }
    let resource = resources::channel(home, &channel, &state.settings, call);
    let home = state.team_mut(team.as_str(), call.now)?;
    home.channels.insert(id, channel);
    Ok(Answer::json(201, &resource).header(header::LOCATION, target))
}

fn legal_name<'b>(body: &'b ChannelBody<'_>) -> Result<&'b str, Refused> {
    let name = body.display_name.as_ref().map_or("", Text::as_str);
    match fault_of_channel_name(name) {
        Some(fault) => Err(Rule::R12.refuse(format!("'{name}': {fault}"))),
        None => Ok(name),
    }
}

fn membership(body: &ChannelBody<'_>) -> Result<Membership, Refused> {
    match body.membership_type.as_ref().map(Text::as_str) {
        None | Some("standard") => Ok(Membership::Standard),
        Some("private") => Ok(Membership::Private),
        Some("shared") => Ok(Membership::Shared),
        Some(other) => Err(Rule::G5.refuse(format!("no membershipType '{other}'"))),
    }
}

/// Returns true if a private channel of the team may not have that user (G12).
pub(super) fn is_stranger(state: &State, team: &Team, user: &UserId, now: Moment) -> bool {
    let settings = &state.settings;
    let known = team.members.of(user).is_some_and(|member| {
        // For a team, that is since when they are in it.
        let since = member.visible_from;
        since.plus_millis(settings.troubles.member_ms) <= now
    });
    settings.private_members_from_team && !known
}

/// The members of a private or shared channel, with whether each is an owner (G12).
fn roster(
    state: &State,
    team: &Team,
    membership: Membership,
    members: &[MemberBody<'_>],
    now: Moment,
) -> Result<Vec<(UserId, bool)>, Refused> {
    if membership == Membership::Standard {
        return Ok(Vec::new());
    }
    let mut roster = Vec::with_capacity(members.len());
    for member in members {
        let user = bound_user(state, member)?;
        if membership == Membership::Private && is_stranger(state, team, &user, now) {
            return Err(Rule::G12.refuse(format!("{user} is not in the team")));
        }
        roster.push((user, member.is_owner()));
    }
    Ok(roster)
}

fn new_channel(
    state: &mut State,
    body: &ChannelBody<'_>,
    name: &str,
    membership: Membership,
    now: Moment,
) -> Result<Channel, Refused> {
    let layout = body.layout_type.as_ref().map_or("post", Text::as_str);
    if !["post", "chat"].contains(&layout) {
        return Err(Rule::G5.refuse(format!("no layoutType '{layout}'")));
    }
    let description = body
        .description
        .as_ref()
        .map(|text| text.as_str().to_owned());
    if description
        .as_ref()
        .is_some_and(|text| text.encode_utf16().count() > 1_024)
    {
        return Err(Rule::G5.refuse("description is longer than 1,024 characters"));
    }
    Ok(Channel {
        id: ChannelId::from(format!("19:{}@thread.tacv2", state.guids.hex())),
        display_name: name.to_owned(),
        description,
        membership,
        layout: layout.to_owned(),
        thread: Thread::new(now),
        members: Roster::default(),
        ready_at: now.plus_millis(state.settings.troubles.channel_ms),
        archived_from: None,
        folder: None,
        folder_asked: 0,
    })
}

/// `GET /teams/{id}/channels`
pub(crate) fn list(state: &State, call: &Call<'_>, team: &str) -> Result<Answer, Refused> {
    call.query.only(&[])?;
    let team = state.team(team, call.now)?;
    let channels = team
        .channels
        .values()
        .filter(|channel| channel.ready_at <= call.now)
        .map(|channel| resources::channel(team, channel, &state.settings, call))
        .collect();
    let name = format!("teams('{}')/channels", team.id);
    let mut page = Page::of(call, &name, channels, None);
    page.count = Some(page.value.len());
    Ok(Answer::json(200, &page))
}

/// `GET /teams/{id}/channels/{id}` and `GET /teams/{id}/primaryChannel`
pub(crate) fn get(
    state: &State,
    call: &Call<'_>,
    team: &str,
    channel: ChannelRef<'_>,
) -> Result<Answer, Refused> {
    call.query.only(&[])?;
    let team = state.team(team, call.now)?;
    let channel = team.channel(channel, call.now)?;
    let resource = resources::channel(team, channel, &state.settings, call);
    Ok(Answer::json(200, &resource))
}

/// `DELETE /teams/{id}/channels/{id}`: the name stays taken for 30 days (R12).
pub(crate) fn delete(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    team: &str,
    channel: ChannelRef<'_>,
) -> Result<Answer, Refused> {
    require(
        state,
        caller,
        &["Channel.Delete.All", "Group.ReadWrite.All"],
    )?;
    let team = state.team_mut(team, call.now)?;
    let channel = team.channel(channel, call.now)?;
    let id = channel.id.clone();
    let name = channel.display_name.clone();
    if id == team.general {
        return Err(Rule::G13.refuse("General is deleted with its team"));
    }
    team.channels.remove(&id);
    team.deleted.push((name, call.now));
    Ok(Answer::empty(204))
}

/// `POST /teams/{id}/channels/{id}/archive`, and `/unarchive`.
pub(crate) fn archive(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    team: &str,
    channel: ChannelRef<'_>,
    kind: OperationKind,
) -> Result<Answer, Refused> {
    require(
        state,
        caller,
        &[
            "ChannelSettings.ReadWrite.All",
            "TeamSettings.ReadWrite.All",
        ],
    )?;
    if !call.body.is_empty() {
        let _: ArchiveBody<'_> = wire::read(call, &state.settings)?;
    }
    let from = call.now.plus_millis(state.settings.operation_ms);
    let fails = state.fails(kind);
    let team = state.team_mut(team, call.now)?;
    let team_id = team.id.clone();
    let channel = team.channel_mut(channel, call.now)?;
    if !fails {
        channel.archived_from = (kind == OperationKind::ArchiveChannel).then_some(from);
    }
    let id = channel.id.clone();
    let style = state.settings.address_style;
    let target = address(
        style,
        &[("teams", team_id.as_str()), ("channels", id.as_str())],
    );
    let location = begin(state, &team_id, kind, id.as_str(), &target, call.now);
    Ok(Answer::empty(202).header(header::LOCATION, location))
}
