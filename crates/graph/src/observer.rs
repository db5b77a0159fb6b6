//! The way an upload tells what it does; the binary decides what to show.

use std::time::Duration;

use chatferry_model::{TargetKey, TeamKey};

/// Is told what happens, as it happens. Must be quick: the upload waits for it.
pub trait Observer: Sync {
    /// Something happened.
    fn event(&self, event: Event<'_>);
}

/// Events during an upload or a verification.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A team reached a state: `created`, `open`, `complete`, `done`.
    Team {
        /// The team.
        team: &'a TeamKey<'static>,
        /// The state, in a word.
        state: &'static str,
    },
    /// A target is being filled or read.
    TargetStarted {
        /// The target.
        target: &'a TargetKey<'static>,
        /// Posts in its file.
        posts: u64,
        /// The number of posts that were in Teams before.
        already: u64,
    },
    /// Further posts of a target are done, one way or another.
    Progress {
        /// The target.
        target: &'a TargetKey<'static>,
        /// The number of further posts.
        posts: u64,
    },
    /// A target needs nothing more.
    TargetDone {
        /// The target.
        target: &'a TargetKey<'static>,
    },
    /// A target or a team can't be finished in this run.
    Failed {
        /// The key.
        key: &'a str,
        /// The reason in words.
        reason: &'a str,
    },
    /// Graph said 429.
    Throttled {
        /// The call.
        call: &'a str,
        /// The time it wants to be left alone.
        wait: Duration,
    },
    /// Something failed for a passing reason and is tried again.
    Waiting {
        /// The call.
        call: &'a str,
        /// The reason.
        why: &'a str,
        /// For how long.
        wait: Duration,
    },
}

/// Ignores everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn event(&self, _: Event<'_>) {}
}
