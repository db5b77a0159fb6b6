//! A large file in pieces, by an upload session (crates/graph/RULES.md 1.12, R61, R62).
//!
//! The session's address is good for writing into the drive without a token, so it is kept in
//! memory only. Within a run a lost answer costs the piece at hand; after a kill the file is sent
//! anew, under the same name. What was sent before vanishes with the old session.

use serde::Deserialize;

use super::super::Run;
use super::super::error::UploadFailure;
use super::local::Local;
use super::sent::Sent;
use crate::client::{PieceAnswer, UploadUrl};
use crate::requests::{self, FolderPath};

/// A piece: a multiple of 320 KiB, below 60 MiB. Of these, a few are in memory.
const PIECE: u64 = 16 * 320 * 1024;
/// The number of times a session is opened for one file.
const MOST_SESSIONS: u32 = 4;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    upload_url: UploadUrl,
}

pub(super) async fn send(
    run: &Run<'_>,
    path: &FolderPath,
    name: &str,
    local: &Local,
    replace: bool,
) -> Result<Sent, UploadFailure> {
    let mut sessions = 0;
    // Whether the last piece left, after which the file may be there whatever the session says.
    let mut whole = false;
    loop {
        let call = requests::open_upload(path, name, local.size, replace);
        let opened = run.client.call(&call, 0, run.observer).await;
        let session = match opened.and_then(|answer| answer.json::<Session>(&call)) {
            Ok(session) => session,
            Err(failure) if failure.error.is_conflict() => return Ok(Sent::Taken),
            Err(failure) => return Err(failure.into()),
        };
        sessions += 1;
        let mut at = 0;
        loop {
            let piece = local.piece(at, PIECE)?;
            whole |= at + piece.len() as u64 == local.size;
            let answered = run
                .client
                .send_piece(&session.upload_url, at, local.size, piece, run.observer)
                .await;
            match answered {
                Ok(PieceAnswer::Next(next)) if next < local.size => at = next,
                Ok(PieceAnswer::Done(body)) => match serde_json::from_slice(&body) {
                    Ok(item) => return Ok(Sent::Item(item)),
                    // It is there, but the answer does not say as what.
                    Err(_) => return Ok(Sent::Perhaps),
                },
                // The last answer may have been lost, so that it is there.
                Ok(PieceAnswer::Gone | PieceAnswer::Next(_)) if whole => return Ok(Sent::Perhaps),
                Ok(PieceAnswer::Gone | PieceAnswer::Taken | PieceAnswer::Next(_))
                    if sessions >= MOST_SESSIONS =>
                {
                    return Err(UploadFailure::Failed(
                        "its upload sessions end before it is through".to_owned(),
                    ));
                }
                Ok(PieceAnswer::Gone) if at == 0 => break,
                Ok(PieceAnswer::Gone | PieceAnswer::Taken | PieceAnswer::Next(_)) => {
                    return Ok(Sent::Taken);
                }
                Err(failure) => return Err(failure.into()),
            }
        }
    }
}
