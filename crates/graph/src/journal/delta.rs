//! A newer export over an older one: the posts of a target get the times they have in the new
//! file, and what was sent stays where it is.
//!
//! A post is known again by its message and its part of it, never by its time: that may have moved
//! by some milliseconds, because others came between.

use chatferry_model::GraphMessageId;
use rusqlite::Connection;

use super::posts::{Origin, PostState};
use super::{Journal, JournalError, PlannedTime, TargetNumber, message_id};

/// The outcome of a post of the new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// The post is new.
    New,
    /// The post was sent, or was about to be, with the same text.
    Same,
    /// The post was sent with another text.
    Changed,
    /// The message was sent in fewer parts: this one is held back, because it may repeat what is
    /// There.
    Withheld,
}

/// A pass over the new file of a target. Nothing changes until it is [applied](Self::apply).
pub(crate) struct Rebase<'a> {
    journal: &'a Journal,
    target: TargetNumber,
}

impl Journal {
    /// Begins a pass over the new file of a target.
    pub(crate) fn rebase(&self, target: TargetNumber) -> Result<Rebase<'_>, JournalError> {
        self.without_fsync(|connection| {
            connection.execute_batch(
                "CREATE INDEX IF NOT EXISTS by_source ON posts (target, source);
                 DROP TABLE IF EXISTS temp.kept;
                 DROP TABLE IF EXISTS temp.withheld;
                 CREATE TEMP TABLE kept (
                     old INTEGER PRIMARY KEY, planned INTEGER NOT NULL, changed INTEGER NOT NULL
                 );
                 CREATE TEMP TABLE withheld (
                     planned INTEGER PRIMARY KEY, source BLOB, part INTEGER, body INTEGER
                 );",
            )
        })?;
        Ok(Rebase {
            journal: self,
            target,
        })
    }
}

impl Rebase<'_> {
    /// The next post of the new file, by its time there.
    pub(crate) fn post(&self, planned: PlannedTime, origin: Origin) -> Result<Known, JournalError> {
        self.journal.without_fsync(|connection| {
            let found = find(connection, self.target, origin)?;
            match found {
                Found::Nothing => Ok(Known::New),
                Found::Part { old, same } => {
                    connection
                        .prepare_cached("INSERT INTO temp.kept VALUES (?1, ?2, ?3)")?
                        .execute((old, planned, !same))?;
                    Ok(if same { Known::Same } else { Known::Changed })
                }
                Found::OtherParts => {
                    connection
                        .prepare_cached("INSERT INTO temp.withheld VALUES (?1, ?2, ?3, ?4)")?
                        .execute((planned, origin.message, origin.part, origin.body))?;
                    Ok(Known::Withheld)
                }
            }
        })
    }

    /// Gives all posts their new times and notes the new file's hash and number of posts. What the
    /// new file lacks keeps its place in Teams: the ids of those posts.
    pub(crate) fn apply(
        self,
        input: &str,
        posts: u64,
    ) -> Result<Vec<GraphMessageId>, JournalError> {
        let target = self.target;
        self.journal.with_fsync(|connection| {
            let vanished = connection
                .prepare(
                    "SELECT id FROM posts WHERE target = ?1 AND state IN (0, 1, 2)
                     AND planned NOT IN (SELECT old FROM temp.kept) ORDER BY id",
                )?
                .query_map([target], |row| message_id(row, 0))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            connection.execute_batch(
                "DROP TABLE IF EXISTS temp.next; DROP TABLE IF EXISTS temp.next_filled;",
            )?;
            // What vanished has no time in the file, and gets one that no post can have.
            connection.execute(
                "CREATE TEMP TABLE next AS
                 SELECT kept.planned, id, state, reason, source, part, body, kept.changed
                 FROM posts JOIN temp.kept ON old = posts.planned WHERE target = ?1
                 UNION ALL
                 SELECT -id, id, 5, NULL, source, part, body, 0 FROM posts
                 WHERE target = ?1 AND state IN (0, 1, 2, 5)
                 AND posts.planned NOT IN (SELECT old FROM temp.kept)
                 UNION ALL
                 SELECT planned, planned, 4, NULL, source, part, body, 0 FROM temp.withheld",
                [target],
            )?;
            connection.execute("DELETE FROM posts WHERE target = ?1", [target])?;
            connection.execute(
                "INSERT INTO posts
                 (target, planned, id, state, reason, source, part, body, changed)
                 SELECT ?1, planned, id, state, reason, source, part, body, changed
                 FROM temp.next",
                [target],
            )?;
            connection.execute(
                "CREATE TEMP TABLE next_filled AS
                 SELECT kept.planned, text, places, attachments, images, nowhere
                 FROM filled JOIN temp.kept ON old = filled.planned WHERE target = ?1",
                [target],
            )?;
            connection.execute("DELETE FROM filled WHERE target = ?1", [target])?;
            connection.execute(
                "INSERT INTO filled
                 (target, planned, text, places, attachments, images, nowhere)
                 SELECT ?1, planned, text, places, attachments, images, nowhere
                 FROM temp.next_filled",
                [target],
            )?;
            connection.execute(
                "UPDATE targets SET input = ?2, posts = ?3 WHERE number = ?1",
                (target, input, posts.cast_signed()),
            )?;
            connection.execute_batch(
                "DROP TABLE temp.next; DROP TABLE temp.next_filled; DROP TABLE temp.kept;
                 DROP TABLE temp.withheld;",
            )?;
            Ok(vanished)
        })
    }
}

enum Found {
    Nothing,
    /// The post's row: its key is negative where it had vanished.
    Part {
        old: i64,
        same: bool,
    },
    OtherParts,
}

fn find(connection: &Connection, target: TargetNumber, origin: Origin) -> rusqlite::Result<Found> {
    let mut statement = connection.prepare_cached(
        "SELECT planned, part, body, state FROM posts WHERE target = ?1 AND source = ?2
         AND planned NOT IN (SELECT old FROM temp.kept)",
    )?;
    let mut rows = statement.query((target, origin.message))?;
    let mut found = Found::Nothing;
    while let Some(row) = rows.next()? {
        let (part, state): (u32, PostState) = (row.get(1)?, row.get(3)?);
        if part == origin.part {
            let body: i64 = row.get(2)?;
            return Ok(Found::Part {
                old: row.get(0)?,
                // What was refused, or held back, was not said in the old words.
                same: body == origin.body
                    || matches!(state, PostState::Refused | PostState::Withheld),
            });
        }
        if state != PostState::Refused {
            found = Found::OtherParts;
        }
    }
    if let Found::Nothing = found {
        // All its parts may be in the new file already, up to here.
        let parts: bool = connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM posts WHERE target = ?1 AND source = ?2
                 AND state <> 3)",
            )?
            .query_row((target, origin.message), |row| row.get(0))?;
        if parts {
            found = Found::OtherParts;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::{Durability, PostRow};
    use super::*;

    fn origin(message: &str, part: u32, body: i64) -> Origin {
        Origin {
            part,
            body,
            ..Origin::of("C1", message, None, "")
        }
    }

    #[test]
    fn what_was_sent_is_known_again_wherever_its_time_went() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), Durability::Disk).unwrap();
        let target = journal.plan_target("dev", None, "p", "old", 5).unwrap();
        let number = target.number;
        let sent = [("a", 10), ("b", 20), ("gone", 30), ("long", 40)];
        for (message, time) in sent {
            let time = PlannedTime::at(time);
            journal
                .intend(number, &[(time, origin(message, 1, 7))])
                .unwrap();
            let row = PostRow::at(time.id(), PostState::Posted);
            journal.settle(number, time, row, None).unwrap();
        }
        let rebase = journal.rebase(number).unwrap();
        for (time, message, part, body, known) in [
            (10, "a", 1, 7, Known::Same),
            (11, "new", 1, 7, Known::New),
            // `new` took a time that `b` has to make way for, and `b` was edited.
            (21, "b", 1, 8, Known::Changed),
            (40, "long", 1, 7, Known::Same),
            (41, "long", 2, 7, Known::Withheld),
        ] {
            assert_eq!(
                rebase
                    .post(PlannedTime::at(time), origin(message, part, body))
                    .unwrap(),
                known,
                "{message}"
            );
        }
        assert_eq!(rebase.apply("new", 5).unwrap(), [PlannedTime::at(30).id()]);

        let post = |planned| journal.post(number, PlannedTime::at(planned)).unwrap();
        assert_eq!(post(10).unwrap().id, PlannedTime::at(10).id());
        assert_eq!(post(11), None);
        let moved = post(21).unwrap();
        assert_eq!((moved.id, moved.changed), (PlannedTime::at(20).id(), true));
        assert_eq!(post(41).unwrap().state, PostState::Withheld);
        assert!(
            journal
                .is_taken_by_moved(number, PlannedTime::at(20).id())
                .unwrap()
        );
        assert!(
            journal
                .is_taken_by_moved(number, PlannedTime::at(30).id())
                .unwrap(),
            "still in Teams"
        );
        let tally = journal.tally(number).unwrap();
        assert_eq!((tally.posted, tally.withheld), (3, 1));
        assert_eq!(journal.target("dev").unwrap().unwrap().input, "new");
    }
}
