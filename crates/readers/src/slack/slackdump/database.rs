//! Slackdump's archive: a SQLite database whose rows hold Slack's answers as JSON, as often as they
//! were given. The rows of the latest chunk count.

use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row};

use super::super::time::SlackTs;
use super::archive::{Archive, Format};
use super::days::{Place, failed};
use super::lists::Source;
use crate::{Container, Entry, ReadError, Sink, codes};

/// The query for channels; those asked for one by one are known from the lists (slackdump's chunk
/// type 5).
const CHANNELS: &str = "
    SELECT M.DATA, COALESCE(C.TYPE_ID, 0) = 5
    FROM CHANNEL M LEFT JOIN CHUNK C ON C.ID = M.CHUNK_ID
    ORDER BY M.CHUNK_ID, M.IDX";
const USERS: &str = "SELECT DATA FROM S_USER ORDER BY CHUNK_ID, IDX";
/// Only the members as last seen count: who left must not come to a private channel again.
const MEMBERS: &str = "
    SELECT M.CHANNEL_ID, M.ID, C.SESSION_ID
    FROM CHANNEL_USER M LEFT JOIN CHUNK C ON C.ID = M.CHUNK_ID
    ORDER BY M.CHANNEL_ID, C.SESSION_ID, M.CHUNK_ID, M.IDX";
/// The query for the person who asked, as last seen.
const WORKSPACE: &str = "SELECT DATA FROM WORKSPACE ORDER BY CHUNK_ID";
const SEARCHES: &str =
    "SELECT EXISTS (SELECT 1 FROM SEARCH_MESSAGE UNION ALL SELECT 1 FROM SEARCH_FILE)";
const MESSAGES: &str = "
    SELECT CHANNEL_ID, TS, DATA FROM MESSAGE
    ORDER BY CHANNEL_ID, ID, CHUNK_ID, IDX";

pub(super) fn relayout(archive: &mut Archive<'_>, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let files: Vec<_> = archive.files(Format::Database).collect();
    for (_, entry) in files {
        let folder = tempfile::tempdir().map_err(failed)?;
        let database = match open(archive.container, entry, folder.path())? {
            Ok(database) => database,
            Err(error) => {
                damaged(entry, &error, sink);
                continue;
            }
        };
        // Each table on its own: one that is damaged does not cost the others.
        for read in [users, channels, members] {
            if let Err(error) = read(&database, archive) {
                damaged(entry, &error, sink);
            }
        }
        // Archives of old have no such tables.
        let _ = each_row(&database, WORKSPACE, |row| {
            archive.lists.workspace(&text(row, 0)?);
            Ok(())
        });
        if database.query_one(SEARCHES, [], |row| row.get(0)) == Ok(true) {
            sink.note_file(&codes::SLACK_SEARCH_RESULTS, &entry.path, "results");
        }
        match messages(&database, archive) {
            Ok(()) => {}
            Err(Failure::Input(error)) => damaged(entry, &error, sink),
            Err(Failure::Output(error)) => return Err(failed(error)),
        }
    }
    Ok(())
}

fn damaged(entry: &Entry, error: &rusqlite::Error, sink: &mut Sink<'_>) {
    sink.note_file(&codes::READ_DAMAGED_ENTRY, &entry.path, error.to_string());
}

/// Opens the database without writing beside it. What can't be read where it is, because it is in a
/// zip or has a log of changes, is copied to `folder` first.
fn open(
    container: &Container,
    entry: &Entry,
    folder: &Path,
) -> Result<rusqlite::Result<Connection>, ReadError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let log = container
        .find(&format!("{}-wal", entry.path))
        .filter(|log| log.size > 0);
    if let (Some(path), None) = (container.disk_path(entry).and_then(uri), log) {
        let flags = flags | OpenFlags::SQLITE_OPEN_URI;
        return Ok(Connection::open_with_flags(path, flags));
    }
    let copy: PathBuf = folder.join("slackdump.sqlite");
    for (from, to) in [
        (Some(entry), copy.clone()),
        (log, folder.join("slackdump.sqlite-wal")),
    ] {
        if let Some(from) = from {
            let mut file = std::fs::File::create(&to).map_err(ReadError::io(&to))?;
            container.copy(from, &mut file)?;
        }
    }
    Ok(Connection::open_with_flags(copy, flags))
}

/// The path as SQLite wants it to leave everything as it is.
fn uri(path: &Path) -> Option<String> {
    let path = std::path::absolute(path).ok()?;
    let path = path.to_str()?.replace('\\', "/");
    let path = path
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    let root = if path.starts_with('/') { "" } else { "/" };
    Some(format!("file://{root}{path}?immutable=1"))
}

fn users(database: &Connection, archive: &mut Archive<'_>) -> rusqlite::Result<()> {
    each_row(database, USERS, |row| {
        archive.lists.user(&text(row, 0)?);
        Ok(())
    })
}

fn channels(database: &Connection, archive: &mut Archive<'_>) -> rusqlite::Result<()> {
    each_row(database, CHANNELS, |row| {
        let source = if row.get(1)? {
            Source::Asked
        } else {
            Source::List
        };
        archive.lists.channel(&text(row, 0)?, source);
        Ok(())
    })
}

fn members(database: &Connection, archive: &mut Archive<'_>) -> rusqlite::Result<()> {
    let mut last: (String, Option<i64>) = Default::default();
    each_row(database, MEMBERS, |row| {
        let now = (text(row, 0)?, row.get(2)?);
        if now != last {
            archive.lists.forget_members(&now.0);
        }
        archive.lists.member(&now.0, &text(row, 1)?);
        last = now;
        Ok(())
    })
}

/// The reason why messages can't be read.
enum Failure {
    Input(rusqlite::Error),
    Output(std::io::Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Input(error)
    }
}

fn messages(database: &Connection, archive: &mut Archive<'_>) -> Result<(), Failure> {
    let mut statement = database.prepare(MESSAGES)?;
    let mut rows = statement.query([])?;
    let mut row = rows.next()?;
    while let Some(first) = row {
        let channel = text(first, 0)?;
        let mut days = archive.days(&channel);
        let mut read = Ok(());
        while let Some(message) = row {
            if bytes(message, 0)? != channel.as_bytes() {
                break;
            }
            let place = Place::of_answer(SlackTs::parse(&text(message, 1)?));
            let added = days.add(place, bytes(message, 2)?);
            added.map_err(Failure::Output)?;
            match rows.next() {
                Ok(next) => row = next,
                Err(error) => {
                    read = Err(error);
                    row = None;
                }
            }
        }
        archive.again += days.end().map_err(Failure::Output)?;
        read?;
    }
    Ok(())
}

fn each_row(
    database: &Connection,
    query: &str,
    mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut statement = database.prepare(query)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(row)?;
    }
    Ok(())
}

fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    Ok(String::from_utf8_lossy(bytes(row, column)?).into_owned())
}

/// A column's text or blob; nothing where there is neither.
fn bytes<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r [u8]> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes,
        _ => &[],
    })
}
