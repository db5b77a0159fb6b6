//! What can be set about rendering.

use chatferry_model::selection::Selection;
use serde::{Deserialize, Serialize};

use crate::texts::{ENGLISH, Texts};

/// What can be set about rendering.
#[derive(Clone, Debug)]
pub struct RenderSettings {
    /// Which conversations and messages are rendered.
    pub selection: Selection,
    /// The largest message in bytes (`limits.message_bytes`): the UTF-8 bytes of its HTML and of the
    /// JSON of its mentions. What is larger is split. Teams takes about 28 KiB (graph.md R43).
    pub message_bytes: usize,
    /// How code blocks are written.
    pub code_blocks: CodeBlocks,
    /// Where a reply stands that the source showed in its conversation too.
    pub broadcast: Broadcast,
    /// Whether the posts' files are compressed.
    pub compress: bool,
    /// The words put around messages.
    pub texts: &'static Texts,
}

impl Default for RenderSettings {
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            message_bytes: 28 * 1024,
            code_blocks: CodeBlocks::default(),
            broadcast: Broadcast::default(),
            compress: false,
            texts: &ENGLISH,
        }
    }
}

/// How code blocks are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeBlocks {
    /// `<codeblock class="rust"><code>`: Teams' own form since January 2026, with colours.
    #[default]
    Codeblock,
    /// `<pre>`, without colours: what every client shows.
    Pre,
}

/// Where a reply stands that the source showed in its conversation too (Slack's "also sent to").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Broadcast {
    /// In the thread, with a mark, and a copy of it in the channel: found where people look for it.
    #[default]
    Both,
    /// In the thread, with a mark.
    Thread,
}
