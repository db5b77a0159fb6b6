//! One error for everything a command can fail with: who must act decides the exit code.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use chatferry_fetch::FetchError;
use chatferry_graph::check::CheckError;
use chatferry_graph::{JournalError, UploadError, UsersError, VerifyError};
use chatferry_mapping::{DirectoryError, MapError};
use chatferry_model::folder::FolderError;
use chatferry_model::jsonl::JsonlError;
use chatferry_model::manifest::ManifestError;
use chatferry_model::sum::SumMismatch;
use chatferry_pages::PageError;
use chatferry_readers::ReadError;
use chatferry_render::RenderError;

use crate::exit::ExitStatus;

/// A failed command.
#[derive(Debug)]
pub(crate) struct CliError {
    /// Decides the exit code.
    pub(crate) status: ExitStatus,
    /// The problem and its location.
    pub(crate) message: String,
    /// The remedy.
    pub(crate) hint: Option<String>,
}

impl CliError {
    /// The command line or the settings are wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            status: ExitStatus::Usage,
            message: message.into(),
            hint: None,
        }
    }

    /// The input can't be read.
    pub(crate) fn unreadable(error: &dyn Error) -> Self {
        Self {
            status: ExitStatus::Unreadable,
            message: chain(error),
            hint: None,
        }
    }

    /// There is no `3-render` to work on.
    pub(crate) fn no_posts(render: &Path) -> Self {
        Self {
            status: ExitStatus::Unreadable,
            message: format!("{}: there are no posts yet", render.display()),
            hint: Some("run `chatferry convert EXPORT` first".to_owned()),
        }
    }

    /// The stage's folder `1-read` or `2-map` is not there to work on.
    pub(crate) fn missing_stage(folder: &Path) -> Self {
        let (what, remedy) = if folder.ends_with("2-map") {
            (
                "nothing was mapped yet",
                "run `chatferry map` or `chatferry convert EXPORT` first",
            )
        } else {
            (
                "nothing was read yet",
                "run `chatferry read EXPORT` or `chatferry convert EXPORT` first",
            )
        };
        Self {
            status: ExitStatus::Unreadable,
            message: format!("{}: {what}", folder.display()),
            hint: Some(remedy.to_owned()),
        }
    }

    /// Graph refused, or can't be reached.
    pub(crate) fn graph(error: &dyn Error) -> Self {
        Self {
            status: ExitStatus::Graph,
            message: chain(error),
            hint: None,
        }
    }

    /// An upload could not begin or go on.
    pub(crate) fn upload(error: &UploadError) -> Self {
        Self {
            status: status_of(error),
            ..Self::graph(error)
        }
    }

    /// Teams could not be compared.
    pub(crate) fn verify(error: &VerifyError) -> Self {
        let status = match error {
            VerifyError::NothingUploaded => ExitStatus::Usage,
            VerifyError::Input(error) => status_of(error),
            VerifyError::Journal(error) => status_of_journal(error),
            _ => ExitStatus::Graph,
        };
        Self {
            status,
            ..Self::graph(error)
        }
    }

    /// The system said no about `what`, which is no file: errors about those name it themselves.
    pub(crate) fn system(what: &str, error: &std::io::Error) -> Self {
        let message = format!("{what}: {error}");
        Self {
            status: ExitStatus::Unreadable,
            message,
            hint: None,
        }
    }

    /// Something that can't be.
    pub(crate) fn bug(message: impl Into<String>) -> Self {
        let hint = "this is a bug in chatferry; please report it with the command you ran".into();
        Self {
            status: ExitStatus::Bug,
            message: message.into(),
            hint: Some(hint),
        }
    }

    /// Returns the error with advice.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The error and what caused it, on one line; causes that the error itself already tells are left
/// out.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            // Writing to a string can't fail.
            let _ = write!(text, ": {cause_text}");
        }
        source = cause.source();
    }
    text
}

impl From<SumMismatch> for CliError {
    fn from(error: SumMismatch) -> Self {
        Self::bug(error.to_string())
    }
}

macro_rules! unreadable {
    ($($error:ty),+) => {$(
        impl From<$error> for CliError {
            fn from(error: $error) -> Self {
                Self::unreadable(&error)
            }
        }
    )+};
}

unreadable!(
    FolderError,
    JsonlError,
    ManifestError,
    ReadError,
    MapError,
    RenderError,
    DirectoryError,
    CheckError,
    JournalError,
    PageError,
    std::io::Error
);

impl From<FetchError> for CliError {
    fn from(error: FetchError) -> Self {
        match &error {
            FetchError::NotThisMachine(_) => Self::usage(format!("fetch.server_url: {error}"))
                .hint("leave it empty to fetch from the source itself"),
            FetchError::Token(_) => Self::usage(error.to_string()),
            FetchError::Client(_) => Self::graph(&error),
            FetchError::Worker => Self::bug(error.to_string()),
            _ => Self::unreadable(&error),
        }
    }
}

macro_rules! with_remedy {
    ($($error:ty => $make:ident),+) => {$(
        impl From<$error> for CliError {
            fn from(error: $error) -> Self {
                let remedy = error.remedy();
                let told = Self::$make(&error);
                match remedy {
                    Some(remedy) => told.hint(remedy),
                    None => told,
                }
            }
        }
    )+};
}

with_remedy!(UploadError => upload, VerifyError => verify, UsersError => graph);

/// Returns the exit status for an upload that could not begin.
fn status_of(error: &UploadError) -> ExitStatus {
    match error {
        UploadError::Manifest(_) | UploadError::Posts(_) | UploadError::Changed { .. } => {
            ExitStatus::Unreadable
        }
        UploadError::StandIn => ExitStatus::Usage,
        UploadError::Journal(error) => status_of_journal(error),
        _ => ExitStatus::Graph,
    }
}

/// Returns the exit status for a journal that cannot be used.
fn status_of_journal(error: &JournalError) -> ExitStatus {
    match error {
        JournalError::Busy { .. } | JournalError::Foreign { .. } => ExitStatus::Usage,
        _ => ExitStatus::Unreadable,
    }
}
