//! `chatferry status`: how far the stages and the upload have come.

use std::path::{Path, PathBuf};

use chatferry_graph::Status;
use chatferry_model::manifest::Manifest;
use serde::Serialize;
use serde::de::IgnoredAny;

use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::printer::{count, thousands};

/// Runs the command.
pub(crate) fn run(context: &Context) -> Result<ExitStatus, CliError> {
    let folders = [
        ("read", context.work.read().root().to_owned()),
        ("map", context.work.map()),
        ("render", context.work.render().root().to_owned()),
    ];
    let stages: Vec<StageStatus> = folders
        .iter()
        .map(|(stage, folder)| StageStatus::of(stage, folder))
        .collect();
    let upload = chatferry_graph::status(&context.work.upload())?;

    let rows: Vec<Vec<String>> = stages.iter().map(StageStatus::row).collect();
    context
        .printer
        .table(&["stage", "state", "in", "out", "findings"], &rows);
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

fn show_upload(context: &Context, upload: &Status) {
    let totals = &upload.totals;
    context.printer.plain(&format!(
        "\nUpload: {} of {} are in Teams.",
        thousands(totals.there()),
        count(totals.posts, "post")
    ));
    let rows: Vec<Vec<String>> = upload
        .targets
        .iter()
        .map(|target| {
            vec![
                target.place.key.to_string(),
                target.place.state.to_owned(),
                thousands(target.counts.there()),
                thousands(target.counts.posts),
                thousands(target.counts.refused),
                target.place.reason.clone().unwrap_or_default(),
            ]
        })
        .collect();
    context
        .printer
        .table(&["target", "state", "posts", "of", "refused", ""], &rows);
}

/// A stage in figures.
#[derive(Serialize)]
struct StageStatus {
    stage: &'static str,
    folder: PathBuf,
    /// `done`, `missing`, or what is wrong with it.
    state: String,
    messages_in: u64,
    messages_out: u64,
    findings: u64,
}

impl StageStatus {
    fn of(stage: &'static str, folder: &Path) -> Self {
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
                    status.state = "done".to_owned();
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
