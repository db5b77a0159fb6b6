//! True if everybody in a chat sees its history (crates/graph/RULES.md 1.15, R58).

use chatferry_model::finding::{Findings, Stage};
use chatferry_model::plan::{Chat, ChatKind};
use chatferry_model::{EntraId, Millis};
use serde::Deserialize;

use super::VerifyFailure;
use crate::client::Client;
use crate::codes;
use crate::observer::Observer;
use crate::requests::{self, Thread};
use crate::retry::RetryAction;
use crate::upload::PlannedTarget;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Member {
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    visible_history_start_date_time: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dated {
    #[serde(default)]
    created_date_time: Option<String>,
}

/// Notes whose view of a chat begins after its first post. In a chat of two that is when the chat
/// itself does; in a group it is each member's own.
pub(super) async fn check(
    client: &Client,
    observer: &dyn Observer,
    thread: &Thread,
    chat: &Chat,
    planned: &PlannedTarget,
    findings: &mut Findings,
) -> Result<(), VerifyFailure> {
    let Some(first) = planned.summary.first else {
        return Ok(());
    };
    let mut note = |words: String| {
        let place = planned.finding_place();
        findings.note(Stage::Verify, &codes::VERIFY_HISTORY, place, words);
    };
    if chat.kind == ChatKind::OneOnOne {
        let dated: Dated = client.read(&requests::get_thread(thread), observer).await?;
        let created = dated.created_date_time.unwrap_or_default();
        if created
            .parse::<Millis>()
            .is_ok_and(|created| created > first)
        {
            note(format!("the chat begins {created}"));
        }
        return Ok(());
    }
    let mut hidden = Vec::new();
    let call = requests::list_thread_members(thread);
    let read = client.read_pages(call, observer, |members: Vec<Member>| {
        for member in members {
            let id = member
                .user_id
                .as_ref()
                .and_then(|id| id.parse::<EntraId>().ok());
            // Years before 1970 are no time of ours; they are early enough.
            let from = member.visible_history_start_date_time.as_ref();
            let from = from.and_then(|from| from.parse::<Millis>().ok());
            if let Some(id) = id.filter(|id| chat.members.contains(id))
                && let Some(from) = from.filter(|from| *from > first)
            {
                hidden.push(format!("{id} sees what was said from {from} on"));
            }
        }
        true
    });
    match read.await {
        Ok(()) => {}
        Err(failure) if failure.remedy == RetryAction::Abort => return Err(failure.into()),
        // The app may read messages, but not who is in the chat.
        Err(_) => return Ok(()),
    }
    for words in hidden {
        note(words);
    }
    Ok(())
}
