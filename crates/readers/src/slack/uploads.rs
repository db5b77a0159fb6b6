//! Files that came along with the export, taken into `blobs/` by the hash of their content.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Write};

use chatferry_model::folder::ReadFolder;
use rayon::prelude::*;
use xxhash_rust::xxh3::Xxh3;

use super::export::DayFile;
use crate::{ReadError, Sink, codes};

/// Copies the files, and returns the name in `blobs/` of each by its id.
pub(super) fn take(
    uploads: &BTreeMap<&str, DayFile<'_>>,
    sink: &mut Sink<'_>,
) -> Result<HashMap<String, String>, ReadError> {
    let folder = sink.folder();
    let copied: Vec<_> = uploads
        .par_iter()
        .map(|(id, file)| (*id, file, copy(id, *file, folder)))
        .collect();
    let mut blobs = HashMap::with_capacity(copied.len());
    for (id, file, copied) in copied {
        match copied {
            Ok(name) => {
                blobs.insert(id.to_owned(), name);
            }
            Err(Failure::Entry(error)) => {
                sink.note_file(&codes::READ_DAMAGED_ENTRY, &file.entry.path, error);
            }
            Err(Failure::Output(error)) => return Err(error),
        }
    }
    Ok(blobs)
}

enum Failure {
    Entry(String),
    Output(ReadError),
}

fn copy(id: &str, file: DayFile<'_>, folder: &ReadFolder) -> Result<String, Failure> {
    let beside = folder.blobs().join(format!("{id}.new"));
    let output = |error| Failure::Output(ReadError::io(&beside)(error));
    let mut blob = Hashing {
        file: File::create(&beside).map_err(output)?,
        hash: Xxh3::new(),
    };
    if let Err(error) = file.container.copy(file.entry, &mut blob) {
        let output = |error| Failure::Output(ReadError::io(&beside)(error));
        fs::remove_file(&beside).map_err(output)?;
        return Err(Failure::Entry(error.to_string()));
    }
    let name = format!("{:032x}", blob.hash.digest128());
    let output = |error| Failure::Output(ReadError::io(&beside)(error));
    fs::rename(&beside, folder.blobs().join(&name)).map_err(output)?;
    Ok(name)
}

struct Hashing {
    file: File,
    hash: Xxh3,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
