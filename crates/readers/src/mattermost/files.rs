//! Files that hang on posts, taken into `blobs/` by the hash of their content.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use chatferry_model::file::{File, FilePlace, Gone};
use chatferry_model::folder::ReadFolder;
use chatferry_model::{FileId, Text};
use xxhash_rust::xxh3::Xxh3;

use super::context::Context;
use super::layout::Layout;
use crate::{Container, Entry, ReadError, codes};

/// Copies files into `blobs/`, on any thread.
pub(super) struct Blobs<'a> {
    folder: &'a ReadFolder,
    /// Tells apart the files that are being copied; no trace of it is left.
    next: AtomicU64,
}

impl<'a> Blobs<'a> {
    pub(super) fn new(folder: &'a ReadFolder) -> Self {
        Self {
            folder,
            next: AtomicU64::new(0),
        }
    }

    /// Copies an entry, and gives its name in `blobs/`, or in words what is wrong with the entry.
    pub(super) fn take(
        &self,
        container: &Container,
        entry: &Entry,
    ) -> Result<Result<String, String>, ReadError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let beside: PathBuf = self.folder.blobs().join(format!("{number}.new"));
        let file = fs::File::create(&beside).map_err(ReadError::io(&beside))?;
        let mut blob = Hashing {
            file,
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
    file: fs::File,
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

/// The file of that path. Its type is not in the export and its size is the archive's.
pub(super) fn convert<'m>(
    path: &'m str,
    layout: &Layout<'_>,
    blobs: &Blobs<'_>,
    context: &mut Context<'m>,
) -> Result<File<'m>, ReadError> {
    let entry = layout.file(path);
    let mut place = FilePlace::Gone(Gone::Unknown);
    if let Some(entry) = entry {
        match blobs.take(layout.container, entry)? {
            Ok(name) => place = FilePlace::Blob(name.into()),
            Err(error) => context.note(&codes::READ_DAMAGED_ENTRY, error),
        }
    } else {
        // Of each file, though the words are the same.
        let words = "its bytes are not in the export".to_owned();
        context.notes.push((&codes::MATTERMOST_FILE_MISSING, words));
    }
    let (id, name) = id_and_name(path);
    Ok(File {
        id,
        name,
        title: None,
        media_type: None,
        size: entry.map(|entry| entry.size),
        width: None,
        height: None,
        alt: None,
        preview: None,
        place,
    })
}

/// The name is the last part of the path, and the id the part before it, if it looks like one:
/// `…/users/<user>/<id>/<name>`.
fn id_and_name(path: &str) -> (FileId<'_>, Text<'_>) {
    let mut parts = path.rsplit(['/', '\\']);
    let name = parts.next().unwrap_or(path);
    let is_id = |part: &&str| part.len() == 26 && part.bytes().all(|c| c.is_ascii_alphanumeric());
    let id = parts.next().filter(is_id).unwrap_or(path);
    (FileId::new(id), name.into())
}
