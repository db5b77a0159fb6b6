//! What can be wrong with a JSON-lines file.

use std::io;
use std::path::{Path, PathBuf};

use super::VersionError;

/// A JSON-lines file that can't be read or written; always names the file.
#[derive(Debug, thiserror::Error)]
pub enum JsonlError {
    /// The file system said no.
    #[error("{path}: {error}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What it said.
        #[source]
        error: io::Error,
    },
    /// A line is not what it should be.
    #[error("{path}:{line}: {reason}")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The last line is missing.
    #[error(
        "{path}:{line}: the file ends in the middle: its last line, with the count, is missing; run the stage that writes it again"
    )]
    Cut {
        /// Which file.
        path: PathBuf,
        /// The last line there is.
        line: u64,
    },
    /// The last line counts other records than there are.
    #[error(
        "{path}: the last line says {expected} records, but there are {found}; lines were added or are missing"
    )]
    Count {
        /// Which file.
        path: PathBuf,
        /// What the last line says.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// The content is not what was written.
    #[error(
        "{path}: the content was changed after it was written; if that was on purpose, take \"hash\" out of the last line"
    )]
    Hash {
        /// Which file.
        path: PathBuf,
    },
    /// The file is of another format.
    #[error("{path}: expected a file of the format {expected}, found {found}")]
    Format {
        /// Which file.
        path: PathBuf,
        /// The format asked for.
        expected: &'static str,
        /// The format on the first line.
        found: String,
    },
    /// The file is of a version this chatferry does not understand.
    #[error("{path}: {error}")]
    Version {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        error: VersionError,
    },
}

impl JsonlError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |error| Self::Io {
            path: path.to_owned(),
            error,
        }
    }

    pub(super) fn line(path: &Path, line: u64, reason: impl ToString) -> Self {
        Self::Line {
            path: path.to_owned(),
            line,
            reason: reason.to_string(),
        }
    }
}
