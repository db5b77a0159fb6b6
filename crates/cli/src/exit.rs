//! Exit codes: part of the contract with scripts.

use std::process::ExitCode;

/// The way a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum ExitStatus {
    /// Done.
    Done = 0,
    /// Finished, but something was lost or refused.
    DoneWithErrors = 1,
    /// The command line or the settings are wrong.
    Usage = 2,
    /// The input can't be read.
    Unreadable = 3,
    /// Graph refused, or can't be reached.
    Graph = 4,
    /// A bug: a sum that does not hold.
    Bug = 70,
}

impl ExitStatus {
    /// [`Self::DoneWithErrors`] if there are errors.
    pub(crate) fn with_errors(errors: u64) -> Self {
        if errors == 0 {
            Self::Done
        } else {
            Self::DoneWithErrors
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}

/// For `--help`.
pub(crate) const HELP: &str = "\
Exit codes:
  0   done
  1   finished, but something was lost or refused
  2   the command line or the settings are wrong
  3   the input can't be read
  4   Graph refused, or can't be reached
  70  a bug: please report it";
