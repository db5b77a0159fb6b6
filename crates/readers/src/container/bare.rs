//! A file of JSON lines or a database as a container, with the folders of files that lie beside it
//! (mattermost.md 1: the form without an archive; slack.md 1.4: `slackdump.sqlite`).

use std::path::Path;

use super::{ContainerError, Entry, Place, display_name, folder};

/// The folders that such an export has beside it.
const BESIDE: &[&str] = &["data", "exported_emoji", "__uploads"];

pub(super) fn list(path: &Path, size: u64) -> Result<Vec<Entry>, ContainerError> {
    let mut entries = vec![Entry {
        path: display_name(path),
        size,
        place: Place::File(path.to_owned()),
    }];
    let log = path.with_file_name(format!("{}-wal", display_name(path)));
    if let Ok(metadata) = log.metadata() {
        entries.push(Entry {
            path: display_name(&log),
            size: metadata.len(),
            place: Place::File(log),
        });
    }
    for name in BESIDE {
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
