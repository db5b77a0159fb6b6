//! What the tenant does when no rule is broken.

use base64::Engine;
use chatferry_twin::{ChannelKind, MessageId, Outcome, Rule, Settings, UserId};
use serde_json::{Value, json};

use crate::support::*;

/// The ids on every page from that address on.
fn pages(twin: &Twin, first: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(address) = next {
        let page = twin.get(&address);
        assert_eq!(page.status, 200, "{page:?}");
        let ids = page.body["value"].as_array().unwrap().iter();
        pages.push(
            ids.map(|item| item["id"].as_str().unwrap().to_owned())
                .collect(),
        );
        next = page.body["@odata.nextLink"].as_str().map(ToOwned::to_owned);
    }
    pages
}

#[test]
fn r10_a_private_migration_channel_is_silently_standard() {
    let twin = Twin::instant();
    let team = twin.team();
    let body = with(channel("secret"), "/membershipType", json!("private"));
    let reply = twin.post(&format!("{team}/channels"), body);
    assert_eq!(reply.status, 201);
    let id = reply.id();
    let read = twin.get(&format!("{team}/channels/{id}"));
    assert_eq!(read.body["membershipType"], "standard");
    assert_eq!(twin.tenant.counts(Outcome::Noted).get(&Rule::R10), Some(&1));
    assert!(twin.tenant.counts(Outcome::Refused).is_empty());
}

#[test]
fn r8_hasty_polls_are_noted() {
    let twin = Twin::new(Settings::default());
    let reply = twin.post("/v1.0/teams", team());
    let operation = format!("/v1.0{}", reply.header("location"));
    twin.get(&operation);
    twin.advance(30_000);
    twin.get(&operation);
    assert!(twin.tenant.counts(Outcome::Noted).is_empty());
    twin.advance(29_999);
    twin.get(&operation);
    assert_eq!(twin.tenant.counts(Outcome::Noted).get(&Rule::R8), Some(&1));
}

#[test]
fn r19_without_a_date_the_floor_stays() {
    let twin = Twin::instant();
    let team = twin.normal_team();
    let general = format!("{team}/primaryChannel");
    assert_eq!(twin.act(&format!("{general}/startMigration")).status, 204);
    assert_eq!(twin.get(&general).body["createdDateTime"], NOW);
    assert_eq!(
        twin.post(&format!("{general}/messages"), message(0)).status,
        400
    );
}

#[test]
fn r30_r32_ids_are_cut_to_milliseconds() {
    let twin = Twin::instant();
    let channel = twin.open_channel();
    let fine = with(
        message(0),
        "/createdDateTime",
        json!("2021-03-29T03:53:52.0359999Z"),
    );
    let reply = twin.post(&format!("{channel}/messages"), fine);
    assert_eq!(reply.id(), "1616990032035");
    assert_eq!(reply.body["createdDateTime"], "2021-03-29T03:53:52.035Z");
}

#[test]
fn r33_without_a_date_a_message_is_of_now() {
    let twin = Twin::instant();
    let channel = twin.open_channel();
    let undated = || without(message(0), "createdDateTime");
    let first = twin.post(&format!("{channel}/messages"), undated());
    assert_eq!(first.body["createdDateTime"], NOW);
    let second = twin.post(&format!("{channel}/messages"), undated());
    assert_eq!(second.body["createdDateTime"], "2026-11-20T12:00:00.001Z");
}

#[test]
fn r45_what_the_server_sets_is_ignored() {
    let twin = Twin::instant();
    let channel = twin.open_channel();
    let mut body = message(0);
    for (name, value) in [
        ("id", json!("7")),
        ("etag", json!("7")),
        ("deletedDateTime", json!(NOW)),
        ("replyToId", json!("7")),
        ("locale", json!("de-de")),
        ("messageType", json!("message")),
    ] {
        body[name] = value;
    }
    let reply = twin.post(&format!("{channel}/messages"), body);
    assert_eq!(reply.id(), "1549310295000");
    assert_eq!(reply.body["deletedDateTime"], Value::Null);
    assert_eq!(reply.body["replyToId"], Value::Null);
    assert_eq!(reply.body["locale"], "en-us");
}

#[test]
fn r44_reactions_are_dropped_unless_kept() {
    let twin = Twin::instant();
    let channel = twin.open_channel();
    let reactions = json!([{"reactionType": "like"}]);
    let post = |ms| {
        let body = with(message(ms), "/reactions", reactions.clone());
        twin.post(&format!("{channel}/messages"), body).body["reactions"].clone()
    };
    assert_eq!(post(0), json!([]));
    twin.tenant
        .configure(|settings| settings.keep_reactions = true);
    assert_eq!(post(1), reactions);
}

#[test]
fn r40_images_can_be_fetched_where_their_source_says() {
    let twin = Twin::instant();
    let channel = twin.open_channel();
    let root = twin.post(&format!("{channel}/messages"), message(0)).id();
    let html = "<p>a</p><img src=\"../hostedContents/1/$value\" alt=\"x\"><p>b</p>";
    let image = json!({
        "@microsoft.graph.temporaryId": "1",
        "contentBytes": base64::engine::general_purpose::STANDARD.encode("{\"an\": \"image\"}"),
        "contentType": "image/png",
    });
    for (address, ms) in [
        (format!("{channel}/messages"), 1),
        (format!("{channel}/messages/{root}/replies"), 2),
    ] {
        let body = with(content(ms, html), "/hostedContents", json!([image]));
        let reply = twin.post(&address, body);
        let stored = reply.body["body"]["content"].as_str().unwrap();
        let source = stored
            .strip_prefix("<p>a</p><img src=\"https://graph.microsoft.com")
            .and_then(|rest| rest.strip_suffix("\" alt=\"x\"><p>b</p>"))
            .unwrap();
        let fetched = twin.get(source);
        assert_eq!(fetched.header("content-type"), "image/png");
        assert_eq!(fetched.body, json!({"an": "image"}));
    }
}

#[test]
fn messages_come_newest_first_in_pages() {
    let twin = Twin::instant();
    let channel = twin.open_channel();
    for ms in [3, 1, 2, 0] {
        twin.post(&format!("{channel}/messages"), message(ms));
    }
    let root = "1549310295001";
    for ms in [11, 12, 10] {
        twin.post(&format!("{channel}/messages/{root}/replies"), message(ms));
    }
    assert_eq!(
        pages(&twin, &format!("{channel}/messages?$top=3")),
        [
            vec!["1549310295003", "1549310295002", "1549310295001"],
            vec!["1549310295000"]
        ]
    );
    assert_eq!(
        pages(&twin, &format!("{channel}/messages/{root}/replies?$top=2")),
        [
            vec!["1549310295012", "1549310295011"],
            vec!["1549310295010"]
        ]
    );
    assert_eq!(pages(&twin, &format!("{channel}/messages?$top=4")).len(), 1);
    assert_eq!(twin.get(&format!("{channel}/messages/{root}")).id(), root);
    let reply = format!("{channel}/messages/{root}/replies/1549310295010");
    assert_eq!(twin.get(&reply).body["replyToId"], root);
    let as_root = format!("{channel}/messages/1549310295010");
    assert_eq!(twin.get(&as_root).status, 404, "a reply is no root");
}

#[test]
fn next_links_lead_back_to_where_the_call_came_from() {
    let twin = Twin::instant();
    let mut request = twin.request(
        http::Method::GET,
        "/v1.0/users?$top=2&$select=id,mail",
        None,
    );
    let host = "127.0.0.1:4711".parse().unwrap();
    request.headers_mut().insert("host", host);
    let page = twin.send(request).unwrap().body;
    let next = page["@odata.nextLink"].as_str().unwrap();
    assert_eq!(
        next,
        format!("http://127.0.0.1:4711/v1.0/users?$top=2&$select=id%2Cmail&$skiptoken={BEN}")
    );
    assert_eq!(
        page["value"][0],
        json!({"id": ANNA, "mail": "anna@contoso.com"})
    );
    assert_eq!(
        pages(&twin, "/v1.0/users?$top=2"),
        [vec![ANNA, BEN], vec![CLEO]]
    );
}

#[test]
fn users_show_what_is_selected() {
    let twin = Twin::instant();
    let plain = twin.get(&format!("/v1.0/users/{ANNA}")).body;
    assert_eq!(plain.get("proxyAddresses"), None, "not among the defaults");
    let by_name = twin
        .get("/v1.0/users/Anna@Contoso.com?$select=proxyAddresses")
        .body;
    assert_eq!(
        by_name,
        json!({"proxyAddresses": ["SMTP:anna@contoso.com"]})
    );
    let filter = "mail%20eq%20'x'%20or%20userPrincipalName%20eq%20'ben@contoso.com'";
    let found = twin.get(&format!("/v1.0/users?$filter={filter}")).body;
    assert_eq!(found["value"][0]["id"], BEN);
    assert_eq!(found["value"].as_array().unwrap().len(), 1);
    let odd = twin.get("/v1.0/users?$filter=startswith(mail,'a')");
    assert_eq!(odd.status, 400);
}

#[test]
fn a_token_says_what_it_is() {
    let twin = Twin::instant();
    let tenant = twin.tenant.settings().tenant_id;
    let reply = twin.token(&[
        ("client_id", APP),
        ("client_secret", "secret"),
        ("grant_type", "client_credentials"),
        ("scope", "https://graph.microsoft.com/.default"),
    ]);
    assert_eq!(reply.body["token_type"], "Bearer");
    assert_eq!(reply.body["expires_in"], 3_599);
    assert_eq!(reply.body.get("refresh_token"), None);
    let token = reply.body["access_token"].as_str().unwrap();
    let claims = token.split('.').nth(1).unwrap();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(claims)
        .unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["appid"], APP);
    assert_eq!(claims["tid"], tenant);
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        3_599
    );
    assert!(
        claims["roles"]
            .as_array()
            .unwrap()
            .contains(&json!("Teamwork.Migrate.All"))
    );
}

#[test]
fn entra_has_its_own_error_shape() {
    let twin = Twin::instant();
    let reply = twin.token(&[
        ("client_id", APP),
        ("client_secret", "guess"),
        ("grant_type", "client_credentials"),
        ("scope", "https://graph.microsoft.com/.default"),
    ]);
    assert_eq!(reply.status, 401);
    assert_eq!(reply.body["error"], "invalid_client");
    assert_eq!(reply.body["error_codes"], json!([7_000_215]));
    assert!(!reply.body.to_string().contains("guess"));
    assert_eq!(reply.body["trace_id"], reply.header("request-id"));
}

#[test]
fn errors_carry_the_ids_of_their_request() {
    let twin = Twin::instant();
    let mut request = twin.request(http::Method::GET, "/v1.0/planets", None);
    let mine = "11111111-2222-4333-8444-555555555555";
    request
        .headers_mut()
        .insert("client-request-id", mine.parse().unwrap());
    let reply = twin.send(request).unwrap();
    let inner = &reply.body["error"]["innerError"];
    assert_eq!(inner["client-request-id"], mine);
    assert_eq!(inner["date"], "2026-11-20T12:00:00");
    assert_eq!(reply.header("client-request-id"), mine);
    assert_eq!(reply.header("date"), "Fri, 20 Nov 2026 12:00:00 GMT");
}

#[test]
fn both_address_styles_work_end_to_end() {
    let twin = Twin::instant();
    let team = twin.team();
    let id = team.rsplit('/').next().unwrap();
    let channel = twin.channel(&team, "ops");
    let channel = channel.rsplit('/').next().unwrap();
    let quoted = format!("/v1.0/teams('{id}')/channels('{channel}')");
    assert_eq!(
        twin.post(&format!("{quoted}/messages"), message(0)).status,
        201
    );
    let complete = format!("{quoted}/microsoft.graph.completeMigration");
    assert_eq!(twin.act(&complete).status, 204);
}

#[test]
fn the_twin_tells_what_it_holds() {
    let twin = Twin::instant();
    let team = twin.team();
    let channel = twin.channel(&team, "ops");
    let root = twin.post(&format!("{channel}/messages"), message(0)).id();
    twin.post(&format!("{channel}/messages/{root}/replies"), message(1));
    twin.post(&format!("{channel}/messages"), message(0));
    twin.use_token("none is needed here");

    let state = twin.get("/_twin/state").body;
    assert_eq!(state["users"], 3);
    let channels = state["teams"][0]["channels"].as_array().unwrap();
    let ops = channels
        .iter()
        .find(|channel| channel["displayName"] == "ops")
        .unwrap();
    assert_eq!((&ops["roots"], &ops["replies"]), (&json!(1), &json!(1)));
    assert_eq!(ops["migrationMode"], "inProgress");

    let refusals = twin.get("/_twin/refusals").body;
    assert_eq!(refusals["refused"], json!({"R31": 1}));
    assert_eq!(refusals["log"][0]["rule"], "R31");
    assert_eq!(refusals["log"][0]["method"], "POST");
    assert_eq!(refusals["log"][0]["path"], format!("{channel}/messages"));
    assert_eq!(refusals["log"][0]["detail"], "1549310295000 is taken");

    let rules = twin.get("/_twin/rules").body;
    let r31 = rules["rules"]
        .as_array()
        .unwrap()
        .iter()
        .find(|rule| rule["name"] == "R31");
    assert_eq!(r31.unwrap()["verdict"]["status"], 409);

    let moved = twin.post("/_twin/clock", json!({"advanceMs": 1_500})).body;
    assert_eq!(moved["now"], "2026-11-20T12:00:01.500Z");
    let settings = json!({"limits": {"enforced": false}, "messageBytes": 1});
    assert_eq!(twin.post("/_twin/settings", settings).status, 204);
    assert_eq!(twin.get("/_twin/settings").body["messageBytes"], 1);
}

#[test]
fn the_report_is_for_people() {
    let twin = Twin::instant();
    for _ in 0..2 {
        twin.get("/v1.0/teams/t/channels/c");
    }
    twin.get("/v1.0/planets?$top=1");
    let body = with(channel("secret"), "/membershipType", json!("private"));
    let team = twin.team();
    twin.post(&format!("{team}/channels"), body);
    let report = twin.get("/_twin/report");
    assert_eq!(report.header("content-type"), "text/plain; charset=utf-8");
    let report = report.raw.replace(&team, "/v1.0/teams/{id}");
    let lines = [
        "The tenant at 2026-11-20T12:00:00.000Z",
        "",
        "Refused: 3",
        "       2  R7            A team is not readable until its operation has succeeded.",
        "                         GET /v1.0/teams/t/channels/c: unknown, deleted or not provisioned yet",
        "       1  G1            The address is one that Graph has.",
        "                         GET /v1.0/planets?$top=1: the twin has no such address",
        "",
        "Too fast: 0",
        "",
        "Carried out, but maybe not as wanted: 1",
        "       1  R10           A channel created in migration mode is standard, whatever \
         membershipType was asked for; noted, not refused.",
        "                         POST /v1.0/teams/{id}/channels: 'secret' is a standard channel now",
        "",
    ];
    assert_eq!(report, lines.join("\n"));
}

#[test]
fn a_message_can_be_planted() {
    let twin = Twin::instant();
    let channel = twin.open_channel();
    let id = channel.rsplit('/').next().unwrap().to_owned();
    twin.post(&format!("{channel}/messages"), message(0));
    let (_, post) = twin.tenant.messages(&id).unwrap().pop().unwrap();
    assert_eq!(
        twin.tenant
            .plant(&id, MessageId(1_549_310_295_005), post.clone()),
        Ok(true)
    );
    assert_eq!(
        twin.tenant.plant(&id, MessageId(1_549_310_295_005), post),
        Ok(false)
    );
    assert_eq!(
        twin.post(&format!("{channel}/messages"), message(5)).status,
        409
    );
}

#[test]
fn chats_are_listed_by_their_members_page_by_page() {
    let twin = Twin::instant();
    let (anna, ben, cleo) = (UserId::from(ANNA), UserId::from(BEN), UserId::from(CLEO));
    twin.tenant
        .add_chat(None, None, &[anna.clone(), ben.clone()]);
    for topic in ["one", "two", "three"] {
        twin.tenant
            .add_chat(None, Some(topic), &[anna.clone(), cleo.clone()]);
    }
    let listed = |path: &str| {
        let mut all = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let reply = twin.get(&path);
            assert_eq!(reply.status, 200, "{reply:?}");
            all.extend(reply.body["value"].as_array().unwrap().clone());
            let link = reply.body["@odata.nextLink"].as_str();
            next = link.map(ToOwned::to_owned);
        }
        all
    };
    assert_eq!(listed("/v1.0/chats?$top=2").len(), 4);
    assert_eq!(listed(&format!("/v1.0/users/{ANNA}/chats?$top=3")).len(), 4);
    let bens = listed(&format!("/v1.0/users/{BEN}/chats"));
    assert_eq!(bens.len(), 1);
    assert_eq!(bens[0]["chatType"], "oneOnOne");
    assert_eq!(twin.get("/v1.0/chats?$top=51").status, 400);
}

#[test]
fn what_people_made_can_be_migrated_into() {
    let twin = Twin::instant();
    let (anna, ben) = (UserId::from(ANNA), UserId::from(BEN));
    let team = twin
        .tenant
        .add_team(None, "Old team", std::slice::from_ref(&anna));
    let private = twin
        .tenant
        .add_channel(
            &team,
            Some("19:p@thread.tacv2"),
            "p",
            ChannelKind::Private,
            &[anna, ben],
        )
        .unwrap();
    let path = format!("/v1.0/teams/{team}/channels/{private}");
    let channel = twin.get(&path);
    assert_eq!(channel.body["membershipType"], "private");
    assert_eq!(
        twin.get(&format!("{path}/members")).body["value"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let start = json!({ "conversationCreationDateTime": CREATED });
    assert_eq!(
        twin.post(&format!("{path}/startMigration"), start).status,
        204
    );
}
