//! `chatferry report`: one page about the whole conversion.

use chatferry_graph::check::CheckDetails;
use chatferry_graph::{UploadOptions, plan_upload};
use chatferry_model::manifest::Outcome;
use chatferry_model::selection::Selection;
use chatferry_pages::report::{self, ReportInput};

use crate::commands::check;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::{findings, graph};

/// Runs the command.
pub(crate) fn run(context: &Context) -> Result<ExitStatus, CliError> {
    let check = check::stage(context, false)?;
    let page = write(context, &check)?;
    context
        .printer
        .result(&serde_json::json!({ "page": page }))?;
    Ok(ExitStatus::Done)
}

/// Writes the page and says where it is.
pub(crate) fn write(context: &Context, check: &Outcome<CheckDetails>) -> Result<String, CliError> {
    let (work, settings) = (&context.work, &context.settings);
    let (read, map) = (work.read(), work.map());
    let wanted = chatferry_fetch::wanted(&read, &Selection::default())?;
    let remote = chatferry_fetch::missing(&wanted, &work.fetch())?;
    // From the start, whatever may have been uploaded already: the page is about the whole.
    let from_start = plan_upload(
        &work.render(),
        &work.report().join("no-journal"),
        &UploadOptions {
            rehearsal_account_exists: true,
            ..UploadOptions::default()
        },
        &settings.limits,
        &graph::address("graph_url", &settings.graph_url)?,
    );
    let page = report::write(ReportInput {
        work,
        plan: &chatferry_mapping::load_plan(&map, &read)?,
        tables: &chatferry_mapping::tables(&map)?,
        check_sums: &check.sums,
        check_findings: &check.findings,
        codes: findings::codes(),
        seconds: from_start.ok().map(|plan| plan.seconds),
        remote_files: remote.missing,
        remote_bytes: remote.missing_bytes,
    })?;
    let page = page.display().to_string();
    context.printer.step("Reported", &page);
    Ok(page)
}
