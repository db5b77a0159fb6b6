//! The settings of rendering.

use chatferry_model::folder::FetchFolder;
use chatferry_model::limits::Limits;
use chatferry_model::phrases::{ENGLISH, Phrases};
use chatferry_model::selection::Selection;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// The settings of rendering.
#[derive(Clone, Debug)]
pub struct RenderSettings {
    /// The conversations and messages are rendered.
    pub selection: Selection,
    /// The folder of fetched files, if any were.
    pub fetched: Option<FetchFolder>,
    /// The largest message in bytes (`limits.message_bytes`): the UTF-8 bytes of its HTML and of
    /// the JSON of its mentions and attachments. What is larger is split. Teams takes about 28 KiB
    /// (crates/graph/RULES.md R43).
    pub message_bytes: usize,
    /// The largest request in bytes (`limits.request_bytes`), pictures included
    /// (crates/graph/RULES.md R42).
    pub request_bytes: usize,
    /// The outcome for pictures.
    pub images: Images,
    /// The outcome for pictures that move.
    pub animated_images: AnimatedImages,
    /// The outcome for files.
    pub files: Files,
    /// The outcome for reactions.
    pub reactions: Reactions,
    /// True if posts bring along `reactions` for upload to try (crates/graph/RULES.md 1.11:
    /// unproven).
    pub reactions_probe: bool,
    /// The way people are called.
    pub mentions: Mentions,
    /// The form of channel mentions.
    pub channel_mentions: ChannelMentions,
    /// The form of mentions of everybody.
    pub broadcast_mentions: BroadcastMentions,
    /// The form of code blocks.
    pub code_blocks: CodeBlocks,
    /// The place where a reply stands that the source showed in its conversation too.
    pub broadcast: Broadcast,
    /// True if the posts' files are compressed.
    pub compress: bool,
    /// The zone in which times are shown.
    pub time_zone: TimeZone,
    /// The words put around messages.
    pub phrases: &'static Phrases,
}

impl Default for RenderSettings {
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            fetched: None,
            message_bytes: Limits::default().message_bytes,
            request_bytes: Limits::default().request_bytes,
            images: Images::default(),
            animated_images: AnimatedImages::default(),
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
            phrases: &ENGLISH,
        }
    }
}

impl RenderSettings {
    /// Returns the bytes that the pictures of a post may take in a request, in base64: all that its
    /// text leaves, which JSON may make twice as long.
    pub(crate) fn image_room(&self) -> usize {
        self.request_bytes
            .saturating_sub(self.message_bytes.saturating_mul(2))
            .saturating_sub(16 * 1024)
    }
}

/// The outcome for pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Images {
    /// Images are shown within the text; what is too large for that is attached as a file.
    #[default]
    Inline,
    /// Images are attached as files.
    Files,
    /// Images are named, and stay where they are.
    Off,
}

/// The outcome for pictures that move, which Graph does not take within a text
/// (crates/graph/RULES.md G1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnimatedImages {
    /// The first frame is shown within the text; the picture itself is attached as a file.
    #[default]
    Still,
    /// Animated images are attached as files only.
    File,
}

/// The outcome for files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Files {
    /// Files are uploaded to SharePoint or OneDrive and attached.
    #[default]
    Upload,
    /// Files are named, and stay where they are.
    List,
}

/// The outcome for reactions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reactions {
    /// A line of them with their numbers.
    #[default]
    Line,
    /// Reactions are listed with the names of those who reacted.
    Names,
    /// Reactions are left out.
    Off,
}

/// The way people are called.
///
/// Importing a mention is documented (crates/graph/RULES.md 1.11), and neither a document nor a
/// tool tells of anybody being notified by one: messages in migration mode keep their own, past
/// times. Whoever wants to be certain writes names as text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mentions {
    /// As Teams itself calls them, where they have an account.
    #[default]
    People,
    /// By name, in bold.
    Text,
}

/// The form of channel mentions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelMentions {
    /// As Teams itself calls them, where they became channels that everybody in the team can see.
    Mention,
    /// By name, in bold.
    #[default]
    Text,
}

/// The form of mentions of everybody: `@here`, `@channel`, `@everyone`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BroadcastMentions {
    /// By that word, in bold.
    #[default]
    Text,
    /// As Teams itself calls a channel.
    Channel,
}

/// The form of code blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeBlocks {
    /// `<codeblock class="rust"><code>`: Teams' own form since January 2026, with colours.
    #[default]
    Codeblock,
    /// `<pre>`, without colours: what every client shows.
    Pre,
}

/// The place where a reply stands that the source showed in its conversation too (Slack's "also
/// sent to").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Broadcast {
    /// In the thread, with a mark, and a copy of it in the channel: found where people look for it.
    #[default]
    Both,
    /// In the thread, with a mark.
    Thread,
}
