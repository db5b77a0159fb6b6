//! Places for targets that are filled at the same time, given to the longest first.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// A number of slots and those who wait for one.
pub(super) struct Slots {
    state: Mutex<State>,
}

struct State {
    free: usize,
    arrivals: u64,
    /// By length and then by arrival; the last one is next.
    waiting: BTreeMap<(u64, Reverse<u64>), oneshot::Sender<()>>,
}

/// A slot; free again when dropped.
pub(super) struct Slot<'a> {
    slots: &'a Slots,
}

impl Slots {
    pub(super) fn new(free: usize) -> Self {
        let state = State {
            free: free.max(1),
            arrivals: 0,
            waiting: BTreeMap::new(),
        };
        Self {
            state: Mutex::new(state),
        }
    }

    /// Waits for a slot; among those who wait, the longest goes first.
    pub(super) async fn take(&self, length: u64) -> Slot<'_> {
        let turn = {
            let mut state = self.lock();
            if state.free > 0 {
                state.free -= 1;
                return Slot { slots: self };
            }
            let (sender, turn) = oneshot::channel();
            state.arrivals += 1;
            let arrival = Reverse(state.arrivals);
            state.waiting.insert((length, arrival), sender);
            turn
        };
        // The sender lives in `self`, so it is there until it sends.
        let _ = turn.await;
        Slot { slots: self }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut state = self.slots.lock();
        while let Some((_, next)) = state.waiting.pop_last() {
            // One who gave up meanwhile leaves it to the next.
            if next.send(()).is_ok() {
                return;
            }
        }
        state.free += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt as _;
    use futures_util::stream::FuturesUnordered;

    #[tokio::test]
    async fn the_longest_goes_first() {
        let slots = Slots::new(1);
        let held = slots.take(0).await;
        let done = Mutex::new(Vec::new());
        let mut waiting: FuturesUnordered<_> = [3, 9, 5, 9]
            .into_iter()
            .enumerate()
            .map(|(n, length)| {
                let (slots, done) = (&slots, &done);
                async move {
                    let _slot = slots.take(length).await;
                    done.lock().unwrap().push((length, n));
                }
            })
            .collect();
        let early = tokio::time::timeout(std::time::Duration::ZERO, waiting.next()).await;
        assert!(early.is_err());
        drop(held);
        while waiting.next().await.is_some() {}
        assert_eq!(*done.lock().unwrap(), [(9, 1), (9, 3), (5, 2), (3, 0)]);
    }
}
