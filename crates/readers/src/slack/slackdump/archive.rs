//! An archive of slackdump's, and the files of its format.

use std::collections::BTreeMap;

use super::super::layout;
use super::days::{Days, failed};
use super::lists::Lists;
use crate::container::VirtualContainer;
use crate::{Container, Entry, ReadError, Sink};

/// A format of slackdump's own. Where one folder looks like several, the first counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::slack) enum Format {
    /// `slackdump.sqlite`.
    Database,
    /// `C….json.gz`, `channels.json.gz`, `users.json.gz`.
    Chunks,
    /// `C….json`.
    Dump,
}

impl Format {
    /// The format that a file of that name belongs to.
    pub(super) fn of(name: &str) -> Option<Self> {
        if name.ends_with(".sqlite") {
            return Some(Self::Database);
        }
        if let Some(stem) = name.strip_suffix(".json.gz") {
            let is_list = ["channels", "search", "users", "workspace"].contains(&stem);
            return (is_list || conversation(name).is_some()).then_some(Self::Chunks);
        }
        conversation(name).map(|_| Self::Dump)
    }

    pub(super) fn words(self) -> &'static str {
        let mut formats = FORMATS.iter();
        let known = formats.find(|(format, ..)| *format == self);
        known.map_or("slackdump", |(_, _, words)| words)
    }
}

/// All formats, each with its name in tables and in messages.
pub(in crate::slack) const FORMATS: &[(Format, &str, &str)] = &[
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

/// An archive that is being laid out anew.
pub(super) struct Archive<'a> {
    pub(super) container: &'a Container,
    /// The path before its files: empty, or with a `/` at its end.
    pub(super) prefix: &'a str,
    pub(super) lists: Lists,
    pub(super) out: &'a mut VirtualContainer,
    /// Messages that a later answer of Slack's brought again.
    pub(super) again: u64,
}

impl<'a> Archive<'a> {
    /// The files of its format right in its folder, with their names.
    pub(super) fn files(
        &self,
        format: Format,
    ) -> impl Iterator<Item = (&'a str, &'a Entry)> + use<'a> {
        let prefix = self.prefix;
        let entries = self.container.under(prefix).iter();
        entries
            .filter_map(move |entry| Some((entry.path.get(prefix.len()..)?, entry)))
            .filter(move |(name, _)| !name.contains('/') && Format::of(name) == Some(format))
    }

    /// The files of each conversation by its id: one for the whole, or one for each thread.
    pub(super) fn conversations(&self, format: Format) -> BTreeMap<&'a str, Vec<&'a Entry>> {
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (name, entry) in self.files(format) {
            if let Some(id) = conversation(name) {
                all.entry(id).or_default().push(entry);
            }
        }
        all
    }

    /// Returns the place where the day files of a conversation go.
    pub(super) fn days(&mut self, id: &str) -> Days<'_> {
        Days::begin(format!("{}{id}/", self.prefix), self.out)
    }

    pub(super) fn finish(self, sink: &mut Sink<'_>) -> Result<(), ReadError> {
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
pub(super) fn conversation(name: &str) -> Option<&str> {
    let stem = name
        .strip_suffix(".json.gz")
        .or(name.strip_suffix(".json"))?;
    let id = stem.split('-').next()?;
    layout::is_conversation_id(id).then_some(id)
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
