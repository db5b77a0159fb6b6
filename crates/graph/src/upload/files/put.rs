//! Puts one file into a folder exactly once.

use std::collections::HashSet;

use super::super::{Run, Trouble};
use super::item::Item;
use super::local::Local;
use super::names;
use super::shelf::Shelf;
use super::{Blob, pieces};
use crate::blanks::Lodging;
use crate::client::Failure;
use crate::journal::{FileKey, FileRow};
use crate::requests::{self, FolderPath};
use crate::retry::Remedy;

/// What goes in one request; larger files go in pieces (graph.md 1.12).
const SMALL: u64 = 4_000_000;
/// How many names may be taken before something else must be wrong.
const MOST_NAMES: usize = 1_000;
/// How often a file is sent again that was said to be there and is not.
const MOST_VANISHED: u32 = 5;
/// How often a file is sent again that arrived damaged.
const MOST_REPAIRS: u32 = 3;

/// What sending a file came to.
pub(super) enum Sent {
    Item(Item),
    /// The name is taken.
    Taken,
    /// It was sent whole, and should be there by its name.
    Perhaps,
    /// It may or may not have arrived.
    Unknown(Failure),
}

/// Puts the file of `key` there, or finds that it is.
pub(super) async fn put(
    run: &Run<'_>,
    shelf: &Shelf,
    key: &FileKey,
    blob: Blob<'_>,
    row: Option<FileRow>,
) -> Result<Lodging, Trouble> {
    let local = Local::open(blob)?;
    // An earlier run may have sent it under the name in the journal.
    let mut sent = row.is_some();
    let (folder, mut name) = match row {
        Some(row) => (row.folder, row.name),
        None => {
            let names = names::numbered(blob.name);
            let name = run.journal.intend_file(key, &shelf.folder, names)?;
            (shelf.folder.clone(), name)
        }
    };
    let path = FolderPath::from(folder.path.clone());
    let mut taken = HashSet::new();
    let (mut look, mut replace, mut tries, mut repairs) = (sent, false, 0, 0);
    let mut vanished = 0;
    let item = loop {
        if look && !replace {
            look = false;
            match find(run, &path, &name).await? {
                Some(item) if item.holds(&local, &name, sent) => break item,
                Some(item) if sent && item.is_reserved(&local) => replace = true,
                Some(_) => {
                    taken.insert(name.to_lowercase());
                    if taken.len() > MOST_NAMES {
                        return Err(Trouble::Failed(format!("no free name for {}", blob.name)));
                    }
                    let free = names::numbered(blob.name)
                        .filter(|name| !taken.contains(&name.to_lowercase()));
                    name = run.journal.intend_file(key, &folder, free)?;
                    (sent, vanished) = (false, 0);
                }
                None if vanished > MOST_VANISHED => {
                    return Err(Trouble::Failed(
                        "it is said to be there, and can't be found".to_owned(),
                    ));
                }
                None => {}
            }
        }
        match send(run, &path, &name, &local, replace).await? {
            Sent::Item(item) if item.holds(&local, &name, true) => break item,
            // It is ours, and not what was sent.
            Sent::Item(_) if repairs < MOST_REPAIRS => {
                repairs += 1;
                (sent, replace) = (true, true);
            }
            Sent::Item(_) => {
                return Err(Trouble::Failed(
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
    if shelf.share {
        share(run, key, &item).await?;
    }
    item.lodging(&folder, &name)
        .ok_or_else(|| Trouble::Failed("its eTag holds no GUID".to_owned()))
}

/// The file of that name, if there is one.
async fn find(run: &Run<'_>, path: &FolderPath, name: &str) -> Result<Option<Item>, Trouble> {
    let call = requests::find_file(path, name);
    match run.client.read::<Item>(&call, run.observer).await {
        Ok(item) => Ok(Some(item)),
        Err(failure) if failure.remedy == Remedy::Refuse && failure.error.is_not_found() => {
            Ok(None)
        }
        Err(failure) => Err(failure.into()),
    }
}

async fn send(
    run: &Run<'_>,
    path: &FolderPath,
    name: &str,
    local: &Local,
    replace: bool,
) -> Result<Sent, Trouble> {
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

pub(super) fn sent(answered: Result<Item, Failure>) -> Result<Sent, Trouble> {
    match answered {
        Ok(item) => Ok(Sent::Item(item)),
        Err(failure) if failure.remedy == Remedy::LookUp && failure.error.is_conflict() => {
            Ok(Sent::Taken)
        }
        Err(failure) if failure.remedy == Remedy::LookUp => Ok(Sent::Unknown(failure)),
        Err(failure) => Err(failure.into()),
    }
}

/// Lets the chat's members see the file: they are all of the organisation.
async fn share(run: &Run<'_>, key: &FileKey, item: &Item) -> Result<(), Trouble> {
    let call = requests::share_file(&key.drive, &item.id);
    match run.client.call(&call, 0, run.observer).await {
        Ok(_) => Ok(()),
        Err(failure) => Err(failure.into()),
    }
}
