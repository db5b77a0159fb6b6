//! What happens after an upload: a newer export on top, or the end of one that was cut off.

use std::sync::Arc;

use chatferry_graph::{
    Closing, Limits, Unobserved, UploadOptions, close, plan_rollback, plan_upload, rollback,
};
use chatferry_twin::{Limits as TwinLimits, Settings, Troubles};
use serde_json::json;

use crate::folder::{AUTHOR, MEMBER, Rendered, line, threads};
use crate::kinds::{everything, everything_newer, peopled};
use crate::world::World;

#[tokio::test(start_paused = true)]
async fn a_newer_export_brings_only_what_is_new() {
    let (world, old, new) = (
        peopled(Settings::default()),
        everything(),
        everything_newer(),
    );
    let journal = tempfile::tempdir().unwrap();
    let first = world.upload(&old, journal.path()).await.unwrap();
    assert!(first.is_done());

    let plan = plan_upload(
        &new.folder(),
        journal.path(),
        &UploadOptions::default(),
        &Limits::default(),
        &chatferry_graph::BaseUrl::graph(),
    )
    .unwrap();
    assert!(
        plan.targets
            .iter()
            .all(|target| target.route.as_str().contains("once more"))
    );

    let report = world.upload(&new, journal.path()).await.unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(report.sent, report.totals.posts - first.totals.posts);
    assert_eq!(world.faults(&new, &report), [] as [&str; 0]);
    assert_eq!(world.open(), [] as [&str; 0]);
    assert_eq!(world.broken_rules(), [].into());
    assert_eq!(report.findings.lines().len(), 0);
    let verified = world.verify(&new, journal.path()).await;
    assert!(verified.is_equal(), "{verified:#?}");
    assert_eq!(verified.totals.extra, 0);

    // And a third time, nothing.
    let calls = world.calls();
    assert_eq!(world.upload(&new, journal.path()).await.unwrap().sent, 0);
    assert!(world.calls() <= calls + 1);
}

#[tokio::test(start_paused = true)]
async fn what_changed_or_vanished_in_the_source_is_told_and_left_as_it_is() {
    let world = World::new(Settings::default());
    let journal = tempfile::tempdir().unwrap();
    let say = |rendered: Rendered, posts: &[(i64, Option<i64>)], edited: i64| {
        rendered.channel_saying("dev", json!({}), posts, move |at| match at {
            at if at == edited => "<p>edited</p>".to_owned(),
            at => format!("<p>{at}</p>"),
        })
    };
    let old = say(
        Rendered::new(),
        &[(0, None), (1_000, None), (2_000, None)],
        -1,
    );
    assert!(world.upload(&old, journal.path()).await.unwrap().is_done());
    // The second was edited, the third deleted, and a late reply came.
    let new = say(
        Rendered::new(),
        &[(0, None), (1_000, None), (3_000, Some(0))],
        1_000,
    );
    let report = world.upload(&new, journal.path()).await.unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(report.sent, 1);
    let found: Vec<_> = report
        .findings
        .totals()
        .map(|(code, n)| (code.id, n))
        .collect();
    assert_eq!(
        found,
        [("upload-source-changed", 1), ("upload-source-vanished", 1)]
    );
    let dev = report.targets[0].id.clone().unwrap();
    assert_eq!(world.tenant.messages(&dev).unwrap().len(), 4);
    let verified = world.verify(&new, journal.path()).await;
    assert!(verified.is_equal(), "{verified:#?}");
    assert_eq!((verified.totals.equal, verified.totals.extra), (3, 0));
}

async fn cut_off(world: &Arc<World>, rendered: &Rendered, journal: &std::path::Path, at: u64) {
    world.die_at(at);
    tokio::select! {
        _ = world.upload(rendered, journal) => panic!("it should have been cut off"),
        () = world.died.notified() => {}
    }
    world.live();
}

async fn closed(
    world: &Arc<World>,
    rendered: &Rendered,
    journal: &std::path::Path,
    closing: Closing,
) -> Vec<(String, bool)> {
    let (client, options) = (world.client(Limits::default()), UploadOptions::default());
    let folder = rendered.folder();
    let report = close(&client, &folder, journal, &options, closing, &Unobserved).await;
    let report = report.unwrap();
    let places = report.places.into_iter();
    places.map(|place| (place.key, place.closed)).collect()
}

#[tokio::test(start_paused = true)]
async fn what_was_cut_off_is_unlocked_and_gone_on_with() {
    let (world, rendered) = (peopled(Settings::default()), everything());
    let journal = tempfile::tempdir().unwrap();
    cut_off(&world, &rendered, journal.path(), 120).await;
    assert_ne!(world.open(), [] as [&str; 0]);

    let through = closed(&world, &rendered, journal.path(), Closing::Through).await;
    assert!(through.iter().any(|(_, closed)| !closed), "{through:?}");
    let all = closed(&world, &rendered, journal.path(), Closing::All).await;
    assert!(all.iter().all(|(_, closed)| *closed), "{all:?}");
    assert_eq!(world.open(), [] as [&str; 0]);

    let report = world.upload(&rendered, journal.path()).await.unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
    assert_eq!(world.open(), [] as [&str; 0]);
    let nothing = closed(&world, &rendered, journal.path(), Closing::All).await;
    assert_eq!(nothing, []);
}

#[tokio::test(start_paused = true)]
async fn a_rollback_takes_our_teams_and_nothing_else() {
    let (world, rendered) = (peopled(Settings::default()), everything());
    let journal = tempfile::tempdir().unwrap();
    assert!(
        world
            .upload(&rendered, journal.path())
            .await
            .unwrap()
            .is_done()
    );
    let plan = plan_rollback(journal.path()).unwrap();
    let teams: Vec<_> = plan.teams.iter().map(|team| team.key.as_str()).collect();
    assert_eq!(teams, ["acme"]);
    let stays: Vec<_> = plan.stays.iter().map(|place| place.key.as_str()).collect();
    assert_eq!(
        stays,
        ["dm", "fresh", "hello", "lunch", "mpim", "plans", "secret"]
    );
    assert_eq!(world.tenant.teams().len(), 2, "planning deletes nothing");

    let (client, options) = (world.client(Limits::default()), UploadOptions::default());
    let folder = rendered.folder();
    let done = rollback(&client, &folder, journal.path(), &options, &Unobserved).await;
    assert_eq!(done.unwrap().teams[0].key, "acme");
    let left: Vec<_> = world
        .tenant
        .teams()
        .into_iter()
        .map(|team| team.display_name)
        .collect();
    assert_eq!(left, ["Old team"]);

    // The next upload makes it anew, and nothing else twice.
    let report = world.upload(&rendered, journal.path()).await.unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_stuck_stops_alone_and_says_so() {
    let world = peopled(Settings {
        troubles: Troubles {
            // Longer than the rest between two sessions.
            stuck_within_ms: 3_600_000,
            ..Troubles::default()
        },
        ..Settings::default()
    });
    let chat = json!({ "kind": "one_on_one", "members": [AUTHOR, MEMBER] });
    let journal = tempfile::tempdir().unwrap();
    let old = Rendered::new().chat("dm", chat.clone(), &line(3));
    assert!(world.upload(&old, journal.path()).await.unwrap().is_done());
    let new = Rendered::new()
        .chat("dm", chat, &line(5))
        .channel("dev", json!({}), &threads(4));
    let report = world.upload(&new, journal.path()).await.unwrap();
    let of = |key: &str| {
        report
            .targets
            .iter()
            .find(|target| target.key.as_str() == key)
            .unwrap()
    };
    assert_eq!(of("dev").state, "done");
    let reason = of("dm").reason.clone().unwrap();
    assert!(reason.contains("its session is stuck"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_team_that_takes_four_a_second_is_soon_kept_to() {
    let world = World::new(Settings {
        limits: TwinLimits {
            team_calls: Some(4),
            ..TwinLimits::default()
        },
        ..Settings::default()
    });
    let mut rendered = Rendered::new();
    for n in 0..6 {
        rendered = rendered.channel(&format!("c{n}"), json!({}), &threads(100));
    }
    let journal = tempfile::tempdir().unwrap();
    let report = world.upload(&rendered, journal.path()).await.unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
    // 600 posts at four a second take 150 s; what is lost by asking for more is little.
    assert!(report.seconds < 150.0 * 2.0, "{} s", report.seconds);
    assert!(
        report.throttled < 100,
        "{} times throttled",
        report.throttled
    );
}
