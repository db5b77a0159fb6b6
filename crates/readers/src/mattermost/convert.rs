//! A post as a message of the model.

use chatferry_model::document::{Block, Card, Document, Inline, Mark};
use chatferry_model::file::File;
use chatferry_model::message::{Author, EditInfo, Message, MessageKind, Thread};
use chatferry_model::phrases::source as phrases;
use chatferry_model::{Micros, Text};

use super::context::Context;
use super::converted::{Record, To, file_line};
use super::kind::{BURN_ON_READ, Treatment, treatment};
use super::line::Post;
use super::people::{Seen, UNKNOWN};
use super::props::{Extra, Props};
use super::thread_context::{Job, Root, ThreadContext, UNREADABLE};
use super::{files, names, parts, permalink, pictures, reactions, text, wiki};
use crate::plausible::{Judged, Plausible};
use crate::{ReadError, SystemMessages, codes, url};

/// The reason for leaving out a post that was to vanish.
const BURNT: &str = "burn-on-read: its words are not in any export";

/// One post to convert.
pub(super) struct One<'p> {
    pub(super) post: &'p Post<'p>,
    pub(super) team: Option<&'p str>,
    pub(super) to: To,
    pub(super) root: Option<&'p Root>,
    pub(super) time: Micros,
    pub(super) index: u32,
    /// True if replies to it were kept.
    pub(super) answered: bool,
}

impl ThreadContext<'_, '_> {
    /// Converts one post and writes it, and says whether it did.
    pub(super) fn convert(&mut self, one: &One<'_>) -> Result<bool, ReadError> {
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
        let is_page = wiki::POSTS.contains(&kind);
        let message = post.message.as_deref().unwrap_or_default();
        let message = if is_page {
            wiki::text(message)
        } else {
            message.into()
        };
        let words = text::without_html(&message);
        let mut context = Context::new(self.job.name_table, one.team);
        context.smileys = self.job.options.text_smileys;
        let shown = props.channels.iter();
        context.channel_names = shown
            .map(|(name, shown)| (name.as_str(), shown.as_str()))
            .collect();
        let job = self.job;
        let files = files_of(&job, post, &words, &mut context)?;
        context.files = files.iter().map(|file| file.id.clone()).collect();
        let mut blocks = text::blocks(&words, &context);
        if let Some(title) = props.title.as_deref().filter(|_| is_page) {
            wiki::push_title(title, &mut blocks);
        }
        for extra in &props.extras {
            extra.convert(&mut context, &mut blocks);
        }
        let body = Document { blocks };
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
                app: None,
            },
            kind: MessageKind::Said,
            thread: one.root.map(|root| Thread {
                root: root.id.clone(),
                root_time: root.time,
                broadcast: false,
            }),
            subject: None,
            links: permalink::links(&body, self.job.name_table),
            body,
            files,
            edited: post
                .edit_at
                .and_then(|at| time(Some(at), job.times))
                .map(|at| EditInfo {
                    time: Some(at),
                    by: None,
                }),
            pinned: post.is_pinned.unwrap_or(false).then(EditInfo::default),
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
            let burnt = kind == BURN_ON_READ;
            if !one.answered && message.reactions.is_empty() {
                if burnt {
                    self.note(&codes::MATTERMOST_BURN_ON_READ, None, BURNT);
                    return Ok(self.skip(BURNT));
                }
                self.note(
                    &codes::MATTERMOST_EMPTY_POST,
                    None,
                    "neither words nor files",
                );
                return Ok(self.skip("empty"));
            }
            let shown = if burnt {
                context.note(&codes::MATTERMOST_BURN_ON_READ, BURNT);
                phrases::BURNT_ON_READ
            } else {
                phrases::EMPTY
            };
            message.body.blocks.push(italic(shown));
        }
        if has_permalink(&words) {
            context.note(&codes::MATTERMOST_PERMALINK, "a link to another post");
        }
        self.write(message, one, context);
        Ok(true)
    }

    /// Writes what stands for a root that is not in the export.
    pub(super) fn stand_in(&mut self, one: &One<'_>) {
        let mut context = Context::new(self.job.name_table, one.team);
        context.note(
            &codes::MATTERMOST_ORPHAN_REPLY,
            "replies to a post that is missing",
        );
        let words = phrases::ROOT_MISSING;
        let message = Message {
            id: names::post(one.time.to_millis().as_millis(), author(one.post), None),
            time: one.time,
            author: Author {
                person: context.person(author(one.post)),
                name: None,
                app: None,
            },
            kind: MessageKind::Placeholder,
            thread: None,
            subject: None,
            body: Document {
                blocks: vec![italic(words)],
            },
            links: Vec::new(),
            files: Vec::new(),
            edited: None,
            pinned: None,
            reactions: Vec::new(),
            findings: Vec::new(),
        };
        self.write(message, one, context);
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
        for stranger in context.unlisted_people {
            if !tally.unlisted_people.contains(stranger.as_str()) {
                tally.unlisted_people.insert(stranger.as_str().to_owned());
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
        url::redact_tokens(&mut self.out.lines, from);
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
}

impl<'p> Extra<'p> {
    /// Appends what it shows.
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        match self {
            Self::Card(card) => card.convert(context, out),
            Self::Layout(layout) => {
                for kind in &layout.unknown {
                    context.note(&codes::MATTERMOST_UNKNOWN_BLOCK, kind);
                }
                parts::convert(&layout.parts, context, out);
            }
            Self::BlockKit(blocks) => {
                let noted = blocks.convert(out);
                for oddity in noted.oddities {
                    context.note(&codes::MATTERMOST_UNKNOWN_BLOCK, oddity);
                }
                context.unlisted_people.extend(noted.people);
            }
            Self::Panel(text) => out.push(Block::Card(Box::new(Card {
                body: text.blocks(context),
                ..Card::default()
            }))),
        }
    }
}

/// The files of a post: those that it brings, and those that its words show.
fn files_of<'m>(
    job: &'m Job<'_>,
    post: &'m Post<'_>,
    words: &'m str,
    context: &mut Context<'m>,
) -> Result<Vec<File<'m>>, ReadError> {
    let (layout, blobs) = (&job.layout, job.blobs);
    let mut files: Vec<File<'m>> = Vec::new();
    let brought = post.attachments.iter().flatten();
    let brought = brought.filter_map(|attachment| attachment.path.as_deref());
    for path in brought.filter(|path| !path.is_empty()) {
        files.push(files::convert(path, layout, blobs, context)?);
    }
    for id in pictures::ids(words) {
        if files.iter().any(|file| file.id.as_str() == id) {
            continue;
        }
        match job.pictures.path(id) {
            Some(path) => files.push(files::convert(path, layout, blobs, context)?),
            None => context.note(
                &codes::MATTERMOST_FILE_MISSING,
                "a picture or link in the text is of a file that is not in the export",
            ),
        }
    }
    Ok(files)
}

pub(super) fn author<'p>(post: &'p Post<'_>) -> &'p str {
    let user = post.user.as_deref().filter(|user| !user.is_empty());
    user.unwrap_or(UNKNOWN)
}

/// A time that is believed, without a word about what was wrong with it.
pub(super) fn time(ms: Option<i64>, times: Plausible) -> Option<Micros> {
    match times.judge_millis(ms?) {
        Judged::Plain(time) | Judged::Early(time) | Judged::Unit(time, _) | Judged::Late(time) => {
            Some(time)
        }
        Judged::Never => None,
    }
}

/// The reason for leaving out a notice, by what it tells of.
fn notice(kind: &str) -> String {
    let kind = kind.strip_prefix("system_").unwrap_or(kind);
    format!("notice: {kind}")
}

/// A line that stands for what is not in the export.
fn italic(words: &'static str) -> Block<'static> {
    Block::Paragraph(vec![Inline::marked(words, Mark::Italic.into())])
}

/// Returns true if a text links to a post by its id, which no export holds (trap T2).
fn has_permalink(text: &str) -> bool {
    let is_id = |rest: &str| {
        let id = rest.get(..26);
        id.is_some_and(|id| {
            id.bytes()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
    };
    memchr::memmem::find_iter(text.as_bytes(), "/pl/")
        .any(|at| text.get(at + 4..).is_some_and(is_id))
}
