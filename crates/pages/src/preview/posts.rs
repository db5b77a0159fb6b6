//! The posts of one channel: their order in memory, their content from the file when it is shown.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use chatferry_model::GraphMessageId;
use chatferry_model::jsonl::{Chunk, Format, JsonlError, JsonlReader};
use chatferry_model::post::{ChatMessage, Post};
use maud::Markup;
use serde::Deserialize;

use crate::error::PageError;

/// Roots on a page.
pub(super) const PAGE: usize = 50;
/// Replies shown of one root; a thread of thousands would make a page of no use.
const REPLIES: usize = 500;
/// Posts found at most.
pub(super) const FOUND: usize = 200;

/// The posts of one channel.
#[derive(Debug)]
pub(super) struct Posts {
    path: PathBuf,
    roots: Vec<Root>,
    /// The root of each post, by id.
    root_of: HashMap<GraphMessageId, usize>,
}

/// A root and its replies, by the numbers of their lines.
#[derive(Debug)]
struct Root {
    line: u64,
    replies: Vec<u64>,
}

/// The page that a post is on.
pub(super) type Show<'s> = dyn Fn(&Post<'_, ChatMessage<'_>>) -> Markup + 's;

/// A root with its replies, as HTML.
pub(super) struct Thread {
    pub(super) root: Markup,
    pub(super) replies: Vec<Markup>,
    /// Replies that are not shown.
    pub(super) more: usize,
}

impl Posts {
    /// Puts the posts of a file in order.
    pub(super) fn open(path: PathBuf) -> Result<Self, PageError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Head {
            id: GraphMessageId,
            reply_to: Option<GraphMessageId>,
        }

        let mut roots: Vec<Root> = Vec::new();
        let mut root_of: HashMap<GraphMessageId, usize> = HashMap::new();
        each_chunk(&path, |chunk| {
            for (number, line) in chunk.lines() {
                let head: Head = chunk.parse(number, line)?;
                let root: Option<usize> =
                    head.reply_to.and_then(|root| root_of.get(&root).copied());
                let place = match root.and_then(|at| roots.get_mut(at).zip(Some(at))) {
                    Some((root, at)) => {
                        root.replies.push(number);
                        at
                    }
                    // Also a reply whose root is not there, which checking has told of.
                    None => {
                        roots.push(Root {
                            line: number,
                            replies: Vec::new(),
                        });
                        roots.len() - 1
                    }
                };
                root_of.insert(head.id, place);
            }
            Ok(())
        })?;
        Ok(Self {
            path,
            roots,
            root_of,
        })
    }

    /// Returns the number of pages there are: at least one.
    pub(super) fn pages(&self) -> usize {
        self.roots.len().div_ceil(PAGE).max(1)
    }

    /// The page a post is on, from 1.
    pub(super) fn page_of(&self, id: GraphMessageId) -> Option<usize> {
        self.root_of.get(&id).map(|root| root / PAGE + 1)
    }

    /// The threads of a page, from 1.
    pub(super) fn page(&self, page: usize, show: &Show<'_>) -> Result<Vec<Thread>, PageError> {
        let roots = || {
            self.roots
                .iter()
                .skip(page.saturating_sub(1).saturating_mul(PAGE))
                .take(PAGE)
        };
        let mut wanted = BTreeSet::new();
        for root in roots() {
            wanted.insert(root.line);
            wanted.extend(root.replies.iter().take(REPLIES));
        }
        let mut shown = self.read(&wanted, show)?;
        let threads = roots().map(|root| Thread {
            root: shown.remove(&root.line).unwrap_or_default(),
            replies: root
                .replies
                .iter()
                .filter_map(|line| shown.remove(line))
                .collect(),
            more: root.replies.len().saturating_sub(REPLIES),
        });
        Ok(threads.collect())
    }

    /// The first posts that hold `words`, and whether there are more.
    pub(super) fn find(
        &self,
        words: &str,
        show: &Show<'_>,
    ) -> Result<(Vec<Markup>, bool), PageError> {
        let words = words.to_lowercase();
        let (mut found, mut more) = (Vec::new(), false);
        each_chunk(&self.path, |chunk| {
            for (number, line) in chunk.lines() {
                if more {
                    break;
                }
                let post: Post<'_, ChatMessage<'_>> = chunk.parse(number, line)?;
                let text = super::words::words(&post.body.body.content).to_lowercase();
                let author = post.body.from.user.display_name.to_lowercase();
                if text.contains(&words) || author.contains(&words) {
                    more = found.len() == FOUND;
                    if !more {
                        found.push(show(&post));
                    }
                }
            }
            Ok(())
        })?;
        Ok((found, more))
    }

    /// Reads the posts on those lines.
    fn read(
        &self,
        wanted: &BTreeSet<u64>,
        show: &Show<'_>,
    ) -> Result<BTreeMap<u64, Markup>, PageError> {
        let mut shown = BTreeMap::new();
        each_chunk(&self.path, |chunk| {
            let mut lines = chunk.lines();
            let Some(first) = lines.next() else {
                return Ok(());
            };
            let here = first.0..first.0 + chunk.records();
            if wanted.range(here).next().is_none() {
                return Ok(());
            }
            for (number, line) in std::iter::once(first).chain(lines) {
                if wanted.contains(&number) {
                    shown.insert(number, show(&chunk.parse(number, line)?));
                }
            }
            Ok(())
        })?;
        Ok(shown)
    }
}

fn each_chunk(
    path: &std::path::Path,
    mut take: impl FnMut(&Chunk) -> Result<(), JsonlError>,
) -> Result<(), PageError> {
    let mut reader = JsonlReader::open(path, Format::POSTS)?;
    while let Some(chunk) = reader.next_chunk()? {
        take(&chunk)?;
    }
    Ok(())
}
