//! Messages that Graph reads back wrong (crates/graph/RULES.md G20).

use chatferry_model::finding::Severity;
use chatferry_twin::{Seeded, What};
use serde_json::json;

use crate::rendered::{Rendered, Said};
use crate::tenant::Twin;

/// A text whose code block is read back as `a`.
pub(crate) const CODE: &str =
    "see <code>a</code></p><codeblock class=\"plaintext\"><code>b<br>c</code></codeblock><p>";

const POSTS: usize = 20;

fn posts() -> Vec<Said> {
    let times = 0..POSTS as i64;
    times
        .map(|n| match n % 4 {
            1 => Said::at(n * 1_000, CODE).answers((n - 1) * 1_000),
            2 => Said::at(n * 1_000, CODE).link(json!({ "target": "dev" })),
            _ => Said::at(n * 1_000, CODE),
        })
        .collect()
}

fn rendered() -> Rendered {
    Rendered::new()
        .channel("dev", posts())
        .private_channel("board", posts())
}

/// Uploads while half of the answers are lost, until all is done.
async fn upload_without_half_of_the_answers(seed: u64, misread: bool) {
    let twin = Twin::new(|settings| settings.troubles.misread_code = misread);
    let (rendered, journal) = (rendered(), tempfile::tempdir().unwrap());
    twin.tenant.inject_seeded(Some(Seeded {
        seed,
        per_mille: 500,
        of: vec![What::Lose, What::Cut],
    }));
    let mut starts = 0;
    loop {
        starts += 1;
        assert!(starts < 30, "seed {seed}: not done");
        match twin.upload(&rendered.folder(), journal.path()).await {
            Ok(report) if report.is_done() => break,
            _ => {}
        }
    }
    twin.tenant.inject_seeded(None);
    for channel in ["dev", "board"] {
        let ids: Vec<_> = twin
            .messages(channel)
            .into_iter()
            .map(|(id, ..)| id)
            .collect();
        assert_eq!(ids.len(), POSTS, "seed {seed}: {channel}: {ids:?}");
    }
    let verified = twin.verify(&rendered.folder(), journal.path()).await;
    assert!(verified.is_equal(), "seed {seed}: {verified:#?}");
    let found: Vec<_> = verified
        .findings
        .totals()
        .map(|(code, n)| (code.id, n))
        .collect();
    let named = [("verify-code-misread", 2 * POSTS as u64)];
    assert_eq!(found, if misread { &named[..] } else { &[] }, "seed {seed}");
    assert_eq!(verified.findings.count(Severity::Error), 0);
}

#[tokio::test(start_paused = true)]
async fn half_of_the_answers_are_lost_and_nothing_is_there_twice() {
    for seed in 0..8 {
        upload_without_half_of_the_answers(seed, true).await;
        upload_without_half_of_the_answers(seed, false).await;
    }
}

#[tokio::test(start_paused = true)]
async fn words_that_somebody_changed_are_not_taken_for_the_defect() {
    let twin = Twin::new(|_| {});
    let sent = Rendered::new().channel("dev", posts());
    let journal = tempfile::tempdir().unwrap();
    twin.upload(&sent.folder(), journal.path()).await.unwrap();
    let other = CODE.replace("see", "look at");
    let other = Rendered::new().channel("dev", vec![Said::at(0, &other)]);
    let verified = twin.verify(&other.folder(), journal.path()).await;
    let found: Vec<_> = verified
        .findings
        .totals()
        .map(|(code, _)| code.id)
        .collect();
    assert!(found.contains(&"verify-text"), "{found:?}");
}
