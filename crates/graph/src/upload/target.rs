//! A target's life: opened, filled, completed, shown to its members or archived.

use chatferry_model::plan::{ChatKind, Team};

use super::advance::advance;
use super::{
    PlannedTarget, Route, Run, UploadError, UploadFailure, channel, chat, history, post_queue,
    session,
};
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
    pub(super) fn is_ended_with_team(self, assigned: &PlannedTarget) -> bool {
        assigned.route == Route::General && matches!(self, Self::Migrating(..))
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
    home: Parent<'_>,
    assigned: &PlannedTarget,
) -> Result<(), UploadError> {
    let key = &assigned.target().key;
    let Some(mut row) = run.journal.target(key.as_str())? else {
        return Ok(());
    };
    match go_on(run, home, assigned, &mut row).await {
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
    home: Parent<'_>,
    assigned: &PlannedTarget,
    row: &mut TargetRow,
) -> Result<(), UploadFailure> {
    let tally = run.journal.tally(row.number)?;
    let posts = assigned.summary.posts;
    if row.state < TargetState::Posted {
        // The slot is for the whole target, so that no more are made than can be filled.
        let left = posts.saturating_sub(tally.posted + tally.adopted + tally.withheld);
        let slots = if assigned.chat().is_some() {
            &run.chat_slots
        } else {
            &run.slots
        };
        let _slot = slots.take(left + assigned.successors).await;
        run.observer.event(Event::TargetStarted {
            target: &assigned.target().key,
            posts,
            already: posts - left,
        });
        open(run, home, assigned, row).await?;
        let thread = home.thread(row);
        if let Err(trouble) = fill(run, home, assigned, row, &thread).await {
            let is_over = !matches!(trouble, UploadFailure::Abort(_));
            if is_over && !home.is_ended_with_team(assigned) {
                open_next_time(run, row, &thread).await?;
            }
            return Err(trouble);
        }
        advance(run, row, TargetState::Posted)?;
    }
    if row.state < TargetState::Complete && !home.is_ended_with_team(assigned) {
        session::complete(run, &home.thread(row), row).await?;
        advance(run, row, TargetState::Complete)?;
    }
    finish(run, home, assigned, row).await
}

/// Sends the posts of a target that is open. One that takes no posts, though nobody has completed
/// it, is put into migration mode once more (crates/graph/RULES.md G2 to G4).
async fn fill(
    run: &Run<'_>,
    home: Parent<'_>,
    assigned: &PlannedTarget,
    row: &mut TargetRow,
    thread: &Thread,
) -> Result<(), UploadFailure> {
    let mut starts = 0;
    loop {
        let closed = match post_queue::post_queue(run, assigned, row, thread).await {
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
            && !home.is_ended_with_team(assigned)
            && !session::is_completed(run, thread).await?;
        if starts == MOST_STARTS || !is_openable {
            return Err(closed);
        }
        starts += 1;
        session::start(run, assigned, thread, row).await?;
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
    home: Parent<'_>,
    assigned: &PlannedTarget,
    row: &mut TargetRow,
) -> Result<(), UploadFailure> {
    match home {
        // Its team is completed first.
        Parent::Migrating(..) => Ok(()),
        Parent::CompletedTeam(team, _) => {
            channel::add_members(run, team, home.team_id(), assigned, row, true).await?;
            close(run, home, assigned, row).await
        }
        Parent::Tenant => {
            let group = assigned.chat().filter(|chat| chat.kind == ChatKind::Group);
            if let Some(group) = group.filter(|_| row.state < TargetState::Done) {
                advance(run, row, TargetState::Members)?;
                history::show(run, assigned, group, row).await?;
            }
            done(run, assigned, row)
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
    home: Parent<'_>,
    assigned: &PlannedTarget,
    row: &mut TargetRow,
) -> Result<(), UploadFailure> {
    if row.state < TargetState::Created {
        match home {
            Parent::Tenant => chat::find_or_create(run, assigned, row).await?,
            Parent::Migrating(team, team_row) => {
                channel::create_migrating(run, team, team_row, assigned, row).await?;
                return advance(run, row, TargetState::Open);
            }
            Parent::CompletedTeam(team, team_row) => {
                channel::find_or_create(run, team, team_row, assigned, row).await?;
            }
        }
    }
    if row.state == TargetState::Created {
        if let Parent::CompletedTeam(team, _) = home {
            channel::add_members(run, team, home.team_id(), assigned, row, false).await?;
            if row.completed.is_some() && is_archived_by_us(assigned) {
                channel::unarchive(run, home.team_id(), row).await?;
            }
        }
        session::start(run, assigned, &home.thread(row), row).await?;
        advance(run, row, TargetState::Open)?;
    }
    Ok(())
}

/// Archives a channel where the source's was; then it needs nothing more.
pub(super) async fn close(
    run: &Run<'_>,
    home: Parent<'_>,
    assigned: &PlannedTarget,
    row: &mut TargetRow,
) -> Result<(), UploadFailure> {
    if row.state == TargetState::Done {
        return Ok(());
    }
    let thread = row.thread.clone().unwrap_or_default();
    if is_archived_by_us(assigned) {
        let call = requests::archive_channel(home.team_id(), &thread);
        match run.client.call(&call, 0, run.observer).await {
            Ok(_) => {}
            Err(failure) if ends_the_run(&failure) => return Err(failure.into()),
            Err(failure) => {
                let words = failure.error.to_string();
                run.note(
                    &codes::UPLOAD_ARCHIVE_REFUSED,
                    assigned.finding_place(),
                    words,
                );
            }
        }
    }
    done(run, assigned, row)
}

/// Returns true if a target is archived in the end. General never is: that is the team's to be.
/// What others use is theirs to close.
fn is_archived_by_us(assigned: &PlannedTarget) -> bool {
    let ours = !matches!(assigned.route, Route::General | Route::ExistingChannel);
    ours && assigned.channel().is_some_and(|channel| channel.archive)
}

fn ends_the_run(failure: &Failure) -> bool {
    failure.remedy == RetryAction::Abort && failure.error.refusal().is_none()
}

fn done(run: &Run<'_>, assigned: &PlannedTarget, row: &mut TargetRow) -> Result<(), UploadFailure> {
    if row.state == TargetState::Done {
        return Ok(());
    }
    advance(run, row, TargetState::Done)?;
    run.observer.event(Event::TargetDone {
        target: &assigned.target().key,
    });
    Ok(())
}
