//! The report: one page that says what came in, what goes where, and what is lost and why.
//!
//! It is gathered from the manifests, findings and plan of the work folder ([`gather`]) and written
//! as one file that needs nothing else ([`page`]): no network, no scripts. The same work folder
//! gives the same bytes. Findings are streamed and only counted, so that a million of them cost no
//! memory.

mod findings;
mod gather;
mod page;
mod people;
mod places;
mod section;
mod sections;

use std::fs;
use std::path::PathBuf;

use chatferry_graph::check::CheckDetails;
use chatferry_model::manifest::Outcome;

use crate::context::Context;
use crate::error::CliError;

/// Writes `report/index.html` and returns its path.
///
/// # Errors
/// When a stage's folder is missing or damaged, or the file can't be written.
pub(crate) fn write(context: &Context, check: &Outcome<CheckDetails>) -> Result<PathBuf, CliError> {
    let page = page::page(&gather::gather(context, check)?);
    let folder = context.work.report();
    fs::create_dir_all(&folder).map_err(|error| CliError::io(&folder, &error))?;
    let path = folder.join("index.html");
    // Whoever has it open sees the old one or the new one.
    let beside = folder.join("index.html.new");
    fs::write(&beside, page).map_err(|error| CliError::io(&beside, &error))?;
    fs::rename(&beside, &path).map_err(|error| CliError::io(&path, &error))?;
    Ok(path)
}
