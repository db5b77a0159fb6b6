//! The context of converting a post's text: names, and notes on oddities.

use std::collections::BTreeMap;

use chatferry_model::emoji::Emoji;
use chatferry_model::finding::Code;
use chatferry_model::{FileId, PersonId};

use super::emoji;
use super::name_table::NameTable;
use crate::{TextSmileys, codes};

/// The context of one post.
pub(super) struct Context<'m> {
    pub(super) name_table: &'m NameTable,
    /// The team it was written in; none in direct messages.
    pub(super) team: Option<&'m str>,
    /// Names to show of channels, as the post itself gives them.
    pub(super) channel_names: BTreeMap<&'m str, &'m str>,
    /// The files that hang on it.
    pub(super) files: Vec<FileId<'m>>,
    pub(super) smileys: TextSmileys,
    /// The oddities, in the order seen.
    pub(super) notes: Vec<(&'static Code, String)>,
    /// People it names whom no line describes.
    pub(super) unlisted_people: Vec<PersonId<'m>>,
}

impl<'m> Context<'m> {
    pub(super) fn new(name_table: &'m NameTable, team: Option<&'m str>) -> Self {
        Self {
            name_table,
            team,
            channel_names: BTreeMap::new(),
            files: Vec::new(),
            smileys: TextSmileys::default(),
            notes: Vec::new(),
            unlisted_people: Vec::new(),
        }
    }

    /// Notes something odd, once.
    pub(super) fn note(&mut self, code: &'static Code, message: impl Into<String>) {
        let message = message.into();
        if !self.notes.iter().any(|(c, m)| *c == code && *m == message) {
            self.notes.push((code, message));
        }
    }

    /// Somebody named by a post.
    pub(super) fn person(&mut self, username: &'m str) -> PersonId<'m> {
        let person = PersonId::new(username);
        if self.name_table.person_name(username).is_none() {
            self.unlisted_people.push(person.clone());
        }
        person
    }

    /// A reaction's emoji: what is not the server's own is a custom one.
    pub(super) fn reaction(&mut self, name: &'m str) -> Emoji<'m> {
        let unicode = emoji::characters(name);
        if unicode.is_none() && !self.name_table.emoji.contains(name) {
            self.note(&codes::MATTERMOST_CUSTOM_EMOJI, format!(":{name}:"));
        }
        Emoji {
            name: name.into(),
            unicode,
        }
    }
}
