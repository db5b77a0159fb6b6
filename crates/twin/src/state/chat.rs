//! Chats.

use serde::{Deserialize, Serialize};

use crate::ids::{ChatId, UserId};
use crate::moment::Moment;
use crate::state::{Roster, Thread};

/// `chatType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ChatKind {
    OneOnOne,
    Group,
    Meeting,
}

/// A chat.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Chat {
    pub(crate) id: ChatId,
    pub(crate) kind: ChatKind,
    pub(crate) topic: Option<String>,
    pub(crate) thread: Thread,
    pub(crate) members: Roster,
}

impl Chat {
    /// From when on its messages are shown to a member (R58). The history of a one-on-one chat
    /// begins with the chat itself: its roster cannot be repaired, its date can
    /// (crates/graph/RULES.md 1.15).
    pub(crate) fn visible_from(&self, user: &UserId) -> Option<Moment> {
        let member = self.members.of(user)?;
        Some(match self.kind {
            ChatKind::OneOnOne => self.thread.created(),
            ChatKind::Group | ChatKind::Meeting => member.visible_from,
        })
    }
}
