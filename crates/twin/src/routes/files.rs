//! Files: folders of channels, items, small uploads, links (E18, E19, E21).

use super::require;
use crate::answer::Answer;
use crate::call::Call;
use crate::ids::DriveId;
use crate::quick_xor::QuickXor;
use crate::refusal::Refused;
use crate::route::{ChannelRef, DriveRef, ItemRef};
use crate::rules::Rule;
use crate::state::drive::{Conflict, Content, Link};
use crate::state::{Caller, Channel, Folder, Membership, State, Team};
use crate::wire::files::LinkBody;
use crate::wire::{self, Text, files};

const READ: [&str; 4] = [
    "Files.ReadWrite.All",
    "Files.Read.All",
    "Sites.ReadWrite.All",
    "Sites.Read.All",
];
pub(super) const WRITE: [&str; 2] = ["Files.ReadWrite.All", "Sites.ReadWrite.All"];

/// `GET /teams/{id}/channels/{id}/filesFolder`: asking for it is what gets it provisioned.
pub(crate) fn folder(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    team: &str,
    channel: ChannelRef<'_>,
) -> Result<Answer, Refused> {
    require(state, caller, &READ)?;
    call.query.none()?;
    let home = state.team(team, call.now)?;
    let asked = home.channel(channel, call.now)?;
    if caller.delegated && asked.thread.is_open() {
        return Err(Rule::R60Delegated.refuse("the channel is in migration mode"));
    }
    let folder = match &asked.folder {
        Some(folder) => folder.clone(),
        None => {
            let missing = missing(state, home, asked, call);
            let made = match missing {
                None => Ok(provision(state, call, team, channel)?),
                Some(missing) => Err(Rule::R60.refuse(missing).with(asked.id.as_str())),
            };
            let channel = state
                .team_mut(team, call.now)?
                .channel_mut(channel, call.now)?;
            channel.folder_asked += 1;
            channel.folder = made.as_ref().ok().cloned();
            made?
        }
    };
    let drive = state.library.drive(folder.drive.as_str())?;
    let item = drive.item(Some(folder.item.as_str()))?;
    Ok(Answer::json(
        200,
        &files::item(drive, item, state.settings.files.hashes),
    ))
}

/// Returns the reason why a folder cannot exist yet (R60).
fn missing(state: &State, team: &Team, channel: &Channel, call: &Call<'_>) -> Option<String> {
    let settings = &state.settings.files;
    if channel.folder_asked < settings.folder_calls {
        return Some(format!("asked for {} times before", channel.folder_asked));
    }
    if channel.ready_at.plus_millis(settings.folder_ms) > call.now {
        return Some(format!("less than {} ms old", settings.folder_ms));
    }
    let site_ms = state.settings.troubles.site_ms;
    let asks_for_site =
        channel.id == team.general && team.ready_at.plus_millis(site_ms) <= call.now;
    if site_ms > 0 && !asks_for_site && !state.library.has_site(team) {
        return Some("General's folder has to be asked for, later".to_owned());
    }
    if channel.membership != Membership::Standard && !state.library.has_site(team) {
        return Some("no standard channel of the team has its folder yet".to_owned());
    }
    None
}

fn provision(
    state: &mut State,
    call: &Call<'_>,
    team: &str,
    channel: ChannelRef<'_>,
) -> Result<Folder, Refused> {
    let State {
        library,
        guids,
        settings,
        teams,
        ..
    } = state;
    let team = teams.get(team.to_ascii_lowercase().as_str());
    let team = team.ok_or_else(|| Rule::R7.refuse("gone").with("team"))?;
    let channel = team.channel(channel, call.now)?;
    library.provision(team, channel, settings, guids, call.now)
}

/// The drive that an address names; a person's is made when it is first asked for.
pub(super) fn drive_of(
    state: &mut State,
    call: &Call<'_>,
    drive: DriveRef<'_>,
) -> Result<DriveId, Refused> {
    match drive {
        DriveRef::Id(id) => Ok(state.library.drive(id)?.id.clone()),
        DriveRef::User(name) => {
            let user = state.directory.find(name);
            let user =
                user.ok_or_else(|| Rule::G6.refuse("unknown user").with("User").with(name))?;
            let settings = &state.settings;
            if settings.files.no_drive.contains(user.id.as_str()) {
                return Err(Rule::G14.refuse("the user has no OneDrive"));
            }
            let guids = &mut state.guids;
            Ok(state.library.of_user(user, settings, guids, call.now))
        }
    }
}

/// `GET /drives/{id}` and `GET /users/{id}/drive`
pub(crate) fn drive(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    drive: DriveRef<'_>,
) -> Result<Answer, Refused> {
    require(state, caller, &READ)?;
    call.query.only(&[])?;
    let id = drive_of(state, call, drive)?;
    let drive = state.library.drive(id.as_str())?;
    Ok(Answer::json(200, &files::drive(drive, drive.item(None)?)))
}

/// `GET` of a file or folder
pub(crate) fn get(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    at: &ItemRef<'_>,
) -> Result<Answer, Refused> {
    require(state, caller, &READ)?;
    call.query.only(&[])?;
    let id = drive_of(state, call, at.drive)?;
    let drive = state.library.drive(id.as_str())?;
    let item = drive.at(at.id, at.names())?;
    Ok(Answer::json(
        200,
        &files::item(drive, item, state.settings.files.hashes),
    ))
}

/// `PUT .../content`: a whole file at once. What is there is replaced unless the query says
/// otherwise.
pub(crate) fn put(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    at: &ItemRef<'_>,
) -> Result<Answer, Refused> {
    require(state, caller, &WRITE)?;
    let conflict = call.query.get("@microsoft.graph.conflictBehavior");
    let conflict = Conflict::parse(conflict, Conflict::Replace)?;
    let id = drive_of(state, call, at.drive)?;
    let mut hash = QuickXor::default();
    hash.update(call.body);
    let media_type = call.content_type().unwrap_or("application/octet-stream");
    let kept = state.settings.files.keep_content.then_some(call.body);
    let content = Content::new(&hash, media_type, kept);
    let drive = state.library.drive_mut(id.as_str())?;
    let guids = &mut state.guids;
    let spot = drive.spot(at.id, at.names(), guids, call.now)?;
    let (item, is_new) = drive.put(&spot, content, conflict, guids, call.now)?;
    let resource = files::item(
        drive,
        drive.item(Some(item.as_str()))?,
        state.settings.files.hashes,
    );
    Ok(Answer::json(if is_new { 201 } else { 200 }, &resource))
}

/// `POST .../createLink`: the same link is answered again.
pub(crate) fn create_link(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    at: &ItemRef<'_>,
) -> Result<Answer, Refused> {
    require(state, caller, &WRITE)?;
    let body: LinkBody<'_> = wire::read(call, &state.settings)?;
    let kind = body.kind.as_str();
    let scope = body.scope.as_ref().map_or("organization", Text::as_str);
    if !["view", "edit"].contains(&kind) {
        return Err(Rule::G5.refuse(format!("no link of type '{kind}'")));
    }
    if !["organization", "anonymous", "users"].contains(&scope) {
        return Err(Rule::G5.refuse(format!("no link of scope '{scope}'")));
    }
    let id = drive_of(state, call, at.drive)?;
    let drive = state.library.drive_mut(id.as_str())?;
    let item = drive.at(at.id, at.names())?.id.clone();
    let links = &mut drive.item_mut(&item)?.links;
    let same = |link: &&Link| link.kind == kind && link.scope == scope;
    let (status, link) = match links.iter().find(same) {
        Some(link) => (200, link.clone()),
        None => {
            let link = Link {
                id: state.guids.hex(),
                kind: kind.to_owned(),
                scope: scope.to_owned(),
            };
            links.push(link.clone());
            (201, link)
        }
    };
    let item = drive.item(Some(item.as_str()))?;
    Ok(Answer::json(status, &files::link(&link, drive, item)))
}
