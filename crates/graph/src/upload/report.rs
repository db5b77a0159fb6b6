//! The result of an upload.

use chatferry_model::finding::Findings;
use chatferry_model::{TargetKey, TeamKey};
use serde::Serialize;

use super::error::UploadError;
use super::input::Input;
use crate::journal::{Journal, Tally, TargetState, TeamState};

/// The result of an upload, earlier runs of the same journal included.
#[derive(Debug)]
pub struct UploadReport {
    /// The teams that take part, by key.
    pub teams: Vec<TeamReport>,
    /// The targets, longest first.
    pub targets: Vec<TargetReport>,
    /// All targets together.
    pub totals: Counts,
    /// Posts that went through in this run.
    pub sent: u64,
    /// The duration of this run, in seconds.
    pub seconds: f64,
    /// Requests sent to Graph in this run, repeated ones included.
    pub calls: u64,
    /// The number of times Graph said 429 in this run.
    pub throttled: u64,
    /// The findings.
    pub findings: Findings,
}

impl UploadReport {
    /// Returns true if everything that was selected is in Teams, and its teams are complete.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.targets
            .iter()
            .all(|target| target.state == TargetState::Done.as_str())
            && self
                .teams
                .iter()
                .all(|team| team.state == TeamState::Done.as_str())
    }
}

/// The number of posts by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// In the files.
    pub posts: u64,
    /// Sent, and answered as created.
    pub posted: u64,
    /// Found in Teams after a lost answer.
    pub adopted: u64,
    /// Of those in Teams: how many stand at another millisecond than planned.
    pub moved: u64,
    /// Not taken by Graph.
    pub refused: u64,
    /// Held back: further parts of a message that was uploaded before in fewer.
    pub withheld: u64,
}

impl Counts {
    pub(crate) fn of(posts: u64, tally: Tally) -> Self {
        let Tally {
            posted,
            adopted,
            moved,
            refused,
            withheld,
            ..
        } = tally;
        Self {
            posts,
            posted,
            adopted,
            moved,
            refused,
            withheld,
        }
    }

    /// The number of posts in Teams.
    #[must_use]
    pub fn there(&self) -> u64 {
        self.posted + self.adopted
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.posts += other.posts;
        self.posted += other.posted;
        self.adopted += other.adopted;
        self.moved += other.moved;
        self.refused += other.refused;
        self.withheld += other.withheld;
    }
}

/// The outcome of a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TeamReport {
    /// The key in `teams.csv`.
    pub key: TeamKey<'static>,
    /// The name.
    pub name: String,
    /// The id in Teams, once there is one.
    pub id: Option<String>,
    /// The state; `done` at the end.
    pub state: &'static str,
    /// The reason why it could not go on.
    pub reason: Option<String>,
}

/// The outcome of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TargetReport {
    /// The key.
    pub key: TargetKey<'static>,
    /// The name in Teams.
    pub name: String,
    /// The id in Teams, once there is one.
    pub id: Option<String>,
    /// The state; `done` at the end.
    pub state: &'static str,
    /// The outcome of its posts.
    #[serde(flatten)]
    pub counts: Counts,
    /// The reason why it could not go on.
    pub reason: Option<String>,
}

/// The report as the journal knows it.
pub(super) fn from_journal(
    journal: &Journal,
    input: &Input,
    findings: Findings,
) -> Result<UploadReport, UploadError> {
    let mut report = UploadReport {
        teams: Vec::new(),
        targets: Vec::new(),
        totals: Counts::default(),
        sent: 0,
        seconds: 0.0,
        calls: 0,
        throttled: 0,
        findings,
    };
    for team in input
        .teams
        .iter()
        .filter(|team| input.takes_part(&team.key))
    {
        let row = journal.team(team.key.as_str())?;
        report.teams.push(TeamReport {
            key: team.key.clone(),
            name: team.name.clone(),
            id: row.id,
            state: row.state.as_str(),
            reason: row.reason,
        });
    }
    for planned in input.targets.iter().filter(|planned| planned.selected) {
        let key = planned.target().key.clone();
        let Some(row) = journal.target(key.as_str())? else {
            continue;
        };
        let counts = Counts::of(planned.summary.posts, journal.tally(row.number)?);
        report.totals.add(counts);
        report.targets.push(TargetReport {
            key,
            name: planned.name().to_owned(),
            id: row.thread,
            state: row.state.as_str(),
            counts,
            reason: row.reason,
        });
    }
    Ok(report)
}
