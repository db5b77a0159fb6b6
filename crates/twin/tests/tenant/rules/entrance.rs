//! What every call meets first: tokens, addresses, limits, bodies, queries.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::*;

fn users_of(app: &str, secret: &str) -> Vec<(&'static str, String)> {
    vec![
        ("client_id", app.to_owned()),
        ("client_secret", secret.to_owned()),
        ("grant_type", "client_credentials".to_owned()),
        ("scope", "https://graph.microsoft.com/.default".to_owned()),
    ]
}

/// Where the tests ask for tokens.
const TOKEN_ADDRESS: &str =
    "https://graph.microsoft.com/6f1d2c3a-5b4e-4f60-8a7b-9c0d1e2f3a4b/oauth2/v2.0/token";

/// The fields that bring an assertion in place of the secret.
fn asserting(assertion: &str) -> [(&'static str, &str); 3] {
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    [
        ("client_secret", ""),
        ("client_assertion_type", kind),
        ("client_assertion", assertion),
    ]
}

/// An assertion that nobody signed, good for so many seconds.
fn assertion(twin: &Twin, audience: &str, seconds: i64) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let now = twin.tenant.clock().now().as_millis() / 1_000;
    let claims = json!({
        "aud": audience, "iss": APP, "sub": APP, "jti": "1", "nbf": now - 60, "exp": now + seconds,
    });
    format!("{}.{}.AA", part(json!({ "alg": "PS256" })), part(claims))
}

fn token(twin: &Twin, change: &[(&'static str, &str)]) -> Reply {
    let mut form = users_of(APP, "secret");
    for (name, value) in change {
        form.retain(|(key, _)| key != name);
        if !value.is_empty() {
            form.push((name, (*value).to_owned()));
        }
    }
    let form: Vec<(&str, &str)> = form
        .iter()
        .map(|(key, value)| (*key, value.as_str()))
        .collect();
    twin.token(&form)
}

/// Six posts, each so many ms after the one before; the last answer.
fn six_posts(twin: &Twin, pause: u64) -> Reply {
    let team = twin.team();
    twin.advance(60_000);
    let channel = twin.channel(&team, "a");
    let mut last = None;
    for post in 0..6 {
        last = Some(twin.post(&format!("{channel}/messages"), message(post)));
        twin.advance(pause);
    }
    last.unwrap()
}

rules! {
    r2_a_token_is_needed R2 "K" 401 "InvalidAuthenticationToken" "Access token*",
        breaks |twin| { twin.use_token("made up"); twin.get("/v1.0/users") },
        keeps |twin| twin.get("/v1.0/users");
    r42_a_request_has_4_mib R42 "O mgd#15594" 413 "RequestEntityTooLarge" "Request Entity Too Large",
        breaks |twin| {
            let padding = "x".repeat(4 * 1024 * 1024);
            post(twin, with(message(0), "/webUrl", json!(padding)))
        },
        keeps |twin| {
            let padding = "x".repeat(4 * 1024 * 1024 - 1024);
            post(twin, with(message(0), "/webUrl", json!(padding)))
        };
    r46_five_posts_a_second_into_a_channel R46 "D MTD" 429 "TooManyRequests" "Too Many Requests",
        in strict,
        breaks |twin| six_posts(twin, 199),
        keeps |twin| six_posts(twin, 200);
    r65_pages_of_users R65 "O LS Q&A 1129204" 400 "Request_BadRequest"
        "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.",
        breaks |twin| twin.get("/v1.0/users?$top=1000"),
        keeps |twin| twin.get("/v1.0/users?$top=999");
    r65_pages_of_groups R65 "O LS Q&A 1129204" 400 "Request_BadRequest" "Invalid page size specified: '0'.*",
        breaks |twin| twin.get("/v1.0/groups?$top=0"),
        keeps |twin| twin.get("/v1.0/groups?$top=1");
    a1_the_tenant_is_this_one A1 "K" 400 "invalid_request" "AADSTS90002: Tenant 'fabrikam' not found.*",
        breaks |twin| twin.token_at("/fabrikam/oauth2/v2.0/token", &[]),
        keeps |twin| token(twin, &[]);
    a2_the_client_is_registered A2 "K" 400 "unauthorized_client" "AADSTS700016: Application with identifier*",
        breaks |twin| token(twin, &[("client_id", NOBODY)]),
        keeps |twin| token(twin, &[]);
    a3_the_secret_is_right A3 "O C2T runbook" 401 "invalid_client" "AADSTS7000215: Invalid client secret provided.*",
        breaks |twin| token(twin, &[("client_secret", "guess")]),
        keeps |twin| token(twin, &[]);
    a4_a_secret_is_there A4 "K" 401 "invalid_client" "AADSTS7000218:*",
        breaks |twin| token(twin, &[("client_secret", "")]),
        keeps |twin| token(twin, &[]);
    a5_client_credentials_only A5 "D" 400 "unsupported_grant_type" "AADSTS70003:*",
        breaks |twin| token(twin, &[("grant_type", "password")]),
        keeps |twin| token(twin, &[]);
    a6_default_scope_only A6 "D" 400 "invalid_scope" "AADSTS1002012:*",
        breaks |twin| token(twin, &[("scope", "https://graph.microsoft.com/User.Read")]),
        keeps |twin| token(twin, &[]);
    a7_fields_are_there A7 "D" 400 "invalid_request" "AADSTS900144: The request body must contain the following parameter: 'scope'.*",
        breaks |twin| token(twin, &[("scope", "")]),
        keeps |twin| token(twin, &[]);
    a8_assertions_are_signed_by_a_registered_certificate A8 "D" 401 "invalid_client" "AADSTS700027:*",
        breaks |twin| token(twin, &asserting(&assertion(twin, TOKEN_ADDRESS, 300))),
        keeps |twin| token(twin, &[]);
    a9_assertions_are_good_now A9 "K" 401 "invalid_client" "AADSTS700024:*",
        breaks |twin| token(twin, &asserting(&assertion(twin, TOKEN_ADDRESS, -1))),
        keeps |twin| token(twin, &[]);
    a10_assertions_are_for_the_token_address A10 "D" 401 "invalid_client" "AADSTS50012:*",
        breaks |twin| token(twin, &asserting(&assertion(twin, "https://elsewhere", 300))),
        keeps |twin| token(twin, &[]);
    g1_addresses_exist G1 "R68's string" 404 "NotFound" "Resource not found for the segment 'planets'.",
        breaks |twin| twin.get("/v1.0/planets"),
        keeps |twin| twin.get("/v1.0/users");
    g2_addresses_take_methods G2 "K" 405 "MethodNotAllowed" "The HTTP method 'DELETE'*",
        breaks |twin| twin.delete("/v1.0/users"),
        keeps |twin| twin.get("/v1.0/users");
    g3_bodies_are_json G3 "O mgdc#4454" 400 "BadRequest" "Invalid request body was sent.",
        breaks |twin| post(twin, with(message(0), "/body", json!(7))),
        keeps |twin| post(twin, message(0));
    g4_properties_exist G4 "I OData" 400 "BadRequest" "The property 'deleted' does not exist on type*",
        breaks |twin| post(twin, with(message(0), "/deleted", json!(false))),
        keeps |twin| post(twin, with(message(0), "/@odata.type", json!("#microsoft.graph.chatMessage")));
    g5_what_is_required_is_there G5 "D" 400 "BadRequest" "Bad Request",
        breaks |twin| create_team(twin, without(team(), "displayName")),
        keeps |twin| create_team(twin, team());
    g5_dates_can_be_read G5 "D ISS PR#2008" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, with(message(0), "/createdDateTime", json!("2019-02-04T19:58:15.043B"))),
        keeps |twin| post(twin, with(message(0), "/createdDateTime", json!("2019-02-04T21:58:15.043+02:00")));
    g6_things_exist G6 "K" 404 "NotFound" "Channel '19:x@thread.tacv2' does not exist.",
        breaks |twin| twin.get(&format!("{}/channels/19:x@thread.tacv2", twin.team())),
        keeps |twin| twin.get(&format!("{}/primaryChannel", twin.team()));
    g7_permissions_are_asked_for G7 "D permission tables" 403 "Forbidden" "Missing role permissions*",
        breaks |twin| {
            let channel = twin.open_channel();
            twin.sign_in_with(&["Teamwork.Migrate.All"]);
            twin.get(&format!("{channel}/messages"))
        },
        keeps |twin| {
            let channel = twin.open_channel();
            twin.sign_in_with(&["ChannelMessage.Read.All"]);
            twin.get(&format!("{channel}/messages"))
        };
    g7_groups_are_for_those_who_may_read_them G7 "D permission tables" 403 "Forbidden"
        "Missing role permissions on the request. API requires one of 'Group.Read.All, *",
        breaks |twin| { twin.sign_in_with(&["Team.ReadBasic.All"]); twin.get("/v1.0/groups") },
        keeps |twin| { twin.sign_in_with(&["Directory.Read.All"]); twin.get("/v1.0/groups") };
    g7_teams_are_for_those_who_may_read_them G7 "D teams-list" 403 "Forbidden"
        "Missing role permissions on the request. API requires one of 'Team.ReadBasic.All, *",
        breaks |twin| { twin.sign_in_with(&["Group.Read.All"]); twin.get("/v1.0/teams") },
        keeps |twin| { twin.sign_in_with(&["Team.ReadBasic.All"]); twin.get("/v1.0/teams") };
    g8_groups_are_found_by_name G8 "K" 400 "BadRequest" "Query option '$filter' is not allowed.",
        breaks |twin| twin.get("/v1.0/groups?$filter=description%20eq%20'a'"),
        keeps |twin| twin.get("/v1.0/groups?$filter=displayName%20eq%20'a'");
    g8_query_options_are_known G8 "K" 400 "BadRequest" "Query option '$expand' is not allowed.",
        breaks |twin| twin.get(&format!("{}/messages?$expand=replies", twin.open_channel())),
        keeps |twin| twin.get(&format!("{}/messages?$select=id", twin.open_channel()));
    g9_pages_of_messages G9 "D" 400 "BadRequest" "The limit of '50' for Top query has been exceeded.*",
        breaks |twin| twin.get(&format!("{}/messages?$top=51", twin.open_channel())),
        keeps |twin| twin.get(&format!("{}/messages?$top=50", twin.open_channel()));
    g10_bodies_say_they_are_json G10 "K" 415 "UnsupportedMediaType" "The content type 'text/plain'*",
        breaks |twin| {
            let mut request = twin.request(http::Method::POST, "/v1.0/teams", Some(team()));
            request.headers_mut().insert("content-type", "text/plain".parse().unwrap());
            twin.send(request).unwrap()
        },
        keeps |twin| create_team(twin, team());
}
