//! The CSV files in `2-map`, and how an admin's edits are told from old defaults.
//!
//! Beside each file lies a copy in `proposed/` with what chatferry itself said when it last ran. A
//! cell that differs from that copy is the admin's and stays; a cell that equals it may change with
//! the next proposal. Without a copy every filled cell is the admin's.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use crate::error::BadCell;
use crate::table::{Table, TableError};

/// The folder of the copies.
pub(crate) const PROPOSED: &str = "proposed";

/// What a file of `2-map` looks like.
#[derive(Debug)]
pub(crate) struct Form {
    /// Its name.
    pub(crate) file: &'static str,
    /// The column that names a row.
    pub(crate) key: &'static str,
    /// Its columns.
    pub(crate) columns: &'static [&'static str],
    /// Those of them that are the admin's; what stands in the others is not read.
    pub(crate) editable: &'static [&'static str],
}

/// A file of `2-map` as it was found.
#[derive(Debug)]
pub(crate) struct Sheet {
    form: &'static Form,
    path: PathBuf,
    found: Option<Content>,
    proposed: Option<Content>,
}

#[derive(Debug)]
struct Content {
    table: Table,
    key: usize,
    columns: Vec<Option<usize>>,
    by_key: HashMap<String, usize>,
}

/// A cell that differs from what chatferry had proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// `people.csv`, `conversations.csv` or `teams.csv`.
    pub file: &'static str,
    /// The row's first cell.
    pub row: String,
    /// The heading; that of the row's first cell where the whole row was deleted.
    pub column: &'static str,
    /// What stands there now.
    pub cell: String,
}

/// A row of a sheet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    sheet: &'a Sheet,
    content: &'a Content,
    row: usize,
}

impl Sheet {
    /// Reads the file and its copy from `folder`; either may be missing.
    pub(crate) fn load(folder: &Path, form: &'static Form) -> Result<Self, TableError> {
        let path = folder.join(form.file);
        Ok(Self {
            found: Content::load(&path, form)?,
            proposed: Content::load(&folder.join(PROPOSED).join(form.file), form)?,
            form,
            path,
        })
    }

    /// The name of the file.
    pub(crate) fn file(&self) -> &'static str {
        self.form.file
    }

    /// Whether the file is there.
    pub(crate) fn exists(&self) -> bool {
        self.found.is_some()
    }

    /// The row of that key as it stands.
    pub(crate) fn row(&self, key: &str) -> Option<Line<'_>> {
        self.line(self.found.as_ref()?, key)
    }

    /// The row of that key as chatferry had proposed it.
    pub(crate) fn proposal(&self, key: &str) -> Option<Line<'_>> {
        self.line(self.proposed.as_ref()?, key)
    }

    /// All rows as they stand, in the order of the file.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Line<'_>> {
        self.lines(self.found.as_ref())
    }

    /// All rows as chatferry had proposed them.
    pub(crate) fn proposals(&self) -> impl Iterator<Item = Line<'_>> {
        self.lines(self.proposed.as_ref())
    }

    /// Everything that differs from what chatferry had proposed, rows that were deleted included.
    pub(crate) fn edits(&self) -> Vec<Edit> {
        let edit = |key: &str, column: &'static str, cell: &str| Edit {
            file: self.form.file,
            row: key.to_owned(),
            column,
            cell: cell.to_owned(),
        };
        let changed = self.rows().flat_map(|line| {
            let columns = self.form.editable.iter();
            columns
                .filter_map(move |column| line.edit(column).map(|cell| (line, *column, cell)))
                .map(|(line, column, cell)| edit(line.key(), column, cell))
        });
        let deleted = self
            .proposals()
            .filter(|proposal| self.row(proposal.key()).is_none());
        let deleted = deleted.map(|proposal| edit(proposal.key(), self.form.key, ""));
        changed.chain(deleted).collect()
    }

    fn lines<'a>(&'a self, content: Option<&'a Content>) -> impl Iterator<Item = Line<'a>> {
        content.into_iter().flat_map(move |content| {
            (0..content.table.rows.len()).map(move |row| Line {
                sheet: self,
                content,
                row,
            })
        })
    }

    fn line<'a>(&'a self, content: &'a Content, key: &str) -> Option<Line<'a>> {
        let row = *content.by_key.get(key)?;
        Some(Line {
            sheet: self,
            content,
            row,
        })
    }

    /// Rows that name what an earlier row names already.
    pub(crate) fn doubles(&self) -> Vec<BadCell> {
        let of_key = |line: &Line<'_>| self.row(line.key()).map(|first| first.row);
        self.rows()
            .filter(|line| of_key(line).is_some_and(|first| first != line.row))
            .map(|line| {
                line.bad(
                    self.form.key,
                    "there is a row for this already; delete one of the two",
                )
            })
            .collect()
    }
}

impl Content {
    fn load(path: &Path, form: &'static Form) -> Result<Option<Self>, TableError> {
        if !path.exists() {
            return Ok(None);
        }
        let table = Table::read(path)?;
        let key = table
            .column(&[form.key])
            .ok_or_else(|| TableError::Column {
                path: path.to_owned(),
                column: form.key,
                remedy: "put the heading back, or delete the file and run `chatferry map` again",
            })?;
        let columns = form
            .columns
            .iter()
            .map(|name| table.column(&[name]))
            .collect();
        let mut by_key = HashMap::new();
        for (at, row) in table.rows.iter().enumerate() {
            by_key.entry(row.cell(key).trim().to_owned()).or_insert(at);
        }
        Ok(Some(Self {
            table,
            key,
            columns,
            by_key,
        }))
    }
}

impl<'a> Line<'a> {
    /// What the row is about.
    pub(crate) fn key(&self) -> &'a str {
        self.at(Some(self.content.key)).unwrap_or_default()
    }

    /// What stands in a column; empty where the column is missing.
    pub(crate) fn cell(&self, column: &str) -> &'a str {
        self.find(column).unwrap_or_default()
    }

    /// What the admin wrote into a column, if it is the admin's.
    pub(crate) fn edit(&self, column: &str) -> Option<&'a str> {
        let cell = self.find(column)?;
        let edited = match self.sheet.proposal(self.key()) {
            Some(proposal) => !same(cell, proposal.cell(column)),
            None => !cell.is_empty(),
        };
        edited.then_some(cell)
    }

    /// All cells, in the order of the form.
    pub(crate) fn cells(&self) -> Vec<String> {
        let columns = self.sheet.form.columns;
        columns
            .iter()
            .map(|column| self.cell(column).to_owned())
            .collect()
    }

    /// A complaint about a cell.
    pub(crate) fn bad(&self, column: &'static str, reason: impl Into<String>) -> BadCell {
        BadCell {
            file: self.sheet.path.clone(),
            line: self
                .content
                .table
                .rows
                .get(self.row)
                .map_or(0, |row| row.line),
            column,
            cell: self.cell(column).to_owned(),
            reason: reason.into(),
        }
    }

    fn find(&self, column: &str) -> Option<&'a str> {
        let at = self.sheet.form.columns.iter().position(|c| *c == column)?;
        self.at(self.content.columns.get(at).copied().flatten())
    }

    fn at(&self, column: Option<usize>) -> Option<&'a str> {
        let row = self.content.table.rows.get(self.row)?;
        column.map(|column| row.cell(column).trim())
    }
}

/// What to keep as the proposal of a row: chatferry's word where the admin has another one, and
/// what was written everywhere else.
pub(crate) fn proposed_cells(
    row: Option<Line<'_>>,
    form: &Form,
    proposal: Vec<String>,
    written: &[String],
) -> Vec<String> {
    let Some(row) = row else {
        return written.to_vec();
    };
    let columns = form.columns.iter().zip(proposal).zip(written);
    columns
        .map(|((column, proposal), written)| {
            let edited = form.editable.contains(column) && row.edit(column).is_some();
            if edited { proposal } else { written.clone() }
        })
        .collect()
}

/// Whether two cells say the same; spreadsheets write `true` as `TRUE`.
fn same(a: &str, b: &str) -> bool {
    let truth = |cell: &str| {
        ["true", "false"]
            .into_iter()
            .find(|word| cell.eq_ignore_ascii_case(word))
    };
    a.nfc().eq(b.nfc()) || (truth(a).is_some() && truth(a) == truth(b))
}
