//! Containers: a zip, a folder, a tar.gz or a file of JSON lines as one sorted list of entries that
//! any thread can read from.

mod archive;
mod bare;
mod error;
mod folder;
mod gzip;
mod hash;
mod inflate;
mod name;
mod nested;
mod tarball;
mod virtual_container;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

pub use error::ContainerError;
pub(crate) use hash::hash_input;
pub(crate) use name::entry_path;
pub use name::normalise;
pub(crate) use virtual_container::VirtualContainer;

/// An export as it lies on disk. Cloning is cheap, reading takes no lock.
#[derive(Clone, Debug)]
pub struct Container {
    /// The last part of its path, for messages to people.
    name: String,
    entries: Arc<[Entry]>,
    backing: Backing,
}

/// A file inside a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The path with `/` between the parts, in Unicode's form NFC.
    pub path: String,
    /// Bytes, as the container says it.
    pub size: u64,
    place: Place,
}

/// The place where an entry's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// The number within the zip.
    Zip(usize),
    /// The offset within the unpacked tar.
    Tar(u64),
    /// The path on disk, which need not be NFC.
    File(std::path::PathBuf),
    /// The offset within what was made from the container.
    Made(u64),
    /// The zip within the container, and the position in it.
    Within(usize, Box<Place>),
}

#[derive(Clone, Debug)]
enum Backing {
    Zip(archive::Archive),
    Tar(tarball::Tarball),
    Folder,
    Nested(nested::Nested),
    Unfolded(virtual_container::Unfolded),
}

impl Container {
    /// Opens the zip, folder, tar.gz or file of JSON lines at `path` and lists what is in it.
    ///
    /// Entries that leave the container, and what macOS adds (`__MACOSX`, `.DS_Store`), are left
    /// out (crates/readers/src/slack/FORMAT.md traps 11, 74).
    ///
    /// # Errors
    /// When it can't be read, is cut, or claims to inflate to something absurd.
    pub fn open(path: &Path) -> Result<Self, ContainerError> {
        let (mut entries, backing) = match Kind::of(path)? {
            Kind::Folder => (folder::list(path)?, Backing::Folder),
            Kind::Bare(size) => (bare::list(path, size)?, Backing::Folder),
            Kind::Tar => {
                let (tarball, entries) = tarball::open(path)?;
                (entries, Backing::Tar(tarball))
            }
            Kind::Zip => {
                let (archive, entries) = archive::open(path)?;
                (entries, Backing::Zip(archive))
            }
        };
        entries.retain(|entry| !name::is_clutter(&entry.path));
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self {
            name: display_name(path),
            entries: entries.into(),
            backing,
        })
    }

    /// The name people know it by: the last part of its path.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The entries, sorted by path.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of that path.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Entry> {
        self.entries
            .binary_search_by(|entry| entry.path.as_str().cmp(path))
            .ok()
            .and_then(|at| self.entries.get(at))
    }

    /// The entries whose path begins with `prefix`, sorted.
    #[must_use]
    pub fn under(&self, prefix: &str) -> &[Entry] {
        let from = self.entries.partition_point(|e| e.path.as_str() < prefix);
        let rest = self.entries.get(from..).unwrap_or_default();
        let count = rest.partition_point(|entry| entry.path.starts_with(prefix));
        rest.get(..count).unwrap_or_default()
    }

    /// Reads an entry into `into`, whose content is replaced and whose memory is reused.
    ///
    /// # Errors
    /// When it can't be read, is damaged, encrypted, or larger than it says.
    pub fn read(&self, entry: &Entry, into: &mut Vec<u8>) -> Result<(), ContainerError> {
        into.clear();
        let damaged = |error| ContainerError::entry(&self.name, entry, error);
        match (&self.backing, &entry.place) {
            (Backing::Zip(archive), Place::Zip(number)) => archive.read(*number, entry, into),
            _ => self.backing.copy(entry, into),
        }
        .map_err(damaged)
    }

    /// Copies an entry to `to`, a piece at a time.
    ///
    /// # Errors
    /// As [`read`](Self::read), and when `to` refuses.
    pub fn copy(&self, entry: &Entry, to: &mut dyn io::Write) -> Result<(), ContainerError> {
        let damaged = |error| ContainerError::entry(&self.name, entry, error);
        self.backing.copy(entry, to).map_err(damaged)
    }
}

/// The way a file begins that is an export by itself: JSON lines, a database, and the two forms of
/// Mattermost's compliance exports.
const BARE: &[&[u8]] = &[
    b"{",
    b"\xef\xbb\xbf{",
    b"SQLite format 3\0",
    b"Post Creation Time,",
    b"\xef\xbb\xbfPost Creation Time,",
    b"<?xml",
    b"<FileDump",
];

/// The form of an export on disk.
enum Kind {
    Folder,
    /// A file of JSON lines or a database, of so many bytes.
    Bare(u64),
    Tar,
    /// Or nothing that is known.
    Zip,
}

impl Kind {
    fn of(path: &Path) -> Result<Self, ContainerError> {
        let metadata = std::fs::metadata(path).map_err(ContainerError::io(path))?;
        Ok(if metadata.is_dir() {
            Self::Folder
        } else if BARE.iter().any(|begins| starts_with(path, begins)) || gzip::holds_json(path) {
            Self::Bare(metadata.len())
        } else if starts_with(path, &gzip::MAGIC) {
            Self::Tar
        } else {
            Self::Zip
        })
    }
}

impl Backing {
    fn copy(&self, entry: &Entry, to: &mut dyn io::Write) -> io::Result<()> {
        match (self, &entry.place) {
            (Self::Unfolded(unfolded), _) => unfolded.copy(entry, to),
            (Self::Nested(nested), _) => nested.copy(entry, to),
            (Self::Zip(archive), Place::Zip(number)) => archive.copy(*number, entry, to),
            (Self::Tar(tarball), Place::Tar(offset)) => tarball.copy(*offset, entry, to),
            (_, Place::File(path)) => folder::copy(path, to),
            (_, Place::Zip(_) | Place::Tar(_) | Place::Made(_) | Place::Within(..)) => {
                Err(io::ErrorKind::NotFound.into())
            }
        }
    }
}

/// Returns true if a file begins with those bytes.
fn starts_with(path: &Path, magic: &[u8]) -> bool {
    let mut head = Vec::with_capacity(magic.len());
    let read = File::open(path).and_then(|file| {
        let mut file = file.take(magic.len() as u64);
        file.read_to_end(&mut head)
    });
    read.is_ok() && head == magic
}

/// The last part of a path, for messages to people and as the name of an input.
pub(crate) fn display_name(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.map_or_else(|| path.display().to_string(), |name| normalise(&name))
}

#[cfg(test)]
mod tests;
