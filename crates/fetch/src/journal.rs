//! The files fetched so far, in `1-fetch`: a line in `ledger.log` for each file once its blob is
//! safe.
//!
//! The ledger only grows, so that a kill costs nothing but the files under way; a last line that is
//! cut is passed over. `files.jsonl`, which rendering reads, is made from it when a run ends.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;

use chatferry_model::fetched::Fetched;
use chatferry_model::folder::FetchFolder;
use chatferry_model::jsonl::{FileSummary, Format, JsonlWriter};
use fs_err::{self as fs, File, OpenOptions};
use xxhash_rust::xxh3::xxh3_128;

use crate::error::FetchError;

/// The files fetched so far.
pub struct FetchJournal {
    folder: FetchFolder,
    log: File,
    files: BTreeMap<String, Fetched<'static>>,
}

impl FetchJournal {
    /// Reads the state of `folder` without opening it for more; nothing, if it does not exist.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn look(folder: &FetchFolder) -> Result<BTreeMap<String, Fetched<'static>>, FetchError> {
        let log = match File::open(log_path(folder)) {
            Ok(log) => log,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => return Err(error.into()),
        };
        let mut files = BTreeMap::new();
        for line in BufReader::new(log).split(b'\n') {
            let line = line?;
            let Ok(file) = serde_json::from_slice::<Fetched<'_>>(&line) else {
                continue;
            };
            // A blob that somebody removed is fetched again.
            let blob = folder
                .blobs()
                .join(chatferry_model::folder::file_name(&file.blob));
            if fs::metadata(blob).is_ok_and(|blob| blob.len() == file.bytes) {
                files.insert(file.id.as_str().to_owned(), owned(file));
            }
        }
        Ok(files)
    }

    /// Opens it to go on, and removes what a killed run left half done.
    ///
    /// # Errors
    /// When the folder can't be read or written.
    pub fn open(folder: &FetchFolder) -> Result<Self, FetchError> {
        let blobs = folder.blobs();
        fs::create_dir_all(&blobs)?;
        for entry in fs::read_dir(&blobs)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "new") {
                fs::remove_file(&path)?;
            }
        }
        let files = Self::look(folder)?;
        let mut log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(log_path(folder))?;
        // Ends a line that was truncated.
        log.write_all(b"\n")?;
        Ok(Self {
            folder: folder.clone(),
            log,
            files,
        })
    }

    /// Everything fetched, by id.
    #[must_use]
    pub fn files(&self) -> &BTreeMap<String, Fetched<'static>> {
        &self.files
    }

    /// Returns the place where the bytes of a file may be written until they are proven.
    pub(crate) fn beside(&self, id: &str) -> PathBuf {
        let name = format!("{:032x}.new", xxh3_128(id.as_bytes()));
        self.folder.blobs().join(name)
    }

    /// Notes a file whose blob is in its place and on the disk.
    ///
    /// # Errors
    /// When the ledger can't be written.
    pub(crate) fn note(&mut self, file: Fetched<'static>) -> io::Result<()> {
        let mut line = serde_json::to_vec(&file)?;
        line.push(b'\n');
        self.log.write_all(&line)?;
        self.log.sync_data()?;
        self.files.insert(file.id.as_str().to_owned(), file);
        Ok(())
    }

    /// Writes `files.jsonl`, by id.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn publish(&self) -> Result<FileSummary, FetchError> {
        let path = self.folder.files();
        let beside = path.with_extension("jsonl.new");
        let mut writer = JsonlWriter::create(&beside, Format::FETCHED, None::<&()>)?;
        for file in self.files.values() {
            writer.write(file)?;
        }
        let summary = writer.finish()?;
        fs::rename(&beside, &path)?;
        Ok(summary)
    }
}

fn log_path(folder: &FetchFolder) -> PathBuf {
    folder.root().join("ledger.log")
}

fn owned(file: Fetched<'_>) -> Fetched<'static> {
    Fetched {
        id: file.id.to_static(),
        blob: file.blob.into_owned(),
        bytes: file.bytes,
        media_type: file.media_type.map(chatferry_model::Text::into_owned),
    }
}

#[cfg(test)]
mod tests {
    use chatferry_model::FileId;

    use super::*;

    fn fetched(id: &'static str, blob: &'static str, bytes: u64) -> Fetched<'static> {
        Fetched {
            id: FileId::new(id),
            blob: blob.into(),
            bytes,
            media_type: None,
        }
    }

    #[test]
    fn what_is_complete_survives_a_kill() {
        let work = tempfile::tempdir().unwrap();
        let folder = FetchFolder::new(work.path().join("1-fetch"));
        let mut ledger = FetchJournal::open(&folder).unwrap();
        for id in ["F2", "F1", "F3"] {
            fs::write(folder.blobs().join(id), b"four").unwrap();
            ledger.note(fetched(id, id, 4)).unwrap();
        }
        fs::write(ledger.beside("F4"), b"half").unwrap();
        drop(ledger);
        // Killed in the middle of a line, and a blob was removed since.
        let path = log_path(&folder);
        let mut log = fs::read(&path).unwrap();
        log.extend_from_slice(b"{\"id\":\"F4\",\"bl");
        fs::write(&path, log).unwrap();
        fs::remove_file(folder.blobs().join("F3")).unwrap();

        let mut ledger = FetchJournal::open(&folder).unwrap();
        assert!(ledger.files().keys().eq(["F1", "F2"]));
        assert_eq!(fs::read_dir(folder.blobs()).unwrap().count(), 2);
        ledger.note(fetched("F2", "F1", 4)).unwrap();
        assert_eq!(ledger.publish().unwrap().records, 2);
        assert_eq!(FetchJournal::look(&folder).unwrap()["F2"].blob, "F1");
    }
}
