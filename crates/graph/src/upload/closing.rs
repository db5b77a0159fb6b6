//! Closing: an interrupted upload is taken out of migration mode by `complete` and `unlock`.
//!
//! A channel or chat in migration mode shows a banner, and a new team is closed to its members.
//! [`Closing::Through`] ends the sessions of targets whose posts are all there, and what follows:
//! it is the end of an upload without sending posts. [`Closing::All`] ends every session of this
//! journal, so that people can work, however little is in them: the next upload opens them once
//! more (crates/graph/RULES.md R49).

use std::path::Path;

use chatferry_model::finding::Findings;
use chatferry_model::folder::RenderFolder;
use chatferry_model::plan::Team;
use serde::Serialize;

use super::advance::advance;
use super::error::{UploadError, UploadFailure};
use super::input::{Input, PlannedTarget};
use super::target::{self, Parent};
use super::{Run, UploadOptions, open_journal};
use super::{session, team};
use crate::client::Client;
use crate::journal::{Journal, TargetRow, TargetState, TeamState};
use crate::observer::Observer;

/// The sessions that are ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// Only targets whose posts are all in, and teams whose targets are.
    Through,
    /// All that this journal began.
    All,
}

/// The result of closing.
#[derive(Debug)]
pub struct ClosingReport {
    /// The targets and teams that were in migration mode, or not at their end yet, by key.
    pub places: Vec<Closed>,
    /// The things that could not be done.
    pub findings: Findings,
}

/// The outcome of a target or team that was in migration mode, or not at its end yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Closed {
    /// The key.
    pub key: String,
    /// The name.
    pub name: String,
    /// True if it is out of migration mode now.
    pub closed: bool,
    /// Posts that are not in it yet.
    pub missing: u64,
    /// The reason why it is not out, or what remains to be done.
    pub reason: Option<String>,
}

/// Takes out of migration mode what the journal in `upload_dir` says is in it.
///
/// # Errors
/// When files or the journal can't be used, or Graph can't be reached. What concerns one target or
/// team is in the report.
pub async fn close(
    client: &Client,
    folder: &RenderFolder,
    upload_dir: &Path,
    options: &UploadOptions,
    closing: Closing,
    observer: &dyn Observer,
) -> Result<ClosingReport, UploadError> {
    let mut places = Vec::new();
    if Journal::read(upload_dir)?.is_none() {
        let findings = Findings::default();
        return Ok(ClosingReport { places, findings });
    }
    let input = Input::load(folder, &options.selection)?;
    let journal = open_journal(client, upload_dir, options)?;
    let run = Run::new(client, folder, &journal, options, observer, &input).await?;
    for plan in &input.teams {
        let targets = input.of_team(&plan.key);
        places.extend(close_team(&run, plan, &targets, closing).await?);
    }
    for planned in input.chats().filter(|planned| planned.selected) {
        places.extend(close_target(&run, Parent::Tenant, planned, closing).await?);
    }
    Ok(ClosingReport {
        places,
        findings: run.into_findings(),
    })
}

async fn close_team(
    run: &Run<'_>,
    plan: &Team,
    targets: &[&PlannedTarget],
    closing: Closing,
) -> Result<Vec<Closed>, UploadError> {
    let mut places = Vec::new();
    let Some(mut row) = run.journal.team_row(plan.key.as_str())? else {
        return Ok(places);
    };
    if row.id.is_none() {
        return Ok(places);
    }
    if row.state == TeamState::Created
        && let Some(reason) = reason(team::open(run, plan, &mut row).await)?
    {
        places.push(Closed {
            key: plan.key.to_string(),
            name: plan.name.clone(),
            closed: false,
            missing: 0,
            reason: Some(reason),
        });
        return Ok(places);
    }
    let migrating = (TeamState::Open..TeamState::Complete).contains(&row.state);
    for planned in targets.iter().filter(|planned| planned.selected) {
        let parent = if migrating {
            Parent::Migrating(plan, &row)
        } else {
            Parent::CompletedTeam(plan, &row)
        };
        places.extend(close_target(run, parent, planned, closing).await?);
    }
    if !migrating {
        return Ok(places);
    }
    let open = places.iter().any(|place| !place.closed);
    let mut waits = false;
    for planned in targets {
        let row = run.journal.target(planned.target().key.as_str())?;
        let through = row.is_some_and(|row| row.state >= TargetState::Posted);
        waits |= !through && planned.route.is_early();
    }
    let mut closed = Closed {
        key: plan.key.to_string(),
        name: plan.name.clone(),
        closed: false,
        missing: 0,
        reason: None,
    };
    if open || (waits && closing == Closing::Through) {
        closed.reason = Some("channels of it are not through".to_owned());
    } else {
        let ended = match team::end(run, plan, &mut row).await {
            Ok(()) => team::people(run, plan, &mut row).await,
            failed => failed,
        };
        let reason = reason(ended)?;
        (closed.closed, closed.reason) = (reason.is_none(), reason);
    }
    places.push(closed);
    Ok(places)
}

/// Returns the outcome of a target, if it was in migration mode.
async fn close_target(
    run: &Run<'_>,
    parent: Parent<'_>,
    planned: &PlannedTarget,
    closing: Closing,
) -> Result<Option<Closed>, UploadError> {
    let Some(mut row) = run.journal.target(planned.target().key.as_str())? else {
        return Ok(None);
    };
    let tally = run.journal.tally(row.number)?;
    let through = tally.posted + tally.adopted + tally.refused + tally.withheld;
    let missing = planned.summary.posts.saturating_sub(through);
    let missing = missing.max(tally.intended);
    if row.thread.is_none() {
        return Ok(None);
    }
    let open = match row.state {
        TargetState::Open | TargetState::Posted => Ok(true),
        // It may have been asked for without an answer.
        TargetState::Created if row.requested_creation.is_some() => {
            session::is_open(run, &parent.thread(&row)).await
        }
        _ => Ok(false),
    };
    let unknown = match open {
        Ok(false) => return go_on(run, parent, planned, row).await,
        Ok(true) => None,
        Err(trouble) => reason(Err(trouble))?,
    };
    let mut closed = Closed {
        key: row.key.clone(),
        name: planned.name().to_owned(),
        closed: false,
        missing,
        reason: unknown,
    };
    if closed.reason.is_some() {
        return Ok(Some(closed));
    }
    if missing > 0 && closing == Closing::Through {
        closed.reason = Some("not all of its posts are in it".to_owned());
        return Ok(Some(closed));
    }
    let reason = reason(end(run, parent, planned, &mut row, missing).await)?;
    (closed.closed, closed.reason) = (reason.is_none(), reason);
    if closed.closed && missing > 0 {
        closed.reason = Some("the next upload goes on with it".to_owned());
    }
    Ok(Some(closed))
}

/// Finishes a target that is out of migration mode: somebody may have been taken out of a
/// group to be shown its history, and not be back.
async fn go_on(
    run: &Run<'_>,
    parent: Parent<'_>,
    planned: &PlannedTarget,
    mut row: TargetRow,
) -> Result<Option<Closed>, UploadError> {
    let begun = matches!(row.state, TargetState::Complete | TargetState::Members);
    if !begun || matches!(parent, Parent::Migrating(..)) {
        return Ok(None);
    }
    let reason = reason(target::finish(run, parent, planned, &mut row).await)?;
    Ok(Some(Closed {
        key: row.key,
        name: planned.name().to_owned(),
        closed: true,
        missing: 0,
        reason,
    }))
}

async fn end(
    run: &Run<'_>,
    parent: Parent<'_>,
    planned: &PlannedTarget,
    row: &mut TargetRow,
    missing: u64,
) -> Result<(), UploadFailure> {
    if parent.is_ended_with_team(planned) {
        // General comes last, with its team.
        let state = if missing > 0 {
            TargetState::Created
        } else {
            TargetState::Posted
        };
        return advance(run, row, state);
    }
    session::complete(run, &parent.thread(row), row).await?;
    if missing > 0 {
        return advance(run, row, TargetState::Created);
    }
    advance(run, row, TargetState::Complete)?;
    match parent {
        Parent::Migrating(..) => Ok(()),
        _ => target::finish(run, parent, planned, row).await,
    }
}

/// Returns the reason why it did not work; an error if nothing will.
fn reason(done: Result<(), UploadFailure>) -> Result<Option<String>, UploadError> {
    match done {
        Ok(()) => Ok(None),
        Err(UploadFailure::Closed(reason) | UploadFailure::Failed(reason)) => Ok(Some(reason)),
        Err(UploadFailure::Abort(error)) => Err(error),
    }
}
