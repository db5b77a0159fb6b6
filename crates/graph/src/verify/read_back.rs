//! The messages of a channel, gathered in a temporary table.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chatferry_model::{EntraId, GraphMessageId, Millis};
use futures_util::{StreamExt as _, stream};
use rusqlite::{Connection, OptionalExtension as _};

use super::VerifyFailure;
use crate::client::Client;
use crate::fingerprint::Found;
use crate::journal::{Ms, message_id};
use crate::observer::Observer;
use crate::requests::{self, Thread};

/// Threads whose replies are read at the same time.
const THREADS_AT_ONCE: usize = 16;

/// The messages of a channel. The file behind it vanishes with it.
pub(super) struct ReadBack {
    connection: Mutex<Connection>,
}

/// A message as it is in Teams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundMessage {
    pub(super) root: Option<GraphMessageId>,
    pub(super) author: Option<EntraId>,
    pub(super) text: i64,
    whole_text: i64,
    /// True if a code block of it may have been read wrong (crates/graph/RULES.md G20).
    pub(super) repeats_inline_code: bool,
    pub(super) places: i64,
    pub(super) attachments: i64,
    /// The addresses of the images within its text, in their order.
    pub(super) images: Vec<String>,
    pub(super) created: Option<Millis>,
    pub(super) deleted: bool,
}

impl FoundMessage {
    /// Returns true if it reads like a message that was sent.
    pub(super) fn reads(&self, text: i64) -> bool {
        self.text == text || self.whole_text == text
    }
}

/// Reads all roots of a channel, and the replies to each of them, strangers' too: no list tells
/// which roots have any. Or all messages of a chat.
pub(super) async fn read(
    client: &Client,
    observer: &dyn Observer,
    thread: &Thread,
) -> Result<ReadBack, VerifyFailure> {
    let found = ReadBack::new()?;
    let mut failed = Ok(());
    let page = |messages: Vec<Found>| {
        failed = found.add(None, &messages);
        failed.is_ok()
    };
    client
        .read_pages(requests::list_messages(thread), observer, page)
        .await?;
    failed?;
    if thread.is_chat() {
        return Ok(found);
    }
    let mut after = None;
    loop {
        let roots = found.threads(after)?;
        let Some(last) = roots.last() else {
            return Ok(found);
        };
        after = Some(*last);
        let mut reading = stream::iter(roots)
            .map(|root| read_replies(client, observer, thread, root, &found))
            .buffer_unordered(THREADS_AT_ONCE);
        while let Some(done) = reading.next().await {
            done?;
        }
    }
}

async fn read_replies(
    client: &Client,
    observer: &dyn Observer,
    thread: &Thread,
    root: GraphMessageId,
    found: &ReadBack,
) -> Result<(), VerifyFailure> {
    let call = requests::list_replies(thread, root);
    let mut failed = Ok(());
    let page = |messages: Vec<Found>| {
        failed = found.add(Some(root), &messages);
        failed.is_ok()
    };
    client.read_pages(call, observer, page).await?;
    Ok(failed?)
}

impl ReadBack {
    fn new() -> rusqlite::Result<Self> {
        // An empty name: a file of SQLite's own, which is removed when it is closed.
        let connection = Connection::open("")?;
        connection.execute_batch(
            "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;
             CREATE TABLE found (
                id INTEGER PRIMARY KEY, root INTEGER, author TEXT, text INTEGER NOT NULL,
                whole_text INTEGER NOT NULL, repeats_code INTEGER NOT NULL,
                places INTEGER NOT NULL, attachments INTEGER NOT NULL, images TEXT NOT NULL,
                created INTEGER, deleted INTEGER NOT NULL, seen INTEGER NOT NULL DEFAULT 0
             );",
        )?;
        Ok(Self {
            connection: Mutex::new(connection),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // Nothing panics while it is held.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds messages below `root`. What Teams itself wrote into the channel is passed over.
    fn add(&self, root: Option<GraphMessageId>, messages: &[Found]) -> rusqlite::Result<()> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT OR REPLACE INTO found
                 (id, root, author, text, created, deleted, places, attachments, images,
                  whole_text, repeats_code)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?;
            for message in messages {
                let own = message
                    .message_type
                    .as_deref()
                    .is_none_or(|kind| kind == "message");
                let Some(id) = id_of(message) else {
                    continue;
                };
                if !own {
                    continue;
                }
                let fingerprint = message.fingerprint();
                let created = message.created_date_time.as_deref();
                let created = created.and_then(|time| time.parse::<Millis>().ok());
                insert.execute((
                    Ms(id.created()),
                    root.map(|root| Ms(root.created())),
                    fingerprint.author.map(|author| author.to_string()),
                    fingerprint.text,
                    created.map(Ms),
                    message.deleted_date_time.is_some(),
                    fingerprint.places,
                    fingerprint.attachments,
                    message.images().collect::<Vec<_>>().join("\n"),
                    message.whole_text(),
                    message.repeats_inline_code(),
                ))?;
            }
        }
        transaction.commit()
    }

    /// The next roots.
    fn threads(&self, after: Option<GraphMessageId>) -> rusqlite::Result<Vec<GraphMessageId>> {
        self.lock()
            .prepare_cached(
                "SELECT id FROM found WHERE id > coalesce(?1, -1) AND root IS NULL
                 ORDER BY id LIMIT 1000",
            )?
            .query_map([after.map(|id| Ms(id.created()))], |row| message_id(row, 0))?
            .collect()
    }

    /// The message of that id, which is thereby accounted for.
    pub(super) fn take(&self, id: GraphMessageId) -> rusqlite::Result<Option<FoundMessage>> {
        let connection = self.lock();
        let there = connection
            .prepare_cached(
                "SELECT root, author, text, created, deleted, places, attachments, images,
                 whole_text, repeats_code FROM found WHERE id = ?1",
            )?
            .query_row([Ms(id.created())], |row| {
                Ok(FoundMessage {
                    root: row
                        .get::<_, Option<Ms>>(0)?
                        .map(|Ms(at)| GraphMessageId::at(at)),
                    author: row
                        .get::<_, Option<String>>(1)?
                        .and_then(|id| id.parse().ok()),
                    text: row.get(2)?,
                    created: row.get::<_, Option<Ms>>(3)?.map(|Ms(at)| at),
                    deleted: row.get(4)?,
                    places: row.get(5)?,
                    attachments: row.get(6)?,
                    images: row
                        .get::<_, String>(7)?
                        .lines()
                        .map(str::to_owned)
                        .collect(),
                    whole_text: row.get(8)?,
                    repeats_inline_code: row.get(9)?,
                })
            })
            .optional()?;
        if there.is_some() {
            connection
                .prepare_cached("UPDATE found SET seen = 1 WHERE id = ?1")?
                .execute([Ms(id.created())])?;
        }
        Ok(there)
    }

    /// Returns the number of posts not accounted for, and the first few ids.
    pub(super) fn rest(&self) -> rusqlite::Result<(u64, Vec<GraphMessageId>)> {
        let connection = self.lock();
        let count: i64 =
            connection.query_row("SELECT COUNT(*) FROM found WHERE seen = 0", [], |r| {
                r.get(0)
            })?;
        let ids = connection
            .prepare("SELECT id FROM found WHERE seen = 0 ORDER BY id LIMIT 1000")?
            .query_map([], |row| message_id(row, 0))?
            .collect::<rusqlite::Result<_>>()?;
        Ok((count.cast_unsigned(), ids))
    }
}

/// The id of a message, if it is a time.
fn id_of(message: &Found) -> Option<GraphMessageId> {
    let created = Millis::new(message.id.parse().ok()?).ok()?;
    Some(GraphMessageId::at(created))
}
