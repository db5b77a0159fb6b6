//! The reasons why fetching ends with an error.

use std::io;

use chatferry_model::jsonl::JsonlError;
use chatferry_model::manifest::ManifestError;
use chatferry_readers::ReadError;

/// An error that ends fetching. Whatever concerns a single file is a finding instead.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The setting for a stand-in leads to another machine, where no token may go.
    #[error("{0:?} is no address of this machine, like http://127.0.0.1:8080")]
    NotThisMachine(String),
    /// The user's token can't be sent.
    #[error("{0} holds characters that no token has")]
    Token(&'static str),
    /// An export can't be opened.
    #[error(transparent)]
    Export(#[from] ReadError),
    /// A file of the work folder is damaged or can't be written.
    #[error(transparent)]
    Lines(#[from] JsonlError),
    /// The manifest can't be read or written.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The file system said no.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// TLS can't be set up on this machine.
    #[error(transparent)]
    Client(reqwest::Error),
    /// A worker broke off, which is a bug.
    #[error("a worker of `fetch` broke off")]
    Worker,
}
