//! The lines of an export in batches, unpacked on a thread of its own while the batches before are
//! worked on. A line may be of any length: a thread of a hundred thousand replies is one.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::{Container, ContainerError, Entry, ReadError};

/// Bytes of a batch, unless one line is longer.
const BATCH_BYTES: usize = 1 << 20;
/// Batches that wait to be worked on.
const WAITING: usize = 4;
/// A batch larger than this is one long line. There is only one of these at a time.
pub(super) const LONG_BYTES: usize = 4 << 20;

/// Whole lines.
#[derive(Debug)]
pub(super) struct Batch {
    text: Vec<u8>,
    /// The number of its first line, from 1.
    first: u64,
    /// Counts it among those that are being worked on.
    _counted: Counted,
}

/// The number of batches there are.
#[derive(Debug, Default)]
struct Count {
    batches: Mutex<usize>,
    changed: Condvar,
}

impl Count {
    fn one_more(self: &Arc<Self>) -> Counted {
        *self.batches.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        Counted(Arc::clone(self))
    }

    fn wait_for_none(&self) {
        let batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_while(batches, |batches| *batches > 0);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

#[derive(Debug)]
struct Counted(Arc<Count>);

impl Drop for Counted {
    fn drop(&mut self) {
        let batches = self.0.batches.lock();
        *batches.unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.changed.notify_all();
    }
}

impl Batch {
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The lines that hold anything, without their line feeds, each with its number.
    pub(super) fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut rest = self.text.as_slice();
        let mut number = self.first;
        std::iter::from_fn(move || {
            while !rest.is_empty() {
                let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                let line = rest.get(..end).unwrap_or_default();
                rest = rest.get(end + 1..).unwrap_or_default();
                number += 1;
                if !line.trim_ascii().is_empty() {
                    return Some((number - 1, line));
                }
            }
            None
        })
    }
}

/// Gives the batches of an entry to `work`, which must not wait for more while it holds any. Also
/// returns what was wrong with the entry, which ends
/// the batches early.
pub(super) fn batches<T>(
    container: &Container,
    entry: &Entry,
    work: impl FnOnce(Receiver<Batch>) -> Result<T, ReadError>,
) -> Result<(T, Option<ContainerError>), ReadError> {
    let (sender, receiver) = sync_channel(WAITING);
    std::thread::scope(|scope| {
        let unpacking = scope.spawn(move || {
            let mut splitter = Splitter {
                sender,
                text: Vec::with_capacity(BATCH_BYTES * 2),
                line: 1,
                count: Arc::default(),
                alone: false,
            };
            let copied = container.copy(entry, &mut splitter);
            // Even of a damaged entry what came before the damage counts.
            splitter.send_all();
            copied
        });
        let done = work(receiver)?;
        match unpacking.join() {
            Ok(copied) => Ok((done, copied.err())),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

struct Splitter {
    sender: SyncSender<Batch>,
    text: Vec<u8>,
    line: u64,
    count: Arc<Count>,
    /// True if no other batch is there any more.
    alone: bool,
}

impl Splitter {
    fn send(&mut self, end: usize) -> io::Result<()> {
        let rest = self.text.get(end..).unwrap_or_default();
        let mut next = Vec::with_capacity(rest.len().max(BATCH_BYTES) * 2);
        next.extend_from_slice(rest);
        self.text.truncate(end);
        let text = std::mem::replace(&mut self.text, next);
        let first = self.line;
        self.line += memchr::memchr_iter(b'\n', &text).count() as u64;
        self.alone = false;
        let sent = self.sender.send(Batch {
            text,
            first,
            _counted: self.count.one_more(),
        });
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn send_all(&mut self) {
        if !self.text.is_empty() {
            // Nobody listens any more only when the work has failed, which is what counts then.
            let _ = self.send(self.text.len());
        }
    }
}

impl Write for Splitter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let before = self.text.len();
        self.text.extend_from_slice(bytes);
        if self.text.len() >= BATCH_BYTES
            && let Some(end) = memchr::memrchr(b'\n', bytes)
        {
            self.send(before + end + 1)?;
        }
        if self.text.len() > LONG_BYTES && !self.alone {
            self.count.wait_for_none();
            self.alone = true;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
