//! Errors that stop rendering.

use std::path::{Path, PathBuf};

use chatferry_model::jsonl::JsonlError;

/// An error that stops rendering; nothing half-done is left in place.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A file of `1-read` can't be read, or one of `3-render` can't be written.
    #[error(transparent)]
    Jsonl(#[from] JsonlError),
    /// A post can't be written as JSON.
    #[error("a post can't be written: {0}")]
    Json(#[from] serde_json::Error),
    /// A folder or file can't be made, read or written.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The underlying error.
        #[source]
        error: std::io::Error,
    },
    /// A private conversation would be posted where everybody can read it (crates/DECISIONS.md
    /// rule 4.4).
    #[error(
        "the private conversation {conversation} would go to {target}, a channel that its whole team can read; make that channel private in 2-map/conversations.csv"
    )]
    WouldPublish {
        /// The conversation.
        conversation: String,
        /// The target's name.
        target: String,
    },
    /// The plan says nothing of a conversation.
    #[error(
        "2-map says nothing about the conversation {conversation}; run `chatferry map` again, so that it goes somewhere or is skipped on purpose"
    )]
    Unplanned {
        /// The conversation.
        conversation: String,
    },
    /// A conversation goes to two places.
    #[error("the conversation {conversation} goes to {target} and elsewhere too")]
    PlannedTwice {
        /// The conversation.
        conversation: String,
        /// The second target.
        target: String,
    },
    /// The parts into which a conversation is split by time overlap or leave something out.
    #[error(
        "the parts of the conversation {conversation} in 2-map overlap or leave something out; run `chatferry map` again"
    )]
    Ranges {
        /// The conversation.
        conversation: String,
    },
    /// The plan names a conversation that was not read.
    #[error("2-map names the conversation {conversation}, which is not in 1-read")]
    NotRead {
        /// The conversation.
        conversation: String,
    },
    /// Somebody has no account, and no placeholder was named.
    #[error(
        "{name} wrote a message ({message} in {conversation}) but has no account in Teams, and no placeholder posts for people without one; set `placeholder`, or enter an account in 2-map/people.csv"
    )]
    NobodySpeaks {
        /// The name.
        name: String,
        /// The conversation.
        conversation: String,
        /// The message.
        message: String,
    },
}

impl RenderError {
    /// Says where the file system said no.
    pub(crate) fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        |error| Self::Io {
            path: path.to_owned(),
            error,
        }
    }
}
