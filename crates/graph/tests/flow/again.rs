//! What happens after an upload: a newer export on top, or what was refused once more.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use chatferry_graph::{Limits, UploadOptions, plan_upload};
use chatferry_twin::{Fault, Kind, Limits as TwinLimits, Settings, Troubles, What, When};
use serde_json::json;

use crate::folder::{AUTHOR, FIRST, MEMBER, Rendered, line, threads};
use crate::kinds::{everything, everything_newer, peopled};
use crate::world::{OTHER, World};

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

/// Messages by name, each at its time and with the time of its root.
type Named = (i64, Option<i64>, &'static str);

fn named(posts: &[Named]) -> Rendered {
    let mut rendered = Rendered::new();
    for (at, _, name) in posts {
        rendered = rendered.coming_from(*at, name);
    }
    let said: Vec<_> = posts.iter().map(|(at, root, _)| (*at, *root)).collect();
    let names: BTreeMap<_, _> = posts.iter().map(|(at, _, name)| (*at, *name)).collect();
    rendered.channel_saying("dev", json!({}), &said, move |at| names[&at].to_owned())
}

#[tokio::test(start_paused = true)]
async fn new_posts_step_over_times_that_are_taken_in_teams_and_replies_find_their_roots() {
    let old = named(&[
        (0, None, "first"),
        (1_000, None, "root"),
        (1_001, Some(1_000), "reply"),
    ]);
    // A message of the same second stands before the old root now, and both have new replies.
    let new = named(&[
        (0, None, "first"),
        (1_000, None, "between"),
        (1_001, None, "root"),
        (1_002, Some(1_001), "reply"),
        (1_003, Some(1_000), "reply to between"),
        (1_500, Some(1_001), "late reply"),
    ]);
    // The second upload dies at any of its calls, or not at all.
    for moment in 0..20 {
        let world = World::new(Settings::default());
        let journal = tempfile::tempdir().unwrap();
        assert!(world.upload(&old, journal.path()).await.unwrap().is_done());
        if moment > 0 {
            world.die_at(moment);
            tokio::select! {
                done = world.upload(&new, journal.path()) => assert!(done.unwrap().is_done()),
                () = world.died.notified() => {}
            }
            world.live();
        }
        let report = world.upload(&new, journal.path()).await.unwrap();
        assert!(report.is_done(), "{moment}: {report:#?}");
        let dev = report.targets[0].id.clone().unwrap();
        let messages = world.tenant.messages(&dev).unwrap();
        let found: Vec<_> = messages
            .iter()
            .map(|(id, post)| {
                let root = post.root.map(|root| root.0 - FIRST);
                (id.0 - FIRST, root, post.content.as_str())
            })
            .collect();
        assert_eq!(
            found,
            [
                (0, None, "first"),
                (1_000, None, "root"),
                (1_001, Some(1_000), "reply"),
                // 1,001 to 1,003 are times of posts in the newer file.
                (1_004, None, "between"),
                (1_005, Some(1_004), "reply to between"),
                (1_500, Some(1_000), "late reply"),
            ],
            "{moment}"
        );
        if moment == 0 {
            let codes: Vec<_> = report.findings.totals().collect();
            let codes: Vec<_> = codes.iter().map(|(code, n)| (code.id, *n)).collect();
            assert_eq!(codes, [("upload-moved", 2)]);
        }
        let verified = world.verify(&new, journal.path()).await;
        assert!(verified.is_equal(), "{moment}: {verified:#?}");
        assert_eq!(verified.totals.extra, 0);
        assert_eq!(world.upload(&new, journal.path()).await.unwrap().sent, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn an_archived_channel_is_restored_for_new_posts_and_archived_again() {
    let world = World::new(Settings::default());
    let journal = tempfile::tempdir().unwrap();
    let attic =
        |count| Rendered::new().channel("attic", json!({ "archive": true }), &threads(count));
    // Only who asks for it meets this.
    world.tenant.inject(Fault {
        when: When::nth(Kind::UnarchiveChannel, 1),
        what: What::Lose,
    });
    for (restored, rendered) in [(0, attic(4)), (1, attic(8)), (1, attic(12))] {
        let report = world.upload(&rendered, journal.path()).await.unwrap();
        assert!(report.is_done(), "{report:#?}");
        assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
        assert_eq!(world.tenant.faults_dealt(), restored);
        let teams = world.tenant.teams();
        let archived: Vec<_> = teams[0]
            .channels
            .iter()
            .filter(|channel| channel.archived)
            .map(|channel| channel.display_name.as_str())
            .collect();
        assert_eq!(archived, ["attic"]);
        tokio::time::sleep(std::time::Duration::from_secs(120)).await;
    }
    assert_eq!(world.broken_rules(), [].into());
}

#[tokio::test(start_paused = true)]
async fn a_group_whose_creation_was_not_answered_is_found_though_the_clocks_differ() {
    for hours in [-3, 0, 3] {
        let world = World::new(Settings::default());
        world.ahead.store(hours * 3_600_000, Ordering::Relaxed);
        world.tenant.inject(Fault {
            when: When::nth(Kind::CreateChat, 1),
            what: What::Lose,
        });
        let people = json!([AUTHOR, MEMBER, OTHER]);
        let rendered = Rendered::new().chat(
            "mpim",
            json!({ "kind": "group", "topic": "Trip", "members": people }),
            &line(3),
        );
        let journal = tempfile::tempdir().unwrap();
        let report = world.upload(&rendered, journal.path()).await.unwrap();
        assert!(report.is_done(), "{hours}: {report:#?}");
        assert_eq!(world.tenant.chats().len(), 1, "{hours}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_in_a_group_as_before_is_taken_out_once_more() {
    let people = [AUTHOR, MEMBER, OTHER];
    let rendered = Rendered::new().chat(
        "mpim",
        json!({ "kind": "group", "topic": "Trip", "members": people }),
        &line(3),
    );
    for nth in 1..=3 {
        let world = World::new(Settings::default());
        // It says that they are not in it, and they are.
        world.tenant.inject(Fault {
            when: When::nth(Kind::RemoveMember, nth),
            what: What::Answer {
                status: 404,
                retry_after_s: None,
            },
        });
        let journal = tempfile::tempdir().unwrap();
        let report = world.upload(&rendered, journal.path()).await.unwrap();
        assert!(report.is_done(), "{report:#?}");
        let chat = &world.tenant.chats()[0];
        for user in people {
            assert_eq!(world.shown(chat.id.as_str(), user), 3, "{user}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_is_tried_again_and_goes_through_once_it_can() {
    let say = |at: i64| {
        let words = if at == 4_000 { 50 } else { 1 };
        format!("<p>{}</p>", "words ".repeat(words))
    };
    let rendered = || {
        let general = json!({ "general": true });
        let private = json!({ "membership": "private", "members": [AUTHOR, MEMBER] });
        Rendered::new()
            .channel_saying("dev", json!({ "archive": true }), &threads(8), say)
            .channel_saying("Allgemein", general, &threads(8), say)
            .channel_saying("hr", private, &threads(8), say)
    };
    // The second upload dies at any of its calls, or not at all.
    for moment in 0..30 {
        let world = World::new(Settings {
            message_bytes: 200,
            ..Settings::default()
        });
        let (rendered, journal) = (rendered(), tempfile::tempdir().unwrap());
        let first = world.upload(&rendered, journal.path()).await.unwrap();
        assert!(first.is_done(), "{first:#?}");
        assert_eq!((first.totals.posted, first.totals.refused), (12, 12));

        world
            .tenant
            .configure(|settings| settings.message_bytes = 28_672);
        if moment > 0 {
            world.die_at(moment);
            tokio::select! {
                done = world.upload(&rendered, journal.path()) => assert!(done.unwrap().is_done()),
                () = world.died.notified() => {}
            }
            world.live();
        }
        let report = world.upload(&rendered, journal.path()).await.unwrap();
        assert!(report.is_done(), "{moment}: {report:#?}");
        assert_eq!(report.findings.lines().len(), 0, "{moment}");
        assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
        assert_eq!(world.open(), [] as [&str; 0]);
    }
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
