//! The reason why a file could not be fetched.

use chatferry_model::finding::Code;

use crate::codes;

/// The reason why a file could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The address or a redirect is not at one of the source's servers.
    Elsewhere,
    /// The source wants somebody to sign in.
    SignIn,
    /// 401 or 403.
    Denied(u16),
    /// 404 or 410.
    Gone(u16),
    /// Another length than the export says.
    Length {
        /// Bytes that were received.
        found: u64,
        /// Bytes that should have come.
        expected: u64,
    },
    /// Bytes that are not what they should be.
    Content {
        /// The media type the export says.
        declared: String,
    },
    /// The last attempt failed; the text is its error.
    Failed(String),
}

impl Failure {
    /// Returns the code.
    pub(crate) fn code(&self) -> &'static Code {
        match self {
            Self::Elsewhere => &codes::FETCH_ELSEWHERE,
            Self::SignIn => &codes::FETCH_SIGN_IN,
            Self::Denied(_) => &codes::FETCH_DENIED,
            Self::Gone(_) => &codes::FETCH_GONE,
            Self::Length { .. } => &codes::FETCH_WRONG_LENGTH,
            Self::Content { .. } => &codes::FETCH_WRONG_CONTENT,
            Self::Failed(_) => &codes::FETCH_FAILED,
        }
    }

    /// The reason in the sum.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Elsewhere => "not at the source",
            Self::SignIn => "sign-in page",
            Self::Denied(_) => "denied",
            Self::Gone(_) => "gone",
            Self::Length { .. } => "wrong length",
            Self::Content { .. } => "wrong content",
            Self::Failed(_) => "failed",
        }
    }

    /// Returns the failure of a file of `source` in words, without any address.
    pub(crate) fn words(&self, source: &str) -> String {
        match self {
            Self::Elsewhere => format!("its address leads to another host than {source}'s"),
            Self::SignIn => format!("{source}'s sign-in page was received instead"),
            Self::Denied(status) | Self::Gone(status) => format!("{source} answers {status}"),
            Self::Length { found, expected } => {
                format!("{found} bytes received, {expected} were expected")
            }
            Self::Content { declared } => format!("the answer is not {declared}"),
            Self::Failed(why) => why.clone(),
        }
    }

    /// Returns true if the next file may well meet the same, so that after a row of them going on
    /// is no use.
    pub(crate) fn is_general(&self) -> bool {
        matches!(self, Self::SignIn | Self::Denied(_) | Self::Failed(_))
    }
}
