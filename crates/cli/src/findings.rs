//! Findings as the terminal shows them: by code, with counts.

use std::collections::BTreeMap;
use std::path::Path;

use chatferry_model::figures::thousands;
use chatferry_model::finding::{Code, Finding, Findings, Severity, Stage};
use chatferry_model::jsonl::{Format, JsonlError, JsonlReader, JsonlWriter};
use fs_err as fs;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::error::CliError;
use crate::printer::Printer;

/// All codes there are, for `explain`: by id.
pub(crate) fn codes() -> BTreeMap<&'static str, &'static Code> {
    [
        chatferry_readers::codes::CODES,
        chatferry_fetch::codes::CODES,
        chatferry_mapping::codes::CODES,
        chatferry_render::codes::CODES,
        chatferry_graph::codes::CODES,
    ]
    .into_iter()
    .flatten()
    .map(|code| (code.id, *code))
    .collect()
}

/// A finding, apart from the file it was read from.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FindingRow {
    /// The code.
    pub(crate) code: String,
    /// The severity.
    pub(crate) severity: Severity,
    /// The stage that reported it.
    pub(crate) stage: Stage,
    /// The first message.
    pub(crate) message: String,
    /// The number of occurrences.
    pub(crate) count: u64,
}

impl FindingRow {
    /// The lines of a collector.
    pub(crate) fn all(findings: &Findings) -> Vec<Self> {
        findings.lines().iter().map(Self::of).collect()
    }

    fn of(finding: &Finding<'_>) -> Self {
        Self {
            code: finding.code.to_string(),
            severity: finding.severity,
            stage: finding.stage,
            message: finding.message.to_string(),
            count: finding.count,
        }
    }
}

/// The findings of a stage's folder.
///
/// # Errors
/// When `findings.jsonl` is damaged. Without one there are none.
pub(crate) fn of_folder(folder: &Path) -> Result<Vec<FindingRow>, CliError> {
    let path = folder.join("findings.jsonl");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut reader = JsonlReader::open(&path, Format::FINDINGS)?;
    let mut seen = Vec::new();
    while let Some(chunk) = reader.next_chunk()? {
        for (number, line) in chunk.lines() {
            let finding: Finding<'_> = chunk.parse(number, line)?;
            seen.push(FindingRow::of(&finding));
        }
    }
    Ok(seen)
}

/// Writes what a stage found into a folder that an earlier one has its findings in; those stay,
/// unless they can't be read. The file takes its place when it is whole.
///
/// # Errors
/// When `findings.jsonl` can't be written.
pub(crate) fn write(folder: &Path, stage: Stage, findings: &Findings) -> Result<(), CliError> {
    let path = folder.join("findings.jsonl");
    let beside = folder.join("findings.jsonl.new");
    let mut writer = JsonlWriter::create(&beside, Format::FINDINGS, None::<&()>)?;
    for finding in earlier(&path, stage).unwrap_or_default() {
        writer.write(&finding)?;
    }
    for finding in findings.lines() {
        writer.write(&finding)?;
    }
    writer.finish()?;
    Ok(fs::rename(&beside, &path)?)
}

/// Reads the findings of the stages before that one.
fn earlier(path: &Path, stage: Stage) -> Result<Vec<Box<RawValue>>, JsonlError> {
    let mut reader = JsonlReader::open(path, Format::FINDINGS)?;
    let mut found = Vec::new();
    while let Some(chunk) = reader.next_chunk()? {
        for (number, line) in chunk.lines() {
            if chunk.parse::<Finding<'_>>(number, line)?.stage < stage {
                found.push(chunk.parse(number, line)?);
            }
        }
    }
    Ok(found)
}

/// Shows the findings of stages' folders.
///
/// # Errors
/// When one is damaged.
pub(crate) fn show(printer: Printer, folders: &[&Path]) -> Result<(), CliError> {
    let mut seen = Vec::new();
    for folder in folders {
        seen.extend(of_folder(folder)?);
    }
    show_seen(printer, &seen);
    Ok(())
}

/// Shows findings by code with their counts, the worst first.
pub(crate) fn show_seen(printer: Printer, findings: &[FindingRow]) {
    let mut by_code: BTreeMap<(Severity, &str), (u64, &str)> = BTreeMap::new();
    for finding in findings {
        by_code
            .entry((finding.severity, &finding.code))
            .or_insert((0, &finding.message))
            .0 += finding.count;
    }
    if by_code.is_empty() {
        return;
    }
    let codes = codes();
    let rows: Vec<Vec<String>> = by_code
        .iter()
        .map(|((severity, code), (count, message))| {
            let summary = codes.get(code).map_or(*message, |code| code.summary);
            vec![
                (*code).to_owned(),
                thousands(*count),
                severity.to_string(),
                summary.to_owned(),
            ]
        })
        .collect();
    printer.table(&["finding", "count", "severity", "meaning"], &rows);
    printer.plain(
        "\nDetails: findings.jsonl in each stage's folder. What a code means: `chatferry explain CODE`",
    );
}
