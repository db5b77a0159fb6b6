//! Who is in teams and private channels, where Teams does not take them at once.

use chatferry_graph::{Limits, UploadReport};
use serde_json::json;

use crate::folder::{AUTHOR, MEMBER, Rendered, threads};
use crate::run;
use crate::tenant::{Fault, Tenant};

fn private() -> Rendered {
    let plan = json!({ "membership": "private", "members": [AUTHOR, MEMBER] });
    Rendered::new()
        .channel("dev", json!({}), &threads(4))
        .channel("board", plan, &threads(4))
}

fn refused(report: &UploadReport) -> usize {
    let findings = report.findings.lines();
    let about_members = |code: &str| code == "upload-member-refused";
    findings
        .iter()
        .filter(|finding| about_members(&finding.code))
        .count()
}

#[tokio::test(start_paused = true)]
async fn who_is_not_taken_into_a_team_is_tried_again_soon_and_by_the_next_upload() {
    let rendered = Rendered::new().channel("dev", json!({}), &threads(4));
    for (times, after_first) in [(1, 0), (2, 1)] {
        let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
        tenant.with(|state| state.unwelcome = times);
        let upload = async || {
            run(&tenant, &rendered, journal.path(), Limits::default())
                .await
                .unwrap()
        };
        assert_eq!(refused(&upload().await), after_first, "{times}");
        assert_eq!(refused(&upload().await), 0, "{times}");
        tenant.with(|state| {
            let members = state.teams.values().map(|team| team.members.len());
            assert_eq!(members.collect::<Vec<_>>(), [2], "{times}");
        });
        let calls = tenant.calls().len();
        upload().await;
        assert_eq!(tenant.count("/members/add"), 1 + times as usize);
        assert!(tenant.calls().len() <= calls + 2, "a token and the users");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_added_twice_to_a_channel_that_is_not_found_yet() {
    let (rendered, tenant) = (private(), Tenant::new());
    let journal = tempfile::tempdir().unwrap();
    tenant.fault_once("@thread.tacv2/members", 1, Fault::Refuse(404));
    let report = run(&tenant, &rendered, journal.path(), Limits::default()).await;
    assert!(report.unwrap().is_done());
    assert_eq!(tenant.readers("board").unwrap(), [AUTHOR, MEMBER]);
    let adding = tenant
        .calls()
        .into_iter()
        .filter(|(call, _)| call.starts_with("POST") && call.ends_with("@thread.tacv2/members"));
    assert_eq!(adding.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_private_channel_waits_until_its_people_are_known_in_the_team() {
    let rendered = private();
    for status in [400, 403, 404] {
        let (tenant, journal) = (Tenant::new(), tempfile::tempdir().unwrap());
        let mut seen = 0;
        tenant.fault(move |_, call| {
            let creates = call.starts_with("POST") && call.ends_with("/channels");
            seen += u32::from(creates);
            // The first is made in migration mode.
            if creates && (2..=5).contains(&seen) {
                Fault::Refuse(status)
            } else {
                Fault::None
            }
        });
        let report = run(&tenant, &rendered, journal.path(), Limits::default())
            .await
            .unwrap();
        assert!(report.is_done(), "{status}: {report:#?}");
        assert_eq!(
            tenant.readers("board").unwrap(),
            [AUTHOR, MEMBER],
            "{status}"
        );
        assert_eq!(tenant.posts(), rendered.expected(), "{status}");
    }
}
