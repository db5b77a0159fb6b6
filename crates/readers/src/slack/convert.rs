//! A message of Slack's as a message of the model, or why it is none.

use std::borrow::Cow;
use std::collections::HashSet;

use chatferry_model::document::{Block, Document, Inline, Mark, Marks};
use chatferry_model::file::File;
use chatferry_model::message::{Author, EditInfo, Message as ModelMessage, MessageKind, Thread};
use chatferry_model::phrases::source as phrases;
use chatferry_model::{ConversationId, Micros, PersonId, Text};

use super::author::{self, AuthorHint};
use super::blocks;
use super::context::Context;
use super::files;
use super::lenient::{List, Obj, Str};
use super::message::{Message, Room};
use super::mrkdwn;
use super::permalink;
use super::reactions;
use super::reactions::Reaction;
use super::subtype::{Treatment, treatment};
use super::time::{self, message_id};
use crate::plausible::Judged;
use crate::{LinkPreviews, ReadOptions, SystemMessages, codes};

/// The context of a message's conversation.
#[derive(Clone, Debug)]
pub(super) struct ConversationContext {
    pub(super) id: ConversationId<'static>,
    /// The pinned messages, sorted by time.
    pub(super) pins: Vec<(Micros, EditInfo<'static>)>,
}

/// The outcome for an element of a day file.
#[derive(Debug)]
pub(super) enum Conversion<'m> {
    /// A message.
    Keep(Box<ConvertedMessage<'m>>),
    /// A message only if somebody replied to it; else left out for that reason.
    KeepIfRoot(Box<ConvertedMessage<'m>>, &'static str),
    /// Left out for that reason.
    Skip(Cow<'static, str>),
}

/// A message to write, and what else it tells.
#[derive(Debug)]
pub(super) struct ConvertedMessage<'m> {
    pub(super) message: ModelMessage<'m>,
    pub(super) sighting: Option<AuthorHint<'m>>,
    /// The hint of a reply about its root, for when the root is missing.
    pub(super) root: RootHint<'m>,
}

/// The hint of a reply about its root.
#[derive(Clone, Debug, Default)]
pub(super) struct RootHint<'m> {
    pub(super) author: Option<Text<'m>>,
    pub(super) text: Option<Text<'m>>,
}

/// The reason why a message without a readable `ts` is left out: it has no place anywhere.
pub(super) const WITHOUT_TIME: &str = "unreadable";

/// Decides what becomes of `message`.
pub(super) fn convert<'m>(
    message: &'m Message<'m>,
    here: &'m ConversationContext,
    options: &ReadOptions,
    context: &mut Context<'m>,
) -> Conversion<'m> {
    let treatment = treatment(message.subtype.get());
    if treatment == Treatment::Envelope
        && let Some(inner) = message.message.get()
        && inner.message.get().is_none()
    {
        return convert(inner, here, options, context);
    }
    if treatment == Treatment::Envelope && message.original.get().is_some() {
        // The message itself is there in its last version.
        return Conversion::Skip(Cow::Borrowed("message_changed"));
    }
    context.learn(message.text.or_empty());
    let names = context.name_table;
    let is_possible =
        |time: &Micros| !matches!(names.judge(*time), Judged::Never | Judged::Late(_));
    let Some(time) = message.ts.get().filter(is_possible) else {
        context.note(&codes::SLACK_NO_TIME, without_time(message));
        return Conversion::Skip(Cow::Borrowed(WITHOUT_TIME));
    };
    if matches!(names.judge(time), Judged::Early(_)) {
        context.note(&codes::SLACK_EARLY_TIME, time.to_string());
    }
    let subtype = subtype_name(message);
    let author = author::resolve(message, context.name_table);
    let introduced = author::introduced(message, context.name_table);
    context
        .unlisted_people
        .extend(introduced.map(|(bot, name)| (bot, Some(name))));
    let mut body = body(message, treatment, options.link_previews, context);
    let files = attached(message, context);
    let kind = match treatment {
        Treatment::Tombstone => MessageKind::Placeholder,
        Treatment::Line | Treatment::Notice | Treatment::PinnedItem | Treatment::Nothing => {
            MessageKind::System
        }
        _ if message.room.get().is_some() => MessageKind::System,
        _ => MessageKind::Said,
    };
    let says_nothing = body.is_empty() && files.is_empty();
    let skip: Option<&'static str> = match treatment {
        Treatment::Tombstone => Some("tombstone"),
        // What they repeat stands elsewhere, but somebody may have answered them.
        Treatment::Nothing | Treatment::PinnedItem => subtype,
        Treatment::FileComment if is_intro(message) => Some("file_comment (intro)"),
        Treatment::Notice if options.system_messages == SystemMessages::Drop || says_nothing => {
            subtype
        }
        Treatment::Denied => {
            context.note(&codes::SLACK_DENIED, "the content was kept from the export");
            None
        }
        Treatment::Unknown => {
            let name = message.subtype.or_empty().to_owned();
            if says_nothing {
                context.note(&codes::SLACK_UNKNOWN_SUBTYPE_EMPTY, &name);
                Some("unknown subtype without content")
            } else {
                context.note(&codes::SLACK_UNKNOWN_SUBTYPE, &name);
                None
            }
        }
        // Nobody can tell what was in it, but there was something.
        _ if context.has_lost_content() => None,
        _ if says_nothing && message.reactions.is_empty() => Some("empty"),
        _ => None,
    };
    if body.is_empty() && files.is_empty() {
        let words = match treatment {
            Treatment::Tombstone => Text::from_static(phrases::DELETED),
            Treatment::Denied => Text::from_static(phrases::WITHHELD),
            // It is shown only where somebody answered it.
            Treatment::Nothing | Treatment::PinnedItem => {
                message.subtype.or_empty().replace('_', " ").into()
            }
            _ => Text::default(),
        };
        if !words.is_empty() {
            body = vec![Block::Paragraph(vec![Inline::text(words)])];
        }
    }
    let body = Document { blocks: body };
    let id = message_id(time);
    let thread = thread(message, time, treatment).filter(|thread| is_possible(&thread.root_time));
    let is_root = message.thread_ts.get() == Some(time);
    let kept = Box::new(ConvertedMessage {
        root: thread
            .as_ref()
            .map(|_| root_hint(message))
            .unwrap_or_default(),
        message: ModelMessage {
            id,
            time,
            author: Author {
                person: author.person,
                name: author.name,
                app: author.app,
            },
            kind,
            thread,
            subject: None,
            links: permalink::links(&body, context.name_table),
            body,
            files,
            edited: edited(message),
            pinned: pinned(message, time, here),
            reactions: reactions::convert(reactions(message, treatment), context),
            findings: Vec::new(),
        },
        sighting: author.sighting,
    });
    match skip {
        // Only a tombstone claims replies that it may have lost; the rest is shown with them.
        Some(_) if is_root && kind == MessageKind::System && treatment != Treatment::Tombstone => {
            Conversion::Keep(kept)
        }
        Some(reason) => Conversion::KeepIfRoot(kept, reason),
        None => Conversion::Keep(kept),
    }
}

fn without_time(message: &Message<'_>) -> String {
    let ts = match message.ts.get() {
        Some(time) => format!("the ts {} is of {time}", message_id(time)),
        None => "no readable ts".to_owned(),
    };
    match message.text.get() {
        Some(text) => format!("{ts}: {}", text.chars().take(60).collect::<String>()),
        None => ts,
    }
}

/// The subtype as the table spells it, for reasons that outlive the message.
fn subtype_name(message: &Message<'_>) -> Option<&'static str> {
    let name = message.subtype.get()?;
    super::subtype::SUBTYPES
        .iter()
        .map(|(known, _)| *known)
        .find(|known| *known == name)
}

/// The reactions to the message, or to the file that it shares in an old way.
fn reactions<'m>(message: &'m Message<'m>, treatment: Treatment) -> &'m List<Obj<Reaction<'m>>> {
    match message.file.get() {
        Some(file) if treatment == Treatment::FileShare && message.reactions.is_empty() => {
            &file.reactions
        }
        _ => &message.reactions,
    }
}

/// Returns true if a comment on a file is the one it was shared with, which the share has already
/// said.
fn is_intro(message: &Message<'_>) -> bool {
    message.is_intro.is_set()
        || message
            .comment
            .get()
            .is_some_and(|comment| comment.is_intro.is_set())
}

fn thread<'m>(message: &Message<'_>, time: Micros, treatment: Treatment) -> Option<Thread<'m>> {
    let root = message.thread_ts.get().filter(|root| *root != time)?;
    Some(Thread {
        root: message_id(root),
        root_time: root,
        broadcast: treatment == Treatment::Broadcast || message.is_thread_broadcast.is_set(),
    })
}

fn root_hint<'m>(message: &'m Message<'_>) -> RootHint<'m> {
    let root = message.root.get();
    let author = root.and_then(|root| root.user.id().or_else(|| root.bot_id.id()));
    let deleted = |author: &Text<'_>| author.as_str() == author::SLACKBOT && root.is_none();
    RootHint {
        author: author
            .or_else(|| message.parent_user_id.id())
            .filter(|author| !deleted(author)),
        text: root.and_then(|root| root.text.text()),
    }
}

fn edited<'m>(message: &'m Message<'_>) -> Option<EditInfo<'m>> {
    let edited = message.edited.get()?;
    Some(EditInfo {
        time: edited.ts.get(),
        by: edited.user.id().map(|id| PersonId::new(id.into_cow())),
    })
}

fn pinned<'m>(
    message: &Message<'_>,
    time: Micros,
    here: &'m ConversationContext,
) -> Option<EditInfo<'m>> {
    if let Ok(at) = here.pins.binary_search_by_key(&time, |(ts, _)| *ts) {
        return here.pins.get(at).map(|(_, stamp)| stamp.clone());
    }
    let named = message.pinned_to.iter().any(|id| id.is(here.id.as_str()));
    named.then(EditInfo::default)
}

/// Returns the body: blocks before text, then attachments.
fn body<'m>(
    message: &'m Message<'m>,
    treatment: Treatment,
    previews: LinkPreviews,
    context: &mut Context<'m>,
) -> Vec<Block<'m>> {
    let mut out = blocks::convert(&message.blocks, context);
    if !blocks::has_rich_text(&message.blocks) && !blocks::hold_words(&out) {
        // Apps put into the text what blocks of pictures and rules can't say.
        let mut text = message_text(message, treatment, context);
        text.append(&mut out);
        out = text;
    } else if out.is_empty() {
        out = message_text(message, treatment, context);
    }
    if let Some(thread) = message.assistant_app_thread.get() {
        let title = thread.title(context);
        if !title.is_empty() {
            out.insert(0, Block::Paragraph(title));
        }
    }
    let says_more = blocks::hold_words(&out);
    let mut dead = Vec::new();
    for attachment in message.attachments.iter().filter_map(Obj::get) {
        if previews == LinkPreviews::Drop && says_more && attachment.is_link_preview() {
            let words = "left out as the settings say".to_owned();
            context.notes.push((&codes::SLACK_LINK_PREVIEW, words));
        } else if attachment.is_dead() {
            dead.push(attachment);
        } else {
            attachment.convert(context, &mut out);
        }
    }
    if out.is_empty() {
        if let Some(metadata) = message.metadata.get() {
            metadata.push_blocks(context, &mut out);
        }
        for attachment in dead {
            attachment.convert(context, &mut out);
        }
    }
    if let Some(room) = message.room.get() {
        out.push(huddle(room, context));
    }
    out
}

/// The text as blocks: marked up, unless the message says that it is not.
fn message_text<'m>(
    message: &'m Message<'m>,
    treatment: Treatment,
    context: &mut Context<'m>,
) -> Vec<Block<'m>> {
    let mut out = Vec::new();
    for words in texts(message, treatment).into_iter().flatten() {
        out.append(&mut match treatment {
            Treatment::Me => mrkdwn::blocks(words, Marks::from(Mark::Italic), context),
            _ if message.mrkdwn.is_no() => mrkdwn::unstyled(words, context),
            _ => mrkdwn::blocks(words, Marks::NONE, context),
        });
    }
    out
}

/// The texts of the message: for old ways to share files they stand elsewhere, and `text` is a
/// sentence of Slack's in the language of the workspace (crates/readers/src/slack/FORMAT.md 3.1).
fn texts<'m>(message: &'m Message<'_>, treatment: Treatment) -> [Option<&'m str>; 2] {
    let text = message.text.get();
    match treatment {
        Treatment::FileComment => {
            let comment = message.comment.get();
            [
                comment.and_then(|comment| comment.comment.get()).or(text),
                None,
            ]
        }
        Treatment::FileShare => {
            let by = message.user.get().unwrap_or_default();
            let is_sentence = text
                .and_then(|text| text.strip_prefix("<@"))
                .is_some_and(|rest| rest.starts_with(by));
            match (text, comment_of_own_file(message)) {
                (Some(text), Some(comment)) if !is_sentence && !text.contains(comment) => {
                    [Some(text), Some(comment)]
                }
                (_, Some(comment)) => [Some(comment), None],
                (Some(text), None) if is_sentence && has_file(message) => {
                    [Some(comment_in(text)), None]
                }
                (text, None) => [text, None],
            }
        }
        // Since 2018 a share is a plain message, but what was said may still hang on the file.
        _ => [text.or_else(|| comment_of_own_file(message)), None],
    }
}

fn has_file(message: &Message<'_>) -> bool {
    message.file.get().is_some() || !message.files.is_empty()
}

/// Returns the author's comment when sharing one of the files.
fn comment_of_own_file<'m>(message: &'m Message<'_>) -> Option<&'m str> {
    let mut comments = message
        .files
        .iter()
        .filter_map(Obj::get)
        .chain(message.file.get().map(Box::as_ref))
        .filter_map(|file| Some((file, file.initial_comment.get()?)));
    comments.find_map(|(file, comment)| {
        let by = comment.user.id().or_else(|| file.user.id());
        (by.is_none() || by == message.user.id()).then(|| comment.comment.get())?
    })
}

/// The comment in Slack's sentence, in whatever language: `<@U1> uploaded a file: <https://…|Plan>
/// and commented: Look`. It comes after the colon behind the link to the file.
fn comment_in(sentence: &str) -> &str {
    sentence
        .split_once("<http")
        .and_then(|(_, link)| link.split_once('>'))
        .and_then(|(_, after)| after.split_once([':', '\u{ff1a}']))
        .map_or("", |(_, comment)| comment.trim_start())
}

/// The files that hang on the message, each once.
fn attached<'m>(message: &'m Message<'m>, context: &mut Context<'m>) -> Vec<File<'m>> {
    let mut all: Vec<&files::File<'m>> = message.files.iter().filter_map(Obj::get).collect();
    for attachment in message.attachments.iter().filter_map(Obj::get) {
        attachment.push_files(&mut all);
    }
    all.extend(message.file.get().map(Box::as_ref));
    all.extend(blocks::files(&message.blocks));
    let mut seen = HashSet::new();
    let mut out: Vec<File<'m>> = Vec::new();
    for file in all {
        let Some(converted) = file.convert(context.name_table) else {
            context.note(
                &codes::SLACK_FILE_WITHOUT_ID,
                file.label().unwrap_or("(no name)"),
            );
            continue;
        };
        if !seen.insert(converted.id.clone()) {
            continue;
        }
        note_file(file, context);
        out.push(converted);
    }
    out
}

fn note_file(file: &files::File<'_>, context: &mut Context<'_>) {
    let of_email = file.of_email();
    if !of_email.is_empty() {
        let names = of_email.join(", ");
        context.notes.push((&codes::SLACK_EMAIL_FILES, names));
    }
    let is_here = file
        .id()
        .is_some_and(|id| context.name_table.blob(id.as_str()).is_some());
    if is_here {
        return;
    }
    if file.is_stub() {
        // Each file counts, so this is not noted once for all.
        let words = match file.label() {
            Some(label) => label.to_owned(),
            None => "only the file's id is in the export".to_owned(),
        };
        context.notes.push((&codes::SLACK_FILE_GONE, words));
    } else if file.is_document() {
        context.note(
            &codes::SLACK_DOCUMENT,
            "the document's text is not in the export",
        );
    }
}

/// "Huddle, 12:00 to 12:30, with Ann and Bo" in elements.
fn huddle<'m>(room: &'m Room<'_>, context: &mut Context<'m>) -> Block<'m> {
    let mut line = vec![Inline::text(phrases::HUDDLE)];
    if let Some(name) = room.name.text() {
        line.push(Inline::text(": "));
        line.push(Inline::text(name));
    }
    if let Some(start) = room.date_start.get().and_then(time::seconds) {
        line.push(Inline::text(", "));
        line.push(mrkdwn::moment(start));
    }
    if let Some(end) = room.date_end.get().and_then(time::seconds) {
        line.push(Inline::text(phrases::HUDDLE_UNTIL));
        line.push(mrkdwn::moment(end));
    }
    let people = if room.participant_history.is_empty() {
        &room.participants
    } else {
        &room.participant_history
    };
    for (number, id) in people.iter().filter_map(Str::id).enumerate() {
        line.push(Inline::text(if number == 0 {
            phrases::HUDDLE_WITH
        } else {
            ", "
        }));
        line.push(context.person(id, None, Marks::NONE));
    }
    Block::Paragraph(line)
}
