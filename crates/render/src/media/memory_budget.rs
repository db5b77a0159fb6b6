//! Lets only so many pictures be open at a time that they fit into memory together.

use std::sync::{Condvar, Mutex, PoisonError};

/// Bytes that all open pictures may take together; one that needs more is never opened. Enough for
/// 50 megapixels.
pub(crate) const OPEN_BYTES: u64 = 160 * 1024 * 1024;

/// Lets only so many pictures be open at a time that they fit into memory together.
#[derive(Default)]
pub(crate) struct MemoryBudget {
    taken: Mutex<u64>,
    freed: Condvar,
}

/// The room of an open picture; dropping it frees the room.
pub(crate) struct Room<'g> {
    budget: &'g MemoryBudget,
    bytes: u64,
}

impl MemoryBudget {
    /// Waits until there is room for `bytes`; nothing if there never will be.
    pub(crate) fn enter(&self, bytes: u64) -> Option<Room<'_>> {
        if bytes > OPEN_BYTES {
            return None;
        }
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |taken: &mut u64| *taken + bytes > OPEN_BYTES;
        let mut taken =
            (self.freed.wait_while(taken, full)).unwrap_or_else(PoisonError::into_inner);
        *taken += bytes;
        Some(Room {
            budget: self,
            bytes,
        })
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        *self
            .budget
            .taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.budget.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn never_more_is_open_than_fits() {
        let budget = MemoryBudget::default();
        let (open, most) = (AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            for n in 1..=12 {
                let (budget, open, most) = (&budget, &open, &most);
                scope.spawn(move || {
                    let bytes = OPEN_BYTES / 12 * n;
                    let room = budget.enter(bytes).unwrap();
                    let now = open.fetch_add(bytes, Ordering::SeqCst) + bytes;
                    most.fetch_max(now, Ordering::SeqCst);
                    thread::yield_now();
                    open.fetch_sub(bytes, Ordering::SeqCst);
                    drop(room);
                });
            }
        });
        assert!(most.into_inner() <= OPEN_BYTES);
        assert!(budget.enter(OPEN_BYTES + 1).is_none());
        assert!(budget.enter(OPEN_BYTES).is_some());
    }
}
