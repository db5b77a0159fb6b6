//! A file of JSON lines, a gzip of such or a database as a container, with the folders of files
//! that lie beside it (crates/readers/src/mattermost/FORMAT.md 1: the form without an archive;
//! crates/readers/src/slack/FORMAT.md 1.4: `slackdump.sqlite`).

use std::path::Path;

use super::{ContainerError, Entry, Place, display_name, folder};

/// The folders that such an export has beside it.
const BESIDE: &[&str] = &["data", "exported_emoji", "__uploads"];

/// The columns of a table of a compliance export.
const BESIDE_TABLES: &[&str] = &["files"];

/// The lists that a conversation in one of slackdump's chunks has beside it.
const LISTS_BESIDE: &[&str] = &["channels.json.gz", "users.json.gz", "workspace.json.gz"];

pub(super) fn list(path: &Path, size: u64) -> Result<Vec<Entry>, ContainerError> {
    let mut entries = vec![Entry {
        path: display_name(path),
        size,
        place: Place::File(path.to_owned()),
    }];
    let log = format!("{}-wal", display_name(path));
    let mut beside = vec![log.as_str()];
    if display_name(path).ends_with(".json.gz") {
        beside.extend(LISTS_BESIDE);
    }
    for name in beside {
        let file = path.with_file_name(name);
        if file != path
            && let Ok(metadata) = file.metadata()
        {
            entries.push(Entry {
                path: display_name(&file),
                size: metadata.len(),
                place: Place::File(file),
            });
        }
    }
    let folders = if display_name(path).ends_with(".csv") {
        BESIDE_TABLES
    } else {
        BESIDE
    };
    for name in folders {
        let beside = path.with_file_name(name);
        if beside.is_dir() {
            entries.extend(folder::list(&beside)?.into_iter().map(|entry| Entry {
                path: format!("{name}/{}", entry.path),
                ..entry
            }));
        }
    }
    Ok(entries)
}
