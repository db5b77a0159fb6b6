//! The kinds of long-running operations: `teamsAsyncOperation` (R8).

use serde::{Deserialize, Serialize};

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
