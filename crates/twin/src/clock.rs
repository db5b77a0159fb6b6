//! The tenant's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use crate::moment::Moment;

/// The tenant's clock. Nothing in the twin sleeps: a request is judged by comparing what this
/// clock says with the moments kept in the state, so any of the three gives the same tenant.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's time, for a twin served to other programs.
    System,
    /// Tokio's time, counted from `epoch`: under a paused runtime it is virtual time, moved on
    /// by the caller's own `tokio::time::sleep`.
    Tokio {
        /// The clock's time at `start`.
        epoch: Moment,
        /// The instant the counting began.
        start: tokio::time::Instant,
    },
    /// Stands still until [`Clock::advance`] moves it.
    Manual(Arc<AtomicI64>),
}

/// Only a manual clock can be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this tenant's clock runs by itself; only a manual clock can be advanced")]
pub struct NotManual;

impl Clock {
    /// Tokio's time, starting now at `epoch`.
    pub fn tokio(epoch: Moment) -> Clock {
        Clock::Tokio {
            epoch,
            start: tokio::time::Instant::now(),
        }
    }

    /// A clock that stands at `start`.
    pub fn manual(start: Moment) -> Clock {
        Clock::Manual(Arc::new(AtomicI64::new(start.as_micros())))
    }

    /// Returns the clock's time.
    pub fn now(&self) -> Moment {
        match self {
            Clock::System => {
                let since_epoch = SystemTime::now()
                    .duration_since(SystemTime::UNIX_EPOCH)
                    .unwrap_or_default();
                Moment::from_micros(0).plus(since_epoch)
            }
            Clock::Tokio { epoch, start } => epoch.plus(start.elapsed()),
            Clock::Manual(micros) => Moment::from_micros(micros.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock on and returns what it says then.
    ///
    /// # Errors
    /// [`NotManual`] for the clocks that run by themselves.
    pub fn advance(&self, by: Duration) -> Result<Moment, NotManual> {
        let Clock::Manual(micros) = self else {
            return Err(NotManual);
        };
        let step = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        let before = micros.fetch_add(step, Ordering::SeqCst);
        Ok(Moment::from_micros(before.saturating_add(step)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Clock, NotManual};
    use crate::moment::Moment;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(Moment::from_millis(5));
        assert_eq!(clock.now(), Moment::from_millis(5));
        assert_eq!(
            clock.advance(Duration::from_millis(2)),
            Ok(Moment::from_millis(7))
        );
        assert_eq!(clock.clone().now(), Moment::from_millis(7));
        assert_eq!(Clock::System.advance(Duration::ZERO), Err(NotManual));
    }

    #[tokio::test(start_paused = true)]
    async fn under_a_paused_runtime_the_tokio_clock_is_virtual() {
        let clock = Clock::tokio(Moment::from_millis(1_000));
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        assert_eq!(clock.now(), Moment::from_millis(3_601_000));
    }
}
