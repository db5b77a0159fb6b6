//! The members of a group chat are shown its history: taken out and put back, one by one.
//!
//! A member sees nothing older than the day of joining; only joining anew can set that day back
//! (crates/graph/RULES.md 1.15, R56, R58), at four changes a minute for each chat (R47). Before
//! somebody is taken out it is in the journal, so that a run that is cut off there puts them back.

use chatferry_model::EntraId;
use chatferry_model::plan::Chat;
use serde::Deserialize;
use tokio::time::{Duration, sleep};

use super::Run;
use super::error::UploadFailure;
use super::input::PlannedTarget;
use super::members::{self, ThreadMember};
use crate::codes;
use crate::journal::{MemberState, TargetRow};
use crate::requests::{self, Thread};
use crate::retry::RetryAction;

/// The number of times somebody is taken out and put back who is seen to be in as before.
const MOST_ROUNDS: u32 = 4;

/// Shows all members of the plan the history. Others who are in the chat keep what they see.
pub(super) async fn show(
    run: &Run<'_>,
    planned: &PlannedTarget,
    plan: &Chat,
    row: &TargetRow,
) -> Result<(), UploadFailure> {
    let thread = Thread::chat(row.thread.as_deref().unwrap_or_default());
    let mut there = members::of_thread(run, &thread).await?;
    let mut out = 0;
    for user in &plan.members {
        out += u64::from(!show_to(run, planned, &thread, row, *user, there.remove(user)).await?);
    }
    if out > 0 {
        return Err(UploadFailure::Failed(format!(
            "{out} members of the chat could not be put back into it"
        )));
    }
    Ok(())
}

/// Shows somebody the history; whether they are in the chat as they should be.
async fn show_to(
    run: &Run<'_>,
    planned: &PlannedTarget,
    thread: &Thread,
    row: &TargetRow,
    user: EntraId,
    mut there: Option<ThreadMember>,
) -> Result<bool, UploadFailure> {
    let key = user.to_string();
    let note = |code, words: String| run.note(code, planned.finding_place(), words);
    let set = |state| run.journal.set_chat_member(row.number, &key, state);
    let mut rounds = 0;
    loop {
        let state = run.journal.chat_member(row.number, &key)?;
        match there {
            _ if state == Some(MemberState::Shown) => return Ok(true),
            Some(member) if member.sees_everything() => {
                set(MemberState::Shown)?;
                return Ok(true);
            }
            Some(member) => {
                set(MemberState::Out)?;
                let call = requests::remove_chat_member(thread, &member.id);
                match run.client.call(&call, 0, run.observer).await {
                    Ok(_) => {}
                    Err(failure) if failure.remedy == RetryAction::Done => {}
                    Err(failure) if failure.remedy == RetryAction::Abort => {
                        return Err(failure.into());
                    }
                    Err(failure) => {
                        // Still in, and sees what comes from now on.
                        note(
                            &codes::UPLOAD_HISTORY_HIDDEN,
                            format!("{user}: {}", failure.error),
                        );
                        return Ok(true);
                    }
                }
            }
            None if state == Some(MemberState::Out) => {}
            // In a chat of ours whoever is in the plan was in from the beginning, or comes with a
            // newer export.
            None if row.first_attempt.is_some() => {}
            None => {
                note(&codes::UPLOAD_MEMBER_ABSENT, user.to_string());
                return Ok(true);
            }
        }
        let guests = run.guests.get(run).await?;
        let call = requests::add_chat_member(run.graph(), thread, user, guests);
        let refused = match run.client.call(&call, 0, run.observer).await {
            Ok(answer) if shows_everything(&answer.body) => {
                set(MemberState::Shown)?;
                return Ok(true);
            }
            Ok(_) => None,
            Err(failure) if failure.remedy == RetryAction::Done => None,
            Err(failure) if failure.remedy == RetryAction::Abort => return Err(failure.into()),
            Err(failure) => Some(failure.error.to_string()),
        };
        // They may be in after all, and then as they were: not seen in the list, or not out when
        // that was said.
        if refused.is_none() {
            sleep(Duration::from_secs(2 << rounds)).await;
        }
        there = members::of_thread(run, thread).await?.remove(&user);
        rounds += 1;
        match (&there, refused) {
            (None, Some(why)) => {
                note(&codes::UPLOAD_MEMBER_OUT, format!("{user}: {why}"));
                return Ok(false);
            }
            (Some(member), why) if rounds >= MOST_ROUNDS && !member.sees_everything() => {
                let why = why.unwrap_or_else(|| "taken out and put back in vain".to_owned());
                note(&codes::UPLOAD_HISTORY_HIDDEN, format!("{user}: {why}"));
                return Ok(true);
            }
            (None, None) if rounds >= MOST_ROUNDS => {
                let why = "said to be in it, and not in its list";
                note(&codes::UPLOAD_MEMBER_OUT, format!("{user}: {why}"));
                return Ok(false);
            }
            _ => {}
        }
    }
}

/// Returns true if somebody who was put into a chat sees all of its history, as far as the answer
/// says: who was in it already is answered as before.
fn shows_everything(answer: &[u8]) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Member {
        #[serde(default)]
        visible_history_start_date_time: Option<String>,
    }

    let member = serde_json::from_slice::<Member>(answer).ok();
    let from = member.and_then(|member| member.visible_history_start_date_time);
    from.is_none_or(|from| from.starts_with("0001-01-01"))
}
