//! The files that are to be fetched: those of `1-read` that lie at the source's servers.

use std::collections::HashSet;

use chatferry_model::conversation::Conversation;
use chatferry_model::file::{File, FilePlace};
use chatferry_model::folder::ReadFolder;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::message::Message;
use chatferry_model::selection::Selection;
use rayon::prelude::*;

use crate::error::CliError;

/// A file to fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The id in the source.
    pub(crate) id: String,
    /// The name, for people.
    pub(crate) name: String,
    /// The address, without a token.
    pub(crate) address: String,
    /// Bytes, as the source says it.
    pub(crate) size: Option<u64>,
    /// The media type, likewise.
    pub(crate) media_type: Option<String>,
}

/// The files at the source's servers that hang on messages within `selection`, in the order of
/// `files.jsonl`, each once.
///
/// # Errors
/// When `1-read` is damaged.
pub(crate) fn wanted(read: &ReadFolder, selection: &Selection) -> Result<Vec<Wanted>, CliError> {
    let selected = if selection.is_everything() {
        None
    } else {
        Some(in_selection(read, selection)?)
    };
    let mut seen = HashSet::new();
    let mut all = Vec::new();
    let mut reader = JsonlReader::open(&read.files(), Format::FILES)?;
    while let Some(chunk) = reader.next_chunk()? {
        for (number, line) in chunk.lines() {
            let file: File<'_> = chunk.parse(number, line)?;
            let FilePlace::Remote(address) = &file.place else {
                continue;
            };
            let id = file.id.as_str();
            if selected.as_ref().is_some_and(|ids| !ids.contains(id)) || !seen.insert(id.to_owned())
            {
                continue;
            }
            all.push(Wanted {
                id: id.to_owned(),
                name: file.name.to_string(),
                address: address.to_string(),
                size: file.size,
                media_type: file.media_type.as_ref().map(ToString::to_string),
            });
        }
    }
    Ok(all)
}

/// The ids of the files on the messages of the selected conversations and dates.
fn in_selection(read: &ReadFolder, selection: &Selection) -> Result<HashSet<String>, CliError> {
    let conversations: Vec<Conversation> =
        JsonlReader::open(&read.conversations(), Format::CONVERSATIONS)?.read_all()?;
    conversations
        .par_iter()
        .filter(|conversation| {
            selection.has_conversation(conversation.id.as_str(), &conversation.name)
        })
        .map(|conversation| {
            let mut ids = HashSet::new();
            let path = read.messages(&conversation.id);
            let mut reader = JsonlReader::open(&path, Format::MESSAGES)?;
            while let Some(chunk) = reader.next_chunk()? {
                for (number, line) in chunk.lines() {
                    let message: Message<'_> = chunk.parse(number, line)?;
                    if selection.has_time(message.time) {
                        let files = message.files.iter();
                        ids.extend(files.map(|file| file.id.as_str().to_owned()));
                    }
                }
            }
            Ok(ids)
        })
        .try_reduce(HashSet::new, |mut all, some| {
            all.extend(some);
            Ok(all)
        })
}
