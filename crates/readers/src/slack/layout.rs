//! The layout of an export: its roots, and the folder of each conversation
//! (crates/readers/src/slack/FORMAT.md 1).

use std::collections::{BTreeMap, BTreeSet};

use super::metadata::{LISTS, PEOPLE};
use crate::{Container, Entry};

/// The layout of a container, told by its lists and folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// As Slack makes it.
    Official,
    /// Several workspaces of an organisation.
    Grid,
    /// As other tools make it.
    Tool,
    /// Day files only.
    Bare,
}

impl Layout {
    pub(super) const ALL: &[Self] = &[Self::Official, Self::Grid, Self::Tool, Self::Bare];

    /// The layout of a container; none if it is no export of Slack's.
    pub(super) fn of(container: &Container) -> Option<Self> {
        let roots = roots(0, container);
        let root = roots.first()?;
        let has = |name: &str| find(container, &root.prefix, name).is_some();
        let is_listed =
            LISTS.iter().any(|(list, _)| has(list)) || PEOPLE.iter().any(|list| has(list));
        Some(if roots.iter().any(|root| root.prefix.contains("teams/")) {
            Self::Grid
        } else if !is_listed {
            Self::Bare
        } else if has("integration_logs.json") {
            Self::Official
        } else {
            Self::Tool
        })
    }

    /// Returns the name in messages to users.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Official => "official export",
            Self::Grid => "Enterprise Grid export",
            Self::Tool => "export of a tool (slackdump and the like)",
            Self::Bare => "folders of day files without lists",
        }
    }

    /// Returns the name in the table of what is supported.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Official => "official export",
            Self::Grid => "Enterprise Grid export",
            Self::Tool => "export of slackdump and other tools",
            Self::Bare => "folders of day files without lists",
        }
    }

    /// Returns what it is converted to.
    pub(super) fn becomes(self) -> &'static str {
        match self {
            Self::Official => "everything in it, wrapped in folders or not; several are merged",
            Self::Grid => "conversations of the organisation and of each workspace",
            Self::Tool => "the same, with the files that came along",
            Self::Bare => "private channels named after the folders, for want of lists",
        }
    }
}

/// A place in a container that has lists of its own: an export, or a workspace within one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Root {
    /// The number of the container.
    pub(super) container: usize,
    /// The path before its files: empty, or with a `/` at its end.
    pub(super) prefix: String,
    /// True if a list is there, or only folders of day files.
    listed: bool,
}

/// Folders that hold what people uploaded, whatever it is called.
const UPLOADS: &[&str] = &["__uploads", "__upload", "__avatars"];

/// Folders that may hold other files than those of a channel of that name.
pub(super) const OTHER_FOLDERS: &[&str] = &["attachments", "emojis", "emoji", "teams"];

/// A canvas is listed beside the day files of its channel (trap 3).
const CANVAS: &str = "canvas_in_the_conversation.json";

/// The greatest depth of a root: a workspace of a Grid export that was wrapped in folders thrice.
const DEEPEST: usize = 5;

/// The roots of a container: every folder that holds a list of Slack's, and every other one that
/// holds folders of day files, so that no day file is without a root.
pub(super) fn roots(number: usize, container: &Container) -> Vec<Root> {
    let mut listed = BTreeSet::new();
    for entry in container.entries() {
        let (prefix, name) = split_last(&entry.path);
        let is_list = LISTS.iter().any(|(list, _)| is_called(name, list))
            || PEOPLE.iter().any(|list| is_called(name, list));
        if is_list && depth(prefix) <= DEEPEST && !is_uploaded(prefix) {
            listed.insert(prefix);
        }
    }
    let mut prefixes: BTreeMap<&str, bool> = listed.iter().map(|prefix| (*prefix, true)).collect();
    for entry in container.entries() {
        let (folder, name) = split_last(&entry.path);
        let around = parent(folder);
        if is_day(name)
            && !is_uploaded(folder)
            && !listed.contains(folder)
            && !listed.contains(around)
        {
            prefixes.insert(around, false);
        }
    }
    prefixes
        .into_iter()
        .map(|(prefix, listed)| Root {
            container: number,
            prefix: prefix.to_owned(),
            listed,
        })
        .collect()
}

/// The entries of each conversation's folder: day files, sorted by name, and what else is there.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Folder<'c> {
    pub(super) days: Vec<&'c Entry>,
    pub(super) canvases: Vec<&'c Entry>,
}

/// The folders of a root by name; each file belongs to one root. Where lists lie among day files,
/// these are a conversation of their own, called nothing.
pub(super) fn folders<'c>(
    container: &'c Container,
    root: &Root,
    roots: &[Root],
) -> BTreeMap<&'c str, Folder<'c>> {
    let mut folders: BTreeMap<&str, Folder<'_>> = BTreeMap::new();
    let has_lists = |prefix: &str| {
        let mut roots = roots.iter();
        roots.any(|other| {
            other.listed && other.container == root.container && other.prefix == prefix
        })
    };
    for entry in container.under(&root.prefix) {
        let (path, name) = split_last(&entry.path);
        let folder = if path == root.prefix && (root.listed || path.is_empty()) {
            ""
        } else if parent(path) == root.prefix && path != root.prefix && !has_lists(path) {
            path.get(root.prefix.len()..)
                .unwrap_or_default()
                .trim_end_matches('/')
        } else {
            continue;
        };
        let is_other =
            folder.is_empty() || OTHER_FOLDERS.contains(&folder) || UPLOADS.contains(&folder);
        let is_json = name.len() > 5 && name.to_ascii_lowercase().ends_with(".json");
        if !is_json || is_other && !is_day(name) || is_uploaded(path) {
            continue;
        }
        let files = folders.entry(folder).or_default();
        let list = if name == CANVAS {
            &mut files.canvases
        } else {
            &mut files.days
        };
        list.push(entry);
    }
    folders
}

/// The files of a root that came along: `__uploads/<file>/<name>` and the like, by file id. Only
/// the id counts, names are made fit for file systems in many ways
/// (crates/readers/src/slack/FORMAT.md 1.4).
pub(super) fn uploads<'c>(container: &'c Container, root: &Root) -> Vec<(&'c str, &'c Entry)> {
    let mut uploads = Vec::new();
    for entry in container.under(&root.prefix) {
        let rest = entry.path.get(root.prefix.len()..).unwrap_or_default();
        let parts: Vec<&str> = rest.split('/').collect();
        let id = match *parts.as_slice() {
            ["__uploads" | "__upload", id, _] => id,
            [_, "attachments", name] => name.split('-').next().unwrap_or_default(),
            _ => continue,
        };
        if is_file_id(id) {
            uploads.push((id, entry));
        }
    }
    uploads
}

/// The file that a file conversation's folder is about: `FC_F063PH5B2MA_Title` (trap 4).
pub(super) fn file_of_folder(folder: &str) -> Option<&str> {
    let id = folder.strip_prefix("FC_").or(folder.strip_prefix("FC:"))?;
    let id = id.split(['_', ':']).next()?;
    is_file_id(id).then_some(id)
}

/// Returns true if a name is that of a day file.
pub(super) fn is_day(name: &str) -> bool {
    let bytes = name.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes
            .get(range)
            .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    name.len() == "2020-01-31.json".len()
        && name
            .get("2020-01-31".len()..)
            .is_some_and(|extension| is_called(extension, ".json"))
        && digits(0..4)
        && digits(5..7)
        && digits(8..10)
        && bytes.get(4) == Some(&b'-')
        && bytes.get(7) == Some(&b'-')
}

/// Returns true if a folder is called by an id, as those of direct messages are.
pub(super) fn is_conversation_id(name: &str) -> bool {
    name.len() >= 9
        && name.starts_with(['C', 'D', 'G'])
        && name
            .bytes()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        && name.bytes().any(|c| c.is_ascii_digit())
}

fn is_file_id(id: &str) -> bool {
    id.len() >= 2
        && id.starts_with('F')
        && id
            .bytes()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// The folder, with a `/` at its end unless it is empty, and the name.
pub(super) fn split_last(path: &str) -> (&str, &str) {
    let at = path.rfind('/').map_or(0, |at| at + 1);
    path.split_at(at)
}

/// The folder around a folder, with a `/` at its end; that around the outermost is itself.
fn parent(folder: &str) -> &str {
    split_last(folder.trim_end_matches('/')).0
}

/// Returns true if a folder holds what people uploaded. What lies right in `__uploads` belongs to
/// no file: it is a day of a channel of that name, if it looks like one.
pub(super) fn is_uploaded(folder: &str) -> bool {
    let parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let (_, around) = parts.split_last().unwrap_or((&"", &[]));
    around.iter().any(|name| UPLOADS.contains(name))
}

/// The file of that name right behind `prefix`, in capitals too: some tools write `.JSON`.
pub(super) fn find<'c>(container: &'c Container, prefix: &str, name: &str) -> Option<&'c Entry> {
    let path = format!("{prefix}{name}");
    container.find(&path).or_else(|| {
        let mut entries = container.under(prefix).iter();
        entries.find(|entry| is_called(&entry.path, &path))
    })
}

fn is_called(name: &str, wanted: &str) -> bool {
    name.eq_ignore_ascii_case(wanted)
}

fn depth(prefix: &str) -> usize {
    prefix.matches('/').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert!(is_day("2020-01-31.json"));
        assert!(is_day("2020-01-31.JSON"));
        assert!(!is_day("2020-01-31.txt"));
        assert!(is_uploaded("__uploads/F1/"));
        assert!(!is_uploaded("__uploads/"));
        assert!(!is_day("canvas_in_the_co.json"));
        assert!(is_conversation_id("D04AR51RP"));
        assert!(!is_conversation_id("DOCUMENTS"));
        assert_eq!(
            file_of_folder("FC_F063PH5B2MA_Type something"),
            Some("F063PH5B2MA")
        );
        assert_eq!(file_of_folder("FC_club"), None);
    }
}
