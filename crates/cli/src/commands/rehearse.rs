//! `chatferry rehearse`: the whole upload against a simulated tenant, in virtual time.
//!
//! The twin's router is called in process under a paused tokio runtime, so that hours of throttled
//! upload take seconds, and nothing leaves the machine.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chatferry_graph::{Answering, BaseUrl, Client, Clock, Credential, Durability, GraphConfig};
use chatferry_graph::{Transport, TransportError, UploadOptions, VerifyOptions, plan_upload};
use chatferry_mapping::Directory;
use chatferry_model::folder::RenderFolder;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::manifest::Manifest;
use chatferry_model::plan::{Existing, Membership, RenderDetails, TargetPlace, User as PlanUser};
use chatferry_model::post::{ChatMessage, Mentioned, Post};
use chatferry_model::{EntraId, Millis};
use chatferry_twin::{
    App, ChannelKind, Clock as TwinClock, Moment, Outcome, Rule, Settings, Tenant,
    User as TwinUser, UserId,
};
use rayon::prelude::*;
use serde::Serialize;
use tower::ServiceExt;

use crate::args::RehearseArgs;
use crate::commands::{twin, upload, verify};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::findings::{self, Seen};
use crate::graph::{self, Watcher};
use crate::printer::{duration, thousands};

const CLIENT_ID: &str = "c4a7fe44-0000-4000-8000-000000000001";
const SECRET: &str = "rehearsal";
/// The rehearsal takes place this long after the last message.
const AFTER_LAST_MS: i64 = 24 * 60 * 60 * 1_000;

/// Runs the command.
pub(crate) fn run(context: &Context, args: &RehearseArgs) -> Result<ExitStatus, CliError> {
    let folder = context.posts()?;
    let manifest: Manifest<RenderDetails> = Manifest::read(folder.root())?;
    let settings = Settings {
        message_bytes: context.settings.limits.message_bytes,
        request_bytes: context.settings.limits.request_bytes,
        // As many as were asked for: the plan has its own limit.
        private_channels: 1_000,
        ..Settings::default()
    };
    let tenant_id = settings.tenant_id.clone();
    let posts = survey(&folder, &manifest.details)?;

    // What the twin's journal says is of no use afterwards.
    let scratch = Scratch::new(context.work.root())?;
    let options = UploadOptions {
        durability: Durability::System,
        stand_in_exists: true,
        ..UploadOptions::default()
    };
    let limits = graph::limits(&context.settings);
    let plan = plan_upload(
        &folder,
        scratch.path(),
        &options,
        &limits,
        &BaseUrl::graph(),
    )?;
    context.printer.step("Rehearsing", &upload::outlook(&plan));

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(|error| CliError::io(Path::new("runtime"), &error))?;
    let _guard = runtime.enter();
    let now = posts.last.plus(AFTER_LAST_MS);
    let start = tokio::time::Instant::now();
    let moment = Moment::from_millis(now.as_millis());
    let tenant = Tenant::new(
        settings,
        TwinClock::Tokio {
            epoch: moment,
            start,
        },
    );
    tenant.register_app(App::new(CLIENT_ID, SECRET));
    match &args.directory {
        Some(path) => twin::populate(&tenant, Directory::load(path)?.users()),
        None => {
            for (id, name) in &posts.people {
                let id = id.to_string();
                tenant.add_user(TwinUser::new(&id, name, &format!("{id}@rehearsal.example")));
            }
        }
    }
    if manifest.details.stand_in {
        let PlanUser { id, display_name } = PlanUser::stand_in();
        tenant.add_user(TwinUser::new(
            &id.to_string(),
            &display_name,
            "placeholder@rehearsal.example",
        ));
    }
    seed(&tenant, &manifest.details)?;
    let config = GraphConfig {
        tenant_id,
        client_id: CLIENT_ID.to_owned(),
        credential: Credential::Secret(SECRET.to_owned().into()),
        graph_url: BaseUrl::graph(),
        login_url: BaseUrl::login(),
        limits,
    };
    let router = chatferry_twin::router(tenant.clone());
    let clock = VirtualClock { epoch: now, start };
    let client = Client::new(config, Arc::new(InProcess { router }), Arc::new(clock));

    let watcher = Watcher::new(context.printer, "Rehearsing", plan.posts);
    let uploaded = runtime.block_on(chatferry_graph::upload(
        &client,
        &folder,
        scratch.path(),
        &options,
        &watcher,
    ))?;
    drop(watcher);
    let watcher = Watcher::new(context.printer, "Verifying", plan.posts);
    let verified = runtime.block_on(chatferry_graph::verify(
        &client,
        &folder,
        scratch.path(),
        &VerifyOptions::default(),
        &watcher,
    ))?;
    drop(watcher);

    let refused = tenant.counts(Outcome::Refused);
    let refusals: u64 = refused
        .iter()
        .filter(|(rule, _)| !means_not_yet(**rule))
        .map(|(_, n)| n)
        .sum();
    upload::show(context, &uploaded);
    verify::show(context, &verified);
    show_refusals(context, &tenant, refusals);
    let mut seen = Seen::all(&uploaded.findings);
    seen.extend(Seen::all(&verified.findings));
    findings::show_seen(context.printer, &seen);
    context.printer.plain(&format!(
        "\nThe real upload takes {}, if Graph keeps its published rates.",
        duration(uploaded.seconds as u64)
    ));
    #[derive(Serialize)]
    struct Result<'a> {
        refusals: u64,
        seconds: f64,
        bound_seconds: f64,
        upload: upload::Uploaded<'a>,
        verify: verify::Compared<'a>,
    }
    let upload_seen = Seen::all(&uploaded.findings);
    let verify_seen = Seen::all(&verified.findings);
    context.printer.result(&Result {
        refusals,
        seconds: uploaded.seconds,
        bound_seconds: plan.seconds,
        upload: upload::Uploaded::of(&uploaded, &upload_seen),
        verify: verify::Compared::of(&verified, &verify_seen),
    })?;
    Ok(upload::status(&uploaded)
        .max(verify::status(&verified))
        .max(ExitStatus::with_errors(refusals)))
}

/// Puts the teams, channels and chats there that the plan says the tenant has.
fn seed(tenant: &Tenant, details: &RenderDetails) -> Result<(), CliError> {
    let users = |ids: &[EntraId]| -> Vec<UserId> {
        ids.iter().map(|id| UserId::from(id.to_string())).collect()
    };
    let id_or_name = |existing: &Existing, name: &str| match existing {
        Existing::Id(id) => (Some(id.clone()), name.to_owned()),
        Existing::Name(name) => (None, name.clone()),
    };
    let (mut teams, mut made) = (BTreeMap::new(), BTreeMap::new());
    for team in &details.teams {
        if let Some(existing) = &team.existing {
            let (id, name) = id_or_name(existing, &team.name);
            let members = [users(&team.owners), users(&team.members)].concat();
            let made = made.entry(existing);
            let id = made.or_insert_with(|| tenant.add_team(id.as_deref(), &name, &members));
            teams.insert(&team.key, id.clone());
        }
    }
    for summary in &details.targets {
        match &summary.target.place {
            TargetPlace::Channel(channel) => {
                let (Some(existing), Some(team)) = (&channel.existing, teams.get(&channel.team))
                else {
                    continue;
                };
                let (id, name) = id_or_name(existing, &channel.name);
                let kind = match channel.membership {
                    Membership::Standard => ChannelKind::Standard,
                    Membership::Private => ChannelKind::Private,
                    Membership::Shared => ChannelKind::Shared,
                };
                let members = users(&channel.members);
                tenant
                    .add_channel(team, id.as_deref(), &name, kind, &members)
                    .map_err(|error| CliError::usage(error.to_string()))?;
            }
            TargetPlace::Chat(chat) => {
                if let Some(existing) = &chat.existing {
                    let topic = chat.topic.clone().unwrap_or_default();
                    let (id, name) = id_or_name(existing, &topic);
                    let name = (!name.is_empty()).then_some(name);
                    tenant.add_chat(id.as_deref(), name.as_deref(), &users(&chat.members));
                }
            }
        }
    }
    Ok(())
}

/// Whether an answer of that rule only says that something takes its time: a new team that is not
/// there yet, channels whose completion is not known everywhere or whose folder is not there yet
/// (graph.md R7, R50, R60).
fn means_not_yet(rule: Rule) -> bool {
    matches!(rule, Rule::R7 | Rule::R50 | Rule::R60)
}

fn show_refusals(context: &Context, tenant: &Tenant, refusals: u64) {
    if refusals == 0 {
        context
            .printer
            .step("Refused", "nothing: every request kept Graph's rules");
        return;
    }
    context
        .printer
        .note("Refused", &format!("{} requests", thousands(refusals)));
    let mut rows: BTreeMap<String, (u64, String)> = BTreeMap::new();
    for refusal in tenant
        .refusals()
        .into_iter()
        .filter(|refusal| !means_not_yet(refusal.rule))
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

/// Who is in the posts, and when the last of them is.
struct Survey {
    people: BTreeMap<EntraId, String>,
    last: Millis,
}

/// Looks through the posts for everybody who writes, is mentioned, or will be a member.
fn survey(folder: &RenderFolder, details: &RenderDetails) -> Result<Survey, CliError> {
    let mut people = BTreeMap::new();
    for team in &details.teams {
        for id in team.owners.iter().chain(&team.members) {
            people.entry(*id).or_insert_with(|| id.to_string());
        }
    }
    for summary in &details.targets {
        let members = match &summary.target.place {
            TargetPlace::Channel(channel) => &channel.members,
            TargetPlace::Chat(chat) => &chat.members,
        };
        for id in members {
            people.entry(*id).or_insert_with(|| id.to_string());
        }
    }
    let found: Vec<BTreeMap<EntraId, String>> = details
        .targets
        .par_iter()
        .map(|summary| people_of(folder, &summary.target.key))
        .collect::<Result<_, CliError>>()?;
    people.extend(found.into_iter().flatten());
    let last = details
        .targets
        .iter()
        .filter_map(|summary| summary.last)
        .max();
    Ok(Survey {
        people,
        last: last.unwrap_or(Millis::EPOCH),
    })
}

fn people_of(
    folder: &RenderFolder,
    target: &chatferry_model::TargetKey<'_>,
) -> Result<BTreeMap<EntraId, String>, CliError> {
    let mut people = BTreeMap::new();
    let mut reader = JsonlReader::open(&folder.posts(target), Format::POSTS)?;
    while let Some(chunk) = reader.next_chunk()? {
        for (number, line) in chunk.lines() {
            let post: Post<'_, ChatMessage<'_>> = chunk.parse(number, line)?;
            let mentions = post.body.mentions.iter();
            let mentioned = mentions.filter_map(|mention| match &mention.mentioned {
                Mentioned::User(user) => Some(user),
                Mentioned::Conversation(_) => None,
            });
            for user in std::iter::once(&post.body.from.user).chain(mentioned) {
                people
                    .entry(user.id)
                    .or_insert_with(|| user.display_name.to_string());
            }
        }
    }
    Ok(people)
}

/// Carries requests to the twin's router.
struct InProcess {
    router: axum::Router,
}

impl Transport for InProcess {
    fn send(&self, request: http::Request<bytes::Bytes>) -> Answering<'_> {
        Box::pin(async move {
            let lost = |error: &dyn std::fmt::Display| TransportError::Lost(error.to_string());
            let request = request.map(axum::body::Body::from);
            let response = self
                .router
                .clone()
                .oneshot(request)
                .await
                .map_err(|error| lost(&error))?;
            let (parts, body) = response.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX)
                .await
                .map_err(|error| lost(&error))?;
            Ok(http::Response::from_parts(parts, body))
        })
    }
}

/// Wall time as far as the rehearsal is concerned.
struct VirtualClock {
    epoch: Millis,
    start: tokio::time::Instant,
}

impl Clock for VirtualClock {
    fn now(&self) -> Millis {
        self.epoch
            .plus(i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX))
    }
}

/// A folder for the rehearsal's journal, removed at the end.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new(work: &Path) -> Result<Self, CliError> {
        let path = work.join("rehearsal");
        let fail = |error: std::io::Error| CliError::io(&path, &error);
        if path.exists() {
            std::fs::remove_dir_all(&path).map_err(fail)?;
        }
        std::fs::create_dir_all(&path).map_err(fail)?;
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
