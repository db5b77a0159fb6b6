//! Readers that turn third-party chat exports into the intermediate format.
//!
//! [`read`] opens the exports as [`Container`]s, asks every reader in [`READERS`] whether it knows
//! them, and lets the first that does read them into a [`Sink`], which writes the files of
//! `1-read`. A new source is a module with an [`ExportReader`] and one row in [`READERS`].
//!
//! Invariants: nothing is lost silently (each message is written, merged or skipped with a reason,
//! and [`model`](chatferry_model)'s sums prove it); one bad message costs one message; memory does
//! not grow with the export but for eight bytes a message of the largest conversation; the output
//! is the same whatever the number of threads; no export token reaches any output.
#![forbid(unsafe_code)]

pub mod codes;
pub mod container;
#[doc(hidden)]
pub mod fuzzing;

mod autolink;
mod blobs;
mod emoji;
mod encoding;
mod error;
mod external_sort;
#[cfg(test)]
mod fields;
mod file_servers;
mod json;
mod markdown;
mod mattermost;
mod options;
mod plausible;
mod shown;
mod sink;
mod slack;
mod source;
mod split;
mod support;
mod url;

use std::collections::BTreeMap;
use std::path::PathBuf;

use chatferry_model::folder::ReadFolder;
use chatferry_model::manifest::{Outcome, ReadDetails};
use chatferry_model::progress::Progress;

use slack::block_kit;

pub use container::{Container, ContainerError, Entry};
pub use error::ReadError;
pub use file_servers::{FileServers, TakeAddress};
pub use options::{LinkPreviews, ReadOptions, SystemMessages, TextSmileys};
pub use sink::Sink;
pub use source::{ExportReader, Guide, READERS};
pub use support::{Element, Support, SupportTable};

/// Reads `exports`, which are parts of one whole (a zip per date range), into the folder `into`,
/// which exists and is empty.
///
/// # Errors
/// When an export can't be opened, no reader knows it, or the folder can't be written. What is
/// wrong within an export is a finding of the outcome instead.
pub fn read(
    exports: &[PathBuf],
    into: &ReadFolder,
    options: &ReadOptions,
    progress: &dyn Progress,
) -> Result<Outcome<ReadDetails>, ReadError> {
    let mut containers = Vec::with_capacity(exports.len());
    for export in exports {
        containers.push(Container::open(export)?);
    }
    let reader = source::choose(exports, &containers)?;
    let mut sink = Sink::new(into, options, progress)?;
    for container in &containers {
        for other in source::others(reader, container) {
            sink.note_file(&codes::READ_OTHER_SOURCE, container.name(), other.name());
        }
    }
    reader.read(&containers, &mut sink)?;
    Ok(sink.finish())
}

/// The hash of each export's content, by its name: XXH3-128 of a file's bytes, or over the sorted
/// paths and contents of a folder, or of a bare file and what is read from beside it.
///
/// # Errors
/// When an export can't be read.
pub fn hash_inputs(exports: &[PathBuf]) -> Result<BTreeMap<String, String>, ReadError> {
    let mut hashes = BTreeMap::new();
    for (number, export) in exports.iter().enumerate() {
        let hash = container::hash_input(export)?;
        let mut name = container::display_name(export);
        if hashes.contains_key(&name) {
            name = format!("{name} ({})", number + 1);
        }
        hashes.insert(name, hash);
    }
    Ok(hashes)
}
