//! The tables in `2-map`, and how an admin's edits are told from old defaults.
//!
//! Beside each file lies a copy in `proposed/` with what chatferry itself said when it last ran. A
//! cell that differs from that copy is the admin's and stays; a cell that equals it may change with
//! the next proposal. Without a copy every filled cell is the admin's.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use crate::error::BadCell;
use crate::table::{CellKind, Column, Sheets, Table, TableError, parse_bool};

/// The folder of the copies.
pub(crate) const PROPOSED: &str = "proposed";

/// The schema of a table of `2-map`.
#[derive(Debug)]
pub(crate) struct TableSchema {
    /// The name of its file, without `.csv` or `.xlsx`.
    pub(crate) name: &'static str,
    /// The column that names a row.
    pub(crate) key: &'static str,
    /// The columns.
    pub(crate) columns: &'static [Column],
    /// The columns that the admin edits; the others are not read back.
    pub(crate) editable: &'static [&'static str],
}

impl TableSchema {
    /// The name of its file.
    pub(crate) fn file(&self, sheets: Sheets) -> String {
        format!("{}.{}", self.name, sheets.extension())
    }

    /// The file of that table in `folder`: CSV or XLSX, whichever is there.
    pub(crate) fn find(&self, folder: &Path) -> Result<PathBuf, TableError> {
        let [csv, xlsx] = [Sheets::Csv, Sheets::Xlsx].map(|kind| folder.join(self.file(kind)));
        match (csv.exists(), xlsx.exists()) {
            (true, true) => Err(TableError::Twice { csv, xlsx }),
            (false, true) => Ok(xlsx),
            (_, false) => Ok(csv),
        }
    }

    /// The copy of what chatferry had proposed.
    pub(crate) fn copy(&self, folder: &Path) -> PathBuf {
        folder.join(PROPOSED).join(self.file(Sheets::Csv))
    }

    /// The kind of values in a column.
    fn kind_of(&self, column: &str) -> CellKind {
        let column = self.columns.iter().find(|known| known.name == column);
        column.map_or(CellKind::Text, |column| column.kind)
    }
}

/// The cell that names the row of an id, such that no spreadsheet changes it and no id names the
/// row of another, nor that of the placeholder (`*`): blanks at the ends, control characters, `%`
/// and a `*` in front are written as `%XX`.
pub(crate) fn key_cell(id: &str) -> Cow<'_, str> {
    let inner = id.trim();
    let start = id.len() - id.trim_start().len();
    let is_plain = |at: usize, c: char| {
        let inside = (start..start + inner.len()).contains(&at);
        inside && !c.is_control() && c != '%' && (at > 0 || c != '*')
    };
    if !id.is_empty() && id.char_indices().all(|(at, c)| is_plain(at, c)) {
        return Cow::Borrowed(id);
    }
    let mut cell = String::with_capacity(id.len() + 8);
    for (at, c) in id.char_indices() {
        if is_plain(at, c) {
            cell.push(c);
            continue;
        }
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            cell.push_str(&format!("%{byte:02X}"));
        }
    }
    if cell.is_empty() {
        cell.push('%');
    }
    Cow::Owned(cell)
}

/// A file of `2-map` as it was found.
#[derive(Debug)]
pub(crate) struct EditableTable {
    schema: &'static TableSchema,
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
    /// The table: `people`, `conversations` or `teams`.
    pub table: &'static str,
    /// The row's first cell.
    pub row: String,
    /// The heading; that of the row's first cell where the whole row was deleted.
    pub column: &'static str,
    /// The text of the cell today.
    pub cell: String,
}

/// A row of a sheet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    sheet: &'a EditableTable,
    content: &'a Content,
    row: usize,
}

impl EditableTable {
    /// Reads the file and its copy from `folder`; either may be missing.
    pub(crate) fn load(folder: &Path, schema: &'static TableSchema) -> Result<Self, TableError> {
        let path = schema.find(folder)?;
        Ok(Self {
            found: Content::load(&path, schema)?,
            proposed: Content::load(&schema.copy(folder), schema)?,
            schema,
            path,
        })
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns true if the file exists.
    pub(crate) fn exists(&self) -> bool {
        self.found.is_some()
    }

    /// The row of that key as it stands.
    pub(crate) fn row(&self, key: &str) -> Option<Line<'_>> {
        self.line(self.found.as_ref()?, key)
    }

    /// The row of that id as it stands.
    pub(crate) fn row_of(&self, id: &str) -> Option<Line<'_>> {
        self.row(&key_cell(id))
    }

    /// The row of that key as chatferry had proposed it.
    pub(crate) fn proposal(&self, key: &str) -> Option<Line<'_>> {
        self.line(self.proposed.as_ref()?, key)
    }

    /// Returns the rows as edited, in the order of the file.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Line<'_>> {
        self.lines(self.found.as_ref())
    }

    /// Returns the rows as chatferry proposed them.
    pub(crate) fn proposals(&self) -> impl Iterator<Item = Line<'_>> {
        self.lines(self.proposed.as_ref())
    }

    /// Everything that differs from what chatferry had proposed, rows that were deleted included.
    pub(crate) fn edits(&self) -> Vec<Edit> {
        let edit = |key: &str, column: &'static str, cell: &str| Edit {
            table: self.schema.name,
            row: key.to_owned(),
            column,
            cell: cell.to_owned(),
        };
        let changed = self.rows().flat_map(|line| {
            let columns = self.schema.editable.iter();
            columns
                .filter_map(move |column| line.edit(column).map(|cell| (line, *column, cell)))
                .map(|(line, column, cell)| edit(line.key(), column, cell))
        });
        let deleted = self
            .proposals()
            .filter(|proposal| self.row(proposal.key()).is_none());
        let deleted = deleted.map(|proposal| edit(proposal.key(), self.schema.key, ""));
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
                    self.schema.key,
                    "there is a row for this already; delete one of the two",
                )
            })
            .collect()
    }
}

impl Content {
    fn load(path: &Path, schema: &'static TableSchema) -> Result<Option<Self>, TableError> {
        if !path.exists() {
            return Ok(None);
        }
        let table = Table::read(path)?;
        let key = table
            .column(&[schema.key])
            .ok_or_else(|| TableError::Column {
                path: path.to_owned(),
                column: schema.key,
                remedy: "put the heading back, or delete the file and run `chatferry map` again",
            })?;
        let columns = schema
            .columns
            .iter()
            .map(|column| table.column(&[column.name]))
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
    /// Returns the key of the row.
    pub(crate) fn key(&self) -> &'a str {
        self.at(Some(self.content.key)).unwrap_or_default()
    }

    /// Returns the cell of a column; empty where the column is missing.
    pub(crate) fn cell(&self, column: &str) -> &'a str {
        self.find(column).unwrap_or_default()
    }

    /// Returns the admin's value of a column, if the column is the admin's.
    pub(crate) fn edit(&self, column: &str) -> Option<&'a str> {
        let cell = self.find(column)?;
        let edited = match self.sheet.proposal(self.key()) {
            Some(proposal) => !same(
                cell,
                proposal.cell(column),
                self.sheet.schema.kind_of(column),
            ),
            None => !cell.is_empty(),
        };
        edited.then_some(cell)
    }

    /// Returns the cells in the order of the schema.
    pub(crate) fn cells(&self) -> Vec<String> {
        let columns = self.sheet.schema.columns;
        columns
            .iter()
            .map(|column| self.cell(column.name).to_owned())
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
        let at = self
            .sheet
            .schema
            .columns
            .iter()
            .position(|c| c.name == column)?;
        self.at(self.content.columns.get(at).copied().flatten())
    }

    fn at(&self, column: Option<usize>) -> Option<&'a str> {
        let row = self.content.table.rows.get(self.row)?;
        column.map(|column| row.cell(column).trim())
    }
}

/// Returns the value to keep as the proposal of a row: chatferry's word where the admin has another
/// one, and what was written everywhere else.
pub(crate) fn proposed_cells(
    row: Option<Line<'_>>,
    schema: &TableSchema,
    proposal: Vec<String>,
    written: &[String],
) -> Vec<String> {
    let Some(row) = row else {
        return written.to_vec();
    };
    let columns = schema.columns.iter().zip(proposal).zip(written);
    columns
        .map(|((column, proposal), written)| {
            let edited = schema.editable.contains(&column.name) && row.edit(column.name).is_some();
            if edited { proposal } else { written.clone() }
        })
        .collect()
}

/// Returns true if two cells have the same meaning. Words to choose from say it in any case, and
/// `true` in the language of the spreadsheet.
fn same(a: &str, b: &str, kind: CellKind) -> bool {
    let bools = (parse_bool(a), parse_bool(b));
    match kind {
        CellKind::Choice(words) if words.contains(&"true") => {
            bools.0 == bools.1 && (bools.0.is_some() || a == b)
        }
        CellKind::Choice(_) => a.to_lowercase() == b.to_lowercase(),
        CellKind::Text | CellKind::Figure => a.nfc().eq(b.nfc()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_keep_apart_in_a_spreadsheet() {
        for (id, cell) in [
            ("C04AR31GN", "C04AR31GN"),
            ("*", "%2A"),
            ("a*", "a*"),
            (" a ", "%20a%20"),
            ("a b", "a b"),
            ("100%", "100%25"),
            ("%2A", "%252A"),
            ("a\tb", "a%09b"),
            ("", "%"),
        ] {
            assert_eq!(key_cell(id), cell, "{id:?}");
        }
    }

    proptest! {
        #[test]
        fn no_id_names_the_row_of_another(ids in prop::collection::btree_set("[*%2A \\t\\u{a0}a]{0,4}", 0..30)) {
            let cells: BTreeSet<String> = ids.iter().map(|id| key_cell(id).into_owned()).collect();
            prop_assert_eq!(cells.len(), ids.len());
            for cell in cells {
                prop_assert_eq!(cell.trim(), &cell);
                prop_assert_ne!(cell, "*");
            }
        }
    }
}
