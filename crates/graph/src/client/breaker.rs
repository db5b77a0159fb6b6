//! A circuit breaker: when nothing works, nobody hammers.
//!
//! After many calls in a row without a proper answer, whatever they were, all wait; then one goes
//! ahead, and only if that one is answered do the others follow. Each time it is not, the wait
//! doubles. A refusal is an answer.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// So many failures in a row are no chance.
const OPENS_AFTER: u32 = 12;
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(super) struct Breaker {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// In a row.
    failures: u32,
    /// The time until which calls wait; none: no wait.
    until: Option<Instant>,
    wait: Option<Duration>,
    /// True if one has gone ahead.
    trying: bool,
}

impl Breaker {
    /// Waits until a call may be made.
    pub(super) async fn admit(&self) {
        loop {
            let changed = self.changed.notified();
            let until = {
                let mut state = self.lock();
                let Some(until) = state.until else { return };
                let now = Instant::now();
                if until <= now {
                    // This one goes ahead. Should it never come back, another does after a while.
                    state.until = Some(now + LONGEST_WAIT);
                    state.trying = true;
                    return;
                }
                until
            };
            tokio::select! {
                () = tokio::time::sleep_until(until) => {}
                () = changed => {}
            }
        }
    }

    /// A call was answered.
    pub(super) fn answered(&self) {
        let mut state = self.lock();
        let waited = state.until.is_some();
        *state = State::default();
        drop(state);
        if waited {
            self.changed.notify_waiters();
        }
    }

    /// A call was not.
    pub(super) fn failed(&self) {
        let mut state = self.lock();
        if state.until.is_some() && !state.trying {
            // It was on its way before all waited.
            return;
        }
        state.failures += 1;
        if state.failures < OPENS_AFTER {
            return;
        }
        let wait = state
            .wait
            .map_or(FIRST_WAIT, |wait| (wait * 2).min(LONGEST_WAIT));
        state.wait = Some(wait);
        state.until = Some(Instant::now() + wait);
        state.trying = false;
        drop(state);
        tracing::debug!(?wait, "nothing is answered; all calls wait");
        self.changed.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn after_many_failures_one_goes_ahead() {
        let breaker = Breaker::default();
        let start = Instant::now();
        for _ in 0..OPENS_AFTER - 1 {
            breaker.failed();
        }
        breaker.admit().await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        breaker.failed();
        breaker.admit().await;
        assert!(start.elapsed() >= FIRST_WAIT, "the first goes ahead");
        let other = tokio::time::timeout(Duration::from_secs(30), breaker.admit());
        assert!(other.await.is_err(), "the others wait for it");
        let again = Instant::now();
        breaker.failed();
        breaker.admit().await;
        assert_eq!(again.elapsed(), FIRST_WAIT * 2);
        breaker.answered();
        let before = Instant::now();
        breaker.admit().await;
        assert_eq!(before.elapsed(), Duration::ZERO);
    }
}
