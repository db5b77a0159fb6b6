//! The rate at which calls pass, measured in virtual time.

use super::*;
use chatferry_model::limits::Rate;

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
                let permit = throttle.acquire(&scope, left).await;
                times.push((target, start.elapsed()));
                throttle.answered(permit);
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
        "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s",
        "t",
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
            let permit = throttle.acquire(&post("a"), 500 - number).await;
            // Most are quick, some are not, and the answer takes its time too.
            let late = if number % 7 == 0 { 48 } else { number % 3 };
            tokio::time::sleep(Duration::from_millis(late)).await;
            let arrived = start.elapsed();
            tokio::time::sleep(Duration::from_millis(number % 5 * 90)).await;
            throttle.answered(permit);
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
    throttle.acquire(&post("b"), 0).await;
    assert!(start.elapsed() < Duration::from_secs(1));
    throttle.acquire(&post("a"), 0).await;
    assert!(start.elapsed() >= Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn retry_after_for_two_channels_closes_the_app() {
    let throttle = Throttle::new(&limits());
    let start = Instant::now();
    throttle.close(&post("a"), Duration::from_secs(10), start);
    throttle.close(&post("b"), Duration::from_secs(10), start);
    throttle.acquire(&post("c"), 0).await;
    assert!(start.elapsed() >= Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_leaves_no_gap() {
    let throttle = Throttle::new(&limits());
    throttle.acquire(&post("a"), 0).await;
    let a = post("a");
    let gone = tokio::time::timeout(Duration::from_millis(1), throttle.acquire(&a, 9));
    assert!(gone.await.is_err());
    let start = Instant::now();
    throttle.acquire(&post("a"), 0).await;
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
            throttle.acquire(&scope, 0).await;
            start.elapsed()
        });
    }
    let times = reads.join_all().await;
    assert!(fullest_second(&times) <= 30);
}
