//! The sink for what readers read: the files of `1-read`.

use std::fs;

use chatferry_model::ConversationId;
use chatferry_model::conversation::Conversation;
use chatferry_model::emoji::CustomEmoji;
use chatferry_model::finding::{Code, Findings, Place, Stage};
use chatferry_model::folder::{ReadFolder, file_name};
use chatferry_model::jsonl::{FileSummary, Format, JsonlWriter};
use chatferry_model::learned_name::LearnedName;
use chatferry_model::manifest::{Outcome, ReadDetails};
use chatferry_model::person::Person;
use chatferry_model::progress::Progress;
use chatferry_model::sum::Sum;
use serde::Serialize;

use crate::{ReadError, ReadOptions};

/// Writes the files of `1-read` and gathers what its manifest will say.
pub struct Sink<'a> {
    folder: &'a ReadFolder,
    options: &'a ReadOptions,
    progress: &'a dyn Progress,
    outcome: Outcome<ReadDetails>,
}

/// The subject in the first line of a file of messages.
#[derive(Serialize)]
struct About<'a> {
    conversation: &'a ConversationId<'a>,
}

impl<'a> Sink<'a> {
    /// A sink for an empty folder.
    pub(crate) fn new(
        folder: &'a ReadFolder,
        options: &'a ReadOptions,
        progress: &'a dyn Progress,
    ) -> Result<Self, ReadError> {
        for path in [folder.messages_folder(), folder.blobs()] {
            fs::create_dir_all(&path).map_err(ReadError::io(path))?;
        }
        Ok(Self {
            folder,
            options,
            progress,
            outcome: Outcome::default(),
        })
    }

    /// Returns the options of reading.
    #[must_use]
    pub fn options(&self) -> &'a ReadOptions {
        self.options
    }

    /// The folder that is written.
    #[must_use]
    pub fn folder(&self) -> &'a ReadFolder {
        self.folder
    }

    /// Returns the receiver of progress, in bytes of the exports.
    #[must_use]
    pub fn progress(&self) -> &'a dyn Progress {
        self.progress
    }

    /// Returns the details that only this stage has.
    pub fn details(&mut self) -> &mut ReadDetails {
        &mut self.outcome.details
    }

    /// The sum of one unit.
    pub fn sum(&mut self, unit: &str) -> &mut Sum {
        self.outcome.sums.entry(unit.to_owned()).or_default()
    }

    /// Returns the findings.
    pub fn findings(&mut self) -> &mut Findings {
        &mut self.outcome.findings
    }

    /// Notes that `code` was seen in `file`.
    pub fn note_file(&mut self, code: &'static Code, file: &str, message: impl Into<String>) {
        let place = Place {
            file: Some(file.into()),
            ..Place::default()
        };
        self.outcome
            .findings
            .note(Stage::Read, code, place, message);
    }

    /// Starts the file of a conversation's messages.
    ///
    /// # Errors
    /// When it can't be created.
    pub fn messages(&self, conversation: &ConversationId<'_>) -> Result<JsonlWriter, ReadError> {
        let path = self.folder.root().join(self.messages_name(conversation));
        let about = About { conversation };
        Ok(JsonlWriter::create(&path, Format::MESSAGES, Some(&about))?)
    }

    /// Notes that the file of a conversation's messages is whole.
    pub fn messages_done(&mut self, conversation: &ConversationId<'_>, summary: FileSummary) {
        let name = self.messages_name(conversation);
        self.outcome.files.insert(name, summary);
    }

    /// Starts `files.jsonl`.
    ///
    /// # Errors
    /// When it can't be created.
    pub fn files(&self) -> Result<JsonlWriter, ReadError> {
        let path = self.folder.files();
        Ok(JsonlWriter::create(&path, Format::FILES, None::<&()>)?)
    }

    /// Notes that `files.jsonl` is whole.
    pub fn files_done(&mut self, summary: FileSummary) {
        self.outcome.files.insert("files.jsonl".to_owned(), summary);
    }

    /// Writes `people.jsonl`.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn people(&mut self, people: &[Person]) -> Result<(), ReadError> {
        self.all("people.jsonl", Format::PEOPLE, people)
    }

    /// Writes `conversations.jsonl`.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn conversations(&mut self, conversations: &[Conversation]) -> Result<(), ReadError> {
        self.all("conversations.jsonl", Format::CONVERSATIONS, conversations)
    }

    /// Writes `emoji.jsonl`.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn emoji(&mut self, emoji: &[CustomEmoji]) -> Result<(), ReadError> {
        self.all("emoji.jsonl", Format::EMOJI, emoji)
    }

    /// Writes `names.jsonl`, if there are any names.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn names(&mut self, names: &[LearnedName]) -> Result<(), ReadError> {
        if names.is_empty() {
            return Ok(());
        }
        self.all("names.jsonl", Format::NAMES, names)
    }

    pub(crate) fn finish(self) -> Outcome<ReadDetails> {
        self.outcome
    }

    fn all<R: Serialize>(
        &mut self,
        name: &str,
        format: Format,
        records: &[R],
    ) -> Result<(), ReadError> {
        let path = self.folder.root().join(name);
        let mut writer = JsonlWriter::create(&path, format, None::<&()>)?;
        for record in records {
            writer.write(record)?;
        }
        self.outcome.files.insert(name.to_owned(), writer.finish()?);
        Ok(())
    }

    fn messages_name(&self, conversation: &ConversationId<'_>) -> String {
        let suffix = if self.options.compress { ".zst" } else { "" };
        format!(
            "messages/{}.jsonl{suffix}",
            file_name(conversation.as_str())
        )
    }
}
