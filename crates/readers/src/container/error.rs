//! Errors of a container.

use std::io;
use std::path::{Path, PathBuf};

use super::Entry;

/// A container, or an entry of it, that can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    /// The file system said no.
    #[error("{path}: {error}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The underlying error.
        #[source]
        error: io::Error,
    },
    /// No kind of container that is known.
    #[error(
        "{path}: neither a folder nor a zip, tar.gz or file of JSON lines; give the export as it was downloaded, or the folder it was unpacked to"
    )]
    NoContainer {
        /// The file.
        path: PathBuf,
    },
    /// The zip has no readable table of contents.
    #[error(
        "{path}: the zip is cut or damaged ({reason}); download it again, or repair it with `zip -FF` and give the result"
    )]
    Cut {
        /// The file.
        path: PathBuf,
        /// The problem.
        reason: String,
    },
    /// The zip asks for a password.
    #[error(
        "{path}: the zip is protected by a password; unpack it with the password and give the folder"
    )]
    Encrypted {
        /// The file.
        path: PathBuf,
    },
    /// The zip would inflate to something absurd (crates/readers/src/slack/FORMAT.md trap 73).
    #[error(
        "{path}: the zip says it inflates to {inflated} bytes, {ratio} times its size; no export does. If it is genuine, unpack it and give the folder"
    )]
    Bomb {
        /// The file.
        path: PathBuf,
        /// Bytes it says it holds.
        inflated: u64,
        /// The ratio of that to the size.
        ratio: u64,
    },
    /// One entry can't be read.
    #[error("{entry} in {container}: {error}")]
    Entry {
        /// The name of the container.
        container: String,
        /// The path within it.
        entry: String,
        /// The problem.
        #[source]
        error: io::Error,
    },
}

impl ContainerError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |error| Self::Io {
            path: path.to_owned(),
            error,
        }
    }

    pub(super) fn entry(container: &str, entry: &Entry, error: io::Error) -> Self {
        Self::Entry {
            container: container.to_owned(),
            entry: entry.path.clone(),
            error,
        }
    }
}
