//! The layout of a container: its lines, and the files that they name
//! (crates/readers/src/mattermost/FORMAT.md 1).

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::line::Info;
use crate::container::normalise;
use crate::{Container, Entry};

/// An export within a container.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout<'c> {
    pub(super) container: &'c Container,
    /// The lines.
    pub(super) lines: &'c Entry,
    /// The prefix of the path of the lines: empty, or a folder with its `/`.
    prefix: &'c str,
}

/// The bytes of a file that suffice for its first line.
const FIRST_LINE: usize = 1 << 16;

impl<'c> Layout<'c> {
    /// Finds the export in a container, or the last one of several.
    pub(super) fn find(container: &'c Container) -> Option<(Self, Info)> {
        Self::find_all(container).pop()
    }

    /// Finds all exports in a container, the last one written last. Nothing below `data/` is one,
    /// where a user may have put a file that looks like an export.
    pub(super) fn find_all(container: &'c Container) -> Vec<(Self, Info)> {
        let candidates = container
            .entries()
            .iter()
            .filter(|entry| entry.path.ends_with(".jsonl") || entry.path.ends_with(".json"))
            .filter(|entry| {
                !entry
                    .path
                    .split('/')
                    .rev()
                    .skip(1)
                    .any(|part| part == "data")
            })
            .filter(|entry| entry.path.matches('/').count() <= 1)
            .filter(|entry| !is_day_of_slack(&entry.path));
        let found = candidates.filter_map(|lines| {
            let info = info(container, lines)?;
            let prefix = lines.path.rfind('/').map_or(0, |at| at + 1);
            let layout = Self {
                container,
                lines,
                prefix: lines.path.get(..prefix).unwrap_or_default(),
            };
            Some((layout, info))
        });
        let mut found: Vec<_> = found.collect();
        found.sort_by_cached_key(|(_, info)| info.created());
        found
    }

    /// The file that the lines call by that path: it is relative to `data/`, or in exports of old
    /// to the lines themselves; servers on Windows write it with backslashes.
    pub(super) fn file(&self, path: &str) -> Option<&'c Entry> {
        let path = normalise(path);
        let slashes = if path.contains('\\') {
            Cow::Owned(path.replace('\\', "/"))
        } else {
            Cow::Borrowed(path.as_str())
        };
        [slashes.as_ref(), path.as_str()]
            .map(|path| path.trim_start_matches("./").trim_start_matches('/'))
            .into_iter()
            .flat_map(|path| ["data/", ""].map(|folder| format!("{}{folder}{path}", self.prefix)))
            .find_map(|path| self.container.find(&path))
    }

    /// The paths of all files, as the lines would call them.
    pub(super) fn paths(&self) -> impl Iterator<Item = &'c str> {
        let folder = format!("{}data/", self.prefix);
        let entries = self.container.under(&folder).iter();
        entries.filter_map(move |entry| entry.path.strip_prefix(folder.as_str()))
    }

    /// The server's notes about files it could not export, a line each.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut bytes = Vec::new();
        let path = format!("{}warnings.txt", self.prefix);
        if let Some(entry) = self.container.find(&path)
            && self.container.read(entry, &mut bytes).is_ok()
        {
            let text = String::from_utf8_lossy(&bytes);
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            return lines.map(str::to_owned).collect();
        }
        Vec::new()
    }
}

/// Returns true if a file is called `2020-01-31.json`. Slack's exports hold tens of thousands of
/// these, and to look into all of them takes as long as to read them.
fn is_day_of_slack(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let shape = |c: char| if c.is_ascii_digit() { '0' } else { c };
    name.chars().map(shape).eq("0000-00-00.json".chars())
}

#[derive(Deserialize)]
struct FirstLine {
    #[serde(rename = "type")]
    kind: String,
    version: IgnoredAny,
    #[serde(default)]
    info: Option<Info>,
}

/// The beginning of a file.
pub(super) fn head(container: &Container, entry: &Entry) -> Vec<u8> {
    let mut head = Head(Vec::new());
    // Refusing more than the head is how the copy ends; what counts is what came until then.
    let _ = container.copy(entry, &mut head);
    head.0
}

/// Returns the first line, if it is an export's: `{"type":"version","version":1,…}`.
fn info(container: &Container, entry: &Entry) -> Option<Info> {
    let head = head(container, entry);
    let text = String::from_utf8_lossy(&head);
    let line = text.trim_start_matches('\u{feff}').lines().next()?;
    let first: FirstLine = serde_json::from_str(line).ok()?;
    let FirstLine {
        kind,
        version,
        info,
    } = first;
    let IgnoredAny = version;
    (kind == "version").then(|| info.unwrap_or_default())
}

/// Takes the head of a file and refuses the rest.
struct Head(Vec<u8>);

impl Write for Head {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() >= FIRST_LINE {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_slack() {
        for (path, is_day) in [
            ("general/2020-01-31.json", true),
            ("2020-01-31.json", true),
            ("2020-01-31.jsonl", false),
            ("export-2020-01-31.json", false),
            ("export.json", false),
        ] {
            assert_eq!(is_day_of_slack(path), is_day, "{path}");
        }
    }
}
