//! Who may call when: one schedule for all callers, over hierarchical budgets.
//!
//! A call needs its turn at several gates at once, narrow to wide: its channel's and the app's.
//! Calls of a gate are spaced evenly, a hair further apart than the limit, so that no window of
//! any second holds more than the limit and a strict server never says 429. Calls may be late on
//! their way, some more than others, so that the server sees them closer together than they left:
//! therefore a second must also lie between a call's arrival, which is its answer at the latest, and
//! the one that is a window behind it. Among the callers
//! whose gates are open, the one with the most left to do goes first: that way the longest target
//! keeps its own full speed while the rest share what remains.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::config::{Limits, Rate};

/// How much further apart than the limit calls are spaced.
const MARGIN: f64 = 1.005;
/// How late a turn may be without the next one being late too: tokio's timers are precise to 1 ms.
/// Less than the margin makes of any second.
const TOLERANCE: Duration = Duration::from_millis(2);

/// How late a call may be on its way without two windows' worth meeting at the server, where the
/// server is near: its answers come sooner than that, so it costs nothing.
const LATE_WHEN_NEAR: Duration = Duration::from_millis(50);
/// The same where no answer comes so soon: this much of every second is lost.
const LATE_WHEN_FAR: Duration = Duration::from_millis(12);

/// Whose budget a call uses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    /// A post into that channel.
    ChannelPost(Arc<str>),
    /// A read of messages.
    MessageRead,
    /// A change of the members of that team or channel.
    Members(Arc<str>),
    /// Anything else.
    Other,
}

/// A budget.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Gate {
    Posts(Arc<str>),
    Members(Arc<str>),
    ChannelPosts,
    Reads,
    Others,
}

impl Scope {
    pub(crate) fn members(of: &str) -> Self {
        Self::Members(of.into())
    }

    /// The narrow gate of the scope, and the wide one behind it.
    fn gates(&self) -> (Gate, Option<Gate>) {
        match self {
            Self::ChannelPost(thread) => {
                (Gate::Posts(Arc::clone(thread)), Some(Gate::ChannelPosts))
            }
            Self::MessageRead => (Gate::Reads, Some(Gate::Others)),
            Self::Members(of) => (Gate::Members(Arc::clone(of)), Some(Gate::Others)),
            Self::Other => (Gate::Others, None),
        }
    }
}

impl Gate {
    fn rate(&self, limits: &Limits) -> Rate {
        match self {
            Self::Posts(_) => limits.channel_posts,
            Self::Members(_) => limits.member_changes,
            Self::ChannelPosts => limits.app_channel_posts,
            Self::Reads => limits.message_reads,
            Self::Others => limits.other_calls,
        }
    }
}

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
    /// Where each gate stands in `lanes`.
    places: HashMap<Gate, usize>,
    lanes: Vec<Lane>,
    /// Whether a task gives out turns.
    served: bool,
    arrivals: u64,
    passes: u64,
    /// The quickest answer so far.
    quickest: Option<Duration>,
}

/// A gate, and those for whom it is the narrow one, in the order of their arrival.
struct Lane {
    /// When the gate opens next.
    at: Instant,
    interval: Duration,
    /// The gate behind it.
    wide: Option<usize>,
    waiting: VecDeque<Waiting>,
    /// When the server surely had each of the last calls; as many as the limit allows a second.
    arrived: VecDeque<(u64, Instant)>,
    window: usize,
    /// The narrow gate whose call was last answered with 429, and until when that holds.
    blamed: Option<(usize, Instant)>,
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

    /// Nobody passes the scope's narrow gate for `wait`, because the server said so. When it says
    /// so to a second caller meanwhile, the wide gate is meant, and is closed too.
    pub(crate) fn close(&self, scope: &Scope, wait: Duration) {
        let mut state = self.shared.lock();
        let now = Instant::now();
        let until = now + wait;
        let narrow = state.lane(scope, &self.shared.limits, now);
        let wide = state.lanes.get_mut(narrow).and_then(|lane| {
            lane.delay(until);
            lane.wide
        });
        if let Some(wide) = wide.and_then(|wide| state.lanes.get_mut(wide)) {
            if wide
                .blamed
                .is_some_and(|(gate, held)| gate != narrow && held > now)
            {
                wide.delay(until);
            }
            wide.blamed = Some((narrow, until));
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
    /// The lane of a scope's narrow gate.
    fn lane(&mut self, scope: &Scope, limits: &Limits, now: Instant) -> usize {
        let (narrow, wide) = scope.gates();
        if let Some(place) = self.places.get(&narrow) {
            return *place;
        }
        let wide = wide.map(|wide| self.place(wide, None, limits, now));
        self.place(narrow, wide, limits, now)
    }

    fn place(&mut self, gate: Gate, wide: Option<usize>, limits: &Limits, now: Instant) -> usize {
        if let Some(place) = self.places.get(&gate) {
            return *place;
        }
        let rate = gate.rate(limits);
        let calls = rate.calls_per_second();
        self.lanes.push(Lane {
            at: now,
            interval: rate.interval().mul_f64(MARGIN),
            arrived: VecDeque::new(),
            window: if calls.is_finite() { calls as usize } else { 0 },
            wide,
            waiting: VecDeque::new(),
            blamed: None,
        });
        self.places.insert(gate, self.lanes.len() - 1);
        self.lanes.len() - 1
    }

    /// Gives a turn to everybody who can go now; when the next one can, or nothing if nobody waits.
    fn give_turns(&mut self, now: Instant) -> Option<Instant> {
        loop {
            let mut best: Option<(usize, (u64, Reverse<u64>))> = None;
            let mut next: Option<Instant> = None;
            for place in 0..self.lanes.len() {
                let Some(rank) = self.first_rank(place) else {
                    continue;
                };
                let opens = self.opens(place);
                if opens > now {
                    next = Some(next.map_or(opens, |next| next.min(opens)));
                } else if best.as_ref().is_none_or(|(_, other)| rank > *other) {
                    best = Some((place, rank));
                }
            }
            let Some((place, _)) = best else { return next };
            let first = self
                .lanes
                .get_mut(place)
                .and_then(|lane| lane.waiting.pop_front());
            // One who gave up meanwhile leaves its turn to the next.
            if let Some(first) = first.filter(|first| !first.turn.is_closed()) {
                let pass = self.pass(place, now);
                let _ = first.turn.send(pass);
            }
        }
    }

    /// The rank of the first in a lane; those who gave up are dropped.
    fn first_rank(&mut self, place: usize) -> Option<(u64, Reverse<u64>)> {
        let waiting = &mut self.lanes.get_mut(place)?.waiting;
        while waiting.front().is_some_and(|first| first.turn.is_closed()) {
            waiting.pop_front();
        }
        waiting.front().map(|first| first.rank)
    }

    /// When a lane's gate and the one behind it are open.
    fn opens(&self, place: usize) -> Instant {
        let narrow = self.lanes.get(place);
        let wide = narrow.and_then(|lane| self.lanes.get(lane.wide?));
        let opens = narrow.into_iter().chain(wide).map(Lane::opens).max();
        opens.unwrap_or_else(Instant::now)
    }

    /// Somebody passes a lane's gate and the one behind it now.
    fn pass(&mut self, place: usize, now: Instant) -> Pass {
        let earliest = now.checked_sub(TOLERANCE).unwrap_or(now);
        self.passes += 1;
        let number = self.passes;
        let near = self
            .quickest
            .is_none_or(|quickest| quickest <= LATE_WHEN_NEAR);
        let late = if near { LATE_WHEN_NEAR } else { LATE_WHEN_FAR };
        let mut gate = Some(place);
        while let Some(lane) = gate.and_then(|place| self.lanes.get_mut(place)) {
            lane.at = lane.at.max(earliest) + lane.interval;
            lane.leaves(number, now + late);
            gate = lane.wide;
        }
        Pass {
            lane: place,
            number,
            left: now,
        }
    }

    /// A call of a lane was answered; whether somebody waits for that.
    fn answered(&mut self, pass: &Pass, now: Instant) -> bool {
        let took = now.duration_since(pass.left);
        self.quickest = Some(self.quickest.map_or(took, |quickest| quickest.min(took)));
        let mut waited_for = false;
        let mut gate = Some(pass.lane);
        while let Some(lane) = gate.and_then(|place| self.lanes.get_mut(place)) {
            waited_for |= lane.arrives(pass.number, now);
            gate = lane.wide;
        }
        waited_for
    }
}

impl Lane {
    /// When the next call may leave: spaced from the last, and a second after the one that is a
    /// window behind it.
    fn opens(&self) -> Instant {
        match self.arrived.front() {
            Some((_, arrived)) if self.arrived.len() >= self.window => {
                self.at.max(*arrived + Duration::from_secs(1))
            }
            _ => self.at,
        }
    }

    fn leaves(&mut self, number: u64, at_latest: Instant) {
        if self.window == 0 {
            return;
        }
        if self.arrived.len() >= self.window {
            self.arrived.pop_front();
        }
        self.arrived.push_back((number, at_latest));
    }

    /// Whether that call was still on its way, as far as this lane knew.
    fn arrives(&mut self, number: u64, now: Instant) -> bool {
        let known = self.arrived.iter_mut().find(|(other, _)| *other == number);
        let Some((_, arrived)) = known.filter(|(_, arrived)| *arrived > now) else {
            return false;
        };
        *arrived = now;
        true
    }

    fn delay(&mut self, until: Instant) {
        self.at = self.at.max(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(thread: &str) -> Scope {
        Scope::ChannelPost(thread.into())
    }

    /// The most calls that any window of a second holds.
    fn fullest_second(times: &[Duration]) -> usize {
        let within = |start: &Duration| {
            times
                .iter()
                .filter(|t| *t >= start && **t < *start + Duration::from_secs(1))
                .count()
        };
        times.iter().map(within).max().unwrap_or(0)
    }

    async fn run(targets: &[(&'static str, u64)]) -> Vec<(&'static str, Duration)> {
        let throttle = Throttle::new(&Limits::default());
        let start = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for (target, posts) in targets.iter().copied() {
            let throttle = throttle.clone();
            tasks.spawn(async move {
                let scope = post(target);
                let mut times = Vec::new();
                for left in (0..posts).rev() {
                    let pass = throttle.turn(&scope, left).await;
                    times.push((target, start.elapsed()));
                    throttle.answered(pass);
                }
                times
            });
        }
        let mut times: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
        times.sort_by_key(|(_, time)| *time);
        times
    }

    #[tokio::test(start_paused = true)]
    async fn one_channel_reaches_its_limit_and_never_exceeds_it() {
        let times: Vec<_> = run(&[("a", 1_000)])
            .await
            .into_iter()
            .map(|(_, t)| t)
            .collect();
        assert!(fullest_second(&times) <= 5);
        let took = times.last().unwrap().as_secs_f64();
        assert!(took <= 1_000.0 / 5.0 * 1.01, "took {took} s");
    }

    #[tokio::test(start_paused = true)]
    async fn many_channels_reach_the_app_s_limit_and_the_longest_its_own() {
        let mut targets = vec![("longest", 1_000)];
        let others: [&str; 19] = [
            "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r",
            "s", "t",
        ];
        targets.extend(others.map(|name| (name, 400)));
        let times = run(&targets).await;
        let all: Vec<_> = times.iter().map(|(_, time)| *time).collect();
        assert!(fullest_second(&all) <= 50, "{}", fullest_second(&all));
        for (target, _) in &targets {
            let own: Vec<_> = times
                .iter()
                .filter(|(name, _)| name == target)
                .map(|(_, time)| *time)
                .collect();
            assert!(fullest_second(&own) <= 5, "{target}");
        }
        let bound = (1_000.0_f64 / 5.0).max(8_600.0 / 50.0);
        let took = all.last().unwrap().as_secs_f64();
        assert!(
            took <= bound * 1.02,
            "took {took} s, the bound is {bound} s"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn calls_that_are_late_on_their_way_do_not_meet_at_the_server() {
        let throttle = Throttle::new(&Limits::default());
        let start = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..500_u64 {
            let throttle = throttle.clone();
            tasks.spawn(async move {
                let pass = throttle.turn(&post("a"), 500 - number).await;
                // Most are quick, some are not, and the answer takes its time too.
                let late = if number % 7 == 0 { 48 } else { number % 3 };
                tokio::time::sleep(Duration::from_millis(late)).await;
                let arrived = start.elapsed();
                tokio::time::sleep(Duration::from_millis(number % 5 * 90)).await;
                throttle.answered(pass);
                arrived
            });
        }
        let mut times = tasks.join_all().await;
        times.sort();
        assert_eq!(fullest_second(&times), 5);
        let took = times.last().unwrap().as_secs_f64();
        assert!(took <= 500.0 / 5.0 * 1.06, "took {took} s");
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_closes_the_channel_and_not_its_neighbour() {
        let throttle = Throttle::new(&Limits::default());
        let start = Instant::now();
        throttle.close(&post("a"), Duration::from_secs(10));
        throttle.turn(&post("b"), 0).await;
        assert!(start.elapsed() < Duration::from_secs(1));
        throttle.turn(&post("a"), 0).await;
        assert!(start.elapsed() >= Duration::from_secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_for_two_channels_closes_the_app() {
        let throttle = Throttle::new(&Limits::default());
        let start = Instant::now();
        throttle.close(&post("a"), Duration::from_secs(10));
        throttle.close(&post("b"), Duration::from_secs(10));
        throttle.turn(&post("c"), 0).await;
        assert!(start.elapsed() >= Duration::from_secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_leaves_no_gap() {
        let throttle = Throttle::new(&Limits::default());
        throttle.turn(&post("a"), 0).await;
        let a = post("a");
        let gone = tokio::time::timeout(Duration::from_millis(1), throttle.turn(&a, 9));
        assert!(gone.await.is_err());
        let start = Instant::now();
        throttle.turn(&post("a"), 0).await;
        assert!(start.elapsed() <= Duration::from_millis(202));
    }

    #[tokio::test(start_paused = true)]
    async fn reads_of_messages_leave_room_for_other_calls() {
        let throttle = Throttle::new(&Limits::default());
        let start = Instant::now();
        let mut reads = tokio::task::JoinSet::new();
        for n in 0..300 {
            let throttle = throttle.clone();
            let scope = if n % 2 == 0 {
                Scope::MessageRead
            } else {
                Scope::Other
            };
            reads.spawn(async move {
                throttle.turn(&scope, 0).await;
                start.elapsed()
            });
        }
        let times = reads.join_all().await;
        assert!(fullest_second(&times) <= 30);
    }
}
