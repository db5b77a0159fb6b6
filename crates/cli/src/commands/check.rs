//! `chatferry check`: the posts of `3-render` against Graph's rules.

use chatferry_graph::check::{CheckDetails, CheckLimits};
use chatferry_model::finding::Severity;
use chatferry_model::manifest::Outcome;

use crate::args::CheckArgs;
use crate::commands::summary;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::findings::{self, FindingRow};
use crate::progress::{StageProgress, Unit};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &CheckArgs) -> Result<ExitStatus, CliError> {
    let outcome = stage(context, args.strict)?;
    let seen = FindingRow::all(&outcome.findings);
    findings::show_seen(context.printer, &seen);
    context
        .printer
        .result(&serde_json::json!({ "sums": outcome.sums, "findings": seen }))?;
    Ok(ExitStatus::with_errors(
        outcome.findings.count(Severity::Error),
    ))
}

/// Runs the stage. It writes nothing: what it finds is told.
pub(crate) fn stage(context: &Context, strict: bool) -> Result<Outcome<CheckDetails>, CliError> {
    let limits = CheckLimits {
        message_bytes: context.settings.limits.message_bytes,
        request_bytes: context.settings.limits.request_bytes,
        strict,
    };
    let progress = StageProgress::new(context.printer, "Checking", Unit::Things("posts"));
    let outcome = chatferry_graph::check::check(&context.posts()?, &limits, &progress)?;
    for (unit, sum) in &outcome.sums {
        sum.check(&format!("{unit} in check"))?;
    }
    let posts = outcome.sums.get("messages").map_or(0, |sum| sum.input);
    let refused = outcome.findings.count(Severity::Error);
    let what = format!(
        "{} against Graph's rules, {} would be refused ({:.1} s)",
        summary::list(&[(posts, "post")]),
        refused,
        progress.elapsed().as_secs_f64()
    );
    if refused == 0 {
        context.printer.step("Checked", &what);
    } else {
        context.printer.note("Checked", &what);
    }
    Ok(outcome)
}
