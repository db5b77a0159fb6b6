//! How the commands reach Graph: a client from the settings, and events shown as progress.

use std::sync::Arc;

use chatferry_graph::{
    BaseUrl, Client, Credential, Event, GraphConfig, HttpTransport, Limits, Observer, Rate,
    SystemClock,
};
use chatferry_model::progress::Progress;

use crate::commands::twin::SECRET;
use crate::context::Context;
use crate::error::CliError;
use crate::printer::{Printer, duration};
use crate::progress::{StageProgress, Unit};
use crate::settings::Settings;

/// A client for the tenant of the settings.
///
/// # Errors
/// When a setting or the secret is missing or wrong.
pub(crate) fn client(context: &Context) -> Result<Client, CliError> {
    let settings = &context.settings;
    for (value, key, flag) in [
        (&settings.tenant_id, "tenant_id", "--tenant-id"),
        (&settings.client_id, "client_id", "--client-id"),
    ] {
        if value.is_empty() {
            return Err(
                CliError::usage(format!("the setting {key} is missing")).hint(format!(
                    "set it in {}, or give {flag}",
                    context.work.settings().display()
                )),
            );
        }
    }
    let secret = std::env::var(SECRET).unwrap_or_default();
    if secret.is_empty() {
        return Err(
            CliError::usage(format!("the environment variable {SECRET} is missing")).hint(
                "put the app registration's client secret (its value, not its id) there; \
             it is never read from the command line or a file",
            ),
        );
    }
    let config = GraphConfig {
        tenant_id: settings.tenant_id.clone(),
        client_id: settings.client_id.clone(),
        credential: Credential::Secret(secret.into()),
        graph_url: address("graph_url", &settings.graph_url)?,
        login_url: address("login_url", &settings.login_url)?,
        limits: limits(settings),
    };
    let transport = HttpTransport::new().map_err(|error| CliError::graph(&error))?;
    Ok(Client::new(
        config,
        Arc::new(transport),
        Arc::new(SystemClock),
    ))
}

/// The address that a setting holds.
///
/// # Errors
/// When it is none.
pub(crate) fn address(key: &str, value: &str) -> Result<BaseUrl, CliError> {
    value
        .parse::<BaseUrl>()
        .map_err(|error| CliError::usage(format!("{key}: {error}")))
}

/// The limits of the settings.
pub(crate) fn limits(settings: &Settings) -> Limits {
    let limits = &settings.limits;
    Limits {
        channel_posts: Rate::per_second(limits.channel_posts),
        app_channel_posts: Rate::per_second(limits.app_channel_posts),
        app_chat_posts: Rate::per_second(limits.app_chat_posts),
        other_calls: Rate::per_second(limits.other_calls),
        retries: limits.retries,
        concurrency: limits.concurrency,
        ..Limits::default()
    }
}

/// A runtime for the commands that wait for a network.
///
/// # Errors
/// When the system has no room for one.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::io("runtime".as_ref(), &error))
}

/// Shows what happens during an upload or a verification.
pub(crate) struct Watcher {
    printer: Printer,
    progress: StageProgress,
}

impl Watcher {
    /// Shows `verb n of m posts`.
    pub(crate) fn new(printer: Printer, verb: &'static str, posts: u64) -> Self {
        let progress = StageProgress::new(printer, verb, Unit::Things("posts"));
        progress.total(posts);
        Self { printer, progress }
    }

    fn note(&self, verb: &str, what: &str) {
        self.progress.suspended(|| self.printer.note(verb, what));
    }
}

impl Observer for Watcher {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::TargetStarted { already, .. } => self.progress.advance(already),
            Event::Progress { posts, .. } => self.progress.advance(posts),
            Event::Failed { key, reason } => self.note("Failed", &format!("{key}: {reason}")),
            Event::Throttled { call, wait } => self.note(
                "Throttled",
                &format!(
                    "{call}: Graph asks for {} of quiet",
                    duration(wait.as_secs())
                ),
            ),
            Event::Waiting { call, why, wait } if wait.as_secs() >= 5 => {
                self.note(
                    "Waiting",
                    &format!("{} for {call}: {why}", duration(wait.as_secs())),
                );
            }
            _ => {}
        }
    }
}
