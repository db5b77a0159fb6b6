//! The upload dies at any call, and is run again.

use chatferry_graph::Limits;
use proptest::prelude::*;
use serde_json::json;

use crate::folder::{AUTHOR, MEMBER, Rendered, threads};
use crate::run;
use crate::tenant::{Fault, Tenant};

fn acme() -> Rendered {
    Rendered::new()
        .channel("dev", json!({}), &threads(12))
        .channel("Allgemein", json!({ "general": true }), &threads(4))
        .channel(
            "hr",
            json!({ "membership": "private", "members": [AUTHOR, MEMBER] }),
            &threads(3),
        )
}

/// Uploads until a call dies, then again without faults. Everything is there once.
fn dies_at(moments: &[(u64, bool)], faults: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let (tenant, rendered, journal) = (Tenant::new(), acme(), tempfile::tempdir().unwrap());
        for (moment, after) in moments.iter().copied() {
            let begun = tenant.calls().len() as u64;
            let mut dice = faults;
            tenant.fault(move |number, _| {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let fault = [
                    Fault::LoseAfter,
                    Fault::LoseBefore,
                    Fault::FailAfter(502),
                    Fault::Cut,
                ];
                match number.checked_sub(begun) {
                    Some(n) if n == moment => Fault::Kill { after },
                    _ if faults > 0 && dice >> 32 & 7 == 0 => fault[(dice >> 40) as usize % 4],
                    _ => Fault::None,
                }
            });
            tokio::select! {
                done = run(&tenant, &rendered, journal.path(), Limits::default()) => {
                    done.unwrap();
                }
                () = tenant.killed.notified() => {}
            }
        }
        tenant.fault(|_, _| Fault::None);
        let report = run(&tenant, &rendered, journal.path(), Limits::default())
            .await
            .unwrap();
        assert_eq!(tenant.posts(), rendered.expected());
        assert_eq!(tenant.unfinished(), [] as [&str; 0]);
        assert_eq!(tenant.teams(), 1);
        assert!(report.is_done(), "{report:#?}");
        assert_eq!(report.totals.there(), 19);
    });
}

#[test]
fn every_single_call_may_be_the_last() {
    // As many as a whole upload takes, and a few more.
    for moment in 1..=48 {
        for after in [false, true] {
            dies_at(&[(moment, after)], 0);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 32,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn it_may_die_again_and_again_on_a_bad_network(
        moments in prop::collection::vec((1_u64..45, any::<bool>()), 1..5),
        faults in any::<u64>(),
    ) {
        dies_at(&moments, faults);
    }
}
