//! Gathers what the report says from the work folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chatferry_model::finding::Code;
use chatferry_model::manifest::{Manifest, ReadDetails};
use chatferry_model::plan::RenderDetails;
use chatferry_model::sum::Sum;
use serde::de::IgnoredAny;

use super::findings::Groups;
use super::input::ReportInput;
use super::people::People;
use super::places::Places;
use crate::error::PageError;

/// Everything the report says.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// The workspaces, or the source.
    pub(super) title: String,
    /// The name of the source as people write it.
    pub(super) source: String,
    /// The layout of the export in words: "official export".
    pub(super) layout: String,
    /// Names of the exports.
    pub(super) exports: Vec<String>,
    /// The counts of each stage, in order.
    pub(super) stages: Vec<(&'static str, BTreeMap<String, Sum>)>,
    pub(super) findings: Groups,
    /// All finding codes, by id.
    pub(super) codes: BTreeMap<&'static str, &'static Code>,
    pub(super) people: People,
    pub(super) places: Places,
    pub(super) posts: u64,
    pub(super) replies: u64,
    pub(super) file_bytes: u64,
    /// The time the upload takes at least, in seconds, where that can be told.
    pub(super) seconds: Option<f64>,
    /// True if no placeholder is named, though somebody must speak for people without an account.
    pub(super) rehearsal_account: bool,
    /// Files that are still at the source's servers, and their bytes.
    pub(super) remote: (u64, u64),
    /// The tables that people edit, as they are called from the work folder.
    pub(super) tables: Tables,
}

/// Names of the tables in `2-map`, CSV or XLSX.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) people: String,
    pub(super) conversations: String,
}

impl Tables {
    fn of([people, conversations, _]: &[PathBuf; 3]) -> Self {
        let name = |table: &Path| {
            let file = table.file_name().unwrap_or_default();
            format!("2-map/{}", file.to_string_lossy())
        };
        Self {
            people: name(people),
            conversations: name(conversations),
        }
    }
}

/// Gathers it.
///
/// # Errors
/// When a stage's folder is missing or damaged.
pub(super) fn gather(input: ReportInput<'_>) -> Result<Report, PageError> {
    let work = input.work;
    let (read, map, render) = (work.read(), work.map(), work.render());
    let of_read: Manifest<ReadDetails> = Manifest::read(read.root())?;
    let of_map: Manifest<IgnoredAny> = Manifest::read(&map)?;
    let of_render: Manifest<RenderDetails> = Manifest::read(render.root())?;

    let mut stages = vec![("read", of_read.sums)];
    let fetch = work.fetch();
    if let Ok(of_fetch) = Manifest::<IgnoredAny>::read(fetch.root()) {
        stages.push(("fetch", of_fetch.sums));
    }
    stages.push(("map", of_map.sums));
    stages.push(("render", of_render.sums));
    stages.push(("check", input.check_sums.clone()));

    let mut findings = Groups::default();
    for folder in [read.root(), fetch.root(), &map, render.root()] {
        findings.add_folder(folder)?;
    }
    findings.add_all(input.check_findings);
    findings.add_folder(&work.upload())?;

    let details = &of_render.details;
    let exports: Vec<String> = of_read
        .inputs
        .into_keys()
        .filter(|name| name != "settings")
        .collect();
    let source = of_read.details.source_name();
    let names = of_read.details.workspaces.iter();
    let names: Vec<String> = names
        .filter_map(|workspace| workspace.name.clone())
        .collect();
    let sum =
        |of: fn(&chatferry_model::plan::TargetSummary) -> u64| details.targets.iter().map(of).sum();
    Ok(Report {
        title: title(&names, &exports, &source),
        source,
        layout: of_read.details.layout,
        exports,
        stages,
        findings,
        codes: input.codes,
        people: People::gather(&read, input.plan)?,
        places: Places::gather(&read, input.plan, details)?,
        posts: sum(|target| target.posts),
        replies: sum(|target| target.replies),
        file_bytes: sum(|target| target.file_bytes),
        seconds: input.seconds,
        rehearsal_account: details.rehearsal_account,
        remote: (input.remote_files, input.remote_bytes),
        tables: Tables::of(input.tables),
    })
}

impl Report {
    /// Returns the message counts of a stage.
    pub(super) fn messages(&self, stage: &str) -> Sum {
        let of_stage = self.stages.iter().find(|(name, _)| *name == stage);
        of_stage
            .and_then(|(_, sums)| sums.get("messages"))
            .cloned()
            .unwrap_or_default()
    }
}

/// Returns the names of the workspaces, or else of the first export, or else of the source.
fn title(names: &[String], exports: &[String], source: &str) -> String {
    if names.is_empty() {
        let file = exports.first().map_or(source, String::as_str);
        let name = file.split('.').next().filter(|name| !name.is_empty());
        name.unwrap_or(file).to_owned()
    } else {
        names.join(", ")
    }
}
