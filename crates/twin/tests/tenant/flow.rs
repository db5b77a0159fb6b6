//! Whole migrations, from the first call to the last, with no rule broken.

use chatferry_twin::{Kind, MessageId, Outcome, Post, Settings, UserId};
use serde_json::{Value, json};

use crate::support::*;

/// Every post of a conversation: id, root, author, content.
fn held(twin: &Twin, address: &str) -> Vec<(i64, Option<i64>, String, String)> {
    let id = address.rsplit('/').next().unwrap();
    let posts = twin.tenant.messages(id).unwrap();
    let flat = |(id, post): (MessageId, Post)| {
        let root = post.root.map(|root| root.0);
        (
            id.0,
            root,
            post.author.to_string(),
            post.content.to_string(),
        )
    };
    posts.into_iter().map(flat).collect()
}

fn refused(twin: &Twin) -> usize {
    twin.tenant.counts(Outcome::Refused).len() + twin.tenant.counts(Outcome::Throttled).len()
}

#[test]
fn a_new_team_in_migration_mode() {
    let twin = Twin::new(Settings::default());
    let created = twin.post("/v1.0/teams", team());
    assert_eq!(created.status, 202);
    assert_eq!(created.body, Value::Null);
    let operation = format!("/v1.0{}", created.header("location"));
    let team = format!("/v1.0{}", created.header("content-location"));

    assert_eq!(twin.get(&team).status, 404);
    assert_eq!(twin.get(&operation).body["status"], "notStarted");
    twin.advance(10_000);
    assert_eq!(twin.get(&operation).body["status"], "inProgress");
    twin.advance(30_000);
    let done = twin.get(&operation).body;
    assert_eq!(done["status"], "succeeded");
    assert_eq!(done["operationType"], "createTeam");
    let id = twin.get(&team).id();
    assert_eq!(done["targetResourceId"], id);
    assert_eq!(twin.get(&team).body["createdDateTime"], CREATED);

    let general = twin.get(&format!("{team}/primaryChannel")).body;
    assert_eq!(general["displayName"], "General");
    assert_eq!(general["migrationMode"], "inProgress");
    let general = format!("{team}/channels/{}", general["id"].as_str().unwrap());
    let reply = twin.post(&format!("{team}/channels"), channel("ops"));
    assert_eq!(reply.status, 201);
    assert_eq!(reply.body["membershipType"], Value::Null);
    let ops = format!("{team}/channels/{}", reply.id());
    assert_eq!(
        twin.get(&format!("{team}/channels")).body["value"]
            .as_array()
            .unwrap()
            .len(),
        2
    );

    let root = twin.post(&format!("{ops}/messages"), message(511));
    assert_eq!(root.status, 201);
    assert_eq!(root.id(), "1549310295511");
    assert_eq!(root.body["etag"], "1549310295511");
    assert_eq!(root.body["createdDateTime"], "2019-02-04T19:58:15.511Z");
    assert_eq!(root.body["locale"], "en-us");
    assert_eq!(root.body["from"]["user"]["id"], ANNA);
    assert_eq!(root.body["channelIdentity"]["teamId"], id);
    let reply = with(message(512), "/from/user/id", json!(BEN));
    let reply = twin.post(&format!("{ops}/messages/1549310295511/replies"), reply);
    assert_eq!(reply.body["replyToId"], "1549310295511");
    twin.post(&format!("{general}/messages"), message(511));

    assert_eq!(
        held(&twin, &ops),
        [
            (
                1_549_310_295_511,
                None,
                ANNA.to_owned(),
                "<p>message 511</p>".to_owned()
            ),
            (
                1_549_310_295_512,
                Some(1_549_310_295_511),
                BEN.to_owned(),
                "<p>message 512</p>".to_owned()
            ),
        ]
    );

    assert_eq!(twin.act(&format!("{ops}/completeMigration")).status, 204);
    assert_eq!(
        twin.act(&format!("{general}/completeMigration")).status,
        204
    );
    twin.advance(9_999);
    assert_eq!(refused(&twin), 1, "only the look before the team was there");
    let early = twin.act(&format!("{team}/completeMigration"));
    assert_eq!(
        (early.status, early.text()),
        (400, "All channels must be finalized before team.")
    );
    twin.advance(1);
    assert_eq!(twin.act(&format!("{team}/completeMigration")).status, 204);
    assert_eq!(twin.get(&ops).body["migrationMode"], "completed");

    let values = json!([
        member(ANNA, &["owner"]),
        member(BEN, &[]),
        member(NOBODY, &[])
    ]);
    let added = twin.post(&format!("{team}/members/add"), json!({"values": values}));
    assert_eq!(added.status, 207);
    assert_eq!(added.body["value"][0]["error"], Value::Null);
    assert_eq!(added.body["value"][0]["userId"], ANNA);
    assert_eq!(added.body["value"][2]["userId"], NOBODY);
    assert_eq!(added.body["value"][2]["error"]["code"], "NotFound");
    let [summary] = &twin.tenant.teams()[..] else {
        panic!("one team");
    };
    assert_eq!(summary.migration, "completed");
    assert_eq!(
        twin.tenant.members(&summary.id),
        [(UserId::from(ANNA), true), (UserId::from(BEN), false)]
    );
    let listed = twin.get(&format!("{team}/members")).body;
    assert_eq!(listed["value"][0]["roles"], json!(["owner"]));
    assert_eq!(listed["value"][1]["email"], "ben@contoso.com");

    assert_eq!(twin.act(&format!("{team}/archive")).status, 202);
    assert_eq!(twin.get(&team).body["isArchived"], false);
    twin.advance(20_000);
    assert_eq!(twin.get(&team).body["isArchived"], true);
    assert_eq!(twin.delete(&format!("/v1.0/groups/{id}")).status, 204);
    assert_eq!(twin.get(&team).status, 404);
}

#[test]
fn a_private_channel_of_an_existing_team() {
    let twin = Twin::instant();
    let team = twin.normal_team();
    let body = json!({
        "displayName": "secret",
        "membershipType": "private",
        "members": [member(ANNA, &["owner"])],
    });
    let reply = twin.post(&format!("{team}/channels"), body);
    assert_eq!(reply.body["membershipType"], "private");
    let secret = format!("{team}/channels/{}", reply.id());
    assert_eq!(twin.get(&secret).body["migrationMode"], Value::Null);
    assert_eq!(
        twin.get(&secret).body["originalCreatedDateTime"],
        Value::Null
    );

    let start = format!("{secret}/microsoft.graph.startMigration");
    let date = |text: &str| json!({"conversationCreationDateTime": text});
    assert_eq!(twin.post(&start, date("2015-01-01T00:00:00Z")).status, 204);
    let state = twin.get(&secret).body;
    assert_eq!(state["migrationMode"], "inProgress");
    assert_eq!(state["createdDateTime"], CREATED);
    assert_eq!(state["originalCreatedDateTime"], NOW);
    assert_eq!(
        twin.post(&format!("{secret}/messages"), message(0)).status,
        201
    );
    assert_eq!(twin.act(&format!("{secret}/completeMigration")).status, 204);

    // R49: once more, further back; what came first is kept.
    assert_eq!(twin.post(&start, date("2014-01-01T00:00:00Z")).status, 204);
    assert_eq!(twin.get(&secret).body["originalCreatedDateTime"], NOW);
    assert_eq!(
        twin.post(&format!("{secret}/messages"), message(1)).status,
        201
    );
    assert_eq!(twin.act(&format!("{secret}/completeMigration")).status, 204);

    assert_eq!(
        twin.post(&format!("{team}/members"), member(BEN, &[]))
            .status,
        201
    );
    assert_eq!(
        twin.post(&format!("{secret}/members"), member(BEN, &[]))
            .status,
        201
    );
    let members = twin.get(&format!("{secret}/members")).body;
    assert_eq!(members["value"].as_array().unwrap().len(), 2);
    assert_eq!(held(&twin, &secret).len(), 2);
    assert_eq!(refused(&twin), 0);
}

#[test]
fn a_shared_channel_takes_a_while() {
    let twin = Twin::instant();
    let team = twin.normal_team();
    twin.tenant
        .configure(|settings| settings.operation_ms = 5_000);
    let body = json!({
        "displayName": "s",
        "membershipType": "shared",
        "members": [member(ANNA, &["owner"])],
    });
    let reply = twin.post(&format!("{team}/channels"), body);
    assert_eq!(reply.status, 202);
    let operation = format!("/v1.0{}", reply.header("location"));
    let channel = format!("/v1.0{}", reply.header("content-location"));
    assert_eq!(twin.get(&channel).status, 404);
    twin.advance(5_000);
    assert_eq!(twin.get(&operation).body["status"], "succeeded");
    // R67: both values are newer than the sentinel of their enum.
    assert_eq!(
        twin.get(&operation).body["operationType"],
        "unknownFutureValue"
    );
    assert_eq!(
        twin.get(&channel).body["membershipType"],
        "unknownFutureValue"
    );
    let mut request = twin.request(http::Method::GET, &channel, None);
    let prefer = "include-unknown-enum-members".parse().unwrap();
    request.headers_mut().insert("prefer", prefer);
    assert_eq!(twin.send(request).unwrap().body["membershipType"], "shared");
}

#[test]
fn a_group_chat_and_its_history() {
    let twin = Twin::instant();
    let chat = twin.chat("group", &[ANNA, BEN, CLEO]);
    let id = chat.rsplit('/').next().unwrap().to_owned();
    let date = json!({"conversationCreationDateTime": CREATED});
    assert_eq!(
        twin.post(&format!("{chat}/startMigration"), date).status,
        204
    );
    let sent = twin.post(&format!("{chat}/messages"), message(0));
    assert_eq!(sent.body["chatId"], id);
    assert_eq!(sent.body["channelIdentity"], Value::Null);
    assert_eq!(twin.act(&format!("{chat}/completeMigration")).status, 204);

    // R58: imported history is hidden until a member is added again with an older date.
    let ben = UserId::from(BEN);
    let shown = || twin.tenant.messages_shown_to(&id, &ben).unwrap().len();
    assert_eq!(shown(), 0);
    let members = twin.get(&format!("{chat}/members")).body;
    let membership = members["value"][1]["id"].as_str().unwrap();
    assert_eq!(
        twin.delete(&format!("{chat}/members/{membership}")).status,
        204
    );
    let again = with(
        member(BEN, &["owner"]),
        "/visibleHistoryStartDateTime",
        json!("0001-01-01T00:00:00Z"),
    );
    assert_eq!(twin.post(&format!("{chat}/members"), again).status, 201);
    assert_eq!(shown(), 1);
    assert_eq!(refused(&twin), 0);
}

#[test]
fn a_one_on_one_chat_is_there_once() {
    let twin = Twin::instant();
    let chat = twin.chat("oneOnOne", &[ANNA, BEN]);
    assert_eq!(twin.chat("oneOnOne", &[BEN, ANNA]), chat, "R54");
    assert!(chat.ends_with("@unq.gbl.spaces"));
    let id = chat.rsplit('/').next().unwrap();
    let date = json!({"conversationCreationDateTime": "2000-01-01T00:00:00Z"});
    twin.post(&format!("{chat}/startMigration"), date);
    twin.post(&format!("{chat}/messages"), message(0));
    let shown = twin
        .tenant
        .messages_shown_to(id, &UserId::from(BEN))
        .unwrap();
    assert_eq!(shown.len(), 1);
    let outsider = twin
        .tenant
        .messages_shown_to(id, &UserId::from(CLEO))
        .unwrap();
    assert_eq!(outsider.len(), 0);
    assert_eq!(twin.tenant.chats().len(), 1);
}

#[test]
fn what_was_written_out_can_be_gone_on_with() {
    let twin = Twin::instant();
    let channel = twin.open_channel();
    let root = twin.post(&format!("{channel}/messages"), message(0)).id();
    let user = json!({"id": BEN, "displayName": "Ben", "userIdentityType": "aadUser"});
    let mentions = json!([{"id": 0, "mentionText": "Ben", "mentioned": {"user": user}}]);
    let mentioning = with(
        content(1, "<at id=\"0\">Ben</at>"),
        "/mentions",
        mentions.clone(),
    );
    twin.post(&format!("{channel}/messages/{root}/replies"), mentioning);
    twin.get("/v1.0/planets");

    let dump = twin.tenant.dump().unwrap();
    let twin = twin.restored(&dump);
    assert_eq!(twin.tenant.dump().unwrap(), dump);
    let replies = twin.get(&format!("{channel}/messages/{root}/replies")).body;
    assert_eq!(replies["value"][0]["mentions"], mentions);
    assert_eq!(
        twin.post(&format!("{channel}/messages"), message(1)).status,
        409
    );
    assert_eq!(
        twin.post(&format!("{channel}/messages"), message(2)).status,
        201
    );
    assert_eq!(twin.tenant.refusals().len(), 2);
}

#[test]
fn kinds_are_named_in_camel_case() {
    assert_eq!(serde_json::to_value(Kind::PostReply).unwrap(), "postReply");
}
