//! Resources other than messages, as answered.

use serde::Serialize;
use serde_json::{Value, json};

use crate::call::Call;
use crate::moment::Moment;
use crate::settings::Settings;
use crate::state::{Channel, Chat, Member, Membership, Operation, State, Team, Thread, User};

/// A page of a collection.
#[derive(Serialize)]
pub(crate) struct Page<T> {
    #[serde(rename = "@odata.context")]
    pub(crate) context: String,
    #[serde(rename = "@odata.count", skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<usize>,
    #[serde(rename = "@odata.nextLink", skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    pub(crate) value: Vec<T>,
}

impl<T> Page<T> {
    /// A page of what `call` asked for; `next` is the skip token of the following one.
    pub(crate) fn of(call: &Call<'_>, name: &str, value: Vec<T>, next: Option<&str>) -> Page<T> {
        Page {
            context: format!("{}/v1.0/$metadata#{name}", call.origin),
            count: None,
            next: next
                .map(|token| format!("{}{}?{}", call.origin, call.path, call.query.next(token))),
            value,
        }
    }
}

pub(crate) fn team(team: &Team, settings: &Settings, now: Moment) -> Value {
    json!({
        "id": team.id,
        "displayName": team.display_name,
        "description": team.description,
        "createdDateTime": team.created.to_string(),
        "visibility": team.visibility,
        "isArchived": is_past(team.archived_from, now),
        "tenantId": settings.tenant_id,
        "webUrl": format!(
            "https://teams.microsoft.com/l/team/{}/conversations?groupId={}&tenantId={}",
            team.general, team.id, settings.tenant_id
        ),
    })
}

/// A team in a list, where only these properties have a value.
pub(crate) fn listed_team(team: &Team) -> Value {
    json!({
        "id": team.id,
        "displayName": team.display_name,
        "description": team.description,
        "visibility": team.visibility,
    })
}

/// The group that a team is. It is as old as the call that created it, whatever age the team
/// was given.
pub(crate) fn group(team: &Team) -> Value {
    json!({
        "id": team.id,
        "displayName": team.display_name,
        "description": team.description,
        "createdDateTime": team.begun.to_string(),
        "visibility": team.visibility,
        "groupTypes": ["Unified"],
        "mailEnabled": true,
        "securityEnabled": false,
        "resourceProvisioningOptions": ["Team"],
    })
}

pub(crate) fn channel(
    team: &Team,
    channel: &Channel,
    settings: &Settings,
    call: &Call<'_>,
) -> Value {
    let membership = match channel.membership {
        Membership::Standard => "standard",
        Membership::Private => "private",
        // Newer than the sentinel (R67).
        Membership::Shared if !call.wants_unknown_enum_members() => "unknownFutureValue",
        Membership::Shared => "shared",
    };
    json!({
        "id": channel.id,
        "displayName": channel.display_name,
        "description": channel.description,
        "createdDateTime": channel.thread.known_created(call.now).to_string(),
        "originalCreatedDateTime": channel.thread.original_created().map(|at| at.to_string()),
        "migrationMode": mode(&channel.thread, settings, call.now),
        "membershipType": membership,
        "layoutType": channel.layout,
        "isFavoriteByDefault": null,
        "isArchived": is_past(channel.archived_from, call.now),
        "email": "",
        "tenantId": settings.tenant_id,
        "webUrl": format!(
            "https://teams.microsoft.com/l/channel/{}/x?groupId={}&tenantId={}",
            channel.id, team.id, settings.tenant_id
        ),
    })
}

fn is_past(from: Option<Moment>, now: Moment) -> bool {
    from.is_some_and(|from| from <= now)
}

/// The sparse answer to a creation in migration mode (crates/graph/RULES.md 1.4).
pub(crate) fn created_channel(channel: &Channel) -> Value {
    json!({
        "id": channel.id,
        "createdDateTime": null,
        "displayName": channel.display_name,
        "description": channel.description,
        "isFavoriteByDefault": null,
        "email": null,
        "webUrl": null,
        "membershipType": null,
    })
}

/// `migrationMode`, where it is told.
fn mode(thread: &Thread, settings: &Settings, now: Moment) -> Option<&'static str> {
    thread
        .known_mode(now)
        .filter(|_| !settings.troubles.silent_mode)
}

pub(crate) fn chat(chat: &Chat, settings: &Settings, now: Moment) -> Value {
    let created = chat.thread.known_created(now).to_string();
    json!({
        "id": chat.id,
        "topic": chat.topic,
        "createdDateTime": created,
        "lastUpdatedDateTime": created,
        "originalCreatedDateTime": chat.thread.original_created().map(|at| at.to_string()),
        "migrationMode": mode(&chat.thread, settings, now),
        "chatType": chat.kind,
        "tenantId": settings.tenant_id,
        "webUrl": format!(
            "https://teams.microsoft.com/l/chat/{}/0?tenantId={}",
            chat.id, settings.tenant_id
        ),
    })
}

pub(crate) fn operation(operation: &Operation, settings: &Settings, call: &Call<'_>) -> Value {
    let status = operation.status(settings, call.now);
    let error = (status == "failed")
        .then(|| json!({"code": "UnknownError", "message": "Failed to execute backend request."}));
    json!({
        "id": operation.id,
        "operationType": operation.kind.printed(call.wants_unknown_enum_members()),
        "createdDateTime": operation.created.to_string(),
        "status": status,
        "lastActionDateTime": call.now.to_string(),
        "attemptsCount": 1,
        "targetResourceId": operation.target_id,
        "targetResourceLocation": operation.target_location,
        "error": error,
    })
}

/// A membership. In a chat it says from when on messages are shown.
pub(crate) fn member(state: &State, member: &Member, in_chat: bool) -> Value {
    let user = state.directory.by_id(member.user.as_str());
    let mut value = json!({
        "@odata.type": "#microsoft.graph.aadUserConversationMember",
        "id": member.id,
        "roles": if member.owner { vec!["owner"] } else { Vec::new() },
        "displayName": user.map(User::name),
        "userId": member.user,
        "email": user.and_then(|user| user.mail.as_deref()),
        "tenantId": state.settings.tenant_id,
        "visibleHistoryStartDateTime": "0001-01-01T00:00:00Z",
    });
    if in_chat && let Some(value) = value.as_object_mut() {
        value.insert(
            "visibleHistoryStartDateTime".to_owned(),
            json!(member.visible_from.to_string()),
        );
    }
    value
}

/// The properties that a user resource shows by default.
const USER_DEFAULT: &str = "id,displayName,mail,userPrincipalName";

/// A user with the properties asked for by `$select`.
pub(crate) fn user(user: &User, select: Option<&str>) -> Value {
    let all = serde_json::to_value(user).unwrap_or_default();
    selected(all, Some(select.unwrap_or(USER_DEFAULT)))
}

/// Returns the properties of a resource that `$select` asks for; all, if none are named.
pub(crate) fn selected(resource: Value, select: Option<&str>) -> Value {
    match (resource, select) {
        (Value::Object(all), Some(select)) => {
            let wanted = |name: &str| select.split(',').any(|item| item.trim() == name);
            all.into_iter().filter(|(name, _)| wanted(name)).collect()
        }
        (all, _) => all,
    }
}
