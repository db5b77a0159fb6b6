//! The input of an upload: the part of `3-render` it needs.

use std::collections::BTreeMap;

use chatferry_model::finding::Place;
use chatferry_model::folder::RenderFolder;
use chatferry_model::manifest::Manifest;
use chatferry_model::plan::{
    Channel, Chat, RenderDetails, Target, TargetPlace, TargetSummary, Team,
};
use chatferry_model::selection::Selection;
use chatferry_model::{EntraId, TeamKey};
use xxhash_rust::xxh3::xxh3_128;

use super::error::UploadError;
use super::identity::Identity;
use super::route::Route;

/// Everything an upload needs of `3-render`.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) teams: Vec<Team>,
    pub(crate) targets: Vec<PlannedTarget>,
    /// True if posts speak through the placeholder's stand-in.
    pub(crate) rehearsal_account: bool,
}

/// A target, with what uploading needs of it.
#[derive(Debug)]
pub(crate) struct PlannedTarget {
    pub(crate) summary: TargetSummary,
    pub(crate) route: Route,
    /// True if the plan lays a newer export over what was uploaded.
    pub(crate) newer: bool,
    /// True if the plan tries posts once more that Graph refused.
    pub(crate) refused: bool,
    /// The identity in the journal.
    pub(crate) place: Identity,
    /// The hash of its posts' file.
    pub(crate) input: String,
    /// True if it takes part in this run.
    pub(crate) selected: bool,
    /// Posts of the longest target that can't begin before this one is through.
    pub(crate) successors: u64,
}

impl PlannedTarget {
    pub(crate) fn target(&self) -> &Target {
        &self.summary.target
    }

    /// The channel, if it is one.
    pub(crate) fn channel(&self) -> Option<&Channel> {
        match &self.target().place {
            TargetPlace::Channel(channel) => Some(channel),
            TargetPlace::Chat(_) => None,
        }
    }

    /// The chat, if it is one.
    pub(crate) fn chat(&self) -> Option<&Chat> {
        match &self.target().place {
            TargetPlace::Channel(_) => None,
            TargetPlace::Chat(chat) => Some(chat),
        }
    }

    /// The key of a channel's team.
    pub(crate) fn team(&self) -> Option<&TeamKey<'static>> {
        self.channel().map(|channel| &channel.team)
    }

    /// Returns the name in Teams; a chat without a topic is called by its source.
    pub(crate) fn name(&self) -> &str {
        let target = self.target();
        match &target.place {
            TargetPlace::Channel(channel) => &channel.name,
            TargetPlace::Chat(chat) => {
                let source = target.sources.first().map(|source| source.name.as_str());
                let named = chat.topic.as_deref().or(source);
                named
                    .filter(|name| !name.is_empty())
                    .unwrap_or(target.key.as_str())
            }
        }
    }

    /// Returns the place where a finding about the whole target is.
    pub(crate) fn finding_place(&self) -> Place<'static> {
        let source = self.target().sources.first();
        Place {
            file: Some(self.target().key.to_string().into()),
            conversation: source.map(|source| source.conversation.to_string().into()),
            ts: None,
        }
    }
}

impl Input {
    /// Reads the manifest of `3-render`.
    pub(crate) fn load(folder: &RenderFolder, selection: &Selection) -> Result<Self, UploadError> {
        let manifest = Manifest::<RenderDetails>::read(folder.root())?;
        let rehearsal_account = manifest.details.rehearsal_account;
        let teams = manifest.details.teams;
        let hashes: BTreeMap<_, _> = manifest
            .files
            .iter()
            .map(|(path, file)| (path.as_str(), file.hash.as_str()))
            .collect();
        let mut targets = Vec::new();
        for summary in manifest.details.targets {
            let target = &summary.target;
            let team = match &target.place {
                TargetPlace::Channel(channel) => {
                    let team = teams.iter().find(|team| team.key == channel.team);
                    Some(team.ok_or_else(|| UploadError::NoTeam {
                        target: target.key.clone(),
                        team: channel.team.clone(),
                    })?)
                }
                TargetPlace::Chat(_) => None,
            };
            let path = folder.posts(&target.key);
            let path = path.strip_prefix(folder.root()).unwrap_or(&path);
            let path = path.to_string_lossy().replace('\\', "/");
            let sources = &target.sources;
            let selected = sources.iter().any(|source| {
                selection.has_conversation(source.conversation.as_str(), &source.name)
            });
            targets.push(PlannedTarget {
                route: Route::of(&target.place, team),
                newer: false,
                refused: false,
                place: Identity::of(&target.place),
                input: (*hashes.get(path.as_str()).unwrap_or(&"")).to_owned(),
                selected: selected || (sources.is_empty() && selection.is_everything()),
                successors: 0,
                summary,
            });
        }
        targets.sort_by(|a, b| {
            b.summary
                .posts
                .cmp(&a.summary.posts)
                .then_with(|| a.target().key.cmp(&b.target().key))
        });
        wait_for_teams(&teams, &mut targets);
        Ok(Self {
            teams,
            targets,
            rehearsal_account,
        })
    }

    /// The targets of a team.
    pub(crate) fn of_team(&self, team: &TeamKey<'_>) -> Vec<&PlannedTarget> {
        let targets = self.targets.iter();
        targets
            .filter(|planned| planned.team() == Some(team))
            .collect()
    }

    /// Returns true if a team takes part: one of which nothing is selected is not touched.
    pub(crate) fn takes_part(&self, team: &TeamKey<'_>) -> bool {
        let targets = self.of_team(team);
        targets.is_empty() || targets.iter().any(|planned| planned.selected)
    }

    /// The chats.
    pub(crate) fn chats(&self) -> impl Iterator<Item = &PlannedTarget> {
        self.targets
            .iter()
            .filter(|planned| planned.chat().is_some())
    }
}

/// Lets what other channels wait for go first (crates/graph/RULES.md R52).
fn wait_for_teams(teams: &[Team], targets: &mut [PlannedTarget]) {
    for team in teams {
        let of_team = |planned: &&mut PlannedTarget| planned.team() == Some(&team.key);
        let late = targets.iter_mut().filter(of_team);
        let late = late.filter(|planned| !planned.route.is_early());
        let longest = late.map(|planned| planned.summary.posts).max().unwrap_or(0);
        let early = targets.iter_mut().filter(of_team);
        for planned in early.filter(|planned| planned.route.is_early()) {
            planned.successors = longest;
        }
    }
}

/// A hash of members in any order, to see whether any were added.
pub(super) fn roster<'a>(members: impl IntoIterator<Item = &'a EntraId>) -> String {
    let mut ids: Vec<_> = members.into_iter().map(ToString::to_string).collect();
    ids.sort();
    format!("{:032x}", xxh3_128(ids.join("\n").as_bytes()))
}
