//! Who may call when: one schedule for all callers, over hierarchical budgets.
//!
//! A call needs its turn at several gates at once, narrow to wide: its channel's, its team's and
//! the app's. Calls of a gate are spaced evenly, a hair further apart than the limit, so that no
//! window of any second holds more than the limit and a strict server never says 429. Calls may be
//! late on their way, some more than others, so that the server sees them closer together than
//! they left: therefore a second must also lie between a call's arrival, which is its answer at
//! the latest, and the one that is a window behind it. Among the callers whose gates are open, the
//! one with the most left to do goes first: that way the longest target keeps its own full speed
//! while the rest share what remains.
//!
//! Whether a team takes more than 4 calls a second during an import is nowhere said. So its gate
//! begins there and doubles every second in which it was used up. The first 429 halves the rate of
//! the narrow gate, and of the wider one too where another channel was refused meanwhile; later
//! ones take a fifth off it. A twentieth comes back every ten seconds. What the careful start costs
//! against 50 a second from the first moment is under three seconds.

mod gate;
mod scope;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::config::Limits;
use gate::Gate;
use scope::Budget;

pub(crate) use scope::Scope;

/// How late a call may be on its way without two windows' worth meeting at the server, where the
/// server is near: its answers come sooner than that, so it costs nothing.
const LATE_WHEN_NEAR: Duration = Duration::from_millis(50);
/// The same where no answer comes so soon: this much of every second is lost.
const LATE_WHEN_FAR: Duration = Duration::from_millis(12);

/// The schedule; clones share it.
#[derive(Clone)]
pub(crate) struct Throttle {
    shared: Arc<Shared>,
}

struct Shared {
    limits: Limits,
    state: Mutex<State>,
    /// Somebody new waits, or a gate was closed.
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// Where each scope stands in `lanes`, and each budget in `gates`.
    lane_of: HashMap<Scope, usize>,
    gate_of: HashMap<Budget, usize>,
    lanes: Vec<Lane>,
    gates: Vec<Gate>,
    /// Whether a task gives out turns.
    served: bool,
    arrivals: u64,
    passes: u64,
    /// The quickest answer so far.
    quickest: Option<Duration>,
}

/// Those who wait for the same gates, in the order of their arrival.
struct Lane {
    /// Narrow to wide.
    gates: Vec<usize>,
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    /// Who goes first: the highest priority, then the earliest arrival.
    rank: (u64, Reverse<u64>),
    turn: oneshot::Sender<Pass>,
}

/// A call on its way, to be told of when it is answered.
#[derive(Debug)]
pub(crate) struct Pass {
    lane: usize,
    number: u64,
    left: Instant,
}

impl Pass {
    /// When the call left.
    pub(crate) fn left(&self) -> Instant {
        self.left
    }
}

impl Throttle {
    pub(crate) fn new(limits: &Limits) -> Self {
        let shared = Shared {
            limits: limits.clone(),
            state: Mutex::default(),
            changed: Notify::new(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Waits for the turn of a call. Of several that could go, the highest priority goes. Nothing,
    /// if the runtime ends meanwhile.
    pub(crate) async fn turn(&self, scope: &Scope, priority: u64) -> Option<Pass> {
        let turn = {
            let mut state = self.shared.lock();
            let now = Instant::now();
            let lane = state.lane(scope, &self.shared.limits, now);
            if !state.served && state.opens(lane) <= now {
                return Some(state.pass(lane, now));
            }
            let (sender, turn) = oneshot::channel();
            state.arrivals += 1;
            let rank = (priority, Reverse(state.arrivals));
            if let Some(lane) = state.lanes.get_mut(lane) {
                lane.waiting.push_back(Waiting { rank, turn: sender });
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
    pub(crate) fn answered(&self, pass: Option<Pass>) {
        let Some(pass) = pass else { return };
        let mut state = self.shared.lock();
        if state.answered(&pass, Instant::now()) {
            drop(state);
            self.shared.changed.notify_one();
        }
    }

    /// Nobody passes the scope's narrow gate for `wait`, because the server said so to a call that
    /// left at `left`, and from then on fewer do. When it says so meanwhile to a caller of another
    /// narrow gate, the wider one is meant, and the same holds for that.
    pub(crate) fn close(&self, scope: &Scope, wait: Duration, left: Instant) {
        let mut state = self.shared.lock();
        let now = Instant::now();
        let until = now + wait;
        let lane = state.lane(scope, &self.shared.limits, now);
        let gates = state.lanes.get(lane).map(|lane| lane.gates.clone());
        let gates = gates.unwrap_or_default();
        let mut meant = true;
        let mut narrow = None;
        for at in gates {
            let Some(gate) = state.gates.get_mut(at) else {
                continue;
            };
            if let Some(narrow) = narrow {
                meant = gate.blame(narrow, until, now);
            }
            if meant {
                gate.refuse(left, until, now);
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
    /// The lane of a scope.
    fn lane(&mut self, scope: &Scope, limits: &Limits, now: Instant) -> usize {
        if let Some(lane) = self.lane_of.get(scope) {
            return *lane;
        }
        let mut gates = Vec::new();
        for budget in scope.budgets() {
            let next = self.gates.len();
            let gate = *self.gate_of.entry(budget.clone()).or_insert(next);
            if gate == next {
                self.gates.push(budget.gate(limits, now));
            }
            gates.push(gate);
        }
        self.lanes.push(Lane {
            gates,
            waiting: VecDeque::new(),
        });
        let lane = self.lanes.len() - 1;
        self.lane_of.insert(scope.clone(), lane);
        lane
    }

    /// Gives a turn to everybody who can go now; when the next one can, or nothing if nobody waits.
    fn give_turns(&mut self, now: Instant) -> Option<Instant> {
        loop {
            let mut best: Option<(usize, (u64, Reverse<u64>))> = None;
            let mut next: Option<Instant> = None;
            for lane in 0..self.lanes.len() {
                let Some(rank) = self.first_rank(lane) else {
                    continue;
                };
                let opens = self.opens(lane);
                if opens > now {
                    next = Some(next.map_or(opens, |next| next.min(opens)));
                } else if best.as_ref().is_none_or(|(_, other)| rank > *other) {
                    best = Some((lane, rank));
                }
            }
            let Some((lane, _)) = best else { return next };
            let first = self
                .lanes
                .get_mut(lane)
                .and_then(|lane| lane.waiting.pop_front());
            // One who gave up meanwhile leaves its turn to the next.
            if let Some(first) = first.filter(|first| !first.turn.is_closed()) {
                let pass = self.pass(lane, now);
                let _ = first.turn.send(pass);
            }
        }
    }

    /// The rank of the first in a lane; those who gave up are dropped.
    fn first_rank(&mut self, lane: usize) -> Option<(u64, Reverse<u64>)> {
        let waiting = &mut self.lanes.get_mut(lane)?.waiting;
        while waiting.front().is_some_and(|first| first.turn.is_closed()) {
            waiting.pop_front();
        }
        waiting.front().map(|first| first.rank)
    }

    /// When all gates of a lane are open.
    fn opens(&self, lane: usize) -> Instant {
        let gates = self.lanes.get(lane).into_iter();
        let gates = gates.flat_map(|lane| &lane.gates);
        let opens = gates.filter_map(|at| self.gates.get(*at).map(Gate::opens));
        opens.max().unwrap_or_else(Instant::now)
    }

    /// Somebody passes a lane's gates now.
    fn pass(&mut self, lane: usize, now: Instant) -> Pass {
        self.passes += 1;
        let number = self.passes;
        let near = self
            .quickest
            .is_none_or(|quickest| quickest <= LATE_WHEN_NEAR);
        let late = if near { LATE_WHEN_NEAR } else { LATE_WHEN_FAR };
        for at in self
            .lanes
            .get(lane)
            .into_iter()
            .flat_map(|lane| &lane.gates)
        {
            if let Some(gate) = self.gates.get_mut(*at) {
                gate.pass(number, now, late);
            }
        }
        Pass {
            lane,
            number,
            left: now,
        }
    }

    /// A call of a lane was answered; whether somebody waits for that.
    fn answered(&mut self, pass: &Pass, now: Instant) -> bool {
        let took = now.duration_since(pass.left);
        self.quickest = Some(self.quickest.map_or(took, |quickest| quickest.min(took)));
        let mut waited_for = false;
        for at in self
            .lanes
            .get(pass.lane)
            .into_iter()
            .flat_map(|lane| &lane.gates)
        {
            if let Some(gate) = self.gates.get_mut(*at) {
                waited_for |= gate.arrives(pass.number, now);
            }
        }
        waited_for
    }
}
