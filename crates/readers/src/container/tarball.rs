//! A `.tar.gz` as a container: unpacked once to a file without a name, which is gone when the last
//! clone is, and read from there at any place by any thread.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;

use super::archive::{SUSPICIOUS_BYTES, SUSPICIOUS_RATIO, SharedFile};
use super::{ContainerError, Entry, Place, name};

/// An unpacked tar.
#[derive(Clone, Debug)]
pub(super) struct Tarball(SharedFile);

pub(super) fn open(path: &Path) -> Result<(Tarball, Vec<Entry>), ContainerError> {
    let packed = File::open(path).map_err(ContainerError::io(path))?;
    let length = packed.metadata().map_err(ContainerError::io(path))?.len();
    let cut = |error: io::Error| ContainerError::Cut {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let most = SUSPICIOUS_BYTES.max(length.saturating_mul(SUSPICIOUS_RATIO));
    let mut unpacked = tempfile::tempfile().map_err(ContainerError::io(path))?;
    let mut inflating = MultiGzDecoder::new(packed).take(most + 1);
    let inflated = io::copy(&mut inflating, &mut unpacked).map_err(cut)?;
    if inflated > most {
        return Err(ContainerError::Bomb {
            path: path.to_owned(),
            inflated,
            ratio: inflated / length.max(1),
        });
    }
    unpacked
        .seek(SeekFrom::Start(0))
        .map_err(ContainerError::io(path))?;
    let mut entries = Vec::new();
    let mut tar = tar::Archive::new(&unpacked);
    for entry in tar.entries_with_seek().map_err(cut)? {
        let entry = entry.map_err(cut)?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        if let Some(path) = name::entry_path(&entry.path_bytes()) {
            entries.push(Entry {
                path,
                size: entry.size(),
                place: Place::Tar(entry.raw_file_position()),
            });
        }
    }
    Ok((
        Tarball(SharedFile::new(Arc::new(unpacked), inflated)),
        entries,
    ))
}

impl Tarball {
    pub(super) fn copy(
        &self,
        offset: u64,
        entry: &Entry,
        to: &mut dyn io::Write,
    ) -> io::Result<()> {
        let mut file = self.0.clone();
        file.seek(SeekFrom::Start(offset))?;
        io::copy(&mut file.take(entry.size), to).map(drop)
    }
}
