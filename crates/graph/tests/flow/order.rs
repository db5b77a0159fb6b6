//! What is done in which order.

use std::time::Duration;

use chatferry_graph::{
    BaseUrl, Limits, Unobserved, UploadError, UploadOptions, plan_upload, upload,
};
use chatferry_twin::Settings;
use serde_json::json;

use crate::folder::{AUTHOR, MEMBER, Rendered, line, threads};
use crate::run;
use crate::tenant::Tenant;
use crate::world::World;

fn acme() -> Rendered {
    Rendered::new()
        .channel("dev", json!({}), &threads(40))
        .channel("old", json!({ "archive": true }), &threads(4))
        .channel("Allgemein", json!({ "general": true }), &threads(12))
        .channel(
            "hr",
            json!({ "membership": "private", "members": [AUTHOR, MEMBER] }),
            &threads(8),
        )
}

#[tokio::test(start_paused = true)]
async fn a_team_is_filled_completed_and_given_its_members() {
    let (tenant, rendered, journal) = (Tenant::new(), acme(), tempfile::tempdir().unwrap());
    tenant.with(|state| (state.lag, state.ready_after) = (3, 8));
    let report = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    assert_eq!(tenant.posts(), rendered.expected());
    assert_eq!(tenant.unfinished(), [] as [&str; 0]);
    assert_eq!(tenant.archived(), ["old"]);
    assert_eq!(
        tenant.readers("hr"),
        Some(vec![AUTHOR.to_owned(), MEMBER.to_owned()])
    );
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(
        (report.totals.posts, report.totals.posted, report.sent),
        (64, 64, 64)
    );
    assert_eq!((report.throttled, report.findings.lines().len()), (0, 0));

    // Nothing is left to do, and nothing is done.
    let calls = tenant.calls().len();
    let report = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    assert!(report.is_done());
    assert_eq!(report.sent, 0);
    assert_eq!(
        tenant.calls().len(),
        calls + 1,
        "a token to see that it still works"
    );
}

#[tokio::test(start_paused = true)]
async fn general_is_completed_last_and_private_channels_come_after_the_members() {
    let (tenant, rendered, journal) = (Tenant::new(), acme(), tempfile::tempdir().unwrap());
    run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    let calls: Vec<_> = tenant
        .calls()
        .into_iter()
        .map(|(call, _)| call)
        .filter(|call| !call.contains("/messages") && !call.contains("/oauth2/"))
        .collect();
    // Ids go by the number of calls.
    let mut ids: Vec<String> = Vec::new();
    let calls: Vec<_> = calls
        .into_iter()
        .map(
            |call| match call.split('/').find(|part| part.starts_with("19:")) {
                Some(id) if !id.contains("general") => {
                    let id = id.to_owned();
                    if !ids.contains(&id) {
                        ids.push(id.clone());
                    }
                    let number = ids.iter().position(|known| *known == id).unwrap() + 1;
                    call.replace(&id, &format!("channel{number}"))
                }
                _ => call,
            },
        )
        .collect();
    insta::assert_snapshot!(calls.join("\n"), @"
        GET /v1.0/users
        POST /v1.0/teams
        GET /v1.0/teams/team1
        GET /v1.0/teams/team1/primaryChannel
        POST /v1.0/teams/team1/channels
        POST /v1.0/teams/team1/channels
        POST /v1.0/teams/team1/channels/channel1/completeMigration
        POST /v1.0/teams/team1/channels/channel2/completeMigration
        POST /v1.0/teams/team1/channels/19:general@thread.tacv2/completeMigration
        POST /v1.0/teams/team1/completeMigration
        GET /v1.0/teams/team1/members
        POST /v1.0/teams/team1/members/add
        POST /v1.0/teams/team1/channels/channel1/archive
        POST /v1.0/teams/team1/channels
        GET /v1.0/teams/team1/channels/channel3/members
        POST /v1.0/teams/team1/channels/channel3/startMigration
        GET /v1.0/teams/team1/channels/channel3
        POST /v1.0/teams/team1/channels/channel3/completeMigration
    ");
}

#[tokio::test(start_paused = true)]
async fn a_reply_never_overtakes_its_root() {
    // The tenant answers 404 to a reply whose root is not there, and that would show.
    let rendered = Rendered::new().channel("dev", json!({}), &threads(400));
    let (tenant, journal) = (
        Tenant::slow(Duration::from_millis(800)),
        tempfile::tempdir().unwrap(),
    );
    let started = tokio::time::Instant::now();
    let report = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    assert_eq!(tenant.posts(), rendered.expected());
    assert_eq!(report.totals.refused, 0);
    // At 800 ms an answer, 5 posts a second still go through.
    let took = started.elapsed().as_secs_f64();
    assert!(took < 400.0 / 5.0 * 1.02 + 20.0, "took {took} s");
}

#[tokio::test(start_paused = true)]
async fn what_lies_in_the_future_is_not_begun() {
    let rendered = Rendered::new().channel("dev", json!({}), &[(1_000_000_000_000, None)]);
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    let error = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap_err();
    assert!(matches!(error, UploadError::Future { .. }), "{error}");
    assert_eq!(tenant.calls().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_became_another_is_not_mixed() {
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    let rendered = Rendered::new().channel("dev", json!({}), &threads(4));
    run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    let change = json!({ "membership": "private", "members": [AUTHOR] });
    let other = Rendered::new().channel("dev", change, &threads(4));
    let error = run(&tenant, &other, journal.path(), Limits::default())
        .await
        .unwrap_err();
    assert!(matches!(error, UploadError::Changed { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_root_costs_itself_and_its_replies() {
    let rendered = Rendered::new().channel_saying("dev", json!({}), &threads(12), |at| {
        if at == 4_000 {
            "<p>refused</p>".to_owned()
        } else {
            format!("<p>{at}</p>")
        }
    });
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    let report = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    assert_eq!((report.totals.posted, report.totals.refused), (8, 4));
    let found: Vec<_> = report
        .findings
        .totals()
        .map(|(code, count)| (code.id, count))
        .collect();
    assert_eq!(
        found,
        [("upload-post-refused", 1), ("upload-root-refused", 3)]
    );
    assert_eq!(tenant.unfinished(), [] as [&str; 0]);

    // The next run tries them again, and says so again: they are still missing.
    let tried = tenant.count("/messages");
    let report = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    assert_eq!(tenant.count("/messages"), tried + 1);
    assert_eq!(
        report
            .findings
            .totals()
            .map(|(_, count)| count)
            .sum::<u64>(),
        4
    );
    assert_eq!(tenant.unfinished(), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_is_left_out_keeps_its_team_open_until_it_comes() {
    let (tenant, rendered, journal) = (Tenant::new(), acme(), tempfile::tempdir().unwrap());
    let client = crate::client(&tenant, Limits::default());
    let mut options = UploadOptions::default();
    options.selection.except.push("old".to_owned());
    let report = crate::upload_with(&client, &rendered, journal.path(), &options)
        .await
        .unwrap();
    assert_eq!(report.findings.lines().len(), 0);
    assert!(!report.is_done());
    assert_eq!(
        tenant.posts().len(),
        2,
        "neither what was left out nor what comes after it"
    );

    let report = run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(tenant.posts(), rendered.expected());
}

#[tokio::test(start_paused = true)]
async fn what_was_selected_is_done_whatever_else_there_is() {
    let world = World::new(Settings::default());
    let rendered = Rendered::new().channel("dev", json!({}), &threads(4)).chat(
        "dm",
        json!({ "kind": "one_on_one", "members": [AUTHOR, MEMBER] }),
        &line(3),
    );
    let journal = tempfile::tempdir().unwrap();
    let mut options = UploadOptions::default();
    options.selection.only.push("dm".to_owned());
    let client = world.client(Limits::default());
    let report = crate::upload_with(&client, &rendered, journal.path(), &options)
        .await
        .unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!(report.totals.posted, 3);
    assert_eq!(world.tenant.teams().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_plan_is_carried_out_once() {
    let world = World::new(Settings::default());
    let (rendered, journal) = (acme(), tempfile::tempdir().unwrap());
    let (client, folder) = (world.client(Limits::default()), rendered.folder());
    let plan = plan_upload(
        &folder,
        journal.path(),
        &UploadOptions::default(),
        &Limits::default(),
        &BaseUrl::graph(),
    );
    let plan = plan.unwrap();
    let report = upload(&client, &plan, &Unobserved).await.unwrap();
    assert!(report.is_done(), "{report:#?}");
    let calls = world.calls();
    let error = upload(&client, &plan, &Unobserved).await.unwrap_err();
    assert!(matches!(error, UploadError::Outdated), "{error}");
    assert_eq!(world.calls(), calls, "nothing is sent by it");
}

#[test]
fn the_plan_says_what_will_be_done_and_how_long_it_takes() {
    let (rendered, journal) = (acme(), tempfile::tempdir().unwrap());
    let options = UploadOptions::default();
    let plan = plan_upload(
        &rendered.folder(),
        journal.path(),
        &options,
        &Limits::default(),
        &BaseUrl::graph(),
    );
    let plan = plan.unwrap();
    assert_eq!((plan.posts, plan.done), (64, 0));
    let targets: Vec<_> = plan
        .targets
        .iter()
        .map(|target| format!("{} {} {}", target.name, target.posts, target.route.as_str()))
        .collect();
    insta::assert_snapshot!(targets.join("\n"), @"
    dev 40 new channel in migration mode
    Allgemein 12 the team's General channel
    hr 8 private channel, created with its members, then put in migration mode
    old 4 new channel in migration mode
    ");
    // 40 posts into one channel, then 8 into a private one, at five a second.
    assert!((plan.seconds - 9.6).abs() < 1e-9, "{}", plan.seconds);
    assert!(
        !journal.path().join("journal.sqlite").exists(),
        "planning writes nothing"
    );
}
