//! The progress of an upload, from its journal alone.

use std::path::Path;

use serde::Serialize;

use crate::journal::{Journal, JournalError};
use crate::upload::Counts;

/// The progress of an upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The teams, by key.
    pub teams: Vec<PlaceStatus>,
    /// The targets, by key, with what became of their posts.
    pub targets: Vec<TargetStatus>,
    /// All targets together.
    pub totals: Counts,
}

/// The progress of a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlaceStatus {
    /// The key.
    pub key: String,
    /// The state: `planned`, `created`, …, `done`.
    pub state: &'static str,
    /// The id in Teams, once there is one.
    pub id: Option<String>,
    /// The reason why the last run could not go on.
    pub reason: Option<String>,
}

/// The progress of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TargetStatus {
    /// The target.
    #[serde(flatten)]
    pub place: PlaceStatus,
    /// The key of its team.
    pub team: Option<String>,
    /// The outcome of its posts.
    #[serde(flatten)]
    pub counts: Counts,
    /// Posts of which it is not known yet whether they arrived: under way, or cut off by a kill.
    pub open: u64,
}

/// Reads how far the upload in `upload_dir` is; nothing, if none was begun. May be called while
/// The upload runs.
///
/// # Errors
/// When the journal can't be read.
pub fn status(upload_dir: &Path) -> Result<Option<Status>, JournalError> {
    let Some(journal) = Journal::read(upload_dir)? else {
        return Ok(None);
    };
    let teams = journal.teams()?.into_iter().map(|row| PlaceStatus {
        key: row.key,
        state: row.state.as_str(),
        id: row.id,
        reason: row.reason,
    });
    let mut status = Status {
        teams: teams.collect(),
        targets: Vec::new(),
        totals: Counts::default(),
    };
    for row in journal.targets()? {
        let tally = journal.tally(row.number)?;
        let counts = Counts::of(row.posts, tally);
        status.totals.add(counts);
        status.targets.push(TargetStatus {
            place: PlaceStatus {
                key: row.key,
                state: row.state.as_str(),
                id: row.thread,
                reason: row.reason,
            },
            team: row.team,
            counts,
            open: tally.intended,
        });
    }
    Ok(Some(status))
}
