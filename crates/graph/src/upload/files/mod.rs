//! Puts files into SharePoint and OneDrive, each once per drive (crates/graph/RULES.md 1.12).
//!
//! A file's name in its folder is its key: it is in the journal before anything is sent, no two
//! files of ours have the same, and what is there already is never replaced. So whenever the
//! outcome is unknown, the file of that name is looked at:
//!
//! * of our content: it is there, nothing more to do;
//! * of another one: it is somebody else's, and ours takes the next name;
//! * none: it is sent (again).

mod drive_folder;
mod item;
mod local;
mod names;
mod pieces;
mod put;
mod sent;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use chatferry_model::EntraId;
use tokio::sync::{Notify, Semaphore};

use super::Run;
use super::error::UploadFailure;
use crate::deferred::DriveItemLink;
use crate::journal::FileKey;
use crate::requests::Thread;
use drive_folder::DriveFolders;

/// Files that are on their way at the same time: they hold a piece each in memory.
const AT_ONCE: usize = 8;

/// The state of files in a run beside the journal.
pub(super) struct Files {
    drive_folders: DriveFolders,
    /// The files that are being uploaded: the same file is put there by one, and awaited by
    /// others.
    busy: Mutex<HashSet<FileKey>>,
    freed: Notify,
    /// The files that this run could not upload, with the reason.
    refused: Mutex<HashMap<FileKey, String>>,
    slots: Semaphore,
}

/// A file of `3-render`.
#[derive(Clone, Copy)]
pub(super) struct Blob<'a> {
    /// The folder it is in.
    pub(super) folder: &'a Path,
    /// The name there, a hash of its content.
    pub(super) path: &'a str,
    /// The name it is to have.
    pub(super) name: &'a str,
    pub(super) bytes: u64,
}

/// The outcome of a file.
pub(super) enum Outcome {
    Uploaded(DriveItemLink),
    /// The file could not be uploaded, with the reason.
    Refused(String),
}

impl Files {
    pub(super) fn new() -> Self {
        Self {
            drive_folders: DriveFolders::default(),
            busy: Mutex::default(),
            freed: Notify::new(),
            refused: Mutex::default(),
            slots: Semaphore::new(AT_ONCE),
        }
    }

    /// Puts a file that `author` sends in `thread` where it belongs, unless it is there.
    pub(super) async fn upload_file(
        &self,
        run: &Run<'_>,
        thread: &Thread,
        author: EntraId,
        blob: Blob<'_>,
    ) -> Result<Outcome, UploadFailure> {
        let drive_folder = match self.drive_folders.get(run, thread, author).await? {
            Ok(drive_folder) => drive_folder,
            Err(reason) => return Ok(Outcome::Refused(reason)),
        };
        let key = FileKey {
            drive: drive_folder.drive.clone(),
            blob: blob.path.to_owned(),
        };
        let _lock = self.lock(&key).await;
        let row = run.journal.file(&key)?;
        if let Some((guid, url)) = row.as_ref().and_then(|row| row.lodged.clone()) {
            return Ok(Outcome::Uploaded(DriveItemLink { guid, url }));
        }
        if let Some(reason) = locked(&self.refused).get(&key) {
            return Ok(Outcome::Refused(reason.clone()));
        }
        let _slot = self.slots.acquire().await;
        match put::put(run, &drive_folder, &key, blob, row).await {
            Ok(link) => {
                run.journal.lodge_file(&key, &link.guid, &link.url)?;
                Ok(Outcome::Uploaded(link))
            }
            Err(UploadFailure::Closed(reason) | UploadFailure::Failed(reason)) => {
                run.journal.refuse_file(&key, &reason)?;
                locked(&self.refused).insert(key, reason.clone());
                Ok(Outcome::Refused(reason))
            }
            Err(stop) => Err(stop),
        }
    }

    /// Waits until nobody else is at that file.
    async fn lock(&self, key: &FileKey) -> FileLock<'_> {
        loop {
            let freed = self.freed.notified();
            if locked(&self.busy).insert(key.clone()) {
                return FileLock {
                    files: self,
                    key: key.clone(),
                };
            }
            freed.await;
        }
    }
}

/// The right to upload a file; others get it when it is dropped.
struct FileLock<'a> {
    files: &'a Files,
    key: FileKey,
}

impl Drop for FileLock<'_> {
    fn drop(&mut self) {
        locked(&self.files.busy).remove(&self.key);
        self.files.freed.notify_waiters();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Nothing panics while it is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
