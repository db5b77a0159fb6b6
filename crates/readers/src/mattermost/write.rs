//! The sorted lines as the files of the conversations, each message once.

use std::collections::HashMap;

use chatferry_model::conversation::Conversation;
use chatferry_model::document::Document;
use chatferry_model::file::File;
use chatferry_model::finding::{Place as Where, Stage};
use chatferry_model::jsonl::JsonlWriter;
use chatferry_model::message::{Author, Message, MessageKind, Thread};
use chatferry_model::sum::Sum;
use chatferry_model::{MessageId, Micros, Millis};
use serde::Deserialize;

use super::name_table::Place;
use super::order::Key;
use super::people::Seen;
use crate::external_sort::Sorter;
use crate::{ReadError, Sink, codes};

/// Lines that are written at once.
const BUFFER_BYTES: usize = 1 << 18;

/// Writes the files of all conversations, and gives these with their counts, by id.
pub(super) fn write(
    sorter: Sorter<Key>,
    places: Vec<Place>,
    people: &mut HashMap<String, Seen>,
    conversations: &mut Sum,
    sink: &mut Sink<'_>,
) -> Result<Vec<Conversation>, ReadError> {
    let mut out = Output {
        places: places.into_iter().enumerate(),
        current: None,
        done: Vec::new(),
        people,
        conversations,
        sink,
    };
    sorter.finish(|key, line| out.take(key, line))?;
    out.begin(None)?;
    let mut done = out.done;
    done.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(done)
}

struct Output<'s, 'k> {
    places: std::iter::Enumerate<std::vec::IntoIter<Place>>,
    current: Option<Current>,
    done: Vec<Conversation>,
    people: &'s mut HashMap<String, Seen>,
    conversations: &'s mut Sum,
    sink: &'s mut Sink<'k>,
}

/// The conversation that is being written.
struct Current {
    number: u32,
    conversation: Conversation,
    writer: JsonlWriter,
    pending: Vec<u8>,
    records: u64,
    /// Of all its messages, those that stand for a root that is missing.
    made_up: u64,
    twins: Twins,
}

impl Output<'_, '_> {
    fn take(&mut self, key: Key, line: &[u8]) -> Result<(), ReadError> {
        if self
            .current
            .as_ref()
            .is_none_or(|current| current.number != key.conversation)
        {
            self.begin(Some(key.conversation))?;
        }
        let Some(current) = &mut self.current else {
            return Ok(());
        };
        match current.twins.see(key, line) {
            Twin::Duplicate if key.index == Key::MISSING => return Ok(()),
            Twin::Duplicate => {
                let place = Where {
                    conversation: Some(current.conversation.id.as_str().into()),
                    ..Where::default()
                };
                let message = "in several of the exports, or twice in one";
                self.sink.findings().note(
                    Stage::Read,
                    &codes::MATTERMOST_DUPLICATE,
                    place,
                    message,
                );
                self.sink.sum("messages").merge("duplicate");
                if let Ok(message) = serde_json::from_slice::<Message<'_>>(line)
                    && message.kind == MessageKind::Said
                    && let Some(seen) = self.people.get_mut(message.author.person.as_str())
                {
                    seen.messages = seen.messages.saturating_sub(1);
                }
                return Ok(());
            }
            Twin::Only => current.pending.extend_from_slice(line),
            Twin::Renamed { id, root } => {
                let Ok(mut message) = serde_json::from_slice::<Message<'_>>(line) else {
                    return Ok(());
                };
                if let Some(id) = id {
                    message.id = MessageId::new(id);
                }
                if let (Some(root), Some(thread)) = (root, &mut message.thread) {
                    thread.root = MessageId::new(root);
                }
                if serde_json::to_writer(&mut current.pending, &message).is_ok() {
                    current.pending.push(b'\n');
                }
            }
        }
        current.records += 1;
        current.made_up += u64::from(key.index == Key::MISSING);
        let conversation = &mut current.conversation;
        conversation.messages += 1;
        conversation.replies += u64::from(key.reply);
        let time = Millis::new(key.created).ok().map(Millis::to_micros);
        let earlier = |before: Micros| time.map_or(before, |time| before.min(time));
        conversation.first = conversation.first.map(earlier).or(time);
        conversation.last = conversation.last.max(time);
        if current.pending.len() > BUFFER_BYTES {
            current.flush()?;
        }
        Ok(())
    }

    /// Ends the conversation that is being written, and begins the one of that number.
    fn begin(&mut self, number: Option<u32>) -> Result<(), ReadError> {
        if let Some(current) = self.current.take() {
            self.end(current)?;
        }
        while let Some((at, place)) = self.places.next() {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            let current = Some(at) == number;
            if !place.selected {
                self.conversations.skip("not selected");
                continue;
            }
            if !current && place.conversation.kind.is_chat() {
                // Everybody who ever looked at somebody has one of these.
                self.conversations
                    .skip("a direct message in which nothing was said");
                continue;
            }
            let begun = Current {
                number: at,
                writer: self.sink.messages(&place.conversation.id)?,
                conversation: place.conversation,
                pending: Vec::new(),
                records: 0,
                made_up: 0,
                twins: Twins::default(),
            };
            if current {
                self.current = Some(begun);
                return Ok(());
            }
            self.end(begun)?;
        }
        Ok(())
    }

    fn end(&mut self, mut current: Current) -> Result<(), ReadError> {
        current.flush()?;
        let summary = current.writer.finish()?;
        let sum = self.sink.sum("messages");
        sum.output += summary.records - current.made_up;
        if current.made_up > 0 {
            *sum.added.entry("placeholder root".to_owned()).or_default() += current.made_up;
        }
        self.conversations.output += 1;
        self.sink.messages_done(&current.conversation.id, summary);
        self.done.push(current.conversation);
        Ok(())
    }
}

impl Current {
    fn flush(&mut self) -> Result<(), ReadError> {
        self.writer.write_lines(&self.pending, self.records)?;
        self.pending.clear();
        self.records = 0;
        Ok(())
    }
}

/// Posts of one conversation, author and millisecond, which no id tells apart. Two of them are the
/// same post if they say the same, as Mattermost's own importer has it, or if they are of different
/// exports, since a post may be edited in between (crates/readers/src/mattermost/FORMAT.md M6).
#[derive(Default)]
struct Twins {
    time: i64,
    /// The posts that are kept, by id.
    kept: HashMap<Vec<u8>, Vec<Kept>>,
    /// Roots that got a name of their own, by export and line.
    renamed: HashMap<(u16, u64), String>,
}

struct Kept {
    line: Vec<u8>,
    /// The last export in which it was seen.
    export: u16,
}

enum Twin {
    /// The only one of its kind.
    Only,
    /// The message is a duplicate.
    Duplicate,
    /// The message gets another id, or its root has got one.
    Renamed {
        id: Option<String>,
        root: Option<String>,
    },
}

impl Twins {
    fn see(&mut self, key: Key, line: &[u8]) -> Twin {
        if key.time != self.time {
            self.kept.clear();
            self.time = key.time;
        }
        let id = id_of(line);
        let export = key.export.0;
        let kept = match self.kept.get_mut(id) {
            Some(kept) => kept,
            None => self.kept.entry(id.to_vec()).or_default(),
        };
        let same = kept
            .iter()
            .position(|kept| says_the_same(&kept.line, line))
            .or_else(|| kept.iter().position(|kept| kept.export != export));
        let number = same.unwrap_or(kept.len()) + 1;
        match same.and_then(|at| kept.get_mut(at)) {
            Some(kept) => kept.export = export,
            None => kept.push(Kept {
                line: line.to_vec(),
                export,
            }),
        }
        let id = (number > 1).then(|| format!("{}-{number}", String::from_utf8_lossy(id)));
        let thread = (export, key.line);
        let root = if key.reply {
            self.renamed.get(&thread).cloned()
        } else {
            if let Some(id) = &id {
                self.renamed.insert(thread, id.clone());
            }
            None
        };
        if same.is_some() {
            Twin::Duplicate
        } else if id.is_none() && root.is_none() {
            Twin::Only
        } else {
            Twin::Renamed { id, root }
        }
    }
}

/// The part of a message's line that makes it the post it is.
#[derive(PartialEq, Deserialize)]
struct Said<'a> {
    #[serde(borrow)]
    author: Author<'a>,
    #[serde(default)]
    kind: MessageKind,
    #[serde(borrow)]
    thread: Option<Thread<'a>>,
    #[serde(borrow)]
    body: Document<'a>,
    #[serde(borrow, default)]
    files: Vec<File<'a>>,
}

fn says_the_same(one: &[u8], other: &[u8]) -> bool {
    let said = |line| serde_json::from_slice::<Said<'_>>(line).ok();
    one == other || said(one).is_some_and(|one| Some(one) == said(other))
}

/// The id of a message's line, with which every one begins.
fn id_of(line: &[u8]) -> &[u8] {
    let rest = line.strip_prefix(br#"{"id":""#).unwrap_or(line);
    let end = memchr::memchr(b'"', rest).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}
