//! Mattermost: bulk exports of servers of all versions, what mmetl writes, and compliance exports
//! (crates/readers/src/mattermost/FORMAT.md is the format's record).
//!
//! In the order of the data: [`compliance`] makes bulk exports of what is none, [`layout`] finds
//! the lines, [`lines`] unpacks them in batches, [`index`] reads every [`line`] that is no post
//! into a [`name_table`], [`stream`] converts the posts on all threads ([`thread`], [`convert`],
//! with [`text`], [`words`], [`card`] and [`files`]), [`order`] says in which order they are sorted
//! on disk, and [`write`] makes the files of the conversations.

mod adaptive_card;
mod card;
mod compliance;
mod context;
mod convert;
mod converted;
mod emoji;
mod files;
mod index;
mod kind;
mod layout;
mod layouts;
mod line;
mod lines;
mod mm_blocks;
mod name_table;
mod names;
mod order;
mod parts;
mod people;
mod permalink;
mod pictures;
mod props;
mod reactions;
mod repair;
mod smileys;
mod stream;
mod support;
mod text;
mod thread;
mod thread_context;
mod version;
mod wiki;
mod words;
mod write;

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use chatferry_model::conversation::Conversation;
use chatferry_model::file::{File, FilePlace};
use chatferry_model::finding::{Place as Where, Stage};
use chatferry_model::manifest::Workspace;
use chatferry_model::sum::Sum;
use chatferry_model::{FileId, Micros, PersonId};

use crate::blobs::Blobs;
use crate::external_sort::Sorter;
use crate::plausible::Plausible;
use crate::{Container, ExportReader, Guide, ReadError, Sink, SupportTable, codes};

use index::Index;
use layout::Layout;
use line::Info;
use people::Seen;
use pictures::Pictures;
use stream::{Assembly, Files};
use thread_context::Job;
use version::Generator;

/// The reader of Mattermost's exports.
#[derive(Debug)]
pub(crate) struct Mattermost;

impl ExportReader for Mattermost {
    fn name(&self) -> &'static str {
        "mattermost"
    }

    fn guide(&self) -> Guide {
        Guide {
            about: "from a Mattermost server: getting the export, and what becomes of it",
            text: include_str!("GUIDE.md"),
        }
    }

    fn layout(&self) -> &'static str {
        "a Mattermost export holds a file of JSON lines that begins with {\"type\":\"version\""
    }

    fn sniff(&self, container: &Container) -> Option<String> {
        match Layout::find(container) {
            Some((_, info)) => Some(Generator::of(&info).layout()),
            None => compliance::find(container).map(|form| form.words().to_owned()),
        }
    }

    fn hint(&self, container: &Container) -> Option<String> {
        let mails = container.entries().iter();
        let mut mails = mails.filter(|entry| entry.path.ends_with(".eml"));
        mails.next().map(|mail| {
            format!(
                "{} is a mail, as in a compliance export for Global Relay; export as CSV instead",
                mail.path
            )
        })
    }

    fn support(&self) -> Vec<SupportTable> {
        support::tables()
    }

    fn read(&self, exports: &[Container], sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let bulk: Vec<_> = exports.iter().flat_map(Layout::find_all).collect();
        let compliance = in_order(exports);
        let total: u64 = bulk.iter().map(|(layout, _)| layout.lines.size).sum();
        sink.progress().total(total * 2);
        let mut first = FirstPass::default();
        let mut bulk_times = Vec::new();
        for (number, (layout, info)) in bulk.iter().enumerate() {
            bulk_times.push(first.read(compliance.len() + number, layout, info, sink)?);
        }
        let mut unfolded = Vec::new();
        let mut times = Vec::new();
        for container in compliance {
            let container = compliance::relayout(container, &first.index, sink)?;
            if let Some((layout, info)) = Layout::find(&container) {
                times.push(first.read(unfolded.len(), &layout, &info, sink)?);
            }
            unfolded.push(container);
        }
        unfolded.reverse();
        times.reverse();
        times.append(&mut bulk_times);
        let found = unfolded.iter().filter_map(Layout::find).chain(bulk);
        let found: Vec<_> = found.collect();
        let FirstPass {
            mut index,
            generators,
            layouts,
        } = first;
        let name_table = index.name_table(sink);
        note_gaps(&index, &generators, sink);
        let details = sink.details();
        details.source = self.name().to_owned();
        details.layout = layouts.join(", ");

        let blobs = Blobs::new(sink.folder());
        let mut files = Files::new(sink.files()?);
        let custom = index.custom_emoji(|name, export, image| {
            let Some((layout, _)) = found.get(export) else {
                return Ok(None);
            };
            picture(name, image, layout, &blobs, &mut files, sink)
        })?;
        sink.emoji(&custom)?;

        let folder = sink.folder().root().join("sort");
        let options = sink.options();
        let listed = name_table.conversations.len() as u64;
        let places = name_table.conversations.clone();
        let mut posts = Assembly::new(Sorter::new(folder), places, &mut files, sink);
        for (number, ((layout, _), times)) in found.iter().zip(times).enumerate() {
            let pictures = Pictures::new(*layout);
            let job = Job {
                layout: *layout,
                pictures: &pictures,
                name_table: &name_table,
                options,
                times,
                blobs: &blobs,
            };
            posts.read(number, job)?;
        }
        let Assembly {
            sorter,
            places,
            mut people,
            unlisted_people,
            direct_roots,
            ..
        } = posts;
        let mut conversations = Sum {
            input: index.conversation_lines + places.len() as u64 - listed,
            ..Sum::default()
        };
        for _ in listed..index.conversation_lines {
            conversations.merge("in several lines");
        }
        let mut written = write::write(sorter, places, &mut people, &mut conversations, sink)?;
        sink.sum("conversations").append(&conversations);
        let single = settle_teams(&mut index, &mut written, sink);
        if direct_roots > 0 && generators.iter().any(Generator::is_server) {
            let words = "reactions to these are in no export of a server";
            sink.findings().note_many(
                Stage::Read,
                &codes::MATTERMOST_DIRECT_REACTIONS,
                Where::default(),
                words,
                direct_roots,
            );
        }

        let seen = files.seen;
        let summary = files.finish()?;
        let sum = sink.sum("files");
        (sum.input, sum.output) = (seen, summary.records);
        let again = seen - summary.records;
        sum.merged
            .extend((again > 0).then(|| ("seen before".to_owned(), again)));
        sink.files_done(summary);
        write_people(index, people, unlisted_people, &written, single, sink)?;
        sink.conversations(&written)?;
        if sink.sum("messages").input == 0 {
            sink.note_file(&codes::READ_NOTHING, "", "0 messages");
        }
        Ok(())
    }
}

/// The day of Mattermost 1.0, 2015-10-02.
fn born() -> Micros {
    Micros::new(1_443_744_000_000_000).unwrap_or(Micros::EPOCH)
}

/// The compliance exports, in the order in which they are read: those that know people's names
/// first, and of a kind the last one first, because it knows best what things are called.
fn in_order(exports: &[Container]) -> Vec<&Container> {
    let others = exports
        .iter()
        .filter(|export| Layout::find(export).is_none());
    let mut compliance: Vec<_> = others
        .enumerate()
        .filter_map(|(number, export)| Some(((compliance::find(export)?, Reverse(number)), export)))
        .collect();
    compliance.sort_by_key(|(order, _)| *order);
    compliance.into_iter().map(|(_, export)| export).collect()
}

/// The state gathered before the first post is read.
#[derive(Default)]
struct FirstPass {
    index: Index,
    generators: Vec<Generator>,
    /// In words, each once.
    layouts: Vec<String>,
}

impl FirstPass {
    fn read(
        &mut self,
        number: usize,
        layout: &Layout<'_>,
        info: &Info,
        sink: &mut Sink<'_>,
    ) -> Result<Plausible, ReadError> {
        let generator = Generator::of(info);
        for (code, words) in generator.warnings() {
            sink.note_file(code, &layout.lines.path, words);
        }
        for warning in layout.warnings() {
            sink.note_file(&codes::MATTERMOST_EXPORT_WARNING, "warnings.txt", warning);
        }
        if !self.layouts.contains(&generator.layout()) {
            self.layouts.push(generator.layout());
        }
        self.generators.push(generator);
        let made = info.created();
        let mut days = BTreeSet::new();
        let wanted = made.is_none().then_some(&mut days);
        self.index.read(number, layout, wanted, sink)?;
        Ok(match made {
            Some(made) => Plausible::of_export(born(), made),
            None => Plausible::of_days(born(), &days),
        })
    }
}

/// Says what an export may lack without saying so.
fn note_gaps(index: &Index, generators: &[Generator], sink: &mut Sink<'_>) {
    let servers = generators.iter().any(Generator::is_server);
    if servers && !index.has_archived() {
        let words = "no channel of the export is archived";
        sink.note_file(&codes::MATTERMOST_NO_ARCHIVED, "", words);
    }
    if generators.iter().any(Generator::loses_deactivated) {
        for id in &index.self_direct {
            let place = Where {
                conversation: Some(id.as_str().into()),
                ..Where::default()
            };
            let words = "notes to oneself, or talk with somebody who was deactivated";
            sink.findings()
                .note(Stage::Read, &codes::MATTERMOST_SELF_DIRECT, place, words);
        }
    }
}

/// Notes the teams, those that only posts name too, and says whether there is but one: then
/// conversations and people do not say which, as the model has it.
fn settle_teams(index: &mut Index, written: &mut [Conversation], sink: &mut Sink<'_>) -> bool {
    for team in written.iter().filter_map(|place| place.workspace.as_ref()) {
        index.teams.entry(team.as_str().to_owned()).or_default();
    }
    let single = index.teams.len() < 2;
    if single {
        for conversation in written {
            conversation.workspace = None;
        }
    }
    let teams = index.teams.iter().map(|(id, name)| Workspace {
        id: id.clone(),
        name: name.clone(),
    });
    sink.details().workspaces = teams.collect();
    single
}

/// Takes the picture of a custom emoji, and gives its id.
fn picture(
    name: &str,
    path: &str,
    layout: &Layout<'_>,
    blobs: &Blobs<'_>,
    files: &mut Files,
    sink: &mut Sink<'_>,
) -> Result<Option<FileId<'static>>, ReadError> {
    let Some(entry) = layout.file(path) else {
        let words = format!(":{name}: has no picture");
        sink.note_file(&codes::MATTERMOST_CUSTOM_EMOJI, &layout.lines.path, words);
        return Ok(None);
    };
    let blob = match blobs.take(layout.container, entry)? {
        Ok(blob) => blob,
        Err(error) => {
            sink.note_file(&codes::READ_DAMAGED_ENTRY, &entry.path, error);
            return Ok(None);
        }
    };
    let id = FileId::from(format!("emoji/{name}"));
    let file = File {
        id: id.clone(),
        name: name.into(),
        title: None,
        media_type: None,
        size: Some(entry.size),
        width: None,
        height: None,
        alt: None,
        preview: None,
        place: FilePlace::Blob(blob.into()),
    };
    let (of, line) = converted::file_line(&file);
    files.add(&of, &line)?;
    Ok(Some(id))
}

/// Writes everybody: those with a line, members and authors without one.
fn write_people(
    index: Index,
    seen: HashMap<String, Seen>,
    unlisted_people: BTreeSet<String>,
    conversations: &[Conversation],
    single: bool,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let (lines, listed) = (index.people_lines, index.people.len() as u64);
    let unlisted_people: Vec<PersonId<'static>> =
        unlisted_people.into_iter().map(PersonId::from).collect();
    let members = conversations.iter().flat_map(|place| &place.members);
    let everybody = people::everybody(
        index.people,
        seen,
        unlisted_people.iter().chain(members),
        single,
    );
    let sum = sink.sum("people");
    (sum.input, sum.output) = (lines, listed);
    sum.merged
        .extend((lines > listed).then(|| ("in several lines".to_owned(), lines - listed)));
    let added = everybody.len() as u64 - listed;
    sum.added
        .extend((added > 0).then(|| ("only in posts".to_owned(), added)));
    sink.people(&everybody)
}
