//! A folder as a container.

use std::fs::File;
use std::io;
use std::path::Path;

use super::{ContainerError, Entry, Place, name};

/// The bytes read at once: large files are read in few calls.
const PIECE_BYTES: usize = 1 << 18;

/// Lists the files under `root`; links to folders are not followed, so there are no circles.
pub(super) fn list(root: &Path) -> Result<Vec<Entry>, ContainerError> {
    let mut entries = Vec::new();
    let mut open = vec![(root.to_owned(), String::new())];
    while let Some((folder, prefix)) = open.pop() {
        let failed = ContainerError::io(&folder);
        let children: Vec<_> = std::fs::read_dir(&folder)
            .and_then(Iterator::collect::<io::Result<Vec<_>>>)
            .map_err(failed)?;
        for child in children {
            let path = child.path();
            let kind = child.file_type().map_err(ContainerError::io(&path))?;
            let relative = format!("{prefix}{}", child.file_name().to_string_lossy());
            if kind.is_dir() {
                open.push((path, format!("{relative}/")));
            } else if let Ok(metadata) = std::fs::metadata(&path)
                && metadata.is_file()
            {
                entries.push(Entry {
                    path: name::normalise(&relative),
                    size: metadata.len(),
                    place: Place::File(path),
                });
            }
        }
    }
    Ok(entries)
}

pub(super) fn copy(path: &Path, to: &mut dyn io::Write) -> io::Result<()> {
    io::copy(
        &mut io::BufReader::with_capacity(PIECE_BYTES, File::open(path)?),
        to,
    )
    .map(drop)
}
