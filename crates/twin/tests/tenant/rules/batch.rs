//! Batches (R66): what is wrong with all of it, and with one of its requests.

use serde_json::{Value, json};

use super::*;

fn users(id: &str) -> Value {
    json!({"id": id, "method": "GET", "url": "/users"})
}

fn after(request: Value, others: &[&str]) -> Value {
    with(request, "/dependsOn", json!(others))
}

fn batch(twin: &Twin, requests: &[Value]) -> Reply {
    twin.post("/v1.0/$batch", json!({"requests": requests}))
}

/// The answer to one request of a batch.
fn within(twin: &Twin, requests: &[Value], id: &str) -> Reply {
    let reply = batch(twin, requests);
    assert_eq!(reply.status, 200, "{reply:?}");
    let mut responses = reply.body["responses"].as_array().unwrap().iter();
    let inner = responses.find(|response| response["id"] == id).unwrap();
    Reply {
        status: u16::try_from(inner["status"].as_u64().unwrap()).unwrap(),
        headers: reply.headers.clone(),
        body: inner["body"].clone(),
        raw: inner["body"].to_string(),
    }
}

fn many(count: usize) -> Vec<Value> {
    (0..count).map(|n| users(&n.to_string())).collect()
}

rules! {
    r66_at_most_20_requests R66 "D json-batching" 400 "MaximumValueExceeded" "Number of batch*",
        breaks |twin| batch(twin, &many(21)),
        keeps |twin| batch(twin, &many(20));
    r66_ids_are_unique R66Ids "D json-batching" 400 "BadRequest" "Request Id has to be unique in a batch.",
        breaks |twin| batch(twin, &[users("1"), users("1")]),
        keeps |twin| batch(twin, &[users("1"), users("2")]);
    r66_dependencies_are_there R66Odd "D json-batching" 400 "BadRequest" "Bad Request",
        breaks |twin| batch(twin, &[after(users("1"), &["2"])]),
        keeps |twin| batch(twin, &[after(users("1"), &["2"]), users("2")]);
    r66_dependencies_are_no_circle R66Odd "D json-batching" 400 "BadRequest" "Bad Request",
        breaks |twin| batch(twin, &[after(users("1"), &["2"]), after(users("2"), &["1"])]),
        keeps |twin| batch(twin, &[users("1"), after(users("2"), &["1"])]);
    r66_no_batch_in_a_batch R66Odd "I" 400 "BadRequest" "Bad Request",
        breaks |twin| within(twin, &[json!({"id": "1", "method": "POST", "url": "/$batch"})], "1"),
        keeps |twin| within(twin, &many(1), "0");
    r66_a_failed_dependency_fails R66Failed "D json-batching" 424 "FailedDependency" "Failed Dependency",
        breaks |twin| {
            let gone = json!({"id": "1", "method": "GET", "url": "/planets"});
            within(twin, &[after(users("2"), &["1"]), gone], "2")
        },
        keeps |twin| within(twin, &[after(users("2"), &["1"]), users("1")], "2");
    r46_requests_of_a_batch_are_counted_one_by_one R46 "D json-batching" 429 "TooManyRequests" "Too Many Requests",
        in strict,
        breaks |twin| { batch(twin, &many(20)); within(twin, &many(11), "10") },
        keeps |twin| { batch(twin, &many(20)); within(twin, &many(10), "9") };
    g7_a_batch_gives_no_permission G7 "D json-batching" 403 "Forbidden" "Missing role permissions*",
        breaks |twin| { twin.sign_in_with(&["Chat.Create"]); within(twin, &many(1), "0") },
        keeps |twin| within(twin, &many(1), "0");
}

#[test]
fn requests_are_answered_as_if_alone() {
    let twin = Twin::instant();
    let team = twin.normal_team();
    let url = team.strip_prefix("/v1.0").unwrap();
    let json_type = json!({"content-type": "application/json"});
    let add = json!({
        "id": "add", "method": "POST", "url": format!("{url}/members"),
        "headers": json_type, "body": member(BEN, &[]), "dependsOn": ["file"],
    });
    let file = json!({
        "id": "file", "method": "PUT", "url": format!("/users/{ANNA}/drive/root:/a.txt:/content"),
        "headers": {"Content-Type": "text/plain"}, "body": "aGVsbG8=",
    });
    let read = json!({"id": "read", "method": "GET", "url": "users?$top=1&$select=id"});
    let bad = json!({
        "id": "bad", "method": "POST", "url": format!("{url}/members"),
        "body": member(BEN, &[]),
    });
    let reply = batch(&twin, &[add, file, read, bad]);
    let responses = reply.body["responses"].as_array().unwrap();
    let short = |at: usize| (responses[at]["id"].clone(), responses[at]["status"].clone());
    assert_eq!(short(0), (json!("file"), json!(201)));
    assert_eq!(responses[0]["body"]["size"], 5);
    assert_eq!(short(1), (json!("add"), json!(201)));
    let location = responses[1]["headers"]["Location"].as_str().unwrap();
    assert!(location.starts_with("/teams('"), "{location}");
    assert_eq!(responses[2]["body"]["value"], json!([{"id": ANNA}]));
    let next = responses[2]["body"]["@odata.nextLink"].as_str().unwrap();
    assert_eq!(twin.get(next).body["value"], json!([{"id": BEN}]));
    assert_eq!(short(3), (json!("bad"), json!(415)), "no content type");
    let log = twin.tenant.refusals();
    let [refusal] = &log[..] else {
        panic!("{log:?}");
    };
    assert_eq!(refusal.path, format!("{team}/members"));
}

#[test]
fn a_throttled_request_says_how_long_to_wait() {
    let twin = strict();
    batch(&twin, &many(20));
    let reply = batch(&twin, &many(11));
    let last = &reply.body["responses"][10];
    assert_eq!(
        (&last["status"], &last["headers"]["Retry-After"]),
        (&json!(429), &json!("1"))
    );
}
