//! The step of a target from one state to the next.

use super::Run;
use super::error::UploadFailure;
use crate::journal::{TargetRow, TargetState};

/// Puts a target's state into the journal.
pub(super) fn advance(
    run: &Run<'_>,
    row: &mut TargetRow,
    state: TargetState,
) -> Result<(), UploadFailure> {
    row.state = state;
    run.journal.set_target(row)?;
    Ok(())
}
