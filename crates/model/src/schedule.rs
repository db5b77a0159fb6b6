//! The time an upload takes at Graph's rates, and what bounds it: one schedule for every command
//! that says so.
//!
//! A channel or chat takes so many posts a second, an app so many of each kind. The private
//! channels of a new team are filled after its standard ones, because only a complete team has
//! members (`crates/graph/RULES.md` R52). A group chat's members are taken out and put in again to
//! see its history (`crates/graph/RULES.md` 1.15), four changes a minute (R47). Files take as long
//! as the line to the tenant lets them and are no part of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::limits::Limits;

/// A target as far as its duration goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// The key of the channel's team; none for a chat.
    pub team: Option<String>,
    /// The name of the channel or chat, and of its team, as it is shown.
    pub name: String,
    /// True if it is filled before its team is complete.
    pub early: bool,
    /// The posts still to be sent.
    pub posts: u64,
    /// The members of a group chat who are shown its history.
    pub shown: u64,
}

/// The time an upload takes, and what bounds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// The time in seconds.
    pub seconds: f64,
    /// The time in seconds if Graph holds a team to [`Limits::team_posts`], which its documents
    /// leave open.
    pub seconds_per_team_limited: f64,
    /// The bounds, the longest first.
    pub bounds: Vec<Bound>,
}

/// Something that takes its time however fast the rest goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The kind of bound.
    pub what: BoundKind,
    /// The name of the channel or chat, where it is one.
    pub name: String,
    /// The number of posts.
    pub posts: u64,
    /// The time in seconds.
    pub seconds: f64,
}

/// The kinds of bounds of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BoundKind {
    /// The longest channel; of a new team its longest standard channel and then its longest private
    /// one.
    LongestChannel,
    /// All channels together.
    AllChannels,
    /// The longest chat, the changes of its members included.
    LongestChat,
    /// All chats together.
    AllChats,
}

/// The channels of one team: the longest before and after its completion, and all posts.
#[derive(Default)]
struct TeamLoad<'a> {
    longest: [Option<&'a Load>; 2],
    posts: u64,
}

impl Schedule {
    /// Computes the schedule of `loads` at the rates of `limits`.
    #[must_use]
    pub fn of(loads: &[Load], limits: &Limits) -> Self {
        let mut teams: BTreeMap<&str, TeamLoad<'_>> = BTreeMap::new();
        let mut longest_chat: Option<Bound> = None;
        let [mut in_channels, mut in_chats] = [0, 0];
        for load in loads {
            let Some(team) = &load.team else {
                in_chats += load.posts;
                let changes = limits.member_changes.seconds(2 * load.shown);
                let seconds = limits.channel_posts.seconds(load.posts) + changes;
                keep_longer(
                    &mut longest_chat,
                    BoundKind::LongestChat,
                    load,
                    load.posts,
                    seconds,
                );
                continue;
            };
            in_channels += load.posts;
            let team = teams.entry(team).or_default();
            team.posts += load.posts;
            let [early, late] = &mut team.longest;
            let longest = if load.early { early } else { late };
            if longest.is_none_or(|longest| longest.posts < load.posts) {
                *longest = Some(load);
            }
        }
        let mut longest_channel: Option<Bound> = None;
        let mut per_team: f64 = 0.0;
        for team in teams.values() {
            per_team = per_team.max(limits.team_posts.seconds(team.posts));
            let in_a_row = team.longest.iter().flatten();
            let posts = in_a_row.clone().map(|load| load.posts).sum();
            if let Some(named) = in_a_row.max_by_key(|load| load.posts) {
                let seconds = limits.channel_posts.seconds(posts);
                keep_longer(
                    &mut longest_channel,
                    BoundKind::LongestChannel,
                    named,
                    posts,
                    seconds,
                );
            }
        }
        let all = [
            (
                BoundKind::AllChannels,
                in_channels,
                limits.app_channel_posts,
            ),
            (BoundKind::AllChats, in_chats, limits.app_chat_posts),
        ];
        let all = all.map(|(what, posts, rate)| Bound {
            what,
            name: String::new(),
            posts,
            seconds: rate.seconds(posts),
        });
        let longest = [longest_channel, longest_chat].into_iter().flatten();
        let mut bounds: Vec<Bound> = longest.chain(all).collect();
        bounds.retain(|bound| bound.seconds > 0.0);
        bounds.sort_by(|a, b| b.seconds.total_cmp(&a.seconds).then(a.what.cmp(&b.what)));
        let seconds = bounds.first().map_or(0.0, |bound| bound.seconds);
        Self {
            seconds,
            seconds_per_team_limited: seconds.max(per_team),
            bounds,
        }
    }
}

fn keep_longer(
    longest: &mut Option<Bound>,
    what: BoundKind,
    load: &Load,
    posts: u64,
    seconds: f64,
) {
    if longest
        .as_ref()
        .is_none_or(|longest| longest.seconds < seconds)
    {
        *longest = Some(Bound {
            what,
            name: load.name.clone(),
            posts,
            seconds,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(team: &str, early: bool, posts: u64) -> Load {
        Load {
            team: Some(team.to_owned()),
            name: format!("{team}-{early}"),
            early,
            posts,
            shown: 0,
        }
    }

    fn seconds(loads: &[Load]) -> f64 {
        Schedule::of(loads, &Limits::default()).seconds
    }

    #[test]
    fn private_channels_of_a_new_team_come_after_its_standard_ones() {
        let (public, private) = (channel("a", true, 1_000), channel("a", false, 1_000));
        assert!((seconds(&[public.clone(), private.clone()]) - 400.0).abs() < 1e-9);
        assert!((seconds(&[public, channel("b", false, 1_000)]) - 200.0).abs() < 1e-9);
        assert!((seconds(&[private]) - 200.0).abs() < 1e-9);
    }

    #[test]
    fn the_app_and_the_members_of_chats_bound_it_too() {
        let many: Vec<Load> = (0..20)
            .map(|n| channel(&n.to_string(), true, 100))
            .collect();
        assert!((seconds(&many) - 40.0).abs() < 1e-9);
        let chat = Load {
            team: None,
            shown: 6,
            ..channel("c", false, 10)
        };
        assert!((seconds(&[chat]) - (2.0 + 180.0)).abs() < 1e-9);
        assert_eq!(Schedule::of(&[], &Limits::default()).bounds, []);
    }
}
