//! Merging, splitting, moving, and filling what the tenant has already.

use chatferry_mapping::{Chats, MapError, Policy, Route};
use chatferry_model::conversation::{Conversation, ConversationKind};
use chatferry_model::finding::Severity;
use chatferry_model::plan::{ChatKind, Existing, Membership, Plan, TargetPlace};

use crate::support::{CONVERSATIONS, Migration, PEOPLE, TEAMS, channel, conversation, id, target};

/// `key: name = source(messages)+…` of each channel.
fn channels(plan: &Plan) -> Vec<String> {
    let each = plan.targets.iter().filter_map(|target| {
        let TargetPlace::Channel(channel) = &target.place else {
            return None;
        };
        let sources = target.sources.iter();
        let sources: Vec<_> = sources
            .map(|source| format!("{}({})", source.conversation, source.messages))
            .collect();
        Some(format!(
            "{}: {} = {}",
            target.key,
            channel.name,
            sources.join("+")
        ))
    });
    each.collect()
}

/// General and its neighbour, with messages in three years; the first has a reply in a later one.
fn with_years() -> Migration {
    let mut acme = Migration::acme();
    acme.conversations.truncate(2);
    acme.conversations[0].messages = 5;
    acme.conversations[1].messages = 2;
    acme.messages = vec![
        (
            "C1",
            vec![
                ("2019-06-01T00:00:00Z", None),
                ("2019-12-31T23:59:59.999999Z", None),
                ("2020-01-01T00:00:00Z", None),
                ("2020-02-01T00:00:00Z", Some("2019-12-31T23:59:59.999999Z")),
                ("2022-05-01T00:00:00Z", None),
            ],
        ),
        (
            "C2",
            vec![
                ("2020-07-01T00:00:00Z", None),
                ("2021-07-01T00:00:00Z", None),
            ],
        ),
    ];
    acme
}

#[test]
fn a_conversation_is_split_by_the_years_of_its_threads() {
    let acme = with_years();
    acme.map().unwrap();
    acme.edit(CONVERSATIONS, "C1", "split", "Year");
    let before = acme.plan().unwrap();
    let outcome = acme.map().unwrap();
    let plan = acme.plan().unwrap();
    assert_eq!(plan.targets, before.targets);
    insta::assert_snapshot!(channels(&plan).join("\n"), @r"
    C1@2019: general 2019 = C1(3)
    C1@2020: general 2020 = C1(1)
    C1@2022: general 2022 = C1(1)
    C2: random = C2(2)
    ");
    let ranges: Vec<_> = plan.targets[..3]
        .iter()
        .map(|target| target.sources[0].range.unwrap())
        .collect();
    for time in [
        "1970-01-01T00:00:00Z",
        "2021-06-01T00:00:00Z",
        "9999-12-30T00:00:00Z",
    ] {
        let time = time.parse().unwrap();
        let holders = ranges.iter().filter(|range| range.contains(time));
        assert_eq!(holders.count(), 1, "{time}");
    }
    assert_eq!(ranges[0].until, ranges[1].from);
    assert_eq!(ranges[1].until.to_string(), "2022-01-01T00:00:00.000000Z");
    let sum = &outcome.sums["conversations"];
    assert_eq!((sum.output, sum.added["year"]), (2, 2));
    assert_eq!(outcome.sums["messages"].output, 7);
    // The parts are one kind of channel, and none of them is General.
    assert!(plan.targets.iter().all(|target| match &target.place {
        TargetPlace::Channel(channel) =>
            !channel.general && channel.membership == Membership::Standard,
        TargetPlace::Chat(_) => false,
    }));
}

#[test]
fn parts_of_several_conversations_come_together_and_take_no_other_s_name() {
    let mut acme = with_years();
    acme.conversations.push(conversation(
        "C9",
        ConversationKind::Public,
        "talk 2020",
        &[],
    ));
    // Of what holds nothing there are no years.
    acme.conversations.push(Conversation {
        messages: 0,
        ..conversation("C6", ConversationKind::Public, "empty", &[])
    });
    acme.map().unwrap();
    for (key, column, cell) in [
        ("C1", "channel", "talk"),
        ("C2", "channel", "talk"),
        ("C1", "split", "year"),
        ("C2", "split", "year"),
        ("C6", "channel", "talk"),
        ("C6", "split", "year"),
    ] {
        acme.edit(CONVERSATIONS, key, column, cell);
    }
    acme.map().unwrap();
    insta::assert_snapshot!(channels(&acme.plan().unwrap()).join("\n"), @r"
    C1@2019: talk 2019 = C1(3)
    C1@2020: talk 2020 (2) = C1(1)+C2(1)
    C1@2022: talk 2022 = C1(1)
    C2@2021: talk 2021 = C2(1)
    C6: talk = C6(0)
    C9: talk 2020 = C9(10)
    ");
}

#[test]
fn what_can_t_be_split_is_refused() {
    let mut acme = with_years();
    acme.settings.chats = Chats::Migrate;
    acme.conversations
        .push(conversation("D1", ConversationKind::Dm, "", &["U1", "U4"]));
    acme.map().unwrap();
    acme.edit(CONVERSATIONS, "D1", "split", "year");
    acme.edit(CONVERSATIONS, "C1", "split", "month");
    let error = acme.map().unwrap_err().to_string();
    assert!(
        error.contains("only a channel that is made anew"),
        "{error}"
    );
    assert!(
        error.contains("\"month\": write year, or nothing"),
        "{error}"
    );
}

#[test]
fn rows_of_one_channel_have_to_agree() {
    let mut acme = Migration::acme();
    acme.map().unwrap();
    // A public and a private one: never by the name alone.
    acme.edit(CONVERSATIONS, "G1", "channel", "random");
    for error in [acme.map().unwrap_err(), acme.plan().unwrap_err()] {
        let error = error.to_string();
        assert!(error.contains("column membership"), "{error}");
    }
    // Both private: allowed, and said.
    acme.edit(CONVERSATIONS, "C2", "membership", "private");
    let outcome = acme.map().unwrap();
    let plan = acme.plan().unwrap();
    assert_eq!(channel(&plan, "G1"), channel(&plan, "C2"));
    assert_eq!(channel(&plan, "G1").membership, Membership::Private);
    assert_eq!(channel(&plan, "G1").members, [id(1), id(3), id(2)]);
    let lines = outcome.findings.lines();
    let told = lines
        .iter()
        .find(|f| f.code == "map-private-merged")
        .unwrap();
    assert_eq!(told.severity, Severity::Warning);
    assert_eq!(told.message, "random: 1 more people will read it");
    // Two private conversations of the same people tell nobody anything new.
    acme.conversations[1].kind = ConversationKind::Private;
    acme.conversations[1].members = acme.conversations[5].members.clone();
    let outcome = acme.map().unwrap();
    let mut codes = outcome.findings.totals().map(|(code, _)| code.id);
    assert!(codes.all(|id| id != "map-private-merged"));
}

#[test]
fn a_channel_of_the_tenant_is_filled_where_its_team_is() {
    let acme = Migration::acme();
    acme.map().unwrap();
    acme.edit(CONVERSATIONS, "C2", "existing", "Water cooler");
    let error = acme.map().unwrap_err().to_string();
    assert!(error.contains("this team is made anew"), "{error}");
    let team = "00000000-0000-4000-8000-0000000000aa";
    acme.edit(TEAMS, "Acme", "existing", team);
    acme.edit(CONVERSATIONS, "C4", "existing", "19:abc@thread.tacv2");
    for _ in 0..2 {
        let plan = acme.plan().unwrap();
        assert_eq!(
            plan.teams["Acme"].existing,
            Some(Existing::Id(team.to_owned()))
        );
        let existing = |id| channel(&plan, id).existing.clone();
        assert_eq!(existing("C1"), None, "General is taken anyway");
        assert_eq!(existing("C2"), Some(Existing::Name("Water cooler".into())));
        assert_eq!(
            existing("C4"),
            Some(Existing::Id("19:abc@thread.tacv2".into()))
        );
        acme.map().unwrap();
    }
    // Two names for one channel of the tenant.
    acme.edit(CONVERSATIONS, "C3", "existing", "Water cooler");
    let error = acme.map().unwrap_err().to_string();
    assert!(error.contains("fill this channel"), "{error}");
    acme.edit(CONVERSATIONS, "C3", "channel", "random");
    let plan = acme.plan().unwrap();
    assert_eq!(target(&plan, "C3"), target(&plan, "C2"));
    // What is private stays so: a channel of the tenant is filled as what its row says it is.
    acme.edit(CONVERSATIONS, "G1", "existing", "Board");
    assert_eq!(
        channel(&acme.plan().unwrap(), "G1").membership,
        Membership::Private
    );
    acme.edit(CONVERSATIONS, "G1", "membership", "standard");
    assert!(matches!(acme.plan(), Err(MapError::BadCells(_))));
}

#[test]
fn the_route_decides_whether_teams_are_made() {
    let mut acme = Migration::acme();
    acme.settings.route = Route::Existing;
    acme.settings.team = Some("Sales".into());
    let existing = |acme: &Migration| {
        let plan = acme.planned();
        let team = plan.teams.values().next().unwrap().clone();
        (team.name, team.existing)
    };
    assert_eq!(
        existing(&acme),
        ("Sales".into(), Some(Existing::Name("Sales".into())))
    );
    let team = "00000000-0000-4000-8000-0000000000aa";
    acme.settings.team = Some(team.into());
    assert_eq!(
        existing(&acme),
        ("Acme".into(), Some(Existing::Id(team.into())))
    );
    // The row has the last word, but against the setting new-team.
    acme.edit(TEAMS, "Acme", "existing", "");
    assert_eq!(existing(&acme), ("Acme".into(), None));
    acme.settings.route = Route::NewTeam;
    acme.map().unwrap();
    acme.edit(TEAMS, "Acme", "existing", "Sales");
    insta::assert_snapshot!(acme.map().unwrap_err(), @r#"the setting `route` says "new-team", but the row Acme of the teams names an existing team"#);
}

#[test]
fn several_conversations_go_into_one_chat_of_the_tenant() {
    let mut acme = Migration::acme();
    acme.settings.chats = Chats::Migrate;
    acme.map().unwrap();
    // D4 has one mapped member only: enough for a chat that is there.
    acme.edit(CONVERSATIONS, "D4", "action", "chat");
    for key in ["D4", "M1", "M2"] {
        acme.edit(CONVERSATIONS, key, "existing", "19:x@thread.v2");
    }
    let plan = acme.planned();
    let target = target(&plan, "D4").unwrap();
    let sources: Vec<_> = target
        .sources
        .iter()
        .map(|s| s.conversation.as_str())
        .collect();
    assert_eq!(sources, ["D4", "M1", "M2"]);
    let TargetPlace::Chat(chat) = &target.place else {
        panic!("{target:?}")
    };
    assert_eq!(chat.existing, Some(Existing::Id("19:x@thread.v2".into())));
    assert_eq!(chat.members, [id(3), id(1), id(2)]);
}

#[test]
fn shared_channels_are_private_unless_their_row_says_otherwise() {
    let acme = Migration::acme();
    assert_eq!(
        channel(&acme.planned(), "G2").membership,
        Membership::Private
    );
    acme.edit(CONVERSATIONS, "G2", "membership", "shared");
    let plan = acme.planned();
    assert_eq!(channel(&plan, "G2").membership, Membership::Shared);
    assert_eq!(channel(&plan, "G2").members, [id(1)]);
}

#[test]
fn a_private_channel_holds_what_it_holds_and_is_owned_by_who_made_it() {
    let mut acme = Migration::acme();
    acme.conversations[5].creator = Some(acme.people[0].id.clone());
    assert_eq!(channel(&acme.planned(), "G1").members, [id(1), id(2)]);
    acme.settings.limits.private_members = 1;
    let outcome = acme.map().unwrap();
    let plan = acme.plan().unwrap();
    assert_eq!(channel(&plan, "G1").members, [id(1)]);
    let lines = outcome.findings.lines();
    let told = lines
        .iter()
        .find(|f| f.code == "map-members-left-out")
        .unwrap();
    assert_eq!(
        (told.severity, told.message.as_str()),
        (Severity::Error, "leadership: 1 of 2 people")
    );
}

#[test]
fn a_chat_too_large_is_skipped_by_that_name() {
    let mut acme = Migration::acme();
    acme.settings.chats = Chats::Migrate;
    let ids: Vec<String> = (0..251).map(|n| format!("P{n}")).collect();
    let users = (1_000..1_251).map(|n| crate::support::user(n, "X", &format!("u{n}@acme.example")));
    acme.directory = chatferry_mapping::Directory::new(users);
    acme.people.extend(ids.iter().enumerate().map(|(n, id)| {
        crate::support::person(id, "X", &format!("u{}@acme.example", 1_000 + n), 1)
    }));
    acme.settings.placeholder = None;
    let members: Vec<&str> = ids.iter().map(String::as_str).collect();
    acme.conversations = vec![conversation("M9", ConversationKind::GroupDm, "", &members)];
    assert_eq!(acme.planned().skipped["M9"], "chat-too-large");
    acme.conversations[0].members.pop();
    let plan = acme.planned();
    let TargetPlace::Chat(chat) = &plan.targets[0].place else {
        panic!()
    };
    assert_eq!((chat.kind, chat.members.len()), (ChatKind::Group, 250));
}

#[test]
fn who_is_skipped_is_nobody_and_in_no_team() {
    let mut acme = Migration::acme();
    acme.settings.people.deactivated = Policy::Skip;
    acme.people[3].deactivated = true;
    acme.map().unwrap();
    assert_eq!(acme.cell(PEOPLE, "U4", "action"), "skip");
    assert_eq!(acme.cell(PEOPLE, "U4", "status"), "skipped");
    let voice = |acme: &Migration, id: &str| format!("{:?}", acme.plan().unwrap().people[id].voice);
    assert_eq!(voice(&acme, "U4"), "Nobody");
    assert!(!acme.plan().unwrap().teams["Acme"].members.contains(&id(4)));
    // The row shows whom it would be, so that one word brings it back.
    acme.edit(PEOPLE, "U4", "action", "map");
    assert!(voice(&acme, "U4").contains("Hannah Fitzgerald-Ode"));
    acme.edit(PEOPLE, "U1", "action", "skip");
    acme.edit(PEOPLE, "*", "action", "skip");
    let error = acme.map().unwrap_err().to_string();
    assert!(error.contains("write map, and who speaks"), "{error}");
    acme.edit(PEOPLE, "*", "action", "map");
    for _ in 0..2 {
        acme.map().unwrap();
        assert_eq!(voice(&acme, "U1"), "Nobody");
        assert_eq!(acme.cell(PEOPLE, "U1", "status"), "edited");
    }
}

#[test]
fn authors_join_unless_the_settings_say_otherwise() {
    let mut acme = Migration::acme();
    let members = |acme: &Migration| acme.planned().teams["Acme"].members.clone();
    assert!(members(&acme).contains(&id(4)), "she wrote something");
    acme.settings.people.authors_join = false;
    assert!(!members(&acme).contains(&id(4)));
}

#[test]
fn odd_ids_have_rows_of_their_own() {
    let mut acme = Migration::acme();
    acme.people[6].id = chatferry_model::PersonId::new("*".to_owned());
    acme.people[8].id = chatferry_model::PersonId::new(" U1 ".to_owned());
    acme.conversations.push(Conversation {
        id: chatferry_model::ConversationId::new(" C1".to_owned()),
        ..conversation("X", ConversationKind::Public, "odd", &[])
    });
    acme.map().unwrap();
    acme.edit(PEOPLE, "%2A", "entra_user", "ida@acme.example");
    acme.edit(PEOPLE, "%20U1%20", "action", "skip");
    acme.edit(CONVERSATIONS, "%20C1", "channel", "Odd one");
    for _ in 0..2 {
        let plan = acme.plan().unwrap();
        assert_eq!(plan.people["*"].voice.user().unwrap().id, id(11));
        assert_eq!(plan.placeholder.as_ref().unwrap().id, id(10));
        assert_eq!(plan.people["U1"].voice.user().unwrap().id, id(1));
        assert_eq!(format!("{:?}", plan.people[" U1 "].voice), "Nobody");
        assert_eq!(channel(&plan, " C1").name, "Odd one");
        let outcome = acme.map().unwrap();
        assert!(
            outcome
                .findings
                .totals()
                .all(|(code, _)| code.id != "map-row-gone")
        );
    }
}
