//! Every way into Teams, against the twin.

use std::time::Duration;

use chatferry_graph::{Limits, UploadError};
use chatferry_twin::{App, OperationKind, Rule, Settings, Troubles, User};
use serde_json::json;

use crate::folder::{AUTHOR, Carried, MEMBER, Rendered, line, threads};
use crate::kinds::{everything, members, peopled};
use crate::world::{OTHER, World};

#[tokio::test(start_paused = true)]
async fn every_target_goes_its_way_and_no_rule_is_broken() {
    let (world, rendered) = (peopled(Settings::default()), everything());
    let journal = tempfile::tempdir().unwrap();
    let report = world.upload(&rendered, journal.path()).await.unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
    assert_eq!(world.open(), [] as [&str; 0]);
    assert_eq!(world.broken_rules(), [].into());
    assert_eq!(report.throttled, 0);
    let found: Vec<_> = report.findings.totals().map(|(code, _)| code.id).collect();
    assert_eq!(found, [] as [&str; 0]);

    let chats: Vec<_> = report
        .targets
        .iter()
        .filter(|target| ["dm", "mpim", "lunch"].contains(&target.key.as_str()))
        .map(|target| (target.key.as_str(), target.id.clone().unwrap()))
        .collect();
    for (key, chat) in &chats {
        let posts = world.tenant.messages(chat).unwrap().len();
        assert_eq!(world.shown(chat, AUTHOR), posts, "{key}");
        assert_eq!(world.shown(chat, MEMBER), posts, "{key}");
    }
    assert_eq!(members(&world).1, [] as [&str; 0]);
    let lunch = &chats.iter().find(|(key, _)| *key == "lunch").unwrap().1;
    assert_eq!(
        world.shown(lunch, OTHER),
        0,
        "who was not in it sees what they saw before"
    );
    assert_eq!(world.tenant.chats().len(), 3, "one made, two taken");
    let secret = report
        .targets
        .iter()
        .find(|target| target.key.as_str() == "secret");
    let secret = secret.unwrap().id.clone().unwrap();
    for team in world.tenant.teams() {
        for channel in team.channels {
            let closed = ["hr", "partners", "secret"].contains(&channel.display_name.as_str());
            assert_eq!(closed, channel.membership_type != "standard");
            assert!(!closed || channel.members == 2, "{channel:?}");
            assert_eq!(
                channel.id.as_str() == secret,
                channel.display_name == "secret"
            );
        }
    }

    let verified = world.verify(&rendered, journal.path()).await;
    assert!(verified.is_equal(), "{verified:#?}");
    assert_eq!(verified.totals.equal, report.totals.posts);

    // Nothing is left to do.
    let calls = world.calls();
    let report = world.upload(&rendered, journal.path()).await.unwrap();
    assert!(report.is_done() && report.sent == 0);
    assert!(world.calls() <= calls + 1, "a token");
}

/// Dies at that call and is run again; everything is there once. Whether it came to that call.
async fn dies_at(moment: u64) -> bool {
    let (world, rendered) = (peopled(Settings::default()), everything());
    let journal = tempfile::tempdir().unwrap();
    world.die_at(moment);
    let mut died = true;
    tokio::select! {
        done = world.upload(&rendered, journal.path()) => died = done.is_err(),
        () = world.died.notified() => {}
    }
    world.live();
    let report = world.upload(&rendered, journal.path()).await.unwrap();
    assert!(report.is_done(), "{moment}: {report:#?}");
    assert_eq!(
        world.faults(&rendered, &report),
        [] as [&str; 0],
        "{moment}"
    );
    assert_eq!(world.open(), [] as [&str; 0], "{moment}");
    assert_eq!(world.tenant.chats().len(), 3, "{moment}");
    assert_eq!(world.tenant.teams().len(), 2, "{moment}");
    for chat in world.tenant.chats() {
        assert_eq!(
            chat.members,
            if chat.topic.is_some() { 3 } else { 2 },
            "{moment}: {chat:?}"
        );
    }
    died
}

#[test]
fn it_may_die_wherever_it_likes() {
    // Every few of all calls, in turn before and after they are carried out.
    let mut deaths = 0;
    for moment in (1_u64..).step_by(7) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        if !runtime.block_on(dies_at(moment)) {
            break;
        }
        deaths += 1;
    }
    assert!(deaths > 30, "{deaths} deaths");
}

#[tokio::test(start_paused = true)]
async fn a_national_cloud_is_told_before_anything_is_sent() {
    let (world, rendered) = (World::new(Settings::default()), everything());
    let journal = tempfile::tempdir().unwrap();
    let options = chatferry_graph::UploadOptions::default();
    let limits = Limits::default();
    let graph = "https://graph.microsoft.us".parse().unwrap();
    let plan = |rendered: &Rendered| {
        let folder = rendered.folder();
        chatferry_graph::plan_upload(&folder, journal.path(), &options, &limits, &graph)
    };
    let error = plan(&rendered).unwrap_err();
    assert!(
        matches!(error, UploadError::NationalCloud { others: 8, .. }),
        "{error}"
    );
    let simple = Rendered::new().channel("dev", json!({}), &threads(4));
    plan(&simple).unwrap();
    assert_eq!(world.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_session_of_another_app_stops_its_target_alone() {
    let world = peopled(Settings::default());
    let rival = "1d4c7b63-8e1f-4a4d-8d5f-1e4f6a7b8c9d";
    world.tenant.register_app(App::new(rival, "planted-secret"));
    let rendered = Rendered::new()
        .chat(
            "dm",
            json!({ "kind": "one_on_one", "members": [AUTHOR, MEMBER] }),
            &line(3),
        )
        .chat(
            "lunch",
            json!({ "kind": "group", "existing": { "name": "Lunch" }, "members": [AUTHOR] }),
            &line(3),
        );
    let other = world.client_of(rival, Limits::default());
    let mut options = chatferry_graph::UploadOptions::default();
    options.selection.only.push("lunch".to_owned());
    let journal = tempfile::tempdir().unwrap();
    // The other app begins, and is cut off in the middle.
    world.die_at(12);
    tokio::select! {
        _ = crate::upload_with(&other, &rendered, journal.path(), &options) => panic!("it should have been cut off"),
        () = world.died.notified() => {}
    }
    world.live();
    let journal = tempfile::tempdir().unwrap();
    let report = world.upload(&rendered, journal.path()).await.unwrap();
    let of = |key: &str| {
        report
            .targets
            .iter()
            .find(|target| target.key.as_str() == key)
            .unwrap()
    };
    assert_eq!(of("dm").state, "done");
    let reason = of("lunch").reason.clone().unwrap();
    assert!(
        reason.contains("Another app opened this import"),
        "{reason}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_chat_of_two_that_teams_does_not_open_stops_alone_and_says_why() {
    let world = peopled(Settings {
        troubles: Troubles {
            one_on_one_start: true,
            ..Troubles::default()
        },
        ..Settings::default()
    });
    let rendered = Rendered::new().channel("dev", json!({}), &threads(4)).chat(
        "dm",
        json!({ "kind": "one_on_one", "members": [AUTHOR, MEMBER] }),
        &line(3),
    );
    let journal = tempfile::tempdir().unwrap();
    let report = world.upload(&rendered, journal.path()).await.unwrap();
    let dm = report
        .targets
        .iter()
        .find(|target| target.key.as_str() == "dm")
        .unwrap();
    let reason = dm.reason.clone().unwrap();
    assert!(reason.contains("Version mismatch"), "{reason}");
    let dev = report
        .targets
        .iter()
        .find(|target| target.key.as_str() == "dev")
        .unwrap();
    assert_eq!(dev.state, "done");

    // Once Teams is in order again, it goes on.
    world
        .tenant
        .configure(|settings| settings.troubles.one_on_one_start = false);
    let report = world.upload(&rendered, journal.path()).await.unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn guests_of_the_tenant_are_guests_in_chats() {
    let world = World::new(Settings::default());
    let mut guest = User::new(OTHER, "Lee", "lee_fabrikam.example#EXT#@acme.example");
    guest.user_type = Some("Guest".to_owned());
    world.tenant.add_user(guest);
    let rendered = Rendered::new()
        .chat(
            "dm",
            json!({ "kind": "one_on_one", "members": [AUTHOR, OTHER] }),
            &line(3),
        )
        .chat(
            "mpim",
            json!({ "kind": "group", "topic": "Trip", "members": [AUTHOR, MEMBER, OTHER] }),
            &line(3),
        );
    let journal = tempfile::tempdir().unwrap();
    let report = world.upload(&rendered, journal.path()).await.unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
    assert_eq!(world.broken_rules(), [].into());
    let group = report
        .targets
        .iter()
        .find(|target| target.key.as_str() == "mpim");
    let group = group.and_then(|target| target.id.as_deref()).unwrap();
    assert_eq!(world.shown(group, OTHER), 3);
}

#[tokio::test(start_paused = true)]
async fn files_go_into_sites_that_wait_for_general() {
    let private = json!({ "membership": "private", "members": [AUTHOR, MEMBER] });
    // Only the private channel has a file, or only the standard one beside General.
    for (at, site_ms) in [(0, 0), (0, 300_000), (5, 300_000)] {
        let world = World::new(Settings {
            troubles: Troubles {
                site_ms,
                ..Troubles::default()
            },
            ..Settings::default()
        });
        let rendered = Rendered::new()
            .channel("Allgemein", json!({ "general": true }), &[(9, None)])
            .blob("files", "document", b"words")
            .carrying(at, Carried::File("document", "plan.txt"))
            .channel("dev", json!({}), &[(5, None)])
            .channel("hr", private.clone(), &[(0, None)]);
        let journal = tempfile::tempdir().unwrap();
        let report = world.upload(&rendered, journal.path()).await.unwrap();
        assert!(report.is_done(), "{report:#?}");
        assert_eq!(report.findings.lines().len(), 0, "{at} {site_ms}");
        assert_eq!(world.tenant.files().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn channels_and_members_that_are_slow_to_be_found_are_waited_for() {
    for (troubles, broken) in [
        (
            Troubles {
                channel_ms: 12_000,
                ..Troubles::default()
            },
            None,
        ),
        (
            Troubles {
                member_ms: 40_000,
                ..Troubles::default()
            },
            // Only asking again tells when somebody is known.
            Some(Rule::G12),
        ),
    ] {
        let world = peopled(Settings {
            troubles,
            ..Settings::default()
        });
        let (rendered, journal) = (everything(), tempfile::tempdir().unwrap());
        let report = world.upload(&rendered, journal.path()).await.unwrap();
        assert!(report.is_done(), "{report:#?}");
        assert_eq!(world.faults(&rendered, &report), [] as [&str; 0]);
        let rules: Vec<_> = world.broken_rules().into_keys().collect();
        assert_eq!(rules, Vec::from_iter(broken));
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_that_somebody_has_is_not_taken_for_ours() {
    let world = peopled(Settings::default());
    let rendered = Rendered::new()
        .team(json!({ "existing": { "name": "Old team" }, "name": "Old team" }))
        .channel("Plans", json!({}), &threads(4));
    let journal = tempfile::tempdir().unwrap();
    let report = world.upload(&rendered, journal.path()).await.unwrap();
    let reason = report.targets[0].reason.clone().unwrap();
    assert!(reason.contains("that is not of this upload"), "{reason}");
    assert_eq!(report.sent, 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_private_is_not_posted_into_a_channel_for_everybody() {
    let world = peopled(Settings::default());
    let plan = json!({
        "existing": { "name": "Plans" }, "membership": "private", "members": [AUTHOR],
    });
    let rendered = Rendered::new()
        .team(json!({ "existing": { "name": "Old team" }, "name": "Old team" }))
        .channel("hr", plan, &threads(4));
    let journal = tempfile::tempdir().unwrap();
    let report = world.upload(&rendered, journal.path()).await.unwrap();
    let reason = report.targets[0].reason.clone().unwrap();
    assert!(
        reason.contains("has to be private, but is standard"),
        "{reason}"
    );
    assert_eq!(report.sent, 0);
}

#[tokio::test(start_paused = true)]
async fn twenty_posts_a_second_go_into_chats() {
    let mut rendered = Rendered::new();
    for n in 0..12 {
        rendered = rendered.chat(
            &format!("chat{n}"),
            json!({ "kind": "group", "topic": format!("Chat {n}"), "members": [AUTHOR, MEMBER] }),
            &line(if n == 0 { 400 } else { 150 }),
        );
    }
    let world = World::slow(Settings::default(), Duration::from_millis(150));
    let journal = tempfile::tempdir().unwrap();
    let report = world.upload(&rendered, journal.path()).await.unwrap();
    assert!(report.is_done());
    assert_eq!((report.throttled, world.broken_rules()), (0, [].into()));
    // 2,050 posts at 20 a second, or 400 at 5; then two members, one change every 15 s.
    let bound = (2_050.0_f64 / 20.0).max(400.0 / 5.0);
    assert!(
        report.seconds <= bound * 1.02 + 75.0,
        "{} s",
        report.seconds
    );
}

#[tokio::test(start_paused = true)]
async fn a_shared_channel_that_comes_to_nothing_stops_alone_and_says_why() {
    let world = peopled(Settings {
        troubles: Troubles {
            failing_operations: [OperationKind::CreateChannel].into(),
            ..Troubles::default()
        },
        ..Settings::default()
    });
    let (rendered, journal) = (everything(), tempfile::tempdir().unwrap());
    let report = world.upload(&rendered, journal.path()).await.unwrap();
    assert!(!report.is_done());
    let findings = report.findings.lines();
    let failed = findings
        .iter()
        .filter(|finding| finding.code == "upload-target-failed");
    let why: Vec<_> = failed.map(|finding| finding.message.to_string()).collect();
    let [why] = why.as_slice() else {
        panic!("{why:#?}")
    };
    assert!(
        why.contains("\"partners\": Teams could not create it"),
        "{why}"
    );
}
