//! The throttle: one schedule for all callers, over hierarchical budgets.
//!
//! A call needs its turn at several limiters at once, narrow to wide: its channel's, its team's and
//! the app's. Calls of a limiter are spaced evenly, a hair further apart than the limit, so that no
//! window of any second holds more than the limit and a strict server never says 429. Calls may be
//! late on their way, some more than others, so that the server sees them closer together than
//! they left: therefore a second must also lie between a call's arrival, which is its answer at
//! the latest, and the one that is a window behind it. Among the callers whose limiters are open,
//! the one with the most left to do goes first: that way the longest target keeps its own full
//! speed while the rest share what remains.
//!
//! Whether a team takes more than 4 calls a second during an import is nowhere said. So its limiter
//! begins there and doubles every second in which it was used up. The first 429 halves the rate of
//! the narrow limiter, and of the wider one too where another channel was refused meanwhile; later
//! ones take a fifth off it. A twentieth comes back every ten seconds. What the careful start costs
//! against 50 a second from the first moment is under three seconds.

mod rate_limiter;
mod scope;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use chatferry_model::limits::Limits;
use rate_limiter::RateLimiter;
use scope::Budget;

pub(crate) use scope::Scope;

/// The longest delay of a call on its way without two windows' worth meeting at the server, where
/// the server is near: its answers come sooner than that, so it costs nothing.
const LATE_WHEN_NEAR: Duration = Duration::from_millis(50);
/// The share of every second that is lost where no response comes so soon.
const LATE_WHEN_FAR: Duration = Duration::from_millis(12);

/// The schedule; clones share it.
#[derive(Clone)]
pub(crate) struct Throttle {
    shared: Arc<Shared>,
}

struct Shared {
    limits: Limits,
    state: Mutex<State>,
    /// Somebody new waits, or a limiter was closed.
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// The index of each scope in `queues`, and of each budget in `limiters`.
    lane_of: HashMap<Scope, usize>,
    gate_of: HashMap<Budget, usize>,
    queues: Vec<Queue>,
    limiters: Vec<RateLimiter>,
    /// True if a task gives out turns.
    served: bool,
    arrivals: u64,
    passes: u64,
    /// The quickest answer so far.
    quickest: Option<Duration>,
}

/// The callers that wait for the same limiters, in the order of their arrival.
struct Queue {
    /// Narrow to wide.
    limiters: Vec<usize>,
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    /// The order of callers: the highest priority, then the earliest arrival.
    rank: (u64, Reverse<u64>),
    turn: oneshot::Sender<Permit>,
}

/// A call on its way, to be told of when it is answered.
#[derive(Debug)]
pub(crate) struct Permit {
    queue: usize,
    number: u64,
    left: Instant,
}

impl Permit {
    /// Returns the time the call left.
    pub(crate) fn left(&self) -> Instant {
        self.left
    }
}

impl Throttle {
    pub(crate) fn new(limits: &Limits) -> Self {
        let shared = Shared {
            limits: *limits,
            state: Mutex::default(),
            changed: Notify::new(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Waits for the turn of a call. Of several that could go, the highest priority goes. Nothing,
    /// if the runtime ends meanwhile.
    pub(crate) async fn acquire(&self, scope: &Scope, priority: u64) -> Option<Permit> {
        let turn = {
            let mut state = self.shared.lock();
            let now = Instant::now();
            let queue = state.queue(scope, &self.shared.limits, now);
            if !state.served && state.opens(queue) <= now {
                return Some(state.permit(queue, now));
            }
            let (sender, turn) = oneshot::channel();
            state.arrivals += 1;
            let rank = (priority, Reverse(state.arrivals));
            if let Some(queue) = state.queues.get_mut(queue) {
                queue.waiting.push_back(Waiting { rank, turn: sender });
            }
            if state.served {
                self.shared.changed.notify_one();
            } else {
                state.served = true;
                tokio::spawn(serve(Arc::clone(&self.shared)));
            }
            turn
        };
        // The sender is dropped only with the runtime; then nobody waits here either.
        turn.await.ok()
    }

    /// A call was answered, so the server has had it.
    pub(crate) fn answered(&self, permit: Option<Permit>) {
        let Some(permit) = permit else { return };
        let mut state = self.shared.lock();
        if state.answered(&permit, Instant::now()) {
            drop(state);
            self.shared.changed.notify_one();
        }
    }

    /// Nobody passes the scope's narrow limiter for `wait`, because the server said so to a call
    /// that left at `left`, and from then on fewer do. When it says so meanwhile to a caller of
    /// another narrow limiter, the wider one is meant, and the same holds for that.
    pub(crate) fn close(&self, scope: &Scope, wait: Duration, left: Instant) {
        let mut state = self.shared.lock();
        let now = Instant::now();
        let until = now + wait;
        let queue = state.queue(scope, &self.shared.limits, now);
        let limiters = state.queues.get(queue).map(|queue| queue.limiters.clone());
        let limiters = limiters.unwrap_or_default();
        let mut meant = true;
        let mut narrow = None;
        for at in limiters {
            let Some(limiter) = state.limiters.get_mut(at) else {
                continue;
            };
            if let Some(narrow) = narrow {
                meant = limiter.attribute_429(narrow, until, now);
            }
            if meant {
                limiter.refuse(left, until, now);
            }
            narrow = Some(narrow.unwrap_or(at));
        }
        drop(state);
        self.shared.changed.notify_one();
    }
}

/// Gives out turns until nobody waits any more.
async fn serve(shared: Arc<Shared>) {
    loop {
        let next = {
            let mut state = shared.lock();
            let next = state.give_turns(Instant::now());
            state.served = next.is_some();
            next
        };
        let Some(next) = next else { return };
        tokio::select! {
            () = tokio::time::sleep_until(next) => {}
            () = shared.changed.notified() => {}
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The queue of a scope.
    fn queue(&mut self, scope: &Scope, limits: &Limits, now: Instant) -> usize {
        if let Some(queue) = self.lane_of.get(scope) {
            return *queue;
        }
        let mut limiters = Vec::new();
        for budget in scope.budgets() {
            let next = self.limiters.len();
            let limiter = *self.gate_of.entry(budget.clone()).or_insert(next);
            if limiter == next {
                self.limiters.push(budget.limiter(limits, now));
            }
            limiters.push(limiter);
        }
        self.queues.push(Queue {
            limiters,
            waiting: VecDeque::new(),
        });
        let queue = self.queues.len() - 1;
        self.lane_of.insert(scope.clone(), queue);
        queue
    }

    /// Gives a turn to everybody who can go now; when the next one can, or nothing if nobody waits.
    fn give_turns(&mut self, now: Instant) -> Option<Instant> {
        loop {
            let mut best: Option<(usize, (u64, Reverse<u64>))> = None;
            let mut next: Option<Instant> = None;
            for queue in 0..self.queues.len() {
                let Some(rank) = self.first_rank(queue) else {
                    continue;
                };
                let opens = self.opens(queue);
                if opens > now {
                    next = Some(next.map_or(opens, |next| next.min(opens)));
                } else if best.as_ref().is_none_or(|(_, other)| rank > *other) {
                    best = Some((queue, rank));
                }
            }
            let Some((queue, _)) = best else { return next };
            let first = self
                .queues
                .get_mut(queue)
                .and_then(|queue| queue.waiting.pop_front());
            // One who gave up meanwhile leaves its turn to the next.
            if let Some(first) = first.filter(|first| !first.turn.is_closed()) {
                let permit = self.permit(queue, now);
                let _ = first.turn.send(permit);
            }
        }
    }

    /// The rank of the first in a queue; those who gave up are dropped.
    fn first_rank(&mut self, queue: usize) -> Option<(u64, Reverse<u64>)> {
        let waiting = &mut self.queues.get_mut(queue)?.waiting;
        while waiting.front().is_some_and(|first| first.turn.is_closed()) {
            waiting.pop_front();
        }
        waiting.front().map(|first| first.rank)
    }

    /// Returns the time when all limiters of a queue are open.
    fn opens(&self, queue: usize) -> Instant {
        let limiters = self.queues.get(queue).into_iter();
        let limiters = limiters.flat_map(|queue| &queue.limiters);
        let opens = limiters.filter_map(|at| self.limiters.get(*at).map(RateLimiter::opens));
        opens.max().unwrap_or_else(Instant::now)
    }

    /// Somebody passes a queue's limiters now.
    fn permit(&mut self, queue: usize, now: Instant) -> Permit {
        self.passes += 1;
        let number = self.passes;
        let near = self
            .quickest
            .is_none_or(|quickest| quickest <= LATE_WHEN_NEAR);
        let late = if near { LATE_WHEN_NEAR } else { LATE_WHEN_FAR };
        for at in self
            .queues
            .get(queue)
            .into_iter()
            .flat_map(|queue| &queue.limiters)
        {
            if let Some(limiter) = self.limiters.get_mut(*at) {
                limiter.permit(number, now, late);
            }
        }
        Permit {
            queue,
            number,
            left: now,
        }
    }

    /// A call of a queue was answered; whether somebody waits for that.
    fn answered(&mut self, permit: &Permit, now: Instant) -> bool {
        let took = now.duration_since(permit.left);
        self.quickest = Some(self.quickest.map_or(took, |quickest| quickest.min(took)));
        let mut waited_for = false;
        for at in self
            .queues
            .get(permit.queue)
            .into_iter()
            .flat_map(|queue| &queue.limiters)
        {
            if let Some(limiter) = self.limiters.get_mut(*at) {
                waited_for |= limiter.arrives(permit.number, now);
            }
        }
        waited_for
    }
}
