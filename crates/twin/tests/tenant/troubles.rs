//! Operations that fail, and what a dump carries over of limits and faults.

use chatferry_twin::{
    Fault, Kind, OperationKind, Outcome, Rule, Seeded, Settings, Troubles, What, When,
};
use serde_json::{Value, json};

use crate::support::*;

fn failing(kinds: &[OperationKind]) -> Twin {
    Twin::new(Settings {
        operation_ms: 20_000,
        troubles: Troubles {
            failing_operations: kinds.iter().copied().collect(),
            ..Troubles::default()
        },
        ..Settings::instant()
    })
}

/// How the operation ends that an answer leads to.
fn ends(twin: &Twin, reply: &Reply) -> Value {
    assert_eq!(reply.status, 202, "{reply:?}");
    let operation = format!("/v1.0{}", reply.header("location"));
    assert_eq!(twin.get(&operation).body["status"], "inProgress");
    twin.advance(20_000);
    twin.get(&operation).body
}

#[test]
fn a_team_may_not_come_about() {
    let twin = failing(&[OperationKind::CreateTeam]);
    let reply = twin.post("/v1.0/teams", team());
    let end = ends(&twin, &reply);
    assert_eq!(end["status"], "failed");
    assert_eq!(end["error"]["code"], "UnknownError");
    let team = format!("/v1.0{}", reply.header("content-location"));
    assert_eq!(twin.get(&team).status, 404);
    assert_eq!(twin.get("/v1.0/groups").body["value"], json!([]));
    twin.tenant
        .configure(|settings| settings.troubles.failing_operations.clear());
    let again = ends(&twin, &twin.post("/v1.0/teams", normal_team()));
    assert_eq!(again["status"], "succeeded");
    assert_eq!(again["error"], Value::Null);
}

#[test]
fn what_fails_changes_nothing() {
    let twin = failing(&[
        OperationKind::ArchiveTeam,
        OperationKind::ArchiveChannel,
        OperationKind::CreateChannel,
    ]);
    let team = twin.normal_team();
    twin.advance(20_000);
    let shared = json!({
        "displayName": "s",
        "membershipType": "shared",
        "members": [member(ANNA, &["owner"])],
    });
    let create = || twin.post(&format!("{team}/channels"), shared.clone());
    let reply = create();
    assert_eq!(ends(&twin, &reply)["status"], "failed");
    let channel = format!("/v1.0{}", reply.header("content-location"));
    assert_eq!(twin.get(&channel).status, 404);
    assert_eq!(create().status, 202, "the name is free");
    let archived = twin.act(&format!("{team}/archive"));
    assert_eq!(ends(&twin, &archived)["status"], "failed");
    assert_eq!(twin.get(&team).body["isArchived"], false);
    let general = format!("{team}/primaryChannel");
    let archived = twin.act(&format!("{general}/archive"));
    assert_eq!(ends(&twin, &archived)["status"], "failed");
    assert_eq!(twin.get(&general).body["isArchived"], false);
}

#[test]
fn a_dump_carries_limits_over() {
    let twin = Twin::new(Settings::default());
    let team = twin.team();
    twin.advance(60_000);
    let channel = twin.channel(&team, "a");
    for ms in 0..5 {
        let reply = twin.post(&format!("{channel}/messages"), message(ms));
        assert_eq!(reply.status, 201);
    }
    let dump = twin.tenant.dump().unwrap();
    let twin = twin.restored(&dump);
    assert_eq!(twin.tenant.dump().unwrap(), dump);
    let over = twin.post(&format!("{channel}/messages"), message(5));
    assert_eq!(over.status, 429);
    let throttled = twin.tenant.counts(Outcome::Throttled);
    assert_eq!(throttled.get(&Rule::R46), Some(&1));
}

#[test]
fn a_dump_can_be_put_back_over_its_address() {
    let twin = Twin::instant();
    let before = twin.get("/_twin/dump").body;
    twin.team();
    assert_eq!(twin.tenant.teams().len(), 1);
    assert_eq!(twin.post("/_twin/dump", before).status, 204);
    assert_eq!(twin.tenant.teams().len(), 0);
    assert_eq!(twin.post("/_twin/dump", json!({})).status, 400);
}

#[test]
fn a_dump_carries_faults_over() {
    let status = |twin: &Twin| {
        let request = twin.request(http::Method::GET, "/v1.0/users", None);
        twin.send(request).map_or(0, |reply| reply.status)
    };
    let seeded = Seeded {
        of: vec![What::Lose],
        ..Seeded::network(3, 400)
    };
    let run = |dumped: bool| -> Vec<u16> {
        let mut twin = Twin::instant();
        twin.tenant.inject(Fault {
            when: When::nth(Kind::ListUsers, 3),
            what: What::Answer {
                status: 503,
                retry_after_s: None,
            },
        });
        twin.tenant.inject_seeded(Some(seeded.clone()));
        let mut statuses: Vec<u16> = (0..2).map(|_| status(&twin)).collect();
        if dumped {
            twin = twin.restored(&twin.tenant.dump().unwrap());
        }
        statuses.extend((0..20).map(|_| status(&twin)));
        statuses
    };
    let straight = run(false);
    assert_eq!(run(true), straight);
    assert_eq!(straight[2], 503);
    assert!(
        straight.contains(&0) && straight.contains(&200),
        "{straight:?}"
    );
}
