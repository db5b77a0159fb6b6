//! The cache of what was made of each blob.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::ImageOutcome;

/// The cache of what was made of each blob.
#[derive(Default)]
pub(super) struct BlobCache(Mutex<HashMap<Box<str>, Arc<Entry>>>);

/// The cached results of one blob.
#[derive(Default)]
pub(super) struct Entry {
    pub(super) image: OnceLock<ImageOutcome>,
    /// The size in `3-render/files`; nothing if it is not there.
    pub(super) stored: OnceLock<Option<u64>>,
}

impl BlobCache {
    pub(super) fn entry(&self, blob: &str) -> Arc<Entry> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.get(blob) {
            return Arc::clone(entry);
        }
        Arc::clone(entries.entry(blob.into()).or_default())
    }
}
