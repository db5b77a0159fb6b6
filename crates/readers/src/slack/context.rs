//! The context of converting a message: the names of the workspace, and notes on oddities.

use chatferry_model::document::Marks;
use chatferry_model::document::{Inline, Mention, MentionTarget};
use chatferry_model::emoji::Emoji;
use chatferry_model::finding::Code;
use chatferry_model::learned_name::NamedKind;
use chatferry_model::{ConversationId, PersonId, Text};

use super::emoji::Name;
use super::mrkdwn;
use super::name_table::NameTable;
use crate::codes;

/// The context of one message.
pub(super) struct Context<'m> {
    pub(super) name_table: &'m NameTable,
    /// The oddities, in the order seen.
    pub(super) notes: Vec<(&'static Code, String)>,
    /// People it names that the export does not list, with the name it gives them.
    pub(super) unlisted_people: Vec<(PersonId<'m>, Option<Text<'m>>)>,
    /// Names it gives to groups and conversations that no list names, by their ids.
    pub(super) labels: Vec<(NamedKind, &'m str, &'m str)>,
    /// The number of blocks and attachments around what is being converted.
    depth: usize,
}

/// Blocks within blocks; Slack's own take four. Each costs up to five brackets of a line, of which
/// readers of JSON take 128.
const DEEPEST: usize = 20;

impl<'m> Context<'m> {
    pub(super) fn new(name_table: &'m NameTable) -> Self {
        Self {
            name_table,
            notes: Vec::new(),
            unlisted_people: Vec::new(),
            labels: Vec::new(),
            depth: 0,
        }
    }

    /// Notes something odd, once.
    pub(super) fn note(&mut self, code: &'static Code, message: impl Into<String>) {
        let message = message.into();
        if !self.notes.iter().any(|(c, m)| *c == code && *m == message) {
            self.notes.push((code, message));
        }
    }

    /// Returns true if the message holds content in which no words were found.
    pub(super) fn has_lost_content(&self) -> bool {
        let mut codes = self.notes.iter().map(|(code, _)| *code);
        codes.any(|code| *code == codes::SLACK_UNKNOWN_BLOCK_LOST)
    }

    /// Converts something within something else, unless it is nested too deep for anybody.
    pub(super) fn within(&mut self, convert: impl FnOnce(&mut Self)) {
        if self.depth >= DEEPEST {
            let words = format!("what lies deeper than {DEEPEST} blocks");
            return self.note(&codes::SLACK_TOO_DEEP, words);
        }
        self.depth += 1;
        convert(self);
        self.depth -= 1;
    }

    /// Learns names from the text of a message, which has them where its blocks have only ids.
    pub(super) fn learn(&mut self, text: &'m str) {
        let (table, labels) = (self.name_table, &mut self.labels);
        mrkdwn::labels(text, |kind, id, label| {
            let is_known = kind == NamedKind::Conversation && table.conversation_name(id).is_some();
            if !is_known && !label.trim().is_empty() {
                labels.push((kind, id, label));
            }
        });
    }

    /// A person called by id; `label` is the name the text gives, if it does.
    pub(super) fn person(
        &mut self,
        id: Text<'m>,
        label: Option<Text<'m>>,
        marks: Marks,
    ) -> Inline<'m> {
        let known = self.name_table.person_name(&id);
        let person = PersonId::new(id.into_cow());
        if known.is_none() {
            self.unlisted_people.push((person.clone(), label.clone()));
        }
        let label = label.filter(|label| !label.is_empty());
        let text = label.or_else(|| known.map(Text::from)).unwrap_or_default();
        let text = match text.strip_prefix('@') {
            Some(name) => Text::from(name.to_owned()),
            None => text,
        };
        mention(MentionTarget::Person(person), text, marks)
    }

    /// A channel called by id.
    pub(super) fn conversation(
        &self,
        id: &'m str,
        label: Option<Text<'m>>,
        marks: Marks,
    ) -> Inline<'m> {
        let label = label.filter(|label| !label.is_empty());
        let name = || self.name_table.conversation_name(id).map(Text::from);
        let text = label.or_else(name).unwrap_or_default();
        mention(
            MentionTarget::Conversation(ConversationId::new(id)),
            text,
            marks,
        )
    }

    /// A group of people called by id; exports do not list them (crates/readers/src/slack/FORMAT.md
    /// trap 45).
    pub(super) fn group(&self, id: &'m str, label: Option<Text<'m>>, marks: Marks) -> Inline<'m> {
        let label = label.unwrap_or_default();
        let text = match label.strip_prefix('@') {
            Some(name) => Text::from(name.to_owned()),
            None => label,
        };
        mention(MentionTarget::Group(id.into()), text, marks)
    }

    /// An emoji by its name in text and reactions.
    pub(super) fn emoji(&self, name: &'m str) -> Emoji<'m> {
        let name = Name::parse(name);
        if let Some(standard) = self.name_table.alias_of(name.base) {
            return Name {
                base: standard,
                ..name
            }
            .emoji();
        }
        name.emoji()
    }
}

pub(super) fn mention<'m>(target: MentionTarget<'m>, text: Text<'m>, marks: Marks) -> Inline<'m> {
    Inline::Mention(Mention {
        target,
        text,
        marks,
    })
}
