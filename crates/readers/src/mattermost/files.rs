//! Files that hang on posts.

use chatferry_model::file::{File, FilePlace, Gone};
use chatferry_model::{FileId, Text};

use super::context::Context;
use super::layout::Layout;
use super::pictures;
use crate::blobs::Blobs;
use crate::{ReadError, codes};

/// The file of that path. Its type is not in the export and its size is the archive's.
pub(super) fn convert<'m>(
    path: &'m str,
    layout: &Layout<'_>,
    blobs: &Blobs<'_>,
    context: &mut Context<'m>,
) -> Result<File<'m>, ReadError> {
    let entry = layout.file(path);
    let mut place = FilePlace::Gone(Gone::Unknown);
    if let Some(entry) = entry {
        if entry.size == 0 {
            let words = format!("{} is 0 bytes long", entry.path);
            context.notes.push((&codes::MATTERMOST_EMPTY_FILE, words));
        }
        match blobs.take(layout.container, entry)? {
            Ok(name) => place = FilePlace::Blob(name.into()),
            Err(error) => context.note(&codes::READ_DAMAGED_ENTRY, error),
        }
    } else {
        // Of each file, though the words are the same.
        let words = "its bytes are not in the export".to_owned();
        context.notes.push((&codes::MATTERMOST_FILE_MISSING, words));
    }
    let (id, name) = id_and_name(path);
    Ok(File {
        id,
        name,
        title: None,
        media_type: None,
        size: entry.map(|entry| entry.size),
        width: None,
        height: None,
        alt: None,
        preview: None,
        place,
    })
}

/// The name is the last part of the path, and the id the part before it, if it looks like one:
/// `…/users/<user>/<id>/<name>`.
fn id_and_name(path: &str) -> (FileId<'_>, Text<'_>) {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let id = pictures::id_of(path).unwrap_or(path);
    (FileId::new(id), name.into())
}
