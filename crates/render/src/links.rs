//! Links between messages: which posts are linked to, and where they have come to stand.
//!
//! Times are decided last, so what a link leads to is looked up when all posts are written: in one
//! pass over those of the conversations that links lead into.

use std::collections::{BTreeMap, HashSet};

use chatferry_model::deferred::{LinkedPost, SourceMessage};
use chatferry_model::finding::{Findings, Place, Stage};
use chatferry_model::folder::RenderFolder;
use chatferry_model::jsonl::{Chunk, FileSummary, Format, JsonlError, JsonlReader, JsonlWriter};
use chatferry_model::plan::Target;
use chatferry_model::{ConversationId, GraphMessageId, MessageId, TargetKey};
use rayon::prelude::*;
use serde::Deserialize;

use crate::codes;

/// A message that another one links to, and the one that does.
pub(crate) struct Wanted {
    pub(crate) message: SourceMessage<'static>,
    pub(crate) by: SourceMessage<'static>,
}

/// All messages that others link to.
#[derive(Default)]
pub(crate) struct Links(BTreeMap<SourceMessage<'static>, Wish>);

struct Wish {
    count: u64,
    first: SourceMessage<'static>,
}

/// The fields of a post that are needed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    id: GraphMessageId,
    #[serde(default)]
    reply_to: Option<GraphMessageId>,
    #[serde(borrow)]
    source: Source<'a>,
}

#[derive(Deserialize)]
struct Source<'a> {
    #[serde(borrow)]
    conversation: ConversationId<'a>,
    #[serde(borrow)]
    message: MessageId<'a>,
    #[serde(default)]
    part: Option<u32>,
}

impl Links {
    /// Takes note of a link.
    pub(crate) fn want(&mut self, wanted: Wanted) {
        let wish = self.0.entry(wanted.message).or_insert_with(|| Wish {
            count: 0,
            first: wanted.by,
        });
        wish.count += 1;
    }

    /// Looks up where the messages stand and writes it down; those that stand nowhere are findings.
    ///
    /// # Errors
    /// When the posts can't be read or the list can't be written.
    pub(crate) fn resolve(
        self,
        targets: &[Target],
        folder: &RenderFolder,
        findings: &mut Findings,
    ) -> Result<Option<FileSummary>, JsonlError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let places: HashSet<&str> = (self.0.keys())
            .map(|message| message.conversation.as_str())
            .collect();
        let mut found = BTreeMap::new();
        for target in targets {
            let mut sources = target.sources.iter();
            if sources.any(|source| places.contains(source.conversation.as_str())) {
                self.find(target, folder, &mut found)?;
            }
        }
        for (message, wish) in &self.0 {
            if !found.contains_key(message) {
                let by = &wish.first;
                let place = Place {
                    file: None,
                    conversation: Some(by.conversation.as_str().into()),
                    ts: Some(by.message.as_str().into()),
                };
                let words = "a link to a message that is not here";
                let code = &codes::LINK_UNRESOLVED;
                findings.note_many(Stage::Render, code, place, words, wish.count);
            }
        }
        let mut writer = JsonlWriter::create::<()>(&folder.links(), Format::LINKS, None)?;
        for post in found.values() {
            writer.write(post)?;
        }
        writer.finish().map(Some)
    }

    /// Finds the wanted ones among the posts of a target.
    fn find(
        &self,
        target: &Target,
        folder: &RenderFolder,
        found: &mut BTreeMap<SourceMessage<'static>, LinkedPost<'static>>,
    ) -> Result<(), JsonlError> {
        let mut reader = JsonlReader::open(&folder.posts(&target.key), Format::POSTS)?;
        loop {
            let mut chunks = Vec::new();
            while chunks.len() < rayon::current_num_threads() * 2
                && let Some(chunk) = reader.next_chunk()?
            {
                chunks.push(chunk);
            }
            if chunks.is_empty() {
                return Ok(());
            }
            let lists: Vec<_> = (chunks.into_par_iter())
                .map(|chunk| self.find_in(&chunk, &target.key))
                .collect();
            for list in lists {
                for post in list? {
                    found.entry(post.source.clone()).or_insert(post);
                }
            }
        }
    }

    fn find_in(
        &self,
        chunk: &Chunk,
        target: &TargetKey<'static>,
    ) -> Result<Vec<LinkedPost<'static>>, JsonlError> {
        let mut found = Vec::new();
        for (number, line) in chunk.lines() {
            let Line {
                id,
                reply_to,
                source,
            } = chunk.parse(number, line)?;
            if source.part.is_some() {
                continue;
            }
            let message = SourceMessage {
                conversation: source.conversation,
                message: source.message,
            };
            if self.0.contains_key(&message) {
                found.push(LinkedPost {
                    source: message.to_static(),
                    target: target.clone(),
                    post: id,
                    reply_to,
                });
            }
        }
        Ok(found)
    }
}
