//! `chatferry report`: one page about the whole conversion.

use chatferry_graph::check::CheckDetails;
use chatferry_model::manifest::Outcome;

use crate::commands::check;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::report;

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
    let page = report::write(context, check)?.display().to_string();
    context.printer.step("Reported", &page);
    Ok(page)
}
