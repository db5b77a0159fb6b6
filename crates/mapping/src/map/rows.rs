//! The rows of the files that mapping writes.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use crate::editable_table::{EditableTable, Line, TableSchema, proposed_cells};
use crate::error::MapError;
use crate::people::Status;
use crate::table::{Sheets, Table};

/// The rows of a file and of its copy.
pub(super) struct Rows {
    form: &'static TableSchema,
    pub(super) found: Vec<Vec<String>>,
    proposed: Vec<Vec<String>>,
}

impl Rows {
    pub(super) fn new(form: &'static TableSchema) -> Self {
        Self {
            form,
            found: Vec::new(),
            proposed: Vec::new(),
        }
    }

    /// Adds a row as it is written; `proposal` is chatferry's own word, `row` the one of the last
    /// run.
    pub(super) fn push(
        &mut self,
        row: Option<Line<'_>>,
        proposal: Vec<String>,
        written: Vec<String>,
    ) {
        self.proposed
            .push(proposed_cells(row, self.form, proposal, &written));
        self.found.push(written);
    }

    /// Keeps rows that stand for nothing any more.
    pub(super) fn push_gone(&mut self, sheet: &EditableTable, keys: Vec<&str>) {
        for key in keys {
            for (row, rows) in [
                (sheet.row(key), &mut self.found),
                (sheet.proposal(key), &mut self.proposed),
            ] {
                let Some(row) = row else { continue };
                let cells = self.form.columns.iter().zip(row.cells());
                rows.push(
                    cells
                        .map(|(column, cell)| {
                            if column.name == "status" {
                                Status::Gone.as_str().to_owned()
                            } else {
                                cell
                            }
                        })
                        .collect(),
                );
            }
        }
    }

    pub(super) fn write(self, sheets: Sheets, into: &Path) -> Result<(), MapError> {
        let Self {
            form,
            found,
            proposed,
        } = self;
        Table::write(&into.join(form.file(sheets)), form.columns, found)?;
        Table::write(&form.copy(into), form.columns, proposed)?;
        Ok(())
    }
}

/// The rows that stand for nothing of the export any more.
pub(super) fn gone<'a, 'b>(
    sheet: &'a EditableTable,
    there: impl Iterator<Item = Cow<'b, str>>,
) -> Vec<&'a str> {
    let there: BTreeSet<Cow<'_, str>> = there.collect();
    sheet
        .rows()
        .map(|row| row.key())
        .filter(|key| !there.contains(*key))
        .collect()
}
