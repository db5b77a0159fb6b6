//! The commands, one file each.

pub(crate) mod check;
pub(crate) mod complete;
pub(crate) mod completions;
pub(crate) mod convert;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod fetch;
pub(crate) mod guide;
pub(crate) mod map;
pub(crate) mod preview;
pub(crate) mod read;
pub(crate) mod rehearse;
pub(crate) mod render;
pub(crate) mod report;
pub(crate) mod rollback;
pub(crate) mod schema;
pub(crate) mod status;
pub(crate) mod summary;
pub(crate) mod twin;
pub(crate) mod upload;
pub(crate) mod verify;

use chatferry_graph::Closing;

use crate::args::{Command, ConversationArgs, GlobalArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;

/// Runs a command.
///
/// # Errors
/// Whatever ends the command before it is done.
pub(crate) fn run(global: &GlobalArgs, command: Command) -> Result<ExitStatus, CliError> {
    match command {
        Command::Convert(args) => convert::run(
            &Context::for_people(global, &args.people, &args.select)?,
            &args,
        ),
        Command::Read(args) => read::run(&Context::for_selection(global, &args.select)?, &args),
        Command::Map(args) => map::run(&Context::for_map(global, &args)?, &args),
        Command::Fetch(args) => fetch::run(&Context::for_selection(global, &args.select)?, &args),
        Command::Render(select) => render::run(&Context::for_selection(global, &select)?),
        Command::Check(args) => check::run(&Context::plain(global)?, &args),
        Command::Upload(args) => upload::run(
            &Context::for_graph(global, &args.graph, &args.conversations)?,
            &args,
        ),
        Command::Verify(args) => verify::run(&Context::for_graph(
            global,
            &args.graph,
            &args.conversations,
        )?),
        Command::Complete(args) => complete::run(
            &Context::for_graph(global, &args.graph, &args.conversations)?,
            Closing::Through,
        ),
        Command::Unlock(args) => complete::run(
            &Context::for_graph(global, &args.graph, &args.conversations)?,
            Closing::All,
        ),
        Command::Rollback(args) => rollback::run(
            &Context::for_graph(global, &args.graph, &ConversationArgs::default())?,
            &args,
        ),
        Command::Rehearse(args) => rehearse::run(&Context::plain(global)?, &args),
        Command::Doctor(args) => doctor::run(Context::for_graph(
            global,
            &args.graph,
            &ConversationArgs::default(),
        )?),
        Command::Status => status::run(&Context::plain(global)?),
        Command::Report => report::run(&Context::plain(global)?),
        Command::Preview(args) => preview::run(&Context::plain(global)?, &args),
        Command::Explain(args) => explain::run(global, &args),
        Command::Guide(args) => guide::run(global, &args),
        Command::Schema(args) => schema::run(global, &args),
        Command::Twin(args) => twin::run(global, &args),
        Command::Completions(args) => completions::run(global, &args),
    }
}
