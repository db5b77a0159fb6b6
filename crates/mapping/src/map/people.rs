//! Everybody of the source, on the way through mapping.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use chatferry_model::finding::{Findings, Place, Stage};
use chatferry_model::person::Person;

use super::named;
use super::rows::{Rows, gone};
use crate::codes;
use crate::directory::{self, Directory};
use crate::editable_table::{EditableTable, key_cell};
use crate::error::{BadCell, MapError};
use crate::people::{self, Known, Match, Speaker, Status, Suggester};
use crate::plan::Need;
use crate::settings::{MapSettings, Policy};
use crate::table::Sheets;

/// Everybody of the source: what the rules say, and what the admin said to that.
pub(super) struct People {
    matches: Vec<Match>,
    pub(super) speakers: Vec<Speaker>,
    proposed_placeholder: Speaker,
    pub(super) placeholder: Speaker,
    pub(super) need: Need,
    /// The source's names of people whom the admin calls otherwise, by their number.
    own_names: HashMap<usize, String>,
    pub(super) sheet: EditableTable,
}

impl People {
    pub(super) fn decide(
        people: &mut [Person],
        directory: &Directory,
        settings: &MapSettings,
        previous: &Path,
        bad: &mut Vec<BadCell>,
    ) -> Result<Self, MapError> {
        let sheet = EditableTable::load(previous, &people::SCHEMA)?;
        bad.extend(sheet.doubles());
        let own_names = people::rename(people, &sheet);
        let known = Known {
            directory,
            settings: &settings.people,
        };
        let matches: Vec<Match> = people
            .iter()
            .map(|person| people::propose(person, known))
            .collect();
        let speakers: Vec<Speaker> = people
            .iter()
            .zip(&matches)
            .map(|(person, found)| {
                let proposed = Speaker::proposed(found.user, found.policy);
                people::decide(sheet.row_of(person.id.as_str()), proposed, directory, bad)
            })
            .collect();
        let named = named(settings.placeholder.as_slice(), "placeholder", directory)?;
        let proposed_placeholder = Speaker::proposed(named.first().copied(), Policy::Map);
        let row = sheet.row(people::PLACEHOLDER);
        Ok(Self {
            placeholder: people::decide(row, proposed_placeholder, directory, bad),
            proposed_placeholder,
            need: Need::of(people, &speakers),
            matches,
            speakers,
            own_names,
            sheet,
        })
    }

    pub(super) fn status(&self, at: usize) -> Status {
        match (self.speakers.get(at), self.matches.get(at)) {
            (Some(speaker), _) if speaker.edited => Status::Edited,
            (_, Some(found)) => found.status,
            _ => Status::Unmatched,
        }
    }

    pub(super) fn gone(&self, people: &[Person]) -> Vec<&str> {
        let there = people.iter().map(|person| key_cell(person.id.as_str()));
        gone(&self.sheet, there.chain([people::PLACEHOLDER.into()]))
    }

    pub(super) fn note(
        &self,
        people: &[Person],
        directory: &Directory,
        sheets: Sheets,
        findings: &mut Findings,
    ) {
        let mut note = |code, message: String| {
            let place = Place {
                file: Some(people::SCHEMA.file(sheets).into()),
                ..Place::default()
            };
            findings.note(Stage::Map, code, place, message);
        };
        if directory.is_empty() {
            note(
                &codes::DIRECTORY_MISSING,
                "everybody speaks through the placeholder".to_owned(),
            );
        }
        if directory.is_partial() {
            note(
                &codes::DIRECTORY_PARTIAL,
                format!("{} users", directory.users().len()),
            );
        }
        for (at, (person, found)) in people.iter().zip(&self.matches).enumerate() {
            let who = format!("{} ({}): {}", person.name, person.id, found.reason);
            match self.status(at) {
                Status::Ambiguous => note(&codes::ADDRESS_AMBIGUOUS, who),
                Status::Disabled => note(&codes::USER_DISABLED, who),
                Status::Unlicensed => note(&codes::USER_UNLICENSED, who),
                Status::Unmatched if !directory.is_empty() && person.messages > 0 => {
                    note(&codes::PERSON_UNMATCHED, who);
                }
                _ => {}
            }
        }
        for (user, sharers) in people::shared(people, &self.speakers) {
            let sharers = sharers.into_iter().filter_map(|at| people.get(at));
            let names: Vec<_> = sharers
                .map(|person| format!("{} ({})", person.name, person.id))
                .collect();
            let user = directory
                .by_id(user)
                .map_or_else(|| user.to_string(), directory::DirectoryUser::label);
            note(
                &codes::USER_SHARED,
                format!("{} speak through {user}", names.join(", ")),
            );
        }
        if self.placeholder.user().is_none() && self.need.people > 0 {
            let Need { people, messages } = self.need;
            note(
                &codes::PLACEHOLDER_MISSING,
                format!("{people} people wrote {messages} messages"),
            );
        }
    }

    /// Writes the placeholder, then those who need a look, then those who wrote most.
    pub(super) fn write(
        &self,
        people: &[Person],
        directory: &Directory,
        sheets: Sheets,
        into: &Path,
    ) -> Result<(), MapError> {
        let suggester = Suggester::new(directory);
        let shared = people::shared(people, &self.speakers);
        let mut order: Vec<usize> = (0..people.len()).collect();
        order.sort_by_key(|at| {
            let person = people.get(*at);
            (
                self.status(*at),
                std::cmp::Reverse(person.map_or(0, |person| person.messages)),
                person.map(|person| &person.id),
            )
        });
        let placeholder =
            |speaker| people::placeholder_cells(speaker, self.need.messages, directory);
        let mut rows = Rows::new(&people::SCHEMA);
        rows.push(
            self.sheet.row(people::PLACEHOLDER),
            placeholder(self.proposed_placeholder),
            placeholder(self.placeholder),
        );
        for at in order {
            let (Some(person), Some(found), Some(speaker)) =
                (people.get(at), self.matches.get(at), self.speakers.get(at))
            else {
                continue;
            };
            let mut found = found.clone();
            if let Some(sharers) = speaker.user().and_then(|user| shared.get(&user)) {
                let others: Vec<_> = sharers
                    .iter()
                    .filter(|other| **other != at)
                    .filter_map(|other| people.get(*other))
                    .map(|other| other.id.as_str())
                    .collect();
                found.reason = format!(
                    "{}; the user also speaks for {}",
                    found.reason,
                    others.join(", ")
                );
            }
            let suggestion = match found.status {
                Status::Unmatched => suggester.suggest(person),
                Status::Ambiguous => found.claimants.clone(),
                _ => String::new(),
            };
            let proposed = Speaker::proposed(found.user, found.policy);
            let mut own = Cow::Borrowed(person);
            if let Some(name) = self.own_names.get(&at) {
                own.to_mut().name.clone_from(name);
            }
            rows.push(
                self.sheet.row_of(person.id.as_str()),
                people::cells(&own, &found, proposed, &suggestion, directory),
                people::cells(person, &found, *speaker, &suggestion, directory),
            );
        }
        rows.push_gone(&self.sheet, self.gone(people));
        rows.write(sheets, into)
    }
}
