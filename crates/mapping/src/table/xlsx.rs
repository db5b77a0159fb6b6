//! Tables as Excel's workbooks: the first sheet, its first row the headings.
//!
//! Every cell that is read back is text, so that no id loses its zeros and no name becomes a date.

use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader, Xlsx};
use rust_xlsxwriter::{
    DataValidation, DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError,
};

use super::{CellKind, Column, Row, Table, TableError};

/// The most characters that a cell of a workbook holds.
const CELL: usize = 32_767;
/// The narrowest and the widest column, in characters.
const WIDTHS: (usize, usize) = (8, 48);
/// Rows below the last one that have the drop-down of choices too, for rows to be added.
const SPARE_ROWS: u32 = 200;

/// Returns true if the bytes begin like a workbook, of this format or an older one.
pub(super) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0])
}

/// Reads `bytes`, which came from `path`.
pub(super) fn parse(path: &Path, bytes: Vec<u8>) -> Result<Table, TableError> {
    let broken = |reason: String| TableError::Workbook {
        path: path.to_owned(),
        reason,
    };
    let mut workbook: Xlsx<_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(error.to_string()))?;
    let range = workbook
        .worksheet_range_at(0)
        .ok_or_else(|| broken("it has no sheet".to_owned()))?
        .map_err(|error| broken(error.to_string()))?;
    let top = range.start().map_or(0, |(row, _)| u64::from(row));
    let mut rows = Vec::new();
    for (line, row) in (top + 1..).zip(range.rows()) {
        let cells: Vec<String> = row.iter().map(text).collect();
        if cells.iter().any(|cell| !cell.trim().is_empty()) {
            rows.push(Row { line, cells });
        }
    }
    if rows.is_empty() {
        return Ok(Table::default());
    }
    let headings = rows.remove(0).cells;
    Ok(Table { headings, rows })
}

/// A cell as people see it.
fn text(cell: &Data) -> String {
    match cell {
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(truth) => truth.to_string(),
        Data::DateTime(time) => time.to_string(),
        Data::Error(error) => error.to_string(),
        Data::Empty => String::new(),
    }
}

/// The content of a workbook with one sheet.
pub(super) fn bytes(
    path: &Path,
    columns: &[Column],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<Vec<u8>, TableError> {
    workbook(columns, rows).map_err(|error| TableError::Workbook {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

fn workbook(
    columns: &[Column],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The same rows give the same bytes.
    let made = ExcelDateTime::from_ymd(2020, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let text = Format::new().set_num_format("@");
    let heading = Format::new().set_bold().set_num_format("@");
    let sheet = workbook.add_worksheet();
    let mut widths: Vec<usize> = columns.iter().map(|column| column.name.len()).collect();
    for (at, column) in (0..).zip(columns) {
        sheet.write_string_with_format(0, at, column.name, &heading)?;
        if column.kind != CellKind::Figure {
            sheet.set_column_format(at, &text)?;
        }
    }
    let mut last = 0;
    for (line, row) in (1..).zip(rows) {
        last = line;
        for (at, ((cell, column), width)) in (0..).zip(row.iter().zip(columns).zip(&mut widths)) {
            *width = (*width).max(cell.chars().count());
            write(sheet, (line, at), cell, *column, &text)?;
        }
    }
    for (at, (column, width)) in (0..).zip(columns.iter().zip(widths)) {
        let width = u32::try_from(width.clamp(WIDTHS.0, WIDTHS.1) + 2).unwrap_or(u32::MAX);
        sheet.set_column_width(at, width)?;
        if let CellKind::Choice(words) = column.kind {
            let choices = DataValidation::new()
                .allow_list_strings(words)?
                .set_error_message(format!("Choose one of: {}", words.join(", ")))?;
            sheet.add_data_validation(1, at, last + SPARE_ROWS, at, &choices)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    if let (Ok(end), true) = (u16::try_from(columns.len().saturating_sub(1)), last > 0) {
        sheet.autofilter(0, 0, last, end)?;
    }
    workbook.save_to_buffer()
}

fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &str,
    about: Column,
    text: &Format,
) -> Result<(), XlsxError> {
    let number = Some(cell)
        .filter(|_| about.kind == CellKind::Figure)
        .and_then(|cell| cell.parse::<u32>().ok());
    if let Some(number) = number {
        sheet.write_number(row, column, number)?;
    } else if !cell.is_empty() {
        // What XML can't hold says nothing to anybody.
        let shown = cell.chars().filter(|c| !c.is_control() || *c == '\n');
        let shown: String = shown.take(CELL).collect();
        sheet.write_string_with_format(row, column, shown, text)?;
    }
    Ok(())
}
