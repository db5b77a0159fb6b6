//! Teams and targets in the journal: each a state machine whose states only move forward.

use chatferry_model::Millis;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension as _, Row};

use super::{Journal, JournalError, Ms, TargetNumber};

macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $state:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum $name {
            $($(#[$each])* $state,)+
        }

        impl $name {
            /// The word for it, in the journal and in tables.
            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$state => $word,)+ }
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                match value.as_str()? {
                    $($word => Ok(Self::$state),)+
                    other => Err(FromSqlError::Other(format!("no state {other:?}").into())),
                }
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.as_str().into())
            }
        }
    };
}

states! {
    /// The state of a team.
    TeamState {
        /// Nothing was sent.
        Planned = "planned",
        /// The creation was or is being sent; whether it exists is to be found out.
        Creating = "creating",
        /// The team exists, but cannot be used yet.
        Created = "created",
        /// The team can be used, its General channel is known.
        Open = "open",
        /// The completion was or is being sent.
        Completing = "completing",
        /// The place is out of migration mode.
        Complete = "complete",
        /// The owners and members are in.
        Done = "done",
    }
}

states! {
    /// The state of a target.
    TargetState {
        /// Nothing was sent.
        Planned = "planned",
        /// The creation was or is being sent; whether it exists is to be found out.
        Creating = "creating",
        /// The target exists, but takes no posts yet, or no more.
        Created = "created",
        /// The target takes posts.
        Open = "open",
        /// All posts are through.
        Posted = "posted",
        /// The place is out of migration mode.
        Complete = "complete",
        /// The members are being shown its history, one by one.
        Members = "members",
        /// The target needs nothing more.
        Done = "done",
    }
}

/// A team in the journal.
#[derive(Clone, Debug)]
pub(crate) struct TeamRow {
    pub(crate) key: String,
    pub(crate) state: TeamState,
    /// The id in Teams.
    pub(crate) id: Option<String>,
    /// The operation that creates it.
    pub(crate) operation: Option<String>,
    /// The id of its General channel.
    pub(crate) general: Option<String>,
    /// True if the tenant had it before.
    pub(crate) existing: bool,
    /// A hash of the owners and members that were made so.
    pub(crate) members: Option<String>,
    /// The reason why the last run could not go on.
    pub(crate) reason: Option<String>,
}

/// A target in the journal.
#[derive(Clone, Debug)]
pub(crate) struct TargetRow {
    /// The number in the table of posts.
    pub(crate) number: TargetNumber,
    pub(crate) key: String,
    pub(crate) state: TargetState,
    /// The team it is in.
    pub(crate) team: Option<String>,
    /// The id of its channel or chat.
    pub(crate) thread: Option<String>,
    /// A hash of what it is.
    pub(crate) place: String,
    /// The hash of its posts' file.
    pub(crate) input: String,
    pub(crate) posts: u64,
    /// The time its creation was first sent; none: the tenant had it before.
    pub(crate) first_attempt: Option<Millis>,
    /// The creation time it was given last.
    pub(crate) requested_creation: Option<Millis>,
    /// The time it was taken out of migration mode last.
    pub(crate) completed: Option<Millis>,
    /// A hash of the members that were made so.
    pub(crate) members: Option<String>,
    /// The reason why the last run could not go on.
    pub(crate) reason: Option<String>,
}

impl TeamRow {
    const COLUMNS: &str = "key, state, id, operation, general, existing, members, reason";

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            key: row.get(0)?,
            state: row.get(1)?,
            id: row.get(2)?,
            operation: row.get(3)?,
            general: row.get(4)?,
            existing: row.get(5)?,
            members: row.get(6)?,
            reason: row.get(7)?,
        })
    }
}

impl TargetRow {
    const COLUMNS: &str = "number, key, state, team, thread, place, input, posts, begun, floor, completed, members, reason";

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let time = |column| -> rusqlite::Result<_> {
            Ok(row.get::<_, Option<Ms>>(column)?.map(|Ms(time)| time))
        };
        Ok(Self {
            number: row.get(0)?,
            key: row.get(1)?,
            state: row.get(2)?,
            team: row.get(3)?,
            thread: row.get(4)?,
            place: row.get(5)?,
            input: row.get(6)?,
            posts: row.get::<_, i64>(7)?.cast_unsigned(),
            first_attempt: time(8)?,
            requested_creation: time(9)?,
            completed: time(10)?,
            members: row.get(11)?,
            reason: row.get(12)?,
        })
    }
}

impl Journal {
    /// The team of that key; planned from now on if it is new.
    pub(crate) fn team(&self, key: &str) -> Result<TeamRow, JournalError> {
        self.without_fsync(|connection| {
            connection.execute(
                "INSERT INTO teams (key) VALUES (?1) ON CONFLICT DO NOTHING",
                [key],
            )?;
            let sql = format!("SELECT {} FROM teams WHERE key = ?1", TeamRow::COLUMNS);
            connection.query_row(&sql, [key], TeamRow::read)
        })
    }

    /// The team of that key, if it is known.
    pub(crate) fn team_row(&self, key: &str) -> Result<Option<TeamRow>, JournalError> {
        self.without_fsync(|connection| {
            let sql = format!("SELECT {} FROM teams WHERE key = ?1", TeamRow::COLUMNS);
            connection.query_row(&sql, [key], TeamRow::read).optional()
        })
    }

    /// All teams, by key.
    pub(crate) fn teams(&self) -> Result<Vec<TeamRow>, JournalError> {
        self.without_fsync(|connection| {
            let sql = format!("SELECT {} FROM teams ORDER BY key", TeamRow::COLUMNS);
            connection
                .prepare(&sql)?
                .query_map([], TeamRow::read)?
                .collect()
        })
    }

    /// Writes a team's row; the reason of an earlier run is forgotten.
    pub(crate) fn set_team(&self, team: &TeamRow) -> Result<(), JournalError> {
        self.with_fsync(|connection| {
            connection.execute(
                "UPDATE teams SET state = ?2, id = ?3, operation = ?4, general = ?5, existing = ?6,
                 members = ?7, reason = NULL WHERE key = ?1",
                (
                    &team.key,
                    team.state,
                    &team.id,
                    &team.operation,
                    &team.general,
                    team.existing,
                    &team.members,
                ),
            )
        })?;
        Ok(())
    }

    /// Notes why a team can't go on in this run.
    pub(crate) fn fail_team(&self, key: &str, reason: &str) -> Result<(), JournalError> {
        self.without_fsync(|connection| {
            connection.execute("UPDATE teams SET reason = ?2 WHERE key = ?1", (key, reason))
        })?;
        Ok(())
    }

    /// The target of that key, if there is one.
    pub(crate) fn target(&self, key: &str) -> Result<Option<TargetRow>, JournalError> {
        self.without_fsync(|connection| {
            let sql = format!("SELECT {} FROM targets WHERE key = ?1", TargetRow::COLUMNS);
            connection
                .query_row(&sql, [key], TargetRow::read)
                .optional()
        })
    }

    /// All targets, by key.
    pub(crate) fn targets(&self) -> Result<Vec<TargetRow>, JournalError> {
        self.without_fsync(|connection| {
            let sql = format!("SELECT {} FROM targets ORDER BY key", TargetRow::COLUMNS);
            connection
                .prepare(&sql)?
                .query_map([], TargetRow::read)?
                .collect()
        })
    }

    /// Plans a target, or plans it differently as long as nothing was sent.
    pub(crate) fn plan_target(
        &self,
        key: &str,
        team: Option<&str>,
        place: &str,
        input: &str,
        posts: u64,
    ) -> Result<TargetRow, JournalError> {
        self.without_fsync(|connection| {
            connection.execute(
                "INSERT INTO targets (key, team, place, input, posts) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (key) DO UPDATE SET team = ?2, place = ?3, input = ?4, posts = ?5
                 WHERE state = 'planned'",
                (key, team, place, input, posts.cast_signed()),
            )
        })?;
        self.target(key)?
            .ok_or_else(|| self.damaged(format!("target {key} is gone")))
    }

    /// Rewrites a target's identity, which an earlier version wrote in another form.
    pub(crate) fn set_place(&self, number: TargetNumber, place: &str) -> Result<(), JournalError> {
        self.without_fsync(|connection| {
            connection.execute(
                "UPDATE targets SET place = ?2 WHERE number = ?1",
                (number, place),
            )?;
            Ok(())
        })
    }

    /// Writes a target's row; the reason of an earlier run is forgotten.
    pub(crate) fn set_target(&self, target: &TargetRow) -> Result<(), JournalError> {
        self.with_fsync(|connection| {
            connection.execute(
                "UPDATE targets SET state = ?2, thread = ?3, begun = ?4, floor = ?5,
                 completed = ?6, members = ?7, reason = NULL WHERE number = ?1",
                (
                    target.number,
                    target.state,
                    &target.thread,
                    target.first_attempt.map(Ms),
                    target.requested_creation.map(Ms),
                    target.completed.map(Ms),
                    &target.members,
                ),
            )
        })?;
        Ok(())
    }

    /// The target that a channel or chat of the tenant belongs to, if any.
    pub(crate) fn target_of_thread(&self, thread: &str) -> Result<Option<String>, JournalError> {
        self.without_fsync(|connection| {
            connection
                .prepare_cached("SELECT key FROM targets WHERE thread = ?1")?
                .query_row([thread], |row| row.get(0))
                .optional()
        })
    }

    /// Forgets what was uploaded into a team that is no more, so that it can be made anew.
    pub(crate) fn forget_team(&self, key: &str) -> Result<(), JournalError> {
        self.with_fsync(|connection| {
            for table in ["posts", "filled", "chat_members"] {
                connection.execute(
                    &format!(
                        "DELETE FROM {table} WHERE target IN
                         (SELECT number FROM targets WHERE team = ?1)"
                    ),
                    [key],
                )?;
            }
            connection.execute(
                "UPDATE targets SET state = 'planned', thread = NULL, begun = NULL, floor = NULL,
                 completed = NULL, members = NULL, reason = NULL WHERE team = ?1",
                [key],
            )?;
            connection.execute("DELETE FROM teams WHERE key = ?1", [key])
        })?;
        Ok(())
    }

    /// Notes why a target can't go on in this run.
    pub(crate) fn fail_target(
        &self,
        number: TargetNumber,
        reason: &str,
    ) -> Result<(), JournalError> {
        self.without_fsync(|connection| {
            connection.execute(
                "UPDATE targets SET reason = ?2 WHERE number = ?1",
                (number, reason),
            )
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Durability;

    #[test]
    fn states_survive() {
        let folder = tempfile::tempdir().unwrap();
        {
            let journal = Journal::open(folder.path(), Durability::Disk).unwrap();
            let mut team = journal.team("acme").unwrap();
            assert_eq!(team.state, TeamState::Planned);
            team.state = TeamState::Created;
            team.id = Some("T1".to_owned());
            journal.set_team(&team).unwrap();
            let mut target = journal
                .plan_target("dev", Some("acme"), "place", "hash", 3)
                .unwrap();
            target.state = TargetState::Open;
            journal.set_target(&target).unwrap();
            journal.fail_target(target.number, "gone").unwrap();
        }
        let journal = Journal::read(folder.path()).unwrap().unwrap();
        assert_eq!(journal.teams().unwrap()[0].id.as_deref(), Some("T1"));
        let target = journal.target("dev").unwrap().unwrap();
        assert_eq!(
            (target.state, target.reason.as_deref()),
            (TargetState::Open, Some("gone"))
        );
        assert_eq!(journal.targets().unwrap().len(), 1);
    }

    #[test]
    fn a_plan_changes_until_something_was_sent() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), Durability::Disk).unwrap();
        journal.plan_target("dev", None, "place", "one", 1).unwrap();
        let mut target = journal.plan_target("dev", None, "place", "two", 2).unwrap();
        assert_eq!((target.input.as_str(), target.posts), ("two", 2));
        target.state = TargetState::Creating;
        journal.set_target(&target).unwrap();
        let target = journal
            .plan_target("dev", None, "place", "three", 3)
            .unwrap();
        assert_eq!((target.input.as_str(), target.posts), ("two", 2));
    }
}
