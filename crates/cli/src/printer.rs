//! Everything that is printed goes through here: data to stdout, the rest to stderr.

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use crate::args::Color;
use crate::error::CliError;

const GREEN: Style = AnsiColor::Green.on_default().bold();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default();

/// Decides once what is shown, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer {
    quiet: bool,
    json: bool,
    live: bool,
}

impl Printer {
    /// `quiet`: errors only. `json`: results as JSON on stdout.
    pub(crate) fn new(color: Color, quiet: bool, json: bool) -> Self {
        match color {
            Color::Auto => {}
            Color::Always => anstream::ColorChoice::Always.write_global(),
            Color::Never => anstream::ColorChoice::Never.write_global(),
        }
        Self {
            quiet,
            json,
            live: io::stderr().is_terminal() && !quiet,
        }
    }

    /// Returns true if the terminal can show progress bars.
    pub(crate) fn is_live(self) -> bool {
        self.live
    }

    /// Returns true if anything but errors is wanted.
    pub(crate) fn is_quiet(self) -> bool {
        self.quiet
    }

    /// `verb  what`, with the verb in green: a step that is done.
    pub(crate) fn step(self, verb: &str, what: &str) {
        self.line(GREEN, verb, what);
    }

    /// `verb  what`, with the verb in yellow: something to look at.
    pub(crate) fn note(self, verb: &str, what: &str) {
        self.line(YELLOW, verb, what);
    }

    /// A plain line.
    pub(crate) fn plain(self, text: &str) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr().lock(), "{text}");
        }
    }

    fn line(self, style: Style, verb: &str, what: &str) {
        if !self.quiet {
            let _ = writeln!(
                anstream::stderr().lock(),
                "{style}{verb:>10}{style:#} {what}"
            );
        }
    }

    /// A table with right-aligned numbers, preceded by an empty line.
    pub(crate) fn table(self, header: &[&str], rows: &[Vec<String>]) {
        if self.quiet || rows.is_empty() {
            return;
        }
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(header);
        for row in rows {
            table.add_row(row);
        }
        for (number, column) in table.column_iter_mut().enumerate() {
            if number > 0
                && rows
                    .iter()
                    .all(|row| row.get(number).is_none_or(|cell| is_number(cell)))
            {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let _ = writeln!(anstream::stderr().lock(), "\n{}", table.trim_fmt());
    }

    /// The result of a command: with `--json` on stdout, in one line.
    ///
    /// # Errors
    /// When stdout is closed.
    pub(crate) fn result<T: Serialize>(self, result: &T) -> Result<(), CliError> {
        if !self.json {
            return Ok(());
        }
        let text = serde_json::to_string(result).map_err(|e| CliError::bug(e.to_string()))?;
        self.data(&text)
    }

    /// Data, on stdout. A closed pipe ends the program quietly, as it does for other tools.
    ///
    /// # Errors
    /// When stdout can't be written.
    pub(crate) fn data(self, text: &str) -> Result<(), CliError> {
        match writeln!(io::stdout().lock(), "{text}") {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(CliError::system("stdout", &error))
            }
            _ => Ok(()),
        }
    }

    /// An error, and what to do about it.
    pub(crate) fn error(self, error: &CliError) {
        let mut out = anstream::stderr().lock();
        let _ = writeln!(out, "{RED}error{RED:#}: {}", error.message);
        if let Some(hint) = &error.hint {
            let _ = writeln!(out, "\n{CYAN}hint{CYAN:#}: {hint}");
        }
    }
}

/// Returns true if a cell is a number, perhaps with a unit; empty ones don't speak against it. Ids
/// that begin with a digit are none.
fn is_number(cell: &str) -> bool {
    let first = cell.split(' ').next().unwrap_or_default();
    let begins = cell.is_empty() || cell.starts_with(|c: char| c.is_ascii_digit());
    begins
        && first
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_recognised() {
        for number in ["", "7", "1,234", "1.5 MB"] {
            assert!(is_number(number), "{number}");
        }
        for text in ["19:ab@thread.v2", "0c94aac8-2217", "12abc", "done"] {
            assert!(!is_number(text), "{text}");
        }
    }
}
