//! Puts a conversation in order whose files are not: overlapping exports, tools that shuffle,
//! messages twice, replies to replies, roots that come late.
//!
//! All lines are sorted beside the output, with 48 bytes each kept in memory; then each message is
//! taken once, threads are set right, and the output is written.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use chatferry_model::jsonl::{FileSummary, JsonlWriter};
use chatferry_model::message::{Message, MessageKind, Thread};
use chatferry_model::{MessageId, Micros, PersonId};

use super::convert::RootHint;
use super::day::{Day, Line};
use super::thread::Written;
use super::time::message_id;
use crate::ReadError;
use crate::external_sort::{SortKey, Sorter, take};

/// Gathers the lines of a conversation in any order.
pub(super) struct Reorder {
    path: PathBuf,
    sorter: Sorter<Key>,
    /// By the number of the line.
    entries: Vec<Entry>,
    hints: HashMap<i64, RootHint<'static>>,
}

/// The place of a line: by time, those last that count only as a root, and else in the order of
/// reading, earlier files first and later exports last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    ts: i64,
    only_as_root: bool,
    number: u64,
}

impl SortKey for Key {
    const BYTES: usize = 8 + 1 + 8;

    fn write(self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.ts.to_le_bytes());
        to.push(u8::from(self.only_as_root));
        to.extend_from_slice(&self.number.to_le_bytes());
    }

    fn read(mut from: &[u8]) -> Self {
        let rest = &mut from;
        Self {
            ts: i64::from_le_bytes(take(rest)),
            only_as_root: take::<1>(rest) == [1],
            number: u64::from_le_bytes(take(rest)),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    ts: i64,
    /// The root, 0 for none.
    root: i64,
    offset: u64,
    length: u32,
    only_as_root: Option<&'static str>,
    placeholder: bool,
    export: u32,
}

/// The result of reordering.
pub(super) struct Reordered {
    pub(super) written: Written,
    pub(super) summary: FileSummary,
    /// Messages that were there already, by author.
    pub(super) twice: BTreeMap<PersonId<'static>, u64>,
}

impl Reorder {
    /// Begins, with files at `path` and beside it that are removed at the end.
    pub(super) fn begin(path: PathBuf) -> Self {
        Self {
            sorter: Sorter::new(path.with_extension("sort")),
            path,
            entries: Vec::new(),
            hints: HashMap::new(),
        }
    }

    /// Adds a day of an export, whose lines may be of any time.
    pub(super) fn add(&mut self, export: usize, day: Day) -> Result<(), ReadError> {
        let mut rest = day.lines.as_slice();
        for line in day.index {
            let Line {
                ts,
                root,
                length,
                only_as_root,
                placeholder,
                hint,
            } = line;
            if let (Some(root), Some(hint)) = (root, hint) {
                self.hints.entry(root).or_insert(*hint);
            }
            let (bytes, after) = rest.split_at_checked(length).unwrap_or_default();
            rest = after;
            let key = Key {
                ts,
                only_as_root: only_as_root.is_some(),
                number: self.entries.len() as u64,
            };
            self.sorter.push(key, bytes)?;
            self.entries.push(Entry {
                ts,
                root: root.unwrap_or(0),
                offset: 0,
                length: u32::try_from(length).unwrap_or(u32::MAX),
                only_as_root,
                placeholder,
                export: u32::try_from(export).unwrap_or(u32::MAX),
            });
        }
        Ok(())
    }

    /// Writes all lines in their order.
    pub(super) fn finish(self, mut writer: JsonlWriter) -> Result<Reordered, ReadError> {
        let Self {
            path,
            sorter,
            entries,
            hints,
        } = self;
        let mut once = Once::begin(&path)?;
        sorter.finish(|key, line| {
            let entry = usize::try_from(key.number)
                .ok()
                .and_then(|at| entries.get(at));
            entry.map_or(Ok(()), |entry| once.add(*entry, line))
        })?;
        drop(entries);
        let Kept {
            index,
            names,
            twice,
            duplicates,
        } = once.finish()?;
        let mut lines = Lines::open(&path)?;
        let roots = Roots::resolve(&index);
        let answered: HashSet<i64> = roots.of.values().copied().collect();
        let mut written = Written {
            duplicates,
            ..Written::default()
        };
        let mut made_up = HashSet::new();
        // Replies whose root comes later, by root.
        let mut early: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        let mut out: HashSet<i64> = HashSet::new();
        let emit = |at: usize,
                    entry: &Entry,
                    written: &mut Written,
                    writer: &mut JsonlWriter,
                    lines: &mut Lines| {
            let bytes = lines.read(entry)?;
            let root = roots.of.get(&at).copied();
            let id = names.get(&at);
            written.count(&Line {
                ts: entry.ts,
                root,
                length: bytes.len(),
                only_as_root: entry.only_as_root,
                placeholder: entry.placeholder,
                hint: None,
            });
            written.replies += u64::from(root.is_some());
            if root.unwrap_or(0) == entry.root && id.is_none() {
                writer.write_lines(&bytes, 1)?;
                return Ok::<_, ReadError>(());
            }
            let Ok(mut message) = serde_json::from_slice::<Message<'_>>(&bytes) else {
                return Ok(writer.write_lines(&bytes, 1)?);
            };
            let broadcast = message
                .thread
                .as_ref()
                .is_some_and(|thread| thread.broadcast);
            message.thread = root
                .and_then(|root| Micros::new(root).ok())
                .map(|root_time| Thread {
                    root: message_id(root_time),
                    root_time,
                    broadcast,
                });
            if let Some(id) = id {
                message.id = MessageId::new(id.as_str());
            }
            Ok(writer.write(&message)?)
        };
        for (at, entry) in index.iter().enumerate() {
            if let Some(reason) = entry.only_as_root
                && !answered.contains(&entry.ts)
            {
                *written.skipped.entry(reason).or_default() += 1;
                continue;
            }
            if let Some(root) = roots.of.get(&at).copied()
                && !out.contains(&root)
                && !made_up.contains(&root)
            {
                if roots.times.contains(&root) {
                    early.entry(root).or_default().push(at);
                    continue;
                }
                let bytes = written.make_up(root, hints.get(&root));
                writer.write_lines(&bytes, 1)?;
                made_up.insert(root);
            }
            emit(at, entry, &mut written, &mut writer, &mut lines)?;
            if !roots.of.contains_key(&at) {
                out.insert(entry.ts);
                for reply in early.remove(&entry.ts).unwrap_or_default() {
                    if let Some(entry) = index.get(reply) {
                        emit(reply, entry, &mut written, &mut writer, &mut lines)?;
                    }
                }
            }
        }
        std::fs::remove_file(&path).map_err(ReadError::io(&path))?;
        Ok(Reordered {
            written,
            summary: writer.finish()?,
            twice,
        })
    }
}

/// The messages, each once.
#[derive(Default)]
struct Kept {
    index: Vec<Entry>,
    /// The names of those that have one of their own, by their place in the index.
    names: HashMap<usize, String>,
    twice: BTreeMap<PersonId<'static>, u64>,
    duplicates: u64,
}

/// Takes each message once, of lines in their order. Several with the same `ts` by the same author
/// are versions of one, of which the one changed last counts; but one export that says two things
/// says both. What is kept beside the first gets a name of its own.
struct Once<'p> {
    path: &'p Path,
    out: BufWriter<File>,
    offset: u64,
    /// The lines of one `ts`.
    group: Vec<(Entry, Vec<u8>)>,
    kept: Kept,
}

impl<'p> Once<'p> {
    fn begin(path: &'p Path) -> Result<Self, ReadError> {
        let file = File::create(path).map_err(ReadError::io(path))?;
        Ok(Self {
            path,
            out: BufWriter::with_capacity(1 << 16, file),
            offset: 0,
            group: Vec::new(),
            kept: Kept::default(),
        })
    }

    fn add(&mut self, entry: Entry, line: &[u8]) -> Result<(), ReadError> {
        if self
            .group
            .first()
            .is_some_and(|(first, _)| first.ts != entry.ts)
        {
            self.end_group()?;
        }
        self.group.push((entry, line.to_vec()));
        Ok(())
    }

    fn finish(mut self) -> Result<Kept, ReadError> {
        self.end_group()?;
        self.out.flush().map_err(ReadError::io(self.path))?;
        Ok(self.kept)
    }

    fn end_group(&mut self) -> Result<(), ReadError> {
        let group = std::mem::take(&mut self.group);
        if let [(entry, line)] = group.as_slice() {
            return self.keep(*entry, line);
        }
        let is_said = group.iter().any(|(entry, _)| !entry.placeholder);
        let mut versions: Vec<Version> = Vec::new();
        for (entry, line) in group {
            if entry.placeholder && is_said {
                // Deleted by the time of this export, but another one still has it.
                self.kept.duplicates += 1;
                continue;
            }
            let next = Version::of(entry, line);
            match versions.iter_mut().find(|before| before.is_same(&next)) {
                None => versions.push(next),
                Some(before) => {
                    self.kept.duplicates += 1;
                    if next.is_said {
                        *self.kept.twice.entry(next.author.clone()).or_default() += 1;
                    }
                    if next.changed >= before.changed && entry.only_as_root.is_none() {
                        *before = next;
                    }
                }
            }
        }
        for (number, version) in versions.into_iter().enumerate() {
            if number > 0
                && let Ok(time) = Micros::new(version.entry.ts)
            {
                let name = format!("{}-{}", message_id(time), number + 1);
                self.kept.names.insert(self.kept.index.len(), name);
            }
            self.keep(version.entry, &version.line)?;
        }
        Ok(())
    }

    fn keep(&mut self, entry: Entry, line: &[u8]) -> Result<(), ReadError> {
        self.out.write_all(line).map_err(ReadError::io(self.path))?;
        self.kept.index.push(Entry {
            offset: self.offset,
            ..entry
        });
        self.offset += line.len() as u64;
        Ok(())
    }
}

/// A line among several of the same `ts`.
struct Version {
    author: PersonId<'static>,
    words: String,
    changed: Option<Micros>,
    /// True if it counts among what its author said.
    is_said: bool,
    entry: Entry,
    line: Vec<u8>,
}

impl Version {
    fn of(entry: Entry, line: Vec<u8>) -> Self {
        // Every line was written by this reader, so it can be read.
        let message = serde_json::from_slice::<Message<'_>>(&line).ok();
        let author = message
            .as_ref()
            .map(|message| message.author.person.to_static());
        Self {
            author: author.unwrap_or_else(|| PersonId::new("")),
            words: message
                .as_ref()
                .map(|message| message.body.to_plain_text())
                .unwrap_or_default(),
            is_said: entry.only_as_root.is_none()
                && message
                    .as_ref()
                    .is_some_and(|message| message.kind == MessageKind::Said),
            changed: message.and_then(|message| message.edited?.time),
            entry,
            line,
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let words = self.words == other.words;
        if self.entry.export != other.entry.export {
            // Tools differ in whom they name as the author of what a bot said.
            return self.author == other.author || words && !self.words.is_empty();
        }
        self.author == other.author && (self.changed != other.changed || words)
    }
}

/// The roots of replies, with replies to replies led to the top.
struct Roots {
    /// The root of each reply, by its place in the index.
    of: HashMap<usize, i64>,
    /// The times of all that are no replies.
    times: HashSet<i64>,
}

impl Roots {
    fn resolve(index: &[Entry]) -> Self {
        let parents: HashMap<i64, i64> = index
            .iter()
            .filter(|entry| entry.root != 0)
            .map(|entry| (entry.ts, entry.root))
            .collect();
        let top = |ts: i64| {
            let mut path = vec![ts];
            let mut here = ts;
            while let Some(parent) = parents.get(&here).copied() {
                if path.contains(&parent) {
                    // A circle: its earliest message is the root.
                    return path.into_iter().min().unwrap_or(here);
                }
                path.push(parent);
                here = parent;
            }
            here
        };
        let mut of = HashMap::new();
        let mut times = HashSet::new();
        for (at, entry) in index.iter().enumerate() {
            let root = top(entry.ts);
            if entry.root == 0 || root == entry.ts {
                times.insert(entry.ts);
            } else {
                of.insert(at, root);
            }
        }
        Self { of, times }
    }
}

/// Reads lines from the file beside the output.
struct Lines {
    path: PathBuf,
    file: File,
    at: u64,
}

impl Lines {
    fn open(path: &Path) -> Result<Self, ReadError> {
        Ok(Self {
            file: File::open(path).map_err(ReadError::io(path))?,
            path: path.to_owned(),
            at: 0,
        })
    }

    fn read(&mut self, entry: &Entry) -> Result<Vec<u8>, ReadError> {
        let mut bytes = vec![0; entry.length as usize];
        if self.at != entry.offset {
            self.file
                .seek(SeekFrom::Start(entry.offset))
                .map_err(ReadError::io(&self.path))?;
        }
        self.file
            .read_exact(&mut bytes)
            .map_err(ReadError::io(&self.path))?;
        self.at = entry.offset + u64::from(entry.length);
        Ok(bytes)
    }
}
