//! The plan as a value, `2-map/plan.json`: what there will be in the tenant, how long it takes at
//! Graph's rates, what bounds that and what would shorten it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use chatferry_model::EntraId;
use chatferry_model::figures::duration;
use chatferry_model::file::{File, FilePlace};
use chatferry_model::folder::ReadFolder;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::limits::Limits;
use chatferry_model::plan::{ChatKind, Membership, Plan, Target, TargetPlace};
use chatferry_model::schedule::{BoundKind, Load, Schedule};
use serde::{Deserialize, Serialize};

use crate::error::MapError;

/// The result of mapping, and the duration of the upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapPlan {
    /// All of it.
    pub total: Total,
    /// Team by team, in the order of their keys.
    pub teams: Vec<TeamPlan>,
    /// The time the upload takes.
    pub upload: Estimate,
}

/// All that there will be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// Teams to fill.
    pub teams: u64,
    /// Channels to fill.
    pub channels: u64,
    /// Chats to fill.
    pub chats: u64,
    /// Users who will be in a team or chat.
    pub members: u64,
    /// Messages that go somewhere; what is too long becomes more than one post.
    pub posts: u64,
    /// Files of the export that can be brought.
    pub files: u64,
    /// The bytes, as far as the source says them.
    pub file_bytes: u64,
}

/// The plan for a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamPlan {
    /// The key in the table of teams.
    pub key: String,
    /// The name.
    pub name: String,
    /// True if the tenant has it already.
    pub existing: bool,
    /// The owners.
    pub owners: u64,
    /// The other members.
    pub members: u64,
    /// Channels that everybody in it reads.
    pub standard: u64,
    /// Private channels.
    pub private: u64,
    /// Shared channels.
    pub shared: u64,
    /// Messages that go there.
    pub posts: u64,
}

/// The time the upload of the posts takes. Files take as long as the line to the tenant lets them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// Seconds at the rates documented for imports.
    pub seconds: u64,
    /// Seconds if Graph holds the import to its limit for a team as well, which its documents leave
    /// open; the upload begins at that rate and goes faster as long as it may.
    pub seconds_per_team_limited: u64,
    /// The bounds of the duration, the longest first.
    pub bounds: Vec<Bound>,
    /// The advice that would shorten it, in words.
    pub shorten: Vec<String>,
}

/// Something that takes so long however fast the rest goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bound {
    /// The kind of bound.
    pub what: BoundKind,
    /// The channel's or chat's name, and its team's, where it is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The number of posts.
    pub posts: u64,
    /// The time they take.
    pub seconds: u64,
}

/// The name of the file.
const FILE: &str = "plan.json";

impl MapPlan {
    /// Reads `plan.json` of the folder `map`.
    ///
    /// # Errors
    /// When it is not there or damaged.
    pub fn read(map: &Path) -> Result<Self, MapError> {
        let path = map.join(FILE);
        let text = fs::read(&path).map_err(MapError::io(&path))?;
        serde_json::from_slice(&text).map_err(|error| MapError::Kept { path, error })
    }

    pub(crate) fn write(&self, into: &Path) -> Result<(), MapError> {
        let path = into.join(FILE);
        let mut text = serde_json::to_string_pretty(self).map_err(|error| MapError::Kept {
            path: path.clone(),
            error,
        })?;
        text.push('\n');
        fs::write(&path, text).map_err(MapError::io(&path))
    }

    pub(crate) fn of(plan: &Plan, read: &ReadFolder, limits: &Limits) -> Result<Self, MapError> {
        let (files, file_bytes) = files(read)?;
        let mut total = Total {
            teams: plan.teams.len() as u64,
            files,
            file_bytes,
            ..Total::default()
        };
        let mut members = BTreeSet::<EntraId>::new();
        let mut teams: BTreeMap<&str, TeamPlan> = BTreeMap::new();
        for team in plan.teams.values() {
            members.extend(team.owners.iter().chain(&team.members));
            let plan = TeamPlan {
                key: team.key.to_string(),
                name: team.name.clone(),
                existing: team.existing.is_some(),
                owners: team.owners.len() as u64,
                members: team.members.len() as u64,
                standard: 0,
                private: 0,
                shared: 0,
                posts: 0,
            };
            teams.insert(team.key.as_str(), plan);
        }
        for target in &plan.targets {
            let posts = posts(target);
            total.posts += posts;
            match &target.place {
                TargetPlace::Chat(chat) => {
                    total.chats += 1;
                    members.extend(&chat.members);
                }
                TargetPlace::Channel(channel) => {
                    total.channels += 1;
                    let Some(team) = teams.get_mut(channel.team.as_str()) else {
                        continue;
                    };
                    team.posts += posts;
                    match channel.membership {
                        Membership::Standard => team.standard += 1,
                        Membership::Private => team.private += 1,
                        Membership::Shared => team.shared += 1,
                    }
                }
            }
        }
        total.members = members.len() as u64;
        let teams: Vec<TeamPlan> = teams.into_values().collect();
        Ok(Self {
            upload: estimate(plan, &teams, limits),
            total,
            teams,
        })
    }
}

fn posts(target: &Target) -> u64 {
    target.sources.iter().map(|source| source.messages).sum()
}

/// The files of the export that can be brought, and their bytes.
fn files(read: &ReadFolder) -> Result<(u64, u64), MapError> {
    let path = read.files();
    let (mut files, mut bytes) = (0, 0);
    if !path.exists() {
        return Ok((files, bytes));
    }
    let mut reader = JsonlReader::open(&path, Format::FILES)?;
    while let Some(chunk) = reader.next_chunk()? {
        for (number, line) in chunk.lines() {
            let file: File<'_> = chunk.parse(number, line)?;
            if matches!(file.place, FilePlace::Blob(_) | FilePlace::Remote(_)) {
                files += 1;
                bytes += file.size.unwrap_or(0);
            }
        }
    }
    Ok((files, bytes))
}

fn estimate(plan: &Plan, teams: &[TeamPlan], limits: &Limits) -> Estimate {
    let loads: Vec<Load> = plan
        .targets
        .iter()
        .map(|target| load(target, teams))
        .collect();
    let schedule = Schedule::of(&loads, limits);
    let whole = |seconds: f64| seconds.ceil() as u64;
    let bounds: Vec<Bound> = schedule
        .bounds
        .iter()
        .map(|bound| Bound {
            what: bound.what,
            name: bound.name.clone(),
            posts: bound.posts,
            seconds: whole(bound.seconds),
        })
        .collect();
    Estimate {
        seconds: whole(schedule.seconds),
        seconds_per_team_limited: whole(schedule.seconds_per_team_limited),
        shorten: shorten(
            &bounds,
            schedule.seconds < schedule.seconds_per_team_limited,
            limits,
        ),
        bounds,
    }
}

/// Returns the load of a target; messages that become several posts count once.
fn load(target: &Target, teams: &[TeamPlan]) -> Load {
    let posts = posts(target);
    match &target.place {
        TargetPlace::Channel(channel) => {
            let team = teams.iter().find(|team| team.key == channel.team.as_str());
            let existing = channel.existing.is_some() || team.is_some_and(|team| team.existing);
            let team_name = team.map_or("", |team| team.name.as_str());
            Load {
                team: Some(channel.team.to_string()),
                name: format!("{team_name} › {}", channel.name),
                early: !existing && channel.membership == Membership::Standard,
                posts,
                shown: 0,
            }
        }
        TargetPlace::Chat(chat) => {
            let topic = chat.topic.clone();
            let group = chat.kind == ChatKind::Group;
            Load {
                team: None,
                name: topic.unwrap_or_else(|| target.key.to_string()),
                early: false,
                posts,
                shown: if group { chat.members.len() as u64 } else { 0 },
            }
        }
    }
}

/// Returns the advice that would shorten the upload.
fn shorten(bounds: &[Bound], teams_bound: bool, limits: &Limits) -> Vec<String> {
    let mut advice = Vec::new();
    let Some(bound) = bounds.first() else {
        return advice;
    };
    let next = bounds.get(1).map_or(0, |bound| bound.seconds);
    let gain = if next < bound.seconds {
        format!(
            ": {} instead of {}",
            duration(next),
            duration(bound.seconds)
        )
    } else {
        String::new()
    };
    advice.push(match bound.what {
        BoundKind::LongestChannel => format!(
            "split {} by year (column `split` of the conversations){gain}",
            bound.name
        ),
        BoundKind::LongestChat if bound.seconds > limits.channel_posts.seconds(bound.posts).ceil() as u64 => format!(
            "make the chat {} a private channel, or skip it: a chat takes {} changes of members a minute{gain}",
            bound.name,
            limits.member_changes.calls_per_second() * 60.0
        ),
        BoundKind::LongestChat => format!(
            "skip the chat {}, or skip old messages (`--since`){gain}",
            bound.name
        ),
        BoundKind::AllChannels => format!(
            "skip channels (column `action`) or old messages (`--since`): Graph takes {} posts a second into all channels",
            limits.app_channel_posts.calls_per_second()
        ),
        BoundKind::AllChats => format!(
            "skip chats (column `action`): Graph takes {} posts a second into all chats{gain}",
            limits.app_chat_posts.calls_per_second()
        ),
    });
    if teams_bound {
        advice.push(format!(
            "if Graph limits a team to {} posts a second: divide the channels among more teams (column `team`)",
            limits.team_posts.calls_per_second()
        ));
    }
    advice
}
