//! `upload` and `verify` over a socket, killed and resumed.

use std::time::Duration;

use crate::support::{SECRET, TwinServer, Work, rendered};

#[test]
fn every_post_arrives_once_and_verifies() {
    let work = Work::new();
    work.convert_acme().done();
    let twin = TwinServer::instant();
    work.against(&twin, &["upload"]).code(0);
    assert_eq!(twin.posts(), rendered(&work));
    assert!(
        twin.tenant.refusals().is_empty(),
        "{:#?}",
        twin.tenant.refusals()
    );
    work.against(&twin, &["verify"]).code(0);

    // Once more changes nothing.
    work.against(&twin, &["upload"]).code(0);
    assert_eq!(twin.posts(), rendered(&work));
    for team in twin.tenant.teams() {
        assert!(team.owners > 0, "nobody could find {}", team.display_name);
        assert_eq!(team.migration, "completed");
    }
}

#[test]
fn what_verify_finds_stands_beside_what_upload_found() {
    let work = Work::new();
    work.convert_acme().done();
    let twin = TwinServer::instant();
    let found = |what: &str| {
        let lines = std::fs::read_to_string(work.path("4-upload/findings.jsonl")).unwrap();
        let lines = lines.lines().filter(|line| line.contains(what));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    work.against(&twin, &["upload", "--only", "random"]).code(1);
    work.against(&twin, &["verify"]).code(1);
    let unfinished = found("\"verify-unfinished\"");
    assert!(!unfinished.is_empty());
    assert!(unfinished.iter().all(|line| line.contains("\"file\":")));

    // The pictures can't go within the texts, which is told.
    twin.tenant
        .configure(|settings| settings.inline_images = false);
    work.against(&twin, &["upload"]).code(0);
    assert_eq!(found("\"stage\":\"verify\""), [] as [&str; 0]);
    let uploading = found("\"stage\":\"upload\"");
    assert!(!uploading.is_empty());
    work.against(&twin, &["verify"]).code(0);
    assert_eq!(found("\"stage\":\"upload\""), uploading);

    // Of a run that was cut off while it wrote them, half may be left.
    std::fs::write(work.path("4-upload/findings.jsonl"), "{\"format\":\"chat").unwrap();
    work.against(&twin, &["upload"]).code(0);
    work.against(&twin, &["verify"]).code(0);
}

#[test]
fn killed_at_ten_moments_every_post_is_there_once() {
    let mut cut_short = 0;
    for moment in 0..10_u64 {
        let work = Work::new();
        work.convert_acme().done();
        let twin = TwinServer::instant();
        // Two seconds of posting, so that the moments fall all over it.
        let slowly = ["upload", "--set", "limits.app_channel_posts=60"];
        let mut child = work.start_against(&twin, &slowly);
        std::thread::sleep(Duration::from_millis(80 + 190 * moment));
        child.kill().unwrap();
        child.wait().unwrap();
        cut_short += usize::from(twin.posts() != rendered(&work));
        work.against(&twin, &["upload"]).code(0);
        assert_eq!(twin.posts(), rendered(&work), "killed at moment {moment}");
        work.against(&twin, &["verify"]).code(0);
    }
    assert!(
        cut_short >= 5,
        "only {cut_short} of the kills came before the end"
    );
}

#[test]
fn who_comes_too_early_or_second_is_told_so() {
    let work = Work::new();
    work.convert_acme().done();
    let twin = TwinServer::instant();
    work.against(&twin, &["verify"]).code(2);

    let slowly = ["upload", "--set", "limits.app_channel_posts=20"];
    let mut first = work.start_against(&twin, &slowly);
    while twin.posts().is_empty() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let second = work.against(&twin, &["upload"]).code(2);
    assert!(second.stderr.contains("another chatferry"));
    assert!(first.wait().unwrap().success());
    assert_eq!(twin.posts(), rendered(&work));
}

#[test]
fn a_dry_run_sends_nothing() {
    let work = Work::new();
    work.convert_acme().done();
    let twin = TwinServer::instant();
    work.against(&twin, &["upload", "--dry-run"]).code(0);
    assert!(twin.tenant.teams().is_empty());
    assert!(!work.path("4-upload/journal.sqlite").exists());
}

#[test]
fn the_secret_is_nowhere_to_be_seen() {
    let work = Work::new();
    work.convert_acme().done();
    let twin = TwinServer::instant();
    let ran = work.against(&twin, &["upload", "-vv"]).code(0);
    assert!(!ran.stderr.contains(SECRET) && !ran.stdout.contains(SECRET));
    assert!(!ran.stderr.contains("Bearer ey"), "{}", ran.stderr);
    for (name, content) in work.files("") {
        assert!(
            !String::from_utf8_lossy(&content).contains(SECRET),
            "the secret is in {name}"
        );
    }
}

#[test]
fn a_wrong_secret_or_none_is_told_as_such() {
    let work = Work::new();
    work.convert_acme().done();
    let twin = TwinServer::instant();
    let args = [
        "upload",
        "--graph-url",
        &twin.url,
        "--login-url",
        &twin.url,
        "--tenant-id",
        "x",
    ];
    let ran = work.run(&args).code(2);
    assert!(ran.stderr.contains("client_id"), "{}", ran.stderr);
    let args = [&args[..], &["--client-id", crate::support::CLIENT_ID]].concat();
    let ran = work.run(&args).code(2);
    assert!(
        ran.stderr.contains("CHATFERRY_CLIENT_SECRET"),
        "{}",
        ran.stderr
    );

    let wrong = [("CHATFERRY_CLIENT_SECRET", "wrong")];
    let args = [
        &args[..5],
        &[
            "--tenant-id",
            &twin.tenant_id,
            "--client-id",
            crate::support::CLIENT_ID,
        ],
    ]
    .concat();
    let ran = work.run_with(&wrong, &args).code(4);
    assert!(ran.stderr.contains("AADSTS7000215"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("wrong\""), "{}", ran.stderr);
}

#[test]
fn without_a_placeholder_one_can_rehearse_but_not_upload() {
    let work = Work::new();
    let export = crate::support::fixture("slack/acme");
    let ran = work.run(&["convert".as_ref(), export.as_os_str()]).done();
    assert!(
        ran.stderr.contains("map-placeholder-missing"),
        "{}",
        ran.stderr
    );
    let rehearsed = work.run(&["rehearse", "--json"]).done().json();
    assert_eq!(rehearsed["refusals"], 0, "{rehearsed:#}");

    let twin = TwinServer::instant();
    let ran = work.against(&twin, &["upload"]).code(2);
    assert!(ran.stderr.contains("--placeholder"), "{}", ran.stderr);
    assert!(twin.tenant.teams().is_empty());
}

#[test]
fn what_was_cut_off_is_unlocked_shown_and_taken_back() {
    let work = Work::new();
    work.convert_acme().done();
    let twin = TwinServer::instant();
    let slowly = ["upload", "--set", "limits.app_channel_posts=20"];
    let mut child = work.start_against(&twin, &slowly);
    std::thread::sleep(Duration::from_millis(1_500));
    child.kill().unwrap();
    child.wait().unwrap();

    let open = || {
        let teams = twin.tenant.teams().into_iter();
        let channels = teams.flat_map(|team| team.channels);
        channels
            .filter(|channel| channel.thread.migration_mode == Some("inProgress"))
            .count()
    };
    assert!(open() > 0, "it was cut off in the middle");
    work.against(&twin, &["unlock"]).code(0);
    assert_eq!(open(), 0);
    work.against(&twin, &["complete"]).code(0);

    let shown = work.against(&twin, &["rollback"]).code(2);
    assert!(shown.stderr.contains("--yes"), "{}", shown.stderr);
    assert!(!twin.tenant.teams().is_empty());
    work.against(&twin, &["rollback", "--yes"]).code(0);
    assert!(twin.tenant.teams().is_empty());

    // And from the beginning.
    work.against(&twin, &["upload"]).code(0);
    assert_eq!(twin.posts(), rendered(&work));
    work.against(&twin, &["verify"]).code(0);
}
