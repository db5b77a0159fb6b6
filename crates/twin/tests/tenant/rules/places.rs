//! Teams, channels, chats, their migration and their members.

use chatferry_twin::{Outcome, Rule, Settings, Troubles, User};
use serde_json::{Value, json};

use super::*;

fn troubled(troubles: Troubles) -> Twin {
    Twin::new(Settings {
        troubles,
        ..Settings::instant()
    })
}

fn slow_channels() -> Twin {
    troubled(Troubles {
        channel_ms: 3_000,
        ..Troubles::default()
    })
}

fn slow_members() -> Twin {
    troubled(Troubles {
        member_ms: 3_000,
        ..Troubles::default()
    })
}

/// A tenant that has Cleo from elsewhere.
fn cleo_as_guest() -> Twin {
    let twin = Twin::instant();
    let mut cleo = User::new(CLEO, "Cleo", "cleo_fabrikam.com#EXT#@contoso.com");
    cleo.user_type = Some("Guest".to_owned());
    twin.tenant.add_user(cleo);
    twin
}

/// A group chat that was completed, and so many ms later put into migration mode again.
fn started_again_after(twin: &Twin, pause: u64) -> String {
    let chat = twin.chat("group", &[ANNA, BEN]);
    start(twin, &chat, CREATED);
    assert_eq!(twin.act(&format!("{chat}/completeMigration")).status, 204);
    twin.advance(pause);
    assert_eq!(start(twin, &chat, "2014-01-01T00:00:00Z").status, 204);
    chat
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
    r7_a_channel_may_take_a_while R7Channel "O C2T" 404 "NotFound" "Channel '19:*",
        in slow_channels,
        breaks |twin| { let channel = twin.open_channel(); twin.advance(2_999); twin.get(&channel) },
        keeps |twin| { let channel = twin.open_channel(); twin.advance(3_000); twin.get(&channel) };
    r7_general_comes_after_its_team R7Channel "O C2T" 404 "NotFound" "Channel '19:*",
        in slow_channels,
        breaks |twin| { let team = twin.team(); twin.get(&format!("{team}/primaryChannel")) },
        keeps |twin| { let team = twin.team(); twin.get(&team) };
    r7_a_normal_channel_may_take_a_while R7Channel "O C2T" 404 "NotFound" "Channel '19:*",
        in slow_channels,
        breaks |twin| start(twin, &normal_channel(twin), CREATED),
        keeps |twin| { let channel = normal_channel(twin); twin.advance(3_000); start(twin, &channel, CREATED) };
    f1_one_on_ones_may_not_start F1 "O ISS#14265" 412 "PreconditionFailed"
        "PreconditionFailed-Version mismatch for thread resource.",
        in || troubled(Troubles { one_on_one_start: true, ..Troubles::default() }),
        breaks |twin| start(twin, &twin.chat("oneOnOne", &[ANNA, BEN]), CREATED),
        keeps |twin| start(twin, &twin.chat("group", &[ANNA, BEN]), CREATED);
    f2_a_hasty_start_leaves_a_chat_stuck F2 "O ISS#14576" 400 "BadRequest" "Bad Request",
        in || troubled(Troubles { stuck_within_ms: 5_000, ..Troubles::default() }),
        breaks |twin| {
            let chat = started_again_after(twin, 4_999);
            assert_eq!(twin.tenant.counts(Outcome::Noted).get(&Rule::F2), Some(&1));
            assert_eq!(twin.get(&chat).body["migrationMode"], "completed");
            assert_eq!(twin.post(&format!("{chat}/messages"), message(0)).status, 502);
            assert_eq!(twin.act(&format!("{chat}/completeMigration")).status, 204);
            twin.advance(3_000_000);
            start(twin, &chat, "2013-01-01T00:00:00Z")
        },
        keeps |twin| {
            let chat = started_again_after(twin, 5_000);
            assert_eq!(twin.act(&format!("{chat}/completeMigration")).status, 204);
            twin.advance(5_000);
            start(twin, &chat, "2013-01-01T00:00:00Z")
        };
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
    g15_guests_are_guests_in_chats G15 "D chat-post, crates/graph/RULES.md section 1.15; I status" 400 "BadRequest"
        "Bad Request",
        in || cleo_as_guest(),
        breaks |twin| twin.post("/v1.0/chats", chat("group", &[ANNA, BEN, CLEO])),
        keeps |twin| {
            let chat = twin.chat("group", &[ANNA, BEN]);
            twin.post(&format!("{chat}/members"), member(CLEO, &["guest"]))
        };
    r57_a_one_on_one_keeps_its_people R57 "O C2T" 403 "InsufficientPrivileges"
        "RosterAddMemberBlocked-Roster is blocked from remove member",
        breaks |twin| remove_first(twin, &twin.chat("oneOnOne", &[ANNA, BEN])),
        keeps |twin| remove_first(twin, &twin.chat("group", &[ANNA, BEN]));
    r68_national_clouds_have_no_start R68 "D CSDL" 404 "NotFound"
        "Resource not found for the segment 'startMigration'.",
        in || Twin::new(Settings { national_cloud: true, ..Settings::instant() }),
        breaks |twin| start(twin, &normal_channel(twin), CREATED),
        keeps |twin| create_channel(twin, channel("a"));
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
    g12_who_was_just_added_is_not_known_everywhere G12 "K" 403 "Forbidden"
        "User is not found in the team.",
        in slow_members,
        breaks |twin| create_private(twin, 1),
        keeps |twin| {
            let team = twin.normal_team();
            twin.advance(3_000);
            let body = json!({"displayName": "p", "membershipType": "private", "members": [member(ANNA, &["owner"])]});
            twin.post(&format!("{team}/channels"), body)
        };
    g13_general_is_not_deleted G13 "K" 400 "BadRequest" "Bad Request",
        breaks |twin| {
            let team = twin.team();
            let id = twin.get(&format!("{team}/primaryChannel")).id();
            twin.delete(&format!("{team}/channels/{id}"))
        },
        keeps |twin| twin.delete(&twin.open_channel());
}
