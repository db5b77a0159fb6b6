//! Errors of a JSON-lines file.

use std::io;
use std::path::{Path, PathBuf};

use super::VersionError;

/// A JSON-lines file that can't be read or written; always names the file.
#[derive(Debug, thiserror::Error)]
pub enum JsonlError {
    /// The file system said no.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The underlying error.
        #[source]
        error: io::Error,
    },
    /// A line is not what it should be.
    #[error("{path}:{line}: {reason}")]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The problem with it.
        reason: String,
    },
    /// The last line is missing.
    #[error(
        "{path}:{line}: the file ends in the middle: its last line, with the count, is missing; run the stage that writes it again"
    )]
    Cut {
        /// The file.
        path: PathBuf,
        /// The last line there is.
        line: u64,
    },
    /// The last line counts other records than there are.
    #[error(
        "{path}: the last line says {expected} records, but there are {found}; lines were added or are missing"
    )]
    Count {
        /// The file.
        path: PathBuf,
        /// The content of the last line.
        expected: u64,
        /// The format in the file.
        found: u64,
    },
    /// The content is not what was written.
    #[error(
        "{path}: the content was changed after it was written; if that was on purpose, take \"hash\" out of the last line"
    )]
    Hash {
        /// The file.
        path: PathBuf,
    },
    /// The file is of another format.
    #[error("{path}: expected a file of the format {expected}, found {found}")]
    Format {
        /// The file.
        path: PathBuf,
        /// The format asked for.
        expected: &'static str,
        /// The format on the first line.
        found: String,
    },
    /// The file is of a version this chatferry does not understand.
    #[error("{path}: {error}")]
    Version {
        /// The file.
        path: PathBuf,
        /// The problem.
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
