//! A container whose content was laid out anew: files of it under other paths, and files made from
//! it, which lie in one file without a name that is gone when the last clone is.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use super::archive::SharedFile;
use super::{Backing, Container, Entry, Place};

/// The virtual container: written entries and a reference to the rest.
#[derive(Clone, Debug)]
pub(super) struct Unfolded {
    made: SharedFile,
    rest: Box<Backing>,
}

/// Lays a container out anew.
pub(crate) struct VirtualContainer {
    made: BufWriter<File>,
    at: u64,
    entries: Vec<Entry>,
}

impl VirtualContainer {
    /// Begins with nothing.
    pub(crate) fn begin() -> io::Result<Self> {
        Ok(Self {
            made: BufWriter::with_capacity(1 << 16, tempfile::tempfile()?),
            at: 0,
            entries: Vec::new(),
        })
    }

    /// Adds a file that the container does not hold.
    pub(crate) fn make(&mut self, path: String, content: &[u8]) -> io::Result<()> {
        self.made.write_all(content)?;
        self.entries.push(Entry {
            path,
            size: content.len() as u64,
            place: Place::Made(self.at),
        });
        self.at += content.len() as u64;
        Ok(())
    }

    /// Adds a file that the container does not hold, as `write` writes it.
    pub(crate) fn write<E>(
        &mut self,
        path: String,
        write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut counting = Counting {
            to: &mut self.made,
            bytes: 0,
        };
        write(&mut counting)?;
        let size = counting.bytes;
        self.entries.push(Entry {
            path,
            size,
            place: Place::Made(self.at),
        });
        self.at += size;
        Ok(())
    }

    /// Adds a file that the container holds, under that path.
    pub(crate) fn keep(&mut self, entry: &Entry, path: String) {
        self.entries.push(Entry {
            path,
            ..entry.clone()
        });
    }

    /// The container with what was added and nothing else.
    pub(crate) fn finish(mut self, of: &Container) -> io::Result<Container> {
        let file = self
            .made
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        self.entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Container {
            name: of.name.clone(),
            entries: self.entries.into(),
            backing: Backing::Unfolded(Unfolded {
                made: SharedFile::new(Arc::new(file), self.at),
                rest: Box::new(of.backing.clone()),
            }),
        })
    }
}

struct Counting<'f> {
    to: &'f mut BufWriter<File>,
    bytes: u64,
}

impl Write for Counting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl Unfolded {
    pub(super) fn copy(&self, entry: &Entry, to: &mut dyn io::Write) -> io::Result<()> {
        if let Place::Made(offset) = entry.place {
            let mut file = self.made.clone();
            file.seek(SeekFrom::Start(offset))?;
            io::copy(&mut io::Read::take(file, entry.size), to).map(drop)
        } else {
            self.rest.copy(entry, to)
        }
    }
}

impl Container {
    /// Returns the place where an entry lies on disk as a file of its own, for libraries that read
    /// nothing else.
    pub(crate) fn disk_path<'e>(&self, entry: &'e Entry) -> Option<&'e Path> {
        match &entry.place {
            Place::File(path) => Some(path),
            _ => None,
        }
    }
}
