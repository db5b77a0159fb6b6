//! The first pass: every line that is no post (crates/readers/src/mattermost/FORMAT.md 1.2: nothing
//! is said of their order).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chatferry_model::conversation::{Conversation, ConversationKind};
use chatferry_model::emoji::CustomEmoji;
use chatferry_model::person::{Person, PersonKind};
use chatferry_model::{PersonId, WorkspaceId};

use super::layout::Layout;
use super::line::{self, Bot, Channel, DirectChannel, Line, User};
use super::name_table::{self, NameTable, Place};
use super::people;
use super::{lines, names, repair, text, wiki};
use crate::{ReadError, Sink, codes};

/// The index of the lines that are no posts.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) people: BTreeMap<String, Person>,
    /// The teams' names to show, by name.
    pub(super) teams: BTreeMap<String, Option<String>>,
    pub(super) conversations: BTreeMap<String, Conversation>,
    /// Id, team and name of each channel.
    channels: Vec<(String, String, String)>,
    members: HashMap<String, BTreeSet<String>>,
    /// By name: which export, and the path of the picture.
    pub(super) emoji: BTreeMap<String, (usize, Option<String>)>,
    /// Entries of people, of conversations.
    pub(super) people_lines: u64,
    pub(super) conversation_lines: u64,
    archived: bool,
    /// True if somebody talks to nobody else.
    pub(super) self_direct: Vec<String>,
}

impl Index {
    /// Reads the lines of one export. Of posts only the days are taken, if they are asked for.
    pub(super) fn read(
        &mut self,
        number: usize,
        layout: &Layout<'_>,
        mut days: Option<&mut BTreeSet<i64>>,
        sink: &mut Sink<'_>,
    ) -> Result<(), ReadError> {
        let (container, entry) = (layout.container, layout.lines);
        let ((), damage) = lines::batches(container, entry, |batches| {
            for batch in batches {
                for (at, line) in batch.lines() {
                    if !line::is_post(line) {
                        self.take(number, at, line, layout, sink);
                    } else if let Some(days) = &mut days {
                        days.extend(line::days(line));
                    }
                }
                sink.progress().advance(batch.bytes() as u64);
            }
            Ok(())
        })?;
        if let Some(error) = damage {
            sink.note_file(&codes::READ_DAMAGED_ENTRY, &entry.path, error.to_string());
        }
        Ok(())
    }

    fn take(
        &mut self,
        export: usize,
        at: u64,
        bytes: &[u8],
        layout: &Layout<'_>,
        sink: &mut Sink<'_>,
    ) {
        let text = String::from_utf8_lossy(bytes);
        let place = || format!("{}:{at}", layout.lines.path);
        let text = text.trim_start_matches('\u{feff}');
        let repaired;
        let line = match serde_json::from_str::<Line<'_>>(text) {
            Ok(line) => Ok(line),
            // A post that cannot be read is the second pass's, which counts it.
            Err(_) if text.contains(r#"post":{"#) => return,
            Err(error) => {
                repaired = repair::line(text).unwrap_or_default();
                serde_json::from_str(&repaired).map_err(|_| error)
            }
        };
        let line = match line {
            Ok(line) => line,
            Err(error) => {
                sink.note_file(&codes::MATTERMOST_UNREADABLE, &place(), error.to_string());
                return;
            }
        };
        let known = match line.kind.as_str() {
            "version" => line.version.is_some(),
            "role" | "scheme" | "post" | "direct_post" => true,
            "team" => line
                .team
                .and_then(|team| {
                    let shown = team.display_name.filter(|name| !name.is_empty());
                    Some(self.teams.insert(team.name?.to_lowercase(), shown))
                })
                .is_some(),
            "channel" => line
                .channel
                .and_then(|channel| self.channel(channel))
                .is_some(),
            "user" => line.user.and_then(|user| self.user(user)).is_some(),
            "bot" => line.bot.and_then(|bot| self.bot(bot)).is_some(),
            "emoji" => line
                .emoji
                .and_then(|emoji| {
                    let image = emoji.image.filter(|image| !image.is_empty());
                    Some(self.emoji.insert(emoji.name?, (export, image)))
                })
                .is_some(),
            "direct_channel" => line
                .direct_channel
                .and_then(|direct| self.direct(direct))
                .is_some(),
            kind if wiki::LINES.contains(&kind) => {
                let words = format!("{kind} {}", line.title());
                sink.note_file(&codes::MATTERMOST_WIKI, &place(), words.trim_end());
                return;
            }
            kind => {
                sink.note_file(&codes::MATTERMOST_UNKNOWN_LINE, &layout.lines.path, kind);
                return;
            }
        };
        if !known {
            let words = format!("a line of type {} without what it is about", line.kind);
            sink.note_file(&codes::MATTERMOST_UNREADABLE, &place(), words);
        }
    }

    fn channel(&mut self, channel: Channel) -> Option<()> {
        let spelled = channel.name.filter(|name| !name.is_empty())?;
        let (team, name) = (channel.team?.to_lowercase(), spelled.to_lowercase());
        let id = names::channel(&team, &name);
        let kind = match channel.kind.as_deref() {
            Some("O") => ConversationKind::Public,
            _ => ConversationKind::Private,
        };
        let archived = channel.deleted_at.is_some_and(|at| at > 0);
        self.archived |= archived;
        self.conversation_lines += 1;
        let key = id.as_str().to_owned();
        if channel.partial && self.conversations.contains_key(&key) {
            return Some(());
        }
        let shown = channel
            .display_name
            .filter(|shown| !shown.trim().is_empty());
        let conversation = Conversation {
            general: name == "town-square",
            topic: channel.header.unwrap_or_default(),
            purpose: channel.purpose.unwrap_or_default(),
            archived,
            workspace: Some(WorkspaceId::from(team.clone())),
            name: shown.unwrap_or(spelled),
            ..name_table::empty(id, kind)
        };
        if self
            .conversations
            .insert(key.clone(), conversation)
            .is_none()
        {
            self.channels.push((key, team, name));
        }
        Some(())
    }

    fn direct(&mut self, direct: DirectChannel) -> Option<()> {
        let mut listed = direct.members.unwrap_or_default();
        let participants = direct.participants.into_iter().flatten();
        listed.extend(participants.filter_map(|participant| participant.username));
        let listed: Vec<String> = listed.iter().map(|name| name.to_lowercase()).collect();
        let members: BTreeSet<&str> = listed.iter().map(String::as_str).collect();
        if members.is_empty() {
            return None;
        }
        let mut conversation = name_table::direct(&members);
        conversation.topic = direct.header.unwrap_or_default();
        self.conversation_lines += 1;
        let id = conversation.id.as_str().to_owned();
        if direct.partial && self.conversations.contains_key(&id) {
            return Some(());
        }
        if members.len() == 1 {
            self.self_direct.push(id.clone());
        }
        self.conversations.insert(id, conversation);
        Some(())
    }

    fn user(&mut self, user: User) -> Option<()> {
        let spelled = user.username.clone().filter(|name| !name.is_empty())?;
        let username = spelled.to_lowercase();
        for team in user.teams.iter().flatten() {
            let Some(name) = &team.name else { continue };
            for channel in team.channels.iter().flatten() {
                let Some(channel) = &channel.name else {
                    continue;
                };
                let id = names::channel(&name.to_lowercase(), &channel.to_lowercase());
                let id = id.as_str().to_owned();
                self.members.entry(id).or_default().insert(username.clone());
            }
        }
        let partial = user.partial;
        self.person(people::of_user(spelled, user), partial);
        Some(())
    }

    fn bot(&mut self, bot: Bot) -> Option<()> {
        let partial = bot.partial;
        self.person(people::of_bot(bot)?, partial);
        Some(())
    }

    /// Adds somebody; since 9.x a bot has a line of its own, which knows better than a user's.
    fn person(&mut self, person: Person, partial: bool) {
        self.people_lines += 1;
        let before = self.people.get(person.id.as_str());
        let knows_less = |before: &Person| match (person.kind, before.kind) {
            (PersonKind::User, PersonKind::Bot) => true,
            (PersonKind::Bot, PersonKind::User) => false,
            _ => partial,
        };
        if before.is_some_and(knows_less) {
            return;
        }
        self.people.insert(person.id.as_str().to_owned(), person);
    }

    /// The names that posts are read with.
    pub(super) fn name_table(&mut self, sink: &Sink<'_>) -> NameTable {
        for (_, team, _) in &self.channels {
            self.teams.entry(team.clone()).or_default();
        }
        let mut all = BTreeMap::new();
        for (id, mut conversation) in std::mem::take(&mut self.conversations) {
            if let Some(members) = self.members.get(&id) {
                conversation.members = members
                    .iter()
                    .map(|member| PersonId::from(member.clone()))
                    .collect();
            }
            let selected = sink
                .options()
                .selection
                .has_conversation(&id, &conversation.name);
            let place = Place {
                conversation,
                selected,
            };
            all.insert(id, place);
        }
        let people = self.people.iter();
        let mut name_table = NameTable {
            people: people
                .map(|(username, person)| (username.clone(), person.name.clone()))
                .collect(),
            members: std::mem::take(&mut self.members),
            emoji: self.emoji.keys().cloned().collect(),
            ..NameTable::default()
        };
        name_table::fill(&mut name_table, all, &self.channels);
        let headers = name_table.conversations.iter().map(|place| {
            let of = &place.conversation;
            text::to_plain(
                &of.topic,
                &name_table,
                of.workspace.as_ref().map(WorkspaceId::as_str),
            )
        });
        let headers: Vec<String> = headers.collect();
        for (place, header) in name_table.conversations.iter_mut().zip(headers) {
            place.conversation.topic = header;
        }
        name_table
    }

    /// The team and name of the channel that has that name, or shows it, if there is but one.
    pub(super) fn only_team_of(&self, name: &str, shown: &str) -> Option<(String, String)> {
        let shows = |id: &String| {
            let conversation = self.conversations.get(id);
            conversation.is_some_and(|conversation| conversation.name == shown)
        };
        let channels = || self.channels.iter();
        let only = |mut found: Vec<&(String, String, String)>| {
            let (_, team, name) = found.pop().filter(|_| found.is_empty())?;
            Some((team.clone(), name.clone()))
        };
        only(channels().filter(|(_, _, of)| of == name).collect())
            .or_else(|| only(channels().filter(|(id, ..)| shows(id)).collect()))
    }

    /// Returns true if the export holds an archived channel, which by default none does (trap T6).
    pub(super) fn has_archived(&self) -> bool {
        self.archived
    }

    /// The custom emoji, by name; `file` takes the picture and gives its id.
    pub(super) fn custom_emoji(
        &self,
        mut file: impl FnMut(
            &str,
            usize,
            &str,
        ) -> Result<Option<chatferry_model::FileId<'static>>, ReadError>,
    ) -> Result<Vec<CustomEmoji>, ReadError> {
        let mut all = Vec::with_capacity(self.emoji.len());
        for (name, (export, image)) in &self.emoji {
            let file = match image {
                Some(image) => file(name, *export, image)?,
                None => None,
            };
            all.push(CustomEmoji {
                name: name.clone(),
                file,
                url: None,
                alias_of: None,
            });
        }
        Ok(all)
    }
}
