//! The lists of an export beside its messages: canvases, lists, transcripts of huddles. No export
//! holds the text of the first two, and Slack describes the form of none
//! (crates/readers/src/slack/FORMAT.md 1.1).

use chatferry_model::finding::Code;
use serde_json::Value;

use super::day_file::DayFile;
use super::file_lines::Files;
use super::files::File;
use super::lenient::{List, Obj};
use super::name_table::NameTable;
use crate::{ReadError, Sink, codes, encoding, url};

/// A kind of such a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SidecarList {
    /// `canvases.json`, `canvas_in_the_conversation.json`.
    Canvases,
    /// `lists.json`.
    Lists,
    /// `huddle_transcripts.json`.
    Transcripts,
}

/// The lists at the root of an export.
pub(super) const LISTS: &[(&str, SidecarList)] = &[
    ("canvases.json", SidecarList::Canvases),
    ("lists.json", SidecarList::Lists),
    ("huddle_transcripts.json", SidecarList::Transcripts),
];

impl SidecarList {
    fn code(self) -> &'static Code {
        match self {
            Self::Canvases => &codes::SLACK_CANVAS,
            Self::Lists => &codes::SLACK_LIST,
            Self::Transcripts => &codes::SLACK_HUDDLE_TRANSCRIPT,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Canvases => "not a list of canvases",
            Self::Lists => "not a list of lists",
            Self::Transcripts => "not a list of transcripts",
        }
    }
}

/// Takes what is listed into `files.jsonl` and says what of it is not there.
pub(super) fn read(
    kind: SidecarList,
    list: DayFile<'_>,
    conversation: Option<&str>,
    name_table: &NameTable,
    files: &mut Files,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let DayFile {
        container, entry, ..
    } = list;
    let mut bytes = Vec::new();
    if let Err(error) = container.read(entry, &mut bytes) {
        sink.note_file(&codes::READ_DAMAGED_ENTRY, &entry.path, error.to_string());
    }
    let (text, _) = encoding::decode(&bytes);
    let place = conversation.unwrap_or(&entry.path);
    if kind == SidecarList::Transcripts {
        match serde_json::from_str::<List<Value>>(&text) {
            Ok(list) => {
                for _ in list.iter().filter(|transcript| is_something(transcript)) {
                    sink.note_file(kind.code(), place, "a transcript");
                }
            }
            Err(_) => sink.note_file(&codes::SLACK_DAMAGED_LIST, &entry.path, kind.words()),
        }
        return Ok(());
    }
    let Ok(list) = serde_json::from_str::<List<Obj<File<'_>>>>(&text) else {
        sink.note_file(&codes::SLACK_DAMAGED_LIST, &entry.path, kind.words());
        return Ok(());
    };
    for file in list.iter().filter_map(Obj::get) {
        let Some(file) = file.convert(name_table) else {
            continue;
        };
        let mut line = serde_json::to_vec(&file).unwrap_or_default();
        url::redact_tokens(&mut line, 0);
        line.push(b'\n');
        files.add(file.id.as_str(), false, line)?;
        let title = file.title.as_deref().unwrap_or(&file.name).to_owned();
        sink.note_file(kind.code(), place, title);
    }
    Ok(())
}

/// Returns true if an element is more than Slack's way to write an empty list: `[""]` (trap 5).
fn is_something(element: &Value) -> bool {
    match element {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}
