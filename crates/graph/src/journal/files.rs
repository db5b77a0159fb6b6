//! Files in the journal: each once per drive, intended under a name, then there or refused; and
//! what was put into the deferred references of each post that has some.
//!
//! The address of an upload session is not kept: whoever has it may write into the drive. A file
//! that was cut off by a kill is begun again under its name, which is what nobody else has.

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::{Journal, JournalError, PlannedTime, TargetNumber};

pub(super) const TABLES: &str = "
    CREATE TABLE files (
        drive TEXT NOT NULL,
        blob TEXT NOT NULL,
        folder TEXT NOT NULL,
        web TEXT NOT NULL,
        name TEXT NOT NULL,
        folded TEXT NOT NULL,
        guid TEXT,
        url TEXT,
        reason TEXT,
        PRIMARY KEY (drive, blob)
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX names ON files (drive, folder, folded);
    CREATE TABLE filled (
        target INTEGER NOT NULL,
        planned INTEGER NOT NULL,
        text INTEGER NOT NULL,
        places INTEGER NOT NULL,
        attachments INTEGER NOT NULL,
        images INTEGER NOT NULL,
        nowhere TEXT NOT NULL,
        PRIMARY KEY (target, planned)
    ) WITHOUT ROWID;
";

/// The file: the drive it goes to, and its content.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileKey {
    pub(crate) drive: String,
    /// A hash of its content: its name in `3-render`.
    pub(crate) blob: String,
}

/// A folder in a drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FolderRow {
    /// The beginning of the addresses of the folder's items, in Graph.
    pub(crate) path: String,
    /// The beginning of the items' addresses for people, in a browser.
    pub(crate) web: String,
}

/// A file in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileRow {
    /// The folder it goes to.
    pub(crate) folder: FolderRow,
    /// The name there, which no other file of ours has.
    pub(crate) name: String,
    /// The GUID and the address it has, once it is there.
    pub(crate) lodged: Option<(String, String)>,
    /// The reason why it could not be put there.
    pub(crate) reason: Option<String>,
}

/// The resolved references of a post when it was last sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ResolvedRow {
    /// Hashes of what is read in it, of the places it links to, and of its attachments' ids (see
    /// [`crate::fingerprint`]).
    pub(crate) text: i64,
    pub(crate) places: i64,
    pub(crate) attachments: i64,
    /// True if its images went within the text, and not as files.
    pub(crate) images: bool,
    /// The names in `3-render` of the files that became lines, because they could not be put
    /// anywhere.
    pub(crate) nowhere: Vec<String>,
}

impl FileRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let (guid, url): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
        Ok(Self {
            folder: FolderRow {
                path: row.get(0)?,
                web: row.get(1)?,
            },
            name: row.get(2)?,
            lodged: guid.zip(url),
            reason: row.get(5)?,
        })
    }
}

impl Journal {
    /// Returns the row of a file.
    pub(crate) fn file(&self, key: &FileKey) -> Result<Option<FileRow>, JournalError> {
        self.without_fsync(|connection| {
            connection
                .prepare_cached(
                    "SELECT folder, web, name, guid, url, reason FROM files
                     WHERE drive = ?1 AND blob = ?2",
                )?
                .query_row((&key.drive, &key.blob), FileRow::read)
                .optional()
        })
    }

    /// Puts on disk that a file will be put into `folder`, under the first of `names` that no other
    /// file of ours has there; which one, if there is one.
    pub(crate) fn intend_file(
        &self,
        key: &FileKey,
        folder: &FolderRow,
        names: impl Iterator<Item = String>,
    ) -> Result<Option<String>, JournalError> {
        self.with_fsync(|connection| {
            for name in names {
                if is_free(connection, key, &folder.path, &name)? {
                    connection
                        .prepare_cached(
                            "INSERT INTO files (drive, blob, folder, web, name, folded)
                             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                             ON CONFLICT (drive, blob) DO UPDATE SET folder = excluded.folder,
                             web = excluded.web, name = excluded.name, folded = excluded.folded, guid = NULL,
                             url = NULL, reason = NULL",
                        )?
                        .execute((
                            &key.drive,
                            &key.blob,
                            &folder.path,
                            &folder.web,
                            &name,
                            name.to_lowercase(),
                        ))?;
                    return Ok(Some(name));
                }
            }
            Ok(None)
        })
    }

    /// Notes that a file is there. It is looked up where this is lost.
    pub(crate) fn lodge_file(
        &self,
        key: &FileKey,
        guid: &str,
        url: &str,
    ) -> Result<(), JournalError> {
        self.without_fsync(|connection| {
            connection
                .prepare_cached(
                    "UPDATE files SET guid = ?3, url = ?4, reason = NULL
                     WHERE drive = ?1 AND blob = ?2",
                )?
                .execute((&key.drive, &key.blob, guid, url))
        })?;
        Ok(())
    }

    /// Notes that a file could not be put there.
    pub(crate) fn refuse_file(&self, key: &FileKey, reason: &str) -> Result<(), JournalError> {
        self.without_fsync(|connection| {
            connection
                .prepare_cached("UPDATE files SET reason = ?3 WHERE drive = ?1 AND blob = ?2")?
                .execute((&key.drive, &key.blob, reason))
        })?;
        Ok(())
    }

    /// Puts on disk what the deferred references of a post are filled with, before it is sent.
    pub(crate) fn fill_post(
        &self,
        target: TargetNumber,
        planned: PlannedTime,
        row: &ResolvedRow,
    ) -> Result<(), JournalError> {
        let nowhere = row.nowhere.join("\n");
        self.with_fsync(|connection| {
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO filled VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute((
                    target,
                    planned,
                    row.text,
                    row.places,
                    row.attachments,
                    row.images,
                    nowhere,
                ))
        })?;
        Ok(())
    }

    /// Returns the resolved references of a post when it was last sent.
    pub(crate) fn filled(
        &self,
        target: TargetNumber,
        planned: PlannedTime,
    ) -> Result<Option<ResolvedRow>, JournalError> {
        self.without_fsync(|connection| {
            connection
                .prepare_cached(
                    "SELECT text, places, attachments, images, nowhere FROM filled
                     WHERE target = ?1 AND planned = ?2",
                )?
                .query_row((target, planned), |row| {
                    let nowhere: String = row.get(4)?;
                    Ok(ResolvedRow {
                        text: row.get(0)?,
                        places: row.get(1)?,
                        attachments: row.get(2)?,
                        images: row.get(3)?,
                        nowhere: nowhere.lines().map(str::to_owned).collect(),
                    })
                })
                .optional()
        })
    }
}

/// Returns true if no other file of ours has that name in that folder; case does not count there.
fn is_free(
    connection: &Connection,
    key: &FileKey,
    folder: &str,
    name: &str,
) -> rusqlite::Result<bool> {
    let taken: bool = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM files
             WHERE drive = ?1 AND folder = ?2 AND folded = ?3 AND blob <> ?4)",
        )?
        .query_row(
            (&key.drive, folder, name.to_lowercase(), &key.blob),
            |row| row.get(0),
        )?;
    Ok(!taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Durability;

    fn key(blob: &str) -> FileKey {
        FileKey {
            drive: "d".to_owned(),
            blob: blob.to_owned(),
        }
    }

    fn at(path: &str) -> FolderRow {
        FolderRow {
            path: path.to_owned(),
            web: String::new(),
        }
    }

    #[test]
    fn no_two_files_of_ours_have_the_same_name() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), Durability::System).unwrap();
        let names = || {
            ["a.txt", "A 1.txt", "a 2.txt"]
                .map(str::to_owned)
                .into_iter()
        };
        let intend = |blob: &str, at: &str| {
            journal
                .intend_file(&key(blob), &super::tests::at(at), names())
                .unwrap()
                .unwrap_or_default()
        };
        assert_eq!(intend("one", "f"), "a.txt");
        assert_eq!(intend("two", "f"), "A 1.txt");
        assert_eq!(intend("one", "f"), "a.txt", "it may have its own");
        assert_eq!(intend("three", "f"), "a 2.txt");
        assert_eq!(intend("four", "g"), "a.txt");
        assert_eq!(intend("five", "f"), "", "there are no further names");
    }

    #[test]
    fn a_file_is_intended_then_there_or_refused() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), Durability::System).unwrap();
        assert_eq!(journal.file(&key("one")).unwrap(), None);
        let name = std::iter::once("a.txt".to_owned());
        journal.intend_file(&key("one"), &at("f"), name).unwrap();
        journal.refuse_file(&key("one"), "no room").unwrap();
        let row = journal.file(&key("one")).unwrap().unwrap();
        assert_eq!((row.reason.as_deref(), row.lodged), (Some("no room"), None));
        journal
            .lodge_file(&key("one"), "G", "https://x/a.txt")
            .unwrap();
        let row = journal.file(&key("one")).unwrap().unwrap();
        let lodged = Some(("G".to_owned(), "https://x/a.txt".to_owned()));
        assert_eq!((row.reason, row.lodged), (None, lodged));
    }

    #[test]
    fn what_was_filled_in_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), Durability::Disk).unwrap();
        let row = ResolvedRow {
            text: -1,
            places: 2,
            attachments: 3,
            images: true,
            nowhere: vec!["a".to_owned(), "b".to_owned()],
        };
        let (one, ten) = (TargetNumber::new(1), PlannedTime::at(10));
        journal.fill_post(one, ten, &row).unwrap();
        assert_eq!(journal.filled(one, ten).unwrap(), Some(row));
        assert_eq!(journal.filled(one, PlannedTime::at(11)).unwrap(), None);
        journal
            .fill_post(one, ten, &ResolvedRow::default())
            .unwrap();
        assert_eq!(
            journal.filled(one, ten).unwrap(),
            Some(ResolvedRow::default())
        );
    }
}
