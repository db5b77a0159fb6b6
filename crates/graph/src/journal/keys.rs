//! The keys of the journal's rows, and times as its columns hold them.

use chatferry_model::{GraphMessageId, Millis};
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

/// The number of a target, by which its posts are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TargetNumber(i64);

/// The time of a post in `3-render`: its key in the journal, whatever time it has in Teams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PlannedTime(Millis);

/// A time as a column holds it: in ms.
pub(crate) struct Ms(pub(crate) Millis);

impl PlannedTime {
    /// Returns the time that is planned for the post of that id in `3-render`.
    pub(crate) fn of(post: GraphMessageId) -> Self {
        Self(post.created())
    }

    /// Returns the id that the post has in Teams unless its time was taken there.
    pub(crate) fn id(self) -> GraphMessageId {
        GraphMessageId::at(self.0)
    }
}

/// Reads the id of a message, which is a time.
pub(crate) fn message_id(row: &Row<'_>, column: usize) -> rusqlite::Result<GraphMessageId> {
    let Ms(created) = row.get(column)?;
    Ok(GraphMessageId::at(created))
}

impl FromSql for TargetNumber {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self)
    }
}

impl ToSql for TargetNumber {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.into())
    }
}

impl FromSql for Ms {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let ms = value.as_i64()?;
        let time = Millis::new(ms).map_err(|_| FromSqlError::OutOfRange(ms))?;
        Ok(Self(time))
    }
}

impl ToSql for Ms {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_millis().into())
    }
}

impl FromSql for PlannedTime {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ms::column_result(value).map(|Ms(time)| Self(time))
    }
}

impl ToSql for PlannedTime {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_millis().into())
    }
}

#[cfg(test)]
impl TargetNumber {
    pub(crate) fn new(number: i64) -> Self {
        Self(number)
    }
}

#[cfg(test)]
impl PlannedTime {
    pub(crate) fn at(ms: i64) -> Self {
        Self(Millis::EPOCH.plus(ms))
    }
}
