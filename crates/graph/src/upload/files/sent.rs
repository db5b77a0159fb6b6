//! The result of sending a file.

use super::super::error::UploadFailure;
use super::item::Item;
use crate::client::Failure;
use crate::retry::RetryAction;

/// The result of sending a file.
pub(super) enum Sent {
    Item(Item),
    /// The name is taken.
    Taken,
    /// The file was sent whole, and should be found by its name.
    Perhaps,
    /// The file may or may not have arrived.
    Unknown(Failure),
}

pub(super) fn sent(answered: Result<Item, Failure>) -> Result<Sent, UploadFailure> {
    match answered {
        Ok(item) => Ok(Sent::Item(item)),
        Err(failure) if failure.remedy == RetryAction::LookUp && failure.error.is_conflict() => {
            Ok(Sent::Taken)
        }
        Err(failure) if failure.remedy == RetryAction::LookUp => Ok(Sent::Unknown(failure)),
        Err(failure) => Err(failure.into()),
    }
}
