//! Long-running operations: `teamsAsyncOperation` (R8).

use serde::{Deserialize, Serialize};

use crate::ids::{OperationId, TeamId};
use crate::moment::Moment;
use crate::operation_kind::OperationKind;
use crate::settings::Settings;

/// An operation. Its state follows from the time that has passed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Operation {
    pub(crate) id: OperationId,
    pub(crate) team: TeamId,
    pub(crate) kind: OperationKind,
    pub(crate) created: Moment,
    /// The address of what comes of it.
    pub(crate) target_location: String,
    pub(crate) target_id: String,
    /// True if the operation fails.
    pub(crate) fails: bool,
    pub(crate) polls: u64,
    pub(crate) polled: Option<Moment>,
}

impl Operation {
    pub(crate) fn status(&self, settings: &Settings, now: Moment) -> &'static str {
        if now >= self.created.plus_millis(settings.operation_ms) {
            if self.fails { "failed" } else { "succeeded" }
        } else if now >= self.created.plus_millis(settings.operation_start_ms) {
            "inProgress"
        } else {
            "notStarted"
        }
    }
}
