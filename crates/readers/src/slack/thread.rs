//! Lines in their order: each message once, roots before replies
//! (crates/readers/src/slack/FORMAT.md 3.2, traps 15, 18–22).
//!
//! [`InOrder`] is the usual way: days come by time and are copied through, while eight bytes a
//! message are kept to know the roots. It gives up at the first line that is out of order, there
//! already, or answers something that can't be a root; then [`super::reorder`] does it all over
//! with an index of all lines.

use std::collections::{BTreeMap, BTreeSet};

use chatferry_model::document::{Block, Document, Inline, Marks};
use chatferry_model::jsonl::{JsonlError, JsonlWriter};
use chatferry_model::message::{Author, Message, MessageKind};
use chatferry_model::phrases::source as phrases;
use chatferry_model::{Micros, PersonId};

use super::author::UNKNOWN;
use super::convert::RootHint;
use super::day::{Day, Line};
use super::time::message_id;
use crate::url;

/// The content of a conversation's file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    /// Lines that came from the export.
    pub(super) messages: u64,
    /// Roots that were made up.
    pub(super) placeholders: u64,
    /// The number of replies among the lines.
    pub(super) replies: u64,
    /// The first and last time of a message.
    pub(super) first: Option<i64>,
    pub(super) last: Option<i64>,
    /// Lines left out because nobody replied to them, by reason.
    pub(super) skipped: BTreeMap<&'static str, u64>,
    /// Messages that were there already.
    pub(super) duplicates: u64,
    /// Times of roots that are missing, for the findings.
    pub(super) missing: Vec<i64>,
    /// People who stand for the authors of missing roots.
    pub(super) authors: BTreeSet<String>,
}

/// The reason why a day can't be added.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The usual way gives up; the conversation has to be rearranged.
    Disorder,
    /// The output can't be written.
    Output(JsonlError),
}

impl From<JsonlError> for Refusal {
    fn from(error: JsonlError) -> Self {
        Self::Output(error)
    }
}

/// The kind of a message in the index, in its two lowest bits.
const ROOT: i64 = 0;
const REPLY: i64 = 1;
const LEFT_OUT: i64 = 2;
const KIND_BITS: u32 = 2;

/// Writes days that are in order.
pub(super) struct InOrder {
    writer: JsonlWriter,
    /// All messages so far by time, shifted, with what they are.
    seen: Vec<i64>,
    /// Tombstones whose first reply is still to come.
    waiting: BTreeMap<i64, (&'static str, Vec<u8>)>,
    made_up: BTreeSet<i64>,
    last: i64,
    written: Written,
}

impl InOrder {
    pub(super) fn new(writer: JsonlWriter) -> Self {
        Self {
            writer,
            seen: Vec::new(),
            waiting: BTreeMap::new(),
            made_up: BTreeSet::new(),
            last: i64::MIN,
            written: Written::default(),
        }
    }

    /// Adds a day.
    pub(super) fn add(&mut self, day: &Day) -> Result<(), Refusal> {
        let mut pending = Pending::default();
        let mut at = 0;
        for line in &day.index {
            let start = at;
            at += line.length;
            if line.ts <= self.last {
                return Err(Refusal::Disorder);
            }
            self.last = line.ts;
            let bytes = day.lines.get(start..at).unwrap_or_default();
            if let Some(reason) = line.only_as_root {
                pending.flush(&mut self.writer, &day.lines)?;
                self.leave_out(line, reason, bytes);
                continue;
            }
            if let Some(root) = line.root {
                match self.root(root, line)? {
                    Root::There => {}
                    Root::Insert(bytes) => {
                        pending.flush(&mut self.writer, &day.lines)?;
                        self.writer.write_lines(&bytes, 1)?;
                    }
                }
                self.written.replies += 1;
            }
            let kind = if line.root.is_some() { REPLY } else { ROOT };
            self.seen.push(line.ts << KIND_BITS | kind);
            self.written.count(line);
            pending.add(start, at);
        }
        pending.flush(&mut self.writer, &day.lines)?;
        Ok(())
    }

    fn leave_out(&mut self, line: &Line, reason: &'static str, bytes: &[u8]) {
        if line.placeholder {
            self.waiting.insert(line.ts, (reason, bytes.to_vec()));
        } else {
            *self.written.skipped.entry(reason).or_default() += 1;
        }
        self.seen.push(line.ts << KIND_BITS | LEFT_OUT);
    }

    fn root(&mut self, root: i64, reply: &Line) -> Result<Root, Refusal> {
        let at = self.seen.partition_point(|seen| seen >> KIND_BITS < root);
        let found = self
            .seen
            .get_mut(at)
            .filter(|seen| **seen >> KIND_BITS == root);
        match found {
            Some(seen) if *seen & 0b11 == ROOT => Ok(Root::There),
            Some(seen) if *seen & 0b11 == LEFT_OUT => match self.waiting.remove(&root) {
                Some((_, bytes)) => {
                    *seen = root << KIND_BITS | ROOT;
                    self.written.messages += 1;
                    Ok(Root::Insert(bytes))
                }
                None => Err(Refusal::Disorder),
            },
            Some(_) => Err(Refusal::Disorder),
            None if root > reply.ts => Err(Refusal::Disorder),
            None if self.made_up.insert(root) => Ok(Root::Insert(
                self.written.make_up(root, reply.hint.as_deref()),
            )),
            None => Ok(Root::There),
        }
    }

    /// Closes the file.
    pub(super) fn finish(
        mut self,
    ) -> Result<(Written, chatferry_model::jsonl::FileSummary), JsonlError> {
        for (reason, _) in self.waiting.into_values() {
            *self.written.skipped.entry(reason).or_default() += 1;
        }
        Ok((self.written, self.writer.finish()?))
    }
}

enum Root {
    There,
    /// A line that must come before the reply.
    Insert(Vec<u8>),
}

/// Lines that lie side by side and are not written yet.
#[derive(Default)]
struct Pending {
    from: usize,
    to: usize,
    records: u64,
}

impl Pending {
    fn add(&mut self, from: usize, to: usize) {
        if self.records == 0 {
            self.from = from;
        }
        self.to = to;
        self.records += 1;
    }

    fn flush(&mut self, writer: &mut JsonlWriter, lines: &[u8]) -> Result<(), JsonlError> {
        if self.records > 0 {
            let lines = lines.get(self.from..self.to).unwrap_or_default();
            writer.write_lines(lines, self.records)?;
        }
        *self = Self::default();
        Ok(())
    }
}

impl Written {
    /// Counts a line that goes out.
    pub(super) fn count(&mut self, line: &Line) {
        self.messages += 1;
        if !line.placeholder {
            self.first = Some(self.first.map_or(line.ts, |first| first.min(line.ts)));
            self.last = self.last.max(Some(line.ts));
        }
    }

    /// The line that stands for a root which the export lacks.
    pub(super) fn make_up(&mut self, root: i64, hint: Option<&RootHint<'_>>) -> Vec<u8> {
        self.placeholders += 1;
        self.missing.push(root);
        let author = hint
            .and_then(|hint| hint.author.as_deref())
            .unwrap_or(UNKNOWN);
        self.authors.insert(author.to_owned());
        let bytes = placeholder(root, author, hint.and_then(|hint| hint.text.as_deref()));
        bytes.unwrap_or_default()
    }
}

fn placeholder(root: i64, author: &str, text: Option<&str>) -> Option<Vec<u8>> {
    let time = Micros::new(root).ok()?;
    let mut blocks = vec![Block::Paragraph(vec![Inline::marked(
        phrases::ROOT_MISSING,
        Marks::from(chatferry_model::document::Mark::Italic),
    )])];
    if let Some(text) = text {
        blocks.append(&mut Document::plain(text).blocks);
    }
    let message = Message {
        id: message_id(time),
        time,
        author: Author {
            person: PersonId::new(author),
            name: None,
            app: None,
        },
        kind: MessageKind::Placeholder,
        thread: None,
        subject: None,
        body: Document { blocks },
        links: Vec::new(),
        files: Vec::new(),
        edited: None,
        pinned: None,
        reactions: Vec::new(),
        findings: vec![crate::codes::SLACK_ORPHAN_REPLY.id.into()],
    };
    let mut line = serde_json::to_vec(&message).ok()?;
    url::redact_tokens(&mut line, 0);
    line.push(b'\n');
    Some(line)
}
