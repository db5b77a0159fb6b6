//! The state of the workspace before its messages are read: names, pins, files, emoji.

use std::collections::{HashMap, HashSet};

use chatferry_model::Micros;

use super::emoji::Name;
use crate::plausible::{Judged, Plausible};

/// The names of a workspace (or of several that are read together). Shared by all threads.
#[derive(Debug, Default)]
pub(super) struct NameTable {
    /// The name to show, by id.
    pub(super) people: HashMap<String, String>,
    /// The bot user of a bot, by the bot's id.
    pub(super) bots: HashMap<String, String>,
    /// The people that are bots, by id.
    pub(super) bot_people: HashSet<String>,
    /// The names of apps and integrations, by the ids of apps, bots and services.
    pub(super) apps: HashMap<String, String>,
    /// The name of a conversation, by id.
    pub(super) conversations: HashMap<String, String>,
    /// The id of a conversation by its name; none where several have that name.
    pub(super) conversation_ids: HashMap<String, Option<String>>,
    /// The titles of canvases, by file id.
    pub(super) titles: HashMap<String, String>,
    /// The name in `blobs/` of files that came along, by file id.
    pub(super) blobs: HashMap<String, String>,
    /// The name of a workspace, by id, where the export says it.
    pub(super) workspaces: HashMap<String, String>,
    /// The targets of custom emoji, with all aliases followed.
    pub(super) aliases: HashMap<String, String>,
    /// The bounds of times, by the names of the day files.
    pub(super) times: Option<Plausible>,
}

impl NameTable {
    /// The judgement on the time of a message.
    pub(super) fn judge(&self, time: Micros) -> Judged {
        self.times
            .map_or(Judged::Plain(time), |times| times.judge(time))
    }

    pub(super) fn person_name(&self, id: &str) -> Option<&str> {
        self.people.get(id).map(String::as_str)
    }

    /// The bot user that speaks for a bot.
    pub(super) fn bot_user(&self, bot: &str) -> Option<&str> {
        self.bots.get(bot).map(String::as_str)
    }

    /// Returns true if a list says that a person is a bot.
    pub(super) fn is_bot(&self, person: &str) -> bool {
        self.bot_people.contains(person)
    }

    /// The name of an app or integration.
    pub(super) fn app_name(&self, id: &str) -> Option<&str> {
        self.apps.get(id).map(String::as_str)
    }

    pub(super) fn conversation_name(&self, id: &str) -> Option<&str> {
        self.conversations
            .get(id)
            .map(String::as_str)
            .filter(|name| !name.is_empty())
    }

    /// The one conversation of that name.
    pub(super) fn conversation_called(&self, name: &str) -> Option<&str> {
        self.conversation_ids.get(name)?.as_deref()
    }

    pub(super) fn workspace_name(&self, id: &str) -> Option<&str> {
        self.workspaces.get(id).map(String::as_str)
    }

    pub(super) fn file_title(&self, id: &str) -> Option<&str> {
        self.titles.get(id).map(String::as_str)
    }

    pub(super) fn blob(&self, file: &str) -> Option<&str> {
        self.blobs.get(file).map(String::as_str)
    }

    /// The standard emoji that a custom one stands for.
    pub(super) fn alias_of(&self, name: &str) -> Option<&str> {
        let target = self.aliases.get(name)?;
        Name::parse(target).characters().map(|_| target.as_str())
    }

    #[cfg(test)]
    pub(super) fn for_tests() -> Self {
        let map = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(id, name)| ((*id).to_owned(), (*name).to_owned()))
                .collect()
        };
        Self {
            people: map(&[("U1", "Ann"), ("U2", "Bo")]),
            bots: map(&[("B2", "U2")]),
            bot_people: HashSet::from(["U2".to_owned()]),
            apps: map(&[("A5", "Giphy")]),
            conversations: map(&[("C1", "general")]),
            conversation_ids: [("general".to_owned(), Some("C1".to_owned()))].into(),
            titles: map(&[("F9", "Plan")]),
            blobs: map(&[("F1", "0123")]),
            workspaces: map(&[("T1", "Acme")]),
            aliases: map(&[("thumb", "+1")]),
            times: None,
        }
    }
}
