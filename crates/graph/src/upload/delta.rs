//! A newer export over an uploaded one: what is new is sent, what is there stays.
//!
//! Posts are matched by the message they come from, never by time: between two exports a message
//! may make others move by some milliseconds. What was sent keeps the time it has in Teams; new
//! posts whose time is taken there get the next free one when they are sent. A target that was
//! through is opened once more (crates/graph/RULES.md R49), whichever way it was filled before.
//!
//! Nothing in Teams is changed or deleted: no app can (crates/graph/RULES.md 1.15). Messages that
//! changed or vanished in the source are findings. If a message became more posts than were sent,
//! the further ones are held back, since they may repeat what is there.

use chatferry_model::finding::{Findings, Place, Stage};
use chatferry_model::folder::RenderFolder;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::post::Post;
use serde_json::value::RawValue;

use super::error::UploadError;
use super::input::{Input, PlannedTarget};
use crate::codes;
use crate::journal::{Journal, Known, Origin, PlannedTime, TargetRow, TargetState};

/// Puts the targets into the journal, or lays a newer export over what they are there.
pub(super) fn adopt(
    journal: &Journal,
    folder: &RenderFolder,
    input: &Input,
    findings: &mut Findings,
) -> Result<(), UploadError> {
    for planned in &input.targets {
        let row = journal.plan_target(
            planned.target().key.as_str(),
            planned.team().map(chatferry_model::TeamKey::as_str),
            planned.place.as_str(),
            &planned.input,
            planned.summary.posts,
        )?;
        if planned.place.is_before(&row.place) {
            journal.set_place(row.number, planned.place.as_str())?;
        }
        if planned.newer {
            lay_over(journal, folder, planned, row, findings)?;
        }
        if planned.refused && planned.selected {
            try_refused_again(journal, planned)?;
        }
    }
    Ok(())
}

fn lay_over(
    journal: &Journal,
    folder: &RenderFolder,
    planned: &PlannedTarget,
    row: TargetRow,
    findings: &mut Findings,
) -> Result<(), UploadError> {
    let rebase = journal.rebase(row.number)?;
    let mut new = false;
    let path = folder.posts(&planned.target().key);
    let mut reader = JsonlReader::open(&path, Format::POSTS)?;
    while let Some(chunk) = reader.next_chunk()? {
        for (number, line) in chunk.lines() {
            let post: Post<'_, &RawValue> = chunk.parse(number, line)?;
            let known = rebase.post(PlannedTime::of(post.id), origin(&post))?;
            let code = match known {
                Known::Same => continue,
                Known::New => {
                    new = true;
                    continue;
                }
                Known::Changed => &codes::UPLOAD_SOURCE_CHANGED,
                Known::Withheld => &codes::UPLOAD_WITHHELD,
            };
            let place = Place {
                conversation: Some(post.source.conversation.as_str().into()),
                ts: Some(post.source.message.as_str().into()),
                ..planned.finding_place()
            };
            findings.note(Stage::Upload, code, place, post.id.to_string());
        }
    }
    // Before the file counts as the known one: a run that is cut off here does it again.
    if new && row.state >= TargetState::Posted {
        open_again(journal, row)?;
    }
    for id in rebase.apply(&planned.input, planned.summary.posts)? {
        let place = Place {
            ts: Some(id.to_string().into()),
            ..planned.finding_place()
        };
        let words = "it stays in Teams";
        findings.note(Stage::Upload, &codes::UPLOAD_SOURCE_VANISHED, place, words);
    }
    Ok(())
}

/// Opens a target that lacks posts which Graph refused once more: what was in the way may be gone by
/// now, or the post is another.
fn try_refused_again(journal: &Journal, planned: &PlannedTarget) -> Result<(), UploadError> {
    let row = journal.target(planned.target().key.as_str())?;
    match row.filter(|row| row.state >= TargetState::Posted) {
        Some(row) if journal.tally(row.number)?.refused > 0 => open_again(journal, row),
        _ => Ok(()),
    }
}

/// Lets a target that has all its posts take further ones.
fn open_again(journal: &Journal, mut row: TargetRow) -> Result<(), UploadError> {
    row.state = if row.completed.is_some() || row.state > TargetState::Posted {
        TargetState::Created
    } else {
        TargetState::Open
    };
    journal.set_target(&row)?;
    Ok(())
}

/// By what a post is known again.
pub(super) fn origin(post: &Post<'_, &RawValue>) -> Origin {
    let source = &post.source;
    Origin::of(
        source.conversation.as_str(),
        source.message.as_str(),
        source.part,
        post.body.get(),
    )
}
