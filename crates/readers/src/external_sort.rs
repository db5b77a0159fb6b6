//! An external sort: lines in the order of their keys, with memory that does not grow with them.
//! Lines with equal keys stay in the order in which they came.
//!
//! Lines are gathered up to [`RUN_BYTES`], sorted, and written to a file; in the end the files are
//! merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;

use crate::ReadError;

/// Bytes of lines that are sorted in memory.
const RUN_BYTES: usize = 40 << 20;
/// Files that are merged at once: more are merged to fewer first.
const FAN_IN: usize = 200;
const BUFFER_BYTES: usize = 64 << 10;
/// Bytes of merged lines that are handed on at once, and how many such wait.
const MERGED_BYTES: usize = 1 << 20;
const WAITING: usize = 4;

/// By what lines are sorted.
pub(crate) trait SortKey: Copy + Ord + Send {
    /// The length on disk.
    const BYTES: usize;

    fn write(self, to: &mut Vec<u8>);

    fn read(from: &[u8]) -> Self;
}

/// The number that `rest` begins with, which is cut off.
pub(crate) fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    match rest.split_first_chunk::<N>() {
        Some((chunk, after)) => {
            *rest = after;
            *chunk
        }
        None => [0; N],
    }
}

/// Gathers lines in any order.
pub(crate) struct Sorter<K> {
    folder: PathBuf,
    lines: Vec<u8>,
    index: Vec<(K, usize, usize)>,
    runs: Vec<PathBuf>,
    made: usize,
}

impl<K: SortKey> Sorter<K> {
    /// Begins, with files in `folder`, which is made if it is needed and removed in the end.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            lines: Vec::new(),
            index: Vec::new(),
            runs: Vec::new(),
            made: 0,
        }
    }

    pub(crate) fn push(&mut self, key: K, line: &[u8]) -> Result<(), ReadError> {
        if !self.index.is_empty() && self.lines.len() + line.len() > RUN_BYTES {
            self.spill()?;
        }
        self.index.push((key, self.lines.len(), line.len()));
        self.lines.extend_from_slice(line);
        Ok(())
    }

    fn spill(&mut self) -> Result<(), ReadError> {
        self.index.sort_unstable();
        let path = self.next_path()?;
        let mut run = RunWriter::create(&path)?;
        for (key, at, length) in &self.index {
            let line = self.lines.get(*at..at + length).unwrap_or_default();
            run.write(*key, line)?;
        }
        run.finish()?;
        self.runs.push(path);
        self.index.clear();
        self.lines.clear();
        Ok(())
    }

    fn next_path(&mut self) -> Result<PathBuf, ReadError> {
        fs::create_dir_all(&self.folder).map_err(ReadError::io(&self.folder))?;
        self.made += 1;
        Ok(self.folder.join(format!("{}.run", self.made)))
    }

    /// Gives all lines in their order to `each`.
    pub(crate) fn finish(
        mut self,
        mut each: impl FnMut(K, &[u8]) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        if self.runs.is_empty() {
            self.index.sort_unstable();
            for (key, at, length) in &self.index {
                each(*key, self.lines.get(*at..at + length).unwrap_or_default())?;
            }
            return Ok(());
        }
        self.spill()?;
        self.lines = Vec::new();
        self.index = Vec::new();
        while self.runs.len() > FAN_IN {
            // Each takes the place of those that it is merged from, or equal keys would change
            // places.
            for some in std::mem::take(&mut self.runs).chunks(FAN_IN) {
                let path = self.next_path()?;
                let mut run = RunWriter::create(&path)?;
                merge(some, |key: K, line| run.write(key, line))?;
                run.finish()?;
                self.runs.push(path);
            }
        }
        merge_aside(&self.runs, each)?;
        fs::remove_dir(&self.folder).map_err(ReadError::io(&self.folder))
    }
}

/// Merges sorted files on a thread of its own, while `each` works on what came before.
fn merge_aside<K: SortKey>(
    runs: &[PathBuf],
    mut each: impl FnMut(K, &[u8]) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let (sender, receiver) = sync_channel::<Merged<K>>(WAITING);
    std::thread::scope(|scope| {
        let merging = scope.spawn(move || {
            let mut some = Merged::new();
            let merged = merge(runs, |key, line| {
                some.index.push((key, line.len()));
                some.lines.extend_from_slice(line);
                if some.lines.len() >= MERGED_BYTES {
                    // Nobody listens any more only when `each` has failed, which is what counts.
                    let _ = sender.send(std::mem::replace(&mut some, Merged::new()));
                }
                Ok(())
            });
            let _ = sender.send(some);
            merged
        });
        for some in receiver {
            let mut rest = some.lines.as_slice();
            for (key, length) in some.index {
                let (line, after) = rest.split_at_checked(length).unwrap_or_default();
                each(key, line)?;
                rest = after;
            }
        }
        match merging.join() {
            Ok(merged) => merged,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Lines in their order.
struct Merged<K> {
    lines: Vec<u8>,
    index: Vec<(K, usize)>,
}

impl<K> Merged<K> {
    fn new() -> Self {
        Self {
            lines: Vec::new(),
            index: Vec::new(),
        }
    }
}

/// Merges sorted files, which are removed.
fn merge<K: SortKey>(
    runs: &[PathBuf],
    mut each: impl FnMut(K, &[u8]) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut readers = Vec::with_capacity(runs.len());
    let mut heads = BinaryHeap::with_capacity(runs.len());
    for path in runs {
        let mut reader = RunReader::open(path)?;
        if let Some(key) = reader.next()? {
            heads.push(Reverse((key, readers.len())));
        }
        readers.push(reader);
    }
    while let Some(mut head) = heads.peek_mut() {
        let Reverse((key, number)) = *head;
        let Some(reader) = readers.get_mut(number) else {
            break;
        };
        each(key, &reader.line)?;
        match reader.next()? {
            Some(key) => *head = Reverse((key, number)),
            None => {
                std::collections::binary_heap::PeekMut::pop(head);
            }
        }
    }
    for path in runs {
        fs::remove_file(path).map_err(ReadError::io(path))?;
    }
    Ok(())
}

struct RunWriter {
    path: PathBuf,
    file: BufWriter<File>,
    /// The key and the length of a line.
    head: Vec<u8>,
}

impl RunWriter {
    fn create(path: &Path) -> Result<Self, ReadError> {
        let file = File::create(path).map_err(ReadError::io(path))?;
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::with_capacity(BUFFER_BYTES, file),
            head: Vec::new(),
        })
    }

    fn write(&mut self, key: impl SortKey, line: &[u8]) -> Result<(), ReadError> {
        self.head.clear();
        key.write(&mut self.head);
        self.head
            .extend_from_slice(&(line.len() as u64).to_le_bytes());
        let written = self
            .file
            .write_all(&self.head)
            .and_then(|()| self.file.write_all(line));
        written.map_err(ReadError::io(&self.path))
    }

    fn finish(mut self) -> Result<(), ReadError> {
        self.file.flush().map_err(ReadError::io(&self.path))
    }
}

struct RunReader {
    path: PathBuf,
    file: BufReader<File>,
    head: Vec<u8>,
    line: Vec<u8>,
}

impl RunReader {
    fn open(path: &Path) -> Result<Self, ReadError> {
        let file = File::open(path).map_err(ReadError::io(path))?;
        Ok(Self {
            path: path.to_owned(),
            file: BufReader::with_capacity(BUFFER_BYTES, file),
            head: Vec::new(),
            line: Vec::new(),
        })
    }

    /// Reads the next line, and gives its key.
    fn next<K: SortKey>(&mut self) -> Result<Option<K>, ReadError> {
        self.head.resize(K::BYTES, 0);
        match self.file.read_exact(&mut self.head) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(ReadError::io(&self.path)(error)),
        }
        let mut length = [0; 8];
        let read = self.file.read_exact(&mut length).and_then(|()| {
            let length = usize::try_from(u64::from_le_bytes(length)).unwrap_or(usize::MAX);
            self.line.resize(length, 0);
            self.file.read_exact(&mut self.line)
        });
        read.map_err(ReadError::io(&self.path))?;
        Ok(Some(K::read(&self.head)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    struct Key(i64);

    impl SortKey for Key {
        const BYTES: usize = 8;

        fn write(self, to: &mut Vec<u8>) {
            to.extend_from_slice(&self.0.to_le_bytes());
        }

        fn read(mut from: &[u8]) -> Self {
            Self(i64::from_le_bytes(take(&mut from)))
        }
    }

    fn sorted(sorter: Sorter<Key>) -> Vec<(Key, Vec<u8>)> {
        let mut out = Vec::new();
        sorter
            .finish(|key, line| {
                out.push((key, line.to_vec()));
                Ok(())
            })
            .unwrap();
        out
    }

    proptest! {
        #[test]
        fn runs_on_disk_give_what_memory_gives(times in prop::collection::vec(0_i64..20, 0..40), every in 1_usize..6) {
            let temporary = tempfile::tempdir().unwrap();
            let mut expected = Vec::new();
            let mut sorter = Sorter::new(temporary.path().join("sort"));
            for (number, time) in times.iter().enumerate() {
                let words = number.to_string().into_bytes();
                sorter.push(Key(*time), &words).unwrap();
                if number % every == 0 {
                    sorter.spill().unwrap();
                }
                expected.push((Key(*time), words));
            }
            expected.sort_by_key(|(key, _)| *key);
            prop_assert_eq!(sorted(sorter), expected);
            prop_assert!(!temporary.path().join("sort").exists());
        }
    }

    #[test]
    fn equal_keys_keep_their_order_in_more_runs_than_can_be_open() {
        let temporary = tempfile::tempdir().unwrap();
        let mut sorter = Sorter::new(temporary.path().join("sort"));
        let mut expected = Vec::new();
        for number in 0..FAN_IN as i64 * 2 + 3 {
            let (key, words) = (Key(-(number % 2)), number.to_string().into_bytes());
            sorter.push(key, &words).unwrap();
            sorter.spill().unwrap();
            expected.push((key, words));
        }
        expected.sort_by_key(|(key, _)| *key);
        assert_eq!(sorted(sorter), expected);
    }
}
