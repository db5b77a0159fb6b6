//! A simulated tenant on a socket, whose inside the test can see.

use std::collections::BTreeMap;
use std::fs;
use std::thread::JoinHandle;

use chatferry_twin::{App, Clock, Settings, Tenant, User};
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::oneshot;

use super::{Work, fixture};

/// The app that uploads.
pub(crate) const CLIENT_ID: &str = "0c3b6a52-7d0e-4f3c-9c4e-0d3e5f6a7b8c";
/// The secret, which must never show.
pub(crate) const SECRET: &str = "planted~secret~value~of~the~app";

/// A tenant with acme's people, served on loopback until it is dropped.
pub(crate) struct TwinServer {
    pub(crate) tenant: Tenant,
    pub(crate) url: String,
    pub(crate) tenant_id: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TwinServer {
    /// One in which nothing takes time.
    pub(crate) fn instant() -> Self {
        Self::with(Settings::instant())
    }

    /// One with settings of its own.
    pub(crate) fn with(settings: Settings) -> Self {
        let tenant = Tenant::new(settings, Clock::System);
        tenant.register_app(App::new(CLIENT_ID, SECRET));
        for (id, name, principal_name) in acme_users() {
            tenant.add_user(User::new(&id, &name, &principal_name));
        }
        Self::on_a_free_port(|_| tenant)
    }

    /// Serves the tenant that `made` gives for the address, as `127.0.0.1:40000`.
    pub(crate) fn on_a_free_port(made: impl FnOnce(&str) -> Tenant) -> Self {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let tenant = made(&address);
        let tenant_id = tenant.settings().tenant_id;
        let (stop, stopped) = oneshot::channel();
        let served = tenant.clone();
        let thread = std::thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                let serve = chatferry_twin::serve(listener, served, async {
                    let _ = stopped.await;
                });
                serve.await.unwrap();
            });
        });
        Self {
            tenant,
            url: format!("http://{address}"),
            tenant_id,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Posts of all channels, as `team/channel` → ids in order, each with its root's.
    pub(crate) fn posts(&self) -> BTreeMap<String, Vec<(String, Option<String>)>> {
        let mut posts = BTreeMap::new();
        for team in self.tenant.teams() {
            for channel in &team.channels {
                let messages = self.tenant.messages(&channel.id.to_string()).unwrap();
                if messages.is_empty() {
                    continue;
                }
                posts.insert(
                    format!("{}/{}", team.display_name, channel.display_name),
                    messages
                        .iter()
                        .map(|(id, post)| (id.to_string(), post.root.map(|root| root.to_string())))
                        .collect(),
                );
            }
        }
        posts
    }
}

impl Drop for TwinServer {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn acme_users() -> Vec<(String, String, String)> {
    let text = fs::read_to_string(fixture("directory/acme.json")).unwrap();
    let users: serde_json::Value = serde_json::from_str(&text).unwrap();
    let text = |user: &serde_json::Value, key: &str| user[key].as_str().unwrap().to_owned();
    users["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| {
            (
                text(user, "id"),
                text(user, "displayName"),
                text(user, "userPrincipalName"),
            )
        })
        .collect()
}

/// The posts that a work folder holds, as [`TwinServer::posts`] shows them.
pub(crate) fn rendered(work: &Work) -> BTreeMap<String, Vec<(String, Option<String>)>> {
    let mut posts = BTreeMap::new();
    for (name, content) in work.files("3-render/posts") {
        let text = String::from_utf8(content).unwrap();
        let mut lines = text
            .lines()
            .map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap());
        let place = lines.next().unwrap()["about"]["place"].clone();
        let Some(channel) = place.get("channel") else {
            panic!("{name} is no channel")
        };
        let millis = |value: &serde_json::Value| {
            let time: chatferry_model::Millis = value.as_str().unwrap().parse().unwrap();
            time.as_millis().to_string()
        };
        let key = format!(
            "{}/{}",
            channel["team"].as_str().unwrap(),
            channel["name"].as_str().unwrap()
        );
        let of: Vec<_> = lines
            .filter(|line| line.get("end").is_none())
            .map(|line| (millis(&line["id"]), line.get("replyTo").map(millis)))
            .collect();
        if !of.is_empty() {
            posts.insert(key, of);
        }
    }
    posts
}
