//! `chatferry status`: how far the stages and the upload have come.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chatferry_graph::Status;
use chatferry_model::figures::{count, thousands};
use chatferry_model::manifest::Manifest;
use chatferry_model::plan::RenderDetails;
use serde::Serialize;
use serde::de::IgnoredAny;

use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::stage::{Inputs, hash_file, hash_value};

/// Runs the command.
pub(crate) fn run(context: &Context) -> Result<ExitStatus, CliError> {
    let folders = [
        ("read", context.work.read().root().to_owned()),
        ("map", context.work.map()),
        ("render", context.work.render().root().to_owned()),
    ];
    let stages: Vec<StageStatus> = folders
        .iter()
        .map(|(stage, folder)| StageStatus::of(context, stage, folder))
        .collect();
    let upload = chatferry_graph::status(&context.work.upload())?;

    let rows: Vec<Vec<String>> = stages.iter().map(StageStatus::row).collect();
    context
        .printer
        .table(&["stage", "state", "in", "out", "findings"], &rows);
    for stage in stages.iter().filter(|stage| stage.state == OUTDATED) {
        let again = context.shell_command(stage.stage);
        let hint = format!(
            "The inputs of {} have changed since it ran: run `{again}`",
            stage.stage
        );
        context.printer.plain(&hint);
    }
    match &upload {
        None => context.printer.plain("\nNothing was uploaded yet."),
        Some(upload) => show_upload(context, upload),
    }

    #[derive(Serialize)]
    struct Result<'a> {
        stages: &'a [StageStatus],
        upload: &'a Option<Status>,
    }
    context.printer.result(&Result {
        stages: &stages,
        upload: &upload,
    })?;
    Ok(ExitStatus::Done)
}

/// The state of a stage whose inputs have changed since it ran.
const OUTDATED: &str = "outdated";

fn show_upload(context: &Context, upload: &Status) {
    let totals = &upload.totals;
    context.printer.plain(&format!(
        "\nUpload: {} of {} are in Teams.",
        thousands(totals.there()),
        count(totals.posts, "post")
    ));
    let names = names(context);
    let rows: Vec<Vec<String>> = upload
        .targets
        .iter()
        .map(|target| {
            let key = target.place.key.as_str();
            vec![
                names.get(key).map_or(key, String::as_str).to_owned(),
                target
                    .team
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                target.place.state.to_owned(),
                thousands(target.counts.there()),
                thousands(target.counts.posts),
                thousands(target.counts.refused),
                target.place.reason.clone().unwrap_or_default(),
            ]
        })
        .collect();
    context.printer.table(
        &["target", "team", "state", "posts", "of", "refused", ""],
        &rows,
    );
}

/// Returns the names of targets by key, as far as `3-render` has them.
pub(crate) fn names(context: &Context) -> BTreeMap<String, String> {
    let manifest = Manifest::<RenderDetails>::read(context.work.render().root());
    let targets = manifest.map(|manifest| manifest.details.targets);
    targets
        .unwrap_or_default()
        .iter()
        .map(|summary| {
            (
                summary.target.key.to_string(),
                summary.target.name().to_owned(),
            )
        })
        .collect()
}

/// A stage in figures.
#[derive(Serialize)]
struct StageStatus {
    stage: &'static str,
    folder: PathBuf,
    /// `done`, `outdated`, `missing`, or what is wrong with it.
    state: String,
    messages_in: u64,
    messages_out: u64,
    findings: u64,
}

impl StageStatus {
    fn of(context: &Context, stage: &'static str, folder: &Path) -> Self {
        let mut status = Self {
            stage,
            folder: folder.to_owned(),
            state: "missing".to_owned(),
            messages_in: 0,
            messages_out: 0,
            findings: 0,
        };
        if folder.join("manifest.json").exists() {
            match Manifest::<IgnoredAny>::read(folder) {
                Ok(manifest) => {
                    let outdated = is_outdated(context, &manifest.inputs);
                    status.state = if outdated { OUTDATED } else { "done" }.to_owned();
                    if let Some(sum) = manifest.sums.get("messages") {
                        (status.messages_in, status.messages_out) = (sum.input, sum.output);
                    }
                    status.findings = manifest.findings.values().sum();
                }
                Err(error) => status.state = error.to_string(),
            }
        }
        status
    }

    fn row(&self) -> Vec<String> {
        vec![
            self.stage.to_owned(),
            self.state.clone(),
            thousands(self.messages_in),
            thousands(self.messages_out),
            thousands(self.findings),
        ]
    }
}

/// Returns true if what a stage was made from within the work folder has changed since.
pub(crate) fn is_outdated(context: &Context, inputs: &Inputs) -> bool {
    let map = context.work.map();
    inputs.iter().any(|(name, then)| {
        let now = match name.as_str() {
            "1-read" => hash_file(&context.work.read().root().join("manifest.json")),
            "2-map" => hash_file(&map.join("manifest.json")),
            "edits" => chatferry_mapping::edits(&map)
                .map_err(CliError::from)
                .and_then(|edits| hash_value(&format!("{edits:?}"))),
            "1-fetch/files.jsonl" => hash_file(&context.work.fetch().files()),
            name => match name.strip_prefix("2-map/") {
                Some(table) => table_hash(&map, table),
                None => return false,
            },
        };
        now.ok().as_ref() != Some(then)
    })
}

fn table_hash(map: &Path, name: &str) -> Result<String, CliError> {
    let tables = chatferry_mapping::tables(map)?;
    let table = tables
        .iter()
        .find(|table| table.file_stem().is_some_and(|stem| stem == name));
    hash_file(table.ok_or_else(|| CliError::missing_stage(map))?)
}
