//! The reason why an upload ends before it is done.

use chatferry_model::jsonl::JsonlError;
use chatferry_model::manifest::ManifestError;
use chatferry_model::{EntraId, Millis, TargetKey, TeamKey};

use super::route::Route;
use crate::client::Failure;
use crate::error::GraphError;
use crate::journal::JournalError;
use crate::retry::RetryAction;

/// The reason why an upload ends before it is done. What was sent is in the journal: running the
/// upload again goes on from there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UploadError {
    /// The manifest of `3-render` can't be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A file of posts can't be read.
    #[error(transparent)]
    Posts(#[from] JsonlError),
    /// The journal can't be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Graph refused something that everything else depends on, or can't be reached.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// A target is no longer what it was when its upload began.
    #[error("target {target} is another channel or chat than the one its upload began with")]
    Changed {
        /// The target.
        target: TargetKey<'static>,
    },
    /// Something was sent since the upload was planned.
    #[error("the upload went on since it was planned")]
    Outdated,
    /// A post, a channel or a team lies in the future (crates/graph/RULES.md R3, R29).
    #[error("{what} has the time {time}, which is in the future; now it is {now}")]
    Future {
        /// The property.
        what: String,
        /// The time.
        time: Millis,
        /// The time of the machine or of the simulated tenant.
        now: Millis,
    },
    /// Nobody is named who speaks for people without an account.
    #[error(
        "people without an account have written messages, and no account is named that speaks for them"
    )]
    StandIn,
    /// A national cloud can't fill that (crates/graph/RULES.md R68).
    #[error(
        "this national cloud fills new teams with standard channels only, and target {target} is: \
         {}{}", route.as_str(), Others(*others)
    )]
    NationalCloud {
        /// The first such target.
        target: TargetKey<'static>,
        /// The way it would be filled.
        route: Route,
        /// The number of further ones.
        others: usize,
    },
    /// A channel's team is not among the teams.
    #[error("target {target} goes into the team {team}, which is not in the manifest")]
    NoTeam {
        /// The target.
        target: TargetKey<'static>,
        /// The team.
        team: TeamKey<'static>,
    },
    /// The app may not import.
    #[error("the app lacks the application permission {missing}; it has: {}", roles.join(", "))]
    MissingRole {
        /// The permission.
        missing: &'static str,
        /// The value found.
        roles: Vec<String>,
    },
    /// Authors that are not in the tenant (crates/graph/RULES.md R26).
    #[error("{count} authors of posts are no users of the tenant, among them {example}")]
    UnknownAuthors {
        /// The number.
        count: usize,
        /// One of them.
        example: EntraId,
    },
}

impl UploadError {
    /// Returns the remedy, where it is known: one sentence.
    #[must_use]
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Graph(error) => error.remedy(),
            Self::Changed { .. } => Some(
                "Undo the change in 2-map and render again, or move the folder 4-upload away to begin anew with new teams.",
            ),
            Self::Outdated => Some("Run the same command again."),
            Self::Future { .. } => {
                Some("Check this machine's clock; if it is right, the export's times are wrong.")
            }
            Self::StandIn => Some(
                "Name one: chatferry map --placeholder UPN, then chatferry render; nothing was sent.",
            ),
            Self::NationalCloud { .. } => Some(
                "Leave such conversations out in 2-map/conversations.csv or with --except, make private channels public there, set chats = \"skip\", and render again.",
            ),
            Self::MissingRole { .. } => Some(
                "Add the permission to the app registration, have an administrator consent to it, and run the upload again.",
            ),
            Self::UnknownAuthors { .. } => Some(
                "Correct the object ids in 2-map/people.csv, or leave them empty so that the placeholder speaks, and render again.",
            ),
            Self::NoTeam { .. } | Self::Manifest(_) | Self::Posts(_) => {
                Some("Run chatferry render again.")
            }
            Self::Journal(_) => None,
        }
    }
}

/// `, and 3 others too`
struct Others(usize);

impl std::fmt::Display for Others {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            0 => Ok(()),
            others => write!(f, " ({others} more like it)"),
        }
    }
}

/// The reason why something could not be done: for this place, or at all.
#[derive(Debug)]
pub(super) enum UploadFailure {
    /// The run ends.
    Abort(UploadError),
    /// The channel or chat takes no posts, because of its migration mode or its date.
    Closed(String),
    /// The team or target cannot go on; others can.
    Failed(String),
}

impl From<Failure> for UploadFailure {
    fn from(failure: Failure) -> Self {
        if failure.remedy == RetryAction::Abort {
            return Self::Abort(failure.error.into());
        }
        let mut reason = failure.error.to_string();
        if let Some(remedy) = failure.error.remedy() {
            reason.push_str(". ");
            reason.push_str(remedy);
        }
        if failure.remedy == RetryAction::Reopen {
            return Self::Closed(reason);
        }
        Self::Failed(reason)
    }
}

impl From<JournalError> for UploadFailure {
    fn from(error: JournalError) -> Self {
        Self::Abort(error.into())
    }
}

impl From<JsonlError> for UploadFailure {
    fn from(error: JsonlError) -> Self {
        Self::Abort(error.into())
    }
}
