//! startMigration and completeMigration (E6–E10).

use super::date;
use crate::answer::Answer;
use crate::call::Call;
use crate::refusal::Refused;
use crate::route::ThreadRef;
use crate::rules::Rule;
use crate::state::{Caller, ChatKind, Started, State};
use crate::wire::requests::StartBody;
use crate::wire::{malformed, unknown_property};

/// `POST .../startMigration`
pub(crate) fn start(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    at: ThreadRef<'_>,
) -> Result<Answer, Refused> {
    if state.settings.national_cloud {
        return Err(Rule::R68.refuse("a national cloud"));
    }
    caller.may_migrate()?;
    let mut body = StartBody::default();
    if !call.body.is_empty() {
        if let Some(name) = unknown_property(call.body, StartBody::PARAMETERS)? {
            return Err(Rule::R21.refuse("an unknown parameter").with(name));
        }
        body = serde_json::from_slice(call.body).map_err(malformed)?;
    }
    let date = date(body.conversation_creation_date_time.as_ref())?;
    if let ThreadRef::Chat(chat) = at {
        may_start(state, chat)?;
    }
    let troubles = state.settings.troubles.clone();
    let thread = state.thread_mut(at, call.now)?;
    let started = thread.start(&caller.app, date, &troubles, call.now)?;
    if let Started::Stuck { after_ms } = started {
        let detail = format!("started {after_ms} ms after its completion");
        state.note(call, Rule::F2, detail);
    }
    Ok(Answer::empty(204))
}

/// R20 and F1
fn may_start(state: &State, chat: &str) -> Result<(), Refused> {
    match state.chat(chat)?.kind {
        ChatKind::Meeting => Err(Rule::R20.refuse("a meeting's chat")),
        ChatKind::OneOnOne if state.settings.troubles.one_on_one_start => {
            Err(Rule::F1.refuse("one-on-one chats are set to fail"))
        }
        ChatKind::OneOnOne | ChatKind::Group => Ok(()),
    }
}

/// `POST .../completeMigration` on a channel or chat
pub(crate) fn complete(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    at: ThreadRef<'_>,
) -> Result<Answer, Refused> {
    caller.may_migrate()?;
    match at {
        ThreadRef::Chat(chat) => state
            .chat_mut(chat)?
            .thread
            .complete(&caller.app, call.now)?,
        ThreadRef::Channel { team, channel } => {
            let team = state.team_mut(team, call.now)?;
            if let Some(spoilt) = team.complete_channel(channel, &caller.app, call.now)? {
                state.note(call, Rule::R51, spoilt);
            }
        }
    }
    Ok(Answer::empty(204))
}

/// `POST /teams/{id}/completeMigration`
pub(crate) fn complete_team(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    team: &str,
) -> Result<Answer, Refused> {
    caller.may_migrate()?;
    let lag = state.settings.completion_lag_ms;
    state
        .team_mut(team, call.now)?
        .complete(&caller.app, lag, call.now)?;
    Ok(Answer::empty(204))
}
