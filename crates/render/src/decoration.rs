//! The decoration of a message: its author, attachments, edits and reactions as text.
//!
//! All of it is document too, so that it is rendered, measured and split like the text itself.

use chatferry_model::document::{
    Attachment, Block, Heading, Image, ImageSource, Inline, Mark, Marks,
};
use chatferry_model::message::{Message, MessageKind};
use chatferry_model::phrases::Phrases;
use chatferry_model::{FileId, Micros};

use crate::names::{Names, Shown};
use crate::reactions;
use crate::settings::RenderSettings;
use crate::time::shown;

/// The blocks before and after a message's own.
pub(crate) struct Decoration<'m> {
    pub(crate) head: Vec<Block<'m>>,
    pub(crate) foot: Vec<Block<'m>>,
}

/// The context of a message's decoration beside the message.
#[derive(Clone, Copy)]
pub(crate) struct DecorationContext<'m> {
    /// The author, where that has to be said.
    pub(crate) author: Option<Shown<'m>>,
    pub(crate) position: ThreadPosition,
    pub(crate) settings: &'m RenderSettings,
    pub(crate) names: &'m Names<'m>,
    /// True if its author is excluded.
    pub(crate) excluded: bool,
}

/// The way a message stands in its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThreadPosition {
    /// As a message of its own.
    Root,
    /// As a reply in its thread.
    Reply,
    /// As a message of its own, though it replies to one of that time.
    Loose(Micros),
    /// As the copy of a reply to a message of that time.
    Copy(Micros),
}

impl<'m> Decoration<'m> {
    /// Makes the decoration of `message`.
    pub(crate) fn of(message: &'m Message<'_>, context: &DecorationContext<'m>) -> Self {
        let DecorationContext {
            author,
            position,
            settings,
            names,
            excluded,
        } = *context;
        let phrases = settings.phrases;
        let mut head = Vec::new();
        head.extend(author.map(|author| author_line(author, phrases)));
        match position {
            ThreadPosition::Root | ThreadPosition::Reply => {}
            ThreadPosition::Loose(root) => {
                head.push(mark(format!(
                    "↩ {}",
                    (phrases.in_reply)(&shown(root, settings))
                )));
            }
            ThreadPosition::Copy(root) => {
                head.push(mark(format!(
                    "↩ {}",
                    (phrases.replied)(&shown(root, settings))
                )));
            }
        }
        if position != ThreadPosition::Root
            && let Some(subject) = message.subject.as_deref()
        {
            head.push(paragraph([Inline::marked(subject, Mark::Bold.into())]));
        }
        if message.kind == MessageKind::Placeholder && message.body.is_empty() {
            head.push(mark(if excluded {
                phrases.left_out
            } else {
                phrases.placeholder
            }));
        }

        let mut foot = Vec::new();
        foot.extend(loose_files(message));
        foot.extend(reactions::line(message, names, settings.reactions));
        foot.extend(marks(message, position, settings));
        Self { head, foot }
    }
}

/// **Ann Smith** (bot), or with the app that posted for her: **Ann Smith** (giphy)
pub(crate) fn author_line<'m>(author: Shown<'m>, phrases: &'static Phrases) -> Block<'m> {
    let mut line = vec![Inline::marked(author.name, Mark::Bold.into())];
    if let Some(app) = author.app {
        line.push(Inline::text(format!(" ({app})")));
    } else if author.bot {
        line.push(Inline::text(format!(" ({})", phrases.bot)));
    }
    Block::Paragraph(line)
}

/// *words that nobody said*
pub(crate) fn mark<'m>(words: impl Into<chatferry_model::Text<'m>>) -> Block<'m> {
    paragraph([Inline::marked(words, Mark::Italic.into())])
}

fn paragraph<'m>(content: impl Into<Vec<Inline<'m>>>) -> Block<'m> {
    Block::Paragraph(content.into())
}

/// The files that have no place within the text.
fn loose_files<'m>(message: &'m Message<'_>) -> impl Iterator<Item = Block<'m>> {
    let mut placed = Vec::new();
    if !message.files.is_empty() {
        find_placed(&message.body.blocks, &mut placed);
    }
    message
        .files
        .iter()
        .filter(move |file| !placed.contains(&&file.id))
        .map(|file| {
            Block::Attachment(Attachment {
                file: FileId::new(file.id.as_str()),
            })
        })
}

fn find_placed<'b>(blocks: &'b [Block<'_>], placed: &mut Vec<&'b FileId<'b>>) {
    for block in blocks {
        match block {
            Block::Attachment(place) => placed.push(&place.file),
            Block::List(list) => {
                for item in &list.items {
                    find_placed(&item.blocks, placed);
                }
            }
            Block::Quote(quote) => find_placed(&quote.blocks, placed),
            Block::Card(card) => {
                find_placed(&card.pretext, placed);
                find_placed(&card.body, placed);
                for field in &card.fields {
                    find_placed(&field.value, placed);
                }
                for image in card.image.iter().chain(&card.thumbnail) {
                    placed.extend(file_of(image));
                }
            }
            Block::Image(image) => placed.extend(file_of(image)),
            Block::Paragraph(content) | Block::Heading(Heading { content, .. }) => {
                for inline in content {
                    if let Inline::Image(image) = inline {
                        placed.extend(file_of(image));
                    }
                }
            }
            Block::Code(_) | Block::Table(_) | Block::Divider => {}
        }
    }
}

fn file_of<'b>(image: &'b Image<'_>) -> Option<&'b FileId<'b>> {
    match &image.source {
        ImageSource::File(id) => Some(id),
        ImageSource::Url(_) => None,
    }
}

/// *📌 pinned · ✏️ edited 2019-02-04 19:58 UTC*
fn marks<'m>(
    message: &Message<'_>,
    position: ThreadPosition,
    settings: &RenderSettings,
) -> Option<Block<'m>> {
    let phrases = settings.phrases;
    let mut marks = Vec::new();
    if message.pinned.is_some() {
        marks.push(format!("📌 {}", phrases.pinned));
    }
    if let Some(stamp) = &message.edited {
        let time = stamp.time.map(|time| shown(time, settings));
        marks.push(format!("✏️ {}", (phrases.edited)(time.as_deref())));
    }
    let broadcast = message
        .thread
        .as_ref()
        .is_some_and(|thread| thread.broadcast);
    if broadcast && position == ThreadPosition::Reply {
        marks.push(format!("📢 {}", phrases.broadcast));
    }
    (!marks.is_empty()).then(|| mark(marks.join(" · ")))
}

/// Sets what the source noted by itself in italics, to tell it from what people said.
pub(crate) fn set_apart(blocks: &mut [Block<'_>]) {
    for block in blocks {
        if let Block::Paragraph(content) = block {
            for inline in content {
                if let Some(marks) = marks_of(inline) {
                    *marks |= Mark::Italic;
                }
            }
        }
    }
}

fn marks_of<'i>(inline: &'i mut Inline<'_>) -> Option<&'i mut Marks> {
    match inline {
        Inline::Text(span) => Some(&mut span.marks),
        Inline::Mention(mention) => Some(&mut mention.marks),
        Inline::Date(date) => Some(&mut date.marks),
        Inline::Link(_) | Inline::Emoji(_) | Inline::Image(_) | Inline::Break => None,
    }
}
