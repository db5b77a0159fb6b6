//! The reason why an export can't be read at all.

use std::path::PathBuf;

use chatferry_model::jsonl::JsonlError;

use crate::ContainerError;

/// An export that can't be read at all, or an output that can't be written.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The zip or folder can't be opened.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// No export was given.
    #[error("no export was given")]
    Nothing,
    /// No reader knows it.
    #[error("{path}: not an export that chatferry knows: {reason}")]
    Unknown {
        /// The export.
        path: PathBuf,
        /// The thing that was looked for, and the remedy.
        reason: String,
    },
    /// The exports are of different sources.
    #[error(
        "{path}: the exports are of different kinds; read them one by one into work folders of their own"
    )]
    Mixed {
        /// The first that differs.
        path: PathBuf,
    },
    /// The output can't be written.
    #[error(transparent)]
    Output(#[from] JsonlError),
    /// A folder or file of the output can't be made.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The underlying error.
        #[source]
        error: std::io::Error,
    },
}

impl ReadError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        |error| Self::Io { path, error }
    }
}
