//! Migration mode of a channel or chat: begun, ended, and what is done where it is not as expected.
//!
//! Beginning sets the thread's creation time, which only ever moves back (crates/graph/RULES.md
//! R17, R18). The time that is asked for is in the journal first. If Teams says that the thread is
//! in migration mode already, it was us, or another session of this app: going on is right as long
//! as the thread is older than the first post. Whether it is another app's shows with the first
//! call that needs the session (R22, R23): that target stops and names the remedy.

use chatferry_model::Millis;
use chatferry_model::plan::ChatKind;
use serde::Deserialize;
use tokio::time::{Duration, sleep};

use super::Run;
use super::error::{UploadError, UploadFailure};
use super::input::PlannedTarget;
use crate::journal::TargetRow;
use crate::requests::{self, Thread};
use crate::retry::RetryAction;

/// 1990: no chat is older, and what is older than a chat of two is never shown in it (1.15).
const FAR_PAST: i64 = 631_152_000_000;

/// A session that begins right after the last one ended may get stuck for good
/// (crates/graph/RULES.md 1.15).
const REST: Duration = Duration::from_secs(60);

/// The waits for the mode and the date of a start to show: they may do so some seconds later
/// (crates/graph/RULES.md G4).
const SHOWN_AFTER: [u64; 6] = [1, 2, 4, 8, 15, 30];

/// The number of times another time is tried, or another session ended first.
const MOST_STARTS: u32 = 4;

/// A channel or chat, as far as migration mode goes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    #[serde(default)]
    created_date_time: Option<String>,
    #[serde(default)]
    migration_mode: Option<String>,
}

impl State {
    async fn read(run: &Run<'_>, thread: &Thread) -> Result<Self, UploadFailure> {
        let call = requests::get_thread(thread);
        Ok(run.client.read(&call, run.observer).await?)
    }

    /// Reads it after a start, until it shows, or the time for that is over.
    async fn shown(run: &Run<'_>, thread: &Thread, first: Millis) -> Result<Self, UploadFailure> {
        for wait in SHOWN_AFTER {
            let state = Self::read(run, thread).await?;
            if state.may_be_open() && state.is_before(first) {
                return Ok(state);
            }
            sleep(Duration::from_secs(wait)).await;
        }
        Self::read(run, thread).await
    }

    /// In lower case: documents write it differently (crates/graph/RULES.md 1.5). Some answers lack
    /// it.
    fn mode(&self) -> Option<String> {
        self.migration_mode.as_ref().map(|mode| mode.to_lowercase())
    }

    fn created(&self) -> Option<Millis> {
        self.created_date_time.as_ref()?.parse().ok()
    }

    /// Returns true if it may be older than that time: not every answer tells.
    fn is_before(&self, time: Millis) -> bool {
        self.created().is_none_or(|created| created < time)
    }

    /// Returns true if it may be in migration mode.
    fn may_be_open(&self) -> bool {
        self.mode().is_none_or(|mode| mode == "inprogress")
    }
}

/// Puts a thread into migration mode, older than all posts of the target.
pub(super) async fn start(
    run: &Run<'_>,
    planned: &PlannedTarget,
    thread: &Thread,
    row: &mut TargetRow,
) -> Result<(), UploadFailure> {
    rest(run, row).await;
    let first = planned.summary.first.unwrap_or(planned.target().created);
    let mut date = wanted(planned, row);
    // A thread of ours was made just now; any other may be older than it should be.
    if row.first_attempt.is_none()
        || planned
            .chat()
            .is_some_and(|chat| chat.kind == ChatKind::OneOnOne)
    {
        let state = State::read(run, thread).await?;
        if let Some(created) = state.created() {
            date = date.min(before(created));
        }
        // Its session may have ended a moment ago: with its team, or in another program's hands.
        if row.completed.is_none() && state.mode().as_deref() == Some("completed") {
            sleep(REST).await;
        }
    }
    for _ in 0..MOST_STARTS {
        row.requested_creation = Some(date);
        run.journal.set_target(row)?;
        let call = requests::start(thread, date);
        let refused = match run.client.call(&call, 0, run.observer).await {
            Ok(_) => None,
            Err(failure) if failure.remedy == RetryAction::LookUp => Some(failure),
            Err(failure) => return Err(failure.into()),
        };
        let state = match &refused {
            None => State::shown(run, thread, first).await?,
            Some(_) => State::read(run, thread).await?,
        };
        let too_young = refused.as_ref().is_some_and(|failure| {
            let refusal = failure.error.refusal();
            refusal.is_some_and(|refusal| refusal.says("must be older"))
        });
        match (state.mode().as_deref(), refused) {
            (Some("inprogress"), _) if state.is_before(first) => return Ok(()),
            (Some("inprogress"), _) | (None, None) if !state.is_before(first) => {
                // Too young for our posts, so it is begun anew; if it is ours to end.
                complete(run, thread, row).await?;
                sleep(REST).await;
            }
            // Not every answer tells the mode (crates/graph/RULES.md 1.5); posting will.
            (None, _) if !too_young && state.is_before(first) => return Ok(()),
            _ if too_young => {}
            (Some("completed"), _) => return Err(stuck(thread)),
            (_, Some(failure)) => return Err(failure.into()),
            (_, None) => {}
        }
        let created = state.created();
        date = created.map_or(before(date), |created| date.min(before(created)));
    }
    Err(UploadFailure::Failed(
        "Teams does not put it into migration mode, whatever time is asked for".to_owned(),
    ))
}

/// The creation time to ask for: older than every post, and than any that was asked for before.
fn wanted(planned: &PlannedTarget, row: &TargetRow) -> Millis {
    let far = Millis::new(FAR_PAST).unwrap_or(Millis::EPOCH);
    let created = planned.target().created;
    let date = match planned.chat() {
        Some(chat) if chat.kind == ChatKind::OneOnOne => created.min(far),
        _ => created,
    };
    match row.requested_creation {
        Some(floor) if row.completed.is_some() => date.min(before(floor)),
        // Asked for, and perhaps granted: the same again.
        Some(floor) => date.min(floor),
        None => date,
    }
}

/// The last moment before.
fn before(time: Millis) -> Millis {
    time.plus(-1)
}

/// Lets a thread rest that was taken out of migration mode a moment ago.
async fn rest(run: &Run<'_>, row: &TargetRow) {
    let Some(completed) = row.completed else {
        return;
    };
    let since = run
        .client
        .clock()
        .now()
        .as_millis()
        .saturating_sub(completed.as_millis());
    let since = Duration::from_millis(u64::try_from(since).unwrap_or(0));
    if since < REST {
        sleep(REST - since).await;
    }
}

/// Takes a thread out of migration mode, or finds that it is.
pub(super) async fn complete(
    run: &Run<'_>,
    thread: &Thread,
    row: &mut TargetRow,
) -> Result<(), UploadFailure> {
    end(run, thread).await?;
    row.completed = Some(run.client.clock().now());
    run.journal.set_target(row)?;
    Ok(())
}

/// Returns the session for a thread that is no target.
pub(super) async fn end(run: &Run<'_>, thread: &Thread) -> Result<(), UploadFailure> {
    let call = requests::complete(thread);
    match run.client.call(&call, 0, run.observer).await {
        Ok(_) => Ok(()),
        Err(failure) if failure.remedy == RetryAction::Done => Ok(()),
        Err(failure) if failure.remedy == RetryAction::LookUp => {
            match State::read(run, thread).await?.mode().as_deref() {
                // It is out of migration mode: no other reason is documented (crates/graph/RULES.md
                // R48), and not every answer tells the mode (1.5).
                Some("completed") | None => Ok(()),
                Some(_) => Err(failure.into()),
            }
        }
        Err(failure) => Err(failure.into()),
    }
}

/// Returns true if Teams says that a thread is in migration mode.
pub(super) async fn is_open(run: &Run<'_>, thread: &Thread) -> Result<bool, UploadFailure> {
    let state = State::read(run, thread).await?;
    Ok(state.mode().as_deref() == Some("inprogress"))
}

/// Returns true if Teams says that a thread was taken out of it, or nothing about it.
pub(super) async fn may_be_over(run: &Run<'_>, thread: &Thread) -> Result<bool, UploadFailure> {
    let state = State::read(run, thread).await?;
    Ok(state.mode().as_deref() != Some("inprogress"))
}

/// Returns true if Teams says that a thread was taken out of it.
pub(super) async fn is_completed(run: &Run<'_>, thread: &Thread) -> Result<bool, UploadFailure> {
    let state = State::read(run, thread).await?;
    Ok(state.mode().as_deref() == Some("completed"))
}

/// Returns the reason why posts into a chat fail for no reason that is told: it is not in migration
/// mode, or not any more (crates/graph/RULES.md R24, where chats answer 502), or its session is
/// stuck.
pub(super) async fn why_closed(
    run: &Run<'_>,
    thread: &Thread,
    error: &UploadError,
) -> Result<Option<UploadFailure>, UploadFailure> {
    let state = State::read(run, thread).await?;
    Ok(match state.mode().as_deref() {
        Some("completed") => Some(stuck(thread)),
        Some(_) => None,
        None => Some(UploadFailure::Closed(error.to_string())),
    })
}

fn stuck(thread: &Thread) -> UploadFailure {
    let what = if thread.is_chat() { "chat" } else { "channel" };
    UploadFailure::Failed(format!(
        "the {what} shows as out of migration mode and can't be put into it: somebody completed it \
         meanwhile, or its session is stuck, for which Teams has no reset. Run the upload again in \
         some hours; if it stays so, send the conversation into another channel in \
         2-map/conversations.csv, and tell Microsoft's support"
    ))
}
