//! Members, once a team is complete (crates/graph/RULES.md R52): owners first, because until then
//! nobody can see the team.

use std::collections::{BTreeMap, BTreeSet};

use chatferry_model::EntraId;
use chatferry_model::finding::Place;
use chatferry_model::plan::Team;
use serde::Deserialize;
use tokio::time::{Duration, sleep};

use super::Run;
use super::error::UploadFailure;
use crate::client::Failure;
use crate::codes;
use crate::error::PublicError;
use crate::journal::TeamRow;
use crate::requests::{self, Call, TeamMember, Thread};
use crate::retry::RetryAction;

/// Graph's limit for members in one call (crates/graph/RULES.md R53).
const MOST_AT_ONCE: usize = 200;

/// The wait before people whom Teams did not take are tried once more: who somebody is, and
/// where, is not known everywhere at once (crates/graph/RULES.md E16).
const SECOND_TRY: Duration = Duration::from_secs(20);

/// Adds a team's owners and members who are not in it yet; whether all of them are in it then.
pub(super) async fn add_to_team(
    run: &Run<'_>,
    team: &Team,
    row: &TeamRow,
) -> Result<bool, UploadFailure> {
    let id = row.id.as_deref().unwrap_or_default();
    let place = || Place {
        file: Some(team.key.to_string().into()),
        ..Place::default()
    };
    if team.owners.is_empty() && !row.existing {
        run.note(&codes::UPLOAD_NO_OWNER, place(), team.name.as_str());
    }
    let owners = team.owners.iter().map(|user| TeamMember {
        user: *user,
        owner: true,
    });
    let members = team
        .members
        .iter()
        .filter(|user| !team.owners.contains(user));
    let members = members.map(|user| TeamMember {
        user: *user,
        owner: false,
    });
    let mut missing: Vec<_> = owners.chain(members).collect();
    let mut refused = Vec::new();
    for wait in [Some(SECOND_TRY), None] {
        let there = present(run, requests::list_team_members(id)).await?;
        missing.retain(|member| !there.contains(&member.user));
        refused = add_several(run, id, &missing).await?;
        match wait {
            Some(wait) if !refused.is_empty() => sleep(wait).await,
            _ => break,
        }
    }
    for words in &refused {
        run.note(&codes::UPLOAD_MEMBER_REFUSED, place(), words.as_str());
    }
    Ok(refused.is_empty())
}

/// Adds them, and says of whom Teams does not take why.
async fn add_several(
    run: &Run<'_>,
    team: &str,
    missing: &[TeamMember],
) -> Result<Vec<String>, UploadFailure> {
    let mut refused = Vec::new();
    let mut batches: Vec<_> = missing.chunks(MOST_AT_ONCE).rev().collect();
    while let Some(some) = batches.pop() {
        let call = requests::add_team_members(run.graph(), team, some);
        match run.client.call(&call, 0, run.observer).await {
            Ok(answer) => refused.extend(refusals(&answer.body)),
            Err(failure) if failure.remedy == RetryAction::Done => {}
            Err(failure) if failure.remedy == RetryAction::Abort => return Err(failure.into()),
            Err(failure) if some.len() > 1 && is_about_one(&failure) => {
                let (one, other) = some.split_at(some.len() / 2);
                batches.extend([other, one]);
            }
            Err(failure) => {
                let who: Vec<_> = some.iter().map(|member| member.user.to_string()).collect();
                refused.push(format!("{}: {}", who.join(", "), failure.error));
            }
        }
    }
    Ok(refused)
}

/// Returns true if a refusal of several may be about one of them, so that the others can be added
/// without.
fn is_about_one(failure: &Failure) -> bool {
    failure
        .error
        .refusal()
        .is_some_and(|refusal| matches!(refusal.status, 400 | 404))
}

/// Adds a private or shared channel's members who are not in it yet, one by one: there is no other
/// way. Gives who is not taken, and why.
pub(super) async fn add_to_channel(
    run: &Run<'_>,
    team_id: &str,
    thread: &Thread,
    members: &[TeamMember],
) -> Result<Vec<String>, UploadFailure> {
    let mut refused = Vec::new();
    let there = present(run, requests::list_thread_members(thread)).await?;
    for member in members
        .iter()
        .filter(|member| !there.contains(&member.user))
    {
        let call = requests::add_channel_member(run.graph(), team_id, thread.id(), *member);
        match run.client.call(&call, 0, run.observer).await {
            Ok(_) => {}
            Err(failure) if failure.remedy == RetryAction::Done => {}
            Err(failure) if failure.remedy == RetryAction::Abort => return Err(failure.into()),
            Err(failure) => refused.push(format!("{}: {}", member.user, failure.error)),
        }
    }
    Ok(refused)
}

/// Somebody in a channel or chat.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ThreadMember {
    /// The id of the membership.
    #[serde(default)]
    pub(super) id: String,
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    visible_history_start_date_time: Option<String>,
}

impl ThreadMember {
    fn user(&self) -> Option<EntraId> {
        self.user_id.as_ref()?.parse().ok()
    }

    /// Returns true if nothing is too old to be shown (crates/graph/RULES.md 1.15).
    pub(super) fn sees_everything(&self) -> bool {
        let from = self.visible_history_start_date_time.as_deref();
        from.is_some_and(|from| from.starts_with("0001-01-01"))
    }
}

/// Members of a channel or chat.
pub(super) async fn of_thread(
    run: &Run<'_>,
    thread: &Thread,
) -> Result<BTreeMap<EntraId, ThreadMember>, UploadFailure> {
    let mut there = BTreeMap::new();
    let call = requests::list_thread_members(thread);
    let read = run
        .client
        .read_pages(call, run.observer, |members: Vec<ThreadMember>| {
            let known = members.into_iter();
            there.extend(known.filter_map(|member| Some((member.user()?, member))));
            true
        });
    read.await?;
    Ok(there)
}

/// Returns the present members. An app that may not read that adds everybody, which changes nothing
/// for those who are.
async fn present(run: &Run<'_>, call: Call) -> Result<BTreeSet<EntraId>, UploadFailure> {
    let mut there = BTreeSet::new();
    let read = run
        .client
        .read_pages(call, run.observer, |members: Vec<ThreadMember>| {
            there.extend(members.iter().filter_map(ThreadMember::user));
            true
        });
    match read.await {
        Err(failure) if failure.remedy == RetryAction::Abort => Err(failure.into()),
        _ => Ok(there),
    }
}

/// Returns the people who could not be added, with the reason (crates/graph/RULES.md R53: a 207
/// tells one by one).
fn refusals(body: &[u8]) -> Vec<String> {
    #[derive(Deserialize)]
    struct Results {
        #[serde(default)]
        value: Vec<MemberResult>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct MemberResult {
        #[serde(default)]
        user_id: Option<String>,
        #[serde(default)]
        error: Option<PublicError>,
    }

    let Ok(results) = serde_json::from_slice::<Results>(body) else {
        return Vec::new();
    };
    let refused = results.value.into_iter().filter_map(|result| {
        let (refusal, _) = result.error?.refusal(207);
        let is_in = refusal.says("conflict") || refusal.says("already");
        let who = result.user_id.unwrap_or_default();
        (!is_in).then(|| format!("{who}: {refusal}"))
    });
    refused.collect()
}
