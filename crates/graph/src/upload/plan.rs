//! What an upload will do, as a value: for `--dry-run`, and for the upload itself.

use std::collections::BTreeMap;
use std::path::Path;

use chatferry_model::folder::RenderFolder;
use chatferry_model::manifest::Manifest;
use chatferry_model::plan::{
    Channel, Membership, RenderDetails, Target, TargetPlace, TargetSummary, Team,
};
use chatferry_model::selection::Selection;
use chatferry_model::{TargetKey, TeamKey};
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_128;

use super::{UploadError, UploadOptions};
use crate::config::Limits;
use crate::journal::{Journal, TargetState, TeamState};

/// What an upload will do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UploadPlan {
    /// The teams, by key.
    pub teams: Vec<TeamPlan>,
    /// The targets that are selected, longest first.
    pub targets: Vec<TargetPlan>,
    /// Posts in their files.
    pub posts: u64,
    /// How many of them are through already.
    pub done: u64,
    /// How long the rest takes at least, in seconds: what Graph's limits allow (graph.md 2.1).
    pub seconds: f64,
}

/// What an upload will do for a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TeamPlan {
    /// Its key in `teams.csv`.
    pub key: TeamKey<'static>,
    /// Its name.
    pub name: String,
    /// How far it is: `planned` if nothing was sent yet.
    pub state: &'static str,
    /// Channels that go into it, General included if something goes there.
    pub channels: u64,
    /// Owners and members it will have.
    pub members: u64,
}

/// What an upload will do for a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TargetPlan {
    /// Its key.
    pub key: TargetKey<'static>,
    /// Its name in Teams.
    pub name: String,
    /// Its team.
    pub team: TeamKey<'static>,
    /// How it is filled.
    pub route: Route,
    /// How far it is: `planned` if nothing was sent yet.
    pub state: &'static str,
    /// Posts in its file.
    pub posts: u64,
    /// How many of them are replies.
    pub replies: u64,
    /// How many of them are through already.
    pub done: u64,
}

/// How a target is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// Created in migration mode together with its team (graph.md E4).
    Standard,
    /// The channel that comes with the team (graph.md 1.6).
    General,
    /// Created private once the team has members, then put into migration mode (graph.md E6): in
    /// migration mode it would silently become standard (R10).
    Private,
}

impl Route {
    fn of(channel: &Channel) -> Self {
        match channel.membership {
            Membership::Private | Membership::Shared => Self::Private,
            Membership::Standard if channel.general => Self::General,
            Membership::Standard => Self::Standard,
        }
    }

    /// The way in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "new channel in migration mode",
            Self::General => "the team's General channel",
            Self::Private => {
                "private channel, created with its members, then put in migration mode"
            }
        }
    }
}

/// Everything an upload needs of `3-render`.
pub(crate) struct Input {
    pub(crate) teams: Vec<Team>,
    pub(crate) targets: Vec<Assigned>,
    /// Whether posts speak through the placeholder's stand-in.
    pub(crate) stand_in: bool,
}

/// A target that is selected, with what uploading needs of it.
pub(crate) struct Assigned {
    pub(crate) summary: TargetSummary,
    pub(crate) channel: Channel,
    pub(crate) route: Route,
    /// A hash of what it is and what its file holds: an upload goes on with the same only.
    pub(crate) input: String,
    /// Whether it takes part in this run.
    pub(crate) selected: bool,
}

impl Assigned {
    pub(crate) fn target(&self) -> &Target {
        &self.summary.target
    }
}

impl Input {
    /// Reads the manifest of `3-render`.
    pub(crate) fn load(folder: &RenderFolder, selection: &Selection) -> Result<Self, UploadError> {
        let manifest = Manifest::<RenderDetails>::read(folder.root())?;
        let stand_in = manifest.details.stand_in;
        let chats = manifest.details.targets.iter();
        let chats = chats.filter(|summary| matches!(summary.target.place, TargetPlace::Chat(_)));
        let chats = chats.count();
        if chats > 0 {
            return Err(UploadError::Chats { chats });
        }
        let hashes: BTreeMap<_, _> = manifest
            .files
            .iter()
            .map(|(path, file)| (path.as_str(), file.hash.as_str()))
            .collect();
        let mut targets: Vec<_> = manifest
            .details
            .targets
            .into_iter()
            .filter_map(|summary| {
                let TargetPlace::Channel(channel) = summary.target.place.clone() else {
                    return None;
                };
                let path = folder.posts(&summary.target.key);
                let path = path.strip_prefix(folder.root()).unwrap_or(&path);
                let path = path.to_string_lossy().replace('\\', "/");
                let hash = hashes.get(path.as_str()).copied().unwrap_or_default();
                let sources = &summary.target.sources;
                let selected = sources.iter().any(|source| {
                    selection.has_conversation(source.conversation.as_str(), &source.name)
                });
                Some(Assigned {
                    route: Route::of(&channel),
                    input: fingerprint(&summary.target, &channel, hash),
                    selected: selected || (sources.is_empty() && selection.is_everything()),
                    channel,
                    summary,
                })
            })
            .collect();
        targets.sort_by(|a, b| {
            b.summary
                .posts
                .cmp(&a.summary.posts)
                .then(a.target().key.cmp(&b.target().key))
        });
        for assigned in &targets {
            if !manifest
                .details
                .teams
                .iter()
                .any(|team| team.key == assigned.channel.team)
            {
                let target = assigned.target().key.clone();
                return Err(UploadError::NoTeam {
                    target,
                    team: assigned.channel.team.clone(),
                });
            }
        }
        Ok(Self {
            teams: manifest.details.teams,
            targets,
            stand_in,
        })
    }
}

/// What must not change while an upload is under way: where the target is, and what is posted.
fn fingerprint(target: &Target, channel: &Channel, posts: &str) -> String {
    let text = format!(
        "{}\n{}\n{:?}\n{}\n{}\n{posts}",
        channel.team, channel.name, channel.membership, channel.general, target.created
    );
    format!("{:032x}", xxh3_128(text.as_bytes()))
}

impl UploadPlan {
    /// A channel takes so many posts a second, the app so many; and a team's private channels are
    /// filled after its standard ones, because only a complete team has members (graph.md R52).
    fn least_seconds(&self, limits: &Limits) -> f64 {
        let longest = |team: &TeamPlan, private: bool| {
            let targets = self.targets.iter().filter(|target| {
                target.team == team.key && (target.route == Route::Private) == private
            });
            let left = targets.map(|target| target.posts.saturating_sub(target.done));
            left.max().unwrap_or(0)
        };
        let by_team = self
            .teams
            .iter()
            .map(|team| longest(team, false) + longest(team, true));
        let in_a_row = by_team.max().unwrap_or(0) as f64;
        let left = self.posts.saturating_sub(self.done) as f64;
        (in_a_row / limits.channel_posts.calls_per_second())
            .max(left / limits.app_channel_posts.calls_per_second())
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
) -> Result<UploadPlan, UploadError> {
    let input = Input::load(folder, &options.selection)?;
    let journal = Journal::read(upload_dir)?;
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
        if let (Some(journal), Some(row)) = (&journal, row) {
            if row.state > TargetState::Planned && row.input != assigned.input {
                return Err(UploadError::Changed {
                    target: key.clone(),
                });
            }
            let tally = journal.tally(row.number)?;
            state = row.state;
            done = tally.posted + tally.adopted;
        }
        let summary = &assigned.summary;
        plan.posts += summary.posts;
        plan.done += done;
        plan.targets.push(TargetPlan {
            key: key.clone(),
            name: assigned.channel.name.clone(),
            team: assigned.channel.team.clone(),
            route: assigned.route,
            state: state.as_str(),
            posts: summary.posts,
            replies: summary.replies,
            done,
        });
    }
    for team in &input.teams {
        let rows = journal
            .as_ref()
            .map(Journal::teams)
            .transpose()?
            .unwrap_or_default();
        let state = rows.iter().find(|row| row.key == team.key.as_str());
        let of_team = plan.targets.iter().filter(|target| target.team == team.key);
        plan.teams.push(TeamPlan {
            key: team.key.clone(),
            name: team.name.clone(),
            state: state.map_or(TeamState::Planned, |row| row.state).as_str(),
            channels: of_team.count() as u64,
            members: (team.owners.len() + team.members.len()) as u64,
        });
    }
    plan.seconds = plan.least_seconds(limits);
    Ok(plan)
}
