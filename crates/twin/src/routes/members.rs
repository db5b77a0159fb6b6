//! Members of teams, channels and chats (E15–E17).

use http::header;
use serde_json::{Value, json};

use super::channels::is_stranger;
use super::{address, bound_user, check_chat_role, date, require};
use crate::answer::Answer;
use crate::call::Call;
use crate::ids::UserId;
use crate::moment::Moment;
use crate::refusal::Refused;
use crate::route::{RosterRef, ThreadRef};
use crate::rules::Rule;
use crate::state::{Caller, ChatKind, Member, Membership, Roster, State};
use crate::wire::requests::{MemberBody, MembersBody};
use crate::wire::resources::Page;
use crate::wire::{self, resources};

/// The most members in one bulk call (R53).
const MOST_AT_ONCE: usize = 200;
const MOST_ON_PAGE: usize = 999;
const ON_PAGE: usize = 100;

impl State {
    fn roster(&self, at: RosterRef<'_>, now: Moment) -> Result<&Roster, Refused> {
        match at {
            RosterRef::Team(team) => Ok(&self.team(team, now)?.members),
            RosterRef::Thread(ThreadRef::Chat(chat)) => Ok(&self.chat(chat)?.members),
            RosterRef::Thread(ThreadRef::Channel { team, channel }) => {
                let team = self.team(team, now)?;
                let channel = team.channel(channel, now)?;
                Ok(match channel.membership {
                    Membership::Standard => &team.members,
                    Membership::Private | Membership::Shared => &channel.members,
                })
            }
        }
    }

    fn roster_mut(&mut self, at: RosterRef<'_>, now: Moment) -> Result<&mut Roster, Refused> {
        match at {
            RosterRef::Team(team) => Ok(&mut self.team_mut(team, now)?.members),
            RosterRef::Thread(ThreadRef::Chat(chat)) => Ok(&mut self.chat_mut(chat)?.members),
            RosterRef::Thread(ThreadRef::Channel { team, channel }) => {
                let team = self.team_mut(team, now)?;
                Ok(&mut team.channel_mut(channel, now)?.members)
            }
        }
    }
}

fn is_chat(at: RosterRef<'_>) -> bool {
    matches!(at, RosterRef::Thread(ThreadRef::Chat(_)))
}

/// `GET .../members`
pub(crate) fn list(state: &State, call: &Call<'_>, at: RosterRef<'_>) -> Result<Answer, Refused> {
    call.query.only(&["$top", "$skiptoken"])?;
    let roster = state.roster(at, call.now)?;
    let top = call.query.top(ON_PAGE, MOST_ON_PAGE, Rule::G8)?;
    let last = call.query.get("$skiptoken");
    let from = last.map_or(0, |last| {
        roster.iter().take_while(|member| member.id != last).count() + 1
    });
    let page: Vec<&Member> = roster.iter().skip(from).take(top).collect();
    let next = page
        .last()
        .filter(|_| from + page.len() < roster.len())
        .map(|member| member.id.as_str());
    let value = page
        .iter()
        .map(|member| resources::member(state, member, is_chat(at)))
        .collect();
    let mut page = Page::of(call, "Collection(conversationMember)", value, next);
    page.count = Some(page.value.len());
    Ok(Answer::json(200, &page))
}

/// `POST .../members`
pub(crate) fn add(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    at: RosterRef<'_>,
) -> Result<Answer, Refused> {
    let body: MemberBody<'_> = wire::read(call, &state.settings)?;
    may_add(state, call, caller, at, body.is_owner())?;
    let user = bound_user(state, &body)?;
    check_fits(state, call, at, &user)?;
    if is_chat(at) {
        check_chat_role(state, &body, &user)?;
    }
    let visible_from = date(body.visible_history_start_date_time.as_ref())?;
    let member = put(
        state,
        call,
        at,
        &user,
        &body,
        visible_from.unwrap_or(call.now),
    )?;
    let style = state.settings.address_style;
    let location = match at {
        RosterRef::Team(team) => address(style, &[("teams", team), ("members", &member.id)]),
        RosterRef::Thread(_) => format!("{}/{}", call.path, member.id),
    };
    let resource = resources::member(state, &member, is_chat(at));
    Ok(Answer::json(201, &resource).header(header::LOCATION, location))
}

/// `POST /teams/{id}/members/add`
pub(crate) fn add_many(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    team: &str,
) -> Result<Answer, Refused> {
    let at = RosterRef::Team(team);
    let body: MembersBody<'_> = wire::read(call, &state.settings)?;
    let owners = body.values.iter().any(MemberBody::is_owner);
    may_add(state, call, caller, at, owners)?;
    if body.values.is_empty() || body.values.len() > MOST_AT_ONCE {
        return Err(Rule::R53.refuse(format!("{} members", body.values.len())));
    }
    let mut results = Vec::with_capacity(body.values.len());
    let mut failed = false;
    for member in &body.values {
        let added = bound_user(state, member)
            .and_then(|user| put(state, call, at, &user, member, call.now));
        let error = added.as_ref().err().map(|refused| {
            let (verdict, text) = refused.spoken();
            json!({
                "code": verdict.code,
                "message": text,
                "target": null,
                "details": null,
                "innerError": null,
            })
        });
        failed |= error.is_some();
        let user = match &added {
            Ok(member) => Some(member.user.as_str()),
            Err(_) => member.user_name(),
        };
        results.push(json!({
            "@odata.type": "#microsoft.graph.aadUserConversationMemberResult",
            "userId": user,
            "error": error,
        }));
    }
    let context = format!(
        "{}/v1.0/$metadata#Collection(microsoft.graph.aadUserConversationMemberResult)",
        call.origin
    );
    let answer: Value = json!({"@odata.context": context, "value": results});
    Ok(Answer::json(if failed { 207 } else { 200 }, &answer))
}

/// `DELETE .../members/{id}`
pub(crate) fn remove(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    at: RosterRef<'_>,
    id: &str,
) -> Result<Answer, Refused> {
    may_change(state, call, caller, at, true, "remove member")?;
    state
        .roster_mut(at, call.now)?
        .remove(id)
        .ok_or_else(|| Rule::G6.refuse("unknown").with("Member").with(id))?;
    Ok(Answer::empty(204))
}

fn may_add(
    state: &State,
    call: &Call<'_>,
    caller: &Caller,
    at: RosterRef<'_>,
    owner: bool,
) -> Result<(), Refused> {
    may_change(state, call, caller, at, owner, "add member")
}

/// Permissions, and the rules that close a roster (R52, R57, G11).
fn may_change(
    state: &State,
    call: &Call<'_>,
    caller: &Caller,
    at: RosterRef<'_>,
    owner: bool,
    action: &str,
) -> Result<(), Refused> {
    match at {
        RosterRef::Team(team) => {
            let permissions: &[&str] = if owner {
                &["TeamMember.ReadWrite.All"]
            } else {
                &[
                    "TeamMember.ReadWrite.All",
                    "TeamMember.ReadWriteNonOwnerRole.All",
                ]
            };
            require(state, caller, permissions)?;
            state.team(team, call.now)?.takes_members()
        }
        RosterRef::Thread(ThreadRef::Channel { team, channel }) => {
            require(state, caller, &["ChannelMember.ReadWrite.All"])?;
            let team = state.team(team, call.now)?;
            match team.channel(channel, call.now)?.membership {
                Membership::Standard => Err(Rule::G11.refuse("a standard channel")),
                Membership::Private | Membership::Shared => Ok(()),
            }
        }
        RosterRef::Thread(ThreadRef::Chat(chat)) => {
            require(
                state,
                caller,
                &["ChatMember.ReadWrite.All", "Chat.ReadWrite.All"],
            )?;
            match state.chat(chat)?.kind {
                ChatKind::OneOnOne => Err(Rule::R57.refuse("a one-on-one chat").with(action)),
                ChatKind::Group | ChatKind::Meeting => Ok(()),
            }
        }
    }
}

/// G12
fn check_fits(
    state: &State,
    call: &Call<'_>,
    at: RosterRef<'_>,
    user: &UserId,
) -> Result<(), Refused> {
    let RosterRef::Thread(ThreadRef::Channel { team, channel }) = at else {
        return Ok(());
    };
    let team = state.team(team, call.now)?;
    let private = team.channel(channel, call.now)?.membership == Membership::Private;
    if private && is_stranger(state, team, user, call.now) {
        return Err(Rule::G12.refuse(format!("{user} is not in the team")));
    }
    Ok(())
}

fn put(
    state: &mut State,
    call: &Call<'_>,
    at: RosterRef<'_>,
    user: &UserId,
    body: &MemberBody<'_>,
    visible_from: Moment,
) -> Result<Member, Refused> {
    let id = state.guids.hex();
    let roster = state.roster_mut(at, call.now)?;
    Ok(roster.add(id, user, body.is_owner(), visible_from))
}
