//! Compliance exports (crates/readers/src/mattermost/FORMAT.md 5): `posts.csv` or
//! `actiance_export.xml`, alone or in a zip for each batch, with the files that were attached.
//!
//! They hold what happened rather than what there is: [`table`] and [`actiance`] read one [`row`]
//! after the other, [`places`] gathers who and where, [`threads`] puts together what is said of the
//! same post. Written out they are a bulk export, so that everything behind this module knows one
//! form, and the same post has the same id in both.

mod actiance;
mod places;
mod row;
mod table;
mod threads;

use std::collections::BTreeSet;
use std::io::{self, BufReader, PipeReader};

use super::index::Index;
use super::layout;
use crate::Support::Partly;
use crate::container::VirtualContainer;
use crate::{Container, ContainerError, Element, Entry, ReadError, Sink, codes};

use places::Places;
use row::{Row, What};
use threads::Threads;

/// Takes a row.
type Each<'e> = &'e mut dyn FnMut(Row<'_>) -> Result<(), ReadError>;

/// The way a compliance export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    Csv,
    Actiance,
}

impl Form {
    pub(super) const ALL: [Self; 2] = [Self::Csv, Self::Actiance];

    /// The extent to which it is carried over.
    pub(super) fn support(self) -> Element {
        match self {
            Self::Csv => Element::new(
                "(compliance export as CSV)",
                Partly,
                "posts, threads, files, people; it has neither reactions nor pins nor cards",
            ),
            Self::Actiance => Element::new(
                "(compliance export as Actiance XML)",
                Partly,
                "the same without threads, people by e-mail",
            ),
        }
    }

    /// In words, for the manifest.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Csv => "compliance export (CSV)",
            Self::Actiance => "compliance export (Actiance XML)",
        }
    }

    fn of(container: &Container, entry: &Entry) -> Option<Self> {
        let name = entry.path.as_str();
        if name.matches('/').count() > 2 || !(name.ends_with(".csv") || name.ends_with(".xml")) {
            return None;
        }
        let head = layout::head(container, entry);
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
        if head.starts_with(table::START) {
            return Some(Self::Csv);
        }
        let near = head.get(..head.len().min(1_024)).unwrap_or_default();
        memchr::memmem::find(near, actiance::ROOT).map(|_| Self::Actiance)
    }
}

/// The form, if the container holds a compliance export, or zips of one.
pub(super) fn find(container: &Container) -> Option<Form> {
    let form = |container: &Container| {
        let mut entries = container.entries().iter();
        entries.find_map(|entry| Form::of(container, entry))
    };
    form(container).or_else(|| {
        let first = container.entries().iter().find(|entry| is_batch(entry))?;
        let opened = container.unzipped(|entry| entry == first).ok()?;
        form(&opened)
    })
}

/// Returns true if an entry may be the zip of a batch.
fn is_batch(entry: &Entry) -> bool {
    entry.path.ends_with(".zip") && entry.path.matches('/').count() <= 1
}

/// The container as a bulk export. `index` knows what exports that are read together say.
pub(super) fn relayout(
    container: &Container,
    index: &Index,
    sink: &mut Sink<'_>,
) -> Result<Container, ReadError> {
    let container = container.unzipped(is_batch)?;
    let mut places = Places::new(index);
    let mut threads = Threads::new(sink.folder().root().join("compliance"));
    let mut out = VirtualContainer::begin().map_err(failed)?;
    let forms: Vec<(&Entry, Form)> = container
        .entries()
        .iter()
        .filter_map(|entry| Some((entry, Form::of(&container, entry)?)))
        .collect();
    for (entry, form) in &forms {
        let mut each = |row: Row<'_>| {
            let user = places.person(&row.person);
            match row.what {
                What::Entered | What::Left if row.channel.id.is_empty() => {}
                What::Entered => places.channel(&row.channel, &user, Some(true)),
                What::Left => places.channel(&row.channel, &user, Some(false)),
                What::Post(revision) if revision.channel.is_empty() => {
                    let words = "a row that does not say in which channel it happened";
                    sink.note_file(&codes::MATTERMOST_UNREADABLE, &entry.path, words);
                    let sum = sink.sum("messages");
                    sum.input += 1;
                    sum.skip("not readable");
                }
                What::Post(mut revision) => {
                    places.channel(&row.channel, &user, None);
                    revision.user = user.into();
                    threads.push(&revision)?;
                }
            }
            Ok(())
        };
        let (wrong, damage) = stream(&container, entry, |text| match form {
            Form::Csv => table::read(text, &mut each),
            Form::Actiance => actiance::read(BufReader::new(text), &mut each),
        })?;
        if let Some(error) = damage.map(|damage| damage.to_string()).or(wrong) {
            sink.note_file(&codes::READ_DAMAGED_ENTRY, &entry.path, error);
        }
    }
    places.settle(index);
    keep_files(&container, &forms, &mut out, sink);
    let form = forms.iter().map(|(_, form)| *form).min();
    let form = form.unwrap_or(Form::Csv);
    sink.note_file(
        &codes::MATTERMOST_COMPLIANCE,
        container.name(),
        form.words(),
    );
    if forms.iter().any(|(_, form)| *form == Form::Actiance) {
        let words = "its XML does not say what a reply answers";
        sink.note_file(&codes::MATTERMOST_NO_THREADS, container.name(), words);
    }
    let mut sum = None;
    out.write("import.jsonl".to_owned(), |to| {
        let info = serde_json::json!({ "generator": form.words() });
        let head = format!("{{\"type\":\"version\",\"version\":1,\"info\":{info}}}\n");
        to.write_all(head.as_bytes()).map_err(failed)?;
        places.write(to).map_err(failed)?;
        sum = Some(threads.finish(&places, to)?);
        Ok::<(), ReadError>(())
    })?;
    sink.sum("messages").append(&sum.unwrap_or_default());
    out.finish(&container).map_err(failed)
}

/// Keeps what was attached, each file once: of one that is in several batches the ids say that it
/// is the same.
fn keep_files(
    container: &Container,
    forms: &[(&Entry, Form)],
    out: &mut VirtualContainer,
    sink: &mut Sink<'_>,
) {
    let mut kept = BTreeSet::new();
    for entry in container.entries() {
        let path = entry.path.as_str();
        let within = forms.iter().filter_map(|(part, _)| {
            let folder = part
                .path
                .rfind('/')
                .map_or("", |at| part.path.get(..=at).unwrap_or_default());
            path.strip_prefix(folder)
        });
        match within.min_by_key(|rest| rest.len()) {
            Some("warning.txt") => note_warnings(container, entry, sink),
            Some(path) if !forms.iter().any(|(part, _)| part.path == entry.path) => {
                let path = format!("data/{}", table::place(path));
                if kept.insert(path.clone()) {
                    out.keep(entry, path);
                }
            }
            _ => {}
        }
    }
}

/// Notes what the server could not put into a batch, a line each.
fn note_warnings(container: &Container, entry: &Entry, sink: &mut Sink<'_>) {
    let mut bytes = Vec::new();
    if container.read(entry, &mut bytes).is_ok() {
        for line in String::from_utf8_lossy(&bytes).lines() {
            sink.note_file(&codes::MATTERMOST_EXPORT_WARNING, &entry.path, line);
        }
    }
}

/// Gives the content of an entry to `work`, a piece at a time. Also returns what was wrong with the
/// entry, which ends it early.
fn stream<T>(
    container: &Container,
    entry: &Entry,
    work: impl FnOnce(PipeReader) -> Result<T, ReadError>,
) -> Result<(T, Option<ContainerError>), ReadError> {
    let (reader, mut writer) = io::pipe().map_err(failed)?;
    std::thread::scope(|scope| {
        let unpacking = scope.spawn(move || container.copy(entry, &mut writer));
        let done = work(reader)?;
        match unpacking.join() {
            Ok(copied) => Ok((done, copied.err())),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Wraps an error; the output has no name, its folder does.
fn failed(error: io::Error) -> ReadError {
    ReadError::io(std::env::temp_dir())(error)
}
