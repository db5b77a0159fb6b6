//! One day file: inflated, parsed message by message, written as lines of the model.
//!
//! The usual way is one pass that borrows from the file's text and holds one message at a time. If
//! that fails anywhere, the file is read again piece by piece, each message on its own, so that one
//! bad message costs one (crates/DECISIONS.md 1.1).

use chatferry_model::Text;
use chatferry_model::finding::{Code, Place, Stage};
use chatferry_model::message::MessageKind;
use chatferry_model::person::PersonKind;
use serde::de::{self, DeserializeSeed, SeqAccess, Visitor};
use serde_json::Value;

use super::author::AuthorHint;
use super::context::Context;
use super::convert::{
    self, ConversationContext, Conversion, ConvertedMessage, RootHint, WITHOUT_TIME,
};
use super::gather;
use super::lenient::Obj;
use super::message::Message;
use super::name_table::NameTable;
use super::split::{self, Piece};
use super::tally::{Seen, Tally};
use crate::{Container, Entry, ReadOptions, codes, encoding, url};

/// The converted day file.
#[derive(Debug, Default)]
pub(super) struct Day {
    /// JSON lines, in the order of `index`.
    pub(super) lines: Vec<u8>,
    /// One for each line, by time.
    pub(super) index: Vec<Line>,
    pub(super) tally: Tally,
}

/// A line of a day.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The time it was posted, in µs.
    pub(super) ts: i64,
    /// The root's time in µs, if it is a reply.
    pub(super) root: Option<i64>,
    /// The length in bytes, line feed included.
    pub(super) length: usize,
    /// Left out for this reason unless somebody replied to it.
    pub(super) only_as_root: Option<&'static str>,
    /// True if it stands for a message that is gone.
    pub(super) placeholder: bool,
    /// The hint about the root, unless that is in the same file.
    pub(super) hint: Option<Box<RootHint<'static>>>,
}

/// The inputs of reading a day file.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) container: &'a Container,
    pub(super) entry: &'a Entry,
    pub(super) here: &'a ConversationContext,
    pub(super) name_table: &'a NameTable,
    pub(super) options: &'a ReadOptions,
}

impl Job<'_> {
    fn place(&self) -> Place<'_> {
        Place {
            file: Some(self.entry.path.as_str().into()),
            conversation: Some(self.here.id.as_str().into()),
            ts: None,
        }
    }
}

/// Reads a day file. `buffer` is memory to reuse.
pub(super) fn read(job: Job<'_>, buffer: &mut Vec<u8>) -> Day {
    let mut day = Day::default();
    if let Err(error) = job.container.read(job.entry, buffer) {
        day.note(&job, &codes::READ_DAMAGED_ENTRY, error.to_string());
    }
    read_text(job, buffer, day)
}

/// Reads the bytes of a day file, adding to `day`.
pub(super) fn read_text(job: Job<'_>, bytes: &[u8], mut day: Day) -> Day {
    let (text, odd) = encoding::decode(bytes);
    if let Some(odd) = odd {
        day.note(&job, &codes::SLACK_OTHER_ENCODING, odd);
    }
    let text = &*text;
    if text.trim().is_empty() {
        day.note(&job, &codes::SLACK_EMPTY_FILE, "0 messages");
        return day;
    }
    let mut fast = Writer::new(job, Day::default());
    // The model says the same in about half the bytes.
    fast.day.lines.reserve(bytes.len() / 2);
    match each_message(text, |message| fast.take(message)) {
        Ok(()) if fast.day.index.is_empty() && gather::is_list_of_lists(text) => {
            let mut writer = Writer::new(job, day);
            no_list(text, &mut writer);
            writer.finish()
        }
        Ok(()) => {
            let mut read = fast.finish();
            day.tally
                .findings
                .append(std::mem::take(&mut read.tally.findings));
            read.tally.findings = day.tally.findings;
            read
        }
        Err(_) => salvage(job, text, day),
    }
}

/// Reads message by message what can't be read as a whole.
fn salvage(job: Job<'_>, text: &str, day: Day) -> Day {
    let mut writer = Writer::new(job, day);
    let Some(mut elements) = split::elements(text) else {
        no_list(text, &mut writer);
        return writer.finish();
    };
    for piece in elements.by_ref() {
        match piece {
            Piece::Element(element) => one(element, &mut writer),
            Piece::Cut(rest) => {
                writer.skip_unreadable(
                    &codes::SLACK_CUT_FILE,
                    format!("{} bytes of a message", rest.len()),
                );
                return writer.finish();
            }
        }
    }
    if !elements.after().is_empty() {
        let count = elements.after().len();
        let message = format!("{count} bytes behind the list");
        writer.day.note(&job, &codes::SLACK_NOT_A_LIST, message);
    }
    if !elements.is_closed() {
        writer.day.note(
            &job,
            &codes::SLACK_CUT_FILE,
            "the end of the list is missing",
        );
    }
    writer.finish()
}

/// Brackets within brackets that can be read; Slack's own take twenty.
const DEEPEST: usize = 100;

/// One message on its own: as it is, else repaired, else with the last of doubled keys, else
/// without what lies too deep, else not.
fn one(element: &str, writer: &mut Writer<'_>) {
    let first = serde_json::from_str::<Obj<Box<Message<'_>>>>(element);
    let Err(error) = first.map(|message| writer.take(message)) else {
        return;
    };
    let repaired = split::repair(element);
    if let Ok(message) = serde_json::from_str::<Obj<Box<Message<'_>>>>(&repaired) {
        writer.take(message);
        writer
            .day
            .note(&writer.job, &codes::SLACK_REPAIRED, error.to_string());
        return;
    }
    let plain = serde_json::from_str::<Value>(&repaired).map(|value| value.to_string());
    if let Ok(plain) = plain
        && let Ok(message) = serde_json::from_str::<Obj<Box<Message<'_>>>>(&plain)
    {
        writer.take(message);
        writer
            .day
            .note(&writer.job, &codes::SLACK_REPAIRED, error.to_string());
        return;
    }
    let pruned = split::prune(&repaired, DEEPEST);
    if pruned.len() < repaired.len()
        && let Ok(message) = serde_json::from_str::<Obj<Box<Message<'_>>>>(&pruned)
    {
        writer.take(message);
        let words = format!("what lies deeper than {DEEPEST} brackets");
        writer.day.note(&writer.job, &codes::SLACK_TOO_DEEP, words);
        return;
    }
    let start: String = element
        .chars()
        .filter(|c| !c.is_whitespace())
        .take(80)
        .collect();
    writer.skip_unreadable(&codes::SLACK_UNREADABLE, format!("{error}: {start}"));
}

/// Something else where a list of messages belongs: a page of Slack's API, a map of messages, one
/// message, a message on each line, or lists within a list.
fn no_list(text: &str, writer: &mut Writer<'_>) {
    let mut found = gather::all(text);
    if !found.whole {
        let repaired = gather::all(&split::repair(text));
        if repaired.messages.len() >= found.messages.len() {
            found = repaired;
        }
    }
    let job = writer.job;
    if found.messages.is_empty() {
        writer
            .day
            .note(&job, &codes::SLACK_UNREADABLE, "no list of messages");
        return;
    }
    let form = if text.trim_start().starts_with('[') {
        "lists within a list"
    } else {
        "an object where a list belongs"
    };
    writer.day.note(&job, &codes::SLACK_NOT_A_LIST, form);
    if !found.whole {
        let words = "the rest cannot be read".to_owned();
        writer.skip_unreadable(&codes::SLACK_CUT_FILE, words);
    }
    for message in found.messages {
        one(&message.to_string(), writer);
    }
}

/// Turns messages into lines.
struct Writer<'a> {
    job: Job<'a>,
    day: Day,
    last: i64,
    sorted: bool,
}

impl<'a> Writer<'a> {
    fn new(job: Job<'a>, day: Day) -> Self {
        Self {
            job,
            day,
            last: i64::MIN,
            sorted: true,
        }
    }

    fn take(&mut self, message: Obj<Box<Message<'_>>>) {
        self.day.tally.messages.input += 1;
        let Some(message) = message.into_inner() else {
            self.day.tally.messages.skip("not a message");
            self.day.note(
                &self.job,
                &codes::SLACK_NOT_A_MESSAGE,
                "something else than an object",
            );
            return;
        };
        let mut context = Context::new(self.job.name_table);
        let fate = convert::convert(&message, self.job.here, self.job.options, &mut context);
        let fate = self.selected(fate);
        let sum = &mut self.day.tally.messages;
        match fate {
            Conversion::Skip(reason) => sum.skip(&reason),
            Conversion::Keep(kept) => self.write(*kept, None, &context),
            Conversion::KeepIfRoot(kept, reason) => self.write(*kept, Some(reason), &context),
        }
        for (kind, id, label) in context.labels {
            self.day.tally.labels.add(kind, id, label);
        }
        for (id, name) in context.unlisted_people {
            let seen = Seen {
                sighting: Some(AuthorHint {
                    kind: if id.as_str().starts_with('B') {
                        PersonKind::Bot
                    } else {
                        PersonKind::Unknown
                    },
                    name: name.map(Text::into_owned),
                    worth: 1,
                }),
                ..Seen::default()
            };
            self.day
                .tally
                .people
                .entry(id.into_owned())
                .or_default()
                .append(seen);
        }
        if context.notes.is_empty() {
            return;
        }
        let ts = message.ts.get().map(super::time::message_id);
        for (code, words) in context.notes {
            let place = Place {
                ts: ts.as_ref().map(|id| id.as_str().into()),
                ..self.job.place()
            };
            self.day
                .tally
                .findings
                .note(Stage::Read, code, place, words);
        }
    }

    fn selected<'m>(&self, fate: Conversion<'m>) -> Conversion<'m> {
        let time = match &fate {
            Conversion::Keep(kept) | Conversion::KeepIfRoot(kept, _) => kept.message.time,
            Conversion::Skip(_) => return fate,
        };
        if self.job.options.selection.has_time(time) {
            fate
        } else {
            Conversion::Skip("outside the dates".into())
        }
    }

    fn write(
        &mut self,
        mut kept: ConvertedMessage<'_>,
        only_as_root: Option<&'static str>,
        context: &Context<'_>,
    ) {
        let message = &mut kept.message;
        message.findings = finding_codes(context);
        for file in &message.files {
            self.day.tally.take_file(file);
        }
        let author = message.author.person.as_str();
        let tally = &mut self.day.tally;
        if only_as_root.is_none() {
            let seen = match tally.people.get_mut(author) {
                Some(seen) => seen,
                None => tally
                    .people
                    .entry(message.author.person.to_static())
                    .or_default(),
            };
            if message.kind == MessageKind::Said {
                seen.messages += 1;
                seen.last = seen.last.max(Some(message.time));
            }
            seen.sight(kept.sighting.take().map(AuthorHint::into_owned));
        } else if let Some(sighting) = kept.sighting.take() {
            let seen = tally
                .people
                .entry(message.author.person.to_static())
                .or_default();
            seen.sight(Some(sighting.into_owned()));
        }
        let ts = message.time.as_micros();
        let start = self.day.lines.len();
        if serde_json::to_writer(&mut self.day.lines, &message).is_err() {
            // Writing to memory can't fail, and every type of the model can be written.
            self.day.lines.truncate(start);
            tally.messages.skip(WITHOUT_TIME);
            return;
        }
        url::redact_tokens(&mut self.day.lines, start);
        self.day.lines.push(b'\n');
        let root = message
            .thread
            .as_ref()
            .map(|thread| thread.root_time.as_micros());
        let hint = root.filter(|root| !self.has(*root)).map(|_| {
            Box::new(RootHint {
                author: kept.root.author.map(Text::into_owned),
                text: kept.root.text.map(Text::into_owned),
            })
        });
        self.sorted &= ts > self.last;
        self.last = self.last.max(ts);
        self.day.index.push(Line {
            ts,
            root,
            length: self.day.lines.len() - start,
            only_as_root,
            placeholder: message.kind == MessageKind::Placeholder,
            hint,
        });
    }

    /// Returns true if a message of that time came already in this file, as far as it is in order.
    fn has(&self, ts: i64) -> bool {
        self.day
            .index
            .binary_search_by_key(&ts, |line| line.ts)
            .is_ok()
    }

    fn skip_unreadable(&mut self, code: &'static Code, message: String) {
        self.day.tally.messages.input += 1;
        self.day.tally.messages.skip(WITHOUT_TIME);
        self.day.note(&self.job, code, message);
    }

    /// The day, its lines by time.
    fn finish(self) -> Day {
        let mut day = self.day;
        if !self.sorted {
            day.sort();
        }
        day
    }
}

/// The codes of what was noted, each once.
fn finding_codes(context: &Context<'_>) -> Vec<Text<'static>> {
    let mut codes: Vec<Text<'static>> = Vec::new();
    for (code, _) in &context.notes {
        if !codes.iter().any(|before| *before == code.id) {
            codes.push(Text::from_static(code.id));
        }
    }
    codes
}

impl Day {
    fn note(&mut self, job: &Job<'_>, code: &'static Code, message: impl Into<String>) {
        self.tally
            .findings
            .note(Stage::Read, code, job.place(), message);
    }

    /// Orders the lines by time; those of the same time stay as they are.
    fn sort(&mut self) {
        let mut at = 0;
        let mut placed: Vec<(usize, Line)> = Vec::with_capacity(self.index.len());
        for line in self.index.drain(..) {
            let start = at;
            at += line.length;
            placed.push((start, line));
        }
        placed.sort_by_key(|(_, line)| line.ts);
        let mut lines = Vec::with_capacity(self.lines.len());
        for (start, line) in &placed {
            lines.extend_from_slice(
                self.lines
                    .get(*start..start + line.length)
                    .unwrap_or_default(),
            );
        }
        self.lines = lines;
        self.index = placed.into_iter().map(|(_, line)| line).collect();
    }
}

/// Hands over the elements of a list, one at a time. Fails at the first that is no JSON, and when
/// something comes after the list.
fn each_message<'de>(
    text: &'de str,
    take: impl FnMut(Obj<Box<Message<'de>>>),
) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Messages(take).deserialize(&mut deserializer)?;
    deserializer.end()
}

struct Messages<F>(F);

impl<'de, F: FnMut(Obj<Box<Message<'de>>>)> DeserializeSeed<'de> for Messages<F> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(Obj<Box<Message<'de>>>)> Visitor<'de> for Messages<F> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of messages")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut messages: A) -> Result<(), A::Error> {
        while let Some(message) = messages.next_element::<Obj<Box<Message<'de>>>>()? {
            (self.0)(message);
        }
        Ok(())
    }
}
