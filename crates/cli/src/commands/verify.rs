//! `chatferry verify`: Teams against the posts, one by one.

use chatferry_graph::{VerifyOptions, VerifyReport};
use chatferry_model::figures::{count, thousands};
use chatferry_model::finding::{Severity, Stage};
use serde::Serialize;

use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::findings::{self, FindingRow};
use crate::graph::{self, Watcher};
use crate::runtime::runtime;

/// Runs the command.
pub(crate) fn run(context: &Context) -> Result<ExitStatus, CliError> {
    let folder = context.posts()?;
    let client = graph::client(context)?;
    let options = VerifyOptions {
        selection: context.selection.clone(),
    };
    let watcher = Watcher::new(context.printer, "Verifying", 0);
    let report = runtime()?.block_on(chatferry_graph::verify(
        &client,
        &folder,
        &context.work.upload(),
        &options,
        &watcher,
    ))?;
    drop(watcher);
    findings::write(&context.work.upload(), Stage::Verify, &report.findings)?;
    show(context, &report);
    let seen = FindingRow::all(&report.findings);
    findings::show_seen(context.printer, &seen);
    context.printer.result(&Compared::of(&report, &seen))?;
    Ok(status(&report))
}

/// Done, or done with differences.
pub(crate) fn status(report: &VerifyReport) -> ExitStatus {
    let unequal = u64::from(!report.is_equal());
    ExitStatus::with_errors(report.findings.count(Severity::Error) + unequal)
}

/// A comparison for scripts.
#[derive(Serialize)]
pub(crate) struct Compared<'a> {
    is_equal: bool,
    #[serde(flatten)]
    totals: chatferry_graph::verify::Verified,
    seconds: f64,
    calls: u64,
    targets: &'a [chatferry_graph::verify::TargetVerified],
    findings: &'a [FindingRow],
}

impl<'a> Compared<'a> {
    /// The report in that shape.
    pub(crate) fn of(report: &'a VerifyReport, findings: &'a [FindingRow]) -> Self {
        Self {
            is_equal: report.is_equal(),
            totals: report.totals,
            seconds: report.seconds,
            calls: report.calls,
            targets: &report.targets,
            findings,
        }
    }
}

/// A line, and a table of what is not as it was sent.
pub(crate) fn show(context: &Context, report: &VerifyReport) {
    let totals = report.totals;
    let what = format!(
        "{} of {} are in Teams as they were sent",
        thousands(totals.equal),
        count(totals.posts, "post")
    );
    if report.is_equal() {
        context.printer.step("Verified", &what);
    } else {
        context.printer.note("Verified", &what);
    }
    let rows: Vec<Vec<String>> = report
        .targets
        .iter()
        .filter(|target| target.counts.equal != target.counts.posts || target.counts.extra > 0)
        .map(|target| {
            let counts = target.counts;
            let mut row = vec![target.name.clone()];
            row.extend(
                [
                    counts.posts,
                    counts.equal,
                    counts.different,
                    counts.missing,
                    counts.deleted,
                    counts.refused,
                    counts.unfinished,
                    counts.extra,
                ]
                .map(thousands),
            );
            row
        })
        .collect();
    context.printer.table(
        &[
            "target",
            "posts",
            "equal",
            "different",
            "missing",
            "deleted",
            "refused",
            "unsent",
            "extra",
        ],
        &rows,
    );
}
