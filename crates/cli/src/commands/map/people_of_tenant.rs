//! The tenant's people: from a file, or from Graph.

use std::path::PathBuf;

use chatferry_graph::Unobserved;
use chatferry_model::figures::count;

use crate::context::Context;
use crate::error::CliError;
use crate::graph;
use crate::progress::{StageProgress, Unit};
use crate::runtime::runtime;

/// Fetches everybody in the tenant into `directory.json` of the work folder, so that everything
/// after that is offline.
pub(super) fn fetch(context: &Context) -> Result<PathBuf, CliError> {
    let client = graph::client(context)?;
    let path = context.work.root().join("directory.json");
    let progress = StageProgress::new(context.printer, "Fetching", Unit::Things("people"));
    let fetching = chatferry_graph::users::fetch(&client, &path, &Unobserved);
    let users = runtime()?.block_on(fetching)?;
    drop(progress);
    let what = format!(
        "{} of the tenant into {}",
        count(users, "person"),
        path.display()
    );
    context.printer.step("Fetched", &what);
    Ok(path)
}

/// The file that the settings name, or that was fetched in an earlier run.
pub(super) fn file(context: &Context) -> Option<PathBuf> {
    let given = &context.settings.directory;
    if given.is_empty() {
        let fetched = context.work.root().join("directory.json");
        fetched.exists().then_some(fetched)
    } else {
        Some(PathBuf::from(given))
    }
}
