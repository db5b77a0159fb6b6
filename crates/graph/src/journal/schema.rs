//! The journal's tables and their version.

use std::path::Path;

use rusqlite::Connection;

use super::JournalError;

/// Counts changes of the tables that an older chatferry could not work with.
const VERSION: i64 = 2;

/// `chfy`, so that `file` and other programs can tell what it is.
const APPLICATION: i64 = 0x6368_6679;

const TABLES: &str = "
    CREATE TABLE about (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE teams (
        key TEXT PRIMARY KEY,
        state TEXT NOT NULL DEFAULT 'planned',
        id TEXT,
        operation TEXT,
        general TEXT,
        existing INTEGER NOT NULL DEFAULT 0,
        members TEXT,
        reason TEXT
    ) WITHOUT ROWID;
    CREATE TABLE targets (
        number INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL DEFAULT 'planned',
        team TEXT,
        thread TEXT,
        place TEXT NOT NULL,
        input TEXT NOT NULL,
        posts INTEGER NOT NULL,
        begun INTEGER,
        floor INTEGER,
        completed INTEGER,
        members TEXT,
        reason TEXT
    );
    CREATE TABLE posts (
        target INTEGER NOT NULL,
        planned INTEGER NOT NULL,
        id INTEGER NOT NULL,
        state INTEGER NOT NULL,
        reason TEXT,
        source BLOB NOT NULL,
        part INTEGER NOT NULL,
        body INTEGER NOT NULL,
        changed INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (target, planned)
    ) WITHOUT ROWID;
    CREATE INDEX moved ON posts (target, id) WHERE id <> planned;
    CREATE TABLE chat_members (
        target INTEGER NOT NULL,
        user TEXT NOT NULL,
        state INTEGER NOT NULL,
        PRIMARY KEY (target, user)
    ) WITHOUT ROWID;
";

/// Makes the tables where there are none.
pub(super) fn prepare(connection: &Connection, path: &Path) -> Result<(), JournalError> {
    let fail = |error| JournalError::Sqlite {
        path: path.to_owned(),
        error,
    };
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .map_err(fail)?;
    connection
        .pragma_update(None, "synchronous", "NORMAL")
        .map_err(fail)?;
    if is_empty(connection).map_err(fail)? {
        connection
            .execute_batch(&format!(
                "BEGIN; {TABLES} {} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;",
                super::files::TABLES
            ))
            .map_err(fail)?;
    }
    check(connection, path)
}

/// Checks that the tables are ours.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<(), JournalError> {
    let fail = |error| JournalError::Sqlite {
        path: path.to_owned(),
        error,
    };
    match version(connection).map_err(fail)? {
        VERSION => Ok(()),
        found => Err(JournalError::Version {
            path: path.to_owned(),
            found,
            known: VERSION,
        }),
    }
}

/// Returns true if there are no tables yet.
pub(super) fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(version(connection)? == 0)
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_journal_is_refused() {
        let connection = Connection::open_in_memory().unwrap();
        prepare(&connection, Path::new("journal.sqlite")).unwrap();
        prepare(&connection, Path::new("journal.sqlite")).unwrap();
        connection
            .pragma_update(None, "user_version", VERSION + 1)
            .unwrap();
        let error = prepare(&connection, Path::new("journal.sqlite")).unwrap_err();
        assert!(matches!(error, JournalError::Version { found, .. } if found == VERSION + 1));
    }
}
