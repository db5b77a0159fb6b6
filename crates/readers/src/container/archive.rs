//! A zip as a container. The only place that knows the crate `zip`, which changes often.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::{ContainerError, Entry, Place, inflate, name};

/// More than this is looked at twice.
pub(super) const SUSPICIOUS_BYTES: u64 = 1 << 30;
/// Slack's exports inflate to about ten times their size, a bot's repetitions to fifty.
pub(super) const SUSPICIOUS_RATIO: u64 = 200;

/// A file that every clone reads at a place of its own, without locks and without opening it again.
#[derive(Clone, Debug)]
pub(super) struct SharedFile {
    file: Arc<File>,
    length: u64,
    at: u64,
}

/// An open zip; its table of contents is shared by all clones.
#[derive(Clone, Debug)]
pub(super) struct Archive(ZipArchive<SharedFile>);

pub(super) fn open(path: &Path) -> Result<(Archive, Vec<Entry>), ContainerError> {
    let mut file = File::open(path).map_err(ContainerError::io(path))?;
    let length = file.metadata().map_err(ContainerError::io(path))?.len();
    let mut magic = [0; 2];
    if file.read_exact(&mut magic).is_err() || &magic != b"PK" {
        return Err(ContainerError::NoContainer {
            path: path.to_owned(),
        });
    }
    let shared = SharedFile::new(Arc::new(file), length);
    let archive = ZipArchive::new(shared).map_err(|error| refusal(path, error))?;
    let mut entries = Vec::with_capacity(archive.len());
    let mut inflated = 0_u64;
    for number in 0..archive.len() {
        let entry = archive
            .by_index_data(number)
            .map_err(|error| refusal(path, error))?;
        if !entry.is_file() {
            continue;
        }
        if entry.encrypted() {
            return Err(ContainerError::Encrypted {
                path: path.to_owned(),
            });
        }
        inflated = inflated.saturating_add(entry.size());
        if let Some(path) = name::entry_path(entry.name_raw()) {
            entries.push(Entry {
                path,
                size: entry.size(),
                place: Place::Zip(number),
            });
        }
    }
    let ratio = inflated / length.max(1);
    if inflated > SUSPICIOUS_BYTES && ratio > SUSPICIOUS_RATIO {
        return Err(ContainerError::Bomb {
            path: path.to_owned(),
            inflated,
            ratio,
        });
    }
    Ok((Archive(archive), entries))
}

fn refusal(path: &Path, error: ZipError) -> ContainerError {
    match error {
        ZipError::InvalidPassword => ContainerError::Encrypted {
            path: path.to_owned(),
        },
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => ContainerError::Encrypted {
            path: path.to_owned(),
        },
        ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => ContainerError::Io {
            path: path.to_owned(),
            error,
        },
        error => ContainerError::Cut {
            path: path.to_owned(),
            reason: error.to_string(),
        },
    }
}

impl Archive {
    /// Appends an entry to `into`.
    pub(super) fn read(&self, number: usize, entry: &Entry, into: &mut Vec<u8>) -> io::Result<()> {
        // A clone shares the table of contents and has its own place in the file.
        let mut archive = self.0.clone();
        let packed = archive.by_index_raw(number)?;
        if packed.compression() == CompressionMethod::Deflated
            && entry.size.max(packed.compressed_size()) <= inflate::MOST_BYTES
        {
            let crc = packed.crc32();
            return inflate::whole(packed, entry.size, crc, into);
        }
        drop(packed);
        self.copy(number, entry, into)
    }

    pub(super) fn copy(
        &self,
        number: usize,
        entry: &Entry,
        to: &mut dyn io::Write,
    ) -> io::Result<()> {
        let mut archive = self.0.clone();
        let inflating = archive.by_index(number)?;
        // One byte more than promised is enough to know that the promise is broken.
        let copied = io::copy(&mut inflating.take(entry.size.saturating_add(1)), to)?;
        if copied > entry.size {
            return Err(inflate::too_much());
        }
        Ok(())
    }
}

impl SharedFile {
    pub(super) fn new(file: Arc<File>, length: u64) -> Self {
        Self {
            file,
            length,
            at: 0,
        }
    }
}

impl Read for SharedFile {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = read_at(&self.file, into, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for SharedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(unix)]
fn read_at(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, into, at)
}

#[cfg(windows)]
fn read_at(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, into, at)
}
