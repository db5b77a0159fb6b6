//! Puts one file into a folder exactly once.

use std::collections::HashSet;

use super::super::Run;
use super::super::error::UploadFailure;
use super::drive_folder::DriveFolder;
use super::item::Item;
use super::local::Local;
use super::names;
use super::sent::{Sent, sent};
use super::{Blob, pieces};
use crate::deferred::DriveItemLink;
use crate::journal::{FileKey, FileRow, FolderRow};
use crate::requests::{self, FolderPath};
use crate::retry::RetryAction;

/// The size up to which a file is sent in one request; larger files go in pieces
/// (crates/graph/RULES.md 1.12).
const SMALL: u64 = 4_000_000;
/// The number of taken names after which something else must be wrong.
const MOST_NAMES: usize = 1_000;
/// The number of times a file is sent again that was said to be there and is not.
const MOST_VANISHED: u32 = 5;
/// The number of times a file is sent again that arrived damaged.
const MOST_REPAIRS: u32 = 3;

/// Puts the file of `key` there, or finds that it is.
pub(super) async fn put(
    run: &Run<'_>,
    drive_folder: &DriveFolder,
    key: &FileKey,
    blob: Blob<'_>,
    row: Option<FileRow>,
) -> Result<DriveItemLink, UploadFailure> {
    let local = Local::open(blob)?;
    // An earlier run may have sent it under the name in the journal.
    let mut sent = row.is_some();
    let (folder, known) = match row {
        Some(row) => (row.folder, Some(row.name)),
        None => (drive_folder.folder.clone(), None),
    };
    let mut place = Place {
        run,
        key,
        path: FolderPath::from(folder.path.clone()),
        folder,
        wanted: blob.name,
        taken: HashSet::new(),
    };
    let mut name = match known {
        Some(name) => name,
        None => place.choose().await?,
    };
    let (mut look, mut replace, mut tries, mut repairs) = (sent, false, 0, 0);
    let mut vanished = 0;
    let item = loop {
        if look && !replace {
            look = false;
            match place.find(&name).await? {
                Some(item) if item.holds(&local, &name, sent) => break item,
                Some(item) if sent && item.is_reserved(&local) => replace = true,
                Some(_) => {
                    place.taken.insert(name.to_lowercase());
                    name = place.choose().await?;
                    (sent, vanished) = (false, 0);
                }
                None if vanished > MOST_VANISHED => {
                    return Err(UploadFailure::Failed(
                        "it is said to be there, and can't be found".to_owned(),
                    ));
                }
                None => {}
            }
        }
        match send(run, &place.path, &name, &local, replace).await? {
            Sent::Item(item) if item.holds(&local, &name, true) => break item,
            // It is ours, and not what was sent.
            Sent::Item(_) if repairs < MOST_REPAIRS => {
                repairs += 1;
                (sent, replace) = (true, true);
            }
            Sent::Item(_) => {
                return Err(UploadFailure::Failed(
                    "it arrives damaged each time: size or quickXorHash differ".to_owned(),
                ));
            }
            Sent::Taken => {
                vanished += 1;
                look = true;
            }
            Sent::Perhaps => {
                vanished += 1;
                (sent, look) = (true, true);
            }
            Sent::Unknown(failure) => {
                tries += 1;
                run.client
                    .wait_for_unknown(tries, failure, run.observer)
                    .await?;
                (sent, look) = (true, true);
            }
        }
    };
    if drive_folder.share {
        share(run, key, &item).await?;
    }
    item.link(&place.folder, &name)
        .ok_or_else(|| UploadFailure::Failed("its eTag holds no GUID".to_owned()))
}

/// The destination of a file, and the names that are taken there.
struct Place<'a> {
    run: &'a Run<'a>,
    key: &'a FileKey,
    folder: FolderRow,
    path: FolderPath,
    /// The name it is to have.
    wanted: &'a str,
    taken: HashSet<String>,
}

impl Place<'_> {
    /// A name for it, in the journal before it is used.
    ///
    /// What Office opens does not stay as it is sent. After an answer that was lost it could not be
    /// told from somebody else's file, so its name has to be free before it is sent.
    async fn choose(&mut self) -> Result<String, UploadFailure> {
        let journal = self.run.journal;
        for name in names::numbered(self.wanted) {
            if self.taken.len() > MOST_NAMES {
                break;
            }
            let folded = name.to_lowercase();
            if self.taken.contains(&folded) {
                continue;
            }
            if names::is_rewritten(&name) && self.find(&name).await?.is_some() {
                self.taken.insert(folded);
                continue;
            }
            let name = std::iter::once(name);
            if let Some(name) = journal.intend_file(self.key, &self.folder, name)? {
                return Ok(name);
            }
        }
        Err(UploadFailure::Failed(format!(
            "no free name for {}",
            self.wanted
        )))
    }

    /// The file of that name, if there is one.
    async fn find(&self, name: &str) -> Result<Option<Item>, UploadFailure> {
        let call = requests::find_file(&self.path, name);
        let read = self.run.client.read::<Item>(&call, self.run.observer);
        match read.await {
            Ok(item) => Ok(Some(item)),
            Err(failure)
                if failure.remedy == RetryAction::Refuse && failure.error.is_not_found() =>
            {
                Ok(None)
            }
            Err(failure) => Err(failure.into()),
        }
    }
}

async fn send(
    run: &Run<'_>,
    path: &FolderPath,
    name: &str,
    local: &Local,
    replace: bool,
) -> Result<Sent, UploadFailure> {
    if local.size > SMALL {
        return pieces::send(run, path, name, local, replace).await;
    }
    let bytes = local.piece(0, local.size)?;
    let call = requests::put_file(path, name, bytes, replace);
    let answered = match run.client.call(&call, 0, run.observer).await {
        Ok(answer) => answer.json::<Item>(&call),
        Err(failure) => Err(failure),
    };
    sent(answered)
}

/// Lets the chat's members see the file: they are all of the organisation.
async fn share(run: &Run<'_>, key: &FileKey, item: &Item) -> Result<(), UploadFailure> {
    let call = requests::share_file(&key.drive, &item.id);
    match run.client.call(&call, 0, run.observer).await {
        Ok(_) => Ok(()),
        Err(failure) => Err(failure.into()),
    }
}
