//! Every rule of the book that has an answer: the call that breaks it gets exactly that answer
//! and is recorded under it; the call that keeps it goes through.

use crate::support::*;
use chatferry_twin::{BOOK, Outcome, Rule, Settings};
use serde_json::{Value, json};

const MIGRATE_ONLY: &str = "Message POST is allowed in application-only context only for import \
    purposes. Refer to https://docs.microsoft.com/microsoftteams/platform/graph-api/\
    import-messages/import-external-messages-to-teams for more details.";

struct Case {
    rule: Rule,
    expected: (u16, &'static str, &'static str),
    twin: fn() -> Twin,
    breaks: fn(&Twin) -> Reply,
    keeps: fn(&Twin) -> Reply,
}

fn check(case: &Case) {
    let twin = (case.twin)();
    let reply = (case.breaks)(&twin);
    let (status, code, text) = case.expected;
    assert_eq!((reply.status, reply.code()), (status, code), "{reply:?}");
    match text.strip_suffix('*') {
        Some(start) => assert!(reply.text().starts_with(start), "{reply:?}"),
        None => assert_eq!(reply.text(), text),
    }
    let outcome = match status {
        429 => Outcome::Throttled,
        _ => Outcome::Refused,
    };
    let log = twin.tenant.refusals();
    let last = log.iter().rfind(|refusal| refusal.outcome == outcome);
    assert_eq!(last.unwrap().rule, case.rule, "{log:?}");
    if code != "invalid_request" && !reply.body["error"].is_string() {
        let id = &reply.body["error"]["innerError"]["request-id"];
        assert_eq!(id, reply.header("request-id"));
    }
    let kept = (case.keeps)(&(case.twin)());
    assert!((200..300).contains(&kept.status), "{kept:?}");
}

macro_rules! rules {
    (@twin) => { Twin::instant };
    (@twin $twin:expr) => { $twin };
    ($($name:ident $rule:ident $basis:literal $status:literal $code:literal $text:expr,
        $(in $twin:expr,)? breaks $breaks:expr, keeps $keeps:expr;)+) => {
        $(
            #[test]
            #[doc = $basis]
            fn $name() {
                check(&Case {
                    rule: Rule::$rule,
                    expected: ($status, $code, $text),
                    twin: rules!(@twin $($twin)?),
                    breaks: $breaks,
                    keeps: $keeps,
                });
            }
        )+

        const TESTED: &[Rule] = &[$(Rule::$rule),+];
    };
}

fn post(twin: &Twin, body: Value) -> Reply {
    twin.post(&format!("{}/messages", twin.open_channel()), body)
}

fn create_team(twin: &Twin, body: Value) -> Reply {
    twin.post("/v1.0/teams", body)
}

fn create_channel(twin: &Twin, body: Value) -> Reply {
    twin.post(&format!("{}/channels", twin.team()), body)
}

fn create_private(twin: &Twin, members: usize) -> Reply {
    let members: Vec<Value> = (0..members).map(|_| member(ANNA, &["owner"])).collect();
    let body = json!({"displayName": "p", "membershipType": "private", "members": members});
    twin.post(&format!("{}/channels", twin.normal_team()), body)
}

fn create_shared(twin: &Twin, owners: usize) -> Reply {
    let owners: Vec<Value> = [ANNA, BEN][..owners]
        .iter()
        .map(|id| member(id, &["owner"]))
        .collect();
    let body = json!({"displayName": "s", "membershipType": "shared", "members": owners});
    twin.post(&format!("{}/channels", twin.normal_team()), body)
}

fn start(twin: &Twin, thread: &str, date: &str) -> Reply {
    let body = json!({"conversationCreationDateTime": date});
    twin.post(&format!("{thread}/startMigration"), body)
}

fn normal_channel(twin: &Twin) -> String {
    let team = twin.normal_team();
    let id = twin
        .post(&format!("{team}/channels"), json!({"displayName": "n"}))
        .id();
    format!("{team}/channels/{id}")
}

fn mention(id: i64) -> Value {
    let user = json!({"id": BEN, "displayName": "Ben", "userIdentityType": "aadUser"});
    json!({"id": id, "mentionText": "Ben", "mentioned": {"user": user}})
}

fn mentioning(html: &str, ids: &[i64]) -> Value {
    let mentions: Vec<Value> = ids.iter().map(|id| mention(*id)).collect();
    with(content(0, html), "/mentions", json!(mentions))
}

fn attaching(html: &str, url: &str) -> Value {
    let file = json!({"id": BEN, "contentType": "reference", "contentUrl": url, "name": "a.docx"});
    with(content(0, html), "/attachments", json!([file]))
}

fn attached() -> Value {
    attaching(
        &format!("<attachment id=\"{BEN}\"></attachment>"),
        "https://c.sharepoint.com/sites/s/Shared%20Documents/a.docx?web=1",
    )
}

fn with_image(html: &str) -> Value {
    let image = json!({
        "@microsoft.graph.temporaryId": "1",
        "contentBytes": "iVBORw0KGgo=",
        "contentType": "image/png",
    });
    with(content(0, html), "/hostedContents", json!([image]))
}

fn users_of(app: &str, secret: &str) -> Vec<(&'static str, String)> {
    vec![
        ("client_id", app.to_owned()),
        ("client_secret", secret.to_owned()),
        ("grant_type", "client_credentials".to_owned()),
        ("scope", "https://graph.microsoft.com/.default".to_owned()),
    ]
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

fn strict() -> Twin {
    Twin::new(Settings::default())
}

rules! {
    r1_import_needs_the_role R1 "D permission tables; O string" 403 "Forbidden"
        "Missing role permissions on the request. API requires one of 'Teamwork.Migrate.All'. Roles on the request 'Team.Create'.",
        breaks |twin| { twin.sign_in_with(&["Team.Create"]); create_team(twin, team()) },
        keeps |twin| create_team(twin, team());
    r1_delegated_is_refused R1Delegated "D MTD-2026" 403 "Forbidden" "Delegated*",
        breaks |twin| {
            let channel = twin.open_channel();
            twin.sign_in_delegated();
            twin.post(&format!("{channel}/messages"), message(0))
        },
        keeps |twin| post(twin, message(0));
    r2_a_token_is_needed R2 "K" 401 "InvalidAuthenticationToken" "Access token*",
        breaks |twin| { twin.use_token("made up"); twin.get("/v1.0/users") },
        keeps |twin| twin.get("/v1.0/users");
    r3_no_team_in_the_future R3 "D team-post ex.8" 400 "BadRequest" "Bad Request",
        breaks |twin| create_team(twin, with(team(), "/createdDateTime", json!("2026-11-20T12:00:00.001Z"))),
        keeps |twin| create_team(twin, with(team(), "/createdDateTime", json!(NOW)));
    r4_a_date_needs_the_creation_mode R4 "D team-post ex.8" 400 "BadRequest" "Bad Request",
        breaks |twin| create_team(twin, with(normal_team(), "/createdDateTime", json!(CREATED))),
        keeps |twin| create_team(twin, normal_team());
    r4_for_channels_too R4 "D channel-post" 400 "BadRequest" "Bad Request",
        breaks |twin| create_channel(twin, without(channel("a"), "@microsoft.graph.channelCreationMode")),
        keeps |twin| create_channel(twin, channel("a"));
    r4_there_is_one_creation_mode R4 "D" 400 "BadRequest" "Bad Request",
        breaks |twin| create_channel(twin, with(channel("a"), "/@microsoft.graph.channelCreationMode", json!("import"))),
        keeps |twin| create_channel(twin, channel("a"));
    r5_the_template_is_standard R5 "D rule" 400 "BadRequest" "Bad Request",
        breaks |twin| create_team(twin, with(team(), "/template@odata.bind", json!("https://graph.microsoft.com/v1.0/teamsTemplates('educationClass')"))),
        keeps |twin| create_team(twin, team());
    r7_a_team_takes_a_while R7 "O C2T" 404 "NotFound" "No team found with Group Id*",
        in strict,
        breaks |twin| { let team = twin.team(); twin.advance(19_999); twin.get(&team) },
        keeps |twin| { let team = twin.team(); twin.advance(20_000); twin.get(&team) };
    r9_migration_channels_need_a_migrating_team R9 "O ISS#11973" 400 "BadRequest"
        "Migration channels can only be created in a team under migration.",
        breaks |twin| twin.post(&format!("{}/channels", twin.normal_team()), channel("a")),
        keeps |twin| create_channel(twin, channel("a"));
    r9_not_after_general_is_completed R9 "O ISS#11973" 400 "BadRequest"
        "Migration channels can only be created in a team under migration.",
        breaks |twin| {
            let team = twin.team();
            twin.act(&format!("{team}/primaryChannel/completeMigration"));
            twin.post(&format!("{team}/channels"), channel("a"))
        },
        keeps |twin| create_channel(twin, channel("a"));
    r11_no_channel_before_its_team R11 "O C2T" 400 "BadRequest" "Bad Request",
        breaks |twin| create_channel(twin, with(channel("a"), "/createdDateTime", json!("2014-12-31T23:59:59.999Z"))),
        keeps |twin| create_channel(twin, channel("a"));
    r12_channel_names_are_legal R12 "D limits doc" 400 "BadRequest" "Bad Request",
        breaks |twin| create_channel(twin, channel("a/b")),
        keeps |twin| create_channel(twin, channel("a-b"));
    r12_channel_names_are_unique R12Taken "D rule" 400 "BadRequest"
        "Channel name already existed, please use other name.",
        breaks |twin| create_channel(twin, channel("GENERAL")),
        keeps |twin| create_channel(twin, channel("generals"));
    r12_a_deleted_channel_keeps_its_name R12Taken "D rule" 400 "BadRequest"
        "Channel name already existed, please use other name.",
        breaks |twin| {
            let team = twin.team();
            let ops = twin.channel(&team, "ops");
            assert_eq!(twin.delete(&ops).status, 204);
            twin.advance(30 * 24 * 3_600_000 - 1);
            twin.sign_in(APP, "secret");
            twin.post(&format!("{team}/channels"), channel("Ops"))
        },
        keeps |twin| {
            let team = twin.team();
            let ops = twin.channel(&team, "ops");
            assert_eq!(twin.delete(&ops).status, 204);
            twin.advance(30 * 24 * 3_600_000);
            twin.sign_in(APP, "secret");
            twin.post(&format!("{team}/channels"), channel("Ops"))
        };
    r13_a_shared_channel_has_one_owner R13 "D channel-post" 400 "BadRequest" "Bad Request",
        breaks |twin| create_shared(twin, 2),
        keeps |twin| create_shared(twin, 1);
    r14_a_private_channel_starts_small R14 "D channel-post" 400 "BadRequest" "Bad Request",
        breaks |twin| create_private(twin, 201),
        keeps |twin| create_private(twin, 200);
    r14_a_private_channel_has_an_owner R14 "D channel-post" 400 "BadRequest" "Bad Request",
        breaks |twin| create_private(twin, 0),
        keeps |twin| create_private(twin, 1);
    r15_a_team_has_so_many_channels R15 "D limits doc" 400 "BadRequest" "Bad Request",
        breaks |twin| {
            twin.tenant.configure(|settings| settings.team_channels = 2);
            let team = twin.team();
            twin.channel(&team, "a");
            twin.post(&format!("{team}/channels"), channel("b"))
        },
        keeps |twin| {
            twin.tenant.configure(|settings| settings.team_channels = 2);
            create_channel(twin, channel("a"))
        };
    r16_not_started_twice R16 "D channel-startmigration ex.2" 400 "BadRequest" "Bad Request",
        breaks |twin| {
            let channel = normal_channel(twin);
            start(twin, &channel, CREATED);
            start(twin, &channel, "2014-01-01T00:00:00Z")
        },
        keeps |twin| start(twin, &normal_channel(twin), CREATED);
    r17_the_date_is_older R17 "D; O C2T" 400 "BadRequest"
        "'ConversationCreationDateTime' must be older than the existing 'CreatedDateTime'",
        breaks |twin| start(twin, &normal_channel(twin), NOW),
        keeps |twin| start(twin, &normal_channel(twin), "2026-11-20T11:59:59.999Z");
    r17_the_date_is_not_the_least_there_is R17 "D MTD tips" 400 "BadRequest"
        "'ConversationCreationDateTime' must be older than the existing 'CreatedDateTime'",
        breaks |twin| start(twin, &normal_channel(twin), "0001-01-01T00:00:00Z"),
        keeps |twin| start(twin, &normal_channel(twin), "0001-01-01T00:00:00.001Z");
    r20_meeting_chats_are_not_migrated R20 "D supported-chats" 400 "BadRequest" "Bad Request",
        breaks |twin| {
            let chat = twin.tenant.add_meeting_chat();
            start(twin, &format!("/v1.0/chats/{chat}"), CREATED)
        },
        keeps |twin| start(twin, &twin.chat("group", &[ANNA, BEN]), CREATED);
    r21_the_parameter_is_spelt_right R21 "I OData" 400 "BadRequest"
        "The parameter 'conversationCreatedDateTime' in the request payload*",
        breaks |twin| {
            let body = json!({"conversationCreatedDateTime": CREATED});
            twin.post(&format!("{}/startMigration", normal_channel(twin)), body)
        },
        keeps |twin| twin.act(&format!("{}/startMigration", normal_channel(twin)));
    r22_one_app_posts R22 "D rule; O ISS#14151" 400 "BadRequest"
        "InvalidRequestProperties-Only 1 application is allowed to operate within an import session. Please check the import operation initiator/ImportMetadata.ImportedBy.",
        breaks |twin| {
            let channel = twin.open_channel();
            twin.sign_in(OTHER_APP, "other secret");
            twin.post(&format!("{channel}/messages"), message(0))
        },
        keeps |twin| post(twin, message(0));
    r23_the_same_app_completes R23 "D rule; O ISS#14151" 400 "BadRequest"
        "Request Initiator does not match the import session intiator.",
        breaks |twin| {
            let channel = twin.open_channel();
            twin.sign_in(OTHER_APP, "other secret");
            twin.act(&format!("{channel}/completeMigration"))
        },
        keeps |twin| twin.act(&format!("{}/completeMigration", twin.open_channel()));
    r24_no_message_outside_of_migration R24 "O ISS#14026" 401 "Unauthorized" MIGRATE_ONLY,
        breaks |twin| twin.post(&format!("{}/messages", normal_channel(twin)), message(0)),
        keeps |twin| post(twin, message(0));
    r24_no_message_after_completion R24 "O ISS#14026" 401 "Unauthorized" MIGRATE_ONLY,
        breaks |twin| {
            let channel = twin.open_channel();
            twin.act(&format!("{channel}/completeMigration"));
            twin.post(&format!("{channel}/messages"), message(0))
        },
        keeps |twin| post(twin, message(0));
    r24_no_message_into_a_chat_outside_of_migration R24Chat "O ISS#13680" 502 "BadGateway"
        "Failed to execute backend request.",
        breaks |twin| twin.post(&format!("{}/messages", twin.chat("group", &[ANNA, BEN])), message(0)),
        keeps |twin| {
            let chat = twin.chat("group", &[ANNA, BEN]);
            start(twin, &chat, CREATED);
            twin.post(&format!("{chat}/messages"), message(0))
        };
    r25_a_message_has_an_author R25 "O ISS#14026" 401 "Unauthorized" MIGRATE_ONLY,
        breaks |twin| post(twin, without(message(0), "from")),
        keeps |twin| post(twin, message(0));
    r26_a_principal_name_is_no_author R26 "D; O ISS#2230" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, with(message(0), "/from/user/id", json!("anna@contoso.com"))),
        keeps |twin| post(twin, with(message(0), "/from/user/id", json!(ANNA.to_uppercase())));
    r26_the_author_is_of_this_tenant R26 "D teams-import-messages" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, with(message(0), "/from/user/id", json!(NOBODY))),
        keeps |twin| post(twin, message(0));
    r27_the_author_is_no_federated_user R27 "D federated" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, with(message(0), "/from/user/userIdentityType", json!("federatedUser"))),
        keeps |twin| post(twin, with(message(0), "/from", json!({"user": {"id": ANNA}, "application": null})));
    r27_the_author_is_no_application R27 "I others" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, with(message(0), "/from", json!({"application": {"id": APP}}))),
        keeps |twin| post(twin, message(0));
    r28_a_message_is_later_than_its_channel R28 "D" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, with(message(0), "/createdDateTime", json!("2015-01-01T00:00:00.0009Z"))),
        keeps |twin| post(twin, with(message(0), "/createdDateTime", json!("2015-01-01T00:00:00.001Z")));
    r29_a_message_is_not_in_the_future R29 "D" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, with(message(0), "/createdDateTime", json!("2026-11-20T12:00:00.001Z"))),
        keeps |twin| post(twin, with(message(0), "/createdDateTime", json!(NOW)));
    r31_one_message_a_millisecond R31 "D MTD-2025; O ISS#7654" 409 "Conflict"
        "Exception of type 'Microsoft.Skype.Messaging.ThreadService.Common.Store.Exceptions.StoreException' was thrown.",
        breaks |twin| {
            let channel = twin.open_channel();
            twin.post(&format!("{channel}/messages"), message(0));
            twin.post(&format!("{channel}/messages"), message(0))
        },
        keeps |twin| {
            let channel = twin.open_channel();
            twin.post(&format!("{channel}/messages"), message(0));
            twin.post(&format!("{channel}/messages"), message(1))
        };
    r31_replies_share_the_space R31 "D MTD-2025" 409 "Conflict" "Exception of type*",
        breaks |twin| {
            let channel = twin.open_channel();
            let root = twin.post(&format!("{channel}/messages"), message(0)).id();
            twin.post(&format!("{channel}/messages/{root}/replies"), message(0))
        },
        keeps |twin| {
            let channel = twin.open_channel();
            let root = twin.post(&format!("{channel}/messages"), message(0)).id();
            twin.post(&format!("{channel}/messages/{root}/replies"), message(1))
        };
    r34_a_message_has_a_body R34 "D chatMessage" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, without(message(0), "body")),
        keeps |twin| post(twin, with(message(0), "/body", json!({"content": "text by default"})));
    r34_html_or_text R34 "D chatMessage" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, with(message(0), "/body/contentType", json!("markdown"))),
        keeps |twin| post(twin, with(message(0), "/body/contentType", json!("text")));
    r35_the_root_exists R35 "I" 404 "NotFound" "Message 1549310295001 was not found in the channel.",
        breaks |twin| {
            let channel = twin.open_channel();
            twin.post(&format!("{channel}/messages"), message(0));
            twin.post(&format!("{channel}/messages/1549310295001/replies"), message(2))
        },
        keeps |twin| {
            let channel = twin.open_channel();
            twin.post(&format!("{channel}/messages"), message(0));
            twin.post(&format!("{channel}/messages/1549310295000/replies"), message(2))
        };
    r35_no_replies_to_replies R35 "I" 404 "NotFound" "Message 1549310295001 was not found*",
        breaks |twin| {
            let channel = twin.open_channel();
            let root = twin.post(&format!("{channel}/messages"), message(0)).id();
            let reply = twin.post(&format!("{channel}/messages/{root}/replies"), message(1)).id();
            twin.post(&format!("{channel}/messages/{reply}/replies"), message(2))
        },
        keeps |twin| post(twin, message(0));
    r36_chats_have_no_replies R36 "D chatMessage" 404 "NotFound"
        "Resource not found for the segment 'replies'.",
        breaks |twin| {
            let chat = twin.chat("group", &[ANNA, BEN]);
            start(twin, &chat, CREATED);
            let root = twin.post(&format!("{chat}/messages"), message(0)).id();
            twin.post(&format!("{chat}/messages/{root}/replies"), message(1))
        },
        keeps |twin| {
            let chat = twin.chat("group", &[ANNA, BEN]);
            start(twin, &chat, CREATED);
            twin.post(&format!("{chat}/messages"), message(1))
        };
    r37_a_mention_has_its_at R37 "O C2T" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, mentioning("<p>hi Ben</p>", &[0])),
        keeps |twin| post(twin, mentioning("<p>hi <at id=\"0\">Ben</at></p>", &[0]));
    r37_an_at_has_its_mention R37 "O C2T" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, mentioning("<at id=\"0\">Ben</at><at id=\"1\">Ben</at>", &[0])),
        keeps |twin| post(twin, mentioning("<at id=\"0\">Ben</at><at id=\"1\">Ben</at>", &[0, 1]));
    r37_an_at_is_not_empty R37 "O C2T" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, mentioning("<at id=\"0\"> </at>", &[0])),
        keeps |twin| post(twin, mentioning("<at id=\"0\">B</at>", &[0]));
    r37_ids_are_unique R37 "O C2T" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, mentioning("<at id=\"0\">Ben</at>", &[0, 0])),
        keeps |twin| post(twin, mentioning("<at id=\"5\">Ben</at>", &[5]));
    r38_an_attachment_has_its_entry R38 "D chatmessage-post" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, without(attached(), "attachments")),
        keeps |twin| post(twin, attached());
    r38_an_entry_has_its_attachment R38 "D chatmessage-post" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, attaching("<p>none</p>", "https://c/a.docx")),
        keeps |twin| post(twin, attached());
    r39_a_reference_has_an_extension R39 "O C2T" 403 "Forbidden"
        "File attachment without extension is not supported in application context",
        breaks |twin| post(twin, attaching(
            &format!("<attachment id=\"{BEN}\"></attachment>"),
            "https://c.sharepoint.com/sites/s.x/notes?file=a.docx",
        )),
        keeps |twin| post(twin, attached());
    r40_an_image_is_referred_to R40 "D chatmessage-post ex.5" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, with_image("<p>no image</p>")),
        keeps |twin| post(twin, with_image("<img src=\"../hostedContents/1/$value\">"));
    r40_a_reference_has_its_image R40 "I" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, content(0, "<img src=\"../hostedContents/1/$value\">")),
        keeps |twin| post(twin, content(0, "<img src=\"https://c/x.png\">"));
    r41_inline_images_may_be_out_of_order R41 "O ISS#13994" 403 "Forbidden" "UnknownError",
        in || Twin::new(Settings { inline_images: false, ..Settings::instant() }),
        breaks |twin| post(twin, with_image("<img src=\"../hostedContents/1/$value\">")),
        keeps |twin| post(twin, message(0));
    r42_a_request_has_4_mib R42 "O mgd#15594" 413 "RequestEntityTooLarge" "Request Entity Too Large",
        breaks |twin| {
            let padding = "x".repeat(4 * 1024 * 1024);
            post(twin, with(message(0), "/webUrl", json!(padding)))
        },
        keeps |twin| {
            let padding = "x".repeat(4 * 1024 * 1024 - 1024);
            post(twin, with(message(0), "/webUrl", json!(padding)))
        };
    r43_a_message_has_28_kb R43 "D limits doc" 413 "RequestEntityTooLarge" "Request Entity Too Large",
        breaks |twin| post(twin, content(0, &"x".repeat(28_673))),
        keeps |twin| post(twin, content(0, &"x".repeat(28_672)));
    r44_at_most_250_reactions R44 "D MTD-2025" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, with(message(0), "/reactions", json!(vec![json!({}); 251]))),
        keeps |twin| post(twin, with(message(0), "/reactions", json!(vec![json!({}); 250])));
    r46_five_posts_a_second_into_a_channel R46 "D MTD" 429 "TooManyRequests" "Too Many Requests",
        in strict,
        breaks |twin| six_posts(twin, 199),
        keeps |twin| six_posts(twin, 200);
    r47_four_member_calls_a_minute R47 "D throttling limits" 429 "TooManyRequests" "Too Many Requests",
        in strict,
        breaks |twin| five_members(twin, 14_999),
        keeps |twin| five_members(twin, 15_000);
    r48_not_completed_twice R48 "D; O ISS#2628" 400 "BadRequest" "Channel has already been finalized.",
        breaks |twin| {
            let channel = twin.open_channel();
            twin.act(&format!("{channel}/completeMigration"));
            twin.act(&format!("{channel}/completeMigration"))
        },
        keeps |twin| twin.act(&format!("{}/completeMigration", twin.open_channel()));
    r50_all_channels_before_the_team R50 "D; O ISS#11973" 400 "BadRequest"
        "All channels must be finalized before team.",
        breaks |twin| {
            let team = twin.team();
            twin.act(&format!("{}/completeMigration", twin.channel(&team, "a")));
            twin.act(&format!("{team}/completeMigration"))
        },
        keeps |twin| {
            let team = twin.team();
            twin.act(&format!("{}/completeMigration", twin.channel(&team, "a")));
            twin.act(&format!("{team}/primaryChannel/completeMigration"));
            twin.act(&format!("{team}/completeMigration"))
        };
    r50_r51_general_first_spoils_the_team R50 "O ISS#11973; D mgdc#9422" 400 "BadRequest"
        "All channels must be finalized before team.",
        breaks |twin| {
            let team = twin.team();
            let channel = twin.channel(&team, "a");
            twin.act(&format!("{team}/primaryChannel/completeMigration"));
            assert_eq!(twin.tenant.counts(Outcome::Noted).get(&Rule::R51), Some(&1));
            assert_eq!(twin.act(&format!("{channel}/completeMigration")).status, 204);
            twin.act(&format!("{team}/completeMigration"))
        },
        keeps |twin| {
            let team = twin.team();
            twin.act(&format!("{team}/primaryChannel/completeMigration"));
            twin.act(&format!("{team}/completeMigration"))
        };
    r52_no_members_before_completion R52 "D; O mgd#18002" 403 "Forbidden" "Members cannot*",
        breaks |twin| twin.post(&format!("{}/members", twin.team()), member(ANNA, &["owner"])),
        keeps |twin| {
            let team = twin.team();
            twin.act(&format!("{team}/primaryChannel/completeMigration"));
            twin.act(&format!("{team}/completeMigration"));
            twin.post(&format!("{team}/members"), member(ANNA, &["owner"]))
        };
    r53_at_most_200_at_once R53 "D" 400 "BadRequest" "Bad Request",
        breaks |twin| twin.post(
            &format!("{}/members/add", twin.normal_team()),
            json!({"values": vec![member(BEN, &[]); 201]}),
        ),
        keeps |twin| twin.post(
            &format!("{}/members/add", twin.normal_team()),
            json!({"values": vec![member(BEN, &[]); 200]}),
        );
    r55_two_different_people R55 "O third-party code" 400 "BadRequest"
        "Cannot create one-on-one chat with duplicate members",
        breaks |twin| twin.post("/v1.0/chats", chat("oneOnOne", &[ANNA, ANNA])),
        keeps |twin| twin.post("/v1.0/chats", chat("oneOnOne", &[ANNA, BEN]));
    r55_nobody_twice_in_a_group R55Group "O third-party code" 400 "BadRequest"
        "Duplicate chat members is specified",
        breaks |twin| twin.post("/v1.0/chats", chat("group", &[ANNA, BEN, ANNA])),
        keeps |twin| twin.post("/v1.0/chats", chat("group", &[ANNA, BEN, CLEO]));
    r56_history_is_not_set_at_creation R56 "O C2T" 400 "BadRequest"
        "VisibleHistoryStartDateTime cannot be set",
        breaks |twin| {
            let members = json!([
                member(ANNA, &["owner"]),
                with(member(BEN, &["owner"]), "/visibleHistoryStartDateTime", json!(CREATED)),
            ]);
            twin.post("/v1.0/chats", json!({"chatType": "group", "members": members}))
        },
        keeps |twin| {
            let chat = twin.chat("group", &[ANNA, BEN]);
            let member = with(member(CLEO, &["owner"]), "/visibleHistoryStartDateTime", json!(CREATED));
            twin.post(&format!("{chat}/members"), member)
        };
    r57_a_one_on_one_keeps_its_people R57 "O C2T" 403 "InsufficientPrivileges"
        "RosterAddMemberBlocked-Roster is blocked from remove member",
        breaks |twin| remove_first(twin, &twin.chat("oneOnOne", &[ANNA, BEN])),
        keeps |twin| remove_first(twin, &twin.chat("group", &[ANNA, BEN]));
    r59_an_application_deletes_nothing R59 "D; O C2T" 405 "MethodNotAllowed"
        "Requested API is not supported in application-only context",
        breaks |twin| {
            let channel = twin.open_channel();
            let id = twin.post(&format!("{channel}/messages"), message(0)).id();
            twin.act(&format!("{channel}/messages/{id}/softDelete"))
        },
        keeps |twin| post(twin, message(0));
    r65_pages_of_users R65 "O LS Q&A 1129204" 400 "Request_BadRequest"
        "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.",
        breaks |twin| twin.get("/v1.0/users?$top=1000"),
        keeps |twin| twin.get("/v1.0/users?$top=999");
    r68_national_clouds_have_no_start R68 "D CSDL" 404 "NotFound"
        "Resource not found for the segment 'startMigration'.",
        in || Twin::new(Settings { national_cloud: true, ..Settings::instant() }),
        breaks |twin| start(twin, &normal_channel(twin), CREATED),
        keeps |twin| create_channel(twin, channel("a"));

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
    g11_standard_channels_have_no_members_of_their_own G11 "D" 400 "BadRequest" "Bad Request",
        breaks |twin| twin.post(&format!("{}/members", normal_channel(twin)), member(ANNA, &[])),
        keeps |twin| {
            let team = twin.normal_team();
            let body = json!({"displayName": "p", "membershipType": "private", "members": [member(ANNA, &["owner"])]});
            let id = twin.post(&format!("{team}/channels"), body).id();
            twin.post(&format!("{team}/channels/{id}/members"), member(ANNA, &["owner"]))
        };
    g12_private_members_are_team_members G12 "K" 403 "Forbidden" "User is not found in the team.",
        breaks |twin| twin.post(
            &format!("{}/channels", twin.normal_team()),
            json!({"displayName": "p", "membershipType": "private", "members": [member(BEN, &["owner"])]}),
        ),
        keeps |twin| create_private(twin, 1);
    g13_general_is_not_deleted G13 "K" 400 "BadRequest" "Bad Request",
        breaks |twin| {
            let team = twin.team();
            let id = twin.get(&format!("{team}/primaryChannel")).id();
            twin.delete(&format!("{team}/channels/{id}"))
        },
        keeps |twin| twin.delete(&twin.open_channel());
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

/// Five calls that add a member, each so many ms after the one before; the last answer.
fn five_members(twin: &Twin, pause: u64) -> Reply {
    let team = twin.normal_team();
    twin.advance(60_000);
    let mut last = None;
    for _ in 0..5 {
        last = Some(twin.post(&format!("{team}/members"), member(BEN, &[])));
        twin.advance(pause);
    }
    last.unwrap()
}

fn remove_first(twin: &Twin, chat: &str) -> Reply {
    let members = twin.get(&format!("{chat}/members"));
    let id = members.body["value"][0]["id"].as_str().unwrap();
    twin.delete(&format!("{chat}/members/{id}"))
}

#[test]
fn every_rule_with_an_answer_has_its_case() {
    let missing: Vec<&str> = BOOK
        .iter()
        .filter(|entry| entry.verdict.is_some() && !TESTED.contains(&entry.rule))
        .map(|entry| entry.name)
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
