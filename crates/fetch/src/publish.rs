//! The output that later stages and the report read: `files.jsonl`, findings and manifest.

use chatferry_model::finding::Stage;
use chatferry_model::folder::FetchFolder;
use chatferry_model::jsonl::{Format, JsonlWriter};
use chatferry_model::manifest::Manifest;
use serde::{Deserialize, Serialize};

use crate::error::FetchError;
use crate::journal::FetchJournal;
use crate::worker_pool::Report;

/// The details of the manifest of `1-fetch`.
#[derive(Debug, Serialize, Deserialize)]
pub struct FetchDetails {
    /// Bytes of all that was fetched.
    bytes: u64,
}

/// Writes the output of a run; `read` is the hash of the manifest of `1-read`.
///
/// # Errors
/// When a file can't be written.
pub fn publish(
    folder: &FetchFolder,
    journal: &FetchJournal,
    report: &Report,
    read: String,
) -> Result<Manifest<FetchDetails>, FetchError> {
    let bytes = journal.files().values().map(|file| file.bytes).sum();
    let mut manifest = Manifest::new(Stage::Fetch, FetchDetails { bytes });
    manifest.inputs.insert("1-read".to_owned(), read);
    manifest.sums.insert("files".to_owned(), report.sum.clone());
    let totals = report.findings.totals();
    manifest.findings = totals
        .map(|(code, count)| (code.id.to_owned(), count))
        .collect();
    let path = folder.root().join("findings.jsonl");
    let mut writer = JsonlWriter::create(&path, Format::FINDINGS, None::<&()>)?;
    for finding in report.findings.lines() {
        writer.write(&finding)?;
    }
    manifest.files = [
        ("files.jsonl".to_owned(), journal.publish()?),
        ("findings.jsonl".to_owned(), writer.finish()?),
    ]
    .into();
    manifest.write(folder.root())?;
    Ok(manifest)
}
