//! `upload` when things go wrong on the way.

use chatferry_twin::{Fault, Kind, Seeded, What, When};

use crate::support::{TwinServer, Work, rendered};

fn upload_with(fault: impl FnOnce(&TwinServer)) -> (Work, TwinServer) {
    let work = Work::new();
    work.convert_acme().done();
    let twin = TwinServer::instant();
    fault(&twin);
    work.against(&twin, &["upload"]).code(0);
    (work, twin)
}

fn inject(twin: &TwinServer, kind: Kind, nth: u64, what: What) {
    twin.tenant.inject(Fault {
        when: When::nth(kind, nth),
        what,
    });
}

#[test]
fn an_expired_token_costs_no_post() {
    let (work, twin) = upload_with(|twin| {
        inject(twin, Kind::PostMessage, 5, What::ExpireToken);
        inject(twin, Kind::PostReply, 3, What::ExpireToken);
    });
    assert_eq!(twin.posts(), rendered(&work));
}

#[test]
fn a_lost_answer_is_no_second_post() {
    let (work, twin) = upload_with(|twin| {
        for kind in [
            Kind::PostMessage,
            Kind::PostReply,
            Kind::CreateTeam,
            Kind::CreateChannel,
        ] {
            inject(twin, kind, 1, What::Lose);
        }
        inject(twin, Kind::PostMessage, 9, What::Cut);
    });
    assert_eq!(twin.posts(), rendered(&work));
    assert_eq!(twin.tenant.teams().len(), 1);
}

#[test]
fn throttling_is_waited_out() {
    let (work, twin) = upload_with(|twin| {
        let throttled = What::Answer {
            status: 429,
            retry_after_s: Some(1),
        };
        inject(twin, Kind::PostMessage, 4, throttled);
    });
    assert_eq!(twin.posts(), rendered(&work));
}

#[test]
fn a_time_that_somebody_else_took_is_stepped_over() {
    let (work, twin) = upload_with(|twin| inject(twin, Kind::PostMessage, 3, What::Plant));
    let (there, ours) = (twin.posts(), rendered(&work));
    let count = |posts: &std::collections::BTreeMap<String, Vec<_>>| {
        posts.values().map(Vec::len).sum::<usize>()
    };
    assert_eq!(
        count(&there),
        count(&ours) + 1,
        "the planted one and all of ours"
    );
}

#[test]
fn a_bad_network_is_survived() {
    for seed in 1..=3 {
        let (work, twin) = upload_with(|twin| {
            twin.tenant.inject_seeded(Some(Seeded::network(seed, 60)));
        });
        twin.tenant.inject_seeded(None);
        assert_eq!(twin.posts(), rendered(&work), "seed {seed}");
        assert!(twin.tenant.faults_dealt() > 0);
    }
}
