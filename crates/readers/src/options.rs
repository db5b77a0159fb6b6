//! The options of reading.

use chatferry_model::selection::Selection;
use serde::{Deserialize, Serialize};

/// The options of reading.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Write the messages as `.jsonl.zst`.
    pub compress: bool,
    /// The conversations and dates to read.
    pub selection: Selection,
    /// The outcome for joins, topics and the like.
    pub system_messages: SystemMessages,
    /// The outcome for smileys made of signs.
    pub text_smileys: TextSmileys,
    /// The outcome for previews of links.
    pub link_previews: LinkPreviews,
}

/// The outcome for what the source noted by itself: joins, leaves, topics, names, archiving.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SystemMessages {
    /// Count them, and leave them out unless somebody replied to them.
    #[default]
    Drop,
    /// Keep them as system lines.
    Show,
}

/// The outcome for the previews that the source made of links in a message (title, summary,
/// picture).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkPreviews {
    /// Keep them as cards: what was behind the link may be gone.
    #[default]
    Card,
    /// Leave them out where the message says anything else, and count them.
    Drop,
}

/// The outcome for smileys made of signs, `:-)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextSmileys {
    /// Show them as emoji where the source does: Mattermost's clients do so unless told otherwise
    /// (crates/readers/src/mattermost/FORMAT.md 4).
    #[default]
    Emoji,
    /// Leave them as they are written.
    Text,
}
