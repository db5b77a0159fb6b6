//! The counts and sightings while messages are read, apart from their lines.

use std::collections::HashMap;

use chatferry_model::file::{File, FilePlace};
use chatferry_model::finding::Findings;
use chatferry_model::sum::Sum;
use chatferry_model::{Micros, PersonId};

use super::author::AuthorHint;
use super::labels::Labels;
use crate::url;

/// The counts taken on the way, apart from the lines.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Messages in, skipped and merged; those that go out are counted where they are written.
    pub(super) messages: Sum,
    /// Files seen on messages.
    pub(super) files: u64,
    /// The lines for `files.jsonl`: id, whether it is only a stub, line.
    pub(super) file_lines: Vec<(String, bool, Vec<u8>)>,
    pub(super) people: HashMap<PersonId<'static>, Seen>,
    pub(super) labels: Labels,
    pub(super) findings: Findings,
}

/// The sightings of a person.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// The number of messages it wrote.
    pub(super) messages: u64,
    /// The time it wrote the last one.
    pub(super) last: Option<Micros>,
    /// The hints of messages about the person.
    pub(super) sighting: Option<AuthorHint<'static>>,
}

impl Seen {
    /// Adds what was seen elsewhere, later in the order of the export.
    pub(super) fn append(&mut self, other: Self) {
        self.messages += other.messages;
        self.last = self.last.max(other.last);
        self.sight(other.sighting);
    }

    /// Keeps the name that is worth more, the first among equals.
    pub(super) fn sight(&mut self, other: Option<AuthorHint<'static>>) {
        let Some(other) = other else { return };
        let better = self.sighting.as_ref().is_none_or(|mine| {
            (other.name.is_some(), other.worth) > (mine.name.is_some(), mine.worth)
        });
        if better {
            self.sighting = Some(other);
        }
    }
}

impl Tally {
    pub(super) fn take_file(&mut self, file: &File<'_>) {
        self.files += 1;
        let mut line = Vec::with_capacity(256);
        if serde_json::to_writer(&mut line, file).is_ok() {
            url::redact_tokens(&mut line, 0);
            line.push(b'\n');
            let stub = matches!(file.place, FilePlace::Gone(_));
            self.file_lines
                .push((file.id.as_str().to_owned(), stub, line));
        }
    }

    /// Adds what was counted in a later part of the same conversation or export.
    pub(super) fn append(&mut self, other: Self) {
        self.messages.append(&other.messages);
        self.files += other.files;
        self.file_lines.extend(other.file_lines);
        self.findings.append(other.findings);
        self.labels.append(other.labels);
        for (person, seen) in other.people {
            self.people.entry(person).or_default().append(seen);
        }
    }
}
