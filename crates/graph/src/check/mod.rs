//! Checks `3-render` against every rule of Graph's that can be known offline (crates/graph/RULES.md
//! section 6).
//!
//! Chunks of lines are checked in parallel and put together in order, so that findings come in the
//! same order on any number of threads. Memory is flat but for the times of the roots of the
//! target at hand, 8 bytes each. Whether a post lies in the future (R29) is a question for the
//! upload, which has a clock.

mod deferred;
pub(crate) mod html;
mod places;
mod post;
mod rules;
mod sanitiser;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chatferry_model::finding::{Findings, Place, Severity, Stage};
use chatferry_model::folder::RenderFolder;
use chatferry_model::jsonl::{Chunk, Format, JsonlError, JsonlReader};
use chatferry_model::limits::Limits;
use chatferry_model::manifest::{Manifest, ManifestError, Outcome};
use chatferry_model::plan::{RenderDetails, Target, TargetSummary};
use chatferry_model::post::Post;
use chatferry_model::progress::Progress;
use chatferry_model::sum::Sum;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::value::RawValue;

use post::{Container, request_size};
pub use rules::{RULES, Rule};
pub use sanitiser::sanitiser;

/// Sizes that the tenant takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckLimits {
    /// The largest message in bytes: content, subject, mentions, attachments (crates/graph/RULES.md
    /// R43).
    pub message_bytes: usize,
    /// The largest request in bytes (crates/graph/RULES.md R42).
    pub request_bytes: usize,
    /// True if a sanitiser is asked for a second opinion on every body.
    pub strict: bool,
}

impl Default for CheckLimits {
    fn default() -> Self {
        Self {
            message_bytes: Limits::default().message_bytes,
            request_bytes: Limits::default().request_bytes,
            strict: false,
        }
    }
}

/// The details of the manifest of checking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CheckDetails {
    /// Targets checked.
    pub targets: u64,
    /// The largest request body, in bytes.
    pub largest: u64,
}

/// Posts that can't be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The manifest of `3-render` can't be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A file of posts can't be read.
    #[error(transparent)]
    Posts(#[from] JsonlError),
}

/// Chunks in the works, by thread: enough to keep all of them busy, few enough to stay small.
const CHUNKS_PER_THREAD: usize = 8;

/// Checks every team, target and post of `3-render`.
///
/// # Errors
/// When a file can't be read; what breaks a rule is a finding.
pub fn check(
    folder: &RenderFolder,
    limits: &CheckLimits,
    progress: &dyn Progress,
) -> Result<Outcome<CheckDetails>, CheckError> {
    let manifest = Manifest::<RenderDetails>::read(folder.root())?;
    let details = &manifest.details;
    progress.total(details.targets.iter().map(|summary| summary.posts).sum());
    let mut outcome = Outcome::<CheckDetails>::default();
    places::check(details, &mut outcome.findings);
    let mut source = Source::new(folder, details, *limits);
    let mut posts = Posts::default();
    let mut batch = source.next_batch()?;
    while !batch.is_empty() {
        let (next, checked) = rayon::join(
            || source.next_batch(),
            || batch.par_iter().map(Batched::check).collect::<Vec<_>>(),
        );
        for (batched, checked) in batch.iter().zip(checked) {
            progress.advance(checked.posts);
            posts.add(batched, checked, &mut outcome.findings);
        }
        batch = next?;
    }
    posts.finish_target(&mut outcome.findings);
    // A target without a single chunk was never begun.
    for summary in details.targets.iter().filter(|summary| summary.posts > 0) {
        if !posts.seen.contains(summary.target.key.as_str()) {
            note_count(&summary.target, 0, summary.posts, &mut outcome.findings);
        }
    }
    outcome.details = CheckDetails {
        targets: details.targets.len() as u64,
        largest: posts.largest,
    };
    outcome.sums = BTreeMap::from([("messages".to_owned(), posts.sum)]);
    Ok(outcome)
}

/// Hands out the chunks of all targets, one target after the other.
struct Source<'a> {
    folder: &'a RenderFolder,
    limits: CheckLimits,
    targets: std::slice::Iter<'a, TargetSummary>,
    reading: Option<(&'a TargetSummary, JsonlReader)>,
}

/// A chunk and what it is held against.
struct Batched<'a> {
    folder: &'a RenderFolder,
    summary: &'a TargetSummary,
    file: String,
    limits: CheckLimits,
    chunk: Chunk,
}

impl<'a> Source<'a> {
    fn new(folder: &'a RenderFolder, details: &'a RenderDetails, limits: CheckLimits) -> Self {
        Self {
            folder,
            limits,
            targets: details.targets.iter(),
            reading: None,
        }
    }

    fn next_batch(&mut self) -> Result<Vec<Batched<'a>>, JsonlError> {
        let room = rayon::current_num_threads() * CHUNKS_PER_THREAD;
        let mut batch = Vec::with_capacity(room);
        while batch.len() < room {
            let Some((summary, reader)) = &mut self.reading else {
                let Some(summary) = self.targets.next() else {
                    break;
                };
                let path = self.folder.posts(&summary.target.key);
                self.reading = Some((summary, JsonlReader::open(&path, Format::POSTS)?));
                continue;
            };
            match reader.next_chunk()? {
                Some(chunk) => {
                    let path = self.folder.posts(&summary.target.key);
                    let file = shown(&path, self.folder.root());
                    batch.push(Batched {
                        folder: self.folder,
                        summary,
                        file,
                        limits: self.limits,
                        chunk,
                    });
                }
                None => self.reading = None,
            }
        }
        Ok(batch)
    }
}

fn shown(path: &Path, root: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// The result of checking a chunk.
#[derive(Default)]
struct Checked {
    posts: u64,
    broken: u64,
    largest: u64,
    first: Option<Seen>,
    last: i64,
    roots: Vec<i64>,
    /// Replies, with the root each answers.
    replies: Vec<(i64, Seen)>,
    findings: Findings,
}

/// A post that has to be looked at again beside its neighbours.
#[derive(Clone, Copy)]
struct Seen {
    id: i64,
    line: u64,
    /// True if it breaks a rule by itself, and so is counted already.
    broken: bool,
}

impl Batched<'_> {
    fn check(&self) -> Checked {
        let container = Container::new(&self.summary.target, self.folder, self.limits);
        let mut checked = Checked {
            posts: self.chunk.records(),
            ..Checked::default()
        };
        for (line, text) in self.chunk.lines() {
            match self.chunk.parse::<Post<'_, &RawValue>>(line, text) {
                Ok(post) => self.check_post(&container, line, &post, &mut checked),
                Err(error) => {
                    checked.broken += 1;
                    let place = self.place(line);
                    let code = rules::SHAPE.code;
                    checked
                        .findings
                        .note(Stage::Check, code, place, error.to_string());
                }
            }
        }
        checked
    }

    fn check_post(
        &self,
        container: &Container<'_>,
        line: u64,
        post: &Post<'_, &RawValue>,
        checked: &mut Checked,
    ) {
        let id = post.id.created().as_millis();
        checked.largest = checked.largest.max(request_size(post) as u64);
        let mut broken = false;
        let findings = &mut checked.findings;
        let mut note = |rule: &'static Rule, words: String| {
            broken |= rule.code.severity == Severity::Error;
            let place = Place {
                file: Some(format!("{}:{line}", self.file).into()),
                conversation: Some(post.source.conversation.as_str().into()),
                ts: Some(post.source.message.as_str().into()),
            };
            findings.note(Stage::Check, rule.code, place, words);
        };
        container.check(post, &mut note);
        if checked.first.is_some() && id <= checked.last {
            note(
                &rules::UNIQUE_TIME,
                format!("{} is not after the one before", post.id.created()),
            );
        }
        let seen = Seen { id, line, broken };
        match post.reply_to {
            Some(root) => checked.replies.push((root.created().as_millis(), seen)),
            None => checked.roots.push(id),
        }
        checked.broken += u64::from(broken);
        checked.first.get_or_insert(seen);
        checked.last = id;
    }

    fn place(&self, line: u64) -> Place<'static> {
        Place {
            file: Some(format!("{}:{line}", self.file).into()),
            ..Place::default()
        }
    }
}

/// All posts so far, and the target at hand.
#[derive(Default)]
struct Posts<'a> {
    sum: Sum,
    largest: u64,
    target: Option<&'a Target>,
    expected: u64,
    found: u64,
    last: Option<i64>,
    roots: Vec<i64>,
    seen: BTreeSet<String>,
}

impl<'a> Posts<'a> {
    /// Adds the next chunk of a target.
    fn add(&mut self, batched: &Batched<'a>, checked: Checked, findings: &mut Findings) {
        let target = &batched.summary.target;
        if self.target.is_none_or(|current| current.key != target.key) {
            self.finish_target(findings);
            self.target = Some(target);
            self.expected = batched.summary.posts;
            self.seen.insert(target.key.to_string());
        }
        self.found += checked.posts;
        self.largest = self.largest.max(checked.largest);
        let mut broken = checked.broken;
        findings.append(checked.findings);
        if let (Some(last), Some(first)) = (self.last, checked.first)
            && first.id <= last
        {
            let rule = &rules::UNIQUE_TIME;
            let words = "it is not after the one before";
            findings.note(Stage::Check, rule.code, batched.place(first.line), words);
            broken += u64::from(!first.broken);
        }
        self.last = checked.first.map(|_| checked.last).or(self.last);
        self.roots.extend(checked.roots);
        for (root, reply) in checked.replies {
            if root >= reply.id || self.roots.binary_search(&root).is_err() {
                let rule = &rules::ROOT;
                let words = "the post it answers is no root before it";
                findings.note(Stage::Check, rule.code, batched.place(reply.line), words);
                broken += u64::from(!reply.broken);
            }
        }
        let broken = broken.min(checked.posts);
        self.sum.input += checked.posts;
        self.sum.output += checked.posts - broken;
        self.sum.skip_many("breaks a rule", broken);
    }

    /// Closes the target at hand.
    fn finish_target(&mut self, findings: &mut Findings) {
        if let Some(target) = self.target.take()
            && self.found != self.expected
        {
            note_count(target, self.found, self.expected, findings);
        }
        self.found = 0;
        self.last = None;
        self.roots.clear();
    }
}

fn note_count(target: &Target, found: u64, expected: u64, findings: &mut Findings) {
    let place = Place {
        file: Some(target.key.to_string().into()),
        ..Place::default()
    };
    let words = format!("{found} posts, the manifest says {expected}");
    findings.note(Stage::Check, rules::COUNT.code, place, words);
}
