//! Chats (E14), and their list, which is how a group is found whose creation was not answered.

use std::collections::BTreeSet;

use http::header;

use super::{address, bound_user, check_chat_role, require};
use crate::answer::Answer;
use crate::call::Call;
use crate::ids::{ChatId, UserId};
use crate::refusal::Refused;
use crate::rules::Rule;
use crate::state::{Caller, Chat, ChatKind, Roster, State, Thread};
use crate::wire::requests::ChatBody;
use crate::wire::resources::Page;
use crate::wire::{self, resources};

/// The most chats on a page, and how many there are unless asked for.
const MOST_ON_PAGE: usize = 50;
const ON_PAGE: usize = 20;

/// `POST /chats`
pub(crate) fn create(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<Answer, Refused> {
    require(state, caller, &["Chat.Create", "Chat.ReadWrite.All"])?;
    let body: ChatBody<'_> = wire::read(call, &state.settings)?;
    let kind = match body.chat_type.as_str() {
        "oneOnOne" => ChatKind::OneOnOne,
        "group" => ChatKind::Group,
        other => return Err(Rule::G5.refuse(format!("no chat of type '{other}' is created"))),
    };
    if kind == ChatKind::OneOnOne && body.topic.is_some() {
        return Err(Rule::G5.refuse("only groups have a topic"));
    }
    let mut users = Vec::with_capacity(body.members.len());
    for member in &body.members {
        if member.visible_history_start_date_time.is_some() {
            return Err(Rule::R56.refuse("set it when adding the member"));
        }
        let user = bound_user(state, member)?;
        check_chat_role(state, member, &user)?;
        users.push((user, member.is_owner()));
    }
    let distinct: BTreeSet<&UserId> = users.iter().map(|(user, _)| user).collect();
    match kind {
        ChatKind::OneOnOne if distinct.len() != 2 || users.len() != 2 => {
            return Err(Rule::R55.refuse(format!("{} members", users.len())));
        }
        _ if distinct.len() != users.len() => {
            return Err(Rule::R55Group.refuse("a member is named twice"));
        }
        _ if users.len() < 2 => return Err(Rule::G5.refuse("a chat has at least two members")),
        _ => {}
    }
    let id = match (kind, distinct.first(), distinct.last()) {
        (ChatKind::OneOnOne, Some(one), Some(other)) => {
            ChatId::from(format!("19:{one}_{other}@unq.gbl.spaces"))
        }
        _ => ChatId::from(format!("19:{}@thread.v2", state.guids.hex())),
    };
    if !state.chats.contains_key(&id) {
        let mut members = Roster::default();
        for (user, owner) in &users {
            members.add(state.guids.hex(), user, *owner, call.now);
        }
        let chat = Chat {
            id: id.clone(),
            kind,
            topic: body.topic.map(|text| text.0.into_owned()),
            thread: Thread::new(call.now),
            members,
        };
        state.chats.insert(id.clone(), chat);
    }
    let resource = resources::chat(state.chat(id.as_str())?, &state.settings, call.now);
    let location = address(state.settings.address_style, &[("chats", id.as_str())]);
    Ok(Answer::json(201, &resource).header(header::LOCATION, location))
}

/// `GET /chats/{id}`
pub(crate) fn get(state: &State, call: &Call<'_>, chat: &str) -> Result<Answer, Refused> {
    call.query.only(&[])?;
    let chat = state.chat(chat)?;
    Ok(Answer::json(
        200,
        &resources::chat(chat, &state.settings, call.now),
    ))
}

/// `GET /users/{id}/chats` and `GET /chats`
pub(crate) fn list(
    state: &State,
    call: &Call<'_>,
    caller: &Caller,
    user: Option<&str>,
) -> Result<Answer, Refused> {
    const PERMISSIONS: [&str; 3] = ["Chat.ReadBasic.All", "Chat.Read.All", "Chat.ReadWrite.All"];
    require(state, caller, &PERMISSIONS)?;
    call.query.only(&["$top", "$skiptoken"])?;
    let top = call.query.top(ON_PAGE, MOST_ON_PAGE, Rule::G9)?;
    let user = match user {
        None => None,
        Some(name) => {
            let user = state.directory.find(name);
            let user = user.ok_or_else(|| Rule::G6.refuse("unknown").with("User").with(name))?;
            Some(&user.id)
        }
    };
    let last = call.query.get("$skiptoken");
    let mut chats = state
        .chats
        .values()
        .filter(|chat| last.is_none_or(|last| chat.id.as_str() > last))
        .filter(|chat| user.is_none_or(|user| chat.members.of(user).is_some()));
    let page: Vec<&Chat> = chats.by_ref().take(top).collect();
    let next = match (chats.next(), page.last()) {
        (Some(_), Some(last)) => Some(last.id.as_str()),
        _ => None,
    };
    let value = page
        .iter()
        .map(|chat| resources::chat(chat, &state.settings, call.now))
        .collect();
    Ok(Answer::json(200, &Page::of(call, "chats", value, next)))
}
