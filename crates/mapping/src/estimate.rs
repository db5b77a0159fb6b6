//! The plan as a value, `2-map/plan.json`: what there will be in the tenant, how long it takes at
//! Graph's rates, what bounds that and what would shorten it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use chatferry_model::EntraId;
use chatferry_model::file::{File, FilePlace};
use chatferry_model::folder::ReadFolder;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::plan::{Membership, Plan, Target, TargetPlace};
use serde::{Deserialize, Serialize};

use crate::error::MapError;

/// The rate at which Graph takes things (crates/graph/RULES.md 2.1, 2.2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Posts per second into one channel or chat; 5.
    pub channel_posts: f64,
    /// Posts per second into all channels of a team, where Graph holds an import to its general
    /// limit; 4.
    pub team_posts: f64,
    /// Posts per second into all channels; 50.
    pub app_channel_posts: f64,
    /// Posts per second into all chats; 20.
    pub app_chat_posts: f64,
    /// Changes of members per minute in one chat; 4.
    pub chat_members: f64,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            channel_posts: 5.0,
            team_posts: 4.0,
            app_channel_posts: 50.0,
            app_chat_posts: 20.0,
            chat_members: 4.0,
        }
    }
}

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
    pub what: What,
    /// The channel's or chat's name, and its team's, where it is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The number of posts go there.
    pub posts: u64,
    /// The time they take.
    pub seconds: u64,
}

/// The kinds of bounds of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The longest channel.
    LongestChannel,
    /// All channels together.
    AllChannels,
    /// The longest chat, the changes of its members included.
    LongestChat,
    /// All chats together.
    AllChats,
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

    pub(crate) fn of(plan: &Plan, read: &ReadFolder, rates: Rates) -> Result<Self, MapError> {
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
            upload: estimate(plan, &teams, rates),
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

/// Whole seconds that so many take at so many per second.
fn seconds(count: u64, per_second: f64) -> u64 {
    if count == 0 || per_second <= 0.0 {
        return 0;
    }
    // Exact as long as there are fewer than 2^53 posts.
    (count as f64 / per_second).ceil() as u64
}

fn estimate(plan: &Plan, teams: &[TeamPlan], rates: Rates) -> Estimate {
    let name_of = |key: &str| {
        let team = teams.iter().find(|team| team.key == key);
        team.map(|team| team.name.clone()).unwrap_or_default()
    };
    let mut longest: [Option<Bound>; 2] = [None, None];
    let mut all = [0, 0];
    for target in &plan.targets {
        let posts = posts(target);
        let (kind, bound) = match &target.place {
            TargetPlace::Channel(channel) => (
                0,
                Bound {
                    what: What::LongestChannel,
                    name: format!("{} › {}", name_of(channel.team.as_str()), channel.name),
                    posts,
                    seconds: seconds(posts, rates.channel_posts),
                },
            ),
            TargetPlace::Chat(chat) => {
                let topic = chat.topic.clone();
                let people = chat.members.len() as u64;
                // Each member of a group is taken out and put in again to see what was said before
                // (crates/graph/RULES.md 1.15); nobody can be taken out of a pair.
                let changes = if people > 2 { people * 2 } else { 0 };
                (
                    1,
                    Bound {
                        what: What::LongestChat,
                        name: topic.unwrap_or_else(|| target.key.to_string()),
                        posts,
                        seconds: seconds(posts, rates.channel_posts)
                            + seconds(changes, rates.chat_members / 60.0),
                    },
                )
            }
        };
        if let (Some(all), Some(longest)) = (all.get_mut(kind), longest.get_mut(kind)) {
            *all += posts;
            if longest
                .as_ref()
                .is_none_or(|longest| bound.seconds > longest.seconds)
            {
                *longest = Some(bound);
            }
        }
    }
    let [channel_posts, chat_posts] = all;
    let together = [
        (What::AllChannels, channel_posts, rates.app_channel_posts),
        (What::AllChats, chat_posts, rates.app_chat_posts),
    ];
    let mut bounds: Vec<Bound> = longest.into_iter().flatten().collect();
    bounds.extend(together.into_iter().map(|(what, posts, rate)| Bound {
        what,
        name: String::new(),
        posts,
        seconds: seconds(posts, rate),
    }));
    bounds.retain(|bound| bound.seconds > 0);
    bounds.sort_by(|a, b| b.seconds.cmp(&a.seconds).then_with(|| a.cmp(b)));
    let per_team = teams
        .iter()
        .map(|team| seconds(team.posts, rates.team_posts));
    let longest = bounds.first().map_or(0, |bound| bound.seconds);
    let limited = per_team.max().unwrap_or(0).max(longest);
    Estimate {
        seconds: longest,
        seconds_per_team_limited: limited,
        shorten: shorten(&bounds, longest < limited, rates),
        bounds,
    }
}

/// Returns the advice that would shorten the upload.
fn shorten(bounds: &[Bound], teams_bound: bool, rates: Rates) -> Vec<String> {
    let mut advice = Vec::new();
    let Some(bound) = bounds.first() else {
        return advice;
    };
    let next = bounds.get(1).map_or(0, |bound| bound.seconds);
    let gain = if next < bound.seconds {
        format!(
            ": {} at best instead of {}",
            words(next),
            words(bound.seconds)
        )
    } else {
        String::new()
    };
    advice.push(match bound.what {
        What::LongestChannel => format!(
            "split {} by year (column split of the conversations), so that its parts upload side by side{gain}",
            bound.name
        ),
        What::LongestChat if bound.seconds > seconds(bound.posts, rates.channel_posts) => format!(
            "make the chat {} a private channel, or skip it: a chat takes {} changes of members a minute{gain}",
            bound.name, rates.chat_members
        ),
        What::LongestChat => format!(
            "skip the chat {}, or leave out what is old (--since){gain}",
            bound.name
        ),
        What::AllChannels => format!(
            "leave channels out (action skip) or what is old (--since): Graph takes {} posts a second into all channels",
            rates.app_channel_posts
        ),
        What::AllChats => format!(
            "leave chats out (action skip): Graph takes {} posts a second into all chats{gain}",
            rates.app_chat_posts
        ),
    });
    if teams_bound {
        advice.push(format!(
            "if Graph holds the import to {} posts a second for a team: share the channels out to more teams (column team)",
            rates.team_posts
        ));
    }
    advice
}

/// `45 s`, `12 min`, `3 h 20 min`, `5 d 2 h`.
fn words(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}
