//! A channel: created, filled, completed.

use chatferry_model::finding::Place;
use chatferry_model::plan::Team;
use serde::Deserialize;

use super::{Assigned, Route, Run, Trouble, UploadError, fill, members};
use crate::client::Failure;
use crate::codes;
use crate::journal::{TargetRow, TargetState, TeamRow};
use crate::observer::Event;
use crate::requests::{self, TeamMember, Thread};
use crate::retry::Remedy;

/// A channel as Graph answers it, as far as it matters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Channel {
    #[serde(default)]
    id: String,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    membership_type: Option<String>,
    #[serde(default)]
    migration_mode: Option<String>,
}

/// Does everything for a target. What fails here and can be left so is noted.
pub(super) async fn run(
    run: &Run<'_>,
    team: &Team,
    team_row: &TeamRow,
    assigned: &Assigned,
) -> Result<(), UploadError> {
    let key = &assigned.target().key;
    let Some(mut row) = run.journal.target(key.as_str())? else {
        return Ok(());
    };
    match go_on(run, team, team_row, assigned, &mut row).await {
        Ok(()) => Ok(()),
        Err(Trouble::Stop(error)) => Err(error),
        Err(Trouble::Failed(reason)) => {
            run.journal.fail_target(row.number, &reason)?;
            run.note_failed(key.as_str(), &reason);
            Ok(())
        }
    }
}

async fn go_on(
    run: &Run<'_>,
    team: &Team,
    team_row: &TeamRow,
    assigned: &Assigned,
    row: &mut TargetRow,
) -> Result<(), Trouble> {
    let team_id = team_row.id.as_deref().unwrap_or_default();
    let tally = run.journal.tally(row.number)?;
    let posts = assigned.summary.posts;
    if row.state < TargetState::Posted {
        // The slot is for the whole target, so that no more channels are made than can be filled.
        let left = posts.saturating_sub(tally.posted + tally.adopted);
        let _slot = run.slots.take(left).await;
        let already = posts - left;
        run.observer.event(Event::TargetStarted {
            target: &assigned.target().key,
            posts,
            already,
        });
        open(run, team, team_row, assigned, row).await?;
        let thread = Thread::channel(team_id, row.thread.as_deref().unwrap_or_default());
        fill::fill(run, assigned, row, &thread).await?;
        advance(run, row, TargetState::Posted)?;
    }
    // General is completed with its team.
    if row.state < TargetState::Complete && assigned.route != Route::General {
        complete(run, team_id, row.thread.as_deref().unwrap_or_default()).await?;
        advance(run, row, TargetState::Complete)?;
    }
    if assigned.route == Route::Private {
        close(run, team_id, assigned, row).await?;
    }
    Ok(())
}

fn advance(run: &Run<'_>, row: &mut TargetRow, state: TargetState) -> Result<(), Trouble> {
    row.state = state;
    run.journal.set_target(row)?;
    Ok(())
}

/// Brings a channel to where it takes posts.
async fn open(
    run: &Run<'_>,
    team: &Team,
    team_row: &TeamRow,
    assigned: &Assigned,
    row: &mut TargetRow,
) -> Result<(), Trouble> {
    let team_id = team_row.id.as_deref().unwrap_or_default();
    if row.state >= TargetState::Open {
        return Ok(());
    }
    match assigned.route {
        Route::General => row.thread.clone_from(&team_row.general),
        Route::Standard => create_standard(run, team_id, assigned, row).await?,
        Route::Private => {
            if row.state < TargetState::Created {
                create_private(run, team, team_id, assigned, row).await?;
            }
            start(run, team_id, assigned, row).await?;
        }
    }
    advance(run, row, TargetState::Open)
}

async fn create_standard(
    run: &Run<'_>,
    team_id: &str,
    assigned: &Assigned,
    row: &mut TargetRow,
) -> Result<(), Trouble> {
    let channel = &assigned.channel;
    let call = requests::create_standard_channel(team_id, channel, assigned.target().created);
    row.thread = Some(create(run, team_id, assigned, row, &call).await??.id);
    Ok(())
}

/// Creates a private channel with everybody who belongs in it. If Graph takes exception to one of
/// them, it is created with its owner alone and the others are added one by one.
async fn create_private(
    run: &Run<'_>,
    team: &Team,
    team_id: &str,
    assigned: &Assigned,
    row: &mut TargetRow,
) -> Result<(), Trouble> {
    /// Graph's limit for members in the call that creates a channel (graph.md R14).
    const MOST_AT_ONCE: usize = 200;

    let channel = &assigned.channel;
    let all: Vec<_> = channel
        .members
        .iter()
        .enumerate()
        .map(|(n, user)| TeamMember {
            user: *user,
            owner: n == 0,
        })
        .collect();
    let Some(owner) = all.get(..1) else {
        return Err(Trouble::Failed(
            "a private channel needs an owner, and none of its members is \
                                    mapped to a user"
                .to_owned(),
        ));
    };
    let at_once = all.get(..MOST_AT_ONCE).unwrap_or(&all);
    let call = requests::create_private_channel(run.graph(), team_id, channel, at_once);
    let created = match create(run, team_id, assigned, row, &call).await? {
        Ok(created) => created,
        Err(refused) if at_once.len() > 1 => {
            tracing::debug!(error = %refused.error, "creating with its owner alone");
            let call = requests::create_private_channel(run.graph(), team_id, channel, owner);
            create(run, team_id, assigned, row, &call).await??
        }
        Err(refused) => return Err(refused.into()),
    };
    // What is private in the source is not posted where a whole team reads it (graph.md R10).
    if created.membership_type.as_deref() != Some("private") {
        return Err(Trouble::Failed(format!(
            "the channel {:?} was asked for as private, but is {}; nothing was posted into it",
            channel.name,
            created
                .membership_type
                .as_deref()
                .unwrap_or("of unknown kind")
        )));
    }
    row.thread = Some(created.id);
    advance(run, row, TargetState::Created)?;
    let thread = row.thread.as_deref().unwrap_or_default();
    members::add_to_channel(run, team, team_id, thread, assigned, &all).await
}

/// Creates a channel once: an answer that was lost is made up for by looking for its name. The
/// inner error is a refusal of what was asked for.
async fn create(
    run: &Run<'_>,
    team_id: &str,
    assigned: &Assigned,
    row: &mut TargetRow,
    call: &requests::Call,
) -> Result<Result<Channel, Failure>, Trouble> {
    let mut unsure = row.state == TargetState::Creating;
    advance(run, row, TargetState::Creating)?;
    let mut tries = 0;
    loop {
        if unsure && let Some(channel) = look_for(run, team_id, assigned).await? {
            return Ok(Ok(channel));
        }
        let failure = match run.client.call(call, 0, run.observer).await {
            Ok(answer) => match answer.json::<Channel>(call) {
                Ok(channel) if !channel.id.is_empty() => return Ok(Ok(channel)),
                Ok(_) => {
                    // It was created, but the answer does not say as what.
                    unsure = true;
                    continue;
                }
                Err(failure) => failure,
            },
            Err(failure) => failure,
        };
        match failure.remedy {
            Remedy::LookUp => {
                tries += 1;
                run.client
                    .wait_for_unknown(tries, failure, run.observer)
                    .await?;
                unsure = true;
            }
            Remedy::Stop => return Err(failure.into()),
            _ => return Ok(Err(failure)),
        }
    }
}

/// Looks for a channel of the target's name. The team is ours, so the channel is too.
async fn look_for(
    run: &Run<'_>,
    team_id: &str,
    assigned: &Assigned,
) -> Result<Option<Channel>, Trouble> {
    let name = assigned.channel.name.to_lowercase();
    let mut found = None;
    let read = run.client.read_pages(
        requests::list_channels(team_id),
        run.observer,
        |channels: Vec<Channel>| {
            let mut named = channels.into_iter().filter(|channel| {
                channel
                    .display_name
                    .as_deref()
                    .is_some_and(|n| n.to_lowercase() == name)
            });
            found = named.next();
            found.is_none()
        },
    );
    read.await?;
    Ok(found)
}

/// Puts a private channel into migration mode. If it is in it already, it was us: the channel is
/// ours, and posting will tell if not (graph.md R22, R24). Graph does not always say which mode a
/// channel is in (graph.md 1.5).
async fn start(
    run: &Run<'_>,
    team_id: &str,
    assigned: &Assigned,
    row: &TargetRow,
) -> Result<(), Trouble> {
    let thread = row.thread.as_deref().unwrap_or_default();
    let call = requests::start_channel(team_id, thread, assigned.target().created);
    match run.client.call(&call, 0, run.observer).await {
        Ok(_) => Ok(()),
        Err(failure) if failure.remedy == Remedy::LookUp => {
            match mode(run, team_id, thread).await?.as_deref() {
                Some("inprogress") | None => Ok(()),
                Some(_) => Err(failure.into()),
            }
        }
        Err(failure) => Err(failure.into()),
    }
}

/// Takes a channel out of migration mode, or finds that it is.
pub(super) async fn complete(run: &Run<'_>, team_id: &str, thread: &str) -> Result<(), Trouble> {
    match run
        .client
        .call(
            &requests::complete_channel(team_id, thread),
            0,
            run.observer,
        )
        .await
    {
        Ok(_) => Ok(()),
        Err(failure) if failure.remedy == Remedy::Done => Ok(()),
        Err(failure) if failure.remedy == Remedy::LookUp => {
            if mode(run, team_id, thread).await?.as_deref() == Some("completed") {
                return Ok(());
            }
            Err(failure.into())
        }
        Err(failure) => Err(failure.into()),
    }
}

/// The channel's migration mode in lower case (graph.md 1.5: documents write it differently).
async fn mode(run: &Run<'_>, team_id: &str, thread: &str) -> Result<Option<String>, Trouble> {
    let call = requests::get_channel(team_id, thread);
    let channel: Channel = run.client.read(&call, run.observer).await?;
    Ok(channel.migration_mode.map(|mode| mode.to_lowercase()))
}

/// Finishes the standard channels of a complete team.
pub(super) async fn close_standard(
    run: &Run<'_>,
    team_row: &TeamRow,
    standard: &[&&Assigned],
) -> Result<(), Trouble> {
    for assigned in standard {
        let key = assigned.target().key.as_str();
        if let Some(mut row) = run.journal.target(key)? {
            close(
                run,
                team_row.id.as_deref().unwrap_or_default(),
                assigned,
                &mut row,
            )
            .await?;
        }
    }
    Ok(())
}

/// Archives a channel where the source's was; then it needs nothing more.
async fn close(
    run: &Run<'_>,
    team_id: &str,
    assigned: &Assigned,
    row: &mut TargetRow,
) -> Result<(), Trouble> {
    if row.state == TargetState::Done {
        return Ok(());
    }
    let thread = row.thread.clone().unwrap_or_default();
    // General is never archived: that is the team's to be.
    if assigned.channel.archive && assigned.route != Route::General {
        let call = requests::archive_channel(team_id, &thread);
        match run.client.call(&call, 0, run.observer).await {
            Ok(_) => {}
            Err(failure) if failure.remedy == Remedy::Stop && failure.error.refusal().is_none() => {
                return Err(failure.into());
            }
            Err(failure) => {
                let words = failure.error.to_string();
                run.note(&codes::UPLOAD_ARCHIVE_REFUSED, place(assigned), words);
            }
        }
    }
    advance(run, row, TargetState::Done)?;
    run.observer.event(Event::TargetDone {
        target: &assigned.target().key,
    });
    Ok(())
}

/// Where a finding about a whole target is.
pub(super) fn place(assigned: &Assigned) -> Place<'static> {
    let source = assigned.target().sources.first();
    Place {
        file: Some(assigned.target().key.to_string().into()),
        conversation: source.map(|source| source.conversation.to_string().into()),
        ts: None,
    }
}
