//! `chatferry twin`: a simulated tenant for other programs.

use std::path::Path;

use chatferry_mapping::{Directory, DirectoryUser};
use chatferry_twin::{App, Clock, Limits, Settings, Tenant, User};
use serde::Serialize;
use tokio::net::TcpListener;

use crate::args::{GlobalArgs, TwinArgs};
use crate::context;
use crate::error::CliError;
use crate::exit::ExitStatus;

/// The environment variable with the app's secret, for clients and for the twin.
pub(crate) const SECRET: &str = "CHATFERRY_CLIENT_SECRET";
/// The app that may log in, and its secret unless the environment names another.
const CLIENT_ID: &str = "c4a7fe44-0000-4000-8000-000000000001";
const DEFAULT_SECRET: &str = "twin-secret";

/// Runs the command.
pub(crate) fn run(global: &GlobalArgs, args: &TwinArgs) -> Result<ExitStatus, CliError> {
    #[derive(Serialize)]
    struct Listening<'a> {
        url: &'a str,
        tenant_id: &'a str,
        client_id: &'a str,
    }

    let printer = context::printer(global);
    let mut settings = Settings::default();
    if args.no_limits {
        settings.limits = Limits::lifted();
    }
    let tenant_id = settings.tenant_id.clone();
    let tenant = Tenant::new(settings, Clock::System);
    let secret = std::env::var(SECRET).unwrap_or_else(|_| DEFAULT_SECRET.to_owned());
    tenant.register_app(App::new(CLIENT_ID, &secret));
    let users = match &args.users {
        Some(path) => Directory::load(path)?,
        None => Directory::default(),
    };
    populate(&tenant, users.users());

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::io(Path::new("runtime"), &error))?;
    runtime.block_on(async {
        let address = ("127.0.0.1", args.port);
        let listening = TcpListener::bind(address).await;
        let port_taken = |error: std::io::Error| {
            CliError::usage(format!("port {}: {error}", args.port))
                .hint("take another with --port, or --port 0 for any free one")
        };
        let listener = listening.map_err(port_taken)?;
        let url = format!("http://{}", listener.local_addr().map_err(port_taken)?);
        printer.step("Listening", &url);
        printer.plain(&format!(
            "  tenant id {tenant_id}\n  client id {CLIENT_ID}\n  secret    from {SECRET}, else {DEFAULT_SECRET:?}\n  \
             users     {}\n  rules     {url}/_twin/rules\n  refusals  {url}/_twin/refusals\n  state     {url}/_twin/state",
            users.users().len()
        ));
        let told = Listening { url: &url, tenant_id: &tenant_id, client_id: CLIENT_ID };
        printer.result(&told)?;
        let shutdown = async {
            // Without a way to hear Ctrl-C it is killed, which is as good.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        chatferry_twin::serve(listener, tenant, shutdown)
            .await
            .map_err(|error| CliError::io(Path::new(&url), &error))
    })?;
    Ok(ExitStatus::Done)
}

/// Gives the tenant its people.
pub(crate) fn populate(tenant: &Tenant, users: &[DirectoryUser]) {
    for user in users {
        tenant.add_user(User::new(
            &user.id.to_string(),
            &user.display_name,
            &user.user_principal_name,
        ));
    }
}
