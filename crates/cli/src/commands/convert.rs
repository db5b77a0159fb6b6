//! `chatferry convert`: the main job, offline: read, map, render, check and report.

use serde::Serialize;

use crate::args::ConvertArgs;
use crate::commands::{check, map, read, render, report, summary};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::findings::{self, FindingRow};
use chatferry_model::finding::Severity;

/// Runs the command.
pub(crate) fn run(context: &Context, args: &ConvertArgs) -> Result<ExitStatus, CliError> {
    let printer = context.printer;
    let read = read::stage(context, &args.export)?;
    let map = map::stage(context)?;
    let render = render::stage(context)?;
    let check = check::stage(context, false)?;
    let page = report::write(context, &check)?;

    let sums = [
        ("read", &read.manifest.sums),
        ("map", &map.manifest.sums),
        ("render", &render.manifest.sums),
        ("check", &check.sums),
    ];
    summary::sums(printer, &sums);
    let mut seen = Vec::new();
    for folder in [
        context.work.read().root(),
        &context.work.map(),
        context.work.render().root(),
    ] {
        seen.extend(findings::of_folder(folder)?);
    }
    seen.extend(FindingRow::all(&check.findings));
    findings::show_seen(printer, &seen);
    let root = context.work.root().display();
    let tables = context.work.map();
    printer.plain(&format!(
        "\nNext: look at {page} and the tables in {}, then `{}`",
        tables.display(),
        context.shell_command("rehearse")
    ));

    #[derive(Serialize)]
    struct Result<'a, S, F> {
        work: String,
        sums: S,
        findings: &'a [F],
    }
    let sums: std::collections::BTreeMap<_, _> = sums.into_iter().collect();
    printer.result(&Result {
        work: root.to_string(),
        sums,
        findings: &seen,
    })?;
    let errors = read.errors + map.errors + render.errors + check.findings.count(Severity::Error);
    Ok(ExitStatus::with_errors(errors))
}
