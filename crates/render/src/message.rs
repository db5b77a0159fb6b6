//! A message to its posts.

use chatferry_model::MessageId;
use chatferry_model::document::Block;
use chatferry_model::jsonl::Chunk;
use chatferry_model::message::{Message, MessageKind};
use chatferry_model::plan::TargetPlace;
use chatferry_model::post::PostSource;

use crate::chunk::{ChunkWriter, Context, NewPost, PostKind, Rendered};
use crate::codes;
use crate::decoration::{
    Decoration, DecorationContext, ThreadPosition, author_line, mark, set_apart,
};
use crate::document::{Note, Renderer, Scope};
use crate::error::RenderError;
use crate::layout::lay_out;
use crate::line::Content;
use crate::names::Speaker;
use crate::reactions;
use crate::settings::Broadcast;
use crate::size::{envelope, size};
use crate::split::{MOST_FILES, oversized_text_as_files, split, with_previews_apart};

/// Renders the messages of a chunk.
///
/// # Errors
/// When a line is no message, or nobody can speak for its author.
pub(crate) fn render_chunk(chunk: &Chunk, context: Context<'_>) -> Result<Rendered, RenderError> {
    // Posts take about as much room as their messages; what is too much costs nothing.
    let mut out = ChunkWriter::new(context, chunk.bytes() * 3 / 2);
    for (number, line) in chunk.lines() {
        render(chunk.parse(number, line)?, &mut out)?;
    }
    Ok(out.finish())
}

/// Renders `message` and appends its posts.
///
/// # Errors
/// When nobody can speak for its author.
fn render(mut message: Message<'_>, out: &mut ChunkWriter<'_>) -> Result<(), RenderError> {
    let context = out.context;
    let settings = context.settings;
    let thread_time = (message.thread.as_ref()).map_or(message.time, |thread| thread.root_time);
    if context
        .source
        .range
        .is_some_and(|range| !range.contains(thread_time))
    {
        // It goes to another target.
        return Ok(());
    }
    if !settings.selection.has_time(message.time) {
        out.skip_outside();
        return Ok(());
    }
    let excluded = message.kind != MessageKind::Placeholder
        && context.excluded_authors.has(&message.author.person);
    if excluded {
        out.skip_excluded();
        let conversation = &context.source.conversation;
        if !context
            .excluded_authors
            .is_answered(conversation, &message.id)
        {
            return Ok(());
        }
        empty(&mut message);
    }
    if message.kind != MessageKind::Said {
        set_apart(&mut message.body.blocks);
    }
    message.body.blocks = lay_out(message.body.blocks, settings);
    let message = &message;
    let speaker = if excluded {
        context.names.placeholder()
    } else {
        context.names.speaker(&message.author)
    };
    let Some(mut speaker) = speaker else {
        return Err(RenderError::NobodySpeaks {
            name: context
                .names
                .of_person(&message.author.person, "")
                .to_owned(),
            conversation: context.source.conversation.to_string(),
            message: message.id.to_string(),
        });
    };
    if message.kind == MessageKind::Placeholder {
        // Nobody said it.
        speaker.shown = None;
    } else {
        out.note_speaker(message, &speaker);
    }

    let position = position(message, out);
    let mut posts = MessagePosts {
        context,
        message,
        speaker,
        out,
        written: 0,
        excluded,
    };
    posts.write(position)?;
    if let (ThreadPosition::Reply, Some(thread)) = (position, &message.thread)
        && thread.broadcast
        && settings.broadcast == Broadcast::Both
    {
        posts.note(
            &codes::BROADCAST_REPEATED,
            "a reply that was also sent to the channel",
        );
        posts.write(ThreadPosition::Copy(thread.root_time))?;
    }
    Ok(())
}

/// Leaves nothing of a message but that there was one, which others answered.
fn empty(message: &mut Message<'_>) {
    message.kind = MessageKind::Placeholder;
    message.subject = None;
    message.body.blocks.clear();
    message.links.clear();
    message.files.clear();
    message.edited = None;
    message.pinned = None;
    message.reactions.clear();
}

fn position(message: &Message<'_>, out: &mut ChunkWriter<'_>) -> ThreadPosition {
    let Some(thread) = &message.thread else {
        return ThreadPosition::Root;
    };
    let context = out.context;
    let (code, what) = if matches!(context.target.place, TargetPlace::Chat(_)) {
        // Chats have no replies (crates/graph/RULES.md R36).
        (&codes::REPLY_IN_CHAT, "a reply in a thread")
    } else if !context.settings.selection.has_time(thread.root_time) {
        (
            &codes::REPLY_WITHOUT_ROOT,
            "a reply to a message outside of the chosen dates",
        )
    } else {
        return ThreadPosition::Reply;
    };
    out.note(
        message,
        Note {
            code,
            message: what.into(),
        },
    );
    ThreadPosition::Loose(thread.root_time)
}

/// The posts of one message.
struct MessagePosts<'m, 'o, 'c> {
    context: Context<'m>,
    message: &'m Message<'m>,
    speaker: Speaker<'m>,
    out: &'o mut ChunkWriter<'c>,
    /// The number of them by now.
    written: u32,
    /// True if its author is excluded.
    excluded: bool,
}

impl<'m> MessagePosts<'m, '_, '_> {
    fn note(&mut self, code: &'static chatferry_model::finding::Code, what: &'static str) {
        let message = what.into();
        self.out.note(self.message, Note { code, message });
    }

    /// Writes the message as it stands there: in one post, or in several if it is too large.
    fn write(&mut self, position: ThreadPosition) -> Result<(), RenderError> {
        let message = self.message;
        let settings = self.context.settings;
        let context = DecorationContext {
            author: self.speaker.shown,
            position,
            settings,
            names: self.context.names,
            excluded: self.excluded,
        };
        let decoration = Decoration::of(message, &context);
        let mut renderer = Renderer::new(self.scope(position), self.out.buffer());
        for blocks in [&decoration.head, &message.body.blocks, &decoration.foot] {
            renderer.blocks(blocks);
        }
        let first_time = !matches!(position, ThreadPosition::Copy(_));
        if !renderer.html.is_visible() {
            renderer.blocks(&[mark(settings.phrases.empty)]);
            if first_time {
                self.note(&codes::MESSAGE_EMPTY, "a message without anything to see");
            }
        }
        if first_time {
            for note in renderer.notes.drain(..) {
                self.out.note(message, note);
            }
            for file in &message.files {
                self.out.count_file(&file.id, &renderer.fates);
            }
        }
        let files = renderer.files.len();
        if size(&renderer) <= self.room() && files <= MOST_FILES {
            self.push(&renderer, position, self.kind(position))?;
            self.out.give_back(renderer.html);
            return Ok(());
        }
        self.out.give_back(renderer.html);
        self.write_parts(decoration, position, files)
    }

    /// Writes the message in as many posts as it takes; of a copy only the first.
    fn write_parts(
        &mut self,
        decoration: Decoration<'m>,
        position: ThreadPosition,
        files: usize,
    ) -> Result<(), RenderError> {
        let message = self.message;
        let phrases = self.context.settings.phrases;
        let scope = Scope {
            previews: false,
            ..self.scope(position)
        };
        let blocks = [
            decoration.head,
            message.body.blocks.clone(),
            decoration.foot,
        ]
        .concat();
        let author = self
            .speaker
            .shown
            .map(|author| author_line(author, phrases));
        let blocks = with_previews_apart(blocks, &scope);
        let mut all_files = message.files.clone();
        let blocks = oversized_text_as_files(blocks, scope, self.room(), &mut all_files);
        if all_files.len() > message.files.len() && !matches!(position, ThreadPosition::Copy(_)) {
            self.note(
                &codes::TEXT_AS_FILE,
                "a text of more posts than anybody reads",
            );
        }
        let scope = Scope {
            files: &all_files,
            ..scope
        };
        let parts = split(blocks, scope, author.as_slice(), files, self.room());
        let count = parts.len();
        if let ThreadPosition::Copy(_) = position {
            let mut first = parts.into_iter().next().unwrap_or_default();
            if count > 1 {
                first.push(mark(phrases.rest_in_thread));
            }
            return self.write_part(&first, scope, position, PostKind::Copy);
        }
        if count > 1 {
            self.note(
                &codes::MESSAGE_SPLIT,
                "a message larger than one post may be",
            );
        }
        for (number, mut part) in (1..).zip(parts) {
            if count > 1 {
                part.push(mark((phrases.part)(number, count)));
            }
            if number == 1 {
                self.write_part(&part, scope, position, PostKind::First)?;
            } else {
                part.splice(0..0, author.clone());
                self.write_part(&part, scope, position, PostKind::Continuation)?;
            }
        }
        Ok(())
    }

    fn write_part(
        &mut self,
        blocks: &[Block<'_>],
        scope: Scope<'_>,
        position: ThreadPosition,
        kind: PostKind,
    ) -> Result<(), RenderError> {
        let mut renderer = Renderer::new(scope, self.out.buffer());
        renderer.blocks(blocks);
        self.push(&renderer, position, kind)?;
        self.out.give_back(renderer.html);
        Ok(())
    }

    fn push(
        &mut self,
        renderer: &Renderer<'_>,
        position: ThreadPosition,
        kind: PostKind,
    ) -> Result<(), RenderError> {
        self.written += 1;
        if renderer.crowded {
            self.note(
                &codes::IMAGES_TOO_MANY,
                "more pictures than a request takes",
            );
        }
        let message = self.message;
        let natural = message.time.to_millis();
        // The further parts of a root answer it; in a chat they merely follow.
        let chat = matches!(self.context.target.place, TargetPlace::Chat(_));
        let (root, root_id) = match (position, &message.thread) {
            (ThreadPosition::Reply, Some(thread)) => {
                (Some(thread.root_time.to_millis()), &thread.root)
            }
            _ if kind == PostKind::Continuation && !chat => (Some(natural), &message.id),
            _ => (None, &message.id),
        };
        let subject = message.subject.as_ref();
        let left = self.room().saturating_sub(size(renderer));
        let reactions = match kind {
            PostKind::First if self.context.settings.reactions_probe => {
                reactions::to_probe(message, self.context.names, left)
            }
            _ => Vec::new(),
        };
        self.out.push(&NewPost {
            content: Content {
                time: natural,
                reply_to: root,
                source: PostSource {
                    conversation: self.context.source.conversation.clone(),
                    message: MessageId::new(message.id.as_str()),
                    part: Some(self.written).filter(|part| *part > 1),
                },
                from: self.speaker.from,
                subject: subject
                    .filter(|_| position == ThreadPosition::Root && kind == PostKind::First),
                html: renderer.html.as_str(),
                mentions: &renderer.mentions,
                images: &renderer.images,
                files: &renderer.files,
                links: &renderer.links,
                reactions: &reactions,
            },
            time: message.time,
            root_id: root_id.as_str(),
            kind,
        })
    }

    /// The bytes that a post of this message may have beside its title.
    fn room(&self) -> usize {
        let subject = self.message.subject.as_deref().map_or(0, str::len);
        let most = self.context.settings.message_bytes;
        most.saturating_sub(subject + envelope(most))
    }

    fn kind(&self, position: ThreadPosition) -> PostKind {
        match position {
            ThreadPosition::Copy(_) => PostKind::Copy,
            _ if self.excluded => PostKind::Emptied,
            ThreadPosition::Root | ThreadPosition::Reply | ThreadPosition::Loose(_) => {
                PostKind::First
            }
        }
    }

    fn scope(&self, position: ThreadPosition) -> Scope<'m> {
        Scope {
            names: self.context.names,
            settings: self.context.settings,
            media: self.context.media,
            message: (&self.context.source.conversation, &self.message.id),
            target: self.context.target,
            links: &self.message.links,
            files: &self.message.files,
            previews: true,
            // Nobody is called twice for one message.
            mentions_enabled: !matches!(position, ThreadPosition::Copy(_)),
        }
    }
}
