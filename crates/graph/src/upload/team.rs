//! A team: created in migration mode, filled, completed, given its members; or found.

use chatferry_model::plan::{Existing, Team};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde::Deserialize;
use tokio::time::{Duration, Instant, sleep};

use super::Run;
use super::error::{UploadError, UploadFailure};
use super::input::{Input, PlannedTarget};
use super::operation::{self, Progress, addressed};
use super::route::Route;
use super::target::{self, Parent};
use super::{input, members, session};
use crate::journal::{TargetState, TeamRow, TeamState};
use crate::observer::Event;
use crate::requests::{self, Thread};
use crate::retry::RetryAction;

/// A team takes seconds to minutes; after this something is wrong.
const READY_WITHIN: Duration = Duration::from_secs(20 * 60);
/// Some teams are there at once; later looks are ever further apart, up to the setting.
const FIRST_LOOK: Duration = Duration::from_millis(500);
/// The waits before looking for a team whose creation was not answered: groups show up with a
/// delay.
const LOOK_AFTER: [u64; 5] = [2, 10, 20, 30, 60];

/// Does everything for a team. What fails here and can be left so is noted.
pub(super) async fn run(run: &Run<'_>, team: &Team, input: &Input) -> Result<(), UploadError> {
    if !input.takes_part(&team.key) {
        return Ok(());
    }
    match post_queue(run, team, &input.of_team(&team.key)).await {
        Ok(()) => Ok(()),
        Err(UploadFailure::Abort(error)) => Err(error),
        Err(UploadFailure::Closed(reason) | UploadFailure::Failed(reason)) => {
            run.journal.fail_team(team.key.as_str(), &reason)?;
            run.note_failed(team.key.as_str(), &reason);
            Ok(())
        }
    }
}

async fn post_queue(
    run: &Run<'_>,
    team: &Team,
    targets: &[&PlannedTarget],
) -> Result<(), UploadFailure> {
    let mut row = run.journal.team(team.key.as_str())?;
    match &team.existing {
        Some(existing) => find(run, team, existing, &mut row).await?,
        None => open(run, team, &mut row).await?,
    }
    let early: Vec<_> = targets
        .iter()
        .filter(|planned| planned.route.is_early())
        .collect();
    if row.state < TeamState::Completing {
        fill_all(
            run,
            Parent::Migrating(team, &row),
            early.iter().copied().copied(),
        )
        .await?;
        if first_open(run, &early)?.is_some_and(|open| !open.selected) {
            // What was left out on purpose goes in later; until then the team stays open.
            return Ok(());
        }
    }
    if row.state < TeamState::Complete {
        complete(run, team, &mut row, &early).await?;
    }
    people(run, team, &mut row).await?;
    let parent = Parent::CompletedTeam(team, &row);
    close_early(run, parent, &early).await?;
    fill_all(run, parent, targets.iter().copied()).await
}

/// Adds owners and members who are not in the team yet.
pub(super) async fn people(
    run: &Run<'_>,
    team: &Team,
    row: &mut TeamRow,
) -> Result<(), UploadFailure> {
    let wanted = input::roster(team.owners.iter().chain(&team.members));
    if row.members.as_deref() != Some(&wanted) {
        // Who was not taken is tried again by the next run.
        if members::add_to_team(run, team, row).await? {
            row.members = Some(wanted);
            run.journal.set_team(row)?;
        }
    }
    if row.state < TeamState::Done {
        advance(run, team, row, TeamState::Done)?;
    }
    Ok(())
}

/// Finishes the channels that became complete together with their team.
async fn close_early(
    run: &Run<'_>,
    parent: Parent<'_>,
    early: &[&&PlannedTarget],
) -> Result<(), UploadFailure> {
    for planned in early {
        let row = run.journal.target(planned.target().key.as_str())?;
        let Some(mut row) = row else { continue };
        // General became so with its team, the first time.
        let general = planned.route == Route::General && row.completed.is_none();
        if general && row.state <= TargetState::Posted {
            row.completed = Some(run.client.clock().now());
            row.state = match row.state {
                TargetState::Posted => TargetState::Complete,
                // It was unlocked before it was full, or a newer export came before this was
                // noted: it is to be opened once more.
                TargetState::Open => TargetState::Created,
                earlier => earlier,
            };
            run.journal.set_target(&row)?;
        }
        if row.state == TargetState::Complete {
            target::close(run, parent, planned, &mut row).await?;
        }
    }
    Ok(())
}

/// Fills the selected targets side by side. Those that fail don't hold up the others.
async fn fill_all(
    run: &Run<'_>,
    parent: Parent<'_>,
    targets: impl Iterator<Item = &PlannedTarget>,
) -> Result<(), UploadFailure> {
    let mut resolve: FuturesUnordered<_> = targets
        .filter(|planned| planned.selected)
        .map(|planned| target::run(run, parent, planned))
        .collect();
    while let Some(done) = resolve.next().await {
        done.map_err(UploadFailure::Abort)?;
    }
    Ok(())
}

/// Finds a team that the tenant has.
async fn find(
    run: &Run<'_>,
    team: &Team,
    existing: &Existing,
    row: &mut TeamRow,
) -> Result<(), UploadFailure> {
    if row.state >= TeamState::Open {
        return Ok(());
    }
    let id = match existing {
        Existing::Id(id) => {
            let call = requests::get_team(id);
            match run.client.call(&call, 0, run.observer).await {
                Ok(_) => id.clone(),
                Err(failure) if failure.remedy == RetryAction::Refuse => {
                    return Err(UploadFailure::Failed(format!(
                        "there is no team {id} that the app may read: {}",
                        failure.error
                    )));
                }
                Err(failure) => return Err(failure.into()),
            }
        }
        Existing::Name(name) => the_only_one(run, name).await?,
    };
    row.existing = true;
    row.id = Some(id);
    row.general = Some(general(run, row).await?);
    // It is out of migration mode, and was never in it.
    advance(run, team, row, TeamState::Complete)
}

/// The id of the only team of that name.
async fn the_only_one(run: &Run<'_>, name: &str) -> Result<String, UploadFailure> {
    let Some(groups) = of_name(run, name).await? else {
        return Err(UploadFailure::Failed(format!(
            "the app may not list groups, so that the team {name:?} can't be found. Give the app \
             Group.Read.All, or name the team by its id in 2-map/teams.csv"
        )));
    };
    let mut teams: Vec<_> = groups.into_iter().filter(Group::is_team).collect();
    match (teams.pop(), teams.len()) {
        (Some(team), 0) => Ok(team.id),
        (None, _) => Err(UploadFailure::Failed(format!("there is no team {name:?}"))),
        (Some(_), others) => Err(UploadFailure::Failed(format!(
            "there are {} teams {name:?}; name one by its id in 2-map/teams.csv",
            others + 1
        ))),
    }
}

/// A group, as far as it matters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    id: String,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    resource_provisioning_options: Option<Vec<String>>,
}

impl Group {
    /// Lists of teams don't say so.
    fn is_team(&self) -> bool {
        let options = self.resource_provisioning_options.as_ref();
        options.is_none_or(|options| options.iter().any(|option| option == "Team"))
    }
}

/// The groups or teams of a name; nothing, if the app may list neither.
async fn of_name(run: &Run<'_>, name: &str) -> Result<Option<Vec<Group>>, UploadFailure> {
    for call in [requests::find_group(name), requests::find_team(name)] {
        let mut found = Vec::new();
        let read = run
            .client
            .read_pages(call, run.observer, |groups: Vec<Group>| {
                found.extend(groups.into_iter().filter(|group| {
                    let shown = group.display_name.as_deref();
                    shown.is_none_or(|shown| shown.to_lowercase() == name.to_lowercase())
                }));
                true
            });
        match read.await {
            Ok(()) => return Ok(Some(found)),
            Err(failure) if failure.remedy == RetryAction::Abort => return Err(failure.into()),
            Err(_) => {}
        }
    }
    Ok(None)
}

/// Brings a team to where its channels can be filled.
pub(super) async fn open(
    run: &Run<'_>,
    team: &Team,
    row: &mut TeamRow,
) -> Result<(), UploadFailure> {
    if row.state < TeamState::Created {
        create(run, team, row).await?;
    }
    if row.state < TeamState::Open {
        wait_until_there(run, team, row).await?;
        row.general = Some(general(run, row).await?);
        advance(run, team, row, TeamState::Open)?;
    }
    Ok(())
}

fn advance(
    run: &Run<'_>,
    team: &Team,
    row: &mut TeamRow,
    state: TeamState,
) -> Result<(), UploadFailure> {
    row.state = state;
    run.journal.set_team(row)?;
    run.observer.event(Event::Team {
        team: &team.key,
        state: state.as_str(),
    });
    Ok(())
}

/// Creates a team once: an answer that was lost is made up for by looking for the team's mark.
async fn create(run: &Run<'_>, team: &Team, row: &mut TeamRow) -> Result<(), UploadFailure> {
    let marker = marker(run);
    let call = requests::create_team(run.graph(), team, &marker);
    let mut unsure = row.state == TeamState::Creating;
    advance(run, team, row, TeamState::Creating)?;
    let mut tries = 0;
    loop {
        if unsure && let Some(id) = look_for(run, team).await? {
            row.id = Some(id);
            row.operation = None;
            break;
        }
        match run.client.call(&call, 0, run.observer).await {
            Ok(answer) => {
                let (id, operation) = addressed(&answer);
                row.operation = operation;
                row.id = id;
                if row.id.is_some() {
                    break;
                }
                // It was created, but the answer does not say as what.
                unsure = true;
            }
            Err(failure) if failure.remedy == RetryAction::LookUp => {
                tries += 1;
                run.client
                    .wait_for_unknown(tries, failure, run.observer)
                    .await?;
                unsure = true;
            }
            Err(failure) => {
                // Refused: nothing was created, so the next run may begin afresh.
                row.state = TeamState::Planned;
                run.journal.set_team(row)?;
                return Err(failure.into());
            }
        }
    }
    advance(run, team, row, TeamState::Created)
}

/// Ends the description of every team of this upload.
fn marker(run: &Run<'_>) -> String {
    format!("(Imported by chatferry, {})", run.mark)
}

/// Looks for a team by its mark, for a while: groups show up with a delay.
pub(super) async fn look_for(run: &Run<'_>, team: &Team) -> Result<Option<String>, UploadFailure> {
    let marker = marker(run);
    for wait in LOOK_AFTER {
        sleep(Duration::from_secs(wait)).await;
        let Some(groups) = of_name(run, &team.name).await? else {
            return Err(UploadFailure::Failed(format!(
                "the answer to the creation of the team {:?} was lost, and the app may not list \
                 groups to see whether it is there. Give the app Group.Read.All and run the \
                 upload again",
                team.name
            )));
        };
        for group in groups {
            let text = match group.description {
                Some(text) => Some(text),
                None => description(run, &group.id).await?,
            };
            if text.is_some_and(|text| text.ends_with(&marker)) {
                return Ok(Some(group.id));
            }
        }
    }
    Ok(None)
}

/// The description of a team where a list does not show it; none, if it can't be read.
async fn description(run: &Run<'_>, team: &str) -> Result<Option<String>, UploadFailure> {
    let call = requests::get_team(team);
    match run.client.read::<Group>(&call, run.observer).await {
        Ok(team) => Ok(team.description),
        Err(failure) if failure.remedy == RetryAction::Abort && !failure.error.is_forbidden() => {
            Err(failure.into())
        }
        Err(_) => Ok(None),
    }
}

/// Waits until a new team can be read. Its operation is asked for as seldom as Graph wants
/// (crates/graph/RULES.md 1.3); in between, the team itself is tried.
async fn wait_until_there(
    run: &Run<'_>,
    plan: &Team,
    row: &mut TeamRow,
) -> Result<(), UploadFailure> {
    let team = row.id.clone().unwrap_or_default();
    let begun = Instant::now();
    let mut asked = begun;
    let mut may_look = true;
    let mut wait = FIRST_LOOK.min(run.options.team_poll);
    while begun.elapsed() < READY_WITHIN {
        sleep(wait).await;
        wait = (wait * 2).min(run.options.team_poll);
        if let Some(operation) = &row.operation
            && asked.elapsed() >= run.options.operation_poll
        {
            asked = Instant::now();
            match operation::progress(run, &team, operation).await? {
                Progress::Succeeded => return Ok(()),
                Progress::Pending => continue,
                Progress::Failed(reason) => {
                    // There is no such team: the next run makes another.
                    (row.id, row.operation) = (None, None);
                    advance(run, plan, row, TeamState::Planned)?;
                    return Err(UploadFailure::Failed(reason));
                }
            }
        }
        if !may_look {
            continue;
        }
        match run
            .client
            .call(&requests::get_team(&team), 0, run.observer)
            .await
        {
            Ok(_) => return Ok(()),
            // The operation tells as well.
            Err(failure) if failure.error.is_forbidden() && row.operation.is_some() => {
                may_look = false;
            }
            Err(failure) if failure.remedy == RetryAction::Refuse => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Err(UploadFailure::Failed(
        "the team was created, but can't be used after 20 minutes".to_owned(),
    ))
}

/// The id of the team's General channel.
async fn general(run: &Run<'_>, row: &TeamRow) -> Result<String, UploadFailure> {
    #[derive(Deserialize)]
    struct Primary {
        id: String,
    }

    let call = requests::primary_channel(row.id.as_deref().unwrap_or_default());
    let primary: Primary = run.client.read(&call, run.observer).await?;
    Ok(primary.id)
}

/// The first channel that is not ready for the team to be completed.
fn first_open<'a>(
    run: &Run<'_>,
    early: &[&&'a PlannedTarget],
) -> Result<Option<&'a PlannedTarget>, UploadFailure> {
    for planned in early {
        let key = planned.target().key.as_str();
        let state = run
            .journal
            .target(key)?
            .map_or(TargetState::Planned, |row| row.state);
        let needed = match planned.route {
            Route::General => TargetState::Posted,
            _ => TargetState::Complete,
        };
        if state < needed {
            return Ok(Some(planned));
        }
    }
    Ok(None)
}

/// Takes the team out of migration mode: General after all other channels (crates/graph/RULES.md
/// R51), then the team (R50).
async fn complete(
    run: &Run<'_>,
    team: &Team,
    row: &mut TeamRow,
    early: &[&&PlannedTarget],
) -> Result<(), UploadFailure> {
    let unfinished = first_open(run, early)?.filter(|_| row.state < TeamState::Completing);
    if let Some(open) = unfinished {
        return Err(UploadFailure::Failed(format!(
            "the team stays open, because its channel {:?} is not through",
            open.name()
        )));
    }
    end(run, team, row).await
}

/// Takes a team out of migration mode whose other channels are.
pub(super) async fn end(
    run: &Run<'_>,
    team: &Team,
    row: &mut TeamRow,
) -> Result<(), UploadFailure> {
    let id = row.id.clone().unwrap_or_default();
    let unsure = row.state == TeamState::Completing;
    let general = Thread::channel(&id, row.general.as_deref().unwrap_or_default());
    // From the end of General on, the team takes no channels in migration mode
    // (crates/graph/RULES.md R51): a run that is cut off here must not ask for any.
    advance(run, team, row, TeamState::Completing)?;
    session::end(run, &general).await?;
    match run
        .client
        .call(&requests::complete_team(&id), 0, run.observer)
        .await
    {
        Ok(_) => {}
        Err(failure) if failure.remedy == RetryAction::Done => {}
        // Asked before and refused now: the first time worked. Adding members will tell.
        Err(failure) if failure.remedy == RetryAction::LookUp && (unsure || failure.unsure) => {}
        Err(failure) => return Err(failure.into()),
    }
    advance(run, team, row, TeamState::Complete)
}
