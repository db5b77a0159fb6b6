//! The formats of slackdump beside exports: its archive (a SQLite database), its chunks (gzips of
//! lines) and its dumps (a file per conversation), crates/readers/src/slack/FORMAT.md 1.4.
//!
//! Each is laid out anew as an export with lists, folders and day files, once and to a file without
//! a name, so that everything behind this module knows one layout. [`lists`] gathers who and what
//! there is, [`days`] puts the messages in order.

mod chunks;
mod database;
mod days;
mod dump;
mod lists;

use std::collections::BTreeMap;
use std::io;

use super::layout::{self, OTHER_FOLDERS};
use crate::container::VirtualContainer;
use crate::{Container, Entry, ReadError, Sink};

/// One of slackdump's own formats. Where one folder looks like several, the first counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Format {
    /// `slackdump.sqlite`.
    Database,
    /// `C….json.gz`, `channels.json.gz`, `users.json.gz`.
    Chunks,
    /// `C….json`.
    Dump,
}

impl Format {
    /// The format that a file of that name belongs to.
    fn of(name: &str) -> Option<Self> {
        if name.ends_with(".sqlite") {
            return Some(Self::Database);
        }
        if let Some(stem) = name.strip_suffix(".json.gz") {
            let is_list = ["channels", "search", "users", "workspace"].contains(&stem);
            return (is_list || conversation(name).is_some()).then_some(Self::Chunks);
        }
        conversation(name).map(|_| Self::Dump)
    }

    fn words(self) -> &'static str {
        let mut formats = FORMATS.iter();
        let known = formats.find(|(format, ..)| *format == self);
        known.map_or("slackdump", |(_, _, words)| words)
    }
}

/// All formats, each with its name in tables and in messages.
pub(super) const FORMATS: &[(Format, &str, &str)] = &[
    (
        Format::Database,
        "slackdump's archive, a SQLite database",
        "slackdump's archive (SQLite)",
    ),
    (
        Format::Chunks,
        "slackdump's chunks, `.json.gz`",
        "slackdump's chunks",
    ),
    (
        Format::Dump,
        "slackdump's dump, `C….json`",
        "slackdump's dump",
    ),
];

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

/// An archive that is being laid out anew.
struct Archive<'a> {
    container: &'a Container,
    /// The path before its files: empty, or with a `/` at its end.
    prefix: &'a str,
    lists: lists::Lists,
    out: &'a mut VirtualContainer,
    /// Messages that a later answer of Slack's brought again.
    again: u64,
}

impl<'a> Archive<'a> {
    /// The files of its format right in its folder, with their names.
    fn files(&self, format: Format) -> impl Iterator<Item = (&'a str, &'a Entry)> + use<'a> {
        let prefix = self.prefix;
        let entries = self.container.under(prefix).iter();
        entries
            .filter_map(move |entry| Some((entry.path.get(prefix.len()..)?, entry)))
            .filter(move |(name, _)| !name.contains('/') && Format::of(name) == Some(format))
    }

    /// The files of each conversation by its id: one for the whole, or one for each thread.
    fn conversations(&self, format: Format) -> BTreeMap<&'a str, Vec<&'a Entry>> {
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (name, entry) in self.files(format) {
            if let Some(id) = conversation(name) {
                all.entry(id).or_default().push(entry);
            }
        }
        all
    }

    /// Returns the place where the day files of a conversation go.
    fn days(&mut self, id: &str) -> days::Days<'_> {
        days::Days::begin(format!("{}{id}/", self.prefix), self.out)
    }

    fn finish(self, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        for (name, text) in self.lists.write() {
            let path = format!("{}{name}", self.prefix);
            self.out.make(path, text.as_bytes()).map_err(failed)?;
        }
        let sum = sink.sum("messages");
        sum.input += self.again;
        if self.again > 0 {
            let merged = sum.merged.entry("in several answers of Slack".to_owned());
            *merged.or_default() += self.again;
        }
        Ok(())
    }
}

/// The conversation whose messages a file of that name holds: `C….json`, `C…-<ts>.json.gz`.
fn conversation(name: &str) -> Option<&str> {
    let stem = name
        .strip_suffix(".json.gz")
        .or(name.strip_suffix(".json"))?;
    let id = stem.split('-').next()?;
    layout::is_conversation_id(id).then_some(id)
}

/// Wraps an error; the output has no name, its folder does.
fn failed(error: io::Error) -> ReadError {
    ReadError::io(std::env::temp_dir())(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_format() {
        for (name, format) in [
            ("slackdump.sqlite", Some(Format::Database)),
            ("users.json.gz", Some(Format::Chunks)),
            ("C04AR31GN.json.gz", Some(Format::Chunks)),
            ("C04AR31GN-1500000001.000100.json.gz", Some(Format::Chunks)),
            ("D04AR51RP.json", Some(Format::Dump)),
            ("channels.json", None),
            ("2020-01-31.json", None),
            ("F04AR51RP-notes.txt", None),
        ] {
            assert_eq!(Format::of(name), format, "{name}");
        }
    }
}
