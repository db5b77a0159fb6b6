//! Rows about posts, put together: all states of a post become one, and a post and its replies one
//! line of a bulk export. Rows come in any order and in many batches, so they are sorted on disk.

use std::io::Write;
use std::path::PathBuf;

use chatferry_model::sum::Sum;
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_128;

use super::places::{Place, Places};
use super::row::{Revision, State};
use crate::ReadError;
use crate::external_sort::{SortKey, Sorter, take};

/// By what rows are sorted: thread by thread, in it post by post, of it state by state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    thread: u128,
    post: u128,
    number: u64,
}

impl SortKey for Key {
    const BYTES: usize = 16 + 16 + 8;

    fn write(self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.thread.to_le_bytes());
        to.extend_from_slice(&self.post.to_le_bytes());
        to.extend_from_slice(&self.number.to_le_bytes());
    }

    fn read(mut from: &[u8]) -> Self {
        let rest = &mut from;
        Self {
            thread: u128::from_le_bytes(take(rest)),
            post: u128::from_le_bytes(take(rest)),
            number: u64::from_le_bytes(take(rest)),
        }
    }
}

/// Gathers rows about posts in any order.
pub(super) struct Threads {
    sorter: Sorter<Key>,
    number: u64,
}

impl Threads {
    /// Begins, with files in `folder`, which is removed in the end.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            sorter: Sorter::new(folder),
            number: 0,
        }
    }

    pub(super) fn push(&mut self, revision: &Revision<'_>) -> Result<(), ReadError> {
        self.number += 1;
        let post = if revision.post.is_empty() {
            u128::from(self.number)
        } else {
            xxh3_128(revision.post.as_bytes())
        };
        let key = Key {
            thread: if revision.root.is_empty() {
                post
            } else {
                xxh3_128(revision.root.as_bytes())
            },
            post,
            number: self.number,
        };
        let line = serde_json::to_vec(revision).unwrap_or_default();
        self.sorter.push(key, &line)
    }

    /// Writes a line for each thread, and gives the sum of what was put together.
    pub(super) fn finish(self, places: &Places, to: &mut dyn Write) -> Result<Sum, ReadError> {
        let mut thread = Thread::default();
        let mut sum = Sum::default();
        self.sorter.finish(|key, line| {
            if thread.id != key.thread {
                thread.write(places, &mut sum, to)?;
                thread.id = key.thread;
            }
            thread.rows.push((key.post, thread.lines.len()));
            thread.lines.extend_from_slice(line);
            Ok(())
        })?;
        thread.write(places, &mut sum, to)?;
        Ok(sum)
    }
}

/// The rows of one thread.
#[derive(Default)]
struct Thread {
    id: u128,
    /// Of each row its post, and where its line begins.
    rows: Vec<(u128, usize)>,
    lines: Vec<u8>,
}

impl Thread {
    fn write(
        &mut self,
        places: &Places,
        sum: &mut Sum,
        to: &mut dyn Write,
    ) -> Result<(), ReadError> {
        let mut root = None;
        let mut replies = Vec::new();
        let mut channel = String::new();
        let ends = self.rows.iter().skip(1).map(|(_, at)| *at);
        let ends: Vec<usize> = ends.chain([self.lines.len()]).collect();
        let mut rows = self.rows.iter().zip(ends).peekable();
        while let Some(((post, from), to)) = rows.next() {
            let mut state = Folding::default();
            state.take(self.lines.get(*from..to).unwrap_or_default());
            while let Some(((_, from), to)) = rows.next_if(|((next, _), _)| next == post) {
                state.take(self.lines.get(*from..to).unwrap_or_default());
            }
            channel.clone_from(&state.channel);
            match state.finish(sum) {
                Some(folded) if *post == self.id => root = Some(folded),
                Some(folded) => replies.push(folded),
                None => {}
            }
        }
        if root.is_some() || !replies.is_empty() {
            replies.sort_by_key(|reply| reply.create_at);
            let mut post = root.unwrap_or_else(|| Post {
                root_missing: true,
                ..Post::default()
            });
            post.replies = replies;
            write(post, places.get(&channel), to)?;
        }
        self.rows.clear();
        self.lines.clear();
        Ok(())
    }
}

fn write(mut post: Post, place: Place<'_>, to: &mut dyn Write) -> Result<(), ReadError> {
    let kind = match place {
        Place::Channel { team, name } => {
            (post.team, post.channel) = (Some(team.to_owned()), Some(name.to_owned()));
            "post"
        }
        Place::Direct(members) => {
            post.channel_members = Some(members.map(str::to_owned).collect());
            "direct_post"
        }
    };
    let written = write!(to, r#"{{"type":"{kind}","{kind}":"#)
        .and_then(|()| serde_json::to_writer(&mut *to, &post).map_err(Into::into))
        .and_then(|()| to.write_all(b"}\n"));
    written.map_err(super::failed)
}

/// A post as a bulk export has it.
#[derive(Debug, Default, Serialize)]
struct Post {
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel_members: Option<Vec<String>>,
    user: String,
    r#type: String,
    message: String,
    create_at: i64,
    edit_at: i64,
    replies: Vec<Post>,
    attachments: Vec<Attachment>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    root_missing: bool,
}

#[derive(Debug, PartialEq, Serialize)]
struct Attachment {
    path: String,
}

/// The states of one post, as far as they were seen.
#[derive(Default)]
struct Folding {
    channel: String,
    post: Post,
    /// Rows that are states of the words.
    rows: u64,
    /// The age of the text that was taken: a text from before a change counts least.
    rank: (bool, i64),
    deleted: bool,
    gone: Vec<String>,
}

impl Folding {
    fn take(&mut self, line: &[u8]) {
        let Ok(row) = serde_json::from_slice::<Revision<'_>>(line) else {
            return;
        };
        let text = row.text.as_str();
        if self.channel.is_empty() {
            self.channel = row.channel.as_str().to_owned();
        }
        if self.post.user.is_empty() {
            self.post.user = row.user.as_str().to_owned();
            self.post.create_at = row.created;
        }
        if row.state.is_file() {
            let path = text.to_owned();
            if row.state == State::FileDeleted {
                self.gone.push(path);
            } else if !self.post.attachments.iter().any(|file| file.path == path) {
                self.post.attachments.push(Attachment { path });
            }
            return;
        }
        let first = self.rows == 0;
        self.rows += 1;
        // Before 10.5 a row says by its words alone that the post was deleted.
        let says_deleted = !first && text.strip_prefix("delete ") == Some(&self.post.message);
        if row.state == State::Deleted || says_deleted {
            self.deleted = true;
            return;
        }
        self.post.create_at = row.created;
        if matches!(row.state, State::Edited | State::Older) {
            // Before 10.5 a row does not say when.
            let at = row.updated.max(row.created);
            self.post.edit_at = self.post.edit_at.max(at);
        }
        let rank = (row.state != State::Older, row.updated.max(row.created));
        if first || rank >= self.rank {
            self.rank = rank;
            self.post.message = text.to_owned();
            self.post.r#type = row.kind.as_str().to_owned();
        }
    }

    /// The post, if it still is one.
    fn finish(mut self, sum: &mut Sum) -> Option<Post> {
        // The row that becomes the post is counted where that is read.
        let more = self.rows.saturating_sub(u64::from(!self.deleted));
        sum.input += more;
        let earlier = more - u64::from(self.deleted);
        if earlier > 0 {
            *sum.merged.entry("earlier states".to_owned()).or_default() += earlier;
        }
        if self.deleted {
            sum.skip("deleted");
            return None;
        }
        let gone = &self.gone;
        self.post
            .attachments
            .retain(|file| !gone.contains(&file.path));
        Some(self.post)
    }
}
