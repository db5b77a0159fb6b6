//! What can go wrong in mapping, always with its place and its remedy.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use chatferry_model::jsonl::JsonlError;
use chatferry_model::manifest::ManifestError;

use crate::directory::DirectoryError;
use crate::table::TableError;

/// Why there is no map, or no plan.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// What reading left behind can't be read.
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
        /// Which file.
        path: PathBuf,
        /// What it said.
        #[source]
        error: io::Error,
    },
    /// A setting names nobody, or more than one.
    #[error("the setting `{setting}` says {value:?}, but {reason}")]
    Setting {
        /// The setting: `placeholder`, `owners`.
        setting: &'static str,
        /// What it says.
        value: String,
        /// What is wrong with it and what to do.
        reason: String,
    },
    /// Cells of the tables that make no sense, all of them at once.
    #[error("{}", listed(.0))]
    BadCells(Vec<BadCell>),
    /// What an earlier run kept for this one makes no sense.
    #[error("{path}: {error}; run `chatferry map` again")]
    Kept {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
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
        /// Who or what is missing.
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

/// A cell that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCell {
    /// The file.
    pub file: PathBuf,
    /// The line or row in it, from 1; the heading is on line 1.
    pub line: u64,
    /// The heading of the column.
    pub column: &'static str,
    /// What stands there.
    pub cell: String,
    /// What is wrong with it and what to write instead.
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
        1 => "a cell makes no sense:".to_owned(),
        many => format!("{many} cells make no sense:"),
    };
    for cell in cells {
        text.push_str("\n  ");
        text.push_str(&cell.to_string());
    }
    text
}
