//! The way the commands reach Graph: a client from the settings, and events shown as progress.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chatferry_graph::{
    BaseUrl, Certificate, Client, Credential, Event, GraphConfig, HttpTransport, Observer,
    SystemClock,
};
use chatferry_model::figures::duration;
use chatferry_model::progress::Progress;

use crate::commands::twin::SECRET;
use crate::context::Context;
use crate::error::CliError;
use crate::printer::Printer;
use crate::progress::{StageProgress, Unit};
use crate::settings::Settings;

/// The environment variable with the password of a PFX file.
const CERTIFICATE_PASSWORD: &str = "CHATFERRY_CERTIFICATE_PASSWORD";
/// The one in which Azure names the file with a workload's token.
const FEDERATED_TOKEN_FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";

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
    let config = GraphConfig {
        tenant_id: settings.tenant_id.clone(),
        client_id: settings.client_id.clone(),
        credential: credential(settings)?,
        graph_url: address("graph_url", &settings.graph_url)?,
        login_url: address("login_url", &settings.login_url)?,
        limits: settings.limits,
    };
    let transport = HttpTransport::new().map_err(|error| CliError::graph(&error))?;
    Ok(Client::new(
        config,
        Arc::new(transport),
        Arc::new(SystemClock),
    ))
}

/// By what the app proves that it is the app: what the settings name, else the secret, else what
/// the machine it runs on was given.
fn credential(settings: &Settings) -> Result<Credential, CliError> {
    let from_environment = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    if !settings.client_certificate.is_empty() {
        let password = from_environment(CERTIFICATE_PASSWORD).unwrap_or_default();
        let path = Path::new(&settings.client_certificate);
        let certificate = Certificate::read(path, &password.into())
            .map_err(|error| CliError::usage(format!("client_certificate: {error}")))?;
        return Ok(Credential::Certificate(certificate));
    }
    if !settings.federated_token_file.is_empty() {
        let path = PathBuf::from(&settings.federated_token_file);
        return Ok(Credential::FederatedTokenFile(path));
    }
    if let Some(secret) = from_environment(SECRET) {
        return Ok(Credential::Secret(secret.into()));
    }
    if let Some(path) = from_environment(FEDERATED_TOKEN_FILE) {
        return Ok(Credential::FederatedTokenFile(path.into()));
    }
    Err(
        CliError::usage(format!("the environment variable {SECRET} is missing")).hint(
            "put the app registration's client secret (its value, not its id) there; \
             it is never read from the command line or a file. Or set client_certificate",
        ),
    )
}

/// Returns the account whose OneDrive takes the files of chats; none: their authors'.
pub(crate) fn files_account(settings: &Settings) -> Option<String> {
    let account = match settings.files_account.as_str() {
        "author" => "",
        "" => settings.placeholder.as_str(),
        account => account,
    };
    (!account.is_empty()).then(|| account.to_owned())
}

/// Returns the account that takes the files where the authors' OneDrive cannot be used.
pub(crate) fn files_else(settings: &Settings) -> Option<String> {
    let placeholder = &settings.placeholder;
    (!placeholder.is_empty()).then(|| placeholder.clone())
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
