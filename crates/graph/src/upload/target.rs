//! A target's life: opened, filled, completed, shown to its members or archived.

use chatferry_model::plan::{ChatKind, Team};

use super::Run;
use super::advance::advance;
use super::error::{UploadError, UploadFailure};
use super::input::PlannedTarget;
use super::route::Route;
use super::{channel, chat, history, post_queue, session};
use crate::client::Failure;
use crate::codes;
use crate::error::Cause;
use crate::journal::{TargetRow, TargetState, TeamRow};
use crate::observer::Event;
use crate::requests::{self, Thread};
use crate::retry::RetryAction;

/// The number of times a target is put into migration mode again because it takes no posts.
const MOST_STARTS: u32 = 2;

/// The place of a target.
#[derive(Clone, Copy)]
pub(super) enum Parent<'a> {
    /// In a team that is under migration: channels are created in migration mode.
    Migrating(&'a Team, &'a TeamRow),
    /// In a team that has its members.
    CompletedTeam(&'a Team, &'a TeamRow),
    /// In no team: a chat.
    Tenant,
}

impl<'a> Parent<'a> {
    pub(super) fn team(self) -> Option<(&'a Team, &'a TeamRow)> {
        match self {
            Self::Migrating(team, row) | Self::CompletedTeam(team, row) => Some((team, row)),
            Self::Tenant => None,
        }
    }

    /// The id of the team in Teams.
    pub(super) fn team_id(self) -> &'a str {
        let row = self.team().map(|(_, row)| row);
        row.and_then(|row| row.id.as_deref()).unwrap_or_default()
    }

    /// Returns true if a target is General of a new team, which is taken out of migration mode last
    /// of all (crates/graph/RULES.md R51).
    pub(super) fn is_ended_with_team(self, planned: &PlannedTarget) -> bool {
        planned.route == Route::General && matches!(self, Self::Migrating(..))
    }

    /// The thread of a target that is there.
    pub(super) fn thread(self, row: &TargetRow) -> Thread {
        let id = row.thread.as_deref().unwrap_or_default();
        match self {
            Self::Tenant => Thread::chat(id),
            _ => Thread::channel(self.team_id(), id),
        }
    }
}

/// Does everything for a target. What fails here and can be left so is noted.
pub(super) async fn run(
    run: &Run<'_>,
    parent: Parent<'_>,
    planned: &PlannedTarget,
) -> Result<(), UploadError> {
    let key = &planned.target().key;
    let Some(mut row) = run.journal.target(key.as_str())? else {
        return Ok(());
    };
    match go_on(run, parent, planned, &mut row).await {
        Ok(()) => Ok(()),
        Err(UploadFailure::Abort(error)) => Err(error),
        Err(UploadFailure::Closed(reason) | UploadFailure::Failed(reason)) => {
            run.journal.fail_target(row.number, &reason)?;
            run.note_failed(key.as_str(), &reason);
            Ok(())
        }
    }
}

async fn go_on(
    run: &Run<'_>,
    parent: Parent<'_>,
    planned: &PlannedTarget,
    row: &mut TargetRow,
) -> Result<(), UploadFailure> {
    let tally = run.journal.tally(row.number)?;
    let posts = planned.summary.posts;
    if row.state < TargetState::Posted {
        // The slot is for the whole target, so that no more are made than can be filled.
        let left = posts.saturating_sub(tally.posted + tally.adopted + tally.withheld);
        let slots = if planned.chat().is_some() {
            &run.chat_slots
        } else {
            &run.slots
        };
        let _slot = slots.take(left + planned.successors).await;
        run.observer.event(Event::TargetStarted {
            target: &planned.target().key,
            posts,
            already: posts - left,
        });
        open(run, parent, planned, row).await?;
        let thread = parent.thread(row);
        if let Err(trouble) = fill(run, parent, planned, row, &thread).await {
            let is_over = !matches!(trouble, UploadFailure::Abort(_));
            if is_over && !parent.is_ended_with_team(planned) {
                open_next_time(run, row, &thread).await?;
            }
            return Err(trouble);
        }
        advance(run, row, TargetState::Posted)?;
    }
    if row.state < TargetState::Complete && !parent.is_ended_with_team(planned) {
        session::complete(run, &parent.thread(row), row).await?;
        advance(run, row, TargetState::Complete)?;
    }
    finish(run, parent, planned, row).await
}

/// Sends the posts of a target that is open. One that takes no posts, though nobody has completed
/// it, is put into migration mode once more (crates/graph/RULES.md G2 to G4).
async fn fill(
    run: &Run<'_>,
    parent: Parent<'_>,
    planned: &PlannedTarget,
    row: &mut TargetRow,
    thread: &Thread,
) -> Result<(), UploadFailure> {
    let mut starts = 0;
    loop {
        let closed = match post_queue::post_queue(run, planned, row, thread).await {
            Err(UploadFailure::Abort(error)) if may_be_closed(thread, &error) => {
                match session::why_closed(run, thread, &error).await? {
                    Some(closed) => closed,
                    None => return Err(UploadFailure::Abort(error)),
                }
            }
            Err(closed @ UploadFailure::Closed(_)) => closed,
            filled => return filled,
        };
        let is_openable = !run.client.config().graph_url.is_national()
            && !parent.is_ended_with_team(planned)
            && !session::is_completed(run, thread).await?;
        if starts == MOST_STARTS || !is_openable {
            return Err(closed);
        }
        starts += 1;
        session::start(run, planned, thread, row).await?;
    }
}

/// If somebody took a target out of migration mode meanwhile, the next run puts it into it again
/// (crates/graph/RULES.md R49).
async fn open_next_time(
    run: &Run<'_>,
    row: &mut TargetRow,
    thread: &Thread,
) -> Result<(), UploadFailure> {
    if session::may_be_over(run, thread).await? {
        row.completed = Some(run.client.clock().now());
        advance(run, row, TargetState::Created)?;
    }
    Ok(())
}

/// The steps after a target is out of migration mode.
pub(super) async fn finish(
    run: &Run<'_>,
    parent: Parent<'_>,
    planned: &PlannedTarget,
    row: &mut TargetRow,
) -> Result<(), UploadFailure> {
    match parent {
        // Its team is completed first.
        Parent::Migrating(..) => Ok(()),
        Parent::CompletedTeam(team, _) => {
            channel::add_members(run, team, parent.team_id(), planned, row, true).await?;
            close(run, parent, planned, row).await
        }
        Parent::Tenant => {
            let group = planned.chat().filter(|chat| chat.kind == ChatKind::Group);
            if let Some(group) = group.filter(|_| row.state < TargetState::Done) {
                advance(run, row, TargetState::Members)?;
                history::show(run, planned, group, row).await?;
            }
            done(run, planned, row)
        }
    }
}

/// Returns true if that is how chats answer that are not in migration mode.
fn may_be_closed(thread: &Thread, error: &UploadError) -> bool {
    let UploadError::Graph(error) = error else {
        return false;
    };
    thread.is_chat() && matches!(&error.cause, Cause::Refused(refusal) if refusal.status == 502)
}

/// Brings a target to where it takes posts.
async fn open(
    run: &Run<'_>,
    parent: Parent<'_>,
    planned: &PlannedTarget,
    row: &mut TargetRow,
) -> Result<(), UploadFailure> {
    if row.state < TargetState::Created {
        match parent {
            Parent::Tenant => chat::find_or_create(run, planned, row).await?,
            Parent::Migrating(team, team_row) => {
                channel::create_migrating(run, team, team_row, planned, row).await?;
                return advance(run, row, TargetState::Open);
            }
            Parent::CompletedTeam(team, team_row) => {
                channel::find_or_create(run, team, team_row, planned, row).await?;
            }
        }
    }
    if row.state == TargetState::Created {
        if let Parent::CompletedTeam(team, _) = parent {
            channel::add_members(run, team, parent.team_id(), planned, row, false).await?;
            if row.completed.is_some() && is_archived_by_us(planned) {
                channel::unarchive(run, parent.team_id(), row).await?;
            }
        }
        session::start(run, planned, &parent.thread(row), row).await?;
        advance(run, row, TargetState::Open)?;
    }
    Ok(())
}

/// Archives a channel where the source's was; then it needs nothing more.
pub(super) async fn close(
    run: &Run<'_>,
    parent: Parent<'_>,
    planned: &PlannedTarget,
    row: &mut TargetRow,
) -> Result<(), UploadFailure> {
    if row.state == TargetState::Done {
        return Ok(());
    }
    let thread = row.thread.clone().unwrap_or_default();
    if is_archived_by_us(planned) {
        let call = requests::archive_channel(parent.team_id(), &thread);
        match run.client.call(&call, 0, run.observer).await {
            Ok(_) => {}
            Err(failure) if ends_the_run(&failure) => return Err(failure.into()),
            Err(failure) => {
                let words = failure.error.to_string();
                run.note(
                    &codes::UPLOAD_ARCHIVE_REFUSED,
                    planned.finding_place(),
                    words,
                );
            }
        }
    }
    done(run, planned, row)
}

/// Returns true if a target is archived in the end. General never is: that is the team's to be.
/// What others use is theirs to close.
fn is_archived_by_us(planned: &PlannedTarget) -> bool {
    let ours = !matches!(planned.route, Route::General | Route::ExistingChannel);
    ours && planned.channel().is_some_and(|channel| channel.archive)
}

fn ends_the_run(failure: &Failure) -> bool {
    failure.remedy == RetryAction::Abort && failure.error.refusal().is_none()
}

fn done(run: &Run<'_>, planned: &PlannedTarget, row: &mut TargetRow) -> Result<(), UploadFailure> {
    if row.state == TargetState::Done {
        return Ok(());
    }
    advance(run, row, TargetState::Done)?;
    run.observer.event(Event::TargetDone {
        target: &planned.target().key,
    });
    Ok(())
}
