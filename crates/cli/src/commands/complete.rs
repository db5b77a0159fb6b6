//! `chatferry complete` and `chatferry unlock`: what an aborted upload left in migration mode.

use chatferry_graph::{Closing, UploadOptions};
use chatferry_model::figures::{count, thousands};
use chatferry_model::finding::Severity;
use serde::Serialize;

use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::findings::{self, FindingRow};
use crate::graph::{self, Watcher};
use crate::runtime::runtime;

/// Ends the sessions of targets whose posts are all there, or of all of them.
pub(crate) fn run(context: &Context, closing: Closing) -> Result<ExitStatus, CliError> {
    #[derive(Serialize)]
    struct Result<'a> {
        closed: u64,
        open: u64,
        places: &'a [chatferry_graph::upload::Closed],
        findings: &'a [FindingRow],
    }

    let options = UploadOptions {
        selection: context.selection.clone(),
        ..UploadOptions::default()
    };
    let folder = context.posts()?;
    let client = graph::client(context)?;
    let (verb, doing) = match closing {
        Closing::Through => ("Completed", "Completing"),
        Closing::All => ("Unlocked", "Unlocking"),
    };
    let watcher = Watcher::new(context.printer, doing, 0);
    let report = runtime()?.block_on(chatferry_graph::close(
        &client,
        &folder,
        &context.work.upload(),
        &options,
        closing,
        &watcher,
    ))?;
    drop(watcher);
    let closed = report.places.iter().filter(|place| place.closed).count() as u64;
    let open = report.places.len() as u64 - closed;
    if report.places.is_empty() {
        context.printer.step(
            verb,
            "nothing: no channel or chat of this upload is in migration mode",
        );
    } else {
        let places = count(report.places.len() as u64, "target");
        context
            .printer
            .step(verb, &format!("{} of {places}", thousands(closed)));
    }
    let rows: Vec<Vec<String>> = report
        .places
        .iter()
        .map(|place| {
            vec![
                place.name.clone(),
                if place.closed { "completed" } else { "open" }.to_owned(),
                thousands(place.missing),
                place.reason.clone().unwrap_or_default(),
            ]
        })
        .collect();
    context
        .printer
        .table(&["target", "state", "posts missing", ""], &rows);
    let seen = FindingRow::all(&report.findings);
    findings::show_seen(context.printer, &seen);
    context.printer.result(&Result {
        closed,
        open,
        places: &report.places,
        findings: &seen,
    })?;
    Ok(ExitStatus::with_errors(
        open + report.findings.count(Severity::Error),
    ))
}
