//! Moves third-party chat exports into Microsoft Teams.
//!
//! The binary is glue: [`args`] is the command line as typed, [`settings`] what it resolves to,
//! [`commands`] has one file for each command, [`stage`] what all stages have in common, and
//! everything printed goes through [`printer`].
#![forbid(unsafe_code)]

mod args;
mod commands;
mod context;
mod error;
mod exit;
mod findings;
mod graph;
mod printer;
mod progress;
mod runtime;
mod settings;
mod stage;
mod suggest;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::args::{Cli, GlobalArgs};

fn main() -> ExitCode {
    let cli = Cli::parse();
    log(&cli.global);
    match commands::run(&cli.global, cli.command) {
        Ok(status) => status.into(),
        Err(error) => {
            context::printer(&cli.global).error(&error);
            error.status.into()
        }
    }
}

/// Logs to stderr: `-v` what is sent, `-vv` everything of ours; `RUST_LOG` has the last word.
fn log(global: &GlobalArgs) {
    let default = match global.verbose {
        0 => "off",
        1 => "chatferry=info,chatferry_graph=debug",
        _ => "chatferry=trace,chatferry_graph=trace",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
