//! A post to be delivered, and its destination.

use std::collections::BTreeSet;
use std::sync::Mutex;

use bytes::Bytes;

use super::{PlannedTarget, Run};
use crate::deferred::DeferredReferences;
use crate::journal::{Origin, PostRow};
use crate::requests::Thread;

/// A post to be delivered.
pub(super) struct Item {
    /// The time in 3-render, in ms.
    pub(super) planned: i64,
    /// The time of the root it answers, in 3-render.
    pub(super) root: Option<i64>,
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
    pub(super) assigned: &'a PlannedTarget,
    pub(super) thread: &'a Thread,
    pub(super) target: i64,
    pub(super) planned: &'a Mutex<Planned>,
}

/// Times that a moved post must not take.
#[derive(Default)]
pub(super) struct Planned {
    /// The planned rows of the last chunks that were read.
    earlier: Vec<i64>,
    latest: Vec<i64>,
    /// The times that moved posts took in this run.
    moved: BTreeSet<i64>,
}

impl Planned {
    /// The times of the next chunk.
    pub(super) fn read(&mut self, ids: Vec<i64>) {
        self.earlier = std::mem::replace(&mut self.latest, ids);
    }

    /// Returns true if a post is planned at that time, or moved to it.
    pub(super) fn has(&self, id: i64) -> bool {
        self.earlier.binary_search(&id).is_ok()
            || self.latest.binary_search(&id).is_ok()
            || self.moved.contains(&id)
    }

    /// Takes a time for a moved post.
    pub(super) fn take(&mut self, id: i64) {
        self.moved.insert(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taken_times_are_stepped_over() {
        let mut planned = Planned::default();
        planned.read(vec![1, 2]);
        planned.read(vec![5, 6]);
        assert!(planned.has(2) && planned.has(5) && !planned.has(3));
        planned.read(vec![9]);
        assert!(!planned.has(2), "only the last two chunks are kept");
    }
}
