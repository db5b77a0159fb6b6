//! The tenant's people into a file.

use chatferry_graph::{Limits, Unobserved, users};
use serde_json::{Value, json};

use crate::client;
use crate::tenant::{Fault, Tenant};

#[tokio::test(start_paused = true)]
async fn everybody_is_fetched_page_by_page_whatever_breaks() {
    let tenant = Tenant::new();
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("users.json");
    tenant.with(|state| state.people = (0..25).map(|n| format!("person {n}")).collect());
    let faults = [
        Fault::None,
        Fault::Cut,
        Fault::Throttle(3),
        Fault::FailAfter(503),
    ];
    tenant.fault(move |number, _| faults[number as usize % 4]);
    let client = client(&tenant, Limits::default());
    let count = users::fetch(&client, &into, &Unobserved).await.unwrap();
    assert_eq!(count, 25);
    let text = std::fs::read_to_string(&into).unwrap();
    let people: Value = serde_json::from_str(&text).unwrap();
    let names: Vec<_> = people["value"].as_array().unwrap().iter().collect();
    assert_eq!(names.len(), 25);
    assert_eq!(
        names[24],
        &json!({ "id": "24", "displayName": "person 24" })
    );

    // An app that may not leaves the last file alone.
    tenant.fault(|_, call| match call.contains("/users") {
        true => Fault::Refuse(403),
        false => Fault::None,
    });
    let error = users::fetch(&client, &into, &Unobserved).await.unwrap_err();
    assert!(error.remedy().unwrap().contains("User.Read.All"), "{error}");
    assert_eq!(std::fs::read_to_string(&into).unwrap(), text);
}
