//! `chatferry fetch`: files that the export only names, from Slack into `1-fetch`.

use std::sync::Arc;

use chatferry_model::finding::{Findings, Severity, Stage};
use chatferry_model::jsonl::{Format, JsonlWriter};
use chatferry_model::manifest::Manifest;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::args::FetchArgs;
use crate::commands::summary;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::fetch::address::Slack;
use crate::fetch::journal::FetchJournal;
use crate::fetch::token::{self, Tokens};
use crate::fetch::wanted::{Wanted, wanted};
use crate::fetch::worker_pool::{self, FetchOptions, Report};
use crate::findings::{self, FindingRow};
use crate::graph;
use crate::printer::{bytes, count, duration};
use crate::progress::{StageProgress, Unit};
use crate::stage::{self, hash_file};

/// The details of the manifest of `1-fetch`.
#[derive(Debug, Serialize, Deserialize)]
struct FetchDetails {
    /// Bytes of all that was fetched.
    bytes: u64,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &FetchArgs) -> Result<ExitStatus, CliError> {
    let read = context.work.read();
    stage::present(read.root())?;
    let slack = Slack::new(&context.settings.fetch.slack_url)?;
    let wanted = wanted(&read, &context.selection)?;
    if args.dry_run {
        return plan(context, &wanted);
    }
    let own = std::env::var(token::VARIABLE)
        .ok()
        .filter(|own| !own.trim().is_empty());
    let tokens = Tokens::gather(&args.exports, own.map(SecretString::from))?;
    let folder = context.work.fetch();
    let there = FetchJournal::look(&folder)?;
    let missing = wanted
        .iter()
        .filter(|file| !there.contains_key(&file.id))
        .count();
    if tokens.is_empty() && missing > 0 {
        return Err(CliError::usage(format!(
            "{} to fetch, and no token to ask Slack with",
            count(missing as u64, "file")
        ))
        .hint(format!(
            "give the export, whose addresses hold one (`chatferry fetch EXPORT`), or set {}",
            token::VARIABLE
        )));
    }
    let options = FetchOptions {
        slack,
        tokens,
        concurrency: context.settings.fetch.concurrency,
        retries: context.settings.fetch.retries,
    };
    let ledger = FetchJournal::open(&folder)?;
    let progress = Arc::new(StageProgress::new(context.printer, "Fetching", Unit::Bytes));
    let (report, ledger) = graph::runtime()?.block_on(worker_pool::fetch(
        wanted,
        &folder,
        ledger,
        options,
        Arc::clone(&progress) as _,
        interrupted(),
    ))?;
    report.sum.check("files in fetch")?;
    let took = progress.elapsed();
    drop(progress);
    let manifest = manifest(context, &ledger, &report)?;

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
fn plan(context: &Context, wanted: &[Wanted]) -> Result<ExitStatus, CliError> {
    #[derive(Serialize)]
    struct Plan {
        files: u64,
        bytes: u64,
        without_size: u64,
        here: u64,
        missing: u64,
        missing_bytes: u64,
    }

    let there = FetchJournal::look(&context.work.fetch())?;
    let mut plan = Plan {
        files: wanted.len() as u64,
        bytes: 0,
        without_size: 0,
        here: 0,
        missing: 0,
        missing_bytes: 0,
    };
    for file in wanted {
        let size = file.size.unwrap_or_default();
        plan.bytes += size;
        plan.without_size += u64::from(file.size.is_none());
        if there.contains_key(&file.id) {
            plan.here += 1;
        } else {
            plan.missing += 1;
            plan.missing_bytes += size;
        }
    }
    context.printer.step(
        "Plan",
        &format!(
            "{} ({}) to fetch from Slack; {} of {} are here",
            count(plan.missing, "file"),
            bytes(plan.missing_bytes),
            plan.here,
            count(plan.files, "file"),
        ),
    );
    context.printer.result(&plan)?;
    Ok(ExitStatus::Done)
}

/// Writes what later stages and the report read: `files.jsonl`, the findings and the manifest.
fn manifest(
    context: &Context,
    ledger: &FetchJournal,
    report: &Report,
) -> Result<Manifest<FetchDetails>, CliError> {
    let folder = context.work.fetch();
    let details = FetchDetails {
        bytes: ledger.files().values().map(|file| file.bytes).sum(),
    };
    let mut manifest = Manifest::new(Stage::Fetch, details);
    let read = context.work.read().root().join("manifest.json");
    manifest
        .inputs
        .insert("1-read".to_owned(), hash_file(&read)?);
    manifest.sums.insert("files".to_owned(), report.sum.clone());
    manifest
        .files
        .insert("files.jsonl".to_owned(), ledger.publish()?);
    manifest.findings = totals(&report.findings);
    let path = folder.root().join("findings.jsonl");
    let mut writer = JsonlWriter::create(&path, Format::FINDINGS, None::<&()>)?;
    for finding in report.findings.lines() {
        writer.write(&finding)?;
    }
    manifest
        .files
        .insert("findings.jsonl".to_owned(), writer.finish()?);
    manifest.write(folder.root())?;
    Ok(manifest)
}

fn totals(findings: &Findings) -> std::collections::BTreeMap<String, u64> {
    findings
        .totals()
        .map(|(code, count)| (code.id.to_owned(), count))
        .collect()
}

/// Done when somebody presses Ctrl-C: what came is kept, and the next run goes on.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
