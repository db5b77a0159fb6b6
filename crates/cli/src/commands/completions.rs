//! `chatferry completions`: a completion script for a shell.

use clap::CommandFactory;

use crate::args::{Cli, CompletionsArgs, GlobalArgs};
use crate::context;
use crate::error::CliError;
use crate::exit::ExitStatus;

/// Runs the command.
pub(crate) fn run(global: &GlobalArgs, args: &CompletionsArgs) -> Result<ExitStatus, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "chatferry", &mut script);
    let script = String::from_utf8_lossy(&script);
    context::printer(global).data(script.trim_end())?;
    Ok(ExitStatus::Done)
}
