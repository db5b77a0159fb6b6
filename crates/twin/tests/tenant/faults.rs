//! What goes wrong on purpose.

use chatferry_twin::{Fault, Kind, Seeded, What, When};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::*;

fn plan(twin: &Twin, kind: Kind, nth: u64, what: What) {
    twin.tenant.inject(Fault {
        when: When::nth(kind, nth),
        what,
    });
}

fn count(twin: &Twin, channel: &str) -> usize {
    let id = channel.rsplit('/').next().unwrap();
    twin.tenant.messages(id).unwrap().len()
}

fn try_post(twin: &Twin, channel: &str, body: Value) -> Option<Reply> {
    twin.send(twin.request(
        http::Method::POST,
        &format!("{channel}/messages"),
        Some(body),
    ))
}

#[test]
fn an_error_before_leaves_nothing_behind() {
    let twin = Twin::instant();
    let channel = twin.open_channel();
    let error = What::Answer {
        status: 503,
        retry_after_s: Some(7),
    };
    plan(&twin, Kind::PostMessage, 2, error);
    assert_eq!(try_post(&twin, &channel, message(0)).unwrap().status, 201);
    let refused = try_post(&twin, &channel, message(1)).unwrap();
    assert_eq!((refused.status, refused.header("retry-after")), (503, "7"));
    assert_eq!(refused.code(), "serviceNotAvailable");
    assert_eq!(count(&twin, &channel), 1);
    assert_eq!(try_post(&twin, &channel, message(1)).unwrap().status, 201);
    assert_eq!(twin.tenant.faults_dealt(), 1);
    assert!(
        twin.tenant.refusals().is_empty(),
        "a fault is no broken rule"
    );
}

#[test]
fn a_lost_answer_has_had_its_effect() {
    let twin = Twin::instant();
    let channel = twin.open_channel();
    plan(&twin, Kind::PostMessage, 1, What::Lose);
    plan(&twin, Kind::PostMessage, 2, What::Cut);
    plan(&twin, Kind::PostMessage, 3, What::Reset);
    assert!(try_post(&twin, &channel, message(0)).is_none());
    assert_eq!(count(&twin, &channel), 1);
    assert!(try_post(&twin, &channel, message(1)).is_none());
    assert_eq!(count(&twin, &channel), 2);
    assert!(try_post(&twin, &channel, message(2)).is_none());
    assert_eq!(count(&twin, &channel), 2);
    let found = twin.get(&format!("{channel}/messages/1549310295000"));
    assert_eq!(found.status, 200);
}

#[test]
fn a_token_can_expire_at_any_call() {
    let twin = Twin::instant();
    let channel = twin.open_channel();
    plan(&twin, Kind::PostMessage, 1, What::ExpireToken);
    assert_eq!(try_post(&twin, &channel, message(0)).unwrap().status, 401);
    twin.sign_in(APP, "secret");
    assert_eq!(try_post(&twin, &channel, message(0)).unwrap().status, 201);
}

#[test]
fn somebody_else_can_be_first() {
    let twin = Twin::instant();
    let channel = twin.open_channel();
    plan(&twin, Kind::PostMessage, 1, What::Plant);
    assert_eq!(try_post(&twin, &channel, message(0)).unwrap().status, 409);
    let theirs = twin.get(&format!("{channel}/messages/1549310295000")).body;
    assert_eq!(theirs["from"]["user"]["id"], BEN);
    assert_eq!(try_post(&twin, &channel, message(1)).unwrap().status, 201);
}

#[test]
fn a_fault_can_wait_for_a_place_and_last() {
    let twin = Twin::instant();
    let team = twin.team();
    let (a, b) = (twin.channel(&team, "a"), twin.channel(&team, "b"));
    let plan = json!({"plan": [{
        "when": {"path": b.rsplit('/').next().unwrap(), "nth": 1, "times": 2},
        "what": {"answer": {"status": 500}},
    }]});
    assert_eq!(twin.post("/_twin/faults", plan).status, 204);
    let status = |channel: &str, ms| try_post(&twin, channel, message(ms)).unwrap().status;
    assert_eq!(status(&a, 0), 201);
    assert_eq!(status(&b, 0), 500);
    assert_eq!(status(&b, 0), 500);
    assert_eq!(status(&b, 0), 201);
}

#[test]
fn a_plan_over_its_address_leaves_a_seed_in_force() {
    let twin = Twin::instant();
    let channel = twin.open_channel();
    let seeded = |per_mille| json!({ "seed": 1, "perMille": per_mille, "of": ["reset"] });
    let faults = |plan| assert_eq!(twin.post("/_twin/faults", plan).status, 204);
    faults(json!({ "seeded": seeded(1_000) }));
    faults(json!({ "plan": [{ "when": { "nth": 9 }, "what": "lose" }] }));
    assert!(try_post(&twin, &channel, message(0)).is_none());
    faults(json!({ "seeded": seeded(0) }));
    assert_eq!(try_post(&twin, &channel, message(0)).unwrap().status, 201);
}

#[test]
fn one_seed_one_run() {
    let run = |seed| -> Vec<u16> {
        let twin = Twin::instant();
        let channel = twin.open_channel();
        twin.tenant.inject_seeded(Some(Seeded {
            of: vec![
                What::Answer {
                    status: 500,
                    retry_after_s: None,
                },
                What::Lose,
            ],
            ..Seeded::network(seed, 300)
        }));
        let posts = (0..100).map(|ms| try_post(&twin, &channel, message(ms)));
        posts
            .map(|reply| reply.map_or(0, |reply| reply.status))
            .collect()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    for outcome in [0, 201, 500] {
        assert!(run(1).contains(&outcome), "{outcome}");
    }
}

/// Sends one request over a socket and reads until the connection ends.
async fn over_a_socket(fault: Option<What>) -> (String, u64) {
    let twin = Twin::shared();
    if let Some(what) = fault {
        twin.inject(Fault {
            when: When::nth(Kind::ListUsers, 1),
            what,
        });
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = tokio::spawn(chatferry_twin::serve(listener, twin.clone(), async {
        stopped.await.unwrap();
    }));
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /v1.0/users HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\
         connection: close\r\n\r\n",
        twin.delegated_token(&chatferry_twin::AppId::from(APP), &["User.Read.All"])
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A broken connection may end in an error; what came before it counts.
    let _ = stream.read_to_end(&mut answer).await;
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
    (String::from_utf8(answer).unwrap(), twin.faults_dealt())
}

#[tokio::test]
async fn over_a_socket_a_lost_answer_is_silence() {
    let (whole, _) = over_a_socket(None).await;
    assert!(whole.starts_with("HTTP/1.1 200 OK\r\n"), "{whole}");
    assert!(whole.ends_with('}'), "{whole}");
    for what in [What::Lose, What::Reset] {
        assert_eq!(over_a_socket(Some(what)).await, (String::new(), 1));
    }
    let (cut, _) = over_a_socket(Some(What::Cut)).await;
    assert!(cut.starts_with("HTTP/1.1 200 OK\r\n"), "{cut}");
    assert!(
        !cut.contains("\r\n0\r\n"),
        "the last chunk must be missing: {cut}"
    );
}

#[tokio::test]
async fn over_a_socket_a_late_answer_is_late() {
    let begun = tokio::time::Instant::now();
    let (answer, _) = over_a_socket(Some(What::Delay { ms: 50 })).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(begun.elapsed().as_millis() >= 50);
}
