//! Long-running operations: `teamsAsyncOperation` (R8).

use serde::{Deserialize, Serialize};

use crate::ids::{OperationId, TeamId};
use crate::moment::Moment;
use crate::settings::Settings;

/// `operationType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in the metadata")]
pub enum OperationKind {
    CreateTeam,
    ArchiveTeam,
    CreateChannel,
    ArchiveChannel,
    UnarchiveChannel,
}

impl OperationKind {
    /// The value as Graph prints it; newer ones only to those who ask for them (R67).
    pub(crate) fn printed(self, with_unknown: bool) -> &'static str {
        match self {
            OperationKind::CreateTeam => "createTeam",
            OperationKind::ArchiveTeam => "archiveTeam",
            _ if !with_unknown => "unknownFutureValue",
            OperationKind::CreateChannel => "createChannel",
            OperationKind::ArchiveChannel => "archiveChannel",
            OperationKind::UnarchiveChannel => "unarchiveChannel",
        }
    }
}

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
