//! Conversations with their targets, and those that are not migrated.

use std::collections::{BTreeMap, HashMap};

use chatferry_model::conversation::{Conversation, ConversationKind};
use chatferry_model::folder::ReadFolder;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::plan::{
    ChatKind, Membership, Plan, RenderDetails, TargetPlace, TargetSummary, Team,
};
use chatferry_model::{Millis, TeamKey};

use crate::error::PageError;

/// The conversations and their targets.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The teams, each with its channels; then the chats, without a team.
    pub(super) groups: Vec<Group>,
    /// Conversations that go nowhere.
    pub(super) skipped: Vec<Skipped>,
    /// Names of all conversations, by id.
    pub(super) names: HashMap<String, String>,
    /// The first and the last moment anybody spoke, as days.
    pub(super) days: Option<(String, String)>,
}

/// A team, or all chats.
#[derive(Debug)]
pub(super) struct Group {
    /// The team's name; `None`: chats.
    pub(super) team: Option<String>,
    /// "new team, private, 12 people"
    pub(super) about: String,
    pub(super) places: Vec<Place>,
}

/// A channel or chat to fill.
#[derive(Debug)]
pub(super) struct Place {
    /// The conversations that go there.
    pub(super) sources: Vec<String>,
    /// The name in Teams.
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) posts: u64,
    pub(super) replies: u64,
    pub(super) members: u64,
    /// The size of the posts, and of the files.
    pub(super) bytes: u64,
    pub(super) file_bytes: u64,
    /// "2019-03-04 – 2024-01-31"
    pub(super) days: String,
}

/// A conversation that goes nowhere.
#[derive(Debug)]
pub(super) struct Skipped {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) messages: u64,
    pub(super) reason: String,
}

impl Places {
    /// Gathers them.
    ///
    /// # Errors
    /// When `1-read` is damaged.
    pub(super) fn gather(
        read: &ReadFolder,
        plan: &Plan,
        details: &RenderDetails,
    ) -> Result<Self, PageError> {
        let mut conversations: Vec<Conversation> =
            JsonlReader::open(&read.conversations(), Format::CONVERSATIONS)?.read_all()?;
        let mut places = Self::default();
        let first = conversations.iter().filter_map(|c| c.first).min();
        let last = conversations.iter().filter_map(|c| c.last).max();
        if let (Some(first), Some(last)) = (first, last) {
            places.days = Some((day(&first.to_string()), day(&last.to_string())));
        }
        for conversation in &conversations {
            let name = name_of(conversation, plan);
            places
                .names
                .insert(conversation.id.as_str().to_owned(), name);
        }
        conversations.retain(|conversation| plan.skipped.contains_key(&conversation.id));
        conversations.sort_by(|a, b| b.messages.cmp(&a.messages).then_with(|| a.id.cmp(&b.id)));
        for conversation in &conversations {
            places.skipped.push(Skipped {
                name: places.name(conversation.id.as_str()).to_owned(),
                kind: kind_of(conversation.kind),
                messages: conversation.messages,
                reason: plan
                    .skipped
                    .get(&conversation.id)
                    .cloned()
                    .unwrap_or_default(),
            });
        }
        places.group(details);
        Ok(places)
    }

    /// The name of a conversation, or its id.
    pub(super) fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.names.get(id).map_or(id, String::as_str)
    }

    fn group(&mut self, details: &RenderDetails) {
        let mut of_team: BTreeMap<TeamKey<'static>, Vec<Place>> = BTreeMap::new();
        let mut chats = Vec::new();
        let teams: HashMap<_, _> = details.teams.iter().map(|team| (&team.key, team)).collect();
        for summary in &details.targets {
            match &summary.target.place {
                TargetPlace::Channel(channel) => {
                    let team = teams.get(&channel.team).copied();
                    let place = self.place(summary, team);
                    of_team.entry(channel.team.clone()).or_default().push(place);
                }
                TargetPlace::Chat(_) => chats.push(self.place(summary, None)),
            }
        }
        for team in &details.teams {
            let places = of_team.remove(&team.key).unwrap_or_default();
            self.groups.push(Group {
                team: Some(team.name.clone()),
                about: about(team),
                places,
            });
        }
        if !chats.is_empty() {
            self.groups.push(Group {
                team: None,
                about: "between the people who are in them".to_owned(),
                places: chats,
            });
        }
        for group in &mut self.groups {
            group
                .places
                .sort_by(|a, b| b.posts.cmp(&a.posts).then_with(|| a.name.cmp(&b.name)));
        }
    }

    fn place(&self, summary: &TargetSummary, team: Option<&Team>) -> Place {
        let sources = summary.target.sources.iter();
        let sources: Vec<String> = sources
            .map(|source| self.name(source.conversation.as_str()).to_owned())
            .collect();
        let (name, kind, members) = match &summary.target.place {
            TargetPlace::Channel(channel) => {
                let kind = match (channel.membership, channel.general) {
                    (Membership::Standard, true) => "General channel",
                    (Membership::Standard, false) => "standard channel",
                    (Membership::Private, _) => "private channel",
                    (Membership::Shared, _) => "shared channel",
                };
                let everybody = team.map_or(0, |team| team.owners.len() + team.members.len());
                let members = if channel.membership.is_closed() {
                    channel.members.len()
                } else {
                    everybody
                };
                (channel.name.clone(), kind, members)
            }
            TargetPlace::Chat(chat) => {
                let kind = match chat.kind {
                    ChatKind::OneOnOne => "chat of two",
                    ChatKind::Group => "group chat",
                };
                let name = chat.topic.clone().unwrap_or_else(|| sources.join(", "));
                (name, kind, chat.members.len())
            }
        };
        Place {
            sources,
            name,
            kind,
            posts: summary.posts,
            replies: summary.replies,
            members: members as u64,
            bytes: summary.bytes,
            file_bytes: summary.file_bytes,
            days: match (summary.first, summary.last) {
                (Some(first), Some(last)) => span(first, last),
                _ => String::new(),
            },
        }
    }
}

fn about(team: &Team) -> String {
    let how = if team.existing.is_some() {
        "existing team"
    } else {
        "new team"
    };
    let who = match team.visibility {
        chatferry_model::plan::Visibility::Private => "private",
        chatferry_model::plan::Visibility::Public => "public",
    };
    format!(
        "{how}, {who}, {} with {}",
        chatferry_model::figures::count(team.members.len() as u64, "member"),
        chatferry_model::figures::count(team.owners.len() as u64, "owner"),
    )
}

/// Returns the name of a conversation, or its members.
fn name_of(conversation: &Conversation, plan: &Plan) -> String {
    let is_named = !conversation.name.is_empty() && !conversation.name.starts_with("mpdm-");
    if is_named {
        return match conversation.kind {
            ConversationKind::Dm | ConversationKind::GroupDm => conversation.name.clone(),
            _ => format!("#{}", conversation.name),
        };
    }
    let members: Vec<&str> = conversation
        .members
        .iter()
        .filter_map(|id| plan.people.get(id).map(|person| person.name.as_str()))
        .collect();
    if members.is_empty() {
        conversation.id.as_str().to_owned()
    } else {
        members.join(", ")
    }
}

fn kind_of(kind: ConversationKind) -> &'static str {
    match kind {
        ConversationKind::Public => "public channel",
        ConversationKind::Private => "private channel",
        ConversationKind::Shared => "shared channel",
        ConversationKind::Dm => "direct message",
        ConversationKind::GroupDm => "group message",
    }
}

fn span(first: Millis, last: Millis) -> String {
    let (first, last) = (day(&first.to_string()), day(&last.to_string()));
    if first == last {
        first
    } else {
        format!("{first} – {last}")
    }
}

/// The day of an ISO time.
fn day(time: &str) -> String {
    time.split('T').next().unwrap_or_default().to_owned()
}
