//! The files that are to be fetched: those of `1-read` that are at the source's servers.

use std::collections::HashSet;

use chatferry_model::conversation::Conversation;
use chatferry_model::file::{File, FilePlace};
use chatferry_model::folder::{FetchFolder, ReadFolder};
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::message::Message;
use chatferry_model::selection::Selection;
use rayon::prelude::*;
use serde::Serialize;

use crate::error::FetchError;
use crate::journal::FetchJournal;

/// A file to fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The id in the source.
    pub id: String,
    /// The name, for people.
    pub name: String,
    /// The address, without a token.
    pub address: String,
    /// Bytes, as the source says it.
    pub size: Option<u64>,
    /// The media type, likewise.
    pub media_type: Option<String>,
}

/// The files to fetch that are not here yet, and all of them, in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// All files to fetch.
    pub files: u64,
    /// The size of all in bytes, as far as the source says it.
    pub bytes: u64,
    /// Files whose size the source does not say.
    pub without_size: u64,
    /// Files that are here.
    pub here: u64,
    /// Files that are not.
    pub missing: u64,
    /// The size in bytes of those that are not.
    pub missing_bytes: u64,
}

/// Counts the files of `wanted` that are in `fetched` and those that are not.
///
/// # Errors
/// When the journal of `1-fetch` can't be read.
pub fn missing(wanted: &[Wanted], fetched: &FetchFolder) -> Result<Missing, FetchError> {
    let there = FetchJournal::look(fetched)?;
    let mut sum = Missing::default();
    for file in wanted {
        let size = file.size.unwrap_or_default();
        sum.files += 1;
        sum.bytes += size;
        sum.without_size += u64::from(file.size.is_none());
        if there.contains_key(&file.id) {
            sum.here += 1;
        } else {
            sum.missing += 1;
            sum.missing_bytes += size;
        }
    }
    Ok(sum)
}

/// Returns the files at the source's servers that are attached to messages within `selection`, in
/// the order of `files.jsonl`, each once.
///
/// # Errors
/// When `1-read` is damaged.
pub fn wanted(read: &ReadFolder, selection: &Selection) -> Result<Vec<Wanted>, FetchError> {
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

/// Returns the ids of the files on the messages of the selected conversations and dates.
fn in_selection(read: &ReadFolder, selection: &Selection) -> Result<HashSet<String>, FetchError> {
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
