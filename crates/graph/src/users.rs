//! The tenant's people, for mapping: all of them in one pass, which is faster than asking for each
//! (crates/graph/RULES.md 1.13).

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::value::RawValue;

use crate::client::Client;
use crate::error::GraphError;
use crate::observer::Observer;
use crate::requests;

/// The people of the tenant can't be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UsersError {
    /// Graph refused, or can't be reached.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The file can't be written.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The underlying error.
        #[source]
        error: io::Error,
    },
}

impl UsersError {
    /// Returns the remedy, where it is known: one sentence.
    #[must_use]
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Graph(error) if error.is_forbidden() => {
                Some("Give the app the application permission User.Read.All, or use --directory.")
            }
            Self::Graph(error) => error.remedy(),
            Self::Io { .. } => None,
        }
    }
}

/// Fetches everybody in the tenant and writes them to `into` as Graph's `GET /users` answers:
/// `{"value":[…]}`, each with `id`, `displayName`, `mail`, `userPrincipalName`, `proxyAddresses`,
/// `otherMails`, `accountEnabled`, `userType` and `assignedLicenses`. How many they are.
///
/// The file takes its place when it is whole; a page at a time is in memory.
///
/// # Errors
/// When Graph refuses (the app needs `User.Read.All`) or the file can't be written.
pub async fn fetch(
    client: &Client,
    into: &Path,
    observer: &dyn Observer,
) -> Result<u64, UsersError> {
    let mut name = into.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let fail = |error| UsersError::Io {
        path: new.clone(),
        error,
    };
    let mut file = BufWriter::new(File::create(&new).map_err(fail)?);
    let mut count = 0_u64;
    let mut written = file.write_all(b"{\"value\":[");
    client
        .read_pages(
            requests::list_people(),
            observer,
            |users: Vec<Box<RawValue>>| {
                for user in users {
                    let before: &[u8] = if count == 0 { b"\n" } else { b",\n" };
                    written = file
                        .write_all(before)
                        .and_then(|()| file.write_all(user.get().as_bytes()));
                    if written.is_err() {
                        return false;
                    }
                    count += 1;
                }
                true
            },
        )
        .await
        .map_err(|failure| failure.error)?;
    written
        .and_then(|()| file.write_all(b"\n]}\n"))
        .and_then(|()| file.into_inner().map_err(io::IntoInnerError::into_error))
        .and_then(|file| file.sync_all())
        .map_err(fail)?;
    fs::rename(&new, into).map_err(fail)?;
    Ok(count)
}
