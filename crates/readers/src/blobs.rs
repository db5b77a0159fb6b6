//! Files that came along with an export, taken into `blobs/` under the hash of their content.

use std::fs::{self, File};
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use chatferry_model::folder::ReadFolder;
use xxhash_rust::xxh3::Xxh3;

use crate::{Container, Entry, ReadError};

/// Copies files into `blobs/`, on any thread.
pub(crate) struct Blobs<'a> {
    folder: &'a ReadFolder,
    /// Tells apart the files that are being copied; no trace of it is left.
    next: AtomicU64,
}

impl<'a> Blobs<'a> {
    pub(crate) fn new(folder: &'a ReadFolder) -> Self {
        Self {
            folder,
            next: AtomicU64::new(0),
        }
    }

    /// Copies an entry, and gives its name in `blobs/`, or in words what is wrong with the entry.
    pub(crate) fn take(
        &self,
        container: &Container,
        entry: &Entry,
    ) -> Result<Result<String, String>, ReadError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let beside = self.folder.blobs().join(format!("{number}.new"));
        let mut blob = Hashing {
            file: File::create(&beside).map_err(ReadError::io(&beside))?,
            hash: Xxh3::new(),
        };
        if let Err(error) = container.copy(entry, &mut blob) {
            fs::remove_file(&beside).map_err(ReadError::io(&beside))?;
            return Ok(Err(error.to_string()));
        }
        let name = format!("{:032x}", blob.hash.digest128());
        fs::rename(&beside, self.folder.blobs().join(&name)).map_err(ReadError::io(&beside))?;
        Ok(Ok(name))
    }
}

struct Hashing {
    file: File,
    hash: Xxh3,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
