//! `chatferry rollback`: deletes the teams that this upload made.

use chatferry_graph::{RollbackPlan, UploadOptions};
use chatferry_model::figures::{count, thousands};
use serde::Serialize;

use crate::args::RollbackArgs;
use crate::commands::status;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::graph::{self, Watcher};
use crate::runtime::runtime;

/// Runs the command.
pub(crate) fn run(context: &Context, args: &RollbackArgs) -> Result<ExitStatus, CliError> {
    #[derive(Serialize)]
    struct Result<'a> {
        deleted: bool,
        #[serde(flatten)]
        plan: &'a RollbackPlan,
    }

    let journal = context.work.upload();
    let mut plan =
        chatferry_graph::plan_rollback(&journal).map_err(chatferry_graph::UploadError::from)?;
    let deletes = args.yes && !plan.teams.is_empty();
    if deletes {
        let client = graph::client(context)?;
        let watcher = Watcher::new(context.printer, "Deleting", 0);
        plan = runtime()?.block_on(chatferry_graph::rollback(
            &client,
            &context.work.render(),
            &journal,
            &UploadOptions::default(),
            &watcher,
        ))?;
    }
    show(context, &plan, deletes);
    context.printer.result(&Result {
        deleted: deletes,
        plan: &plan,
    })?;
    if plan.teams.is_empty() || deletes {
        return Ok(ExitStatus::Done);
    }
    Err(CliError::usage("nothing was deleted yet").hint(
        "this deletes the teams above with everything in them, messages that people wrote since \
         included; give `--yes` to do it",
    ))
}

fn show(context: &Context, plan: &RollbackPlan, deleted: bool) {
    let printer = context.printer;
    if plan.teams.is_empty() {
        printer.step("Nothing", "to roll back: this upload created no team");
    } else {
        let verb = if deleted { "Deleted" } else { "To delete" };
        printer.note(verb, &count(plan.teams.len() as u64, "team"));
        let rows: Vec<Vec<String>> = plan
            .teams
            .iter()
            .map(|team| {
                let id = team
                    .id
                    .clone()
                    .unwrap_or_else(|| "(not known yet)".to_owned());
                vec![team.key.clone(), id, thousands(team.posts)]
            })
            .collect();
        printer.table(&["team", "id", "posts"], &rows);
    }
    if plan.stays.is_empty() {
        return;
    }
    printer.note(
        "Stays",
        "posts in existing channels and in chats: no app can delete messages there",
    );
    let names = status::names(context);
    let name = |key: &String| names.get(key).unwrap_or(key).clone();
    let rows: Vec<Vec<String>> = plan
        .stays
        .iter()
        .map(|place| vec![name(&place.key), place.id.clone(), thousands(place.posts)])
        .collect();
    printer.table(&["target", "id", "posts"], &rows);
}
