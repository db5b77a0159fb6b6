//! The formats of slackdump beside exports: its archive (a SQLite database), its chunks (gzips of
//! lines) and its dumps (a file per conversation), crates/readers/src/slack/FORMAT.md 1.4.
//!
//! Each is laid out anew as an export with lists, folders and day files, once and to a file without
//! a name, so that everything behind this module knows one layout. [`lists`] gathers who and what
//! there is, [`days`] puts the messages in order.

mod archive;
mod chunks;
mod database;
mod days;
mod dump;
mod lists;

use std::collections::BTreeMap;

use super::layout::{self, OTHER_FOLDERS};
use crate::container::VirtualContainer;
use crate::{Container, ReadError, Sink};

pub(super) use archive::FORMATS;
use archive::{Archive, Format};
use days::failed;

/// The layout in words, if the container holds one of slackdump's own.
pub(super) fn sniff(container: &Container) -> Option<&'static str> {
    archives(container)
        .values()
        .min()
        .map(|format| format.words())
}

/// The folders that hold something of slackdump's own, and what. Where there is a single day file,
/// it is an export, whatever lies beside it.
fn archives(container: &Container) -> BTreeMap<&str, Format> {
    let mut found: BTreeMap<&str, Format> = BTreeMap::new();
    for entry in container.entries() {
        let (folder, name) = layout::split_last(&entry.path);
        // What people attached may be called anything.
        if layout::is_uploaded(folder) {
            continue;
        }
        if layout::is_day(name) {
            return BTreeMap::new();
        }
        let holds_files = |part| OTHER_FOLDERS.contains(&part) || layout::is_conversation_id(part);
        if folder.split('/').any(holds_files) {
            continue;
        }
        if let Some(format) = Format::of(name) {
            let known = found.entry(folder).or_insert(format);
            *known = format.min(*known);
        }
    }
    found
}

/// The exports, those in slackdump's own formats laid out anew.
pub(super) fn relayout(
    exports: &[Container],
    sink: &mut Sink<'_>,
) -> Result<Vec<Container>, ReadError> {
    let all = exports.iter();
    all.map(|container| match archives(container) {
        archives if archives.is_empty() => Ok(container.clone()),
        archives => unfold_one(container, &archives, sink),
    })
    .collect()
}

fn unfold_one(
    container: &Container,
    archives: &BTreeMap<&str, Format>,
    sink: &mut Sink<'_>,
) -> Result<Container, ReadError> {
    let mut out = VirtualContainer::begin().map_err(failed)?;
    for (prefix, format) in archives {
        let mut archive = Archive {
            container,
            prefix,
            lists: lists::Lists::default(),
            out: &mut out,
            again: 0,
        };
        match format {
            Format::Database => database::relayout(&mut archive, sink)?,
            Format::Chunks => chunks::relayout(&mut archive, sink)?,
            Format::Dump => dump::relayout(&mut archive, sink)?,
        }
        archive.finish(sink)?;
    }
    for entry in container.entries() {
        let (folder, name) = layout::split_last(&entry.path);
        let was_read = archives.contains_key(folder) && Format::of(name).is_some();
        let (outer, inner) = layout::split_last(folder.trim_end_matches('/'));
        let is_of_dump = archives.get(outer) == Some(&Format::Dump);
        let was_moved = is_of_dump && layout::is_conversation_id(inner);
        if !was_read && !was_moved {
            out.keep(entry, entry.path.clone());
        }
    }
    out.finish(container).map_err(failed)
}
