//! `chatferry upload`: the posts of `3-render` to Teams, exactly once.

use chatferry_graph::upload::TargetReport;
use chatferry_graph::{UploadOptions, UploadPlan, UploadReport, plan_upload};
use chatferry_model::figures::{count, duration, thousands};
use chatferry_model::finding::{Severity, Stage};
use chatferry_model::manifest::Manifest;
use serde::Serialize;
use serde::de::IgnoredAny;

use crate::args::UploadArgs;
use crate::commands::status;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::findings::{self, FindingRow};
use crate::graph::{self, Watcher};
use crate::runtime::runtime;

/// Runs the command.
pub(crate) fn run(context: &Context, args: &UploadArgs) -> Result<ExitStatus, CliError> {
    let folder = context.posts()?;
    let manifest = Manifest::<IgnoredAny>::read(folder.root())?;
    if status::is_outdated(context, &manifest.inputs) {
        let render = context.shell_command("render");
        context.printer.note(
            "Outdated",
            &format!("the posts are out of date: run `{render}`"),
        );
    }
    let journal = context.work.upload();
    let options = UploadOptions {
        selection: context.selection.clone(),
        files_account: graph::files_account(&context.settings),
        files_else: graph::files_else(&context.settings),
        ..UploadOptions::default()
    };
    let plan = plan_upload(
        &folder,
        &journal,
        &options,
        &context.settings.limits,
        &graph::address("graph_url", &context.settings.graph_url)?,
    )?;
    if args.dry_run {
        show_plan(context, &plan);
        context.printer.result(&plan)?;
        return Ok(ExitStatus::Done);
    }
    let client = graph::client(context)?;
    context.printer.step("Uploading", &outlook(&plan));
    let watcher = Watcher::new(context.printer, "Uploading", plan.posts);
    let report = runtime()?.block_on(chatferry_graph::upload(&client, &plan, &watcher))?;
    drop(watcher);
    findings::write(&journal, Stage::Upload, &report.findings)?;
    show(context, &report);
    let seen = FindingRow::all(&report.findings);
    findings::show_seen(context.printer, &seen);
    context.printer.result(&Uploaded::of(&report, &seen))?;
    if report.is_done() {
        context.printer.plain(&format!(
            "\nNext: `{}` reads Teams back and compares.",
            context.shell_command("verify")
        ));
    } else {
        context.printer.plain(&format!(
            "\nNot finished; run `{}` again to continue.",
            context.shell_command("upload")
        ));
    }
    Ok(status(&report))
}

/// Done, or done with errors.
pub(crate) fn status(report: &UploadReport) -> ExitStatus {
    let unfinished = u64::from(!report.is_done());
    ExitStatus::with_errors(
        report.findings.count(Severity::Error) + report.totals.refused + unfinished,
    )
}

/// An upload for scripts.
#[derive(Serialize)]
pub(crate) struct Uploaded<'a> {
    done: bool,
    posts: u64,
    posted: u64,
    adopted: u64,
    moved: u64,
    refused: u64,
    sent: u64,
    calls: u64,
    throttled: u64,
    seconds: f64,
    teams: &'a [chatferry_graph::upload::TeamReport],
    targets: &'a [TargetReport],
    findings: &'a [FindingRow],
}

impl<'a> Uploaded<'a> {
    /// The report in that shape.
    pub(crate) fn of(report: &'a UploadReport, findings: &'a [FindingRow]) -> Self {
        Self {
            done: report.is_done(),
            posts: report.totals.posts,
            posted: report.totals.posted,
            adopted: report.totals.adopted,
            moved: report.totals.moved,
            refused: report.totals.refused,
            sent: report.sent,
            calls: report.calls,
            throttled: report.throttled,
            seconds: report.seconds,
            teams: &report.teams,
            targets: &report.targets,
            findings,
        }
    }
}

/// `120 posts into 9 channels of 1 team; at Graph's rates at least 12 min`
pub(crate) fn outlook(plan: &UploadPlan) -> String {
    let left = plan.posts - plan.done;
    let already = if plan.done > 0 {
        format!(" ({} already in Teams)", thousands(plan.done))
    } else {
        String::new()
    };
    format!(
        "{}{already} into {}; at Graph's rates at least {}",
        count(left, "post"),
        places(plan),
        duration(plan.seconds.ceil() as u64)
    )
}

/// `9 channels of 1 team and 3 chats`
fn places(plan: &UploadPlan) -> String {
    let chats = plan.targets.iter().filter(|target| target.team.is_none());
    let chats = chats.count() as u64;
    let channels = plan.targets.len() as u64 - chats;
    let channels = (channels > 0 || chats == 0).then(|| {
        let teams = count(plan.teams.len() as u64, "team");
        format!("{} of {teams}", count(channels, "channel"))
    });
    let chats = (chats > 0).then(|| count(chats, "chat"));
    let both: Vec<_> = channels.into_iter().chain(chats).collect();
    both.join(" and ")
}

fn show_plan(context: &Context, plan: &UploadPlan) {
    context.printer.step("Plan", &outlook(plan));
    let rows: Vec<Vec<String>> = plan
        .targets
        .iter()
        .map(|target| {
            vec![
                target.name.clone(),
                target
                    .team
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                thousands(target.posts),
                thousands(target.replies),
                thousands(target.done),
                target.state.to_owned(),
                target.route.as_str().to_owned(),
            ]
        })
        .collect();
    context.printer.table(
        &["target", "team", "posts", "replies", "done", "state", "how"],
        &rows,
    );
    let mut ways = std::collections::BTreeMap::new();
    for target in &plan.targets {
        ways.entry(target.route.as_str()).or_insert(target.why);
    }
    for (way, why) in ways {
        context.printer.plain(&format!("  {way}: {why}"));
    }
}

/// A line and a table of what was uploaded.
pub(crate) fn show(context: &Context, report: &UploadReport) {
    let totals = &report.totals;
    context.printer.step(
        "Uploaded",
        &format!(
            "{} of {} in {} ({} calls, {} throttled)",
            thousands(totals.there()),
            count(totals.posts, "post"),
            duration(report.seconds as u64),
            thousands(report.calls),
            thousands(report.throttled)
        ),
    );
    let all = report.targets.len() <= MOST_ROWS;
    let (shown, plain): (Vec<_>, Vec<_>) = report
        .targets
        .iter()
        .partition(|target| all || is_remarkable(target));
    let rows: Vec<Vec<String>> = shown
        .into_iter()
        .map(|target| {
            vec![
                target.name.clone(),
                thousands(target.counts.posts),
                thousands(target.counts.posted),
                thousands(target.counts.adopted),
                thousands(target.counts.moved),
                thousands(target.counts.refused),
                target.state.to_owned(),
                target.reason.clone().unwrap_or_default(),
            ]
        })
        .collect();
    context.printer.table(
        &[
            "target", "posts", "posted", "adopted", "moved", "refused", "state", "",
        ],
        &rows,
    );
    if !plain.is_empty() {
        let targets = count(plain.len() as u64, "target");
        let status = context.shell_command("status");
        let what = format!("{targets} with every post; `{status}` lists them");
        context.printer.step("Done", &what);
    }
}

/// The number of targets above which only the remarkable ones are listed.
const MOST_ROWS: usize = 40;

fn is_remarkable(target: &TargetReport) -> bool {
    let as_planned = target.counts.there() == target.counts.posts && target.counts.moved == 0;
    target.state != "done" || target.reason.is_some() || !as_planned
}
