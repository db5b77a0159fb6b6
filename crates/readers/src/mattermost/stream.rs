//! The second pass: the posts of all exports, converted in parallel and sorted on disk.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::mpsc::Receiver;

use chatferry_model::jsonl::{FileSummary, JsonlWriter};
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use super::converted::{Converted, To};
use super::lines::{self, Batch, LONG_BYTES};
use super::name_table::Place;
use super::order::Key;
use super::people::Seen;
use super::thread;
use super::thread_context::Job;
use crate::external_sort::Sorter;
use crate::{ReadError, Sink};

/// Batches that are worked on at once.
const BATCHES: usize = 4;
/// Converted bytes of a long line that are handed on at once.
const DRAIN_BYTES: usize = 1 << 20;

/// The lines of `files.jsonl`, each file once.
pub(super) struct Files {
    writer: JsonlWriter,
    /// Hashes of the ids written.
    known: HashSet<u128>,
    /// The number seen.
    pub(super) seen: u64,
}

impl Files {
    pub(super) fn new(writer: JsonlWriter) -> Self {
        Self {
            writer,
            known: HashSet::new(),
            seen: 0,
        }
    }

    pub(super) fn add(&mut self, id: &str, line: &[u8]) -> Result<(), ReadError> {
        self.seen += 1;
        if self.known.insert(xxh3_128(id.as_bytes())) {
            self.writer.write_lines(line, 1)?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<FileSummary, ReadError> {
        Ok(self.writer.finish()?)
    }
}

/// Takes what was converted, in the order of the lines.
pub(super) struct Assembly<'s, 'k> {
    pub(super) sorter: Sorter<Key>,
    /// All conversations by number: those with a line, then the strays in the order seen.
    pub(super) places: Vec<Place>,
    numbers: HashMap<String, u32>,
    pub(super) people: HashMap<String, Seen>,
    pub(super) unlisted_people: BTreeSet<String>,
    pub(super) files: &'s mut Files,
    pub(super) direct_roots: u64,
    export: u16,
    sink: &'s mut Sink<'k>,
}

impl<'s, 'k> Assembly<'s, 'k> {
    pub(super) fn new(
        sorter: Sorter<Key>,
        places: Vec<Place>,
        files: &'s mut Files,
        sink: &'s mut Sink<'k>,
    ) -> Self {
        Self {
            sorter,
            places,
            numbers: HashMap::new(),
            people: HashMap::new(),
            unlisted_people: BTreeSet::new(),
            files,
            direct_roots: 0,
            export: 0,
            sink,
        }
    }

    /// Reads the posts of one export.
    pub(super) fn read(&mut self, export: usize, job: Job<'_>) -> Result<(), ReadError> {
        self.export = u16::try_from(export).unwrap_or(u16::MAX);
        let (container, entry) = (job.layout.container, job.layout.lines);
        // What is wrong with the entry was noted by the first pass, which read the same lines.
        let ((), _) = lines::batches(container, entry, |batches| self.take_all(&batches, job))?;
        Ok(())
    }

    fn take_all(&mut self, batches: &Receiver<Batch>, job: Job<'_>) -> Result<(), ReadError> {
        let progress = self.sink.progress();
        let mut ready: Vec<Result<Converted, ReadError>> = Vec::new();
        loop {
            let Ok(first) = batches.recv() else {
                break;
            };
            let rest = batches.try_iter().take(BATCHES - 1);
            let some: Vec<Batch> = std::iter::once(first).chain(rest).collect();
            let bytes: usize = some.iter().map(Batch::bytes).sum();
            if some.iter().any(|batch| batch.bytes() > LONG_BYTES) {
                self.absorb_all(std::mem::take(&mut ready))?;
                for batch in some {
                    self.take_long(&batch, job)?;
                }
            } else {
                let done = std::mem::take(&mut ready);
                let convert = || {
                    some.par_iter()
                        .map(|batch| convert_all(batch, job))
                        .collect()
                };
                let (next, absorbed) = rayon::join(convert, || self.absorb_all(done));
                absorbed?;
                ready = next;
            }
            progress.advance(bytes as u64);
        }
        self.absorb_all(ready)
    }

    /// A batch with a long line: its replies are handed on piece by piece.
    fn take_long(&mut self, batch: &Batch, job: Job<'_>) -> Result<(), ReadError> {
        let mut out = Converted::default();
        for (number, line) in batch.lines() {
            let mut drain = |out: &mut Converted| {
                if out.lines.len() > DRAIN_BYTES {
                    return self.absorb(out);
                }
                Ok(())
            };
            thread::line(job, number, line, &mut out, &mut drain)?;
        }
        self.absorb(&mut out)
    }

    fn absorb_all(&mut self, all: Vec<Result<Converted, ReadError>>) -> Result<(), ReadError> {
        for converted in all {
            self.absorb(&mut converted?)?;
        }
        Ok(())
    }

    /// Takes lines, and what was counted with them; the strays stay, for lines that are to come.
    fn absorb(&mut self, converted: &mut Converted) -> Result<(), ReadError> {
        let mut numbers = Vec::with_capacity(converted.strays.len());
        for stray in &converted.strays {
            let id = stray.id.as_str();
            let number = match self.numbers.get(id) {
                Some(number) => *number,
                None => {
                    let number = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
                    self.places.push(Place {
                        conversation: stray.clone(),
                        selected: true,
                    });
                    self.numbers.insert(id.to_owned(), number);
                    number
                }
            };
            numbers.push(number);
        }
        let mut at = 0;
        for record in converted.records.drain(..) {
            let from = at;
            at += record.length;
            let conversation = match record.to {
                To::Known(number) => number,
                To::Stray(stray) => numbers.get(stray).copied().unwrap_or(u32::MAX),
            };
            let key = Key {
                conversation,
                time: record
                    .root
                    .map_or(record.created, |root| root.max(record.created)),
                reply: record.root.is_some(),
                export: Reverse(self.export),
                line: record.line,
                index: record.index,
                created: record.created,
            };
            let line = converted.lines.get(from..at).unwrap_or_default();
            self.sorter.push(key, line)?;
        }
        converted.lines.clear();
        let tally = std::mem::take(&mut converted.tally);
        for (id, line) in &tally.files {
            self.files.add(id, line)?;
        }
        for (person, seen) in tally.people {
            self.people.entry(person).or_default().append(seen);
        }
        self.unlisted_people.extend(tally.unlisted_people);
        self.direct_roots += tally.direct_roots;
        self.sink.sum("messages").append(&tally.messages);
        self.sink.findings().append(tally.findings);
        Ok(())
    }
}

fn convert_all(batch: &Batch, job: Job<'_>) -> Result<Converted, ReadError> {
    let mut out = Converted::default();
    for (number, line) in batch.lines() {
        thread::line(job, number, line, &mut out, &mut |_| Ok(()))?;
    }
    Ok(out)
}
