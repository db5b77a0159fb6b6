//! The plan of an upload as a value: shown by `--dry-run`, and carried out by the upload.
//!
//! It is made of `3-render` and the journal. The upload takes it as it is, once it has seen under the
//! journal's lock that nothing was sent since.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chatferry_model::folder::RenderFolder;
use chatferry_model::plan::ChatKind;
use chatferry_model::schedule::{Load, Schedule};
use chatferry_model::{TargetKey, TeamKey};
use serde::Serialize;

use super::UploadOptions;
use super::error::UploadError;
use super::input::{Input, PlannedTarget};
use super::route::Route;
use chatferry_model::limits::Limits;

use crate::config::BaseUrl;
use crate::journal::{Journal, TargetState, TeamState};

/// The plan of an upload.
#[derive(Debug, Serialize)]
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
    #[serde(skip)]
    pub(super) planned: Planned,
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

/// The input of an upload with what the journal said of it when it was planned.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) folder: RenderFolder,
    pub(super) upload_dir: PathBuf,
    pub(super) options: UploadOptions,
    pub(super) input: Input,
    graph_url: BaseUrl,
    progress: Progress,
}

/// The progress of an upload by its journal: what a plan is made of beside its input.
#[derive(Debug, PartialEq, Eq)]
struct Progress {
    teams: BTreeMap<TeamKey<'static>, TeamState>,
    /// By the input's order.
    targets: Vec<TargetProgress>,
}

/// The progress of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TargetProgress {
    state: TargetState,
    /// Posts that are in Teams, or held back.
    done: u64,
    /// True if its file is another one than was uploaded.
    newer: bool,
    /// True if it has all its posts, but for some that Graph refused.
    refused: bool,
}

impl Progress {
    /// Reads it; without a journal nothing was sent yet.
    fn read(
        input: &Input,
        journal: Option<&Journal>,
        graph: &BaseUrl,
    ) -> Result<Self, UploadError> {
        let mut teams = BTreeMap::new();
        for team in &input.teams {
            let row = match journal {
                Some(journal) => journal.team_row(team.key.as_str())?,
                None => None,
            };
            let state = row.map_or(TeamState::Planned, |row| row.state);
            teams.insert(team.key.clone(), state);
        }
        let targets = input.targets.iter();
        let targets = targets.map(|planned| TargetProgress::read(planned, journal, graph));
        Ok(Self {
            teams,
            targets: targets.collect::<Result<_, _>>()?,
        })
    }
}

impl TargetProgress {
    fn read(
        planned: &PlannedTarget,
        journal: Option<&Journal>,
        graph: &BaseUrl,
    ) -> Result<Self, UploadError> {
        let mut progress = Self {
            state: TargetState::Planned,
            done: 0,
            newer: false,
            refused: false,
        };
        let Some(journal) = journal else {
            return Ok(progress);
        };
        let Some(row) = journal.target(planned.target().key.as_str())? else {
            return Ok(progress);
        };
        if row.state > TargetState::Planned && !planned.place.is(&row.place) {
            return Err(UploadError::Changed {
                target: planned.target().key.clone(),
            });
        }
        let tally = journal.tally(row.number)?;
        progress.state = row.state;
        progress.done = tally.posted + tally.adopted + tally.withheld;
        progress.newer = row.state > TargetState::Planned && row.input != planned.input;
        // A national cloud opens nothing a second time (crates/graph/RULES.md R68).
        let may_open = row.state >= TargetState::Posted && !graph.is_national();
        progress.refused = may_open && tally.refused > 0;
        Ok(progress)
    }

    /// Returns true if the target was through, and is opened once more.
    fn is_again(self) -> bool {
        self.state > TargetState::Posted && (self.newer || self.refused)
    }
}

impl UploadPlan {
    /// Checks that the journal is what it was when the plan was made.
    pub(super) fn check_current(&self, journal: &Journal) -> Result<(), UploadError> {
        let Planned {
            input,
            graph_url,
            progress,
            ..
        } = &self.planned;
        if Progress::read(input, Some(journal), graph_url)? == *progress {
            Ok(())
        } else {
            Err(UploadError::Outdated)
        }
    }
}

/// Plans an upload, without a network: what [`super::upload`] then does.
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
    let mut input = Input::load(folder, &options.selection)?;
    check_cloud(graph_url, &input)?;
    let journal = Journal::read(upload_dir)?;
    let progress = Progress::read(&input, journal.as_ref(), graph_url)?;
    let mut targets = Vec::new();
    for (planned, of_target) in input.targets.iter_mut().zip(&progress.targets) {
        planned.newer = of_target.newer;
        planned.refused = of_target.refused;
        let team = planned.team().and_then(|team| progress.teams.get(team));
        let is_late = team.is_some_and(|state| *state >= TeamState::Completing);
        if planned.route == Route::Standard && of_target.state == TargetState::Planned && is_late {
            planned.route = Route::AfterTeam;
        }
        if planned.selected {
            targets.push(TargetPlan::of(planned, *of_target));
        }
    }
    let teams = input.teams.iter().map(|team| {
        let of_team = targets.iter();
        let of_team = of_team.filter(|target| target.team.as_ref() == Some(&team.key));
        let state = progress.teams.get(&team.key);
        TeamPlan {
            key: team.key.clone(),
            name: team.name.clone(),
            exists: team.existing.is_some(),
            state: state.copied().unwrap_or(TeamState::Planned).as_str(),
            channels: of_team.count() as u64,
            members: (team.owners.len() + team.members.len()) as u64,
        }
    });
    let teams = teams.collect();
    let mut plan = UploadPlan {
        teams,
        posts: targets.iter().map(|target| target.posts).sum(),
        done: targets.iter().map(|target| target.done).sum(),
        targets,
        seconds: 0.0,
        planned: Planned {
            folder: folder.clone(),
            upload_dir: upload_dir.to_owned(),
            options: options.clone(),
            input,
            graph_url: graph_url.clone(),
            progress,
        },
    };
    plan.seconds = plan.schedule(limits).seconds;
    Ok(plan)
}

impl TargetPlan {
    fn of(planned: &PlannedTarget, progress: TargetProgress) -> Self {
        let summary = &planned.summary;
        let group = planned.chat().filter(|chat| chat.kind == ChatKind::Group);
        let route = if progress.is_again() {
            Route::Again
        } else {
            planned.route
        };
        Self {
            key: planned.target().key.clone(),
            name: planned.name().to_owned(),
            team: planned.team().cloned(),
            route,
            why: route.why(),
            state: progress.state.as_str(),
            posts: summary.posts,
            replies: summary.replies,
            done: progress.done.min(summary.posts),
            shown: group
                .filter(|_| progress.state < TargetState::Done)
                .map_or(0, |chat| chat.members.len() as u64),
        }
    }
}

/// A national cloud can't put anything into migration mode (crates/graph/RULES.md R68): only what
/// is created in it is filled there.
fn check_cloud(graph: &BaseUrl, input: &Input) -> Result<(), UploadError> {
    let mut others = input.targets.iter().filter(|planned| {
        graph.is_national() && planned.selected && !planned.route.is_everywhere()
    });
    match others.next() {
        None => Ok(()),
        Some(first) => Err(UploadError::NationalCloud {
            target: first.target().key.clone(),
            route: first.route,
            others: others.count(),
        }),
    }
}
