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
//! | calls | gates (graph.md 2.1, 2.2) |
//! |---|---|
//! | posts into a channel | 5 a second for the channel; the team's; 50 for the app |
//! | posts into a chat | 5 a second for the chat; 20 for the app |
//! | reads of messages | 20 a second for the thread, and for the app; other calls |
//! | changes of members | 4 a minute for the team, channel or chat; other calls |
//! | other calls on a channel or chat | 1 a second for it; other calls |
//! | calls that make or list a team's channels | the team's; other calls |
//! | creations of teams | 10 a second; other calls |
//! | calls about files | 10 a second, a figure of ours: SharePoint's are not published |
//! | other calls | 30 a second |
//!
//! Whether a team takes more than 4 calls a second during an import is nowhere said. So its gate
//! begins there and doubles every second in which it was used up. The first 429 halves the rate of
//! the narrow gate, and of the wider one too where another channel was refused meanwhile; later
//! ones take a fifth off it. A twentieth comes back every ten seconds. What the careful start costs against 50 a second from
//! the first moment is under three seconds.

mod gate;

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::config::{Limits, Rate};
use gate::Gate;

/// How late a call may be on its way without two windows' worth meeting at the server, where the
/// server is near: its answers come sooner than that, so it costs nothing.
const LATE_WHEN_NEAR: Duration = Duration::from_millis(50);
/// The same where no answer comes so soon: this much of every second is lost.
const LATE_WHEN_FAR: Duration = Duration::from_millis(12);

/// Creations of teams a second (graph.md 2.2).
const TEAMS: f64 = 10.0;
/// Calls on one channel or chat a second that are neither posts nor reads of them (graph.md 2.2).
const ON_THREAD: f64 = 1.0;

/// Whose budget a call uses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    /// A post into a channel of a team.
    ChannelPost {
        /// The team.
        team: Arc<str>,
        /// The channel.
        channel: Arc<str>,
    },
    /// A post into that chat.
    ChatPost(Arc<str>),
    /// A read of messages of that channel or chat.
    MessageRead(Arc<str>),
    /// A change of the members of that team, channel or chat.
    Members(Arc<str>),
    /// Another call on that channel or chat.
    Thread(Arc<str>),
    /// A call that makes or lists channels of that team.
    Team(Arc<str>),
    /// The creation of a team.
    CreateTeam,
    /// A call about files, which SharePoint answers.
    Files,
    /// Anything else.
    Other,
}

/// What a gate is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Budget {
    Posts(Arc<str>),
    Team(Arc<str>),
    ChannelPosts,
    ChatPosts,
    ThreadReads(Arc<str>),
    Reads,
    Members(Arc<str>),
    Thread(Arc<str>),
    Teams,
    Files,
    Others,
}

impl Scope {
    pub(crate) fn members(of: &str) -> Self {
        Self::Members(of.into())
    }

    pub(crate) fn thread(thread: &str) -> Self {
        Self::Thread(thread.into())
    }

    pub(crate) fn team(team: &str) -> Self {
        Self::Team(team.into())
    }

    /// The scope's gates, narrow to wide.
    fn budgets(&self) -> Vec<Budget> {
        use Budget::{
            ChannelPosts, ChatPosts, Members, Others, Posts, Reads, Team, Teams, Thread,
            ThreadReads,
        };
        match self {
            Self::ChannelPost { team, channel } => {
                vec![Posts(channel.clone()), Team(team.clone()), ChannelPosts]
            }
            Self::ChatPost(chat) => vec![Posts(chat.clone()), ChatPosts],
            Self::MessageRead(thread) => vec![ThreadReads(thread.clone()), Reads, Others],
            Self::Members(of) => vec![Members(of.clone()), Others],
            Self::Thread(thread) => vec![Thread(thread.clone()), Others],
            Self::Team(team) => vec![Team(team.clone()), Others],
            Self::CreateTeam => vec![Teams, Others],
            // SharePoint throttles by itself (graph.md 2.3).
            Self::Files => vec![Budget::Files],
            Self::Other => vec![Others],
        }
    }
}

impl Budget {
    fn gate(&self, limits: &Limits, now: Instant) -> Gate {
        let rate = |rate| Gate::new(rate, None, now);
        match self {
            Self::Posts(_) => rate(limits.channel_posts),
            Self::Team(_) => Gate::new(Rate::UNLIMITED, Some(limits.team_posts), now),
            Self::ChannelPosts => rate(limits.app_channel_posts),
            Self::ChatPosts => rate(limits.app_chat_posts),
            Self::ThreadReads(_) | Self::Reads => rate(limits.message_reads),
            Self::Members(_) => Gate::by_the_minute(limits.member_changes, now),
            // Where the others have no limit, these have none either.
            Self::Thread(_) => rate(limits.other_calls.at_most(ON_THREAD)),
            Self::Teams => rate(limits.other_calls.at_most(TEAMS)),
            Self::Files => rate(limits.file_calls),
            Self::Others => rate(limits.other_calls),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Posts into channels of teams of their own, which are known to take as much as they get.
    fn post(channel: &str) -> Scope {
        Scope::ChannelPost {
            team: channel.into(),
            channel: channel.into(),
        }
    }

    fn limits() -> Limits {
        Limits {
            team_posts: Rate::UNLIMITED,
            ..Limits::default()
        }
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
        let throttle = Throttle::new(&limits());
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
        let throttle = Throttle::new(&limits());
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
        let throttle = Throttle::new(&limits());
        let start = Instant::now();
        throttle.close(&post("a"), Duration::from_secs(10), start);
        throttle.turn(&post("b"), 0).await;
        assert!(start.elapsed() < Duration::from_secs(1));
        throttle.turn(&post("a"), 0).await;
        assert!(start.elapsed() >= Duration::from_secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_for_two_channels_closes_the_app() {
        let throttle = Throttle::new(&limits());
        let start = Instant::now();
        throttle.close(&post("a"), Duration::from_secs(10), start);
        throttle.close(&post("b"), Duration::from_secs(10), start);
        throttle.turn(&post("c"), 0).await;
        assert!(start.elapsed() >= Duration::from_secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_leaves_no_gap() {
        let throttle = Throttle::new(&limits());
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
        let throttle = Throttle::new(&limits());
        let start = Instant::now();
        let mut reads = tokio::task::JoinSet::new();
        for n in 0..300 {
            let throttle = throttle.clone();
            let scope = if n % 2 == 0 {
                Scope::MessageRead(n.to_string().into())
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
