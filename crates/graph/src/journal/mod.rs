//! `4-upload/journal.sqlite`: what was asked of Graph, and what came of it.
//!
//! Before anything is created, its key is on disk ([`Durability::Disk`]); what came of it follows.
//! A crash between the two leaves an intent without a result, which is looked up before anything
//! is tried again. That is what makes an upload happen exactly once (crates/DECISIONS.md rule 4.2).
//!
//! | table   | a row is                                                               |
//! |---------|------------------------------------------------------------------------|
//! | about   | whose journal it is: tenant, app, and the mark of this upload           |
//! | teams   | a team, its state, its id in Teams                                      |
//! | targets | a channel or chat, its state, its id in Teams, the hash of its file     |
//! | posts   | a post: `planned` is its time in 3-render, `id` the one it has in Teams |
//! | files   | a file in SharePoint or OneDrive: once per drive, under one name          |
//! | filled  | what was put into the deferred references of a post                                  |
//! | chat_members | a member of a group chat who is being shown its history            |

mod chat_members;
mod delta;
mod files;
mod keys;
mod places;
mod posts;
mod schema;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

pub(crate) use chat_members::MemberState;
pub(crate) use delta::Known;
pub(crate) use files::{FileKey, FileRow, FolderRow, ResolvedRow};
pub(crate) use keys::{Ms, PlannedTime, TargetNumber, message_id};
pub(crate) use places::{TargetRow, TargetState, TeamRow, TeamState};
pub(crate) use posts::{Origin, PostRow, PostState, Tally};

/// A journal that can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The file system said no.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The underlying error.
        #[source]
        error: std::io::Error,
    },
    /// SQLite said no.
    #[error("{path}: {error}")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// The underlying error.
        #[source]
        error: rusqlite::Error,
    },
    /// Another chatferry is at it.
    #[error("{path}: another chatferry is uploading from this folder; wait until it is done")]
    Busy {
        /// The lock file.
        path: PathBuf,
    },
    /// The journal was written by a chatferry that this one does not understand.
    #[error(
        "{path}: the journal has format {found}, this chatferry knows {known}; use the chatferry that began the upload, or a newer one"
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// The format found.
        found: i64,
        /// The format known.
        known: i64,
    },
    /// The journal belongs to another tenant or app.
    #[error(
        "{path}: this upload was begun with {what} {found}, not {given}; use that one again (an import belongs to the app that opened it), or remove the folder to begin anew"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The setting that differs: `tenant_id`, `client_id`, `graph_url`.
        what: &'static str,
        /// The value in the journal.
        found: String,
        /// The value that was given.
        given: String,
    },
    /// The journal holds something that no chatferry writes.
    #[error("{path}: damaged: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The problem.
        reason: String,
    },
}

/// The durability of intents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// On disk before anything is sent: survives a power cut. For real uploads.
    #[default]
    Disk,
    /// As the system gets to it: survives a kill, not a power cut. For rehearsals.
    System,
}

/// The journal of an upload, open for reading and writing.
pub(crate) struct Journal {
    path: PathBuf,
    durability: Durability,
    connection: Mutex<Connection>,
    /// Held while the journal is open for writing; the system gives it free when we are killed.
    _lock: Option<File>,
}

impl Journal {
    /// Opens or begins the journal in `folder`. Nobody else can meanwhile.
    pub(crate) fn open(folder: &Path, durability: Durability) -> Result<Self, JournalError> {
        std::fs::create_dir_all(folder).map_err(|error| JournalError::Io {
            path: folder.to_owned(),
            error,
        })?;
        let lock = lock(&folder.join("journal.lock"))?;
        let path = folder.join("journal.sqlite");
        let fail = |error| JournalError::Sqlite {
            path: path.clone(),
            error,
        };
        let connection = Connection::open(&path).map_err(fail)?;
        schema::prepare(&connection, &path)?;
        Ok(Self {
            path,
            durability,
            connection: Mutex::new(connection),
            _lock: Some(lock),
        })
    }

    /// Opens the journal in `folder` for reading, if there is one.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>, JournalError> {
        let path = folder.join("journal.sqlite");
        if !path.exists() {
            return Ok(None);
        }
        let fail = |error| JournalError::Sqlite {
            path: path.clone(),
            error,
        };
        let connection = Connection::open(&path).map_err(fail)?;
        connection
            .pragma_update(None, "query_only", true)
            .map_err(fail)?;
        // Killed before its tables were there: then nothing was sent either.
        if schema::is_empty(&connection).map_err(fail)? {
            return Ok(None);
        }
        schema::check(&connection, &path)?;
        let connection = Mutex::new(connection);
        Ok(Some(Self {
            path,
            durability: Durability::System,
            connection,
            _lock: None,
        }))
    }

    /// Notes whose journal it is, or checks that it is still the same. As long as nothing was
    /// begun it may be another's: a tenant that was mistyped binds nobody.
    pub(crate) fn belongs_to(&self, facts: &[(&'static str, &str)]) -> Result<(), JournalError> {
        for (what, given) in facts {
            let noted = self.note_once(what, given)?;
            if noted != *given {
                if !self.has_begun()? {
                    self.note_anew(what, given)?;
                    continue;
                }
                return Err(JournalError::Foreign {
                    path: self.path.clone(),
                    what,
                    found: noted,
                    given: (*given).to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Notes a fact unless it is noted already; what is noted.
    pub(crate) fn note_once(&self, key: &str, value: &str) -> Result<String, JournalError> {
        self.with_fsync(|connection| {
            connection.execute(
                "INSERT INTO about (key, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                (key, value),
            )?;
            connection.query_row("SELECT value FROM about WHERE key = ?1", [key], |row| {
                row.get(0)
            })
        })
    }

    fn note_anew(&self, key: &str, value: &str) -> Result<(), JournalError> {
        self.with_fsync(|connection| {
            connection.execute("UPDATE about SET value = ?2 WHERE key = ?1", (key, value))
        })?;
        Ok(())
    }

    /// Returns true if anything may be in the tenant.
    fn has_begun(&self) -> Result<bool, JournalError> {
        self.without_fsync(|connection| {
            connection.query_row(
                "SELECT EXISTS (SELECT 1 FROM teams WHERE state <> 'planned')
                 OR EXISTS (SELECT 1 FROM targets WHERE state <> 'planned')",
                [],
                |row| row.get(0),
            )
        })
    }

    /// Does something that must be on disk before anything else happens.
    fn with_fsync<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, JournalError> {
        let mut connection = self.lock();
        let done = (|| {
            if self.durability == Durability::Disk {
                connection.execute_batch("PRAGMA synchronous = FULL")?;
            }
            let transaction = connection.transaction()?;
            let done = work(&transaction)?;
            transaction.commit()?;
            connection.execute_batch("PRAGMA synchronous = NORMAL")?;
            Ok(done)
        })();
        done.map_err(|error| self.failed(error))
    }

    /// Does something that may be lost with the power, because it can be looked up again.
    fn without_fsync<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, JournalError> {
        work(&self.lock()).map_err(|error| self.failed(error))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A transaction that panics is rolled back when it is dropped.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, error: rusqlite::Error) -> JournalError {
        JournalError::Sqlite {
            path: self.path.clone(),
            error,
        }
    }

    fn damaged(&self, reason: impl Into<String>) -> JournalError {
        JournalError::Damaged {
            path: self.path.clone(),
            reason: reason.into(),
        }
    }
}

fn lock(path: &Path) -> Result<File, JournalError> {
    let fail = |error| JournalError::Io {
        path: path.to_owned(),
        error,
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(fail)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(JournalError::Busy {
            path: path.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(fail(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn two_uploads_from_one_folder_are_one_too_many() {
        let folder = tempfile::tempdir().unwrap();
        let first = Journal::open(folder.path(), Durability::Disk).unwrap();
        let second = Journal::open(folder.path(), Durability::Disk);
        assert!(matches!(second, Err(JournalError::Busy { .. })));
        drop(first);
        Journal::open(folder.path(), Durability::Disk).unwrap();
    }

    #[test]
    fn a_journal_stays_with_its_tenant() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), Durability::Disk).unwrap();
        journal.belongs_to(&[("tenant_id", "mistyped")]).unwrap();
        journal.belongs_to(&[("tenant_id", "one")]).unwrap();
        let mut team = journal.team("acme").unwrap();
        team.state = TeamState::Creating;
        journal.set_team(&team).unwrap();
        journal.belongs_to(&[("tenant_id", "one")]).unwrap();
        let error = journal.belongs_to(&[("tenant_id", "two")]).unwrap_err();
        assert!(
            error.to_string().contains("tenant_id one, not two"),
            "{error}"
        );
    }

    #[test]
    fn nothing_was_begun() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Journal::read(folder.path()).unwrap().is_none());
        std::fs::write(folder.path().join("journal.sqlite"), "").unwrap();
        assert!(Journal::read(folder.path()).unwrap().is_none());
    }

    #[test]
    fn killed_before_the_first_table_nothing_was_begun() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("journal.sqlite"), b"").unwrap();
        assert!(Journal::read(folder.path()).unwrap().is_none());
        Journal::open(folder.path(), Durability::Disk).unwrap();
    }
}
