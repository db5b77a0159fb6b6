//! Finding a team whose creation was not answered: by its group, by the list of teams.

use chatferry_twin::{Fault, Kind, Settings, What, When};
use serde_json::{Value, json};

use crate::support::*;

fn filtered(collection: &str, name: &str) -> String {
    let filter = format!("displayName eq '{}'", name.replace('\'', "''"));
    let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    format!("/v1.0/{collection}?$filter={filter}&$select=id,displayName,description")
}

fn found(twin: &Twin, address: &str) -> Vec<Value> {
    let reply = twin.get(address);
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body["value"].as_array().unwrap().clone()
}

/// A creation whose answer is lost.
fn lose(twin: &Twin, name: &str, description: &str) {
    twin.tenant.inject(Fault {
        when: When::nth(Kind::CreateTeam, 1),
        what: What::Lose,
    });
    let body = with(team(), "/displayName", json!(name));
    let body = with(body, "/description", json!(description));
    let request = twin.request(http::Method::POST, "/v1.0/teams", Some(body));
    assert!(twin.send(request).is_none());
}

#[test]
fn the_group_is_there_before_the_team() {
    let twin = Twin::new(Settings::default());
    lose(&twin, "Acme's team", "imported (mark 7)");
    let groups = found(&twin, &filtered("groups", "Acme's team"));
    let [group] = &groups[..] else {
        panic!("{groups:?}");
    };
    assert_eq!(group["displayName"], "Acme's team");
    assert_eq!(group["description"], "imported (mark 7)");
    assert_eq!(group.as_object().unwrap().len(), 3, "what was selected");
    let id = group["id"].as_str().unwrap();
    assert_eq!(twin.get(&format!("/v1.0/teams/{id}")).status, 404);
    let teams = filtered("teams", "Acme's team");
    assert_eq!(found(&twin, &teams), [] as [Value; 0]);
    twin.advance(20_000);
    assert_eq!(found(&twin, &teams), groups);
    assert_eq!(twin.get(&format!("/v1.0/teams/{id}")).status, 200);
}

#[test]
fn groups_may_show_up_late() {
    let twin = Twin::new(Settings {
        group_delay_ms: 25_000,
        ..Settings::default()
    });
    lose(&twin, "Acme", "");
    let groups = filtered("groups", "Acme");
    twin.advance(24_999);
    assert_eq!(found(&twin, &groups), [] as [Value; 0]);
    assert_eq!(found(&twin, &filtered("teams", "Acme")).len(), 1);
    twin.advance(1);
    assert_eq!(found(&twin, &groups).len(), 1);
}

#[test]
fn only_teams_of_that_name_are_found_and_gone_ones_are_not() {
    let twin = Twin::instant();
    for name in ["Acme", "Acme 2", "acme"] {
        create(&twin, name);
    }
    for collection in ["groups", "teams"] {
        assert_eq!(found(&twin, &filtered(collection, "Acme")).len(), 2);
        assert_eq!(found(&twin, &filtered(collection, "Acme 3")).len(), 0);
        assert_eq!(found(&twin, &format!("/v1.0/{collection}")).len(), 3);
    }
    for group in found(&twin, &filtered("groups", "Acme")) {
        let address = format!("/v1.0/groups/{}", group["id"].as_str().unwrap());
        assert_eq!(twin.delete(&address).status, 204);
    }
    assert_eq!(found(&twin, &filtered("groups", "Acme")).len(), 0);
    assert_eq!(found(&twin, "/v1.0/teams").len(), 1);
}

fn create(twin: &Twin, name: &str) {
    let reply = twin.post("/v1.0/teams", with(team(), "/displayName", json!(name)));
    assert_eq!(reply.status, 202);
}

#[test]
fn both_lists_come_in_pages() {
    let twin = Twin::instant();
    for _ in 0..5 {
        create(&twin, "Acme");
    }
    create(&twin, "Other");
    for collection in ["groups", "teams"] {
        let mut next = Some(format!("{}&$top=2", filtered(collection, "Acme")));
        let mut sizes = Vec::new();
        let mut ids = std::collections::BTreeSet::new();
        while let Some(address) = next {
            let page = twin.get(&address).body;
            let value = page["value"].as_array().unwrap();
            sizes.push(value.len());
            ids.extend(value.iter().map(|item| item["id"].to_string()));
            next = page["@odata.nextLink"].as_str().map(str::to_owned);
        }
        assert_eq!((sizes, ids.len()), (vec![2, 2, 1], 5));
    }
}
