//! Members of group chats in the journal: taken out and put back to be shown the history.

use rusqlite::OptionalExtension as _;

use super::{Journal, JournalError, TargetNumber};

/// The progress of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MemberState {
    /// May have been taken out, and has to be put back.
    Out,
    /// Is in, and sees everything.
    Shown,
}

impl Journal {
    /// Returns the progress of a member of a target; nothing, if nothing was sent yet.
    pub(crate) fn chat_member(
        &self,
        target: TargetNumber,
        user: &str,
    ) -> Result<Option<MemberState>, JournalError> {
        let state = self.without_fsync(|connection| {
            connection
                .query_row(
                    "SELECT state FROM chat_members WHERE target = ?1 AND user = ?2",
                    (target, user),
                    |row| row.get::<_, i64>(0),
                )
                .optional()
        })?;
        Ok(state.map(|state| match state {
            0 => MemberState::Out,
            _ => MemberState::Shown,
        }))
    }

    /// Puts on disk how far a member is: before it is taken out, and once it is back.
    pub(crate) fn set_chat_member(
        &self,
        target: TargetNumber,
        user: &str,
        state: MemberState,
    ) -> Result<(), JournalError> {
        let state = match state {
            MemberState::Out => 0,
            MemberState::Shown => 1,
        };
        self.with_fsync(|connection| {
            connection.execute(
                "INSERT INTO chat_members (target, user, state) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET state = ?3",
                (target, user, state),
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
    fn who_is_out_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), Durability::Disk).unwrap();
        let (one, two) = (TargetNumber::new(1), TargetNumber::new(2));
        assert_eq!(journal.chat_member(one, "a").unwrap(), None);
        for state in [MemberState::Out, MemberState::Shown] {
            journal.set_chat_member(one, "a", state).unwrap();
            assert_eq!(journal.chat_member(one, "a").unwrap(), Some(state));
        }
        assert_eq!(journal.chat_member(two, "a").unwrap(), None);
    }
}
