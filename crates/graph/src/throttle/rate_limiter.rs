//! A limiter: how many calls of one budget may pass, and how fast.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use chatferry_model::limits::Rate;

/// The extra distance between calls beyond the limit.
const MARGIN: f64 = 1.005;
/// The longest delay of a turn that does not delay the next one: tokio's timers are precise to 1
/// ms. Less than the margin makes of any second.
const TOLERANCE: Duration = Duration::from_millis(2);
/// The lowest rate of a limiter, in calls a second.
const SLOWEST: f64 = 0.25;
/// The number that is beyond any server's limit.
const FAST: f64 = 10_000.0;
/// The time after a 429 after which the limiter speeds up again by a twentieth of what was refused.
const STEP_AFTER: Duration = Duration::from_secs(10);
/// The share of the refused rate that is soon tried again.
const NEARLY: f64 = 0.9;
/// The time after a 429 after which more than that is tried.
const FORGET_AFTER: Duration = Duration::from_secs(600);

/// A budget of calls.
pub(super) struct RateLimiter {
    /// The time it opens next.
    at: Instant,
    /// The first call that may still be within the window of the next one, by its number and by
    /// when the server surely had it; as many as the window holds, in the order of their numbers.
    arrived: VecDeque<(u64, Instant)>,
    /// So many calls may arrive within `span`; 0: only spaced.
    window: usize,
    span: Duration,
    /// True if calls of a window may follow at once.
    bursts: bool,
    pace: Pace,
    /// The narrowest limiter whose call was last answered with 429, and until when that holds.
    blamed: Option<(usize, Instant)>,
}

/// The rate at which calls pass: additive increase, multiplicative decrease.
struct Pace {
    /// Calls a second; infinite: as they come.
    rate: f64,
    cap: f64,
    /// Since when calls of this rate are counted, and how many there were.
    since: Instant,
    used: u32,
    /// The rate that was refused last, and when.
    refused: Option<(f64, Instant)>,
}

impl RateLimiter {
    /// A limiter of that rate. `from` is what it begins with, where that is slower: it doubles
    /// every second in which it is used up, until the server says 429.
    pub(super) fn new(rate: Rate, from: Option<Rate>, now: Instant) -> Self {
        let cap = rate.calls_per_second();
        let pace = Pace {
            rate: from.map_or(cap, |from| from.calls_per_second().min(cap)),
            cap,
            since: now,
            used: 0,
            refused: None,
        };
        Self {
            at: now,
            arrived: VecDeque::new(),
            window: if cap <= FAST { cap as usize } else { 0 },
            span: Duration::from_secs(1),
            bursts: false,
            pace,
            blamed: None,
        }
    }

    /// A limiter of so many calls a minute, which may follow at once.
    pub(super) fn by_the_minute(rate: Rate, now: Instant) -> Self {
        let calls = rate.calls_per_second() * 60.0;
        Self {
            window: if calls.is_finite() {
                (calls.round() as usize).max(1)
            } else {
                0
            },
            // Graph's minute may be longer than ours by as much as the clocks' rates differ.
            span: Duration::from_secs(60).mul_f64(MARGIN),
            bursts: true,
            ..Self::new(Rate::UNLIMITED, None, now)
        }
    }

    /// Returns the time the next call may leave: spaced from the last, and a span after the one
    /// that is a window behind it.
    pub(super) fn opens(&self) -> Instant {
        match self.arrived.front() {
            Some((_, arrived)) if self.arrived.len() >= self.window => {
                self.at.max(*arrived + self.span)
            }
            _ => self.at,
        }
    }

    /// A call passes; the server has it `late` from now at the latest.
    pub(super) fn permit(&mut self, number: u64, now: Instant, late: Duration) {
        if !self.bursts {
            self.pace.count(now);
            let earliest = now.checked_sub(TOLERANCE).unwrap_or(now);
            self.at = self.at.max(earliest) + self.pace.interval();
        }
        if self.window == 0 {
            return;
        }
        if self.arrived.len() >= self.window {
            self.arrived.pop_front();
        }
        self.arrived.push_back((number, now + late));
    }

    /// A call was answered. Whether it was still on its way, as far as this limiter knew.
    pub(super) fn arrives(&mut self, number: u64, now: Instant) -> bool {
        let found = self
            .arrived
            .binary_search_by_key(&number, |(other, _)| *other);
        let known = found.ok().and_then(|at| self.arrived.get_mut(at));
        let Some((_, arrived)) = known.filter(|(_, arrived)| *arrived > now) else {
            return false;
        };
        *arrived = now;
        true
    }

    /// The server refused a call that left at `left`, and wants none until then.
    pub(super) fn refuse(&mut self, left: Instant, until: Instant, now: Instant) {
        self.at = self.at.max(until);
        if !self.bursts {
            self.pace.refuse(left, now);
        }
    }

    /// Notes that a call of the limiter `narrow` was refused; whether one of another was too, so
    /// that this limiter is meant.
    pub(super) fn attribute_429(&mut self, narrow: usize, until: Instant, now: Instant) -> bool {
        let another = self
            .blamed
            .is_some_and(|(limiter, held)| limiter != narrow && held > now);
        self.blamed = Some((narrow, until));
        another
    }
}

impl Pace {
    fn interval(&self) -> Duration {
        Duration::try_from_secs_f64(MARGIN / self.rate).unwrap_or(Duration::ZERO)
    }

    /// Counts a call, and goes faster where there is reason to.
    fn count(&mut self, now: Instant) {
        if self.rate >= self.cap {
            return;
        }
        self.used += 1;
        let elapsed = now.saturating_duration_since(self.since);
        match self.refused {
            None if elapsed >= Duration::from_secs(1) => {
                // Only what was used up is known to be taken.
                if f64::from(self.used) >= self.rate / 2.0 {
                    self.rate = (self.rate * 2.0).min(self.cap);
                }
                if self.rate > FAST {
                    self.rate = self.cap;
                }
            }
            Some((refused, at)) if elapsed >= STEP_AFTER => {
                let most = if now.saturating_duration_since(at) < FORGET_AFTER {
                    refused * NEARLY
                } else {
                    self.cap
                };
                let faster = (self.rate + refused / 20.0).min(most);
                self.rate = self.rate.max(faster).min(self.cap);
            }
            _ => return,
        }
        (self.since, self.used) = (now, 0);
    }

    /// Halves the rate that was found by doubling, and takes a fifth off one that was found step by
    /// step; once for all calls that left before the last time.
    fn refuse(&mut self, left: Instant, now: Instant) {
        if self.refused.is_some_and(|(_, at)| left <= at) || !self.rate.is_finite() {
            return;
        }
        let part = if self.refused.is_none() { 0.5 } else { 0.8 };
        self.refused = Some((self.rate, now));
        self.rate = (self.rate * part).max(SLOWEST.min(self.rate));
        (self.since, self.used) = (now, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the number of calls that pass a limiter in that many seconds; `refuses` tells at which
    /// rate the server says no.
    fn passes(limiter: &mut RateLimiter, start: Instant, seconds: u64, refuses: f64) -> usize {
        let (mut number, mut passed) = (0, 0);
        let end = start + Duration::from_secs(seconds);
        loop {
            let now = limiter.opens().max(start);
            if now >= end {
                return passed;
            }
            number += 1;
            limiter.permit(number, now, Duration::ZERO);
            limiter.arrives(number, now);
            if limiter.pace.rate > refuses {
                limiter.refuse(now, now + Duration::from_secs(1), now);
            } else {
                passed += 1;
            }
        }
    }

    #[test]
    fn a_careful_start_is_soon_as_fast_as_the_limit() {
        let now = Instant::now();
        let mut limiter = RateLimiter::new(Rate::UNLIMITED, Some(Rate::per_second(4.0)), now);
        // 4, 8, 16, 32 in the first seconds, 50 and more from then on.
        assert!(passes(&mut limiter, now, 5, f64::INFINITY) >= 4 + 8 + 16 + 32 + 50);
    }

    #[test]
    fn what_the_server_refuses_is_kept_below() {
        let now = Instant::now();
        let mut limiter = RateLimiter::new(Rate::UNLIMITED, Some(Rate::per_second(4.0)), now);
        let passed = passes(&mut limiter, now, 600, 10.0);
        assert!(
            (3_000..=6_000).contains(&passed),
            "{passed} in ten minutes at 10 a second"
        );
        assert!(limiter.pace.rate <= 16.0 * NEARLY);
    }

    #[test]
    fn calls_that_left_together_slow_it_down_once() {
        let now = Instant::now();
        let mut limiter = RateLimiter::new(Rate::per_second(5.0), None, now);
        limiter.refuse(now, now, now + Duration::from_millis(1));
        limiter.refuse(now, now, now + Duration::from_millis(2));
        assert!((limiter.pace.rate - 2.5).abs() < 1e-9);
    }

    #[test]
    fn four_a_minute_may_follow_at_once() {
        let now = Instant::now();
        let mut limiter = RateLimiter::by_the_minute(Rate::per_second(4.0 / 60.0), now);
        for number in 0..4 {
            assert!(limiter.opens() <= now);
            limiter.permit(number, now, Duration::ZERO);
        }
        let wait = limiter.opens() - now;
        assert!(wait > Duration::from_secs(60) && wait < Duration::from_secs(61));
    }
}
