//! Renders a chunk of messages on any thread: everything but the times that need the whole target.

use std::collections::BTreeMap;
use std::ops::Range;

use chatferry_model::deferred::{LinkTo, SourceMessage};
use chatferry_model::finding::{Findings, Place, Stage};
use chatferry_model::message::Message;
use chatferry_model::plan::{Target, TargetSource};
use chatferry_model::sum::Sum;
use chatferry_model::{FileId, Micros, Millis, PersonId};

use crate::codes;
use crate::document::Note;
use crate::error::RenderError;
use crate::excluded_authors::ExcludedAuthors;
use crate::html::Html;
use crate::line::{Content, Line};
use crate::links::Wanted;
use crate::media::Media;
use crate::names::{Names, Speaker};
use crate::settings::RenderSettings;

/// The context of rendering a chunk.
#[derive(Clone, Copy)]
pub(crate) struct Context<'c> {
    pub(crate) names: &'c Names<'c>,
    pub(crate) settings: &'c RenderSettings,
    pub(crate) media: &'c Media,
    pub(crate) excluded_authors: &'c ExcludedAuthors,
    pub(crate) target: &'c Target,
    pub(crate) source: &'c TargetSource,
}

/// The posts of a chunk, with the times their messages suggest.
#[derive(Default)]
pub(crate) struct Rendered {
    /// The lines, one after another.
    pub(crate) lines: Vec<u8>,
    pub(crate) drafts: Vec<Draft>,
    /// The ids that [`Draft::id`] points into.
    pub(crate) ids: String,
    pub(crate) findings: Findings,
    /// The files attached to the posts, by hash, with their bytes.
    pub(crate) files: Vec<(u64, u64)>,
    /// The outcome of the messages' files.
    pub(crate) file_sum: Sum,
    /// Messages outside of the chosen dates.
    pub(crate) outside: u64,
    /// Messages of people of whom nothing is carried over.
    pub(crate) excluded: u64,
    /// Messages that the posts link to.
    pub(crate) wanted: Vec<Wanted>,
}

/// A post whose time is not decided yet.
pub(crate) struct Draft {
    /// The place where its line ends; it begins where the one before ends.
    pub(crate) end: usize,
    pub(crate) line: Line,
    /// The time at which the source says it was posted.
    pub(crate) time: Micros,
    /// The time its root suggests; a root has none.
    pub(crate) root: Option<Millis>,
    /// The id of its root; a root's own.
    pub(crate) id: Range<usize>,
    pub(crate) kind: PostKind,
}

/// The role of a post in its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PostKind {
    /// The message, or its first part.
    First,
    /// A further part of it.
    Continuation,
    /// The copy in the channel.
    Copy,
    /// The message is emptied, since its author is excluded.
    Emptied,
}

impl PostKind {
    /// The reason under which the sums count it, where it was added.
    pub(crate) fn added(self) -> Option<&'static str> {
        match self {
            Self::First => None,
            Self::Continuation => Some("continuations"),
            Self::Copy => Some("broadcast-copies"),
            Self::Emptied => Some("emptied-roots"),
        }
    }
}

/// A chunk's posts in the making.
pub(crate) struct ChunkWriter<'c> {
    pub(crate) context: Context<'c>,
    rendered: Rendered,
    /// The people posted by the placeholder: how often, and in which message first.
    unmapped: BTreeMap<PersonId<'static>, Unmapped>,
    /// A buffer to use again.
    html: Html,
}

struct Unmapped {
    count: u64,
    first: String,
    name: String,
}

/// A post of the message at hand.
pub(crate) struct NewPost<'p> {
    pub(crate) content: Content<'p>,
    pub(crate) time: Micros,
    /// The id of the root; a root's own.
    pub(crate) root_id: &'p str,
    pub(crate) kind: PostKind,
}

impl<'c> ChunkWriter<'c> {
    /// Returns a writer with room for so many bytes of posts.
    pub(crate) fn new(context: Context<'c>, bytes: usize) -> Self {
        let mut rendered = Rendered::default();
        rendered.lines.reserve(bytes);
        Self {
            context,
            rendered,
            unmapped: BTreeMap::new(),
            html: Html::default(),
        }
    }

    /// Takes the buffer; [`Self::give_back`] returns it.
    pub(crate) fn buffer(&mut self) -> Html {
        std::mem::take(&mut self.html)
    }

    pub(crate) fn give_back(&mut self, buffer: Html) {
        self.html = buffer;
    }

    pub(crate) fn skip_outside(&mut self) {
        self.rendered.outside += 1;
    }

    /// Counts a file of a message by what became of it.
    pub(crate) fn count_file(
        &mut self,
        id: &FileId<'_>,
        fates: &[(Box<str>, Option<&'static str>)],
    ) {
        let sum = &mut self.rendered.file_sum;
        sum.input += 1;
        match fates.iter().find(|(of, _)| **of == *id.as_str()) {
            Some((_, None)) => sum.output += 1,
            Some((_, Some(reason))) => sum.skip(reason),
            None => {}
        }
    }

    pub(crate) fn skip_excluded(&mut self) {
        self.rendered.excluded += 1;
    }

    pub(crate) fn push(&mut self, post: &NewPost<'_>) -> Result<(), RenderError> {
        let out = &mut self.rendered;
        for file in post.content.files {
            let hash = xxhash_rust::xxh3::xxh3_64(file.path.as_bytes());
            out.files.push((hash, file.bytes));
        }
        for link in post.content.links {
            if let LinkTo::Message(message) = &link.to {
                let source = &post.content.source;
                out.wanted.push(Wanted {
                    message: message.to_static(),
                    by: SourceMessage {
                        conversation: source.conversation.to_static(),
                        message: source.message.to_static(),
                    },
                });
            }
        }
        let line = Line::write(&mut out.lines, &post.content)?;
        let from = out.ids.len();
        out.ids.push_str(post.root_id);
        out.drafts.push(Draft {
            end: out.lines.len(),
            line,
            time: post.time,
            root: post.content.reply_to,
            id: from..out.ids.len(),
            kind: post.kind,
        });
        Ok(())
    }

    pub(crate) fn note(&mut self, message: &Message<'_>, note: Note) {
        let place = place(self.context.source, message.id.as_str());
        self.rendered
            .findings
            .note(Stage::Render, note.code, place, note.message);
    }

    /// Counts that the placeholder spoke.
    pub(crate) fn note_speaker(&mut self, message: &Message<'_>, speaker: &Speaker<'_>) {
        if !speaker.placeholder {
            return;
        }
        let person = &message.author.person;
        if let Some(unmapped) = self.unmapped.get_mut(person.as_str()) {
            unmapped.count += 1;
            return;
        }
        let unmapped = Unmapped {
            count: 1,
            first: message.id.as_str().to_owned(),
            name: self.context.names.of_person(person, "").to_owned(),
        };
        self.unmapped.insert(person.to_static(), unmapped);
    }

    pub(crate) fn finish(mut self) -> Rendered {
        for (person, unmapped) in self.unmapped {
            self.rendered.findings.note_many(
                Stage::Render,
                &codes::UNMAPPED_AUTHOR,
                place(self.context.source, &unmapped.first),
                format!("{} ({person})", unmapped.name),
                unmapped.count,
            );
        }
        self.rendered
    }
}

fn place<'p>(source: &'p TargetSource, message: &'p str) -> Place<'p> {
    Place {
        file: None,
        conversation: Some(source.conversation.as_str().into()),
        ts: Some(message.into()),
    }
}
