//! Memory of chunks that are done with, for the next ones: fresh memory has to be cleared by the
//! system first, which takes a tenth of the time it takes to check what is read into it.

use std::sync::{Mutex, PoisonError};

/// As many as are in the works on two cores or four; what comes beyond goes back to the system.
const MOST: usize = 32;
/// The size above which a buffer held one line longer than all others.
const LARGEST: usize = 1024 * 1024;

static POOL: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// An empty buffer, with memory if there is some.
pub(super) fn take() -> Vec<u8> {
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    pool.pop().unwrap_or_default()
}

/// Takes the memory of a buffer.
pub(super) fn give_back(mut buffer: Vec<u8>) {
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if pool.len() < MOST && buffer.capacity() <= LARGEST {
        buffer.clear();
        pool.push(buffer);
    }
}
