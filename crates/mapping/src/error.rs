//! Errors of mapping, each with its location and its remedy.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use chatferry_model::jsonl::JsonlError;
use chatferry_model::manifest::ManifestError;

use crate::directory::DirectoryError;
use crate::table::TableError;

/// An error that stops mapping or planning.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// The output of `read` cannot be read.
    #[error(transparent)]
    Read(#[from] JsonlError),
    /// The manifest of reading can't be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The tenant's people can't be read.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// A table can't be read or written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The file system said no.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The underlying error.
        #[source]
        error: io::Error,
    },
    /// A setting names nobody, or more than one.
    #[error("the setting `{setting}` says {value:?}, but {reason}")]
    Setting {
        /// The setting: `placeholder`, `owners`.
        setting: &'static str,
        /// The text of the cell.
        value: String,
        /// The problem and its remedy.
        reason: String,
    },
    /// Invalid cells of the tables, all of them at once.
    #[error("{}", listed(.0))]
    BadCells(Vec<BadCell>),
    /// A file that an earlier run kept for this one is not valid.
    #[error("{path}: {error}; run `chatferry map` again")]
    Kept {
        /// The file.
        path: PathBuf,
        /// The parse error.
        #[source]
        error: serde_json::Error,
    },
    /// Nothing was mapped yet.
    #[error("{path}: not there; run `chatferry map` first")]
    NotMapped {
        /// The file that is missing.
        path: PathBuf,
    },
    /// Mapping ran before the export was read again.
    #[error("{file} has no row for {what}; run `chatferry map` again to add it")]
    RowMissing {
        /// The table of people or conversations.
        file: PathBuf,
        /// The people or things that are missing.
        what: String,
    },
}

impl MapError {
    /// An error if there are bad cells, in the order in which they are found in the files.
    pub(crate) fn of_cells(mut cells: Vec<BadCell>) -> Result<(), Self> {
        if cells.is_empty() {
            return Ok(());
        }
        cells.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        Err(Self::BadCells(cells))
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |error| Self::Io {
            path: path.to_owned(),
            error,
        }
    }
}

/// An invalid cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCell {
    /// The file.
    pub file: PathBuf,
    /// The line or row in it, from 1; the heading is on line 1.
    pub line: u64,
    /// The heading of the column.
    pub column: &'static str,
    /// The text of the cell.
    pub cell: String,
    /// The problem and what to write instead.
    pub reason: String,
}

impl fmt::Display for BadCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            cell,
            reason,
        } = self;
        write!(
            f,
            "{}:{line}, column {column}, {cell:?}: {reason}",
            file.display()
        )
    }
}

fn listed(cells: &[BadCell]) -> String {
    let mut text = match cells.len() {
        1 => "a cell needs fixing:".to_owned(),
        many => format!("{many} cells need fixing:"),
    };
    for cell in cells {
        text.push_str("\n  ");
        text.push_str(&cell.to_string());
    }
    text
}
