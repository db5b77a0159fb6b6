//! Deciding about the unmatched without a spreadsheet: one by one, into the same table.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use chatferry_model::folder::ReadFolder;
use chatferry_model::person::Person;
use chatferry_model::{EntraId, Micros};

use crate::directory::{Directory, DirectoryUser};
use crate::editable_table::{EditableTable, key_cell};
use crate::error::MapError;
use crate::map::{Source, known_directory};
use crate::people::{self, MAP, PLACEHOLDER_SPEAKS, SKIP, Status, Suggester};
use crate::table::{Table, TableError};

/// The table of people of a folder that was mapped, with those about whom nobody decided yet.
#[derive(Debug)]
pub struct Review {
    path: PathBuf,
    table: Table,
    directory: Directory,
    open: Vec<OpenPerson>,
}

/// Somebody about whom nobody decided yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenPerson {
    /// The name the source shows.
    pub name: String,
    /// The address, if the export holds one.
    pub email: Option<String>,
    /// The number of messages the person wrote.
    pub messages: u64,
    /// The time of the person's last message.
    pub last_active: Option<Micros>,
    /// The reason why no rule found a user, in words.
    pub reason: String,
    /// Users who might be meant, the likeliest first.
    pub suggestions: Vec<DirectoryUser>,
    row: usize,
}

/// A decision about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The person is this user.
    User(EntraId),
    /// The placeholder speaks.
    Placeholder,
    /// The person's messages are skipped.
    Skip,
}

impl Review {
    /// Opens the table in the folder `map`; those who wrote most come first.
    ///
    /// # Errors
    /// When nothing was mapped yet, or a file can't be read.
    pub fn open(map: &Path, read: &ReadFolder) -> Result<Self, MapError> {
        let sheet = EditableTable::load(map, &people::SCHEMA)?;
        let path = sheet.path().to_owned();
        if !sheet.exists() {
            return Err(MapError::NotMapped { path });
        }
        let source = Source::read(read)?;
        let directory = known_directory(map)?;
        let table = Table::read(&path)?;
        let mut review = Self {
            open: Vec::new(),
            path,
            table,
            directory,
        };
        let by_key: HashMap<String, &Person> = source
            .people
            .iter()
            .map(|person| (key_cell(person.id.as_str()).into_owned(), person))
            .collect();
        let suggester = Suggester::new(&review.directory);
        let undecided = [Status::Unmatched, Status::Ambiguous].map(Status::as_str);
        let mut open = Vec::new();
        for (row, line) in sheet.rows().enumerate() {
            let edits = ["entra_id", "entra_user", "action"];
            let edited = edits.iter().any(|column| line.edit(column).is_some());
            let Some(person) = by_key.get(line.key()) else {
                continue;
            };
            if edited || person.messages == 0 || !undecided.contains(&line.cell("status")) {
                continue;
            }
            let suggestions = match claimants(line.cell("suggestion"), &review.directory) {
                named if named.is_empty() => suggester.candidates(person),
                named => named,
            };
            open.push(OpenPerson {
                name: person.name.clone(),
                email: person.email.clone(),
                messages: person.messages,
                last_active: person.last_active,
                reason: line.cell("rule_or_reason").to_owned(),
                suggestions: suggestions.into_iter().cloned().collect(),
                row,
            });
        }
        open.sort_by_key(|person| std::cmp::Reverse(person.messages));
        review.open = open;
        Ok(review)
    }

    /// Returns the people who wrote something and are still undecided.
    #[must_use]
    pub fn people(&self) -> &[OpenPerson] {
        &self.open
    }

    /// Users of the tenant whose name or address has these words, or beginnings of them.
    #[must_use]
    pub fn search(&self, text: &str) -> Vec<&DirectoryUser> {
        Suggester::new(&self.directory).search(text)
    }

    /// Writes what is decided about somebody into the table, at once.
    ///
    /// # Errors
    /// When the table lacks a column, or can't be written.
    pub fn decide(&mut self, person: &OpenPerson, verdict: Verdict) -> Result<(), MapError> {
        let (id, action) = match verdict {
            Verdict::User(id) => (Some(id), MAP),
            Verdict::Placeholder => (None, PLACEHOLDER_SPEAKS),
            Verdict::Skip => (None, SKIP),
        };
        let user = id.and_then(|id| self.directory.by_id(id));
        let cells = [
            ("entra_id", id.map(|id| id.to_string()).unwrap_or_default()),
            (
                "entra_user",
                user.map(|user| user.user_principal_name.clone())
                    .unwrap_or_default(),
            ),
            ("action", action.to_owned()),
        ];
        for (column, cell) in cells {
            let at = self.table.column(&[column]);
            let at = at.ok_or_else(|| TableError::Column {
                path: self.path.clone(),
                column,
                remedy: "run `chatferry map` to put it back",
            })?;
            self.table.set(person.row, at, &cell);
        }
        let rows = self.table.rows.iter().map(|row| {
            let columns = people::SCHEMA.columns.iter();
            columns
                .map(|column| {
                    let at = self.table.column(&[column.name]);
                    at.map_or("", |at| row.cell(at)).to_owned()
                })
                .collect()
        });
        Ok(Table::write(&self.path, people::SCHEMA.columns, rows)?)
    }
}

/// The users that a cell of suggestions names.
fn claimants<'a>(cell: &str, directory: &'a Directory) -> Vec<&'a DirectoryUser> {
    let labels = cell.split("; ").filter(|label| !label.is_empty());
    let users = labels.filter_map(|label| directory.resolve(label).ok());
    users.filter_map(|id| directory.by_id(id)).collect()
}
