//! Tables for people: one model for CSV and XLSX, both ways.
//!
//! Reading takes whatever Excel, LibreOffice, the Entra portal and PowerShell write; the kind of
//! file is told by its content. Writing makes what a spreadsheet opens without harm: no formulas,
//! and no text that becomes a number or a date.

mod csv;
mod csv_injection;
mod parse_bool;
mod xlsx;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub(crate) use self::csv::decode;
pub(crate) use self::parse_bool::parse_bool;

/// A table that can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file system said no.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The underlying error.
        #[source]
        error: io::Error,
    },
    /// The file is in a national code page.
    #[error(
        "{path}:{line}: not Unicode text; save it again as \"CSV UTF-8\" (PowerShell: Export-Csv -Encoding utf8)"
    )]
    Encoding {
        /// The file.
        path: PathBuf,
        /// The first line that is not.
        line: u64,
    },
    /// A quoted cell never ends, so the rows after it can't be told apart.
    #[error("{path}:{line}: a quotation mark is not closed; close it or take it away")]
    Quote {
        /// The file.
        path: PathBuf,
        /// The line on which the last row begins, which holds the rest of the file.
        line: u64,
    },
    /// A column is missing without which the rows mean nothing.
    #[error("{path}: there is no column {column}; {remedy}")]
    Column {
        /// The file.
        path: PathBuf,
        /// The heading.
        column: &'static str,
        /// The way to get it.
        remedy: &'static str,
    },
    /// The workbook is damaged or protected.
    #[error(
        "{path}: not a readable workbook: {reason}; save it again as .xlsx, without a password"
    )]
    Workbook {
        /// The file.
        path: PathBuf,
        /// The problem.
        reason: String,
    },
    /// A table exists twice, as CSV and as XLSX.
    #[error(
        "{csv} and {xlsx} are both there, and either may hold your edits; delete the one that does not"
    )]
    Twice {
        /// The one.
        csv: PathBuf,
        /// The other.
        xlsx: PathBuf,
    },
}

impl TableError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |error| Self::Io {
            path: path.to_owned(),
            error,
        }
    }
}

/// The kinds of file in which `map` writes the tables that people edit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sheets {
    /// Comma-separated text, which every tool opens.
    #[default]
    Csv,
    /// Excel's workbooks: ids stay text, and choices drop down.
    Xlsx,
}

impl Sheets {
    /// The end of a file's name.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// A column of a table that is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: CellKind,
}

/// The kind of values in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CellKind {
    /// Text, which must come back as it is.
    Text,
    /// A number or a day, to be looked at and sorted by; never read back.
    Figure,
    /// A word from a short list.
    Choice(&'static [&'static str]),
}

impl Column {
    pub(crate) const fn text(name: &'static str) -> Self {
        Self {
            name,
            kind: CellKind::Text,
        }
    }

    pub(crate) const fn figure(name: &'static str) -> Self {
        Self {
            name,
            kind: CellKind::Figure,
        }
    }

    pub(crate) const fn choice(name: &'static str, words: &'static [&'static str]) -> Self {
        Self {
            name,
            kind: CellKind::Choice(words),
        }
    }
}

/// A table in memory.
#[derive(Debug, Default)]
pub(crate) struct Table {
    headings: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

/// A row, with the number of its line in the file.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) line: u64,
    cells: Vec<String>,
}

impl Row {
    /// The cell in that column; empty where the row is shorter.
    pub(crate) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

impl Table {
    /// Reads the file at `path`.
    pub(crate) fn read(path: &Path) -> Result<Self, TableError> {
        let bytes = fs::read(path).map_err(TableError::io(path))?;
        Self::parse(path, bytes)
    }

    /// Reads `bytes`, which came from `path`.
    pub(crate) fn parse(path: &Path, bytes: Vec<u8>) -> Result<Self, TableError> {
        if xlsx::is_workbook(&bytes) {
            xlsx::parse(path, bytes)
        } else {
            csv::parse(path, &bytes)
        }
    }

    /// Writes a table with these columns to `path`, as the end of its name says.
    pub(crate) fn write(
        path: &Path,
        columns: &[Column],
        rows: impl IntoIterator<Item = Vec<String>>,
    ) -> Result<(), TableError> {
        let is_xlsx = path.extension().is_some_and(|end| end == "xlsx");
        let bytes = if is_xlsx {
            xlsx::bytes(path, columns, rows)?
        } else {
            csv::bytes(columns, rows).map_err(TableError::io(path))?
        };
        fs::write(path, bytes).map_err(TableError::io(path))
    }

    /// The column under one of these headings; case, blanks, hyphens and underscores don't count.
    /// The Entra portal puts the property in brackets behind a translated heading.
    pub(crate) fn column(&self, names: &[&str]) -> Option<usize> {
        let plain = |heading: &str| {
            heading
                .chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .collect::<String>()
        };
        let bracketed = |heading: &str| {
            let (_, inner) = heading.split_once('[')?;
            Some(plain(inner.split_once(']')?.0))
        };
        names.iter().find_map(|name| {
            let name = plain(name);
            self.headings
                .iter()
                .position(|h| plain(h) == name || bracketed(h).is_some_and(|inner| inner == name))
        })
    }

    /// Writes into a cell; a row or column that is not there is left so.
    pub(crate) fn set(&mut self, row: usize, column: usize, cell: &str) {
        if let Some(row) = self.rows.get_mut(row) {
            if row.cells.len() <= column {
                row.cells.resize(column + 1, String::new());
            }
            if let Some(place) = row.cells.get_mut(column) {
                cell.clone_into(place);
            }
        }
    }
}

#[cfg(test)]
mod tests;
