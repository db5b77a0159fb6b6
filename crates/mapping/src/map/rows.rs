//! The rows of the files that mapping writes.

use std::collections::BTreeSet;
use std::path::Path;

use crate::error::MapError;
use crate::people::Status;
use crate::sheet::{Form, Line, PROPOSED, Sheet, proposed_cells};
use crate::table;

/// The rows of a file and of its copy.
pub(super) struct Rows {
    form: &'static Form,
    pub(super) found: Vec<Vec<String>>,
    proposed: Vec<Vec<String>>,
}

impl Rows {
    pub(super) fn new(form: &'static Form) -> Self {
        Self {
            form,
            found: Vec::new(),
            proposed: Vec::new(),
        }
    }

    /// Adds a row as it is written; `proposal` is chatferry's own word, `row` the one of the last run.
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
    pub(super) fn push_gone(&mut self, sheet: &Sheet, keys: Vec<&str>) {
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
                            if *column == "status" {
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

    pub(super) fn write(self, into: &Path) -> Result<(), MapError> {
        table::write(&into.join(self.form.file), self.form.columns, self.found)?;
        table::write(
            &into.join(PROPOSED).join(self.form.file),
            self.form.columns,
            self.proposed,
        )?;
        Ok(())
    }
}

/// The rows that stand for nothing of the export any more.
pub(super) fn gone<'a>(sheet: &'a Sheet, there: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let there: BTreeSet<&str> = there.collect();
    sheet
        .rows()
        .map(|row| row.key())
        .filter(|key| !there.contains(key))
        .collect()
}
