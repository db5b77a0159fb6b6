//! The input of the report.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chatferry_model::finding::{Code, Findings};
use chatferry_model::folder::WorkFolder;
use chatferry_model::plan::Plan;
use chatferry_model::sum::Sum;

/// The input of the report: the work folder, and what is worked out from it elsewhere.
pub struct ReportInput<'a> {
    /// The work folder.
    pub work: &'a WorkFolder,
    /// The plan of `2-map`.
    pub plan: &'a Plan,
    /// The tables that people edit: people, conversations, teams.
    pub tables: &'a [PathBuf; 3],
    /// The sums of `check`.
    pub check_sums: &'a BTreeMap<String, Sum>,
    /// The findings of `check`.
    pub check_findings: &'a Findings,
    /// All finding codes, by id.
    pub codes: BTreeMap<&'static str, &'static Code>,
    /// The least time that the whole upload takes, in seconds, if it is known.
    pub seconds: Option<f64>,
    /// Files that are still at the source's servers.
    pub remote_files: u64,
    /// The size of these files in bytes.
    pub remote_bytes: u64,
}
