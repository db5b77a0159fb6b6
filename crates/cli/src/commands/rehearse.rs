//! `chatferry rehearse`: the whole upload against a simulated tenant, in virtual time.
//!
//! The twin's router is called in process under a paused tokio runtime, so that hours of throttled
//! upload take seconds, and nothing leaves the machine.

mod in_process;
mod tenant;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chatferry_graph::{BaseUrl, Client, Credential, Durability, GraphConfig};
use chatferry_graph::{
    UploadOptions, UploadPlan, UploadReport, VerifyOptions, VerifyReport, plan_upload,
};
use chatferry_model::Millis;
use chatferry_model::figures::{duration, thousands};
use chatferry_model::manifest::Manifest;
use chatferry_model::plan::RenderDetails;
use chatferry_twin::{App, Clock as TwinClock, Moment, Outcome, Rule, Settings, Tenant};
use serde::Serialize;

use self::in_process::{InProcess, VirtualClock};
use crate::args::RehearseArgs;
use crate::commands::{upload, verify};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::findings::{self, FindingRow};
use crate::graph::Watcher;

const CLIENT_ID: &str = "c4a7fe44-0000-4000-8000-000000000001";
const SECRET: &str = "rehearsal";
/// The rehearsal takes place this long after the last message.
const AFTER_LAST_MS: i64 = 24 * 60 * 60 * 1_000;

/// Runs the command.
pub(crate) fn run(context: &Context, args: &RehearseArgs) -> Result<ExitStatus, CliError> {
    let folder = context.posts()?;
    let manifest: Manifest<RenderDetails> = Manifest::read(folder.root())?;
    let posts = tenant::survey(&folder, &manifest.details)?;

    // What the twin's journal says is of no use afterwards.
    let scratch = Scratch::new(context.work.root())?;
    let options = UploadOptions {
        durability: Durability::System,
        rehearsal_account_exists: true,
        ..UploadOptions::default()
    };
    let limits = context.settings.limits;
    let journal = scratch.path();
    let plan = plan_upload(&folder, journal, &options, &limits, &BaseUrl::graph())?;
    context.printer.step("Rehearsing", &upload::outlook(&plan));

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(|error| CliError::system("runtime", &error))?;
    let _guard = runtime.enter();
    let (tenant, client) = rehearsal_setup(context, posts.last.plus(AFTER_LAST_MS));
    tenant::populate(
        &tenant,
        args.directory.as_deref(),
        &posts,
        &manifest.details,
    )?;
    tenant::seed(&tenant, &manifest.details)?;

    let watcher = Watcher::new(context.printer, "Rehearsing", plan.posts);
    let uploading = chatferry_graph::upload(&client, &plan, &watcher);
    let uploaded = runtime.block_on(uploading)?;
    drop(watcher);
    let watcher = Watcher::new(context.printer, "Verifying", plan.posts);
    let how = VerifyOptions::default();
    let verifying = chatferry_graph::verify(&client, &folder, journal, &how, &watcher);
    let verified = runtime.block_on(verifying)?;
    drop(watcher);
    summarize(context, &tenant, &plan, &uploaded, &verified)
}

/// The twin at that time, and a client that calls it in process; within the paused runtime.
fn rehearsal_setup(context: &Context, now: Millis) -> (Tenant, Client) {
    let limits = &context.settings.limits;
    let settings = Settings {
        message_bytes: limits.message_bytes,
        request_bytes: limits.request_bytes,
        ..Settings::default()
    };
    let tenant_id = settings.tenant_id.clone();
    let start = tokio::time::Instant::now();
    let epoch = Moment::from_millis(now.as_millis());
    let tenant = Tenant::new(settings, TwinClock::Tokio { epoch, start });
    tenant.register_app(App::new(CLIENT_ID, SECRET));
    let config = GraphConfig {
        tenant_id,
        client_id: CLIENT_ID.to_owned(),
        credential: Credential::Secret(SECRET.to_owned().into()),
        graph_url: BaseUrl::graph(),
        login_url: BaseUrl::login(),
        limits: context.settings.limits,
    };
    let router = chatferry_twin::router(tenant.clone());
    let clock = VirtualClock { epoch: now, start };
    let client = Client::new(config, Arc::new(InProcess { router }), Arc::new(clock));
    (tenant, client)
}

/// Tells what came of it.
fn summarize(
    context: &Context,
    tenant: &Tenant,
    plan: &UploadPlan,
    uploaded: &UploadReport,
    verified: &VerifyReport,
) -> Result<ExitStatus, CliError> {
    #[derive(Serialize)]
    struct Rehearsed<'a> {
        refusals: u64,
        seconds: f64,
        bound_seconds: f64,
        upload: upload::Uploaded<'a>,
        verify: verify::Compared<'a>,
    }

    let refused = tenant.counts(Outcome::Refused);
    let refusals = refused.iter().filter(|(rule, _)| is_refusal(**rule));
    let refusals: u64 = refusals.map(|(_, count)| count).sum();
    upload::show(context, uploaded);
    verify::show(context, verified);
    show_refusals(context, tenant, refusals);
    let upload_seen = FindingRow::all(&uploaded.findings);
    let verify_seen = FindingRow::all(&verified.findings);
    let seen = [upload_seen.as_slice(), verify_seen.as_slice()].concat();
    findings::show_seen(context.printer, &seen);
    context.printer.plain(&format!(
        "\nThe real upload takes at least {}, if Graph keeps its published rates; here it took {} in the tenant's time.",
        duration(plan.seconds.ceil() as u64),
        duration(uploaded.seconds.ceil() as u64)
    ));
    context.printer.result(&Rehearsed {
        refusals,
        seconds: uploaded.seconds,
        bound_seconds: plan.seconds,
        upload: upload::Uploaded::of(uploaded, &upload_seen),
        verify: verify::Compared::of(verified, &verify_seen),
    })?;
    Ok(upload::status(uploaded)
        .max(verify::status(verified))
        .max(ExitStatus::with_errors(refusals)))
}

/// Returns false if an answer of that rule only says that something takes its time: a new team that
/// is not there yet, channels whose completion is not known everywhere or whose folder is not there
/// yet (crates/graph/RULES.md R7, R50, R60); or that a file name is free.
fn is_refusal(rule: Rule) -> bool {
    !matches!(rule, Rule::R7 | Rule::R50 | Rule::R60 | Rule::G14Path)
}

fn show_refusals(context: &Context, tenant: &Tenant, refusals: u64) {
    if refusals == 0 {
        context.printer.step("Refused", "no requests");
        return;
    }
    context
        .printer
        .note("Refused", &format!("{} requests", thousands(refusals)));
    let mut rows: BTreeMap<String, (u64, String)> = BTreeMap::new();
    for refusal in tenant
        .refusals()
        .into_iter()
        .filter(|refusal| is_refusal(refusal.rule))
    {
        let row = rows
            .entry(format!("{:?}", refusal.rule))
            .or_insert((0, refusal.detail.clone()));
        row.0 += 1;
    }
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(rule, (count, detail))| vec![rule, thousands(count), detail])
        .collect();
    context
        .printer
        .table(&["rule", "count", "the first one"], &rows);
}

/// A folder for the rehearsal's journal, removed at the end.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new(work: &Path) -> Result<Self, CliError> {
        let path = work.join("rehearsal");
        if path.exists() {
            fs_err::remove_dir_all(&path)?;
        }
        fs_err::create_dir_all(&path)?;
        Ok(Self(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left over is removed by the next rehearsal.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
