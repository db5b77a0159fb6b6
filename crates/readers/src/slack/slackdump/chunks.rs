//! Slackdump's chunks: gzips of lines, each line an answer of Slack's.

use std::io;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::super::lenient::{List, Str};
use super::super::split;
use super::archive::{Archive, Format, conversation};
use super::days::{Rank, Unsorted};
use super::lists::{Lists, Source};
use crate::{Entry, ReadError, Sink, codes};

/// A line: which keys there are depends on what Slack was asked.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Chunk<'a> {
    /// The conversation.
    #[serde(borrow)]
    id: Str<'a>,
    /// Messages.
    #[serde(borrow)]
    m: Option<Vec<&'a RawValue>>,
    /// The message that the messages or files belong to.
    #[serde(borrow)]
    p: Option<&'a RawValue>,
    #[serde(borrow)]
    u: Option<Vec<&'a RawValue>>,
    /// The list of conversations.
    #[serde(borrow)]
    ch: Option<Vec<&'a RawValue>>,
    /// One conversation.
    #[serde(borrow)]
    ci: Option<&'a RawValue>,
    /// The members.
    #[serde(borrow)]
    cu: List<Str<'a>>,
    /// The person who asked, which names the workspace.
    #[serde(borrow)]
    w: Option<&'a RawValue>,
    /// Messages and files that a search found.
    sm: List<IgnoredAny>,
    sf: List<IgnoredAny>,
}

pub(super) fn relayout(archive: &mut Archive<'_>, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let files = archive.files(Format::Chunks);
    for (_, entry) in files.filter(|(name, _)| conversation(name).is_none()) {
        read(archive, entry, None, sink)?;
    }
    for (id, entries) in archive.conversations(Format::Chunks) {
        let mut messages = Unsorted::begin(sink.folder().root().join("sort"));
        for entry in entries {
            read(archive, entry, Some(&mut messages), sink)?;
        }
        archive.again += messages.finish(archive.days(id))?;
    }
    Ok(())
}

/// Reads a file of chunks. Those of a conversation go to `messages`.
fn read(
    archive: &mut Archive<'_>,
    entry: &Entry,
    mut messages: Option<&mut Unsorted>,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let lists = &mut archive.lists;
    // What can't be written is not the file's fault.
    let mut output = None;
    let read = archive.container.each_gzipped_line(entry, &mut |line| {
        let text = String::from_utf8_lossy(line);
        if text.trim().is_empty() {
            return Ok(());
        }
        let repaired;
        let chunk = match serde_json::from_str::<Chunk<'_>>(&text) {
            Ok(chunk) => Ok(chunk),
            Err(error) => {
                repaired = split::repair(&text);
                serde_json::from_str(&repaired).map_err(|_| error)
            }
        };
        match chunk {
            Ok(chunk) => {
                if !take_lists(&chunk, lists) {
                    sink.note_file(
                        &codes::SLACK_DAMAGED_LIST,
                        &entry.path,
                        "an entry without an id",
                    );
                }
                if !chunk.sm.is_empty() || !chunk.sf.is_empty() {
                    sink.note_file(&codes::SLACK_SEARCH_RESULTS, &entry.path, "results");
                }
                let messages = messages.as_deref_mut();
                let taken = messages.map_or(Ok(()), |messages| take_messages(&chunk, messages));
                taken.map_err(|error| {
                    output = Some(error);
                    io::ErrorKind::Other.into()
                })
            }
            Err(error) => {
                sink.note_file(&codes::SLACK_UNREADABLE, &entry.path, error.to_string());
                Ok(())
            }
        }
    });
    if let Some(error) = output {
        return Err(error);
    }
    if let Err(error) = read {
        sink.note_file(&codes::READ_DAMAGED_ENTRY, &entry.path, error.to_string());
    }
    Ok(())
}

fn take_messages(chunk: &Chunk<'_>, into: &mut Unsorted) -> Result<(), ReadError> {
    for message in chunk.m.iter().flatten() {
        into.add(message.get(), Rank::Answer)?;
    }
    let beside = chunk.p.iter().filter(|parent| parent.get() != "null");
    for parent in beside {
        into.add(parent.get(), Rank::SidecarList)?;
    }
    Ok(())
}

/// Takes who and what there is; `false` if something has no id.
fn take_lists(chunk: &Chunk<'_>, lists: &mut Lists) -> bool {
    let mut whole = true;
    for user in chunk.u.iter().flatten() {
        whole &= lists.user(user.get());
    }
    for channel in chunk.ch.iter().flatten() {
        whole &= lists.channel(channel.get(), Source::List);
    }
    if let Some(channel) = chunk.ci {
        whole &= lists.channel(channel.get(), Source::Asked);
    }
    if let Some(workspace) = chunk.w {
        lists.workspace(workspace.get());
    }
    for user in chunk.cu.iter().filter_map(Str::get) {
        lists.member(chunk.id.or_empty(), user);
    }
    whole
}
