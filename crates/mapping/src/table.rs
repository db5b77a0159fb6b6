//! Tables as CSV: whatever Excel, the Entra portal and PowerShell write, and what Excel opens
//! without harm.
//!
//! Read: UTF-8 with or without BOM, UTF-16 with BOM; comma, semicolon or tab; a `#TYPE` or `sep=`
//! line on top. Written: UTF-8 with BOM, CRLF, comma. A cell that a spreadsheet would take for a
//! formula gets an apostrophe in front, which reading takes away again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

/// A CSV file that can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file system said no.
    #[error("{path}: {error}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What it said.
        #[source]
        error: io::Error,
    },
    /// It is in the code page of one country.
    #[error(
        "{path}:{line}: not Unicode text; save it again as \"CSV UTF-8\" (PowerShell: Export-Csv -Encoding utf8)"
    )]
    Encoding {
        /// Which file.
        path: PathBuf,
        /// The first line that is not.
        line: u64,
    },
    /// A quoted cell never ends, so the rows after it can't be told apart.
    #[error("{path}:{line}: a quotation mark is not closed; close it or take it away")]
    Quote {
        /// Which file.
        path: PathBuf,
        /// Where the last row begins, which holds the rest of the file.
        line: u64,
    },
    /// A column is missing without which the rows mean nothing.
    #[error("{path}: there is no column {column}; {remedy}")]
    Column {
        /// Which file.
        path: PathBuf,
        /// The heading.
        column: &'static str,
        /// How to get it.
        remedy: &'static str,
    },
}

/// A CSV file in memory.
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
        let bytes = fs::read(path).map_err(|error| TableError::Io {
            path: path.to_owned(),
            error,
        })?;
        Self::parse(path, &bytes)
    }

    /// Reads `bytes`, which came from `path`.
    pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<Self, TableError> {
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
            return Ok(Self::default());
        }
        let headings = rows.remove(0).cells;
        rewrap(&mut rows, headings.len(), separator);
        Ok(Self { headings, rows })
    }

    /// The column under one of these headings; case, blanks, hyphens and underscores don't count.
    pub(crate) fn column(&self, names: &[&str]) -> Option<usize> {
        let plain = |heading: &str| {
            heading
                .chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .collect::<String>()
        };
        let headings: Vec<String> = self.headings.iter().map(|h| plain(h)).collect();
        names.iter().find_map(|name| {
            let name = plain(name);
            headings.iter().position(|heading| *heading == name)
        })
    }
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

/// Writes a table for a spreadsheet.
pub(crate) fn write(
    path: &Path,
    headings: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<(), TableError> {
    let failed = |error: io::Error| TableError::Io {
        path: path.to_owned(),
        error,
    };
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    let broken = |error: csv::Error| failed(io::Error::other(error));
    writer.write_record(headings).map_err(broken)?;
    for row in rows {
        writer
            .write_record(row.iter().map(|cell| guard(cell)))
            .map_err(broken)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| failed(io::Error::other(error.to_string())))?;
    fs::write(path, bytes).map_err(failed)
}

/// What makes a spreadsheet take a cell for a formula, and the apostrophe that prevents it.
const DANGEROUS: &[char] = &['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠', '\''];

fn guard(cell: &str) -> String {
    if cell.starts_with(DANGEROUS) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn unguard(cell: &str) -> &str {
    cell.strip_prefix('\'')
        .filter(|rest| rest.starts_with(DANGEROUS))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
        let table = Table::parse(Path::new("t.csv"), bytes).unwrap();
        table
            .rows
            .into_iter()
            .map(|row| (row.line, row.cells))
            .collect()
    }

    fn utf16le(text: &str) -> Vec<u8> {
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn every_dialect_gives_the_same_cells() {
        let expected = vec![(2, vec!["1".to_owned(), "Zoë, \"Z\"".to_owned()])];
        for text in [
            "id,name\r\n1,\"Zoë, \"\"Z\"\"\"\r\n",
            "\u{feff}id,name\n1,\"Zoë, \"\"Z\"\"\"\n",
            "id;name\r\n1;\"Zoë, \"\"Z\"\"\"",
            "id\tname\n1\t\"Zoë, \"\"Z\"\"\"\n",
            "\"id\",\"name\"\n\"1\",\"Zoë, \"\"Z\"\"\"\n\n,\n",
            // A comma-separated file opened and saved by an Excel that separates by semicolons.
            "id,name\n\"1,\"\"Zoë, \"\"\"\"Z\"\"\"\"\"\"\"\n",
        ] {
            assert_eq!(read(text.as_bytes()), expected, "{text}");
            assert_eq!(
                read(&utf16le(text.trim_start_matches('\u{feff}'))),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        let text =
            "#TYPE Microsoft.Graph.User\r\nid;name\r\n1;a\r\n\r\n2;\"two\nlines\"\r\n3;c\r\n";
        let lines: Vec<u64> = read(text.as_bytes()).iter().map(|row| row.0).collect();
        assert_eq!(lines, [3, 5, 7]);
    }

    #[test]
    fn a_code_page_is_refused_by_line() {
        let error = Table::parse(Path::new("t.csv"), b"id,name\n1,Zo\xEB\n").unwrap_err();
        insta::assert_snapshot!(error, @r#"t.csv:2: not Unicode text; save it again as "CSV UTF-8" (PowerShell: Export-Csv -Encoding utf8)"#);
    }

    #[test]
    fn an_open_quote_does_not_swallow_rows_in_silence() {
        let error = Table::parse(Path::new("t.csv"), b"id,name\n1,a\n2,\"b\n3,c\n").unwrap_err();
        insta::assert_snapshot!(error, @"t.csv:3: a quotation mark is not closed; close it or take it away");
    }

    #[test]
    fn formulas_are_disarmed_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        let cells = ["=1+1", "+1", "-1", "@a", "\tx", "'quoted", "plain"];
        write(
            &path,
            &["id", "name"],
            cells.map(|c| vec!["k".into(), c.into()]),
        )
        .unwrap();
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines().skip(1) {
            let cell = line.split_once(',').unwrap().1.trim_start_matches('"');
            assert!(cell.starts_with(['\'', 'p']), "{line}");
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(rows in prop::collection::vec(
            prop::collection::vec("[-=+@'\t\r\n\",; a-cé\\PC]{0,12}", 3), 0..8
        )) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("t.csv");
            let with_key = rows.iter().map(|cells| {
                let mut row = vec!["key".to_owned()];
                row.extend(cells.iter().cloned());
                row
            });
            let expected: Vec<Vec<String>> = with_key.clone().collect();
            write(&path, &["id", "a", "b", "c"], with_key).unwrap();
            let read: Vec<_> = Table::read(&path).unwrap().rows.into_iter().map(|r| r.cells).collect();
            prop_assert_eq!(read, expected);
        }
    }
}
