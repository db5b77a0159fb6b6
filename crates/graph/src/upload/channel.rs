//! A channel, until it is there: found by what the plan says, or created once.
//!
//! The name is the key. In a team of this upload whatever has the name is ours. In any other team
//! a name that is taken before the first try belongs to somebody, and the target stops.

use chatferry_model::EntraId;
use chatferry_model::plan::{Channel as Plan, Existing, Membership, Team};
use serde::Deserialize;
use tokio::time::{Duration, Instant, sleep};

use super::Run;
use super::advance::advance;
use super::error::UploadFailure;
use super::input::PlannedTarget;
use super::operation::{self, Progress};
use super::route::Route;
use super::{input, members};
use crate::client::{Answer, Failure};
use crate::codes;
use crate::journal::{TargetRow, TargetState, TeamRow};
use crate::requests::{self, Call, TeamMember, Thread};
use crate::retry::RetryAction;

/// The waits between looks for a channel that is being made (crates/graph/RULES.md R13,
/// 1.3).
const LOOK_AFTER: [u64; 7] = [1, 2, 4, 8, 15, 31, 60];
/// The waits where Graph said that the channel is being created.
const MADE_AFTER: [u64; 12] = [1, 2, 4, 8, 16, 31, 31, 31, 31, 31, 31, 31];

/// The waits before asking again for a closed channel that Graph refuses without saying why: that
/// its owner is in the team, where we put them a moment ago, may not be known everywhere
/// (crates/graph/RULES.md E16).
const SETTLING: [u64; 4] = [4, 8, 16, 32];

/// A channel as Graph answers it, as far as it matters.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Channel {
    #[serde(default)]
    id: String,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    membership_type: Option<String>,
    #[serde(default)]
    is_archived: Option<bool>,
}

fn plan(planned: &PlannedTarget) -> Result<&Plan, UploadFailure> {
    let channel = planned.channel();
    channel.ok_or_else(|| UploadFailure::Failed("it is no channel".to_owned()))
}

/// Takes General, or creates a standard channel in migration mode.
pub(super) async fn create_migrating(
    run: &Run<'_>,
    team: &Team,
    team_row: &TeamRow,
    planned: &PlannedTarget,
    row: &mut TargetRow,
) -> Result<(), UploadFailure> {
    let created = planned.target().created;
    if planned.route == Route::General {
        // It is as old as its team (crates/graph/RULES.md 1.6).
        row.requested_creation = Some(team.created);
        row.thread.clone_from(&team_row.general);
        return Ok(());
    }
    let id = team_row.id.as_deref().unwrap_or_default();
    let call = requests::create_standard_channel(id, plan(planned)?, created);
    row.requested_creation = Some(created);
    let channel = create(run, id, planned, row, &call).await??;
    row.thread = Some(channel.id);
    Ok(())
}

/// Brings a channel to where it is there, outside migration mode.
pub(super) async fn find_or_create(
    run: &Run<'_>,
    team: &Team,
    team_row: &TeamRow,
    planned: &PlannedTarget,
    row: &mut TargetRow,
) -> Result<(), UploadFailure> {
    let id = team_row.id.as_deref().unwrap_or_default();
    let plan = plan(planned)?;
    let channel = match &plan.existing {
        Some(Existing::Id(channel)) => {
            let call = requests::get_thread(&Thread::channel(id, channel));
            run.client.read(&call, run.observer).await?
        }
        Some(Existing::Name(name)) => existing_of_name(run, id, name).await?,
        None if plan.general => {
            run.claim(row, team_row.general.as_deref().unwrap_or_default())?;
            return advance(run, row, TargetState::Created);
        }
        None => {
            if row.state < TargetState::Creating {
                refuse_a_taken_name(run, id, planned, team_row.existing).await?;
                row.first_attempt = Some(run.client.clock().now());
            }
            create_normal(run, team, id, plan, planned, row).await?
        }
    };
    check_membership(plan, &channel)?;
    run.claim(row, &channel.id)?;
    advance(run, row, TargetState::Created)
}

async fn existing_of_name(run: &Run<'_>, team: &str, name: &str) -> Result<Channel, UploadFailure> {
    let mut found = named(run, team, name).await?;
    match (found.pop(), found.len()) {
        (Some(channel), 0) => Ok(channel),
        (None, _) => Err(UploadFailure::Failed(format!(
            "the team has no channel {name:?}; name one that it has in 2-map/conversations.csv"
        ))),
        (Some(_), others) => Err(UploadFailure::Failed(format!(
            "the team has {} channels {name:?}; name one by its id in 2-map/conversations.csv",
            others + 1
        ))),
    }
}

/// A name that is taken before we ever tried is somebody's, unless the team is ours.
async fn refuse_a_taken_name(
    run: &Run<'_>,
    team: &str,
    planned: &PlannedTarget,
    team_exists: bool,
) -> Result<(), UploadFailure> {
    if !team_exists {
        return Ok(());
    }
    let name = planned.name();
    if named(run, team, name).await?.is_empty() {
        return Ok(());
    }
    Err(UploadFailure::Failed(format!(
        "the team has a channel {name:?} that is not of this upload; name another in \
         2-map/conversations.csv, or say there that this is the one"
    )))
}

/// Refuses to post private content where a whole team reads it (crates/graph/RULES.md
/// R10).
fn check_membership(plan: &Plan, channel: &Channel) -> Result<(), UploadFailure> {
    let wanted = match plan.membership {
        Membership::Standard => return Ok(()),
        Membership::Private => "private",
        Membership::Shared => "shared",
    };
    let found = channel.membership_type.as_deref();
    let found = found.unwrap_or("of unknown kind");
    let closed = matches!(found, "private" | "shared" | "unknownFutureValue");
    if found == wanted || (closed && (plan.existing.is_some() || wanted == "shared")) {
        return Ok(());
    }
    Err(UploadFailure::Failed(format!(
        "the channel {:?} has to be {wanted}, but is {found}; nothing was posted into it",
        plan.name
    )))
}

/// Creates a channel outside migration mode, with everybody who belongs in it. If Graph takes
/// exception to one of them, it is created with its owner alone and the others are added one by
/// one; a shared one takes no other (crates/graph/RULES.md R13).
async fn create_normal(
    run: &Run<'_>,
    team: &Team,
    team_id: &str,
    plan: &Plan,
    planned: &PlannedTarget,
    row: &mut TargetRow,
) -> Result<Channel, UploadFailure> {
    /// Graph's limit for members in the call that creates a channel (crates/graph/RULES.md R14).
    const MOST_AT_ONCE: usize = 200;

    let graph = run.graph();
    let all = roster(plan, team);
    let Some(owner) = all.get(..1).filter(|_| plan.membership.is_closed()) else {
        if plan.membership.is_closed() {
            return Err(UploadFailure::Failed(
                format!(
                    "a {:?} channel needs an owner, and none of its members is mapped to a user",
                    plan.membership
                )
                .to_lowercase(),
            ));
        }
        let call = requests::create_normal_channel(graph, team_id, plan, &[]);
        return Ok(create(run, team_id, planned, row, &call).await??);
    };
    let at_once = match plan.membership {
        Membership::Shared => owner,
        _ => all.get(..MOST_AT_ONCE).unwrap_or(&all),
    };
    let with_all = requests::create_normal_channel(graph, team_id, plan, at_once);
    let with_owner = requests::create_normal_channel(graph, team_id, plan, owner);
    let mut waits = SETTLING.into_iter();
    loop {
        let mut refused = match create(run, team_id, planned, row, &with_all).await? {
            Ok(created) => return Ok(created),
            Err(refused) => refused,
        };
        if at_once.len() > 1 {
            tracing::debug!(error = %refused.error, "creating with its owner alone");
            refused = match create(run, team_id, planned, row, &with_owner).await? {
                Ok(created) => return Ok(created),
                Err(refused) => refused,
            };
        }
        let unexplained = refused.remedy != RetryAction::Refuse
            && refused
                .error
                .refusal()
                .is_some_and(|no| matches!(no.status, 400 | 403));
        let Some(wait) = waits.next().filter(|_| unexplained) else {
            return Err(refused.into());
        };
        sleep(Duration::from_secs(wait)).await;
    }
}

/// A closed channel's members, its owner first: one of its own, or the team's.
fn roster(plan: &Plan, team: &Team) -> Vec<TeamMember> {
    let owner = plan.members.first().or_else(|| team.owners.first());
    let others = plan.members.iter().skip(1);
    let member = |owner| move |user: &EntraId| TeamMember { user: *user, owner };
    let all = owner.map(member(true)).into_iter();
    all.chain(others.map(member(false))).collect()
}

/// Adds the members that a closed channel does not have yet. Whom Teams does not take is tried
/// again: after the posts, and by the next run; `last` says that this run won't any more.
pub(super) async fn add_members(
    run: &Run<'_>,
    team: &Team,
    team_id: &str,
    planned: &PlannedTarget,
    row: &mut TargetRow,
    last: bool,
) -> Result<(), UploadFailure> {
    let plan = plan(planned)?;
    if !plan.membership.is_closed() {
        return Ok(());
    }
    let wanted = input::roster(&plan.members);
    if row.members.as_deref() == Some(&wanted) {
        return Ok(());
    }
    let thread = Thread::channel(team_id, row.thread.as_deref().unwrap_or_default());
    let all = roster(plan, team);
    let refused = members::add_to_channel(run, team_id, &thread, &all).await?;
    if refused.is_empty() {
        row.members = Some(wanted);
        run.journal.set_target(row)?;
    } else if last {
        for words in refused {
            let place = planned.finding_place();
            run.note(&codes::UPLOAD_MEMBER_REFUSED, place, words);
        }
    }
    Ok(())
}

/// Takes a channel out of the archive that an earlier upload put it into: what is archived is
/// read-only. If Graph won't, the first post tells whether that matters.
pub(super) async fn unarchive(
    run: &Run<'_>,
    team_id: &str,
    row: &TargetRow,
) -> Result<(), UploadFailure> {
    let id = row.thread.as_deref().unwrap_or_default();
    let look = requests::get_thread(&Thread::channel(team_id, id));
    let mut waits = LOOK_AFTER.into_iter();
    let mut asked = false;
    loop {
        let channel: Channel = run.client.read(&look, run.observer).await?;
        if channel.is_archived != Some(true) {
            return Ok(());
        }
        if !asked {
            asked = true;
            let call = requests::unarchive_channel(team_id, id);
            match run.client.call(&call, 0, run.observer).await {
                Ok(_) => {}
                Err(failure) if failure.error.refusal().is_some() => {
                    tracing::debug!(error = %failure.error, "it stays archived");
                    return Ok(());
                }
                Err(failure) => return Err(failure.into()),
            }
        }
        let Some(wait) = waits.next() else {
            return Err(UploadFailure::Failed(
                "it is archived, and still is two minutes after Teams was asked to restore it; \
                 restore it by hand and run the upload again"
                    .to_owned(),
            ));
        };
        sleep(Duration::from_secs(wait)).await;
    }
}

/// Creates a channel once: an answer that was lost is made up for by looking for its name. The
/// inner error is a refusal of what was asked for.
async fn create(
    run: &Run<'_>,
    team_id: &str,
    planned: &PlannedTarget,
    row: &mut TargetRow,
    call: &Call,
) -> Result<Result<Channel, Failure>, UploadFailure> {
    let name = planned.name();
    let mut unsure = row.state == TargetState::Creating;
    advance(run, row, TargetState::Creating)?;
    let mut tries = 0;
    loop {
        if unsure && let Some(channel) = look_for(run, team_id, planned).await? {
            return Ok(Ok(channel));
        }
        let failure = match run.client.call(call, 0, run.observer).await {
            Ok(answer) => match created(&answer) {
                Some(channel) => return Ok(Ok(channel)),
                // It is being created, or was, but the answer does not say as what.
                None => return wait_for(run, team_id, name, &answer).await.map(Ok),
            },
            Err(failure) => failure,
        };
        match failure.remedy {
            RetryAction::LookUp
                if unsure && failure.error.refusal().is_some_and(|no| no.status < 500) =>
            {
                // Refused because of its name, and yet it is not there.
                if tries >= 3 {
                    return Err(UploadFailure::Failed(format!(
                        "the team does not take a channel {name:?}, though it has none: one of \
                         that name was deleted within the last 30 days. Restore it, or name another \
                         in 2-map/conversations.csv"
                    )));
                }
                tries += 1;
                sleep(Duration::from_secs(2 << tries)).await;
            }
            RetryAction::LookUp => {
                tries += 1;
                run.client
                    .wait_for_unknown(tries, failure, run.observer)
                    .await?;
                unsure = true;
            }
            RetryAction::Abort => return Err(failure.into()),
            _ => return Ok(Err(failure)),
        }
    }
}

/// Looks for a channel whose creation was not answered. A shared one is made asynchronously and is
/// not listed before (crates/graph/RULES.md R13), so it is given the time that takes.
async fn look_for(
    run: &Run<'_>,
    team: &str,
    planned: &PlannedTarget,
) -> Result<Option<Channel>, UploadFailure> {
    let shared = plan(planned)?.membership == Membership::Shared;
    let again = LOOK_AFTER.iter().filter(|_| shared);
    for wait in std::iter::once(&0).chain(again) {
        sleep(Duration::from_secs(*wait)).await;
        let found = named(run, team, planned.name()).await?.pop();
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The channel that an answer holds.
fn created(answer: &Answer) -> Option<Channel> {
    let channel: Channel = serde_json::from_slice(&answer.body).ok()?;
    Some(channel).filter(|channel| !channel.id.is_empty())
}

/// Waits until a channel that is made asynchronously is there. Its operation is asked for as seldom
/// as Graph wants; in between, the team's channels are looked through (crates/graph/RULES.md R13,
/// 1.3).
async fn wait_for(
    run: &Run<'_>,
    team: &str,
    name: &str,
    answer: &Answer,
) -> Result<Channel, UploadFailure> {
    let begun = operation::begun_by(answer);
    let mut asked = Instant::now();
    for wait in MADE_AFTER {
        sleep(Duration::from_secs(wait)).await;
        if let Some(id) = &begun
            && asked.elapsed() >= run.options.operation_poll
        {
            asked = Instant::now();
            if let Progress::Failed(reason) = operation::progress(run, team, id).await? {
                return Err(UploadFailure::Failed(format!(
                    "the channel {name:?}: {reason}"
                )));
            }
        }
        if let Some(channel) = named(run, team, name).await?.pop() {
            return Ok(channel);
        }
    }
    Err(UploadFailure::Failed(format!(
        "Teams took the channel {name:?}, but it is not there after four minutes"
    )))
}

/// The channels of a name.
async fn named(run: &Run<'_>, team: &str, name: &str) -> Result<Vec<Channel>, UploadFailure> {
    let name = name.to_lowercase();
    let mut found = Vec::new();
    let read = run.client.read_pages(
        requests::list_channels(team),
        run.observer,
        |channels: Vec<Channel>| {
            found.extend(channels.into_iter().filter(|channel| {
                let shown = channel.display_name.as_deref();
                shown.is_some_and(|shown| shown.to_lowercase() == name)
            }));
            true
        },
    );
    read.await?;
    Ok(found)
}
