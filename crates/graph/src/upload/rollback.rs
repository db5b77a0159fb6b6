//! Takes back what can be taken back: the teams that this journal made.
//!
//! A team goes with its channels, messages and files. What people had before stays as it is:
//! messages that were imported into existing channels or chats can't be deleted by any app
//! (crates/graph/RULES.md 1.15), and neither can a chat.

use std::path::Path;

use chatferry_model::folder::RenderFolder;
use serde::Serialize;

use super::error::{UploadError, UploadFailure};
use super::input::Input;
use super::team;
use super::{Run, UploadOptions, open_journal};
use crate::client::Client;
use crate::journal::{Journal, JournalError, TeamState};
use crate::observer::Observer;
use crate::requests;
use crate::retry::RetryAction;

/// The plan of a rollback: what it deletes, and what it cannot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RollbackPlan {
    /// The teams that this journal made.
    pub teams: Vec<RollbackTeam>,
    /// Channels and chats that the tenant had before, or can't lose: their messages stay.
    pub stays: Vec<Remains>,
}

/// A team that this journal made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RollbackTeam {
    /// The key.
    pub key: String,
    /// The id in Teams; none if its creation was not answered.
    pub id: Option<String>,
    /// Posts in its channels.
    pub posts: u64,
}

/// The things that a rollback leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remains {
    /// The key of the channel or chat.
    pub key: String,
    /// The id in Teams.
    pub id: String,
    /// Posts in it.
    pub posts: u64,
}

/// Plans the rollback of the upload in `upload_dir`; without a network.
///
/// # Errors
/// When the journal can't be read.
pub fn plan_rollback(upload_dir: &Path) -> Result<RollbackPlan, JournalError> {
    match Journal::read(upload_dir)? {
        Some(journal) => plan(&journal),
        None => Ok(RollbackPlan::default()),
    }
}

fn plan(journal: &Journal) -> Result<RollbackPlan, JournalError> {
    let mut plan = RollbackPlan::default();
    for row in journal.teams()? {
        if !row.existing && row.state > TeamState::Planned {
            plan.teams.push(RollbackTeam {
                key: row.key,
                id: row.id,
                posts: 0,
            });
        }
    }
    for row in journal.targets()? {
        let tally = journal.tally(row.number)?;
        let posts = tally.posted + tally.adopted;
        let team = row.team.as_deref();
        let goes = plan.teams.iter_mut().find(|made| team == Some(&made.key));
        match (goes, row.thread) {
            (Some(team), _) => team.posts += posts,
            (None, Some(id)) => plan.stays.push(Remains {
                key: row.key,
                id,
                posts,
            }),
            (None, None) => {}
        }
    }
    Ok(plan)
}

/// Deletes the teams that the journal in `upload_dir` says were made by it, and forgets them, so
/// that the next upload makes them anew. Gives back what was deleted and what stays.
///
/// # Errors
/// When files or the journal can't be used, or Graph refuses to delete a team.
pub async fn rollback(
    client: &Client,
    folder: &RenderFolder,
    upload_dir: &Path,
    options: &UploadOptions,
    observer: &dyn Observer,
) -> Result<RollbackPlan, UploadError> {
    if Journal::read(upload_dir)?.is_none() {
        return Ok(RollbackPlan::default());
    }
    let input = Input::load(folder, &options.selection)?;
    let journal = open_journal(client, upload_dir, options)?;
    let run = Run::new(client, folder, &journal, options, observer, &input).await?;
    let mut done = plan(&journal)?;
    for made in &mut done.teams {
        let team = input
            .teams
            .iter()
            .find(|team| team.key.as_str() == made.key);
        if let (None, Some(team)) = (&made.id, team) {
            // Its creation was not answered: perhaps it is there.
            made.id = match team::look_for(&run, team).await {
                Ok(id) => id,
                Err(UploadFailure::Abort(error)) => return Err(error),
                Err(UploadFailure::Closed(reason) | UploadFailure::Failed(reason)) => {
                    run.note_failed(&made.key, &reason);
                    continue;
                }
            };
        }
        if let Some(id) = &made.id {
            match client.call(&requests::delete_team(id), 0, observer).await {
                Ok(_) => {}
                Err(failure) if failure.remedy == RetryAction::Done => {}
                Err(failure) => return Err(failure.error.into()),
            }
        }
        journal.forget_team(&made.key)?;
    }
    Ok(done)
}
