//! How fast, within the limits and without them.

use std::time::Duration;

use chatferry_graph::Limits;
use chatferry_twin::Settings;
use serde_json::json;

use crate::folder::{AUTHOR, MEMBER, Rendered, line, threads};
use crate::run;
use crate::tenant::Tenant;
use crate::world::World;

#[tokio::test(start_paused = true)]
async fn the_limits_are_reached_and_kept() {
    let mut rendered = Rendered::new().channel("longest", json!({}), &threads(1_000));
    for n in 0..20 {
        rendered = rendered.channel(&format!("c{n}"), json!({}), &threads(400));
    }
    let (tenant, journal) = (
        Tenant::slow(Duration::from_millis(150)),
        tempfile::tempdir().unwrap(),
    );
    let report = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    assert_eq!(tenant.posts(), rendered.expected());

    let calls = tenant.calls();
    let posts: Vec<_> = calls
        .iter()
        .filter(|(call, _)| call.contains("/messages"))
        .collect();
    let mut last = std::collections::BTreeMap::<_, Vec<Duration>>::new();
    for (call, time) in &posts {
        let channel = call.split('/').nth(5).unwrap();
        last.entry(channel).or_default().push(*time);
        last.entry("all").or_default().push(*time);
    }
    for (channel, times) in &last {
        let limit = if *channel == "all" { 50 } else { 5 };
        for pair in times.windows(limit + 1) {
            assert!(
                pair[limit] - pair[0] >= Duration::from_secs(1),
                "{channel} at {:?}",
                pair[0]
            );
        }
    }
    let bound = (1_000.0_f64 / 5.0).max(9_000.0 / 50.0);
    let took = (posts.last().unwrap().1 - posts[0].1).as_secs_f64();
    assert!(
        took <= bound * 1.02,
        "took {took} s, the bound is {bound} s"
    );
    // Besides posting: the team's creation and completion.
    assert!(report.seconds <= took + 15.0, "{}", report.seconds);
}

#[tokio::test(start_paused = true)]
async fn a_post_whose_turn_comes_late_takes_the_token_of_that_time() {
    let world = World::new(Settings {
        token_lifetime_s: 60,
        ..Settings::default()
    });
    let mut rendered = Rendered::new();
    // The long ones take all of the app's 20 posts a second for two minutes, and the others wait.
    for (n, posts) in [600, 600, 600, 600, 10, 10, 10].into_iter().enumerate() {
        let key = format!("c{n}");
        let chat = json!({ "kind": "group", "topic": key, "members": [AUTHOR, MEMBER] });
        rendered = rendered.chat(&key, chat, &line(posts));
    }
    let journal = tempfile::tempdir().unwrap();
    let report = world.upload(&rendered, journal.path()).await.unwrap();
    assert!(report.is_done() && report.seconds > 120.0, "{report:#?}");
    assert_eq!(world.broken_rules(), [].into());
}

#[tokio::test]
async fn without_limits_thousands_of_posts_a_second_go_through() {
    let count = 2_000;
    let mut rendered = Rendered::new();
    for n in 0..4 {
        rendered = rendered.channel(&format!("c{n}"), json!({}), &threads(count));
    }
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    let report = run(&tenant, &rendered, journal.path(), Limits::lifted())
        .await
        .unwrap();
    assert_eq!(report.totals.posted, 4 * count.cast_unsigned());
    let rate = report.totals.posted as f64 / report.seconds;
    println!("{rate:.0} posts/s, all calls included");
    // Far below what an optimised build does, far above what Graph allows.
    assert!(rate > 300.0, "{rate} posts/s");
}

#[tokio::test(start_paused = true)]
async fn calls_do_not_leave_together_because_the_token_is_renewed() {
    let settings = Settings {
        token_lifetime_s: 90,
        ..Settings::default()
    };
    let mut rendered = Rendered::new();
    for n in 0..12 {
        rendered = rendered.channel(&format!("c{n}"), json!({}), &threads(300));
    }
    let world = World::slow(settings, Duration::from_millis(150));
    let journal = tempfile::tempdir().unwrap();
    let report = world.upload(&rendered, journal.path()).await.unwrap();
    assert!(report.is_done());
    assert!(report.seconds > 60.0, "the token was renewed meanwhile");
    assert_eq!((report.throttled, world.broken_rules()), (0, [].into()));
}
