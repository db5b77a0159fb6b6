//! Writes the posts of one target: the end of the pipeline, where times are decided.

use std::collections::{HashSet, VecDeque};
use std::path::Path;

use chatferry_model::jsonl::{FileSummary, Format, JsonlError, JsonlWriter};
use chatferry_model::plan::{Target, TargetSummary};
use chatferry_model::sum::Sum;
use chatferry_model::{Micros, Millis};

use crate::chunk::{Draft, PostKind, Rendered};
use crate::line::Line;
use crate::time::TimestampAllocator;

/// The file of a target's posts in the making.
pub(crate) struct TargetWriter {
    writer: JsonlWriter,
    timestamps: TimestampAllocator,
    sources: Vec<Source>,
    summary: TargetSummary,
    /// The files attached to its posts, by hash.
    files: HashSet<u64>,
}

/// The rendered posts of a conversation that are not written yet.
#[derive(Default)]
struct Source {
    waiting: VecDeque<Rendered>,
    /// The next post of the first that waits, and where its line begins.
    next: usize,
    start: usize,
    ended: bool,
    /// The latest time so far: a placeholder, which is older than its place, must not go back.
    latest: Option<Micros>,
}

impl TargetWriter {
    pub(crate) fn create(path: &Path, target: &Target) -> Result<Self, JsonlError> {
        let mut sources = Vec::new();
        sources.resize_with(target.sources.len(), Source::default);
        Ok(Self {
            writer: JsonlWriter::create(path, Format::POSTS, Some(target))?,
            timestamps: TimestampAllocator::new(target.created, sources.len()),
            sources,
            summary: TargetSummary {
                target: target.clone(),
                posts: 0,
                replies: 0,
                bytes: 0,
                file_bytes: 0,
                first: None,
                last: None,
            },
            files: HashSet::new(),
        })
    }

    /// Takes the next posts of a conversation and writes all that have their turn.
    pub(crate) fn take(
        &mut self,
        source: usize,
        rendered: Rendered,
        sum: &mut Sum,
    ) -> Result<(), JsonlError> {
        if rendered.drafts.is_empty() {
            return Ok(());
        }
        for (hash, bytes) in &rendered.files {
            if self.files.insert(*hash) {
                self.summary.file_bytes += bytes;
            }
        }
        if let Some(source) = self.sources.get_mut(source) {
            source.waiting.push_back(rendered);
        }
        self.advance(sum)
    }

    /// Learns that a conversation has no more posts.
    pub(crate) fn end(&mut self, source: usize, sum: &mut Sum) -> Result<(), JsonlError> {
        if let Some(source) = self.sources.get_mut(source) {
            source.ended = true;
        }
        self.advance(sum)
    }

    /// Returns true if all of its conversations have ended.
    pub(crate) fn is_complete(&self) -> bool {
        self.sources.iter().all(|source| source.ended)
    }

    pub(crate) fn finish(self) -> Result<(FileSummary, TargetSummary), JsonlError> {
        Ok((self.writer.finish()?, self.summary))
    }

    /// Writes as long as every conversation that goes on has a post to compare with.
    fn advance(&mut self, sum: &mut Sum) -> Result<(), JsonlError> {
        while self
            .sources
            .iter()
            .all(|source| source.ended || source.has_next())
        {
            let mut turns: Vec<(Micros, usize)> = (self.sources.iter().enumerate())
                .filter_map(|(at, source)| Some((source.turn()?, at)))
                .collect();
            turns.sort_unstable();
            let Some((_, earliest)) = turns.first().copied() else {
                return Ok(());
            };
            self.write_run(earliest, turns.get(1).copied(), sum)?;
        }
        Ok(())
    }

    /// Writes the posts of the conversation `at` until another one has its turn.
    fn write_run(
        &mut self,
        at: usize,
        other: Option<(Micros, usize)>,
        sum: &mut Sum,
    ) -> Result<(), JsonlError> {
        let Some(source) = self.sources.get_mut(at) else {
            return Ok(());
        };
        let Some(rendered) = source.waiting.front_mut() else {
            return Ok(());
        };
        let from = source.start;
        let before = source.next;
        while let Some(draft) = rendered.drafts.get(source.next) {
            let turn = later(source.latest, draft);
            if other.is_some_and(|other| (turn, at) > other) {
                break;
            }
            source.latest = Some(turn);
            let id = rendered.ids.get(draft.id.clone()).unwrap_or_default();
            if let Some(line) = rendered.lines.get_mut(source.start..draft.end) {
                let time = decide(&mut self.timestamps, draft, at, id, line);
                note(&mut self.summary, sum, draft, time);
            }
            source.start = draft.end;
            source.next += 1;
        }
        let lines = rendered.lines.get(from..source.start).unwrap_or_default();
        self.writer
            .write_lines(lines, (source.next - before) as u64)?;
        if source.next == rendered.drafts.len() {
            source.waiting.pop_front();
            source.next = 0;
            source.start = 0;
        }
        Ok(())
    }
}

impl Source {
    fn has_next(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The time at which its next post has its turn.
    fn turn(&self) -> Option<Micros> {
        let draft = self.waiting.front()?.drafts.get(self.next)?;
        Some(later(self.latest, draft))
    }
}

/// Returns the turn of a post after one of `latest`.
fn later(latest: Option<Micros>, draft: &Draft) -> Micros {
    latest.map_or(draft.time, |latest| latest.max(draft.time))
}

/// Decides the time of a post and puts it into its line where it is not what the line says already.
fn decide(
    timestamps: &mut TimestampAllocator,
    draft: &Draft,
    source: usize,
    id: &str,
    line: &mut [u8],
) -> Millis {
    let natural = draft.time.to_millis();
    let time = match draft.root {
        // Nothing answers a copy.
        None if draft.kind == PostKind::Copy => timestamps.next(natural),
        None => timestamps.root(natural, source, id),
        Some(natural_root) => {
            let root = timestamps.of_root(natural_root, source, id);
            if root != natural_root {
                Line::set_root(line, root);
            }
            timestamps.next(natural)
        }
    };
    if time != natural {
        draft.line.set_time(line, time);
    }
    time
}

fn note(summary: &mut TargetSummary, sum: &mut Sum, draft: &Draft, time: Millis) {
    summary.posts += 1;
    summary.replies += u64::from(draft.root.is_some());
    summary.bytes += draft.line.body_bytes() as u64;
    summary.first = summary.first.or(Some(time));
    summary.last = Some(time);
    match draft.kind.added() {
        None => sum.output += 1,
        Some(reason) => sum.add(reason),
    }
}
