//! The simulated tenant in the same process, in virtual time.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use chatferry_graph::{
    Answering, BaseUrl, Client, Clock, Credential, Durability, GraphConfig, Limits, Transport,
    TransportError, Unobserved, UploadError, UploadOptions, UploadReport, VerifyOptions,
    VerifyReport, plan_upload, upload, verify,
};
use chatferry_model::Millis;
use chatferry_model::folder::RenderFolder;
use chatferry_twin::{App, Clock as TwinClock, Moment, Outcome, Settings, Tenant, User};
use http::Request;
use serde_json::Value;
use tokio::sync::Notify;
use tower::ServiceExt;

use crate::rendered::{AUTHOR, MEMBER};

const NOW: &str = "2026-11-20T12:00:00.000Z";
pub(crate) const APP: &str = "0c3b6a52-7d0e-4f3c-9c4e-0d3e5f6a7b8c";

pub(crate) struct Twin {
    pub(crate) tenant: Tenant,
    router: axum::Router,
    started: tokio::time::Instant,
    calls: AtomicU64,
    /// The call at which the client dies, before or after it is carried out.
    dies: std::sync::Mutex<Option<(u64, bool)>>,
    pub(crate) died: Notify,
}

impl Twin {
    /// A tenant that keeps what it is given, and takes only files that it knows for attachments.
    pub(crate) fn new(change: impl FnOnce(&mut Settings)) -> Arc<Self> {
        let mut settings = Settings::default();
        settings.files.keep_content = true;
        settings.files.known_attachments = true;
        change(&mut settings);
        let started = tokio::time::Instant::now();
        let clock = TwinClock::Tokio {
            epoch: Moment::parse(NOW).unwrap(),
            start: started,
        };
        let tenant = Tenant::new(settings, clock);
        tenant.register_app(App::new(APP, "secret"));
        for (id, name) in [(AUTHOR, "anna"), (MEMBER, "ben")] {
            tenant.add_user(User::new(id, name, &format!("{name}@contoso.com")));
        }
        Arc::new(Self {
            router: chatferry_twin::router(tenant.clone()),
            tenant,
            started,
            calls: AtomicU64::new(0),
            dies: std::sync::Mutex::default(),
            died: Notify::new(),
        })
    }

    pub(crate) fn client(self: &Arc<Self>) -> Client {
        self.client_with(Credential::Secret("secret".to_owned().into()))
    }

    pub(crate) fn client_with(self: &Arc<Self>, credential: Credential) -> Client {
        let config = GraphConfig {
            tenant_id: self.tenant.settings().tenant_id,
            client_id: APP.to_owned(),
            credential,
            graph_url: BaseUrl::graph(),
            login_url: BaseUrl::login(),
            limits: Limits::default(),
        };
        Client::new(config, Arc::clone(self) as _, Arc::clone(self) as _)
    }

    pub(crate) async fn upload(
        self: &Arc<Self>,
        folder: &RenderFolder,
        journal: &Path,
    ) -> Result<UploadReport, UploadError> {
        let options = UploadOptions {
            durability: Durability::System,
            ..UploadOptions::default()
        };
        let (client, limits, graph) = (self.client(), Limits::default(), BaseUrl::graph());
        let plan = plan_upload(folder, journal, &options, &limits, &graph)?;
        upload(&client, &plan, &Unobserved).await
    }

    pub(crate) async fn verify(
        self: &Arc<Self>,
        folder: &RenderFolder,
        journal: &Path,
    ) -> VerifyReport {
        let options = VerifyOptions::default();
        let client = self.client();
        verify(&client, folder, journal, &options, &Unobserved)
            .await
            .unwrap()
    }

    /// The client dies at that call from now.
    pub(crate) fn die_at(&self, call: u64, after: bool) {
        let at = self.calls.load(Ordering::Relaxed) + call;
        *self.dies.lock().unwrap() = Some((at, after));
    }

    /// Which rules were broken, but for those that only say that something takes its time.
    pub(crate) fn broken(&self) -> Vec<String> {
        let counts = self.tenant.counts(Outcome::Refused);
        let broken = counts.keys().map(|rule| format!("{rule:?}"));
        broken
            .filter(|rule| !["R7", "R50", "R60", "G14Path", "G6"].contains(&rule.as_str()))
            .collect()
    }

    /// All messages of a channel, as they are in Teams: content and attachments.
    pub(crate) fn messages(&self, channel: &str) -> Vec<(i64, String, Value)> {
        let teams = self.tenant.teams();
        let mut channels = teams.iter().flat_map(|team| &team.channels);
        let found = channels
            .find(|found| found.display_name == channel)
            .unwrap();
        let messages = self.tenant.messages(found.id.as_str()).unwrap();
        messages
            .into_iter()
            .map(|(id, post)| {
                let extras = post.extras.unwrap_or_default();
                let attachments = extras.attachments.map_or(Value::Null, |attachments| {
                    serde_json::from_str(attachments.get()).unwrap()
                });
                (id.0, post.content.to_string(), attachments)
            })
            .collect()
    }

    /// All files: path and content.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let files = self.tenant.files().into_iter();
        files
            .map(|file| (file.path, file.content.unwrap()))
            .collect()
    }

    async fn answer(
        &self,
        request: Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let lost = |error: &dyn std::fmt::Display| TransportError::Lost(error.to_string());
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let dies = *self.dies.lock().unwrap();
        if dies == Some((number, false)) {
            self.die().await;
        }
        let request = request.map(axum::body::Body::from);
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await;
        if dies == Some((number, true)) {
            self.die().await;
        }
        let body = body.map_err(|error| lost(&error))?;
        Ok(http::Response::from_parts(parts, body))
    }

    async fn die(&self) -> ! {
        self.died.notify_one();
        std::future::pending().await
    }
}

impl Transport for Twin {
    fn send(&self, request: Request<Bytes>) -> Answering<'_> {
        Box::pin(self.answer(request))
    }
}

impl Clock for Twin {
    fn now(&self) -> Millis {
        let epoch: Millis = NOW.parse().unwrap();
        epoch.plus(self.started.elapsed().as_millis() as i64)
    }
}
