//! A file in a drive, as Graph answers it: `driveItem`, as far as it matters.

use serde::Deserialize;

use super::local::Local;
use super::names::is_rewritten;
use crate::deferred::DriveItemLink;
use crate::journal::FolderRow;
use crate::requests::segment;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    pub(super) id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    e_tag: Option<String>,
    #[serde(default)]
    web_url: Option<String>,
    #[serde(default)]
    file: Option<Facet>,
}

#[derive(Debug, Deserialize)]
struct Facet {
    #[serde(default)]
    hashes: Option<Hashes>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Hashes {
    #[serde(default)]
    quick_xor_hash: Option<String>,
}

impl Item {
    /// Returns true if it holds what `local` does. `sent` is whether we put or may have put it
    /// there: then a missing hash is made up for by the size, and what SharePoint rewrote is ours
    /// still.
    pub(super) fn holds(&self, local: &Local, name: &str, sent: bool) -> bool {
        let hashes = self.file.as_ref().and_then(|file| file.hashes.as_ref());
        let same_size = self.size.is_none_or(|size| size == local.size);
        match hashes.and_then(|hashes| hashes.quick_xor_hash.as_deref()) {
            Some(hash) if hash == local.hash && same_size => true,
            Some(_) => sent && is_rewritten(name) && !self.is_reserved(local),
            None => sent && (same_size || is_rewritten(name) && !self.is_reserved(local)),
        }
    }

    /// Returns true if it stands for a file whose upload session was cut off.
    pub(super) fn is_reserved(&self, local: &Local) -> bool {
        self.size == Some(0) && local.size > 0
    }

    /// The parts of an item that an attachment needs: the GUID of its eTag (`"{GUID},1"`), and its
    /// address by path. What Office opens has another `webUrl`, which is refused
    /// (crates/graph/RULES.md 1.10).
    pub(super) fn link(&self, folder: &FolderRow, name: &str) -> Option<DriveItemLink> {
        let tag = self.e_tag.as_deref()?;
        let (_, guid) = tag.split_once('{')?;
        let (guid, _) = guid.split_once('}')?;
        let by_path = self.web_url.as_deref().filter(|url| {
            !url.contains("/_layouts/") && !url.contains('?') && url.starts_with("https://")
        });
        let name = self.name.as_deref().unwrap_or(name);
        let url = by_path.map_or_else(
            || format!("{}/{}", folder.web.trim_end_matches('/'), segment(name)),
            str::to_owned,
        );
        Some(DriveItemLink {
            guid: guid.to_owned(),
            url,
        })
    }
}
