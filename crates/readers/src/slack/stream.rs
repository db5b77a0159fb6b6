//! The messages of all conversations, in parallel and in order.
//!
//! Day files are taken in batches bounded by their bytes, across conversations, so that thousands
//! of small files keep all cores busy. While one batch is parsed, the one before is written. At any
//! time two batches are in memory.

use std::collections::{BTreeMap, HashMap};

use chatferry_model::ConversationId;
use chatferry_model::conversation::{Conversation, ConversationKind};
use chatferry_model::finding::{Place, Stage};
use chatferry_model::{Micros, PersonId};
use rayon::prelude::*;

use super::convert::ConversationContext;
use super::day::{self, Day, Job};
use super::day_file::DayFile;
use super::export::Source;
use super::file_lines::Files;
use super::labels::Labels;
use super::name_table::NameTable;
use super::people::People;
use super::reorder::{Reorder, Reordered};
use super::tally::{Seen, Tally};
use super::thread::{InOrder, Refusal, Written};
use crate::{ReadError, Sink, codes};

/// Inflated bytes of a batch: enough to share out, little enough to hold two of.
const BATCH_BYTES: u64 = 6 << 20;
/// Files of a batch, however small they are.
const BATCH_FILES: usize = 2_048;

/// A conversation to be read.
pub(super) struct Reading<'c> {
    pub(super) conversation: Conversation,
    here: ConversationContext,
    days: Vec<DayFile<'c>>,
    /// True if a list of the export names it, which also says who is in it.
    is_listed: bool,
}

impl<'c> Reading<'c> {
    pub(super) fn new(source: Source<'c>) -> Self {
        Self {
            is_listed: source.is_listed(),
            here: ConversationContext {
                id: source.conversation.id.clone(),
                pins: source.pins,
            },
            conversation: source.conversation,
            days: source.days,
        }
    }
}

/// Reads all conversations and writes their files. Returns them with their counts.
pub(super) fn read(
    mut readings: Vec<Reading<'_>>,
    name_table: &NameTable,
    people: &mut People,
    labels: &mut Labels,
    files: &mut Files,
    sink: &mut Sink<'_>,
) -> Result<Vec<Conversation>, ReadError> {
    let total = readings
        .iter()
        .flat_map(|reading| &reading.days)
        .map(|file| file.entry.size)
        .sum();
    sink.progress().total(total);
    let mut done = Vec::with_capacity(readings.len());
    let mut members = BTreeMap::new();
    {
        let work = Work::of(&readings);
        let mut assembly = Assembly {
            readings: &readings,
            name_table,
            people,
            labels,
            files,
            sink,
            current: None,
            next: 0,
            done: &mut done,
            members: &mut members,
        };
        let options = assembly.sink.options();
        let progress = assembly.sink.progress();
        let parse = |batch: &[Task]| -> Vec<(usize, Day)> {
            batch
                .par_iter()
                .map_init(Vec::new, |buffer, task| {
                    let reading = readings.get(task.reading);
                    let day = reading.and_then(|reading| {
                        let DayFile {
                            container, entry, ..
                        } = *reading.days.get(task.day)?;
                        let job = Job {
                            container,
                            entry,
                            here: &reading.here,
                            name_table,
                            options,
                        };
                        let day = day::read(job, buffer);
                        progress.advance(entry.size);
                        Some(day)
                    });
                    (task.reading, day.unwrap_or_default())
                })
                .collect()
        };
        let mut parsed: Vec<(usize, Day)> = Vec::new();
        for batch in work.batches() {
            let ready = std::mem::take(&mut parsed);
            let (next, written) = rayon::join(|| parse(batch), || assembly.take(ready));
            written?;
            parsed = next;
        }
        assembly.take(parsed)?;
        assembly.finish()?;
    }
    for (number, (reading, counts)) in readings.iter_mut().zip(&done).enumerate() {
        let conversation = &mut reading.conversation;
        if let Some(members) = members.remove(&number) {
            conversation.members = members;
        }
        let time = |micros: Option<i64>| micros.and_then(|micros| Micros::new(micros).ok());
        conversation.messages = counts.messages + counts.placeholders;
        conversation.replies = counts.replies;
        conversation.first = time(counts.first);
        conversation.last = time(counts.last);
    }
    Ok(readings
        .into_iter()
        .map(|reading| reading.conversation)
        .collect())
}

/// A day file to read.
#[derive(Clone, Copy)]
struct Task {
    reading: usize,
    day: usize,
    bytes: u64,
}

/// All day files in order.
struct Work(Vec<Task>);

impl Work {
    fn of(readings: &[Reading<'_>]) -> Self {
        let mut tasks = Vec::new();
        for (reading, source) in readings.iter().enumerate() {
            for (day, DayFile { entry, .. }) in source.days.iter().enumerate() {
                tasks.push(Task {
                    reading,
                    day,
                    bytes: entry.size,
                });
            }
        }
        Self(tasks)
    }

    /// The tasks in batches.
    fn batches(&self) -> impl Iterator<Item = &[Task]> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            let mut bytes = 0;
            let fits = |task: &&Task| {
                bytes += task.bytes;
                bytes <= BATCH_BYTES
            };
            let count = rest.iter().take(BATCH_FILES).take_while(fits).count();
            let (batch, after) = rest.split_at(count.max(1).min(rest.len()));
            rest = after;
            (!batch.is_empty()).then_some(batch)
        })
    }
}

/// Takes the days in their order and puts each conversation together.
struct Assembly<'s, 'c, 'k> {
    readings: &'s [Reading<'c>],
    name_table: &'s NameTable,
    people: &'s mut People,
    labels: &'s mut Labels,
    files: &'s mut Files,
    sink: &'s mut Sink<'k>,
    current: Option<Current>,
    /// The first conversation that has not been begun.
    next: usize,
    done: &'s mut Vec<Written>,
    /// Members of conversations that no list names.
    members: &'s mut BTreeMap<usize, Vec<PersonId<'static>>>,
}

/// The conversation that is being put together.
struct Current {
    reading: usize,
    /// `None` once it turned out to be out of order.
    lines: Option<InOrder>,
    tally: Tally,
}

impl Assembly<'_, '_, '_> {
    fn take(&mut self, days: Vec<(usize, Day)>) -> Result<(), ReadError> {
        for (reading, mut day) in days {
            self.begin(reading)?;
            for (id, stub, line) in std::mem::take(&mut day.tally.file_lines) {
                self.files.add(&id, stub, line)?;
            }
            let Some(current) = &mut self.current else {
                continue;
            };
            if let Some(lines) = &mut current.lines {
                match lines.add(&day) {
                    Ok(()) => {}
                    Err(Refusal::Disorder) => current.lines = None,
                    Err(Refusal::Output(error)) => return Err(error.into()),
                }
            }
            current.tally.append(day.tally);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), ReadError> {
        self.begin(self.readings.len())
    }

    /// Ends the conversations before `reading` and begins it.
    fn begin(&mut self, reading: usize) -> Result<(), ReadError> {
        while self.next <= reading {
            if let Some(current) = self.current.take_if(|current| current.reading < reading) {
                self.end(current)?;
            }
            let Some(source) = self.readings.get(self.next) else {
                return Ok(());
            };
            self.current = Some(Current {
                reading: self.next,
                lines: Some(InOrder::new(self.sink.messages(&source.here.id)?)),
                tally: Tally::default(),
            });
            self.next += 1;
        }
        Ok(())
    }

    fn end(&mut self, current: Current) -> Result<(), ReadError> {
        let Some(reading) = self.readings.get(current.reading) else {
            return Ok(());
        };
        let id = &reading.here.id;
        let Current { lines, tally, .. } = current;
        if !reading.is_listed {
            self.guess_members(id, current.reading, &tally.people);
        }
        self.people.seen(tally.people);
        self.labels.append(tally.labels);
        let (written, summary) = match lines {
            Some(lines) => lines.finish()?,
            None => {
                let Reordered {
                    written,
                    summary,
                    twice,
                } = self.rearrange(reading)?;
                for (person, messages) in twice {
                    self.people.uncount(&person, messages);
                }
                (written, summary)
            }
        };
        self.sink.messages_done(id, summary);
        self.sink.findings().append(tally.findings);
        for ts in &written.missing {
            self.note(
                id,
                &codes::SLACK_ORPHAN_REPLY,
                *ts,
                "the root is not in the export",
            );
        }
        for _ in 0..written.duplicates {
            self.note(id, &codes::SLACK_DUPLICATE, 0, "read once");
        }
        for author in &written.authors {
            self.people.name(&PersonId::new(author.as_str()));
        }
        let sum = self.sink.sum("messages");
        sum.append(&tally.messages);
        sum.output += written.messages;
        for (reason, count) in &written.skipped {
            sum.skip_many(reason, *count);
        }
        for _ in 0..written.duplicates {
            sum.merge("duplicate");
        }
        for _ in 0..written.placeholders {
            sum.add("placeholder root");
        }
        self.done.push(written);
        Ok(())
    }

    /// Takes those who wrote in a conversation for its members, where no list says who they are.
    fn guess_members(
        &mut self,
        id: &ConversationId<'_>,
        reading: usize,
        people: &HashMap<PersonId<'static>, Seen>,
    ) {
        let wrote = people.iter().filter(|(_, seen)| seen.messages > 0);
        let mut members: Vec<_> = wrote
            .map(|(person, _)| person.clone())
            .filter(|person| self.people.is_somebody(person))
            .collect();
        members.sort();
        // One alone would make notes to oneself of a direct message.
        let is_dm = self
            .readings
            .get(reading)
            .is_some_and(|reading| reading.conversation.kind == ConversationKind::Dm);
        if members.len() > usize::from(is_dm) {
            self.note(
                id,
                &codes::SLACK_MEMBERS_GUESSED,
                0,
                "those who wrote in it",
            );
            self.members.insert(reading, members);
        }
    }

    fn rearrange(&mut self, reading: &Reading<'_>) -> Result<Reordered, ReadError> {
        let path = self.sink.folder().messages_folder().join(".unsorted");
        let mut all = Reorder::begin(path);
        let (name_table, options) = (self.name_table, self.sink.options());
        let work = Work::of(std::slice::from_ref(reading));
        for batch in work.batches() {
            let days: Vec<(usize, Day)> = batch
                .par_iter()
                .map_init(Vec::new, |buffer, task| {
                    let Some(file) = reading.days.get(task.day).copied() else {
                        return (0, Day::default());
                    };
                    let job = Job {
                        container: file.container,
                        entry: file.entry,
                        here: &reading.here,
                        name_table,
                        options,
                    };
                    (file.export, day::read(job, buffer))
                })
                .collect();
            for (export, day) in days {
                all.add(export, day)?;
            }
        }
        all.finish(self.sink.messages(&reading.here.id)?)
    }

    fn note(
        &mut self,
        id: &ConversationId<'_>,
        code: &'static chatferry_model::finding::Code,
        ts: i64,
        words: &str,
    ) {
        let ts = Micros::new(ts).ok().filter(|time| *time != Micros::EPOCH);
        let place = Place {
            file: None,
            conversation: Some(id.as_str().into()),
            ts: ts.map(|time| super::time::message_id(time).as_str().to_owned().into()),
        };
        self.sink.findings().note(Stage::Read, code, place, words);
    }
}
