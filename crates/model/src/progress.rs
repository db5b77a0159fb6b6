//! The way a library tells how far it has come; the binary decides what to show.

/// Receives progress. Called from any thread.
pub trait Progress: Sync {
    /// Announces the amount of work: a number of units (messages, posts, bytes).
    fn total(&self, units: u64);
    /// Reports that many more units as done.
    fn advance(&self, units: u64);
}

/// Shows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn total(&self, _: u64) {}
    fn advance(&self, _: u64) {}
}
