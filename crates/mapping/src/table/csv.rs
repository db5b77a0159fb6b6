//! Tables as CSV.
//!
//! Read: UTF-8 with or without BOM, UTF-16 with BOM; comma, semicolon or tab; a `#TYPE` or `sep=`
//! line on top. Written: UTF-8 with BOM, CRLF, comma. A cell that a spreadsheet would take for a
//! formula, or for a number or date that it then writes in its own way, gets an apostrophe in
//! front, which reading takes away again.

use std::io;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

use super::csv_injection::is_changed_by_spreadsheets;
use super::{CellKind, Column, Row, Table, TableError};

/// Reads `bytes`, which came from `path`.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Table, TableError> {
    let text = decode(bytes).map_err(|line| TableError::Encoding {
        path: path.to_owned(),
        line,
    })?;
    let (text, above, separator) = below_preamble(&text);
    let separator = separator.unwrap_or_else(|| sniff(text));
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut lines = LineCounter::new(text);
    let mut record = StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                return Err(TableError::Io {
                    path: path.to_owned(),
                    error: io::Error::other(error),
                });
            }
        }
        let start = record.position().map_or(0, csv::Position::byte);
        let line = above + lines.up_to(usize::try_from(start).unwrap_or(usize::MAX));
        let cells: Vec<String> = record.iter().map(|cell| unguard(cell).to_owned()).collect();
        if cells.iter().any(|cell| !cell.trim().is_empty()) {
            rows.push(Row { line, cells });
        }
    }
    if text.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 {
        return Err(TableError::Quote {
            path: path.to_owned(),
            line: rows.last().map_or(1, |row| row.line),
        });
    }
    if rows.is_empty() {
        return Ok(Table::default());
    }
    let headings = rows.remove(0).cells;
    rewrap(&mut rows, headings.len(), separator);
    Ok(Table { headings, rows })
}

/// Counts lines as an editor does. The parser's own count stands before the line feed that ends
/// the row above, and before empty lines.
struct LineCounter<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> LineCounter<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    /// The line of the row that begins at `byte`, or after the line ends there.
    fn up_to(&mut self, byte: usize) -> u64 {
        while let Some(c) = self.text.get(self.at)
            && (self.at < byte || matches!(c, b'\r' | b'\n'))
        {
            self.line += u64::from(*c == b'\n');
            self.at += 1;
        }
        self.line
    }
}

/// The content of a file that a spreadsheet opens without harm.
pub(super) fn bytes(
    columns: &[Column],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> io::Result<Vec<u8>> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(columns.iter().map(|column| column.name))?;
    for row in rows {
        let cells = row.iter().zip(columns);
        writer.write_record(cells.map(|(cell, column)| guard(cell, column.kind)))?;
    }
    writer
        .into_inner()
        .map_err(|error| io::Error::other(error.to_string()))
}

/// The cell with an apostrophe in front, where it needs one. Figures may become what they are, and
/// words to choose from are understood however they come back.
fn guard(cell: &str, kind: CellKind) -> String {
    if kind == CellKind::Text && is_changed_by_spreadsheets(cell) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn unguard(cell: &str) -> &str {
    cell.strip_prefix('\'')
        .filter(|rest| is_changed_by_spreadsheets(rest))
        .unwrap_or(cell)
}

/// The text of a file by its byte-order mark; else UTF-8. Fails with the first line that is not.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, u64> {
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = rest.chunks(2).map(|pair| match pair {
            [a, b] => unit([*a, *b]),
            _ => 0xDC00, // Half a character: an error like any other.
        });
        let mut text = String::with_capacity(rest.len() / 2);
        for c in char::decode_utf16(units) {
            let Ok(c) = c else {
                return Err(1 + text.matches('\n').count() as u64);
            };
            text.push(c);
        }
        Ok(text)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Result<String, u64> {
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|error| {
            let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
            1 + good.iter().filter(|byte| **byte == b'\n').count() as u64
        })
}

/// The text below PowerShell's `#TYPE` and Excel's `sep=;`, how many lines those were, and the
/// separator if one of them says it.
fn below_preamble(text: &str) -> (&str, u64, Option<u8>) {
    let (mut rest, mut above, mut separator) = (text, 0, None);
    loop {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let line = line.trim_end_matches('\r').trim_matches('"');
        if let Some(said) = line.strip_prefix("sep=") {
            separator = said.bytes().next().filter(u8::is_ascii);
        } else if !line.starts_with("#TYPE") {
            return (rest, above, separator);
        }
        (rest, above) = (after, above + 1);
    }
}

/// The separator that is most frequent in the headings.
fn sniff(text: &str) -> u8 {
    let headings = text.trim_start().lines().next().unwrap_or_default();
    let mut quoted = false;
    let mut counts = [(0, b','), (0, b';'), (0, b'\t')];
    for byte in headings.bytes() {
        quoted ^= byte == b'"';
        for (count, separator) in &mut counts {
            *count += usize::from(byte == *separator && !quoted);
        }
    }
    let most = counts.iter().rev().max_by_key(|(count, _)| *count);
    most.map_or(b',', |(_, separator)| *separator)
}

/// An Excel that separates by semicolons shows a comma-separated row in one cell, and quotes it as
/// one when it saves: such rows are taken apart.
fn rewrap(rows: &mut [Row], columns: usize, separator: u8) {
    for row in rows {
        if columns < 2 || !row.cells.iter().skip(1).all(String::is_empty) {
            continue;
        }
        let Some(only) = row
            .cells
            .first()
            .filter(|c| c.as_bytes().contains(&separator))
        else {
            continue;
        };
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(only.as_bytes());
        if let Some(Ok(inner)) = reader.records().next() {
            row.cells = inner.iter().map(|cell| unguard(cell).to_owned()).collect();
        }
    }
}
