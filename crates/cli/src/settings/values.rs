//! All settings, with their defaults.

use chatferry_mapping::{Chats, PeopleSettings, Route, Sheets};
use chatferry_model::limits::Limits;
use chatferry_model::phrases::Phrases;
use chatferry_readers::{LinkPreviews, SystemMessages, TextSmileys};
use chatferry_render::{
    AnimatedImages, Broadcast, BroadcastMentions, ChannelMentions, CodeBlocks, Files, Images,
    Mentions, Reactions, TimeZone,
};
use serde::{Deserialize, Serialize};

use crate::error::CliError;

/// All settings, resolved. An empty text means: not set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// The name of the team.
    pub(crate) team: String,
    /// The account that speaks for people without one: UPN or object id.
    pub(crate) placeholder: String,
    /// The owners of the teams: UPNs or object ids.
    pub(crate) owners: Vec<String>,
    /// The tenant's people: path of a CSV, XLSX or JSON file.
    pub(crate) directory: String,
    /// The choice between new and existing teams.
    pub(crate) route: Route,
    /// The outcome for direct and group messages.
    pub(crate) chats: Chats,
    /// The kind of file in which `map` writes its tables.
    pub(crate) sheets: Sheets,
    /// The outcome for joins, leaves and topic changes.
    pub(crate) system_messages: SystemMessages,
    /// The outcome for previews of links.
    pub(crate) link_previews: LinkPreviews,
    /// The outcome for smileys made of signs.
    pub(crate) text_smileys: TextSmileys,
    /// The place in which a reply that was also sent to the channel is shown.
    pub(crate) broadcast: Broadcast,
    /// The form of code blocks.
    pub(crate) code_blocks: CodeBlocks,
    /// The outcome for pictures.
    pub(crate) images: Images,
    /// The outcome for pictures that move.
    pub(crate) animated_images: AnimatedImages,
    /// The outcome for files.
    pub(crate) files: Files,
    /// The outcome for reactions.
    pub(crate) reactions: Reactions,
    /// True if reactions are tried as such too.
    pub(crate) reactions_probe: bool,
    /// The way people are called.
    pub(crate) mentions: Mentions,
    /// The form of channel mentions.
    pub(crate) channel_mentions: ChannelMentions,
    /// The form of mentions of everybody.
    pub(crate) broadcast_mentions: BroadcastMentions,
    /// The zone in which times are shown, by its IANA name.
    pub(crate) time_zone: String,
    /// The language of the words around messages.
    pub(crate) language: String,
    /// True if the files of `1-read` and `3-render` are compressed.
    pub(crate) compress: bool,
    /// The tenant: its id or a domain.
    pub(crate) tenant_id: String,
    /// The app registration's application (client) id.
    pub(crate) client_id: String,
    /// The app's certificate: path of a PEM or PFX file.
    pub(crate) client_certificate: String,
    /// Path of a file with a federated token.
    pub(crate) federated_token_file: String,
    /// The account whose OneDrive takes the files of chats: UPN, object id or `author`.
    pub(crate) files_account: String,
    /// Graph's address.
    pub(crate) graph_url: String,
    /// The login's address.
    pub(crate) login_url: String,
    /// The way people are matched, and what becomes of those who are not ordinary members.
    pub(crate) people: PeopleSettings,
    /// Limits.
    pub(crate) limits: Limits,
    /// The settings for fetching files.
    pub(crate) fetch: Fetch,
}

/// The settings for fetching files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Fetch {
    /// Files at a time.
    pub(crate) concurrency: usize,
    /// The number of times a file is tried again.
    pub(crate) retries: u32,
    /// A server on this machine that stands for the source's, in tests.
    pub(crate) server_url: String,
}

impl Default for Fetch {
    fn default() -> Self {
        Self {
            concurrency: 8,
            retries: 5,
            server_url: String::new(),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            team: String::new(),
            placeholder: String::new(),
            owners: Vec::new(),
            directory: String::new(),
            route: Route::default(),
            chats: Chats::default(),
            sheets: Sheets::default(),
            system_messages: SystemMessages::default(),
            link_previews: LinkPreviews::default(),
            text_smileys: TextSmileys::default(),
            broadcast: Broadcast::default(),
            code_blocks: CodeBlocks::default(),
            images: Images::default(),
            animated_images: AnimatedImages::default(),
            files: Files::default(),
            reactions: Reactions::default(),
            reactions_probe: false,
            mentions: Mentions::default(),
            channel_mentions: ChannelMentions::default(),
            broadcast_mentions: BroadcastMentions::default(),
            time_zone: "UTC".to_owned(),
            language: "en".to_owned(),
            compress: false,
            tenant_id: String::new(),
            client_id: String::new(),
            client_certificate: String::new(),
            federated_token_file: String::new(),
            files_account: String::new(),
            graph_url: "https://graph.microsoft.com".to_owned(),
            login_url: "https://login.microsoftonline.com".to_owned(),
            people: PeopleSettings::default(),
            limits: Limits::default(),
            fetch: Fetch::default(),
        }
    }
}

impl Settings {
    /// The zone in which dates are written.
    ///
    /// # Errors
    /// When there is none of that name.
    pub(crate) fn time_zone(&self) -> Result<TimeZone, CliError> {
        chatferry_render::time_zone(&self.time_zone).ok_or_else(|| {
            CliError::usage(format!("time_zone: {:?} is no time zone", self.time_zone))
                .hint("name it as \"Europe/Berlin\" or \"UTC\"")
        })
    }

    /// The words that are added to posts.
    ///
    /// # Errors
    /// When there are none in that language.
    pub(crate) fn phrases(&self) -> Result<&'static Phrases, CliError> {
        chatferry_model::phrases::phrases(&self.language).ok_or_else(|| {
            let message = format!("language: there are no words in {:?}", self.language);
            CliError::usage(message).hint("\"en\" is the one there is")
        })
    }
}
