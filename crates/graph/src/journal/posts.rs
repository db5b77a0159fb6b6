//! Posts in the journal: intended, then through or refused.

use std::collections::BTreeMap;

use chatferry_model::GraphMessageId;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension as _, Row};
use xxhash_rust::xxh3::Xxh3;

use super::{Journal, JournalError, Ms, PlannedTime, TargetNumber, message_id};

/// The state of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PostState {
    /// The post may have been sent; a look-up has to find out.
    Intended = 0,
    /// Teams has it.
    Posted = 1,
    /// Teams had it when we came to send it: the answer of an earlier try was lost.
    Adopted = 2,
    /// Teams does not take it.
    Refused = 3,
    /// The post is a further part of a message that is in Teams in an older wording: not to be
    /// sent.
    Withheld = 4,
    /// The post is in Teams, or may be, but no longer in the file. Its planned time is its id,
    /// negative.
    Vanished = 5,
}

impl PostState {
    /// Returns true if it is in Teams.
    pub(crate) fn is_there(self) -> bool {
        matches!(self, Self::Posted | Self::Adopted)
    }
}

impl FromSql for PostState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_i64()? {
            0 => Ok(Self::Intended),
            1 => Ok(Self::Posted),
            2 => Ok(Self::Adopted),
            3 => Ok(Self::Refused),
            4 => Ok(Self::Withheld),
            5 => Ok(Self::Vanished),
            other => Err(FromSqlError::OutOfRange(other)),
        }
    }
}

impl ToSql for PostState {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok((*self as i64).into())
    }
}

/// A post in the journal, by its planned time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PostRow {
    /// The id in Teams: the planned time, unless that was taken.
    pub(crate) id: GraphMessageId,
    pub(crate) state: PostState,
    /// True if the file has other words by now than those that were sent.
    pub(crate) changed: bool,
}

impl PostRow {
    /// Returns the row of a post that was sent as it is in the file.
    pub(crate) fn at(id: GraphMessageId, state: PostState) -> Self {
        Self {
            id,
            state,
            changed: false,
        }
    }

    /// Reads `id, state, changed`, which begin at a column.
    fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            id: message_id(row, first)?,
            state: row.get(first + 1)?,
            changed: row.get(first + 2)?,
        })
    }
}

/// The origin and text of a post as hashes: by these it is known again in a newer
/// export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The hash of the conversation and the message in it.
    pub(crate) message: [u8; 16],
    /// The part of the message, from 1.
    pub(crate) part: u32,
    /// The hash of the request's body, but for the time.
    pub(crate) body: i64,
}

impl Origin {
    /// Returns the origin of a post with this body. The time in it does not count: it may move.
    pub(crate) fn of(conversation: &str, message: &str, part: Option<u32>, body: &str) -> Self {
        let mut hash = Xxh3::new();
        hash.update(conversation.as_bytes());
        hash.update(&[0]);
        hash.update(message.as_bytes());
        // Within a text quotes are escaped, so this is the property.
        let time = "\"createdDateTime\":\"";
        let (before, after) = body.split_once(time).unwrap_or((body, ""));
        let after = after.split_once('"').map_or(after, |(_, after)| after);
        let mut said = Xxh3::new();
        said.update(before.as_bytes());
        said.update(after.as_bytes());
        Self {
            message: hash.digest128().to_be_bytes(),
            part: part.unwrap_or(1),
            body: said.digest().cast_signed(),
        }
    }
}

/// The number of posts of a target in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) intended: u64,
    pub(crate) posted: u64,
    pub(crate) adopted: u64,
    pub(crate) refused: u64,
    pub(crate) withheld: u64,
    /// The number of those in Teams that have another time than planned.
    pub(crate) moved: u64,
}

impl Journal {
    /// Puts the posts planned at these times on disk, before any of them is sent.
    pub(crate) fn intend(
        &self,
        target: TargetNumber,
        posts: &[(PlannedTime, Origin)],
    ) -> Result<(), JournalError> {
        self.with_fsync(|connection| {
            let mut insert = connection.prepare_cached(
                "INSERT INTO posts (target, planned, id, state, source, part, body)
                 VALUES (?1, ?2, ?2, 0, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET state = 0, reason = NULL, body = ?5",
            )?;
            for (planned, origin) in posts {
                insert.execute((target, planned, origin.message, origin.part, origin.body))?;
            }
            Ok(())
        })
    }

    /// Puts on disk that a post will be sent with another time than planned.
    pub(crate) fn move_post(
        &self,
        target: TargetNumber,
        planned: PlannedTime,
        id: GraphMessageId,
    ) -> Result<(), JournalError> {
        self.with_fsync(|connection| {
            connection
                .prepare_cached("UPDATE posts SET id = ?3 WHERE target = ?1 AND planned = ?2")?
                .execute((target, planned, Ms(id.created())))
        })?;
        Ok(())
    }

    /// Notes what became of a post.
    pub(crate) fn settle(
        &self,
        target: TargetNumber,
        planned: PlannedTime,
        row: PostRow,
        reason: Option<&str>,
    ) -> Result<(), JournalError> {
        self.without_fsync(|connection| {
            connection
                .prepare_cached(
                    "UPDATE posts SET id = ?3, state = ?4, reason = ?5
                     WHERE target = ?1 AND planned = ?2",
                )?
                .execute((target, planned, Ms(row.id.created()), row.state, reason))
        })?;
        Ok(())
    }

    /// Returns the row of the post planned at that time.
    pub(crate) fn post(
        &self,
        target: TargetNumber,
        planned: PlannedTime,
    ) -> Result<Option<PostRow>, JournalError> {
        self.without_fsync(|connection| {
            connection
                .prepare_cached(
                    "SELECT id, state, changed FROM posts WHERE target = ?1 AND planned = ?2",
                )?
                .query_row((target, planned), |row| PostRow::read(row, 0))
                .optional()
        })
    }

    /// Returns the rows of the posts planned from `first` to `last`, both included.
    pub(crate) fn posts_between(
        &self,
        target: TargetNumber,
        first: PlannedTime,
        last: PlannedTime,
    ) -> Result<BTreeMap<PlannedTime, PostRow>, JournalError> {
        self.without_fsync(|connection| {
            connection
                .prepare_cached(
                    "SELECT planned, id, state, changed FROM posts
                     WHERE target = ?1 AND planned BETWEEN ?2 AND ?3",
                )?
                .query_map((target, first, last), |row| {
                    Ok((row.get(0)?, PostRow::read(row, 1)?))
                })?
                .collect()
        })
    }

    /// The posts of a target in that state, by their planned times, with the reason.
    pub(crate) fn in_state(
        &self,
        target: TargetNumber,
        state: PostState,
    ) -> Result<Vec<(PlannedTime, Option<String>)>, JournalError> {
        self.without_fsync(|connection| {
            connection
                .prepare_cached(
                    "SELECT planned, reason FROM posts WHERE target = ?1 AND state = ?2
                     ORDER BY planned",
                )?
                .query_map((target, state), |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    /// The ids of posts that are in Teams, but no longer in the file.
    pub(crate) fn vanished(
        &self,
        target: TargetNumber,
    ) -> Result<Vec<GraphMessageId>, JournalError> {
        self.without_fsync(|connection| {
            connection
                .prepare_cached("SELECT id FROM posts WHERE target = ?1 AND planned < 0")?
                .query_map([target], |row| message_id(row, 0))?
                .collect()
        })
    }

    /// Returns true if another post of the target was moved to that time.
    pub(crate) fn is_taken_by_moved(
        &self,
        target: TargetNumber,
        id: GraphMessageId,
    ) -> Result<bool, JournalError> {
        self.without_fsync(|connection| {
            connection
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM posts
                     WHERE target = ?1 AND id = ?2 AND id <> planned)",
                )?
                .query_row((target, Ms(id.created())), |row| row.get(0))
        })
    }

    /// Returns the number of posts of a target are in which state.
    pub(crate) fn tally(&self, target: TargetNumber) -> Result<Tally, JournalError> {
        self.without_fsync(|connection| {
            let mut tally = Tally::default();
            let mut counts = connection.prepare_cached(
                "SELECT state, id <> planned, COUNT(*) FROM posts WHERE target = ?1 GROUP BY 1, 2",
            )?;
            let mut rows = counts.query([target])?;
            while let Some(row) = rows.next()? {
                let state: PostState = row.get(0)?;
                let moved: bool = row.get(1)?;
                let count = row.get::<_, i64>(2)?.cast_unsigned();
                *match state {
                    PostState::Intended => &mut tally.intended,
                    PostState::Posted => &mut tally.posted,
                    PostState::Adopted => &mut tally.adopted,
                    PostState::Refused => &mut tally.refused,
                    PostState::Withheld => &mut tally.withheld,
                    PostState::Vanished => continue,
                } += count;
                if moved && state.is_there() {
                    tally.moved += count;
                }
            }
            Ok(tally)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Durability;

    fn at(ms: i64) -> PlannedTime {
        PlannedTime::at(ms)
    }

    fn posts(planned: &[i64]) -> Vec<(PlannedTime, Origin)> {
        let origin = |time: &i64| (at(*time), Origin::of("C1", &time.to_string(), None, "hi"));
        planned.iter().map(origin).collect()
    }

    #[test]
    fn the_time_does_not_count_as_what_is_said() {
        let body = |text: &str| Origin::of("C1", "1", None, text).body;
        let one = r#"{"createdDateTime":"2019-02-04T19:58:15.511Z","from":{"x":1}}"#;
        assert_eq!(body(one), body(&one.replace("511Z", "512Z")));
        assert_ne!(body(one), body(&one.replace(":1}", ":2}")));
        let other = r#"{"body":"hi","createdDateTime":"2019-02-04T19:58:15.511Z"}"#;
        assert_ne!(body(other), body(&other.replace("hi", "ho")));
        assert_ne!(
            Origin::of("C1", "2", None, "").message,
            Origin::of("C12", "", None, "").message
        );
    }

    #[test]
    fn a_post_is_intended_then_settled() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), Durability::Disk).unwrap();
        let one = TargetNumber::new(1);
        journal.intend(one, &posts(&[10, 20, 30, 40])).unwrap();
        journal.intend(TargetNumber::new(2), &posts(&[10])).unwrap();
        let posted = PostRow::at(at(10).id(), PostState::Posted);
        journal.settle(one, at(10), posted, None).unwrap();
        journal.move_post(one, at(20), at(21).id()).unwrap();
        let moved = PostRow::at(at(21).id(), PostState::Adopted);
        journal.settle(one, at(20), moved, None).unwrap();
        let refused = PostRow::at(at(30).id(), PostState::Refused);
        journal
            .settle(one, at(30), refused, Some("too large"))
            .unwrap();

        assert_eq!(journal.post(one, at(20)).unwrap(), Some(moved));
        assert_eq!(journal.post(one, at(21)).unwrap(), None);
        assert!(journal.is_taken_by_moved(one, at(21).id()).unwrap());
        assert!(!journal.is_taken_by_moved(one, at(10).id()).unwrap());
        let between = journal.posts_between(one, at(10), at(20)).unwrap();
        assert_eq!(between, BTreeMap::from([(at(10), posted), (at(20), moved)]));
        let tally = Tally {
            intended: 1,
            posted: 1,
            adopted: 1,
            refused: 1,
            withheld: 0,
            moved: 1,
        };
        assert_eq!(journal.tally(one).unwrap(), tally);
    }

    #[test]
    fn a_refused_post_is_intended_again() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), Durability::Disk).unwrap();
        let one = TargetNumber::new(1);
        journal.intend(one, &posts(&[10])).unwrap();
        let refused = PostRow::at(at(10).id(), PostState::Refused);
        journal
            .settle(one, at(10), refused, Some("unknown author"))
            .unwrap();
        journal.intend(one, &posts(&[10])).unwrap();
        assert_eq!(
            journal.post(one, at(10)).unwrap().unwrap().state,
            PostState::Intended
        );
    }
}
