//! A file of `3-render` on its way: its size, its hash, its pieces.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use bytes::Bytes;

use super::super::error::UploadFailure;
use super::Blob;
use crate::quick_xor::QuickXor;

/// Read at a time for the hash.
const BLOCK: usize = 64 * 1024;

/// A file on this machine.
pub(super) struct Local {
    file: File,
    shown: String,
    pub(super) size: u64,
    pub(super) hash: String,
}

impl Local {
    /// Opens the file and hashes it.
    pub(super) fn open(blob: Blob<'_>) -> Result<Self, UploadFailure> {
        let path = blob.folder.join(blob.path);
        let shown = path.display().to_string();
        let fail = |error: std::io::Error| UploadFailure::Failed(format!("{shown}: {error}"));
        let mut file = File::open(&path).map_err(fail)?;
        let mut hash = QuickXor::new();
        let mut block = vec![0; BLOCK];
        let mut size = 0;
        loop {
            let read = file.read(&mut block).map_err(fail)?;
            if read == 0 {
                break;
            }
            hash.update(block.get(..read).unwrap_or_default());
            size += read as u64;
        }
        if size != blob.bytes {
            return Err(UploadFailure::Failed(format!(
                "{shown} holds {size} bytes, and not {} as its post says",
                blob.bytes
            )));
        }
        Ok(Self {
            file,
            shown,
            size,
            hash: hash.finish(),
        })
    }

    /// `length` bytes from `at`, or what there is.
    pub(super) fn piece(&self, at: u64, length: u64) -> Result<Bytes, UploadFailure> {
        let fail =
            |error: std::io::Error| UploadFailure::Failed(format!("{}: {error}", self.shown));
        let mut file = &self.file;
        file.seek(SeekFrom::Start(at)).map_err(fail)?;
        let length = length.min(self.size.saturating_sub(at));
        let mut piece = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        file.take(length).read_to_end(&mut piece).map_err(fail)?;
        Ok(piece.into())
    }
}
