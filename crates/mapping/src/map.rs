//! The stage: `1-read` and the tenant's people to `2-map`.

mod people;
mod rows;
mod saved_settings;
mod summary;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use chatferry_model::EntraId;
use chatferry_model::conversation::Conversation;
use chatferry_model::finding::{Findings, Place, Stage};
use chatferry_model::folder::ReadFolder;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::manifest::{Manifest, Outcome, ReadDetails};
use chatferry_model::person::Person;

use self::people::People;
use self::rows::{Rows, gone};
pub(crate) use self::saved_settings::SavedSettings;
pub use self::summary::MapDetails;
use self::summary::{summary, sums};
use crate::codes;
use crate::directory::{self, Directory};
use crate::editable_table::{Edit, EditableTable, PROPOSED, key_cell};
use crate::error::MapError;
use crate::estimate::MapPlan;
use crate::places::{self, Decision, Naming, Proposal};
use crate::plan::{Decided, build, users};
use crate::settings::{MapSettings, PlaceLimits, Route};
use crate::teams::{self, OWNERS, TeamRow};

/// The tenant's people as last given, so that a later run needs no directory.
const DIRECTORY: &str = "directory.csv";

/// The part of the output of `read` that mapping uses.
pub(crate) struct Source {
    pub(crate) people: Vec<Person>,
    pub(crate) conversations: Vec<Conversation>,
}

impl Source {
    pub(crate) fn read(folder: &ReadFolder) -> Result<Self, MapError> {
        let people = JsonlReader::open(&folder.people(), Format::PEOPLE)?;
        let conversations = JsonlReader::open(&folder.conversations(), Format::CONVERSATIONS)?;
        Ok(Self {
            people: people.read_all()?,
            conversations: conversations.read_all()?,
        })
    }
}

/// The directory that an earlier run kept in `2-map`; empty if there was none.
pub(crate) fn known_directory(map: &Path) -> Result<Directory, MapError> {
    let path = map.join(DIRECTORY);
    if path.exists() {
        Ok(Directory::load(&path)?)
    } else {
        Ok(Directory::default())
    }
}

/// Maps people to users and conversations to teams, channels and chats.
///
/// `previous` is the folder of the last run, whose edited files are honoured; it need not be there.
/// An empty `directory` means that of the last run. Writes `people.csv`, `conversations.csv`,
/// `teams.csv` (or `.xlsx`), their copies in `proposed/`, `directory.csv` and `plan.json` into the
/// folder `into`.
///
/// # Errors
/// When something can't be read or written, a setting names nobody, or an edit makes no sense; of
/// the latter all are reported at once.
pub fn map(
    read: &ReadFolder,
    directory: &Directory,
    settings: &MapSettings,
    previous: &Path,
    into: &Path,
) -> Result<Outcome<MapDetails>, MapError> {
    let details = Manifest::<ReadDetails>::read(read.root())?.details;
    let mut source = Source::read(read)?;
    let known;
    let directory = if directory.is_empty() {
        known = known_directory(previous)?;
        &known
    } else {
        directory
    };
    let mut bad = Vec::new();

    let people = People::decide(&mut source.people, directory, settings, previous, &mut bad)?;
    let owners = owners(settings, directory)?;
    let assignment = teams::propose(
        &source.conversations,
        &details,
        &|workspace| match owners.as_slice() {
            [] => teams::owners_in_source(&source.people, &people.speakers, workspace),
            named => named.to_vec(),
        },
        settings,
    );
    let team_sheet = EditableTable::load(previous, &teams::SCHEMA)?;
    let team_rows = teams::decide(&assignment.teams, &team_sheet, directory, &mut bad);
    check_route(settings, &team_rows)?;

    let user_of = users(&source.people, &people.speakers);
    let proposals = places::propose(
        &source.conversations,
        &assignment,
        &|person| user_of.get(person.as_str()).copied(),
        settings,
    );
    let place_sheet = EditableTable::load(previous, &places::SCHEMA)?;
    let decisions = places::decide(
        &source.conversations,
        &proposals,
        &place_sheet,
        &team_rows,
        Naming::GiveWay,
        &mut bad,
    );
    let parts = places::count_parts(read, &source.conversations, &decisions)?;
    let channels = places::groups(&source.conversations, &decisions, &parts);
    places::check_room(
        &source.conversations,
        &decisions,
        &channels,
        PlaceLimits::of(&settings.limits),
        &place_sheet,
        &mut bad,
    );
    MapError::of_cells(bad)?;

    let mut findings = Findings::default();
    let plan = build(
        &Decided {
            people: &source.people,
            speakers: &people.speakers,
            placeholder: people.placeholder.user(),
            conversations: &source.conversations,
            decisions: &decisions,
            channels: &channels,
            teams: &team_rows,
            directory,
            authors_join: settings.people.authors_join,
            limits: PlaceLimits::of(&settings.limits),
        },
        &mut findings,
    );
    for (team, teams) in &assignment.split {
        let message = format!("{team} becomes {teams} teams");
        findings.note(Stage::Map, &codes::TEAM_SPLIT, Place::default(), message);
    }
    people.note(&source.people, directory, settings.sheets, &mut findings);
    let here = source.conversations.iter().map(|c| key_cell(c.id.as_str()));
    note_gone(&people.sheet, people.gone(&source.people), &mut findings);
    note_gone(&place_sheet, gone(&place_sheet, here), &mut findings);

    fs::create_dir_all(into.join(PROPOSED)).map_err(MapError::io(into))?;
    let sheets = settings.sheets;
    people.write(&source.people, directory, sheets, into)?;
    let rows = place_rows(&source, &proposals, &decisions, &place_sheet);
    rows.write(sheets, into)?;
    let rows = team_rows_of(&assignment.teams, &team_rows, &team_sheet, directory);
    rows.write(sheets, into)?;
    SavedSettings::of(settings).write(into)?;
    MapPlan::of(&plan, read, &settings.limits)?.write(into)?;
    if !directory.is_empty() {
        directory::write(&into.join(DIRECTORY), directory.users())?;
    }
    Ok(Outcome {
        details: summary(&source, &people, &plan),
        sums: sums(&source, &plan),
        files: BTreeMap::new(),
        findings,
    })
}

/// The owners that the settings name.
fn owners(settings: &MapSettings, directory: &Directory) -> Result<Vec<EntraId>, MapError> {
    let owners = named(&settings.owners, "owners", directory)?;
    if owners.len() <= OWNERS {
        return Ok(owners);
    }
    Err(MapError::Setting {
        setting: "owners",
        value: settings.owners.join(", "),
        reason: format!("a team has at most {OWNERS} owners"),
    })
}

/// Rejects rows that name an existing team where all teams have to be new.
fn check_route(settings: &MapSettings, teams: &[TeamRow]) -> Result<(), MapError> {
    let existing = teams.iter().find(|team| team.existing.is_some());
    match (settings.route, existing) {
        (Route::NewTeam, Some(team)) => Err(MapError::Setting {
            setting: "route",
            value: "new-team".to_owned(),
            reason: format!("the row {} of the teams names an existing team", team.key),
        }),
        _ => Ok(()),
    }
}

/// Notes the rows of a table that are about nothing in the source any more.
fn note_gone(sheet: &EditableTable, gone: Vec<&str>, findings: &mut Findings) {
    for key in gone {
        let name = sheet.path().file_name();
        let place = Place {
            file: name.map(|name| name.to_string_lossy().into()),
            ..Place::default()
        };
        findings.note(Stage::Map, &codes::ROW_GONE, place, key);
    }
}

/// The tables that people edit in the folder of the last run, CSV or XLSX; they need not be there.
///
/// # Errors
/// When one of them is there as both.
pub fn tables(map: &Path) -> Result<[PathBuf; 3], MapError> {
    Ok([
        crate::people::SCHEMA.find(map)?,
        places::SCHEMA.find(map)?,
        teams::SCHEMA.find(map)?,
    ])
}

/// Everything an admin changed in the folder of the last run. Together with `1-read`, the directory
/// and the settings it decides what [`map`] writes: where none of them changed, nothing will.
///
/// # Errors
/// When a table can't be read.
pub fn edits(map: &Path) -> Result<Vec<Edit>, MapError> {
    let mut edits = Vec::new();
    for form in [&crate::people::SCHEMA, &places::SCHEMA, &teams::SCHEMA] {
        edits.extend(EditableTable::load(map, form)?.edits());
    }
    Ok(edits)
}

fn place_rows(
    source: &Source,
    proposals: &[Proposal],
    decisions: &[Decision],
    sheet: &EditableTable,
) -> Rows {
    let conversations = &source.conversations;
    let people: HashMap<&str, &Person> = source
        .people
        .iter()
        .map(|person| (person.id.as_str(), person))
        .collect();
    let mut order: Vec<_> = conversations.iter().zip(proposals).zip(decisions).collect();
    order.sort_by_key(|((conversation, _), decision)| {
        let place = &decision.place;
        (
            place.action as u8,
            place.team.clone(),
            crate::names::fold(&conversation.name),
            &conversation.id,
        )
    });
    let mut rows = Rows::new(&places::SCHEMA);
    for ((conversation, proposal), decision) in order {
        let name = places::shown_name(conversation, &|id| people.get(id).copied());
        rows.push(
            sheet.row_of(conversation.id.as_str()),
            places::cells(conversation, &name, &Decision::unedited(proposal)),
            places::cells(conversation, &name, decision),
        );
    }
    rows.push_gone(
        sheet,
        gone(sheet, conversations.iter().map(|c| key_cell(c.id.as_str()))),
    );
    rows
}

fn team_rows_of(
    proposals: &[TeamRow],
    teams: &[TeamRow],
    sheet: &EditableTable,
    directory: &Directory,
) -> Rows {
    let mut rows = Rows::new(&teams::SCHEMA);
    for team in teams {
        let written = teams::cells(team, directory);
        match proposals.iter().find(|proposal| proposal.key == team.key) {
            Some(proposal) => rows.push(
                sheet.row(&team.key),
                teams::cells(proposal, directory),
                written,
            ),
            None => rows.found.push(written),
        }
    }
    rows
}

/// The users a setting names.
fn named(
    texts: &[String],
    setting: &'static str,
    directory: &Directory,
) -> Result<Vec<EntraId>, MapError> {
    let users = texts.iter().map(|text| {
        directory.resolve(text).map_err(|reason| MapError::Setting {
            setting,
            value: text.clone(),
            reason,
        })
    });
    users.collect()
}
