//! The report: one page that says what came in, what goes where, and what is lost and why.
//!
//! It is gathered from the manifests, findings and plan of the work folder ([`gather`]) and written
//! as one file that needs nothing else ([`page`]): no network, no scripts. The same work folder
//! gives the same bytes. Findings are streamed and only counted, so that a million of them cost no
//! memory.

mod findings;
mod gather;
mod input;
mod page;
mod parts;
mod people;
mod places;
mod sections;

use std::path::PathBuf;

use fs_err as fs;

use crate::error::PageError;

pub use input::ReportInput;

/// Writes `report/index.html` and returns its path.
///
/// # Errors
/// When a stage's folder is missing or damaged, or the file can't be written.
pub fn write(input: ReportInput<'_>) -> Result<PathBuf, PageError> {
    let folder = input.work.report();
    let page = page::page(&gather::gather(input)?);
    fs::create_dir_all(&folder)?;
    let path = folder.join("index.html");
    // Whoever has it open sees the old one or the new one.
    let beside = folder.join("index.html.new");
    fs::write(&beside, page)?;
    fs::rename(&beside, &path)?;
    Ok(path)
}
