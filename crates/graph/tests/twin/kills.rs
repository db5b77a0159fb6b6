//! The upload of files dies at any call, on a bad network, and is run again.

use chatferry_twin::Seeded;
use serde_json::json;

use crate::misread::CODE;
use crate::rendered::{Rendered, Said};
use crate::tenant::Twin;

const LARGE: usize = 6 * 1024 * 1024;

fn acme() -> Rendered {
    let to = json!({ "message": { "conversation": "C1", "message": "said" } });
    Rendered::new()
        .file("one", b"small")
        .file("two", &vec![3; LARGE])
        .image("png", b"a picture")
        .linked("said", "dev", 0)
        .channel(
            "dev",
            vec![
                Said::at(0, CODE).file("one", "a.txt", 5),
                Said::at(1_000, "two")
                    .file("two", "a.txt", LARGE)
                    .link(to.clone()),
                Said::at(2_000, "three")
                    .image("png", 9)
                    .answers(0)
                    .reaction(),
            ],
        )
        .channel(
            "ops",
            vec![Said::at(0, "elsewhere").file("one", "a.txt", 5).link(to)],
        )
}

/// Uploads until a call dies, then again. Everything is there once.
fn dies_at(moment: u64, after: bool, seed: Option<u64>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let (twin, rendered) = (Twin::new(|_| {}), acme());
        let journal = tempfile::tempdir().unwrap();
        twin.tenant
            .inject_seeded(seed.map(|seed| Seeded::network(seed, 100)));
        twin.die_at(moment, after);
        let folder = rendered.folder();
        tokio::select! {
            done = twin.upload(&folder, journal.path()) => { done.unwrap(); }
            () = twin.died.notified() => {}
        }
        twin.tenant.inject_seeded(None);
        let report = twin.upload(&folder, journal.path()).await.unwrap();
        let case = format!("killed at {moment}, after: {after}, seed {seed:?}");
        assert!(report.is_done(), "{case}: {report:#?}");
        assert_eq!(report.totals.there(), 4, "{case}");
        assert_eq!(
            (twin.messages("dev").len(), twin.messages("ops").len()),
            (3, 1),
            "{case}"
        );
        let files = twin.files();
        let mut sizes: Vec<_> = files.iter().map(|(_, content)| content.len()).collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [5, LARGE], "{case}: {:?}", twin.tenant.files());
        let verified = twin.verify(&folder, journal.path()).await;
        assert!(verified.is_equal(), "{case}: {verified:#?}");
    });
}

#[test]
fn every_single_call_may_be_the_last() {
    for moment in 0..34 {
        for after in [false, true] {
            dies_at(moment, after, None);
        }
    }
}

#[test]
fn on_a_bad_network_too() {
    for seed in 0..24 {
        dies_at(seed * 7 % 40, seed % 2 == 0, Some(seed));
    }
}
