//! The converted lines of posts, on their way to the disk.

use std::collections::{BTreeSet, HashMap};

use chatferry_model::conversation::Conversation;
use chatferry_model::file::File;
use chatferry_model::finding::Findings;
use chatferry_model::sum::Sum;

use super::people::Seen;
use crate::{ReadError, url};

/// The converted lines.
#[derive(Default)]
pub(super) struct Converted {
    /// JSON lines, in the order of `records`.
    pub(super) lines: Vec<u8>,
    pub(super) records: Vec<Record>,
    /// Conversations that no line describes.
    pub(super) strays: Vec<Conversation>,
    pub(super) tally: Tally,
}

/// A line that was written.
pub(super) struct Record {
    pub(super) to: To,
    /// Milliseconds.
    pub(super) created: i64,
    /// The time of its root in milliseconds, if it is a reply.
    pub(super) root: Option<i64>,
    pub(super) line: u64,
    pub(super) index: u32,
    /// The length in bytes, line feed included.
    pub(super) length: usize,
}

/// The conversation that a message is in.
#[derive(Clone, Copy, Debug)]
pub(super) enum To {
    /// By its number.
    Known(u32),
    /// By its place among the strays.
    Stray(usize),
}

/// The counts taken on the way.
#[derive(Default)]
pub(super) struct Tally {
    /// Messages in and skipped; those that go out are counted where they are written.
    pub(super) messages: Sum,
    pub(super) people: HashMap<String, Seen>,
    /// People whom posts name and no line describes.
    pub(super) unlisted_people: BTreeSet<String>,
    /// Files seen on posts, and their lines by id.
    pub(super) files: Vec<(String, Vec<u8>)>,
    pub(super) findings: Findings,
    /// Roots of direct messages, whose reactions no server exports (trap T3).
    pub(super) direct_roots: u64,
}

/// Takes what was converted, in the middle of a long line.
pub(super) type Drain<'d> = &'d mut dyn FnMut(&mut Converted) -> Result<(), ReadError>;

/// A line of `files.jsonl`, with the file's id.
pub(super) fn file_line(file: &File<'_>) -> (String, Vec<u8>) {
    let mut line = serde_json::to_vec(file).unwrap_or_default();
    url::redact_tokens(&mut line, 0);
    line.push(b'\n');
    (file.id.as_str().to_owned(), line)
}
