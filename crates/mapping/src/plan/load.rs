//! Reads the plan back from `2-map`, for rendering.

use std::path::Path;

use chatferry_model::finding::Findings;
use chatferry_model::folder::ReadFolder;
use chatferry_model::plan::{Plan, User};

use super::{Decided, build};
use crate::editable_table::{EditableTable, TableSchema, key_cell};
use crate::error::{BadCell, MapError};
use crate::map::{SavedSettings, Source, known_directory};
use crate::people::{self, Speaker};
use crate::places::{self, Naming};
use crate::table::Sheets;
use crate::teams;

/// Reads what `2-map` says into a plan; nothing but it and `1-read` is looked at.
///
/// # Errors
/// When a file can't be read, lacks a row, or has cells that make
/// no sense: all of those at once, each with file, line, column and remedy.
pub fn load_plan(map: &Path, read: &ReadFolder) -> Result<Plan, MapError> {
    let mut source = Source::read(read)?;
    let directory = known_directory(map)?;
    let mut bad: Vec<BadCell> = Vec::new();

    let sheet = existing(map, &people::SCHEMA)?;
    bad.extend(sheet.doubles());
    people::rename(&mut source.people, &sheet);
    let mut decide = |key: &str| -> Result<Speaker, MapError> {
        let row = sheet.row(key).ok_or_else(|| missing(&sheet, key))?;
        let proposal = sheet.proposal(key);
        let proposed = proposal.map(people::from_proposal).unwrap_or_default();
        Ok(people::decide(Some(row), proposed, &directory, &mut bad))
    };
    let placeholder = decide(people::PLACEHOLDER)?.user();
    let speakers = source
        .people
        .iter()
        .map(|person| decide(&key_cell(person.id.as_str())))
        .collect::<Result<Vec<_>, _>>()?;

    let sheet = existing(map, &teams::SCHEMA)?;
    let teams = teams::decide(
        &teams::from_proposals(&sheet, &directory),
        &sheet,
        &directory,
        &mut bad,
    );

    let sheet = existing(map, &places::SCHEMA)?;
    let mut proposals = Vec::with_capacity(source.conversations.len());
    for conversation in &source.conversations {
        let id = conversation.id.as_str();
        sheet.row_of(id).ok_or_else(|| missing(&sheet, id))?;
        proposals.push(places::from_proposals(conversation, &sheet));
    }
    let decisions = places::decide(
        &source.conversations,
        &proposals,
        &sheet,
        &teams,
        Naming::Insist,
        &mut bad,
    );
    let saved = SavedSettings::read(map)?;
    let parts = places::count_parts(read, &source.conversations, &decisions)?;
    let channels = places::groups(&source.conversations, &decisions, &parts);
    places::check_room(
        &source.conversations,
        &decisions,
        &channels,
        saved.limits,
        &sheet,
        &mut bad,
    );
    MapError::of_cells(bad)?;

    let decided = Decided {
        people: &source.people,
        speakers: &speakers,
        placeholder,
        conversations: &source.conversations,
        decisions: &decisions,
        channels: &channels,
        teams: &teams,
        directory: &directory,
        authors_join: saved.authors_join,
        limits: saved.limits,
    };
    // What there is to say about it was said when it was mapped.
    let mut plan = build(&decided, &mut Findings::default());
    // Whether anybody needs it is known only when the messages are rendered: a deleted root or a
    // call may have an author whom nothing else names.
    plan.placeholder.get_or_insert_with(User::rehearsal_account);
    Ok(plan)
}

fn existing(map: &Path, form: &'static TableSchema) -> Result<EditableTable, MapError> {
    let sheet = EditableTable::load(map, form)?;
    if sheet.exists() {
        Ok(sheet)
    } else {
        Err(MapError::NotMapped {
            path: map.join(form.file(Sheets::Csv)),
        })
    }
}

fn missing(sheet: &EditableTable, what: &str) -> MapError {
    MapError::RowMissing {
        file: sheet.path().to_owned(),
        what: what.to_owned(),
    }
}
