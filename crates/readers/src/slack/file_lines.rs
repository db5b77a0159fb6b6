//! The lines of `files.jsonl`.

use std::collections::{BTreeMap, HashSet};

use chatferry_model::jsonl::JsonlWriter;
use xxhash_rust::xxh3::xxh3_128;

use crate::ReadError;

/// The lines of `files.jsonl`, each file once.
pub(super) struct Files {
    writer: JsonlWriter,
    /// Hashes of the ids written.
    known: HashSet<u128>,
    /// Stubs, which are written only if nothing better comes.
    stubs: BTreeMap<String, Vec<u8>>,
    /// The number seen, and the number of repeats among them.
    pub(super) seen: u64,
    pub(super) again: u64,
}

impl Files {
    pub(super) fn new(writer: JsonlWriter) -> Self {
        Self {
            writer,
            known: HashSet::new(),
            stubs: BTreeMap::new(),
            seen: 0,
            again: 0,
        }
    }

    pub(super) fn add(&mut self, id: &str, stub: bool, line: Vec<u8>) -> Result<(), ReadError> {
        self.seen += 1;
        let hash = xxh3_128(id.as_bytes());
        if self.known.contains(&hash) {
            self.again += 1;
        } else if stub {
            if self.stubs.insert(id.to_owned(), line).is_some() {
                self.again += 1;
            }
        } else {
            if self.stubs.remove(id).is_some() {
                self.again += 1;
            }
            self.known.insert(hash);
            self.writer.write_lines(&line, 1)?;
        }
        Ok(())
    }

    /// Returns true if that file was seen.
    pub(super) fn has(&self, id: &str) -> bool {
        self.known.contains(&xxh3_128(id.as_bytes())) || self.stubs.contains_key(id)
    }

    pub(super) fn finish(mut self) -> Result<chatferry_model::jsonl::FileSummary, ReadError> {
        for line in self.stubs.values() {
            self.writer.write_lines(line, 1)?;
        }
        Ok(self.writer.finish()?)
    }
}
