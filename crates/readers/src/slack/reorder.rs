//! Puts a conversation in order whose files are not: overlapping exports, tools that shuffle,
//! messages twice, replies to replies, roots that come late.
//!
//! All lines go to a file beside the output first, with 48 bytes each kept in memory; then they are
//! sorted, each message is taken once, threads are set right, and the output is written.

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

/// Gathers the lines of a conversation in any order.
pub(super) struct Reorder {
    path: PathBuf,
    lines: BufWriter<File>,
    index: Vec<Entry>,
    hints: HashMap<i64, RootHint<'static>>,
    offset: u64,
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
    /// Begins, with a file at `path` that is removed at the end.
    pub(super) fn begin(path: PathBuf) -> Result<Self, ReadError> {
        let file = File::create(&path).map_err(ReadError::io(&path))?;
        Ok(Self {
            lines: BufWriter::with_capacity(1 << 16, file),
            path,
            index: Vec::new(),
            hints: HashMap::new(),
            offset: 0,
        })
    }

    /// Adds a day of an export, whose lines may be of any time.
    pub(super) fn add(&mut self, export: usize, day: Day) -> Result<(), ReadError> {
        self.lines
            .write_all(&day.lines)
            .map_err(ReadError::io(&self.path))?;
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
            self.index.push(Entry {
                ts,
                root: root.unwrap_or(0),
                offset: self.offset,
                length: u32::try_from(length).unwrap_or(u32::MAX),
                only_as_root,
                placeholder,
                export: u32::try_from(export).unwrap_or(u32::MAX),
            });
            self.offset += length as u64;
        }
        Ok(())
    }

    /// Writes all lines in their order.
    pub(super) fn finish(self, mut writer: JsonlWriter) -> Result<Reordered, ReadError> {
        let Self {
            path,
            lines,
            mut index,
            hints,
            ..
        } = self;
        let file = lines
            .into_inner()
            .map_err(|error| ReadError::io(&path)(error.into_error()))?;
        drop(file);
        let mut lines = Lines::open(&path)?;
        // The order of reading is kept among equals: earlier files first, later exports last.
        index.sort_by_key(|entry| (entry.ts, entry.only_as_root.is_some()));
        let (index, names, twice, duplicates) = once(index, &mut lines)?;
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

type Once = (
    Vec<Entry>,
    HashMap<usize, String>,
    BTreeMap<PersonId<'static>, u64>,
    u64,
);

/// Takes each message once. Several with the same `ts` by the same author are versions of one, of
/// which the one changed last counts; but one export that says two things says both. What is kept
/// beside the first gets a name of its own.
fn once(index: Vec<Entry>, lines: &mut Lines) -> Result<Once, ReadError> {
    let mut kept: Vec<Entry> = Vec::with_capacity(index.len());
    let mut names = HashMap::new();
    let mut twice: BTreeMap<PersonId<'static>, u64> = BTreeMap::new();
    let mut duplicates = 0;
    let mut rest = index.as_slice();
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|entry| entry.ts == first.ts).count();
        let (group, after) = rest.split_at(count);
        rest = after;
        if let [only] = group {
            kept.push(*only);
            continue;
        }
        let is_said = group.iter().any(|entry| !entry.placeholder);
        let mut versions: Vec<Version> = Vec::new();
        for entry in group {
            if entry.placeholder && is_said {
                // Deleted by the time of this export, but another one still has it.
                duplicates += 1;
                continue;
            }
            let next = Version::read(*entry, lines)?;
            match versions.iter_mut().find(|before| before.is_same(&next)) {
                None => versions.push(next),
                Some(before) => {
                    duplicates += 1;
                    if next.is_said {
                        *twice.entry(next.author.clone()).or_default() += 1;
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
                names.insert(kept.len(), format!("{}-{}", message_id(time), number + 1));
            }
            kept.push(version.entry);
        }
    }
    Ok((kept, names, twice, duplicates))
}

/// One of several lines of the same `ts`.
struct Version {
    author: PersonId<'static>,
    words: String,
    changed: Option<Micros>,
    /// True if it counts among what its author said.
    is_said: bool,
    entry: Entry,
}

impl Version {
    fn read(entry: Entry, lines: &mut Lines) -> Result<Self, ReadError> {
        let bytes = lines.read(&entry)?;
        // Every line was written by this reader, so it can be read.
        let message = serde_json::from_slice::<Message<'_>>(&bytes).ok();
        let author = message
            .as_ref()
            .map(|message| message.author.person.to_static());
        Ok(Self {
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
        })
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
