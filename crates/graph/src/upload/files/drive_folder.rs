//! The folder for files of a channel or chat (crates/graph/RULES.md 1.10, 1.12).

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::pending;
use std::sync::{Arc, Mutex, PoisonError};

use chatferry_model::EntraId;
use chatferry_model::finding::Place as FindingPlace;
use serde::Deserialize;
use tokio::sync::OnceCell;
use tokio::time::{Duration, sleep};

use super::super::Run;
use super::super::error::UploadFailure;
use crate::client::Failure;
use crate::codes;
use crate::journal::FolderRow;
use crate::requests::{self, FolderPath, Thread};
use crate::retry::RetryAction;

/// The folder in which Teams itself puts the files of chats, in the sender's OneDrive.
const OF_CHATS: &str = "Microsoft Teams Chat Files";

/// The time a channel's folder may take before General's is asked for.
const SOON: Duration = Duration::from_secs(5);

/// A folder that files go to.
#[derive(Clone, Debug)]
pub(super) struct DriveFolder {
    /// The drive it is in.
    pub(super) drive: String,
    pub(super) folder: FolderRow,
    /// True if files in it are seen by nobody until they are shared.
    pub(super) share: bool,
}

/// DriveFolders that were asked for in this run, or why there are none.
#[derive(Default)]
pub(super) struct DriveFolders(Mutex<HashMap<String, Cell>>);

type Cell = Arc<OnceCell<Result<DriveFolder, String>>>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    id: String,
    web_url: String,
    #[serde(default)]
    parent_reference: Option<Parent>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parent {
    #[serde(default)]
    drive_id: Option<String>,
}

impl DriveFolders {
    /// The folder for files that `author` sends in `thread`; the inner error is why there is none.
    ///
    /// Files of chats go into another OneDrive where the one that was chosen can't be used: many
    /// accounts that only speak, and people who left, have none.
    pub(super) async fn get(
        &self,
        run: &Run<'_>,
        thread: &Thread,
        author: EntraId,
    ) -> Result<Result<DriveFolder, String>, UploadFailure> {
        if !thread.is_chat() {
            let folder = self.of_channel(run, thread, author);
            return self.once(thread.id(), folder).await;
        }
        let author = author.to_string();
        let options = run.options;
        let chosen = options.files_account.as_ref().unwrap_or(&author);
        let other = match &options.files_account {
            Some(_) => Some(&author),
            None => options.files_else.as_ref(),
        };
        let reason = match self.once(chosen, of_chat(run, chosen)).await? {
            Ok(drive_folder) => return Ok(Ok(drive_folder)),
            Err(reason) => reason,
        };
        let Some(other) = other.filter(|other| *other != chosen) else {
            return Ok(Err(reason));
        };
        let Ok(drive_folder) = self.once(other, of_chat(run, other)).await? else {
            return Ok(Err(reason));
        };
        run.note(
            &codes::UPLOAD_FILES_ELSEWHERE,
            FindingPlace::default(),
            reason,
        );
        Ok(Ok(drive_folder))
    }

    /// The result of `find`; asked for once in a run.
    async fn once(
        &self,
        key: &str,
        find: impl Future<Output = Result<DriveFolder, Failure>>,
    ) -> Result<Result<DriveFolder, String>, UploadFailure> {
        let cell = {
            let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(key.to_owned()).or_default())
        };
        let drive_folder = cell
            .get_or_try_init(|| async {
                match find.await {
                    Ok(drive_folder) => Ok(Ok(drive_folder)),
                    Err(failure) if failure.remedy == RetryAction::Abort => {
                        Err(UploadFailure::from(failure))
                    }
                    Err(failure) => Ok(Err(failure.error.to_string())),
                }
            })
            .await?;
        Ok(drive_folder.clone())
    }

    /// The folder of a channel. Where it is not there soon, General's is asked for beside it: that
    /// is what a new team's site may wait for (crates/graph/RULES.md 1.2), and a private channel's
    /// waits for its team's (1.12).
    async fn of_channel(
        &self,
        run: &Run<'_>,
        thread: &Thread,
        author: EntraId,
    ) -> Result<DriveFolder, Failure> {
        let beside = async {
            sleep(SOON).await;
            if let Some(general) = general_of(run, thread) {
                // What comes of it is General's affair.
                let _ = Box::pin(self.get(run, &general, author)).await;
            }
            pending::<Infallible>().await
        };
        tokio::select! {
            drive_folder = of_channel(run, thread) => drive_folder,
            never = beside => match never {},
        }
    }
}

/// A channel's General; none for itself, and for chats.
fn general_of(run: &Run<'_>, thread: &Thread) -> Option<Thread> {
    let team = thread.team()?;
    let mut teams = run.journal.teams().ok()?.into_iter();
    let row = teams.find(|row| row.id.as_deref() == Some(team))?;
    let general = row.general.filter(|general| general != thread.id())?;
    Some(Thread::channel(team, &general))
}

async fn of_channel(run: &Run<'_>, thread: &Thread) -> Result<DriveFolder, Failure> {
    let call = requests::files_folder(thread);
    let place: Place = run.client.read(&call, run.observer).await?;
    let drive = place.parent_reference.and_then(|parent| parent.drive_id);
    let drive = drive.unwrap_or_default();
    let path = FolderPath::item(&drive, &place.id);
    Ok(DriveFolder {
        folder: FolderRow {
            path: path.as_str().to_owned(),
            web: place.web_url,
        },
        drive,
        share: false,
    })
}

async fn of_chat(run: &Run<'_>, account: &str) -> Result<DriveFolder, Failure> {
    let call = requests::drive_of(account);
    let place: Place = run.client.read(&call, run.observer).await?;
    let path = FolderPath::at_top(&place.id, OF_CHATS);
    let web = place.web_url.trim_end_matches('/');
    Ok(DriveFolder {
        folder: FolderRow {
            path: path.as_str().to_owned(),
            web: format!("{web}/{}", requests::segment(OF_CHATS)),
        },
        drive: place.id,
        share: true,
    })
}
