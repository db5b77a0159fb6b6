//! The clock as a seam: a rehearsal runs on the simulated tenant's clock.

use chatferry_model::Millis;

/// Tells wall time. Waiting is tokio's business, so that its paused time works.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Millis;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Millis {
        // A clock before 1970 is a machine without a battery; then nothing lies in the past.
        Millis::new(jiff::Timestamp::now().as_millisecond()).unwrap_or(Millis::EPOCH)
    }
}
