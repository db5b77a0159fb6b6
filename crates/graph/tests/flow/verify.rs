//! Reading back.

use chatferry_graph::{
    Limits, Unobserved, VerifyError, VerifyOptions, VerifyReport, status, verify,
};
use serde_json::json;

use crate::folder::{AUTHOR, FIRST, Rendered, threads};
use crate::tenant::{Fault, Tenant};
use crate::{client, run};

fn codes(report: &VerifyReport) -> Vec<(&'static str, u64)> {
    report
        .findings
        .totals()
        .map(|(code, count)| (code.id, count))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_as_it_was_sent_is_equal_and_what_is_not_is_told() {
    let rendered = Rendered::new()
        .channel("dev", json!({}), &threads(40))
        .channel("ops", json!({}), &threads(8));
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    let client = client(&tenant, Limits::default());
    let options = VerifyOptions::default();
    let folder = rendered.folder();
    let check = || verify(&client, &folder, journal.path(), &options, &Unobserved);

    let report = check().await.unwrap();
    assert!(report.is_equal(), "{report:#?}");
    assert_eq!((report.totals.posts, report.totals.equal), (48, 48));
    assert_eq!(codes(&report), []);

    tenant.remove("dev", FIRST + 1_000);
    tenant.plant("dev", FIRST + 4_000, "<p>something else</p>", AUTHOR);
    tenant.plant("dev", FIRST + 5, "<p>extra</p>", AUTHOR);
    tenant.plant(
        "dev",
        FIRST + 8_000,
        "<p>post 8000 &amp; more</p>",
        crate::folder::MEMBER,
    );
    let report = check().await.unwrap();
    assert!(!report.is_equal());
    let counts = report.totals;
    let expected = (48, 45, 2, 1, 1);
    let found = (
        counts.posts,
        counts.equal,
        counts.different,
        counts.missing,
        counts.extra,
    );
    assert_eq!(found, expected, "{report:#?}");
    assert_eq!(
        codes(&report),
        [
            ("verify-author", 1),
            ("verify-missing", 1),
            ("verify-text", 1),
            ("verify-extra", 1),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn reading_keeps_to_twenty_a_second_and_survives_faults() {
    let rendered = Rendered::new().channel("dev", json!({}), &threads(400));
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    let before = tenant.calls().len();
    let faults = [
        Fault::Cut,
        Fault::LoseAfter,
        Fault::FailAfter(503),
        Fault::ExpireToken,
    ];
    tenant.fault(move |number, _| {
        if number % 10 == 0 {
            faults[number as usize / 10 % 4]
        } else {
            Fault::None
        }
    });
    let client = client(&tenant, Limits::default());
    let options = VerifyOptions::default();
    let folder = rendered.folder();
    let report = verify(&client, &folder, journal.path(), &options, &Unobserved);
    let report = report.await.unwrap();
    assert!(report.is_equal(), "{report:#?}");
    let times: Vec<_> = tenant.calls()[before..]
        .iter()
        .map(|(_, time)| *time)
        .collect();
    for start in &times {
        let second = *start..*start + std::time::Duration::from_secs(1);
        let reads = times.iter().filter(|time| second.contains(*time)).count();
        assert!(reads <= 22, "{reads} in a second, tokens included");
    }
}

#[tokio::test(start_paused = true)]
async fn the_journal_alone_tells_how_far_it_is() {
    let rendered = Rendered::new().channel("dev", json!({}), &threads(8));
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    assert_eq!(status(journal.path()).unwrap(), None);
    let client = client(&tenant, Limits::default());
    let options = VerifyOptions::default();
    let folder = rendered.folder();
    let nothing = verify(&client, &folder, journal.path(), &options, &Unobserved);
    assert!(matches!(nothing.await, Err(VerifyError::NothingUploaded)));

    run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    let status = status(journal.path()).unwrap().unwrap();
    assert_eq!((status.totals.posts, status.totals.there()), (8, 8));
    assert_eq!(status.teams[0].state, "done");
    assert_eq!(status.targets[0].place.state, "done");
    assert_eq!(status.targets[0].open, 0);
}

#[tokio::test(start_paused = true)]
async fn lists_that_lag_behind_a_fresh_upload_are_read_once_more() {
    let rendered = Rendered::new().channel("dev", json!({}), &threads(8));
    let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
    run(&tenant, &rendered, journal.path(), Limits::default())
        .await
        .unwrap();
    tenant.with(|state| state.unlisted = 1);
    let (client, options) = (client(&tenant, Limits::default()), VerifyOptions::default());
    let folder = rendered.folder();
    let report = verify(&client, &folder, journal.path(), &options, &Unobserved).await;
    let report = report.unwrap();
    assert!(report.is_equal(), "{report:#?}");
    assert_eq!(report.totals.equal, 8);
}
