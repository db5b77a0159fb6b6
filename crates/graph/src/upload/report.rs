//! What an upload came to.

use chatferry_model::finding::Findings;
use chatferry_model::{TargetKey, TeamKey};
use serde::Serialize;

use super::{Input, UploadError};
use crate::journal::{Journal, Tally, TargetState, TeamState};

/// What an upload came to, earlier runs of the same journal included.
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
    /// How long this run took, in seconds.
    pub seconds: f64,
    /// Requests sent to Graph in this run, repeated ones included.
    pub calls: u64,
    /// How often Graph said 429 in this run.
    pub throttled: u64,
    /// What could not be carried over whole.
    pub findings: Findings,
}

impl UploadReport {
    /// Whether everything that was selected is in Teams, and its teams are complete.
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

/// How many posts became what.
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

    /// How many are in Teams.
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

/// What became of a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TeamReport {
    /// Its key in `teams.csv`.
    pub key: TeamKey<'static>,
    /// Its name.
    pub name: String,
    /// Its id in Teams, once there is one.
    pub id: Option<String>,
    /// How far it is; `done` at the end.
    pub state: &'static str,
    /// Why it could not go on.
    pub reason: Option<String>,
}

/// What became of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TargetReport {
    /// Its key.
    pub key: TargetKey<'static>,
    /// Its name in Teams.
    pub name: String,
    /// Its id in Teams, once there is one.
    pub id: Option<String>,
    /// How far it is; `done` at the end.
    pub state: &'static str,
    /// What became of its posts.
    #[serde(flatten)]
    pub counts: Counts,
    /// Why it could not go on.
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
    for assigned in input.targets.iter().filter(|assigned| assigned.selected) {
        let key = assigned.target().key.clone();
        let Some(row) = journal.target(key.as_str())? else {
            continue;
        };
        let counts = Counts::of(assigned.summary.posts, journal.tally(row.number)?);
        report.totals.add(counts);
        report.targets.push(TargetReport {
            key,
            name: assigned.name().to_owned(),
            id: row.thread,
            state: row.state.as_str(),
            counts,
            reason: row.reason,
        });
    }
    Ok(report)
}
