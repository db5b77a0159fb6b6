//! The stage: 1-read and the plan in, 3-render out.
//!
//! One pipeline runs through the messages of all targets, in their order: while a batch of chunks
//! is rendered on all cores, the batch before is written and the one after is read. So one channel
//! of a million messages keeps both cores as busy as a thousand small ones, memory holds three
//! batches whatever the export's size, and what is written does not depend on the number of cores.

use std::fs;
use std::path::PathBuf;

use chatferry_model::conversation::Conversation;
use chatferry_model::folder::{ReadFolder, RenderFolder};
use chatferry_model::jsonl::{Chunk, Format, JsonlError, JsonlReader};
use chatferry_model::manifest::Outcome;
use chatferry_model::person::Person;
use chatferry_model::plan::{Plan, RenderDetails, Target};
use chatferry_model::progress::Progress;
use chatferry_model::sum::Sum;
use rayon::prelude::*;

use crate::chunk::{Context, Rendered};
use crate::error::RenderError;
use crate::excluded_authors::ExcludedAuthors;
use crate::links::Links;
use crate::media::Media;
use crate::message::render_chunk;
use crate::message_stream::{MessageStream, Step, What};
use crate::names::Names;
use crate::plan_audit::PlanAudit;
use crate::settings::RenderSettings;
use crate::target::TargetWriter;

/// Chunks of a batch for each thread: enough that no thread waits long for another.
const CHUNKS_PER_THREAD: usize = 8;

/// Renders all messages that the plan gives a place, into `into`.
///
/// # Errors
/// When a file can't be read or written, when the plan does not fit `1-read` or would publish what
/// is private, or when nobody can speak for an author.
pub fn render(
    read: &ReadFolder,
    plan: &Plan,
    settings: &RenderSettings,
    into: &RenderFolder,
    progress: &dyn Progress,
) -> Result<Outcome<RenderDetails>, RenderError> {
    let people: Vec<Person> = JsonlReader::open(&read.people(), Format::PEOPLE)?.read_all()?;
    let conversations: Vec<Conversation> =
        JsonlReader::open(&read.conversations(), Format::CONVERSATIONS)?.read_all()?;
    let mut outcome = Outcome {
        details: RenderDetails {
            teams: plan.teams.values().cloned().collect(),
            targets: Vec::new(),
            rehearsal_account: false,
        },
        ..Outcome::default()
    };
    let audit = PlanAudit::of(plan, &conversations, &settings.selection)?;
    let targets = audit.targets;
    let mut messages = audit.messages;
    let folder = into.posts_folder();
    fs::create_dir_all(&folder).map_err(RenderError::at(&folder))?;
    let media = Media::load(read, settings, into)?;
    progress.total(
        targets
            .iter()
            .flat_map(|target| &target.sources)
            .map(|source| source.messages)
            .sum(),
    );

    let learned = match read.names() {
        path if path.exists() => JsonlReader::open(&path, Format::NAMES)?.read_all()?,
        _ => Vec::new(),
    };
    let names = Names::new(plan, &people, &conversations, learned, settings.phrases)?;
    drop((people, conversations));
    let excluded_authors = ExcludedAuthors::of(plan, read, &targets)?;
    let mut stream = MessageStream::new(read, &targets);
    let mut posts = Posts {
        targets: &targets,
        folder: into,
        settings,
        open: None,
        outcome: &mut outcome,
        sum: &mut messages,
        files: Sum::default(),
        links: Links::default(),
    };
    let common = Common {
        names: &names,
        media: &media,
        excluded_authors: &excluded_authors,
        settings,
    };
    let size = rayon::current_num_threads() * CHUNKS_PER_THREAD;
    let mut batch = stream.batch(size)?;
    let mut rendered = Vec::new();
    while !batch.is_empty() || !rendered.is_empty() {
        let work = |step| render_step(step, common, &targets, progress);
        let (now, (written, next)) = rayon::join(
            || {
                (batch.into_par_iter().with_max_len(1))
                    .map(work)
                    .collect::<Vec<_>>()
            },
            || (posts.write(rendered), stream.batch(size)),
        );
        written?;
        batch = next?;
        // The first error in the order of the messages, whichever thread met one first.
        rendered = now.into_iter().collect::<Result<_, _>>()?;
        media.check()?;
    }
    let (files, links) = (posts.files, posts.links);
    if let Some(file) = links.resolve(&targets, into, &mut outcome.findings)? {
        outcome.files.insert("links.jsonl".to_owned(), file);
    }
    outcome.details.rehearsal_account = names.rehearsal_account_used();
    messages.input += stream.messages;
    outcome.sums.insert("files".to_owned(), files);
    outcome.sums.insert("messages".to_owned(), messages);
    outcome
        .sums
        .insert("conversations".to_owned(), audit.conversations);
    Ok(outcome)
}

/// The context of rendering in all targets.
#[derive(Clone, Copy)]
struct Common<'c> {
    names: &'c Names<'c>,
    media: &'c Media,
    excluded_authors: &'c ExcludedAuthors,
    settings: &'c RenderSettings,
}

fn render_step(
    step: Step<Chunk>,
    common: Common<'_>,
    targets: &[Target],
    progress: &dyn Progress,
) -> Result<Step<Rendered>, RenderError> {
    let Step {
        target,
        source,
        what,
    } = step;
    let what = match (what, targets.get(target)) {
        (What::Messages(chunk), Some(place)) => {
            let Some(conversation) = place.sources.get(source) else {
                return Ok(Step {
                    target,
                    source,
                    what: What::End,
                });
            };
            let context = Context {
                names: common.names,
                settings: common.settings,
                media: common.media,
                excluded_authors: common.excluded_authors,
                target: place,
                source: conversation,
            };
            let rendered = render_chunk(&chunk, context)?;
            progress.advance(chunk.records());
            What::Messages(rendered)
        }
        _ => What::End,
    };
    Ok(Step {
        target,
        source,
        what,
    })
}

/// Writes what has been rendered, target by target.
struct Posts<'p> {
    targets: &'p [Target],
    folder: &'p RenderFolder,
    settings: &'p RenderSettings,
    open: Option<(usize, PathBuf, TargetWriter)>,
    outcome: &'p mut Outcome<RenderDetails>,
    sum: &'p mut Sum,
    files: Sum,
    links: Links,
}

impl Posts<'_> {
    fn write(&mut self, rendered: Vec<Step<Rendered>>) -> Result<(), JsonlError> {
        for step in rendered {
            self.step(step)?;
        }
        Ok(())
    }

    fn step(&mut self, step: Step<Rendered>) -> Result<(), JsonlError> {
        let Some(target) = self.targets.get(step.target) else {
            return Ok(());
        };
        let (_, path, mut writer) = match self.open.take() {
            Some(open) if open.0 == step.target => open,
            _ => {
                let path = self.path(target);
                let writer = TargetWriter::create(&path, target)?;
                (step.target, path, writer)
            }
        };
        match step.what {
            What::Messages(mut rendered) => {
                self.sum.skip_many("outside-dates", rendered.outside);
                self.sum.skip_many("skipped-person", rendered.excluded);
                self.files.append(&rendered.file_sum);
                let wanted = std::mem::take(&mut rendered.wanted);
                wanted
                    .into_iter()
                    .for_each(|wanted| self.links.want(wanted));
                let findings = std::mem::take(&mut rendered.findings);
                self.outcome.findings.append(findings);
                writer.take(step.source, rendered, self.sum)?;
            }
            What::End => writer.end(step.source, self.sum)?,
        }
        if !writer.is_complete() {
            self.open = Some((step.target, path, writer));
            return Ok(());
        }
        let (file, summary) = writer.finish()?;
        let name = path.strip_prefix(self.folder.root()).unwrap_or(&path);
        let name = name.to_string_lossy().replace('\\', "/");
        self.outcome.files.insert(name, file);
        self.outcome.details.targets.push(summary);
        Ok(())
    }

    fn path(&self, target: &Target) -> PathBuf {
        let mut path = self.folder.posts(&target.key).into_os_string();
        if self.settings.compress {
            path.push(".zst");
        }
        path.into()
    }
}
