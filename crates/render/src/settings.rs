//! What can be set about rendering.

use chatferry_model::folder::FetchFolder;
use chatferry_model::selection::Selection;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::texts::{ENGLISH, Texts};

/// What can be set about rendering.
#[derive(Clone, Debug)]
pub struct RenderSettings {
    /// Which conversations and messages are rendered.
    pub selection: Selection,
    /// Where fetched files are, if any were.
    pub fetched: Option<FetchFolder>,
    /// The largest message in bytes (`limits.message_bytes`): the UTF-8 bytes of its HTML and of the
    /// JSON of its mentions and attachments. What is larger is split. Teams takes about 28 KiB
    /// (graph.md R43).
    pub message_bytes: usize,
    /// The largest request in bytes (`limits.request_bytes`), pictures included (graph.md R42).
    pub request_bytes: usize,
    /// What becomes of pictures.
    pub images: Images,
    /// What becomes of files.
    pub files: Files,
    /// What becomes of reactions.
    pub reactions: Reactions,
    /// Whether posts bring along `reactions` for upload to try (graph.md 1.11: unproven).
    pub reactions_probe: bool,
    /// How people are called.
    pub mentions: Mentions,
    /// How channels are called.
    pub channel_mentions: ChannelMentions,
    /// How everybody is called.
    pub broadcast_mentions: BroadcastMentions,
    /// How code blocks are written.
    pub code_blocks: CodeBlocks,
    /// Where a reply stands that the source showed in its conversation too.
    pub broadcast: Broadcast,
    /// Whether the posts' files are compressed.
    pub compress: bool,
    /// The zone in which times are shown.
    pub time_zone: TimeZone,
    /// The words put around messages.
    pub texts: &'static Texts,
}

impl Default for RenderSettings {
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            fetched: None,
            message_bytes: 28 * 1024,
            request_bytes: 4 * 1024 * 1024,
            images: Images::default(),
            files: Files::default(),
            reactions: Reactions::default(),
            reactions_probe: false,
            mentions: Mentions::default(),
            channel_mentions: ChannelMentions::default(),
            broadcast_mentions: BroadcastMentions::default(),
            code_blocks: CodeBlocks::default(),
            broadcast: Broadcast::default(),
            compress: false,
            time_zone: TimeZone::UTC,
            texts: &ENGLISH,
        }
    }
}

impl RenderSettings {
    /// What the pictures of a post may take in a request, in base64: all that its text leaves, which
    /// JSON may make twice as long.
    pub(crate) fn image_room(&self) -> usize {
        self.request_bytes
            .saturating_sub(self.message_bytes.saturating_mul(2))
            .saturating_sub(16 * 1024)
    }
}

/// What becomes of pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Images {
    /// They stand within the text; what is too large for that hangs on the post as a file.
    #[default]
    Inline,
    /// They hang on the post as files.
    Files,
    /// They are named, and stay where they are.
    Off,
}

/// What becomes of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Files {
    /// They go into SharePoint or OneDrive and hang on their posts.
    #[default]
    Upload,
    /// They are named, and stay where they are.
    List,
}

/// What becomes of reactions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reactions {
    /// A line of them with their numbers.
    #[default]
    Line,
    /// The same with the names of those who reacted.
    Names,
    /// They are left out.
    Off,
}

/// How people are called.
///
/// Importing a mention is documented (graph.md 1.11), and neither a document nor a tool tells of
/// anybody being notified by one: messages in migration mode keep their own, past times. Whoever
/// wants to be certain writes names as text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mentions {
    /// As Teams itself calls them, where they have an account.
    #[default]
    People,
    /// By name, in bold.
    Text,
}

/// How channels are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelMentions {
    /// As Teams itself calls them, where they became channels that everybody in the team can see.
    Mention,
    /// By name, in bold.
    #[default]
    Text,
}

/// How everybody is called: `@here`, `@channel`, `@everyone`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BroadcastMentions {
    /// By that word, in bold.
    #[default]
    Text,
    /// As Teams itself calls a channel.
    Channel,
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
