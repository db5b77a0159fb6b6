//! Messages: when they are taken and what they must be like (R24–R45, R59).

use chatferry_twin::{Settings, Troubles};
use serde_json::{Value, json};

use super::*;

const MIGRATE_ONLY: &str = "Message POST is allowed in application-only context only for import \
    purposes. Refer to https://docs.microsoft.com/microsoftteams/platform/graph-api/\
    import-messages/import-external-messages-to-teams for more details.";

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
    hosting(html, "image/png")
}

fn image_of(kind: &str) -> Value {
    hosting("<img src=\"../hostedContents/1/$value\">", kind)
}

fn hosting(html: &str, kind: &str) -> Value {
    let image = json!({
        "@microsoft.graph.temporaryId": "1",
        "contentBytes": "iVBORw0KGgo=",
        "contentType": kind,
    });
    with(content(0, html), "/hostedContents", json!([image]))
}

fn late(troubles: Troubles) -> Twin {
    Twin::new(Settings {
        troubles,
        ..Settings::instant()
    })
}

fn post_after(twin: &Twin, ms: u64) -> Reply {
    let channel = twin.open_channel();
    twin.advance(ms);
    twin.post(&format!("{channel}/messages"), message(0))
}

rules! {
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
    r24_a_mode_may_be_known_late R24Blocked "O G2" 403 "Forbidden" "InsufficientPrivileges",
        in || late(Troubles { mode_lag_ms: 5_000, ..Troubles::default() }),
        breaks |twin| post(twin, message(0)),
        keeps |twin| post_after(twin, 5_000);
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
    r28_a_date_may_be_known_late R28Blocked "O G3, G4" 403 "Forbidden" "InsufficientPrivileges",
        in || late(Troubles { date_lag_ms: 5_000, ..Troubles::default() }),
        breaks |twin| {
            let channel = normal_channel(twin);
            twin.advance(5_000);
            start(twin, &channel, CREATED);
            twin.post(&format!("{channel}/messages"), message(0))
        },
        keeps |twin| {
            let channel = normal_channel(twin);
            twin.advance(5_000);
            start(twin, &channel, CREATED);
            twin.advance(5_000);
            twin.post(&format!("{channel}/messages"), message(0))
        };
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
    r39_the_page_that_opens_a_file_is_not_the_file R39 "O C2T" 403 "Forbidden"
        "File attachment without extension is not supported in application context",
        breaks |twin| post(twin, attaching(
            &format!("<attachment id=\"{BEN}\"></attachment>"),
            "https://c.sharepoint.com/sites/s/_layouts/15/Doc.aspx?sourcedoc=%7B1%7D&file=a.docx",
        )),
        keeps |twin| post(twin, attached());
    r40_an_image_is_referred_to R40 "D chatmessage-post ex.5" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, with_image("<p>no image</p>")),
        keeps |twin| post(twin, with_image("<img src=\"../hostedContents/1/$value\">"));
    r40_a_reference_has_its_image R40 "I" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, content(0, "<img src=\"../hostedContents/1/$value\">")),
        keeps |twin| post(twin, content(0, "<img src=\"https://c/x.png\">"));
    r40_an_image_is_a_jpeg_or_png R40Type "O mgdc#9134" 400 "BadRequest"
        "Unsupported content type in hostedContent*",
        breaks |twin| post(twin, image_of("image/gif")),
        keeps |twin| post(twin, image_of("image/jpeg"));
    r41_inline_images_may_be_out_of_order R41 "O ISS#13994" 403 "Forbidden" "UnknownError",
        in || Twin::new(Settings { inline_images: false, ..Settings::instant() }),
        breaks |twin| post(twin, with_image("<img src=\"../hostedContents/1/$value\">")),
        keeps |twin| post(twin, message(0));
    r43_a_message_has_28_kb R43 "D limits doc" 413 "RequestEntityTooLarge" "Request Entity Too Large",
        breaks |twin| post(twin, content(0, &"x".repeat(28_673))),
        keeps |twin| post(twin, content(0, &"x".repeat(28_672)));
    r44_at_most_250_reactions R44 "D MTD-2025" 400 "BadRequest" "Bad Request",
        breaks |twin| post(twin, with(message(0), "/reactions", json!(vec![json!({}); 251]))),
        keeps |twin| post(twin, with(message(0), "/reactions", json!(vec![json!({}); 250])));
    r59_an_application_deletes_nothing R59 "D; O C2T" 405 "MethodNotAllowed"
        "Requested API is not supported in application-only context",
        breaks |twin| {
            let channel = twin.open_channel();
            let id = twin.post(&format!("{channel}/messages"), message(0)).id();
            twin.act(&format!("{channel}/messages/{id}/softDelete"))
        },
        keeps |twin| post(twin, message(0));
}
