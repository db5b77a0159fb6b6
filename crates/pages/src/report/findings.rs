//! Findings by code, with the first examples of each.

use std::collections::BTreeMap;
use std::path::Path;

use chatferry_model::finding::{Finding, Findings, Severity, Stage};
use chatferry_model::jsonl::{Format, JsonlReader};

use crate::error::PageError;

/// Examples shown of each code.
const EXAMPLES: usize = 5;

/// All findings, the worst first, then by code.
#[derive(Debug, Default)]
pub(super) struct Groups(BTreeMap<(Severity, String), Group>);

/// The findings of one code.
#[derive(Debug)]
pub(super) struct Group {
    /// The stage that finds such.
    pub(super) stage: Stage,
    /// The number of them.
    pub(super) count: u64,
    /// The first of them.
    pub(super) examples: Vec<Example>,
}

/// One finding.
#[derive(Debug)]
pub(super) struct Example {
    pub(super) conversation: Option<String>,
    pub(super) file: Option<String>,
    pub(super) ts: Option<String>,
    /// The message of the finding.
    pub(super) message: String,
    /// The number of occurrences.
    pub(super) count: u64,
}

impl Groups {
    /// Adds those of a stage's folder, if it is there.
    ///
    /// # Errors
    /// When the file is damaged.
    pub(super) fn add_folder(&mut self, folder: &Path) -> Result<(), PageError> {
        let path = folder.join("findings.jsonl");
        if !path.exists() {
            return Ok(());
        }
        let mut reader = JsonlReader::open(&path, Format::FINDINGS)?;
        while let Some(chunk) = reader.next_chunk()? {
            for (number, line) in chunk.lines() {
                self.add(&chunk.parse(number, line)?);
            }
        }
        Ok(())
    }

    /// Adds those of a collector.
    pub(super) fn add_all(&mut self, findings: &Findings) {
        for finding in findings.lines() {
            self.add(&finding);
        }
    }

    fn add(&mut self, finding: &Finding<'_>) {
        let key = (finding.severity, finding.code.to_string());
        let group = self.0.entry(key).or_insert_with(|| Group {
            stage: finding.stage,
            count: 0,
            examples: Vec::new(),
        });
        group.count += finding.count;
        if group.examples.len() < EXAMPLES {
            let place = &finding.place;
            group.examples.push(Example {
                conversation: place.conversation.as_ref().map(ToString::to_string),
                file: place.file.as_ref().map(ToString::to_string),
                ts: place.ts.as_ref().map(ToString::to_string),
                message: finding.message.to_string(),
                count: finding.count,
            });
        }
    }

    /// Each with its severity and code.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Severity, &str, &Group)> {
        let groups = self.0.iter();
        groups.map(|((severity, code), group)| (*severity, code.as_str(), group))
    }

    /// Returns the number of findings that have that severity.
    pub(super) fn count(&self, severity: Severity) -> u64 {
        self.iter()
            .filter(|(of, _, _)| *of == severity)
            .map(|(_, _, group)| group.count)
            .sum()
    }
}
