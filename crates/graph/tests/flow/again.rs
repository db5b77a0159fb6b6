//! What happens after an upload: a newer export on top, or the end of one that was cut off.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use chatferry_graph::{
    Closing, Limits, Unobserved, UploadOptions, close, plan_rollback, plan_upload, rollback, upload,
};
use chatferry_twin::{Fault, Kind, Limits as TwinLimits, Seeded, Settings, Troubles, What, When};
use serde_json::json;

use crate::folder::{AUTHOR, Carried, FIRST, MEMBER, Rendered, line, threads};
use crate::kinds::{everything, everything_newer, everything_with_files, files, peopled};
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
async fn files_and_images_are_there_once_on_a_bad_network_and_after_a_newer_export() {
    let mut settings = Settings::default();
    settings.files.keep_content = true;
    settings.files.known_attachments = true;
    let world = peopled(settings);
    world.tenant.inject_seeded(Some(Seeded::network(11, 200)));
    let journal = tempfile::tempdir().unwrap();
    for rendered in everything_with_files() {
        let mut starts = 0;
        let report = loop {
            starts += 1;
            assert!(starts < 30, "not done");
            match world.upload(&rendered, journal.path()).await {
                Ok(report) if report.is_done() => break report,
                _ => {}
            }
        };
        assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
        let (count, wrong) = files(&world);
        assert_eq!(wrong, [] as [&str; 0]);
        // In the libraries of both teams and of three closed channels, and in one OneDrive.
        assert!(count >= 6 * 2, "{count}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_without_a_hash_is_there_once_though_the_answer_to_its_last_piece_is_lost() {
    for (pieces, size) in [(1, 4_200_000), (2, 5_300_000)] {
        let mut settings = Settings::default();
        settings.files.hashes = false;
        settings.files.keep_content = true;
        let world = World::new(settings);
        world.tenant.inject(Fault {
            when: When::nth(Kind::UploadChunk, pieces),
            what: What::Lose,
        });
        let rendered = Rendered::new()
            .blob("files", "large", &vec![7; size])
            .carrying(0, Carried::File("large", "large.zip"))
            .channel("dev", json!({}), &threads(2));
        let journal = tempfile::tempdir().unwrap();
        let report = world.upload(&rendered, journal.path()).await.unwrap();
        assert!(report.is_done(), "{report:#?}");
        assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
        assert_eq!(files(&world), (1, Vec::new()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_document_of_somebody_else_is_never_taken_for_ours() {
    let saying = |at: i64, content: &[u8]| {
        Rendered::new()
            .blob("files", "document", content)
            .carrying(at, Carried::File("document", "plan.docx"))
            .chat(
                "dm",
                json!({ "kind": "one_on_one", "members": [AUTHOR, MEMBER] }),
                &[(at, None)],
            )
    };
    let (theirs, ours) = (saying(0, b"theirs"), saying(5, b"ours, of another length"));
    for moment in 5..15 {
        let mut settings = Settings::default();
        settings.files.keep_content = true;
        let (world, journals) = (World::new(settings), [(); 2].map(|()| tempfile::tempdir()));
        let [before, journal] = journals.map(Result::unwrap);
        assert!(
            world
                .upload(&theirs, before.path())
                .await
                .unwrap()
                .is_done()
        );
        tokio::time::sleep(std::time::Duration::from_secs(120)).await;
        world.die_at(moment);
        tokio::select! {
            done = world.upload(&ours, journal.path()) => assert!(done.unwrap().is_done()),
            () = world.died.notified() => {}
        }
        world.live();
        let report = world.upload(&ours, journal.path()).await.unwrap();
        assert!(report.is_done(), "{moment}: {report:#?}");
        let files = world.tenant.files();
        assert_eq!(files.len(), 2, "{moment}");
        assert_eq!(world.attached().len(), 2, "{moment}");
    }
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
async fn unlocking_may_die_anywhere_and_the_next_upload_goes_on() {
    let members = json!([AUTHOR, MEMBER]);
    let rendered = Rendered::new()
        .channel("dev", json!({}), &threads(8))
        .channel("Allgemein", json!({ "general": true }), &threads(12))
        .chat(
            "dm",
            json!({ "kind": "one_on_one", "members": members }),
            &line(8),
        )
        .chat(
            "mpim",
            json!({ "kind": "group", "topic": "Trip", "members": members }),
            &line(8),
        );
    for moments in 0..72 {
        let (cut, moment) = (12 + moments / 18 * 6, 1 + moments % 18);
        let world = World::new(Settings {
            troubles: Troubles {
                stuck_within_ms: 50_000,
                ..Troubles::default()
            },
            ..Settings::default()
        });
        let journal = tempfile::tempdir().unwrap();
        cut_off(&world, &rendered, journal.path(), cut).await;
        world.die_at(moment);
        tokio::select! {
            _ = closed(&world, &rendered, journal.path(), Closing::All) => {}
            () = world.died.notified() => {}
        }
        world.live();
        // What was ended without being noted may take one upload to be found out.
        let mut report = world.upload(&rendered, journal.path()).await.unwrap();
        if !report.is_done() {
            report = world.upload(&rendered, journal.path()).await.unwrap();
        }
        assert!(report.is_done(), "{cut} {moment}: {report:#?}");
        assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
        assert_eq!(world.open(), [] as [&str; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_general_that_ended_with_its_team_rests_before_it_is_opened() {
    let rendered = Rendered::new()
        .channel("dev", json!({}), &threads(8))
        .channel("Allgemein", json!({ "general": true }), &threads(12));
    let world = World::new(Settings {
        troubles: Troubles {
            stuck_within_ms: 50_000,
            ..Troubles::default()
        },
        ..Settings::default()
    });
    let journal = tempfile::tempdir().unwrap();
    let mut options = UploadOptions::default();
    options.selection.only.push("dev".to_owned());
    let (client, folder) = (world.client(Limits::default()), rendered.folder());
    let first = upload(&client, &folder, journal.path(), &options, &Unobserved).await;
    assert_eq!(first.unwrap().totals.posted, 8);
    closed(&world, &rendered, journal.path(), Closing::All).await;
    let report = world.upload(&rendered, journal.path()).await.unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn who_was_taken_out_of_a_group_to_be_shown_its_history_is_put_back_by_completing() {
    let people = [AUTHOR, MEMBER, OTHER];
    let rendered = Rendered::new().chat(
        "mpim",
        json!({ "kind": "group", "topic": "Trip", "members": people }),
        &line(3),
    );
    let mut in_the_midst = 0;
    for moment in 8..20 {
        let (world, journal) = (
            World::new(Settings::default()),
            tempfile::tempdir().unwrap(),
        );
        cut_off(&world, &rendered, journal.path(), moment).await;
        let ended = world.tenant.chats()[0].thread.migration_mode == Some("completed");
        let places = closed(&world, &rendered, journal.path(), Closing::Through).await;
        if !ended {
            continue;
        }
        in_the_midst += 1;
        assert!(places.contains(&("mpim".to_owned(), true)), "{places:?}");
        let chat = &world.tenant.chats()[0];
        for user in people {
            assert_eq!(world.shown(chat.id.as_str(), user), 3, "{moment}: {user}");
        }
    }
    assert!(in_the_midst >= 5, "{in_the_midst}");
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
