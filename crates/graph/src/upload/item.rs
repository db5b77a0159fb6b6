//! A post to be delivered, and its destination.

use std::collections::BTreeSet;
use std::sync::Mutex;

use bytes::Bytes;
use chatferry_model::GraphMessageId;

use super::Run;
use super::input::PlannedTarget;
use crate::deferred::DeferredReferences;
use crate::journal::{Origin, PlannedTime, PostRow, TargetNumber};
use crate::requests::Thread;

/// A post to be delivered.
pub(super) struct Item {
    pub(super) planned: PlannedTime,
    /// The time of the root it answers.
    pub(super) root: Option<PlannedTime>,
    pub(super) body: Bytes,
    /// The deferred references to resolve before the post is sent.
    pub(super) deferred: Option<Box<DeferredReferences>>,
    /// Set when an earlier run may have sent it.
    pub(super) unsure: Option<PostRow>,
    /// By what it is known again in a newer export.
    pub(super) origin: Origin,
    pub(super) conversation: Box<str>,
    pub(super) message: Box<str>,
}

/// The destination of posts.
#[derive(Clone, Copy)]
pub(super) struct Destination<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) target: &'a PlannedTarget,
    pub(super) thread: &'a Thread,
    pub(super) number: TargetNumber,
    pub(super) taken: &'a Mutex<TakenTimes>,
}

/// Times that a moved post must not take.
#[derive(Default)]
pub(super) struct TakenTimes {
    /// The planned times of the last chunks that were read.
    earlier: Vec<GraphMessageId>,
    latest: Vec<GraphMessageId>,
    /// The times that moved posts took in this run.
    moved: BTreeSet<GraphMessageId>,
}

impl TakenTimes {
    /// Takes the times of the next chunk.
    pub(super) fn read(&mut self, ids: Vec<GraphMessageId>) {
        self.earlier = std::mem::replace(&mut self.latest, ids);
    }

    /// Returns true if a post is planned at that time, or moved to it.
    pub(super) fn has(&self, id: GraphMessageId) -> bool {
        self.earlier.binary_search(&id).is_ok()
            || self.latest.binary_search(&id).is_ok()
            || self.moved.contains(&id)
    }

    /// Takes a time for a moved post.
    pub(super) fn take(&mut self, id: GraphMessageId) {
        self.moved.insert(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taken_times_are_stepped_over() {
        let at = |ms| PlannedTime::at(ms).id();
        let mut taken = TakenTimes::default();
        taken.read(vec![at(1), at(2)]);
        taken.read(vec![at(5), at(6)]);
        assert!(taken.has(at(2)) && taken.has(at(5)) && !taken.has(at(3)));
        taken.read(vec![at(9)]);
        assert!(!taken.has(at(2)), "only the last two chunks are kept");
    }
}
