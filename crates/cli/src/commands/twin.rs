//! `chatferry twin`: a simulated tenant for other programs.

use std::error::Error as _;
use std::path::Path;

use chatferry_mapping::{Directory, DirectoryUser};
use chatferry_twin::{App, Clock, Limits, Moment, Seeded, Settings, Tenant, User};
use fs_err as fs;
use serde::Serialize;
use tokio::net::TcpListener;

use crate::args::{GlobalArgs, TwinArgs};
use crate::context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::runtime::{interrupted, runtime};

/// The environment variable with the app's secret, for clients and for the twin.
pub(crate) const SECRET: &str = "CHATFERRY_CLIENT_SECRET";
/// The app that may log in, and its secret unless the environment names another.
const CLIENT_ID: &str = "c4a7fe44-0000-4000-8000-000000000001";
const DEFAULT_SECRET: &str = "twin-secret";

/// The announcement of a twin that listens.
#[derive(Serialize)]
struct Listening<'a> {
    url: &'a str,
    tenant_id: &'a str,
    client_id: &'a str,
}

/// Runs the command.
pub(crate) fn run(global: &GlobalArgs, args: &TwinArgs) -> Result<ExitStatus, CliError> {
    let printer = context::printer(global);
    let tenant = tenant(args)?;
    runtime()?.block_on(serve(&printer, args.port, tenant.clone()))?;
    if let Some(path) = &args.state {
        let dump = tenant
            .dump()
            .map_err(|error| CliError::bug(error.to_string()))?;
        fs::write(path, dump)?;
    }
    Ok(ExitStatus::Done)
}

/// The tenant that the arguments describe.
fn tenant(args: &TwinArgs) -> Result<Tenant, CliError> {
    let clock = match &args.clock {
        None => Clock::System,
        Some(time) => Clock::manual(Moment::parse(time).ok_or_else(|| {
            CliError::usage(format!("--clock {time}: no time"))
                .hint("write it like 2026-11-20T12:00:00Z")
        })?),
    };
    let tenant = match &args.state {
        Some(path) if path.exists() => {
            let dump = fs::read(path)?;
            Tenant::restore(&dump, clock).map_err(|error| {
                let cause = error.source().map(ToString::to_string);
                let cause = cause.unwrap_or_default();
                CliError::usage(format!("{}: {error}: {cause}", path.display()))
            })?
        }
        _ => Tenant::new(Settings::default(), clock),
    };
    let settings = match &args.settings {
        Some(path) => Some(read_settings(path)?),
        None if args.instant => Some(Settings::instant()),
        None => None,
    };
    tenant.configure(|enforced| {
        if let Some(settings) = settings {
            *enforced = settings;
        }
        if args.no_limits {
            enforced.limits = Limits::lifted();
        }
    });
    if let Some(seed) = args.faults {
        tenant.inject_seeded(Some(Seeded::network(seed, args.fault_rate)));
    }
    let secret = std::env::var(SECRET).unwrap_or_else(|_| DEFAULT_SECRET.to_owned());
    tenant.register_app(App::new(CLIENT_ID, &secret));
    if let Some(path) = &args.users {
        populate(&tenant, Directory::load(path)?.users());
    }
    Ok(tenant)
}

fn read_settings(path: &Path) -> Result<Settings, CliError> {
    let text = fs::read(path)?;
    serde_json::from_slice(&text).map_err(|error| {
        CliError::usage(format!("{}: {error}", path.display()))
            .hint("`chatferry guide twin` names the settings")
    })
}

/// Serves the tenant until Ctrl-C.
async fn serve(printer: &Printer, port: u16, tenant: Tenant) -> Result<(), CliError> {
    let port_taken = |error: std::io::Error| {
        CliError::usage(format!("port {port}: {error}"))
            .hint("take another with --port, or --port 0 for any free one")
    };
    let listener = TcpListener::bind(("127.0.0.1", port)).await;
    let listener = listener.map_err(port_taken)?;
    let url = format!("http://{}", listener.local_addr().map_err(port_taken)?);
    let tenant_id = tenant.settings().tenant_id;
    printer.step("Listening", &url);
    printer.plain(&format!(
        "  tenant id {tenant_id}\n  client id {CLIENT_ID}\n  secret    from {SECRET}, else {DEFAULT_SECRET:?}\n  \
         users     {}\n  rules     {url}/_twin/rules\n  refusals  {url}/_twin/report\n  state     {url}/_twin/state",
        tenant.users()
    ));
    printer.result(&Listening {
        url: &url,
        tenant_id: &tenant_id,
        client_id: CLIENT_ID,
    })?;
    chatferry_twin::serve(listener, tenant, interrupted())
        .await
        .map_err(|error| CliError::system(&url, &error))
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

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::{Cli, Command};

    fn described(flags: &[&str]) -> Result<Tenant, CliError> {
        let line = ["chatferry", "twin"].iter().chain(flags);
        match Cli::try_parse_from(line).unwrap().command {
            Command::Twin(args) => tenant(&args),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn flags_say_what_is_enforced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.json");
        fs::write(&file, r#"{"operationMs": 7, "limits": {"otherCalls": 3}}"#).unwrap();
        let path = file.to_str().unwrap();

        assert_eq!(described(&[]).unwrap().settings(), Settings::default());
        let lifted = described(&["--no-limits"]).unwrap().settings();
        assert_eq!(
            (lifted.limits.enforced, lifted.operation_ms),
            (false, 20_000)
        );
        let instant = described(&["--instant"]).unwrap().settings();
        assert_eq!(instant, Settings::instant());
        let read = described(&["--settings", path]).unwrap().settings();
        assert_eq!((read.operation_ms, read.limits.other_calls), (7, 3));
        assert_eq!(read.limits.channel_posts, 5);

        fs::write(&file, r#"{"operationMS": 7}"#).unwrap();
        let error = described(&["--settings", path]).unwrap_err();
        assert!(error.message.contains("operationMS"), "{}", error.message);
    }

    #[test]
    fn a_state_is_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.json");
        let path = file.to_str().unwrap();
        let tenant = described(&["--state", path, "--instant"]).unwrap();
        tenant.add_user(User::new(
            "5d1f0a9e-3b2c-4d8e-8f70-112233445566",
            "Anna",
            "anna@a.b",
        ));
        fs::write(&file, tenant.dump().unwrap()).unwrap();
        let again = described(&["--state", path]).unwrap();
        assert_eq!((again.users(), again.settings()), (1, Settings::instant()));
    }

    #[test]
    fn a_clock_stands_where_it_was_set() {
        let tenant = described(&["--clock", "2026-11-20T12:00:00Z"]).unwrap();
        let stands = Moment::parse("2026-11-20T12:00:00Z").unwrap();
        assert_eq!(tenant.clock().now(), stands);
        assert!(described(&["--clock", "noon"]).is_err());
    }
}
