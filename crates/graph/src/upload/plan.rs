//! The plan of an upload as a value: for `--dry-run`, and for the upload itself.

use std::path::Path;

use chatferry_model::folder::RenderFolder;
use chatferry_model::plan::ChatKind;
use chatferry_model::schedule::{Load, Schedule};
use chatferry_model::{TargetKey, TeamKey};
use serde::Serialize;

use super::{Input, Route, UploadError, UploadOptions, check_cloud, delta};
use chatferry_model::limits::Limits;

use crate::config::BaseUrl;
use crate::journal::{Journal, TargetState, TeamState};

/// The plan of an upload.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UploadPlan {
    /// The teams, by key.
    pub teams: Vec<TeamPlan>,
    /// The targets that are selected, longest first.
    pub targets: Vec<TargetPlan>,
    /// Posts in their files.
    pub posts: u64,
    /// The number of them that are through already.
    pub done: u64,
    /// The time the rest takes at least, in seconds: what Graph's limits allow
    /// (crates/graph/RULES.md 2.1).
    pub seconds: f64,
}

/// The plan for a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TeamPlan {
    /// The key in `teams.csv`.
    pub key: TeamKey<'static>,
    /// The name.
    pub name: String,
    /// True if the tenant has it already.
    pub exists: bool,
    /// The state: `planned` if nothing was sent yet.
    pub state: &'static str,
    /// Channels that go into it, General included if something goes there.
    pub channels: u64,
    /// Owners and members it will have.
    pub members: u64,
}

/// The plan for a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TargetPlan {
    /// The key.
    pub key: TargetKey<'static>,
    /// The name in Teams.
    pub name: String,
    /// The team; none for a chat.
    pub team: Option<TeamKey<'static>>,
    /// The way it is filled.
    pub route: Route,
    /// The reason: one sentence.
    pub why: &'static str,
    /// The state: `planned` if nothing was sent yet.
    pub state: &'static str,
    /// Posts in its file.
    pub posts: u64,
    /// The number of them that are replies.
    pub replies: u64,
    /// The number of them that are through already.
    pub done: u64,
    /// Members of a group chat who will be shown its history.
    pub shown: u64,
}

impl UploadPlan {
    fn schedule(&self, limits: &Limits) -> Schedule {
        let loads = self.targets.iter().map(|target| Load {
            team: target.team.as_ref().map(ToString::to_string),
            name: target.name.clone(),
            early: target.route.is_early(),
            posts: target.posts.saturating_sub(target.done),
            shown: target.shown,
        });
        Schedule::of(&loads.collect::<Vec<_>>(), limits)
    }
}

/// Says what an upload would do, without a network.
///
/// # Errors
/// When `3-render` or the journal in `upload_dir` can't be read, or the upload would refuse them.
pub fn plan_upload(
    folder: &RenderFolder,
    upload_dir: &Path,
    options: &UploadOptions,
    limits: &Limits,
    graph_url: &BaseUrl,
) -> Result<UploadPlan, UploadError> {
    let input = Input::load(folder, &options.selection)?;
    check_cloud(graph_url, &input)?;
    let journal = Journal::read(upload_dir)?;
    let team_rows = match &journal {
        Some(journal) => journal.teams()?,
        None => Vec::new(),
    };
    let team_state = |key: &str| {
        let row = team_rows.iter().find(|row| row.key == key);
        row.map_or(TeamState::Planned, |row| row.state)
    };
    let mut plan = UploadPlan {
        teams: Vec::new(),
        targets: Vec::new(),
        posts: 0,
        done: 0,
        seconds: 0.0,
    };
    for assigned in input.targets.iter().filter(|assigned| assigned.selected) {
        let key = &assigned.target().key;
        let row = match &journal {
            Some(journal) => journal.target(key.as_str())?,
            None => None,
        };
        let mut state = TargetState::Planned;
        let mut done = 0;
        let mut route = assigned.route;
        if let (Some(journal), Some(row)) = (&journal, row) {
            delta::check_same_place(assigned, &row)?;
            let tally = journal.tally(row.number)?;
            state = row.state;
            done = tally.posted + tally.adopted + tally.withheld;
            let differs = row.input != assigned.input || tally.refused > 0;
            if state > TargetState::Posted && differs {
                route = Route::Again;
            }
        }
        let late = |team: &TeamKey<'_>| team_state(team.as_str()) >= TeamState::Complete;
        if route == Route::Standard
            && state == TargetState::Planned
            && assigned.team().is_some_and(late)
        {
            route = Route::AfterTeam;
        }
        let summary = &assigned.summary;
        let group = assigned.chat().filter(|chat| chat.kind == ChatKind::Group);
        let done = done.min(summary.posts);
        plan.posts += summary.posts;
        plan.done += done;
        plan.targets.push(TargetPlan {
            key: key.clone(),
            name: assigned.name().to_owned(),
            team: assigned.team().cloned(),
            route,
            why: route.why(),
            state: state.as_str(),
            posts: summary.posts,
            replies: summary.replies,
            done,
            shown: group
                .filter(|_| state < TargetState::Done)
                .map_or(0, |chat| chat.members.len() as u64),
        });
    }
    for team in &input.teams {
        let of_team = plan.targets.iter();
        let of_team = of_team.filter(|target| target.team.as_ref() == Some(&team.key));
        plan.teams.push(TeamPlan {
            key: team.key.clone(),
            name: team.name.clone(),
            exists: team.existing.is_some(),
            state: team_state(team.key.as_str()).as_str(),
            channels: of_team.count() as u64,
            members: (team.owners.len() + team.members.len()) as u64,
        });
    }
    plan.seconds = plan.schedule(limits).seconds;
    Ok(plan)
}
