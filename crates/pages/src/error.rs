//! The reasons why a page can't be made.

use std::io;

use chatferry_model::jsonl::JsonlError;
use chatferry_model::manifest::ManifestError;

/// A page that can't be made.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The manifest of a stage is missing or damaged.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A file of a stage is damaged.
    #[error(transparent)]
    Lines(#[from] JsonlError),
    /// The page can't be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}
