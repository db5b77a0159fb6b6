//! Reads the messages of all targets, one chunk after another: the beginning of the pipeline.

use std::collections::{HashSet, VecDeque};

use chatferry_model::folder::ReadFolder;
use chatferry_model::jsonl::{Chunk, Format, JsonlError, JsonlReader};
use chatferry_model::plan::Target;
use chatferry_model::{ConversationId, Micros};
use serde::Deserialize;

/// A step of the pipeline, in the order in which the posts are written.
pub(crate) struct Step<T> {
    /// The target, by its place in the plan.
    pub(crate) target: usize,
    /// The conversation, by its position in the target.
    pub(crate) source: usize,
    pub(crate) what: What<T>,
}

pub(crate) enum What<T> {
    /// Messages of the conversation.
    Messages(T),
    /// The conversation has no more.
    End,
}

/// Reads the messages of all targets.
pub(crate) struct MessageStream<'p> {
    folder: &'p ReadFolder,
    targets: &'p [Target],
    /// The target at hand.
    at: usize,
    streams: VecDeque<Stream>,
    opened: bool,
    /// Messages read, each once: conversations may go to several targets in parts.
    pub(crate) messages: u64,
    /// Conversations of which a part has been read.
    in_parts: HashSet<&'p ConversationId<'static>>,
}

/// A conversation that is being read.
struct Stream {
    source: usize,
    /// True if its messages are counted here.
    counts: bool,
    reader: JsonlReader,
    /// The time of the last message read.
    until: Micros,
}

#[derive(Deserialize)]
struct TimeOfMessage {
    time: Micros,
}

impl<'p> MessageStream<'p> {
    pub(crate) fn new(folder: &'p ReadFolder, targets: &'p [Target]) -> Self {
        Self {
            folder,
            targets,
            at: 0,
            streams: VecDeque::new(),
            opened: false,
            messages: 0,
            in_parts: HashSet::new(),
        }
    }

    /// Up to `chunks` chunks, with the ends between them; nothing at the end of the last target.
    ///
    /// # Errors
    /// When a file can't be read.
    pub(crate) fn batch(&mut self, chunks: usize) -> Result<Vec<Step<Chunk>>, JsonlError> {
        let mut batch = Vec::new();
        // Thousands of conversations may have next to no messages: ends count a little too.
        let mut weight = 0;
        while weight < chunks * 16
            && let Some(step) = self.step()?
        {
            weight += match step.what {
                What::Messages(_) => 16,
                What::End => 1,
            };
            batch.push(step);
        }
        Ok(batch)
    }

    fn step(&mut self) -> Result<Option<Step<Chunk>>, JsonlError> {
        let Some(target) = self.targets.get(self.at) else {
            return Ok(None);
        };
        if !self.opened {
            if target.sources.is_empty() {
                // It has a file of its own all the same.
                self.at += 1;
                let what = What::End;
                return Ok(Some(Step {
                    target: self.at - 1,
                    source: 0,
                    what,
                }));
            }
            self.opened = true;
            for (source, conversation) in target.sources.iter().enumerate() {
                let path = self.folder.messages(&conversation.conversation);
                let id = &conversation.conversation;
                let counts = conversation.range.is_none() || self.in_parts.insert(id);
                self.streams.push_back(Stream {
                    source,
                    counts,
                    reader: JsonlReader::open(&path, Format::MESSAGES)?,
                    until: Micros::EPOCH,
                });
            }
        }
        // The conversation that has been read least far goes on, so that merging waits for none.
        let next = (self.streams.iter().enumerate()).min_by_key(|(_, stream)| stream.until);
        let Some(next) = next.map(|(next, _)| next) else {
            self.at += 1;
            self.opened = false;
            return self.step();
        };
        let merging = self.streams.len() > 1;
        let Some(stream) = self.streams.get_mut(next) else {
            return Ok(None);
        };
        let source = stream.source;
        let what = match stream.reader.next_chunk()? {
            Some(chunk) => {
                if stream.counts {
                    self.messages += chunk.records();
                }
                if merging && let Some((number, line)) = chunk.lines().last() {
                    let last: TimeOfMessage = chunk.parse(number, line)?;
                    stream.until = stream.until.max(last.time);
                }
                What::Messages(chunk)
            }
            None => {
                self.streams.remove(next);
                What::End
            }
        };
        Ok(Some(Step {
            target: self.at,
            source,
            what,
        }))
    }
}
