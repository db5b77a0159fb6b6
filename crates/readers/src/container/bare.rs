//! A file of JSON lines as a container, with the folders of files that lie beside it
//! (mattermost.md 1: the form without an archive).

use std::path::Path;

use super::{ContainerError, Entry, Place, display_name, folder};

/// The folders that such an export has beside it.
const BESIDE: &[&str] = &["data", "exported_emoji"];

pub(super) fn list(path: &Path, size: u64) -> Result<Vec<Entry>, ContainerError> {
    let mut entries = vec![Entry {
        path: display_name(path),
        size,
        place: Place::File(path.to_owned()),
    }];
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
