//! Handlers: one for each endpoint, one file for each resource.

pub(crate) mod batch;
mod channels;
mod chats;
pub(crate) mod control;
mod files;
mod groups;
mod import;
mod members;
mod messages;
mod migration;
mod teams;
pub(crate) mod token;
pub(crate) mod uploads;
mod users;

use crate::answer::Answer;
use crate::call::Call;
use crate::ids::UserId;
use crate::moment::Moment;
use crate::refusal::Refused;
use crate::route::Route;
use crate::rules::Rule;
use crate::settings::AddressStyle;
use crate::state::{Caller, OperationKind, State, User};
use crate::wire::Text;
use crate::wire::requests::MemberBody;

/// Carries out a call of Graph.
pub(crate) fn dispatch(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    route: &Route<'_>,
) -> Result<Answer, Refused> {
    match *route {
        // Answered before it comes to a resource.
        Route::Token { .. }
        | Route::Batch
        | Route::UploadChunk { .. }
        | Route::GetUploadSession { .. }
        | Route::CancelUploadSession { .. } => Err(Rule::G1.refuse("not Graph's")),
        Route::CreateTeam => teams::create(state, call, caller),
        Route::GetTeam { team } => teams::get(state, call, team),
        Route::GetOperation { team, operation } => teams::operation(state, call, team, operation),
        Route::CompleteTeam { team } => migration::complete_team(state, call, caller, team),
        Route::ArchiveTeam { team } => teams::archive(state, call, caller, team),
        Route::DeleteGroup { team } => teams::delete(state, caller, team),
        Route::ListChannels { team } => channels::list(state, call, team),
        Route::CreateChannel { team } => channels::create(state, call, caller, team),
        Route::GetChannel { team, channel } => channels::get(state, call, team, channel),
        Route::DeleteChannel { team, channel } => {
            channels::delete(state, call, caller, team, channel)
        }
        Route::ArchiveChannel { team, channel } => {
            let kind = OperationKind::ArchiveChannel;
            channels::archive(state, call, caller, team, channel, kind)
        }
        Route::UnarchiveChannel { team, channel } => {
            let kind = OperationKind::UnarchiveChannel;
            channels::archive(state, call, caller, team, channel, kind)
        }
        Route::CreateChat => chats::create(state, call, caller),
        Route::GetChat { chat } => chats::get(state, call, chat),
        Route::ListChats { user } => chats::list(state, call, caller, user),
        Route::StartMigration(at) => migration::start(state, call, caller, at),
        Route::CompleteMigration(at) => migration::complete(state, call, caller, at),
        Route::PostMessage(at) => messages::post(state, call, caller, at, None),
        Route::PostReply(at, root) => messages::post(state, call, caller, at, Some(root)),
        Route::ListMessages(at) => messages::list(state, call, caller, at, None),
        Route::ListReplies(at, root) => messages::list(state, call, caller, at, Some(root)),
        Route::GetMessage(at, id) => messages::get(state, call, caller, at, None, id),
        Route::GetReply(at, root, id) => messages::get(state, call, caller, at, Some(root), id),
        Route::GetHostedContent {
            thread,
            message,
            content,
        } => messages::hosted_content(state, call, caller, thread, message, content),
        Route::ChangeMessage { action } => Err(Rule::R59.refuse(action)),
        Route::ListMembers(roster) => members::list(state, call, roster),
        Route::AddMember(roster) => members::add(state, call, caller, roster),
        Route::AddMembers { team } => members::add_many(state, call, caller, team),
        Route::RemoveMember(roster, id) => members::remove(state, call, caller, roster, id),
        Route::ListUsers => users::list(state, call, caller),
        Route::GetUser { user } => users::get(state, call, caller, user),
        Route::GetFilesFolder { team, channel } => {
            files::folder(state, call, caller, team, channel)
        }
        Route::GetDrive(drive) => files::drive(state, call, caller, drive),
        Route::GetItem(item) => files::get(state, call, caller, &item),
        Route::PutContent(item) => files::put(state, call, caller, &item),
        Route::CreateUploadSession(item) => uploads::create(state, call, caller, &item),
        Route::CreateLink(item) => files::create_link(state, call, caller, &item),
        Route::ListGroups => groups::list(state, call, caller),
        Route::ListTeams => groups::list_teams(state, call, caller),
    }
}

/// Asks for one of a call's permissions (G7).
fn require(state: &State, caller: &Caller, permissions: &[&str]) -> Result<(), Refused> {
    if !state.settings.check_permissions || caller.has(permissions) {
        return Ok(());
    }
    Err(Rule::G7
        .refuse("no such permission in the token")
        .with(permissions.join(", "))
        .with(caller.roles.join(", ")))
}

/// Reads a date that may be missing; one that cannot be read is refused by G5.
fn date(text: Option<&Text<'_>>) -> Result<Option<Moment>, Refused> {
    let Some(text) = text else {
        return Ok(None);
    };
    let read = Moment::parse(text.as_str());
    read.map(Some)
        .ok_or_else(|| Rule::G5.refuse(format!("'{}' is no DateTimeOffset", text.as_str())))
}

/// The user that a member's body names.
fn bound_user(state: &State, member: &MemberBody<'_>) -> Result<UserId, Refused> {
    let odata_type = member.odata_type.as_ref().map_or("", Text::as_str);
    if odata_type.trim_start_matches('#') != "microsoft.graph.aadUserConversationMember" {
        return Err(Rule::G5.refuse("@odata.type is not aadUserConversationMember"));
    }
    let known = ["owner", "guest"];
    let mut roles = member.roles.iter().flatten();
    if let Some(role) = roles.find(|role| !known.contains(&role.as_str())) {
        return Err(Rule::G5.refuse(format!("no role '{}'", role.as_str())));
    }
    let name = member
        .user_name()
        .ok_or_else(|| Rule::G5.refuse("user@odata.bind names no user"))?;
    let user = state.directory.find(name);
    user.map(|user| user.id.clone())
        .ok_or_else(|| Rule::G6.refuse("unknown user").with("User").with(name))
}

/// G15
fn check_chat_role(state: &State, member: &MemberBody<'_>, user: &UserId) -> Result<(), Refused> {
    let guest = state
        .directory
        .by_id(user.as_str())
        .is_some_and(User::is_guest);
    let wanted = if guest { "guest" } else { "owner" };
    let mut roles = member.roles.iter().flatten();
    match (roles.next(), roles.next()) {
        (Some(role), None) if role.as_str() == wanted => Ok(()),
        _ => Err(Rule::G15.refuse(format!("{user} is {wanted} in a chat"))),
    }
}

/// The address of a thing within a thing, in the style that is set.
fn address(style: AddressStyle, path: &[(&str, &str)]) -> String {
    path.iter()
        .map(|(name, id)| match style {
            AddressStyle::Quoted => format!("/{name}('{id}')"),
            AddressStyle::Slashes => format!("/{name}/{id}"),
        })
        .collect()
}
