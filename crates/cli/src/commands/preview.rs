//! `chatferry preview`: the posts as Teams will show them, in a browser on this machine.

use chatferry_pages::preview::{self, Library};
use serde::Serialize;
use tokio::net::TcpListener;

use crate::args::PreviewArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::runtime::{interrupted, runtime};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &PreviewArgs) -> Result<ExitStatus, CliError> {
    #[derive(Serialize)]
    struct Listening<'a> {
        url: &'a str,
    }

    let library = Library::open(context.posts()?)?;
    runtime()?.block_on(async {
        let port_taken = |error: std::io::Error| {
            CliError::usage(format!("port {}: {error}", args.port))
                .hint("take another with --port, or --port 0 for any free one")
        };
        let listener = TcpListener::bind(("127.0.0.1", args.port))
            .await
            .map_err(port_taken)?;
        let url = format!("http://{}/", listener.local_addr().map_err(port_taken)?);
        context.printer.step("Showing", &url);
        context
            .printer
            .plain("  open it in a browser on this machine; Ctrl-C ends it");
        context.printer.result(&Listening { url: &url })?;
        preview::serve(listener, library, interrupted())
            .await
            .map_err(|error| CliError::system(&url, &error))
    })?;
    Ok(ExitStatus::Done)
}
