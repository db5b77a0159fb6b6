//! A file within one of the exports.

use crate::{Container, Entry};

/// A file of an export.
#[derive(Clone, Copy, Debug)]
pub(super) struct DayFile<'c> {
    /// The number of the export, in the order given.
    pub(super) export: usize,
    pub(super) container: &'c Container,
    pub(super) entry: &'c Entry,
}
