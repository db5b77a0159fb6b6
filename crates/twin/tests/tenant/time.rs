//! Time: tokens, rolling windows, virtual time.

use std::time::Duration;

use axum::body::Body;
use chatferry_twin::{App, Clock, Moment, Outcome, Rule, Settings, Tenant, User, router};
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::*;

#[test]
fn r2_a_token_expires() {
    let twin = Twin::instant();
    twin.advance(3_599_000 - 1);
    assert_eq!(twin.get("/v1.0/users").status, 200);
    twin.advance(1);
    let reply = twin.get("/v1.0/users");
    assert_eq!(
        (reply.status, reply.code()),
        (401, "InvalidAuthenticationToken")
    );
    assert_eq!(reply.header("www-authenticate"), "Bearer");
    twin.sign_in(APP, "secret");
    assert_eq!(twin.get("/v1.0/users").status, 200);
    twin.tenant.expire_tokens();
    assert_eq!(twin.get("/v1.0/users").status, 401);
}

#[test]
fn r46_fifty_posts_a_second_by_one_app() {
    let twin = Twin::new(Settings::default());
    let team = twin.team();
    twin.advance(60_000);
    let channels: Vec<String> = (0..11)
        .map(|n| twin.channel(&team, &format!("c{n}")))
        .collect();
    twin.advance(60_000);
    for post in 0..5 {
        for channel in &channels[..10] {
            let reply = twin.post(&format!("{channel}/messages"), message(post));
            assert_eq!(reply.status, 201);
        }
    }
    let over = twin.post(&format!("{}/messages", channels[10]), message(0));
    assert_eq!((over.status, over.header("retry-after")), (429, "1"));
    // Another app has a budget of its own: it fails for what it does, not for its pace.
    twin.sign_in(OTHER_APP, "other secret");
    let other = twin.post(&format!("{}/messages", channels[10]), message(0));
    assert_eq!(other.status, 400);
    assert_eq!(
        twin.tenant.counts(Outcome::Throttled).get(&Rule::R46),
        Some(&1)
    );
}

#[test]
fn r46_general_is_one_channel_by_either_address() {
    let twin = Twin::new(Settings::default());
    let team = twin.team();
    twin.advance(60_000);
    let id = twin.get(&format!("{team}/primaryChannel")).id();
    let mut last = 0;
    for post in 0..6 {
        let place = if post % 2 == 0 {
            "primaryChannel"
        } else {
            &format!("channels/{id}")
        };
        last = twin
            .post(&format!("{team}/{place}/messages"), message(post))
            .status;
    }
    assert_eq!(last, 429);
}

#[test]
fn r46_twenty_reads_and_thirty_others() {
    let twin = Twin::new(Settings::default());
    let team = twin.team();
    twin.advance(60_000);
    let channel = twin.channel(&team, "a");
    twin.advance(1_000);
    let reads: Vec<u16> = (0..21)
        .map(|_| twin.get(&format!("{channel}/messages")).status)
        .collect();
    assert_eq!(reads.iter().filter(|status| **status == 200).count(), 20);
    let others: Vec<u16> = (0..31).map(|_| twin.get("/v1.0/users").status).collect();
    assert_eq!(others.iter().filter(|status| **status == 200).count(), 30);
}

#[test]
fn r47_waiting_as_told_is_enough() {
    let twin = Twin::new(Settings::default());
    let team = twin.normal_team();
    twin.advance(60_000);
    let add = || twin.post(&format!("{team}/members"), member(BEN, &[]));
    for _ in 0..4 {
        assert_eq!(add().status, 201);
        twin.advance(1_500);
    }
    let over = add();
    assert_eq!((over.status, over.header("retry-after")), (429, "54"));
    // The refused call counted too: the second of the four is the oldest of the last four now.
    twin.advance(54_000);
    let soon = add();
    assert_eq!((soon.status, soon.header("retry-after")), (429, "2"));
    twin.tenant
        .configure(|settings| settings.limits.count_refused = false);
    twin.advance(60_000);
    assert_eq!(add().status, 201);
}

/// One channel in migration mode under tokio's clock, and a token for it.
async fn paused() -> (Tenant, axum::Router, String, String) {
    let clock = Clock::tokio(Moment::parse(NOW).unwrap());
    let tenant = Tenant::new(Settings::default(), clock);
    tenant.register_app(App::new(APP, "secret"));
    tenant.add_user(User::new(ANNA, "Anna", "anna@contoso.com"));
    let router = router(tenant.clone());
    let form = format!(
        "client_id={APP}&client_secret=secret&grant_type=client_credentials\
         &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
    );
    let path = format!("/{}/oauth2/v2.0/token", tenant.settings().tenant_id);
    let request = Request::post(path).body(Body::from(form)).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap();
    let token: Value = serde_json::from_slice(&bytes).unwrap();
    let token = format!("Bearer {}", token["access_token"].as_str().unwrap());
    let response = send(&router, &token, "/v1.0/teams", &team()).await;
    let team = response.headers()[header::CONTENT_LOCATION]
        .to_str()
        .unwrap()
        .to_owned();
    tokio::time::sleep(Duration::from_secs(20)).await;
    (
        tenant,
        router,
        token,
        format!("/v1.0{team}/primaryChannel/messages"),
    )
}

async fn send(
    router: &axum::Router,
    token: &str,
    path: &str,
    body: &Value,
) -> http::Response<Body> {
    let request = Request::post(path)
        .header("authorization", token)
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    router.clone().oneshot(request).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn r46_holds_in_virtual_time() {
    let (tenant, router, token, messages) = paused().await;
    let mut refused = 0;
    let begun = tenant.clock().now();
    for post in 0..500 {
        while send(&router, &token, &messages, &message(post))
            .await
            .status()
            != StatusCode::CREATED
        {
            refused += 1;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(refused, 0, "five a second is what a channel takes");
    assert_eq!(tenant.clock().now().since(begun), Duration::from_secs(100));

    // A burst is taken up to the limit; the sixth is told to wait, and by then it goes through.
    tokio::time::sleep(Duration::from_secs(1)).await;
    for post in 500..505 {
        let answer = send(&router, &token, &messages, &message(post)).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
    }
    let answer = send(&router, &token, &messages, &message(505)).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    let seconds = answer.headers()[header::RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let answer = send(&router, &token, &messages, &message(505)).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    assert_eq!(tenant.refusals().len(), 1);
    assert_eq!(json!(tenant.refusals()[0].rule), "R46");
}
