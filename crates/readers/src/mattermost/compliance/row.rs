//! A row of a compliance export, in whichever form.

use chatferry_model::Text;
use serde::{Deserialize, Serialize};

/// Something that happened in a channel.
#[derive(Debug)]
pub(super) struct Row<'r> {
    pub(super) channel: Channel<'r>,
    pub(super) person: Person<'r>,
    pub(super) what: What<'r>,
}

/// The channel. Fields that a form does not have are empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Channel<'r> {
    pub(super) id: &'r str,
    /// `public`, `private`, `direct` or `group`.
    pub(super) kind: &'r str,
    pub(super) name: &'r str,
    pub(super) shown: &'r str,
    pub(super) team_id: &'r str,
    pub(super) team: &'r str,
    pub(super) team_shown: &'r str,
}

/// The person. Fields that a form does not have are empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Person<'r> {
    pub(super) id: &'r str,
    pub(super) username: &'r str,
    pub(super) email: &'r str,
    pub(super) bot: bool,
}

/// The event.
#[derive(Debug)]
pub(super) enum What<'r> {
    /// Somebody came, or was there.
    Entered,
    Left,
    /// Somebody wrote, changed or deleted something, or took back a file.
    Post(Revision<'r>),
}

/// One state of a post, or one of its files.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Revision<'r> {
    /// The channel's id.
    #[serde(borrow)]
    pub(super) channel: Text<'r>,
    /// The username.
    #[serde(borrow)]
    pub(super) user: Text<'r>,
    #[serde(borrow)]
    pub(super) post: Text<'r>,
    /// The post it answers; empty if none.
    #[serde(borrow)]
    pub(super) root: Text<'r>,
    /// Milliseconds.
    pub(super) created: i64,
    /// Milliseconds.
    pub(super) updated: i64,
    pub(super) state: State,
    /// The post's type; empty if an ordinary one.
    #[serde(borrow)]
    pub(super) kind: Text<'r>,
    /// The text, or the path of the file below `data/`.
    #[serde(borrow)]
    pub(super) text: Text<'r>,
}

/// The state of a post in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    /// The post as it is.
    #[default]
    Current,
    /// The post after an edit.
    Edited,
    /// The post before an edit.
    Older,
    Deleted,
    /// A file that hangs on it.
    File,
    /// A file that no longer does.
    FileDeleted,
}

impl State {
    /// By the server's name of an update (`PostUpdatedType`).
    pub(super) fn of_update(name: &str) -> Self {
        match name {
            "EditedOriginalMsg" => Self::Older,
            "EditedNewMsg" => Self::Edited,
            "Deleted" => Self::Deleted,
            "FileDeleted" => Self::FileDeleted,
            _ => Self::Current,
        }
    }

    pub(super) fn is_file(self) -> bool {
        matches!(self, Self::File | Self::FileDeleted)
    }
}
