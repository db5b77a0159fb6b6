//! What goes wrong on the way.

use chatferry_graph::{Closing, Limits, Unobserved, UploadOptions, UploadReport, close};
use serde_json::json;

use crate::folder::{AUTHOR, FIRST, MEMBER, Rendered, threads};
use crate::tenant::{Fault, Tenant};
use crate::{client, run};

async fn upload_with(what: &'static str, nth: u32, fault: Fault) -> (UploadReport, usize) {
    let rendered = Rendered::new().channel("dev", json!({}), &threads(16));
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    tenant.fault_once(what, nth, fault);
    let report = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    assert_eq!(
        tenant.posts(),
        rendered.expected(),
        "{what} {nth} {fault:?}"
    );
    assert_eq!(
        tenant.unfinished(),
        [] as [&str; 0],
        "{what} {nth} {fault:?}"
    );
    assert_eq!(tenant.teams(), 1, "{what} {nth} {fault:?}");
    assert!(report.is_done(), "{what} {nth} {fault:?}: {report:#?}");
    (report, tenant.count("/messages"))
}

#[tokio::test(start_paused = true)]
async fn every_call_survives_every_fault() {
    for what in [
        "/oauth2/",
        "GET /v1.0/users",
        "POST /v1.0/teams",
        "GET /v1.0/teams/",
        "/primaryChannel",
        "POST /v1.0/teams/team1/channels",
        "/messages",
        "/replies",
        "/channels/19:2@thread.tacv2/completeMigration",
        "/completeMigration",
        "/members",
        "/members/add",
    ] {
        for fault in [
            Fault::LoseBefore,
            Fault::LoseAfter,
            Fault::Cut,
            Fault::FailAfter(503),
            Fault::FailAfter(504),
            Fault::Throttle(3),
            Fault::ExpireToken,
        ] {
            upload_with(what, 1, fault).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_looked_up_and_adopted() {
    let (report, calls) = upload_with("/messages", 3, Fault::LoseAfter).await;
    assert_eq!((report.totals.posted, report.totals.adopted), (15, 1));
    assert_eq!(calls, 17, "one look for the lost one");
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_is_renewed_once_for_all() {
    let (report, calls) = upload_with("/messages", 3, Fault::ExpireToken).await;
    assert_eq!(report.totals.posted, 16);
    assert_eq!(
        calls, 17,
        "those who wait for their turn leave with the new one"
    );
}

#[tokio::test(start_paused = true)]
async fn throttling_is_waited_out_and_counted() {
    let (report, _) = upload_with("/messages", 3, Fault::Throttle(30)).await;
    assert_eq!(report.throttled, 1);
    assert!(report.seconds > 30.0, "{}", report.seconds);
}

#[tokio::test(start_paused = true)]
async fn a_time_that_somebody_took_is_stepped_over() {
    for author in [AUTHOR, "00000000-0000-4000-8000-000000000000"] {
        let rendered = Rendered::new().channel(
            "dev",
            json!({}),
            &[
                (0, None),
                (1_000, None),
                (1_001, Some(1_000)),
                (1_002, None),
                (1_003, Some(1_002)),
            ],
        );
        let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
        let mut planted = false;
        let planting = std::sync::Arc::clone(&tenant);
        tenant.fault(move |_, call| {
            if !planted && call.contains("/messages") {
                planted = true;
                planting.plant("dev", FIRST + 1_000, "<p>theirs</p>", author);
            }
            Fault::None
        });
        let report = run(&tenant, &rendered, journal.path(), Limits::default())
            .await
            .unwrap();
        assert_eq!(
            (report.totals.posted, report.totals.moved),
            (5, 2),
            "{report:#?}"
        );
        let posts: Vec<_> = tenant.posts().remove("dev").unwrap();
        let times: Vec<_> = posts
            .iter()
            .map(|(id, root, _)| (id - FIRST, root.map(|root| root - FIRST)))
            .collect();
        // The root moves past what is planned, and its reply past its root.
        assert_eq!(
            times,
            [
                (0, None),
                (1_000, None),
                (1_002, None),
                (1_003, Some(1_002)),
                (1_004, None),
                (1_005, Some(1_004)),
            ]
        );
        let codes: Vec<_> = report
            .findings
            .totals()
            .map(|(code, n)| (code.id, n))
            .collect();
        assert_eq!(codes, [("upload-moved", 2)]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_there_already_is_adopted() {
    // The journal was lost, but the channel is still open.
    let rendered = Rendered::new().channel("dev", json!({}), &threads(4));
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    let mut planted = false;
    let planting = std::sync::Arc::clone(&tenant);
    tenant.fault(move |_, call| {
        if !planted && call.contains("/messages") {
            planted = true;
            planting.plant("dev", FIRST, "<p>post  0 &#38; more</p>", AUTHOR);
        }
        Fault::None
    });
    let report = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    assert_eq!(
        (
            report.totals.posted,
            report.totals.adopted,
            report.totals.moved
        ),
        (3, 1, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn a_permission_that_is_missing_ends_the_run_and_names_the_remedy() {
    let rendered = Rendered::new().channel("dev", json!({}), &threads(4));
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    tenant.fault_once("POST /v1.0/teams", 1, Fault::Refuse(403));
    let error = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap_err();
    assert!(error.remedy().unwrap().contains("permissions"), "{error}");
    // It is given, and the next run goes on.
    run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    assert_eq!(tenant.posts(), rendered.expected());
}

#[tokio::test(start_paused = true)]
async fn a_network_that_is_gone_ends_the_run_in_the_end() {
    let rendered = Rendered::new().channel("dev", json!({}), &threads(4));
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    tenant.fault(|number, _| {
        if number > 8 {
            Fault::LoseBefore
        } else {
            Fault::None
        }
    });
    let error = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap_err();
    assert!(error.remedy().unwrap().contains("network"), "{error}");
    tenant.fault(|_, _| Fault::None);
    let report = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    assert!(report.is_done());
    assert_eq!(tenant.posts(), rendered.expected());
}

#[tokio::test(start_paused = true)]
async fn a_team_that_came_to_nothing_is_made_anew_by_the_next_upload() {
    let rendered = Rendered::new().channel("dev", json!({}), &threads(4));
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    tenant.with(|state| state.doomed = 1);
    let report = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    assert!(!report.is_done());
    let why = report.findings.lines()[0].message.to_string();
    assert!(why.contains("InternalServerError no site"), "{why}");
    let report = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(tenant.posts(), rendered.expected());
    assert_eq!(tenant.teams(), 2, "the one that is none, and the other");
}

#[tokio::test(start_paused = true)]
async fn a_team_that_may_not_be_read_is_waited_for_by_its_operation() {
    let rendered = Rendered::new().channel("dev", json!({}), &threads(4));
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    tenant.with(|state| state.ready_after = 40);
    tenant.fault(|_, call| match call {
        "GET /v1.0/teams/team1" => Fault::Say(403, "Missing role permissions on the request."),
        _ => Fault::None,
    });
    let report = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(tenant.count("/operations/"), 2);
}

#[tokio::test(start_paused = true)]
async fn one_channel_that_is_forbidden_stops_alone() {
    let plan = json!({ "membership": "private", "members": [AUTHOR, MEMBER] });
    let rendered = Rendered::new()
        .channel("dev", json!({}), &threads(4))
        .channel("board", plan, &threads(4));
    for (what, words) in [
        ("/startMigration", "The channel is archived."),
        (
            "/messages",
            "InvalidRequestProperties-Only 1 application is allowed to operate within an import session.",
        ),
        (
            "/completeMigration",
            "Request Initiator does not match the import session intiator.",
        ),
    ] {
        let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
        let looking = std::sync::Arc::clone(&tenant);
        tenant.fault(move |_, call| {
            let board = looking.with(|state| {
                let channels = state.teams.values().flat_map(|team| &team.channels);
                let mut board = channels.filter(|(_, channel)| channel.name == "board");
                board.next().map(|(id, _)| id.clone())
            });
            let about = board.is_some_and(|board| call.contains(&board));
            if about && call.starts_with("POST") && call.ends_with(what) {
                Fault::Say(403, words)
            } else {
                Fault::None
            }
        });
        let report = run(&tenant, &rendered, journal.path(), Limits::default())
            .await
            .unwrap();
        assert!(!report.is_done(), "{what}");
        assert_eq!(tenant.posts()["dev"], rendered.expected()["dev"], "{what}");
        tenant.fault(|_, _| Fault::None);
        let report = run(&tenant, &rendered, journal.path(), Limits::default())
            .await
            .unwrap();
        assert!(report.is_done(), "{what}: {report:#?}");
        assert_eq!(tenant.posts(), rendered.expected(), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_completion_is_recognised_where_teams_tells_neither_mode_nor_reason() {
    let rendered = Rendered::new().channel("dev", json!({}), &threads(4));
    for nth in [1, 2, 3] {
        let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
        tenant.with(|state| state.mute = true);
        tenant.fault_once("/completeMigration", nth, Fault::LoseAfter);
        let report = run(&tenant, &rendered, journal.path(), Limits::default())
            .await
            .unwrap();
        assert!(report.is_done(), "{nth}: {report:#?}");
        assert_eq!(tenant.unfinished(), [] as [&str; 0], "{nth}");
    }
}

#[tokio::test(start_paused = true)]
async fn posts_that_are_missing_are_counted_once() {
    let rendered = Rendered::new().channel("dev", json!({}), &threads(16));
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    tenant.fault_once("/messages", 8, Fault::Kill { after: false });
    tokio::select! {
        _ = run(&tenant, &rendered, journal.path(), Limits::default()) => unreachable!(),
        () = tenant.killed.notified() => {}
    }
    tenant.fault(|_, _| Fault::None);
    let there = tenant.posts()["dev"].len() as u64;
    let (client, options) = (client(&tenant, Limits::default()), UploadOptions::default());
    let (folder, through) = (rendered.folder(), Closing::Through);
    let report = close(
        &client,
        &folder,
        journal.path(),
        &options,
        through,
        &Unobserved,
    );
    let places = report.await.unwrap().places;
    let dev = places.iter().find(|place| place.name == "dev").unwrap();
    // One more may be there than is noted for each that was under way.
    assert!((16 - there..=16).contains(&dev.missing), "{places:?}");
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_somebody_completes_meanwhile_is_opened_again_by_the_next_upload() {
    let plan = json!({ "membership": "private", "members": [AUTHOR, MEMBER] });
    let rendered = Rendered::new().channel("board", plan, &threads(16));
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    let (completing, mut posts) = (std::sync::Arc::clone(&tenant), 0);
    tenant.fault(move |_, call| {
        posts += u32::from(call.starts_with("POST") && call.ends_with("/messages"));
        if posts == 4 {
            posts += 1;
            completing.complete("board");
        }
        Fault::None
    });
    let report = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    let why = report.findings.lines()[0].message.to_string();
    assert!(
        !report.is_done() && why.contains("somebody completed it"),
        "{why}"
    );
    let report = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(tenant.posts(), rendered.expected());
    assert_eq!(tenant.unfinished(), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_team_is_recognised_where_lists_leave_out_descriptions() {
    let rendered = Rendered::new().channel("dev", json!({}), &threads(4));
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    tenant.with(|state| state.terse = true);
    tenant.fault_once("POST /v1.0/teams", 1, Fault::LoseAfter);
    let report = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(tenant.teams(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_yet_is_not_sent_twice() {
    let rendered = Rendered::new().channel("dev", json!({}), &threads(8));
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    let mut posts = 0;
    tenant.fault(move |_, call| {
        let post = call.starts_with("POST") && call.contains("/messages");
        posts += u32::from(post);
        if post && posts == 3 {
            Fault::LoseAfter
        } else if call.starts_with("GET") && call.contains("/messages/") {
            Fault::Refuse(404)
        } else {
            Fault::None
        }
    });
    let report = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    assert_eq!(tenant.posts(), rendered.expected());
    assert_eq!((report.totals.adopted, report.totals.moved), (1, 0));
}
