//! The people and channels gathered from an archive and written as an export's lists.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::lenient::Str;
use super::super::workspace;

/// The people and conversations of an archive.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// The JSON of each by id.
    users: BTreeMap<String, String>,
    channels: BTreeMap<String, Channel>,
    /// In the order they came.
    members: BTreeMap<String, Vec<String>>,
    /// The JSON of who was asking, which names the workspace.
    workspace: Option<String>,
}

#[derive(Debug)]
struct Channel {
    object: Map<String, Value>,
    source: Source,
}

/// The place where a conversation's object comes from, the better one last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// The list of all conversations.
    List,
    /// Slack was asked for this one.
    Asked,
}

impl Lists {
    /// Takes a user object. A later one knows better.
    pub(super) fn user(&mut self, json: &str) -> bool {
        let id = id_of(json);
        let has_id = id.is_some();
        self.users.extend(id.map(|id| (id, json.to_owned())));
        has_id
    }

    /// Takes a conversation object. A later one knows better, unless Slack was asked for the
    /// earlier one by itself.
    pub(super) fn channel(&mut self, json: &str, source: Source) -> bool {
        let Some(id) = id_of(json) else {
            return false;
        };
        let known = self.channels.get(&id);
        if known.is_none_or(|known| known.source <= source)
            && let Ok(object) = serde_json::from_str(json)
        {
            self.channels.insert(id, Channel { object, source });
        }
        true
    }

    /// Takes a member of a conversation.
    pub(super) fn member(&mut self, channel: &str, user: &str) {
        let members = self.members.entry(channel.to_owned()).or_default();
        members.push(user.to_owned());
    }

    /// Forgets the members of a conversation: they are about to be told anew.
    pub(super) fn forget_members(&mut self, channel: &str) {
        self.members.remove(channel);
    }

    /// Takes the answer to who was asking.
    pub(super) fn workspace(&mut self, json: &str) {
        self.workspace = Some(json.to_owned());
    }

    /// The lists of an export by name, those that hold something.
    pub(super) fn write(mut self) -> Vec<(&'static str, String)> {
        let (mut public, mut private) = (Vec::new(), Vec::new());
        for (id, Channel { mut object, .. }) in self.channels {
            if let Some(members) = self.members.remove(&id) {
                let mut seen = BTreeSet::new();
                let members = members.into_iter().filter(|id| seen.insert(id.clone()));
                let members = members.map(Value::String).collect();
                object.insert("members".to_owned(), Value::Array(members));
            }
            // What does not say that it is public is not (crates/DECISIONS.md rule 4.4).
            let is = |flag| object.get(flag) == Some(&Value::Bool(true));
            let is_public = is("is_channel") && !is("is_private") && !is("is_group");
            let list = if is_public { &mut public } else { &mut private };
            list.push(Value::Object(object).to_string());
        }
        let users = self.users.into_values().collect();
        let lists = [
            ("channels.json", public),
            ("groups.json", private),
            ("users.json", users),
        ];
        let filled = lists.into_iter().filter(|(_, list)| !list.is_empty());
        let mut all: Vec<_> = filled
            .map(|(name, list)| (name, format!("[{}]", list.join(",\n"))))
            .collect();
        all.extend(self.workspace.map(|json| (workspace::FILE, json)));
        all
    }
}

fn id_of(json: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Head<'a> {
        #[serde(default, borrow)]
        id: Str<'a>,
    }
    let head: Head<'_> = serde_json::from_str(json).ok()?;
    head.id.get().map(str::to_owned)
}
