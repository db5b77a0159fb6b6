//! Files that came along with the export.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::day_file::DayFile;
use crate::blobs::Blobs;
use crate::{ReadError, Sink, codes};

/// Copies the files, and returns the name in `blobs/` of each by its id.
pub(super) fn take(
    uploads: &BTreeMap<&str, DayFile<'_>>,
    sink: &mut Sink<'_>,
) -> Result<HashMap<String, String>, ReadError> {
    let taken = Blobs::new(sink.folder());
    let copied: Vec<_> = uploads
        .par_iter()
        .map(|(id, file)| (*id, file, taken.take(file.container, file.entry)))
        .collect();
    let mut blobs = HashMap::with_capacity(copied.len());
    for (id, file, copied) in copied {
        match copied? {
            Ok(name) => {
                blobs.insert(id.to_owned(), name);
            }
            Err(error) => sink.note_file(&codes::READ_DAMAGED_ENTRY, &file.entry.path, error),
        }
    }
    Ok(blobs)
}
