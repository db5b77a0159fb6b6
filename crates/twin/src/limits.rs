//! Ceilings on requests, each in a rolling window (R46, R47).

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::AppId;
use crate::moment::Moment;
use crate::refusal::Refused;
use crate::route::{Kind, Route, ThreadRef};
use crate::rules::Rule;
use crate::settings::Limits;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// The calls that share one ceiling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Bucket {
    ChannelPosts(String),
    AppChannelPosts(AppId),
    AppChatPosts(AppId),
    AppMessageReads(AppId),
    AppDriveCalls(AppId),
    AppOthers(AppId),
    AppOnTeam(AppId, String),
    MemberChanges(String),
}

/// A ceiling that applies to a call.
struct Ceiling {
    bucket: Bucket,
    most: u32,
    span: Duration,
    rule: Rule,
}

/// The times of the latest calls under one ceiling, oldest first; never more than the ceiling
/// has room for, since older ones cannot matter.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Window(VecDeque<Moment>);

impl Window {
    /// Returns the time until there is room for one more call, if there is none now.
    fn wait(&self, now: Moment, most: u32, span: Duration) -> Option<Duration> {
        if self.0.len() < most as usize {
            return None;
        }
        let free_at = self.0.front()?.plus(span);
        (free_at > now).then(|| free_at.since(now))
    }

    fn count(&mut self, now: Moment, most: u32) {
        self.0.push_back(now);
        while self.0.len() > most as usize {
            self.0.pop_front();
        }
    }
}

/// The windows of the tenant.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Windows(#[serde(with = "crate::pairs")] BTreeMap<Bucket, Window>);

impl Windows {
    /// Admits a call under every ceiling it falls under, or refuses it with the time to wait.
    /// `place` is the id of the conversation, or else the team, that the call is about.
    pub(crate) fn admit(
        &mut self,
        limits: &Limits,
        app: &AppId,
        route: &Route<'_>,
        place: &str,
        now: Moment,
    ) -> Result<(), Refused> {
        if !limits.enforced {
            return Ok(());
        }
        let ceilings = ceilings(limits, app, route, place);
        let mut longest: Option<(Duration, &Ceiling)> = None;
        for ceiling in &ceilings {
            let wait = self
                .0
                .get(&ceiling.bucket)
                .and_then(|window| window.wait(now, ceiling.most, ceiling.span));
            if let Some(wait) = wait
                && longest.as_ref().is_none_or(|(so_far, _)| wait > *so_far)
            {
                longest = Some((wait, ceiling));
            }
        }
        let refused = longest.map(|(wait, ceiling)| {
            let seconds = wait.as_micros().div_ceil(1_000_000);
            let mut refused = ceiling.rule.refuse(format!(
                "{:?}: at most {} in {} s",
                ceiling.bucket,
                ceiling.most,
                ceiling.span.as_secs()
            ));
            refused.retry_after_s = Some(u64::try_from(seconds).unwrap_or(u64::MAX).max(1));
            refused
        });
        if refused.is_none() || limits.count_refused {
            for ceiling in ceilings {
                let window = self.0.entry(ceiling.bucket).or_default();
                window.count(now, ceiling.most);
            }
        }
        refused.map_or(Ok(()), Err)
    }
}

/// The ceilings that a call falls under.
fn ceilings(limits: &Limits, app: &AppId, route: &Route<'_>, place: &str) -> Vec<Ceiling> {
    let per_second = |bucket, most| Ceiling {
        bucket,
        most,
        span: SECOND,
        rule: Rule::R46,
    };
    // What is in it is judged call by call (R66).
    if route.kind() == Kind::Batch {
        return Vec::new();
    }
    if route.drive().is_some() {
        let most = limits.drive_calls.into_iter();
        return most
            .map(|most| per_second(Bucket::AppDriveCalls(app.clone()), most))
            .collect();
    }
    let mut ceilings = match route.kind() {
        Kind::PostMessage | Kind::PostReply => match route.thread() {
            Some(ThreadRef::Channel { .. }) => vec![
                per_second(Bucket::ChannelPosts(place.to_owned()), limits.channel_posts),
                per_second(
                    Bucket::AppChannelPosts(app.clone()),
                    limits.app_channel_posts,
                ),
            ],
            _ => vec![per_second(
                Bucket::AppChatPosts(app.clone()),
                limits.app_chat_posts,
            )],
        },
        Kind::ListMessages | Kind::GetMessage | Kind::ListReplies | Kind::GetReply => {
            vec![per_second(
                Bucket::AppMessageReads(app.clone()),
                limits.app_message_reads,
            )]
        }
        _ => vec![per_second(
            Bucket::AppOthers(app.clone()),
            limits.other_calls,
        )],
    };
    if matches!(
        route.kind(),
        Kind::AddMember | Kind::AddMembers | Kind::RemoveMember
    ) {
        ceilings.push(Ceiling {
            bucket: Bucket::MemberChanges(place.to_owned()),
            most: limits.member_changes,
            span: MINUTE,
            rule: Rule::R47,
        });
    }
    if let (Some(most), Some(team)) = (limits.team_calls, route.team()) {
        ceilings.push(per_second(
            Bucket::AppOnTeam(app.clone(), team.to_owned()),
            most,
        ));
    }
    ceilings
}
