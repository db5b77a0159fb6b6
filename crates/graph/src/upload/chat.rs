//! A chat, until it is there.
//!
//! Two people have one chat, which Teams answers however often it is asked for
//! (crates/graph/RULES.md R54). A group has no key: Teams makes one more each time. So the moment
//! of the first try is in the journal before it, and after a lost answer the chats of its members
//! are looked through for one with the same topic and the same members that is no older than that
//! and belongs to no other target. Only where there is none is it asked for again.

use std::collections::BTreeSet;

use chatferry_model::plan::{Chat as Plan, ChatKind, Existing};
use chatferry_model::{EntraId, Millis};
use serde::Deserialize;
use tokio::time::{Duration, sleep};

use super::Run;
use super::advance::advance;
use super::error::UploadFailure;
use super::input::PlannedTarget;
use super::members;
use crate::journal::{TargetRow, TargetState};
use crate::requests::{self, Thread};
use crate::retry::RetryAction;

/// The waits before looking for a chat whose creation was not answered: lists lag behind.
const LOOK_AFTER: [u64; 4] = [2, 5, 10, 30];
/// The allowed difference between the clocks of this machine and of Teams, in ms.
const CLOCKS_APART: i64 = 5 * 60_000;

/// A chat as Graph answers it, as far as it matters.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chat {
    #[serde(default)]
    id: String,
    #[serde(default)]
    chat_type: Option<String>,
    #[serde(default)]
    topic: Option<String>,
    #[serde(default)]
    created_date_time: Option<String>,
    #[serde(default)]
    original_created_date_time: Option<String>,
}

impl Chat {
    /// Returns the time it was made, whatever age an import gave it.
    fn made(&self) -> Option<Millis> {
        let original = self.original_created_date_time.as_ref();
        original.or(self.created_date_time.as_ref())?.parse().ok()
    }

    fn is_group_of(&self, topic: Option<&str>) -> bool {
        self.chat_type.as_deref() == Some("group")
            && self.topic.as_deref().unwrap_or_default().trim() == topic.unwrap_or_default().trim()
    }
}

/// Brings a chat to where it is there, outside migration mode.
pub(super) async fn find_or_create(
    run: &Run<'_>,
    planned: &PlannedTarget,
    row: &mut TargetRow,
) -> Result<(), UploadFailure> {
    let Some(plan) = planned.chat() else {
        return Err(UploadFailure::Failed("it is no chat".to_owned()));
    };
    let id = match (&plan.existing, plan.kind) {
        (Some(Existing::Id(id)), _) => id.clone(),
        (Some(Existing::Name(topic)), ChatKind::Group) => existing(run, plan, topic).await?,
        (_, ChatKind::OneOnOne) => open(run, plan).await?,
        (None, ChatKind::Group) => return create(run, plan, row).await,
    };
    run.claim(row, &id)?;
    advance(run, row, TargetState::Created)
}

/// The chat of two people.
async fn open(run: &Run<'_>, plan: &Plan) -> Result<String, UploadFailure> {
    let call = requests::create_chat(run.graph(), plan, run.guests.get(run).await?);
    let chat: Chat = run.client.read(&call, run.observer).await?;
    Ok(chat.id)
}

/// The only group of that topic among the chats of the plan's members.
async fn existing(run: &Run<'_>, plan: &Plan, topic: &str) -> Result<String, UploadFailure> {
    let mut found = BTreeSet::new();
    for user in &plan.members {
        if let Some(chats) = chats_of(run, *user).await? {
            let groups = chats
                .into_iter()
                .filter(|chat| chat.is_group_of(Some(topic)));
            found.extend(groups.map(|chat| chat.id));
        }
    }
    let count = found.len();
    match found.pop_first() {
        Some(id) if count == 1 => Ok(id),
        _ => Err(UploadFailure::Failed(format!(
            "there are {count} group chats {topic:?} among those of its members; name one by its \
             id in 2-map/conversations.csv"
        ))),
    }
}

/// Creates a group once.
async fn create(run: &Run<'_>, plan: &Plan, row: &mut TargetRow) -> Result<(), UploadFailure> {
    let call = requests::create_chat(run.graph(), plan, run.guests.get(run).await?);
    let mut unsure = row.state == TargetState::Creating;
    if row.first_attempt.is_none() {
        row.first_attempt = Some(run.client.time_there());
    }
    advance(run, row, TargetState::Creating)?;
    let mut tries = 0;
    loop {
        if unsure && look_for(run, plan, row).await? {
            break;
        }
        match run.client.call(&call, 0, run.observer).await {
            Ok(answer) => {
                let chat: Option<Chat> = serde_json::from_slice(&answer.body).ok();
                let id = chat.map(|chat| chat.id).filter(|id| !id.is_empty());
                // One that a target alike has taken for its own leaves that target's to us.
                if let Some(id) = id
                    && run.may_claim(row, &id)?
                {
                    break;
                }
                unsure = true;
            }
            Err(failure) if failure.remedy == RetryAction::LookUp => {
                tries += 1;
                run.client
                    .wait_for_unknown(tries, failure, run.observer)
                    .await?;
                unsure = true;
            }
            Err(failure) => {
                // Refused: nothing was created, so the next run may begin afresh.
                (row.first_attempt, row.state) = (None, TargetState::Planned);
                run.journal.set_target(row)?;
                return Err(failure.into());
            }
        }
    }
    advance(run, row, TargetState::Created)
}

/// Looks for a group whose creation was not answered, for a while.
async fn look_for(run: &Run<'_>, plan: &Plan, row: &mut TargetRow) -> Result<bool, UploadFailure> {
    let topic = requests::topic(plan);
    let since = row.first_attempt.map(|at| at.plus(-CLOCKS_APART));
    let wanted: BTreeSet<EntraId> = plan.members.iter().copied().collect();
    for wait in LOOK_AFTER {
        sleep(Duration::from_secs(wait)).await;
        let mut readable = false;
        for user in plan.members.iter().take(3) {
            let Some(chats) = chats_of(run, *user).await? else {
                continue;
            };
            readable = true;
            for chat in chats {
                let young = chat.made().is_none_or(|made| Some(made) >= since);
                if !young || !chat.is_group_of(topic.as_deref()) {
                    continue;
                }
                let there = members::of_thread(run, &Thread::chat(&chat.id)).await?;
                if there.keys().copied().collect::<BTreeSet<_>>() == wanted
                    && run.may_claim(row, &chat.id)?
                {
                    return Ok(true);
                }
            }
            break;
        }
        if !readable {
            return Err(UploadFailure::Failed(
                "the answer to the creation of this chat was lost, and the app may not list chats \
                 to see whether it is there. Give the app Chat.ReadBasic.All and run the upload \
                 again"
                    .to_owned(),
            ));
        }
    }
    Ok(false)
}

/// The chats somebody is in; nothing, if the app may not see them.
async fn chats_of(run: &Run<'_>, user: EntraId) -> Result<Option<Vec<Chat>>, UploadFailure> {
    let mut all = Vec::new();
    let call = requests::list_chats_of(user);
    let read = run.client.read_pages(call, run.observer, |chats| {
        all.extend(chats);
        true
    });
    match read.await {
        Ok(()) => Ok(Some(all)),
        Err(failure) if failure.remedy == RetryAction::Refuse => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}
