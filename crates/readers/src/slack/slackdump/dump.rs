//! Slackdump's dumps: a file per conversation with the replies inside the messages, and a folder
//! beside it with its files. Nothing says what kind of conversation it is.

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::super::lenient::Str;
use super::super::metadata::LISTS;
use super::archive::{Archive, Format};
use super::days::{Rank, Unsorted};
use super::lists::Source;
use crate::{Entry, ReadError, Sink, codes};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Conversation<'a> {
    #[serde(borrow)]
    name: Str<'a>,
    #[serde(borrow)]
    messages: Option<Vec<&'a RawValue>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Replies<'a> {
    #[serde(borrow, rename = "slackdump_thread_replies")]
    replies: Option<Vec<&'a RawValue>>,
}

pub(super) fn relayout(archive: &mut Archive<'_>, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let (container, prefix) = (archive.container, archive.prefix);
    let is_listed = LISTS
        .iter()
        .any(|(list, _)| container.find(&format!("{prefix}{list}")).is_some());
    let mut buffer = Vec::new();
    for (id, entries) in archive.conversations(Format::Dump) {
        let mut messages = Unsorted::begin(sink.folder().root().join("sort"));
        for entry in entries {
            if let Err(error) = container.read(entry, &mut buffer) {
                sink.note_file(&codes::READ_DAMAGED_ENTRY, &entry.path, error.to_string());
            }
            let text = String::from_utf8_lossy(&buffer);
            let conversation: Conversation<'_> = match serde_json::from_str(&text) {
                Ok(conversation) => conversation,
                Err(error) => {
                    sink.note_file(&codes::SLACK_UNREADABLE, &entry.path, error.to_string());
                    continue;
                }
            };
            if !is_listed {
                let (is_im, name) = (id.starts_with('D'), conversation.name.or_empty());
                let object = json!({"id": id, "name": name, "is_im": is_im, "is_private": true});
                archive.lists.channel(&object.to_string(), Source::List);
            }
            take(&conversation, &mut messages)?;
        }
        archive.again += messages.finish(archive.days(id))?;
        for file in container.under(&format!("{prefix}{id}/")) {
            keep_upload(archive, id, file);
        }
    }
    Ok(())
}

fn take(conversation: &Conversation<'_>, into: &mut Unsorted) -> Result<(), ReadError> {
    for message in conversation.messages.iter().flatten() {
        into.add(message.get(), Rank::Answer)?;
        let replies: Replies<'_> = serde_json::from_str(message.get()).unwrap_or_default();
        for reply in replies.replies.iter().flatten() {
            into.add(reply.get(), Rank::Answer)?;
        }
    }
    Ok(())
}

/// Puts `C…/F…-name` where exports have it.
fn keep_upload(archive: &mut Archive<'_>, id: &str, file: &Entry) {
    let (_, name) = super::layout::split_last(&file.path);
    let path = format!("{}{id}/attachments/{name}", archive.prefix);
    archive.out.keep(file, path);
}
