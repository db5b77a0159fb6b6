//! A line of posts as messages of the model: the root, and each of its replies.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use chatferry_model::conversation::Conversation;
use chatferry_model::document::{Block, Document, Inline, Mark};
use chatferry_model::file::File;
use chatferry_model::finding::{Code, Findings, Place, Stage};
use chatferry_model::message::{Author, Message, MessageKind, Stamp, Thread};
use chatferry_model::sum::Sum;
use chatferry_model::{MessageId, Micros, Text};
use serde_json::value::RawValue;

use super::context::Context;
use super::files::{self, Blobs};
use super::kind::{Treatment, treatment};
use super::layout::Layout;
use super::line::{self, Line, Post};
use super::people::{Seen, UNKNOWN};
use super::props::Props;
use super::space::{self, Space};
use super::{names, reactions, text};
use crate::{ReadError, ReadOptions, SystemMessages, codes, url};

const UNREADABLE: &str = "not readable";

/// What converting needs to know.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) layout: Layout<'a>,
    pub(super) space: &'a Space,
    pub(super) options: &'a ReadOptions,
    pub(super) blobs: &'a Blobs<'a>,
}

/// What lines became.
#[derive(Default)]
pub(super) struct Converted {
    /// JSON lines, in the order of `records`.
    pub(super) lines: Vec<u8>,
    pub(super) records: Vec<Record>,
    /// Conversations that no line describes.
    pub(super) strays: Vec<Conversation>,
    pub(super) tally: Tally,
}

/// A line that was written.
pub(super) struct Record {
    pub(super) to: To,
    /// Milliseconds.
    pub(super) created: i64,
    /// The time of its root in milliseconds, if it is a reply.
    pub(super) root: Option<i64>,
    pub(super) line: u64,
    pub(super) index: u32,
    /// Its length in bytes, line feed included.
    pub(super) length: usize,
}

/// The conversation that a message is in.
#[derive(Clone, Copy, Debug)]
pub(super) enum To {
    /// By its number.
    Known(u32),
    /// By its place among the strays.
    Stray(usize),
}

/// What was counted on the way.
#[derive(Default)]
pub(super) struct Tally {
    /// Messages in and skipped; those that go out are counted where they are written.
    pub(super) messages: Sum,
    pub(super) people: HashMap<String, Seen>,
    /// People whom posts name and no line describes.
    pub(super) strangers: BTreeSet<String>,
    /// Files seen on posts, and their lines by id.
    pub(super) files: Vec<(String, Vec<u8>)>,
    pub(super) findings: Findings,
    /// Roots of direct messages, whose reactions no server exports (trap T3).
    pub(super) direct_roots: u64,
}

/// Takes what was converted, in the middle of a long line.
pub(super) type Drain<'d> = &'d mut dyn FnMut(&mut Converted) -> Result<(), ReadError>;

/// Converts a line, if it is one of posts.
pub(super) fn line(
    job: Job<'_>,
    number: u64,
    bytes: &[u8],
    out: &mut Converted,
    drain: Drain<'_>,
) -> Result<(), ReadError> {
    if !line::is_post(bytes) && memchr::memmem::find(bytes, b"post\"").is_none() {
        return Ok(());
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    };
    let mut here = Here {
        job,
        line: number,
        conversation: String::new(),
        out,
    };
    if matches!(text, Cow::Owned(_)) {
        here.note(
            &codes::MATTERMOST_OTHER_ENCODING,
            None,
            "bytes that are not UTF-8",
        );
    }
    let parsed = match serde_json::from_str::<Line<'_>>(&text) {
        Ok(line) => match (line.kind.as_str(), line.post, line.direct_post) {
            ("post", Some(post), _) | ("direct_post", _, Some(post)) => Ok(post),
            ("post" | "direct_post", ..) => Err("a post without its content".to_owned()),
            _ => return Ok(()),
        },
        Err(error) => Err(error.to_string()),
    };
    match parsed {
        Ok(post) => here.thread(&post, drain),
        Err(error) => {
            here.unreadable(&error);
            Ok(())
        }
    }
}

/// The root of a thread.
struct Root {
    id: MessageId<'static>,
    time: Micros,
}

/// Where we are, and what is written.
struct Here<'a, 'o> {
    job: Job<'a>,
    line: u64,
    conversation: String,
    out: &'o mut Converted,
}

/// One post to convert.
struct One<'p> {
    post: &'p Post<'p>,
    team: Option<&'p str>,
    to: To,
    root: Option<&'p Root>,
    time: Micros,
    index: u32,
    /// Whether replies to it were kept.
    answered: bool,
}

impl Here<'_, '_> {
    fn thread(&mut self, post: &Post<'_>, drain: Drain<'_>) -> Result<(), ReadError> {
        let replies: Vec<&RawValue> = match post.replies.map(|raw| serde_json::from_str(raw.get()))
        {
            None => Vec::new(),
            Some(Ok(replies)) => replies,
            Some(Err(error)) => {
                self.unreadable(&error.to_string());
                Vec::new()
            }
        };
        let Some((to, selected)) = self.place(post) else {
            self.unreadable("a post that does not say where it was written");
            self.skip_all(UNREADABLE, replies.len() as u64);
            return Ok(());
        };
        if !selected {
            self.skip_all("not selected", 1 + replies.len() as u64);
            return Ok(());
        }
        let time = time(post.create_at).or_else(|| {
            // Half a thread is better than none.
            let times = replies.iter().filter_map(|raw| time_of(raw));
            times.min()
        });
        let Some(time) = time else {
            self.note(&codes::MATTERMOST_NO_TIME, None, "a post without a time");
            self.skip_all("without a time", 1 + replies.len() as u64);
            return Ok(());
        };
        if post.create_at.and_then(|at| self::time(Some(at))).is_none() {
            self.note(
                &codes::MATTERMOST_NO_TIME,
                None,
                "a root without a time; its first reply's is taken",
            );
        }
        let user = author(post);
        let root = Root {
            id: names::post(time.to_millis().as_millis(), user, None),
            time,
        };
        let mut kept = 0_u64;
        for (number, raw) in replies.iter().enumerate() {
            let reply = match serde_json::from_str::<Post<'_>>(raw.get()) {
                Ok(reply) => reply,
                Err(error) => {
                    self.unreadable(&error.to_string());
                    continue;
                }
            };
            let Some(time) = self::time(reply.create_at) else {
                self.out.tally.messages.input += 1;
                self.out.tally.messages.skip("without a time");
                self.note(
                    &codes::MATTERMOST_NO_TIME,
                    Some(&root.id),
                    "a reply without a time",
                );
                continue;
            };
            let one = One {
                post: &reply,
                team: post.team.as_deref(),
                to,
                root: Some(&root),
                time,
                index: u32::try_from(number + 1).unwrap_or(u32::MAX),
                answered: false,
            };
            kept += u64::from(self.convert(&one)?);
            drain(self.out)?;
        }
        let one = One {
            post,
            team: post.team.as_deref(),
            to,
            root: None,
            time,
            index: 0,
            answered: kept > 0,
        };
        self.convert(&one)?;
        if post.team.is_none() {
            self.out.tally.direct_roots += 1;
        }
        Ok(())
    }

    /// The conversation, and whether it is read.
    fn place(&mut self, post: &Post<'_>) -> Option<(To, bool)> {
        let space = self.job.space;
        let stray = match (&post.team, &post.channel, &post.channel_members) {
            (Some(team), Some(channel), _) if !channel.is_empty() => {
                let named = space.channels.get(channel.as_str());
                let number = named
                    .and_then(|named| named.iter().find(|(of, _)| of == team.as_str()))
                    .map(|(_, number)| *number);
                match number {
                    Some(number) => return self.known(number),
                    None => space.stray_channel(team, channel),
                }
            }
            (_, _, Some(members)) => {
                let members: BTreeSet<&str> = members
                    .iter()
                    .map(Text::as_str)
                    .filter(|member| !member.is_empty())
                    .collect();
                if members.is_empty() {
                    return None;
                }
                space::direct(&members)
            }
            _ => return None,
        };
        if let Some(number) = space.numbers.get(stray.id.as_str()) {
            return self.known(*number);
        }
        self.conversation = stray.id.as_str().to_owned();
        let selection = &self.job.options.selection;
        if !selection.has_conversation(stray.id.as_str(), &stray.name) {
            return Some((To::Stray(0), false));
        }
        if !stray.kind.is_chat() {
            self.note(
                &codes::MATTERMOST_CHANNEL_MISSING,
                None,
                "posts in a channel that no line describes",
            );
        }
        let strays = &mut self.out.strays;
        let at = strays.iter().position(|before| before.id == stray.id);
        let at = at.unwrap_or_else(|| {
            strays.push(stray);
            strays.len() - 1
        });
        Some((To::Stray(at), true))
    }

    fn known(&mut self, number: u32) -> Option<(To, bool)> {
        let place = self
            .job
            .space
            .conversations
            .get(usize::try_from(number).ok()?)?;
        self.conversation = place.conversation.id.as_str().to_owned();
        Some((To::Known(number), place.selected))
    }

    /// Converts one post and writes it, and says whether it did.
    fn convert(&mut self, one: &One<'_>) -> Result<bool, ReadError> {
        self.out.tally.messages.input += 1;
        let post = one.post;
        let selection = &self.job.options.selection;
        if !selection.has_time(one.time) && !one.answered {
            return Ok(self.skip("outside the dates"));
        }
        let kind = post.kind.as_deref().unwrap_or_default();
        let props = post
            .props
            .map(|raw| Props::of(raw.get()))
            .unwrap_or_default();
        let words = text::without_html(post.message.as_deref().unwrap_or_default());
        let mut context = Context::new(self.job.space, one.team);
        let shown = props.channels.iter();
        context.channel_names = shown
            .map(|(name, shown)| (name.as_str(), shown.as_str()))
            .collect();
        let mut files = Vec::new();
        for attachment in post.attachments.iter().flatten() {
            if let Some(path) = attachment.path.as_deref().filter(|path| !path.is_empty()) {
                files.push(files::convert(
                    path,
                    &self.job.layout,
                    self.job.blobs,
                    &mut context,
                )?);
            }
        }
        let mut blocks = text::blocks(&words, &context);
        for card in &props.cards {
            card.convert(&context, &mut blocks);
        }
        let mut message = Message {
            id: names::post(
                one.time.to_millis().as_millis(),
                author(post),
                one.root.map(|root| root.time.to_millis().as_millis()),
            ),
            time: one.time,
            author: Author {
                person: context.person(author(post)),
                name: props.sender.as_deref().map(Text::from),
            },
            kind: MessageKind::Said,
            thread: one.root.map(|root| Thread {
                root: root.id.clone(),
                root_time: root.time,
                broadcast: false,
            }),
            subject: None,
            body: Document { blocks },
            files,
            edited: post.edit_at.and_then(|at| time(Some(at))).map(|at| Stamp {
                time: Some(at),
                by: None,
            }),
            pinned: post.is_pinned.unwrap_or(false).then(Stamp::default),
            reactions: reactions::convert(
                post.reactions.as_deref().unwrap_or_default(),
                &mut context,
            ),
            findings: Vec::new(),
        };
        match treatment(kind) {
            Treatment::Said => {}
            Treatment::Notice
                if one.answered || self.job.options.system_messages == SystemMessages::Show =>
            {
                message.kind = MessageKind::System;
            }
            Treatment::Notice => return Ok(self.skip(&notice(kind))),
            Treatment::Unknown => context.note(&codes::MATTERMOST_UNKNOWN_TYPE, kind),
        }
        if message.body.is_empty() && message.files.is_empty() {
            if !one.answered && message.reactions.is_empty() {
                self.note(
                    &codes::MATTERMOST_EMPTY_POST,
                    None,
                    "neither words nor files",
                );
                return Ok(self.skip("empty"));
            }
            message.body.blocks.push(empty());
        }
        if has_permalink(&words) {
            context.note(&codes::MATTERMOST_PERMALINK, "a link to another post");
        }
        self.write(message, one, context);
        Ok(true)
    }

    fn write(&mut self, mut message: Message<'_>, one: &One<'_>, context: Context<'_>) {
        for (code, _) in &context.notes {
            if !message.findings.iter().any(|before| *before == code.id) {
                message.findings.push(Text::from_static(code.id));
            }
        }
        let tally = &mut self.out.tally;
        for file in &message.files {
            tally.files.push(file_line(file));
        }
        for stranger in context.strangers {
            if !tally.strangers.contains(stranger.as_str()) {
                tally.strangers.insert(stranger.as_str().to_owned());
            }
        }
        if message.kind == MessageKind::Said {
            let person = message.author.person.as_str();
            let seen = Seen {
                messages: 1,
                last: Some(message.time),
            };
            match tally.people.get_mut(person) {
                Some(before) => before.append(seen),
                None => {
                    tally.people.insert(person.to_owned(), seen);
                }
            }
        }
        let from = self.out.lines.len();
        if serde_json::to_writer(&mut self.out.lines, &message).is_err() {
            // Writing to memory can't fail, and every type of the model can be written.
            self.out.lines.truncate(from);
            self.skip(UNREADABLE);
            return;
        }
        url::blot_tokens(&mut self.out.lines, from);
        self.out.lines.push(b'\n');
        self.out.records.push(Record {
            to: one.to,
            created: one.time.to_millis().as_millis(),
            root: one.root.map(|root| root.time.to_millis().as_millis()),
            line: self.line,
            index: one.index,
            length: self.out.lines.len() - from,
        });
        for (code, words) in context.notes {
            self.note(code, Some(&message.id), words);
        }
    }

    fn unreadable(&mut self, error: &str) {
        self.out.tally.messages.input += 1;
        self.skip(UNREADABLE);
        self.note(&codes::MATTERMOST_UNREADABLE, None, error);
    }

    fn skip(&mut self, reason: &str) -> bool {
        self.out.tally.messages.skip(reason);
        false
    }

    fn skip_all(&mut self, reason: &str, count: u64) {
        self.out.tally.messages.input += count;
        self.out.tally.messages.skip_many(reason, count);
    }

    fn note(
        &mut self,
        code: &'static Code,
        message: Option<&MessageId<'_>>,
        words: impl Into<String>,
    ) {
        let file = format!("{}:{}", self.job.layout.lines.path, self.line);
        let conversation = Some(self.conversation.as_str()).filter(|id| !id.is_empty());
        let place = Place {
            file: Some(file.into()),
            conversation: conversation.map(Text::from),
            ts: message.map(|id| Text::from(id.as_str())),
        };
        self.out
            .tally
            .findings
            .note(Stage::Read, code, place, words);
    }
}

fn author<'p>(post: &'p Post<'_>) -> &'p str {
    let user = post.user.as_deref().filter(|user| !user.is_empty());
    user.unwrap_or(UNKNOWN)
}

/// A time in milliseconds; 0 is none.
fn time(ms: Option<i64>) -> Option<Micros> {
    let micros = ms.filter(|ms| *ms > 0)?.checked_mul(1_000)?;
    Micros::new(micros).ok()
}

fn time_of(raw: &RawValue) -> Option<Micros> {
    let reply: Post<'_> = serde_json::from_str(raw.get()).ok()?;
    time(reply.create_at)
}

/// The reason for leaving out a notice, by what it tells of.
fn notice(kind: &str) -> String {
    let kind = kind.strip_prefix("system_").unwrap_or(kind);
    format!("notice: {kind}")
}

/// What stands where nothing was said and yet somebody replied or reacted.
fn empty<'m>() -> Block<'m> {
    Block::Paragraph(vec![Inline::marked(
        "This message is empty.",
        Mark::Italic.into(),
    )])
}

/// Whether a text links to a post by its id, which no export holds (trap T2).
fn has_permalink(text: &str) -> bool {
    let is_id = |rest: &str| {
        let id = rest.get(..26);
        id.is_some_and(|id| {
            id.bytes()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
    };
    text.match_indices("/pl/")
        .any(|(at, _)| text.get(at + 4..).is_some_and(is_id))
}

/// A line of `files.jsonl`, with the file's id.
pub(super) fn file_line(file: &File<'_>) -> (String, Vec<u8>) {
    let mut line = serde_json::to_vec(file).unwrap_or_default();
    url::blot_tokens(&mut line, 0);
    line.push(b'\n');
    (file.id.as_str().to_owned(), line)
}
