//! Modes and dates that are known late, and images that Teams does not take (crates/graph/RULES.md
//! G1 to G4).

use chatferry_twin::{Rule, Settings};

use crate::rendered::{Rendered, Said};
use crate::tenant::Twin;

fn everywhere() -> Rendered {
    let posts = || {
        vec![
            Said::at(0, "one"),
            Said::at(1_000, "two"),
            Said::at(2_000, "three"),
        ]
    };
    Rendered::new()
        .channel("dev", posts())
        .private_channel("board", posts())
        .chat("lunch", posts())
}

/// Uploads into such a tenant; all is there once, and nobody is told to look after permissions.
async fn upload_into(change: impl FnOnce(&mut Settings)) -> std::sync::Arc<Twin> {
    let (twin, rendered) = (Twin::new(change), everywhere());
    let journal = tempfile::tempdir().unwrap();
    let report = twin.upload(&rendered.folder(), journal.path()).await;
    let report = report.unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!((report.totals.posted, report.totals.moved), (9, 0));
    assert_eq!(report.findings.totals().count(), 0, "{report:#?}");
    let verified = twin.verify(&rendered.folder(), journal.path()).await;
    assert!(verified.is_equal(), "{verified:#?}");
    twin
}

fn refusals(twin: &Twin, rule: Rule) -> u64 {
    let counts = twin.tenant.counts(chatferry_twin::Outcome::Refused);
    counts.get(&rule).copied().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_mode_that_is_known_late_is_waited_for() {
    for lag in [5_000, 40_000, 150_000] {
        let twin = upload_into(|settings| settings.troubles.mode_lag_ms = lag).await;
        assert!(refusals(&twin, Rule::R24Blocked) > 0, "{lag}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_date_that_is_known_late_is_waited_for() {
    for lag in [5_000, 40_000] {
        let twin = upload_into(|settings| settings.troubles.date_lag_ms = lag).await;
        assert_eq!(refusals(&twin, Rule::R28Blocked), 0, "{lag}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_mode_that_is_not_told_and_known_late_is_waited_for_too() {
    upload_into(|settings| {
        settings.troubles.silent_mode = true;
        settings.troubles.mode_lag_ms = 20_000;
        settings.troubles.date_lag_ms = 20_000;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn images_of_a_kind_that_teams_does_not_take_hang_on_their_post() {
    let twin = Twin::new(|_| {});
    let gif = Said::at(0, "look").image("gif", 9).kind("image/gif");
    let rendered = Rendered::new()
        .image("gif", b"a picture")
        .channel("dev", vec![gif, Said::at(1_000, "two")]);
    let journal = tempfile::tempdir().unwrap();
    let report = twin.upload(&rendered.folder(), journal.path()).await;
    let report = report.unwrap();
    assert!(report.is_done(), "{report:#?}");
    assert_eq!((report.totals.posted, report.totals.refused), (2, 0));
    assert_eq!(refusals(&twin, Rule::R40Type), 1);
    assert_eq!(twin.files().len(), 1);
    let verified = twin.verify(&rendered.folder(), journal.path()).await;
    assert!(verified.is_equal(), "{verified:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_post_is_missed() {
    let twin = Twin::new(|settings| settings.message_bytes = 100);
    let posts = vec![Said::at(0, "short"), Said::at(1_000, &"long ".repeat(100))];
    let rendered = Rendered::new().channel("dev", posts);
    let journal = tempfile::tempdir().unwrap();
    let report = twin.upload(&rendered.folder(), journal.path()).await;
    assert_eq!(report.unwrap().totals.refused, 1);
    let verified = twin.verify(&rendered.folder(), journal.path()).await;
    assert!(!verified.is_equal());
    let found: Vec<_> = verified
        .findings
        .totals()
        .map(|(code, n)| (code.id, n))
        .collect();
    assert_eq!(found, [("verify-refused", 1)]);
}
