//! `chatferry fetch`: files that the export only links to, from the source's servers into `1-fetch`.

use std::sync::Arc;

use chatferry_fetch::{FetchJournal, FetchOptions, Missing, Servers, Tokens};
use chatferry_model::figures::{bytes, count, duration};
use chatferry_model::finding::Severity;
use chatferry_model::manifest::{Manifest, ReadDetails};
use chatferry_readers::FileServers;
use secrecy::SecretString;

use crate::args::FetchArgs;
use crate::commands::summary;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::findings::{self, FindingRow};
use crate::progress::{StageProgress, Unit};
use crate::runtime::{interrupted, runtime};
use crate::stage::{self, hash_file};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &FetchArgs) -> Result<ExitStatus, CliError> {
    let (read, folder) = (context.work.read(), context.work.fetch());
    stage::present(read.root())?;
    let wanted = chatferry_fetch::wanted(&read, &context.selection)?;
    let missing = chatferry_fetch::missing(&wanted, &folder)?;
    let manifest: Manifest<ReadDetails> = Manifest::read(read.root())?;
    let source = manifest.details.source_name();
    if args.dry_run {
        return plan(context, &source, &missing);
    }
    let Some(row) = FileServers::of(&manifest.details.source) else {
        return Err(CliError::usage(format!(
            "files of {source} cannot be fetched; {} of {} are here",
            missing.here,
            count(missing.files, "file")
        )));
    };
    let servers = Servers::new(row, &context.settings.fetch.server_url)?;
    let own = std::env::var(row.token_variable)
        .ok()
        .filter(|own| !own.trim().is_empty());
    let tokens = Tokens::gather(&servers, &args.exports, own.map(SecretString::from))?;
    if tokens.is_empty() && missing.missing > 0 {
        return Err(CliError::usage(format!(
            "{} to fetch, and no token to ask {source} with",
            count(missing.missing, "file")
        ))
        .hint(format!(
            "give the export, whose addresses hold one (`chatferry fetch EXPORT`), or set {}",
            row.token_variable
        )));
    }
    let options = FetchOptions {
        servers,
        tokens,
        concurrency: context.settings.fetch.concurrency,
        retries: context.settings.fetch.retries,
    };
    let journal = FetchJournal::open(&folder)?;
    let progress = Arc::new(StageProgress::new(context.printer, "Fetching", Unit::Bytes));
    let (report, journal) = runtime()?.block_on(chatferry_fetch::fetch(
        wanted,
        &folder,
        journal,
        options,
        Arc::clone(&progress) as _,
        interrupted(),
    ))?;
    report.sum.check("files in fetch")?;
    let took = progress.elapsed();
    drop(progress);
    let read = hash_file(&read.root().join("manifest.json"))?;
    let manifest = chatferry_fetch::publish(&folder, &journal, &report, read)?;

    let (files, size) = report.fetched;
    let what = format!(
        "{} ({}) in {}; {} of {} are here",
        count(files, "file"),
        bytes(size),
        duration(took.as_secs()),
        report.sum.output,
        count(report.sum.input, "file"),
    );
    if report.sum.output == report.sum.input {
        context.printer.step("Fetched", &what);
    } else {
        context.printer.note("Fetched", &what);
    }
    summary::sums(context.printer, &[("fetch", &manifest.sums)]);
    findings::show_seen(context.printer, &FindingRow::all(&report.findings));
    if let Some(why) = report.stopped {
        context.printer.note("Stopped", why);
    } else if files > 0 {
        context.printer.plain(&format!(
            "\nNext: `{}` puts them into the posts.",
            context.shell_command("render")
        ));
    }
    context.printer.result(&manifest)?;
    let errors = report.findings.count(Severity::Error);
    Ok(ExitStatus::with_errors(errors))
}

/// Prints the files that would be fetched.
fn plan(context: &Context, source: &str, plan: &Missing) -> Result<ExitStatus, CliError> {
    context.printer.step(
        "Plan",
        &format!(
            "{} ({}) to fetch from {source}; {} of {} are here",
            count(plan.missing, "file"),
            bytes(plan.missing_bytes),
            plan.here,
            count(plan.files, "file"),
        ),
    );
    context.printer.result(plan)?;
    Ok(ExitStatus::Done)
}
