//! The checks before anything is sent.

use std::collections::BTreeSet;

use chatferry_model::finding::Place;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::post::{From, Post};
use chatferry_model::{EntraId, Millis};
use serde::Deserialize;

use super::error::UploadError;
use super::input::Input;
use super::{Run, UploadOptions};
use crate::codes;
use crate::journal::TargetState;
use crate::requests;
use crate::retry::RetryAction;

/// The permission that importing takes (crates/graph/RULES.md R1).
const MIGRATE: &str = "Teamwork.Migrate.All";
/// Either of them lets files be put into SharePoint and OneDrive (crates/graph/RULES.md E18–E21).
const FILES: [&str; 2] = ["Files.ReadWrite.All", "Sites.ReadWrite.All"];

/// Checks what needs no network: that somebody speaks, and that nothing lies in the future.
pub(super) fn check_input(
    input: &Input,
    options: &UploadOptions,
    now: Millis,
) -> Result<(), UploadError> {
    if input.rehearsal_account && !options.rehearsal_account_exists {
        return Err(UploadError::StandIn);
    }
    check_times(input, now)
}

/// Checks that there is a token that may import, and that the authors exist.
pub(super) async fn check(run: &Run<'_>, input: &Input) -> Result<(), UploadError> {
    if let Some(roles) = run.client.roles().await?
        && !roles.iter().any(|role| role == MIGRATE)
    {
        return Err(UploadError::MissingRole {
            missing: MIGRATE,
            roles,
        });
    }
    check_files(run, input).await?;
    if run.options.check_authors {
        check_authors(run, input).await?;
    }
    Ok(())
}

/// Without it every single file would become a line of text.
async fn check_files(run: &Run<'_>, input: &Input) -> Result<(), UploadError> {
    let has_files = input
        .targets
        .iter()
        .any(|planned| planned.selected && planned.summary.file_bytes > 0);
    if has_files
        && let Some(roles) = run.client.roles().await?
        && !roles.iter().any(|role| FILES.contains(&role.as_str()))
    {
        return Err(UploadError::MissingRole {
            missing: FILES[0],
            roles,
        });
    }
    Ok(())
}

/// crates/graph/RULES.md R3, R29
fn check_times(input: &Input, now: Millis) -> Result<(), UploadError> {
    let teams = input
        .teams
        .iter()
        .map(|team| (team.created, format!("team {}", team.key)));
    let targets = input.targets.iter().map(|planned| {
        let target = planned.target();
        let last = planned
            .summary
            .last
            .unwrap_or(target.created)
            .max(target.created);
        (last, format!("target {} or a post in it", target.key))
    });
    for (time, what) in teams.chain(targets) {
        if time >= now {
            return Err(UploadError::Future { what, time, now });
        }
    }
    Ok(())
}

/// crates/graph/RULES.md R26: a post whose author is not in the tenant is lost, so it is better not
/// to begin.
async fn check_authors(run: &Run<'_>, input: &Input) -> Result<(), UploadError> {
    #[derive(Deserialize)]
    struct User {
        id: String,
    }

    let mut missing = authors(run, input)?;
    if missing.is_empty() {
        return Ok(());
    }
    let listed = run
        .client
        .read_pages(requests::list_users(), run.observer, |users: Vec<User>| {
            for user in users {
                if let Ok(id) = user.id.parse() {
                    missing.remove(&id);
                }
            }
            !missing.is_empty()
        });
    match listed.await {
        Ok(()) => {}
        Err(failure) if failure.remedy == RetryAction::Abort => return Err(failure.error.into()),
        Err(failure) => {
            let words = failure.error.to_string();
            run.note(&codes::UPLOAD_AUTHORS_UNCHECKED, Place::default(), words);
            return Ok(());
        }
    }
    match missing.first() {
        None => Ok(()),
        Some(example) => Err(UploadError::UnknownAuthors {
            count: missing.len(),
            example: *example,
        }),
    }
}

/// Everybody who speaks in what is still to be sent.
fn authors(run: &Run<'_>, input: &Input) -> Result<BTreeSet<EntraId>, UploadError> {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        from: From<'a>,
    }

    let mut authors = BTreeSet::new();
    for planned in input.targets.iter().filter(|planned| planned.selected) {
        let key = &planned.target().key;
        let row = run.journal.target(key.as_str())?;
        if row.is_some_and(|row| row.state >= TargetState::Posted) {
            continue;
        }
        let mut reader = JsonlReader::open(&run.folder.posts(key), Format::POSTS)?;
        while let Some(chunk) = reader.next_chunk()? {
            for (number, line) in chunk.lines() {
                let post: Post<'_, Body<'_>> = chunk.parse(number, line)?;
                authors.insert(post.body.from.user.id);
            }
        }
    }
    Ok(authors)
}
