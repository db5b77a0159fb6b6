//! The twin as the other side: all of its rules, in virtual time, with a client that may die.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chatferry_graph::{
    Answering, BaseUrl, Client, Clock, Credential, Durability, GraphConfig, Limits, Observer,
    Transport, TransportError, Unobserved, UploadError, UploadOptions, UploadReport, VerifyOptions,
    VerifyReport, plan_upload, upload, verify,
};
use chatferry_model::Millis;
use chatferry_model::folder::RenderFolder;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_twin::{
    App, Clock as TwinClock, Moment, Outcome, Post, Rule, Settings, Tenant, User, UserId,
};
use http::{Request, Response};
use serde_json::Value;
use tokio::sync::Notify;
use tower::ServiceExt as _;
use xxhash_rust::xxh3::xxh3_64;

use crate::folder::{AUTHOR, MEMBER, Rendered};

const APP: &str = "0c3b6a52-7d0e-4f3c-9c4e-0d3e5f6a7b8c";
/// A third person, who writes nothing.
pub(crate) const OTHER: &str = "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6cc";
const NOW: &str = "2026-01-01T00:00:00.000Z";

/// A tenant and the way to it.
pub(crate) struct World {
    pub(crate) tenant: Tenant,
    router: axum::Router,
    latency: Duration,
    calls: AtomicU64,
    /// How far the client's clock is ahead of the tenant's, in ms.
    pub(crate) ahead: AtomicI64,
    /// The client dies at that call, before or after it is carried out; 0: it lives.
    dies_at: AtomicU64,
    pub(crate) died: Notify,
}

impl World {
    /// Must be called within a runtime whose time is paused.
    pub(crate) fn new(settings: Settings) -> Arc<Self> {
        Self::slow(settings, Duration::ZERO)
    }

    pub(crate) fn slow(settings: Settings, latency: Duration) -> Arc<Self> {
        let clock = TwinClock::tokio(Moment::parse(NOW).unwrap());
        let tenant = Tenant::new(settings, clock);
        tenant.register_app(App::new(APP, "planted-secret"));
        for (id, name) in [(AUTHOR, "Jane"), (MEMBER, "Max"), (OTHER, "Lee")] {
            tenant.add_user(User::new(id, name, &format!("{name}@acme.example")));
        }
        Arc::new(Self {
            router: chatferry_twin::router(tenant.clone()),
            tenant,
            latency,
            calls: AtomicU64::new(0),
            ahead: AtomicI64::new(0),
            dies_at: AtomicU64::new(0),
            died: Notify::new(),
        })
    }

    /// Calls so far.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// The client dies at its call of that number from now, from 1: before it is carried out if
    /// The number is even.
    pub(crate) fn die_at(&self, number: u64) {
        self.dies_at.store(self.calls() + number, Ordering::Relaxed);
    }

    pub(crate) fn live(&self) {
        self.dies_at.store(0, Ordering::Relaxed);
    }

    pub(crate) fn client(self: &Arc<Self>, limits: Limits) -> Client {
        self.client_of(APP, limits)
    }

    pub(crate) fn client_of(self: &Arc<Self>, app: &str, limits: Limits) -> Client {
        let config = GraphConfig {
            tenant_id: self.tenant.settings().tenant_id,
            client_id: app.to_owned(),
            credential: Credential::Secret("planted-secret".to_owned().into()),
            graph_url: BaseUrl::graph(),
            login_url: BaseUrl::login(),
            limits,
        };
        Client::new(config, self.clone(), self.clone())
    }

    pub(crate) async fn upload(
        self: &Arc<Self>,
        rendered: &Rendered,
        journal: &Path,
    ) -> Result<UploadReport, UploadError> {
        self.upload_seen_by(&Unobserved, rendered, journal).await
    }

    pub(crate) async fn upload_seen_by(
        self: &Arc<Self>,
        observer: &dyn Observer,
        rendered: &Rendered,
        journal: &Path,
    ) -> Result<UploadReport, UploadError> {
        let options = UploadOptions {
            durability: Durability::System,
            ..UploadOptions::default()
        };
        let limits = Limits::default();
        let (folder, client) = (rendered.folder(), self.client(limits));
        let plan = plan_upload(&folder, journal, &options, &limits, &BaseUrl::graph())?;
        upload(&client, &plan, observer).await
    }

    pub(crate) async fn verify(
        self: &Arc<Self>,
        rendered: &Rendered,
        journal: &Path,
    ) -> VerifyReport {
        let client = self.client(Limits::default());
        let options = VerifyOptions::default();
        verify(&client, &rendered.folder(), journal, &options, &Unobserved)
            .await
            .unwrap()
    }

    /// What was refused, but for answers that only say that something takes its time.
    pub(crate) fn broken_rules(&self) -> BTreeMap<Rule, u64> {
        let mut counts = self.tenant.counts(Outcome::Refused);
        for (rule, count) in self.tenant.counts(Outcome::Noted) {
            *counts.entry(rule).or_default() += count;
        }
        counts.retain(|rule, _| !matches!(rule, Rule::R7 | Rule::R7Channel | Rule::R50));
        counts
    }

    /// What is not in the tenant exactly once and as it was sent, or is there beside it.
    pub(crate) fn faults(&self, rendered: &Rendered, report: &UploadReport) -> Vec<String> {
        let mut faults = Vec::new();
        let files = self.files();
        let mut places = std::collections::BTreeSet::new();
        for target in &report.targets {
            let Some(id) = target.id.as_deref() else {
                faults.push(format!("{}: nowhere", target.key));
                continue;
            };
            if !places.insert(id.to_owned()) {
                faults.push(format!("{}: the same place as another", target.key));
            }
            let reader = JsonlReader::open(&rendered.folder().posts(&target.key), Format::POSTS);
            let posts: Vec<Value> = reader.unwrap().read_all().unwrap();
            let folder = rendered.folder();
            let mut wanted: Vec<_> = posts.iter().map(|post| said(post, &folder)).collect();
            let messages = self.tenant.messages(id).unwrap();
            let mut found: Vec<_> = messages
                .iter()
                .map(|(id, post)| {
                    let root = post.root.map(|root| root.0);
                    let carried = carried(post, &files);
                    let content = plain(post.content.as_str(), &carried);
                    (id.0, root, content, carried)
                })
                .collect();
            wanted.sort();
            found.sort();
            if wanted != found {
                let counts = (found.len(), wanted.len());
                faults.push(format!("{}: {counts:?} posts there and sent", target.key));
            }
        }
        faults
    }

    /// A hash of every file, by its address.
    pub(crate) fn files(&self) -> BTreeMap<String, u64> {
        let drives = self.tenant.drives().into_iter();
        let drives: BTreeMap<_, _> = drives.map(|drive| (drive.id, drive.web_url)).collect();
        let files = self.tenant.files().into_iter();
        files
            .map(|file| {
                let address = format!("{}/{}", decoded(&drives[&file.drive]), file.path);
                // Where contents are not kept, nothing can be compared with them.
                (address, file.content.map_or(0, |content| xxh3_64(&content)))
            })
            .collect()
    }

    /// The addresses of all files that hang on posts.
    pub(crate) fn attached(&self) -> BTreeSet<String> {
        let mut threads: Vec<String> = Vec::new();
        for team in self.tenant.teams() {
            let channels = team.channels.into_iter();
            threads.extend(channels.map(|channel| channel.id.to_string()));
        }
        let chats = self.tenant.chats().into_iter();
        threads.extend(chats.map(|chat| chat.id.to_string()));
        let posts = threads
            .iter()
            .flat_map(|thread| self.tenant.messages(thread).unwrap());
        posts.flat_map(|(_, post)| addresses(&post)).collect()
    }

    /// Teams, channels and chats that are still in migration mode.
    pub(crate) fn open(&self) -> Vec<String> {
        let mut open = Vec::new();
        for team in self.tenant.teams() {
            if !["none", "completed"].contains(&team.migration) {
                open.push(format!("{}: {}", team.display_name, team.migration));
            }
            for channel in team.channels {
                if channel.thread.migration_mode == Some("inProgress") {
                    open.push(channel.display_name);
                }
            }
        }
        for chat in self.tenant.chats() {
            if chat.thread.migration_mode == Some("inProgress") {
                open.push(chat.id.to_string());
            }
        }
        open
    }

    /// How many messages of a chat somebody sees.
    pub(crate) fn shown(&self, chat: &str, user: &str) -> usize {
        let user = UserId::from(user);
        self.tenant.messages_shown_to(chat, &user).unwrap().len()
    }

    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        let number = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let dies = self.dies_at.load(Ordering::Relaxed) == number;
        if dies && number.is_multiple_of(2) {
            self.die().await;
        }
        let lost = |error: &dyn std::fmt::Display| TransportError::Lost(error.to_string());
        let response = self
            .router
            .clone()
            .oneshot(request.map(Body::from))
            .await
            .map_err(|error| lost(&error))?;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await;
        if dies {
            self.die().await;
        }
        let body = body.map_err(|error| lost(&error))?;
        Ok(Response::from_parts(parts, body))
    }

    async fn die(&self) -> ! {
        self.died.notify_one();
        std::future::pending().await
    }
}

/// What a post says and carries: its time, the time of its root, its text, a hash of each file.
type Said = (i64, Option<i64>, String, Vec<u64>);

fn said(post: &Value, folder: &RenderFolder) -> Said {
    let ms = |value: &Value| {
        let time = value.as_str()?.parse::<Millis>().unwrap();
        Some(time.as_millis())
    };
    let content = post["body"]["body"]["content"].as_str().unwrap();
    let hashes = |list: &str, folder: PathBuf| {
        let listed = post[list].as_array().into_iter().flatten();
        let paths = listed.map(|entry| folder.join(entry["path"].as_str().unwrap()));
        paths
            .map(|path| xxh3_64(&std::fs::read(path).unwrap()))
            .collect::<Vec<_>>()
    };
    let carried = [
        hashes("images", folder.images()),
        hashes("files", folder.files()),
    ]
    .concat();
    (
        ms(&post["id"]).unwrap(),
        ms(&post["replyTo"]),
        plain(content, &carried),
        carried,
    )
}

/// A hash of each image and file of a post in the tenant.
fn carried(post: &Post, files: &BTreeMap<String, u64>) -> Vec<u64> {
    let images = post
        .extras
        .iter()
        .flat_map(|extras| &extras.hosted_contents);
    let images = images.map(|image| {
        let bytes = STANDARD.decode(image.base64.as_bytes());
        xxh3_64(&bytes.unwrap())
    });
    let files = addresses(post)
        .into_iter()
        .map(|address| files.get(&address).copied().unwrap_or_default());
    images.chain(files).collect()
}

/// The addresses of the files that hang on a post.
fn addresses(post: &Post) -> Vec<String> {
    let attachments = post
        .extras
        .as_ref()
        .and_then(|extras| extras.attachments.as_ref());
    let attachments: Vec<Value> = attachments.map_or_else(Vec::new, |attachments| {
        serde_json::from_str(attachments.get()).unwrap()
    });
    let addresses = attachments.iter();
    addresses
        .map(|attachment| decoded(attachment["contentUrl"].as_str().unwrap()))
        .collect()
}

fn decoded(address: &str) -> String {
    percent_encoding::percent_decode_str(address)
        .decode_utf8_lossy()
        .into_owned()
}

/// The text of a post; of one that carries something, without what is filled in at upload: here,
/// that is all that stands in quotes.
fn plain(content: &str, carried: &[u64]) -> String {
    if carried.is_empty() {
        return content.to_owned();
    }
    content.split('"').step_by(2).collect()
}

impl Transport for World {
    fn send(&self, request: Request<Bytes>) -> Answering<'_> {
        Box::pin(self.answer(request))
    }
}

impl Clock for World {
    fn now(&self) -> Millis {
        let ahead = self.ahead.load(Ordering::Relaxed);
        Millis::new(self.tenant.clock().now().as_millis() + ahead).unwrap()
    }
}
