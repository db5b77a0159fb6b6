//! Where conversations go by default.

use std::collections::BTreeSet;

use chatferry_mapping::{Chats, MapError};
use chatferry_model::conversation::{Conversation, ConversationKind};
use chatferry_model::manifest::Workspace;
use chatferry_model::plan::{Membership, Plan, TargetPlace};
use chatferry_model::{Millis, TeamKey};

use crate::support::{
    CONVERSATIONS, Migration, TEAMS, channel, conversation, id, of_workspace, target, time,
};

#[test]
fn the_biggest_public_general_is_general() {
    let mut acme = Migration::acme();
    let general = |id: &str, kind, messages| Conversation {
        general: true,
        messages,
        ..conversation(id, kind, "general", &["U1"])
    };
    acme.conversations = vec![
        general("C1", ConversationKind::Public, 5),
        general("C2", ConversationKind::Public, 9),
        general("G1", ConversationKind::Private, 50),
        conversation("C3", ConversationKind::Public, "General", &[]),
    ];
    let plan = acme.planned();
    let names: Vec<_> = ["C1", "C2", "G1", "C3"]
        .map(|id| (channel(&plan, id).name.clone(), channel(&plan, id).general))
        .to_vec();
    let expected = [
        ("general (2)", false),
        ("General", true),
        ("general (3)", false),
        ("General (4)", false),
    ];
    assert_eq!(
        names,
        expected.map(|(name, general)| (name.to_owned(), general))
    );
    assert_eq!(channel(&plan, "G1").membership, Membership::Private);
}

#[test]
fn an_archived_general_stays_open() {
    let mut acme = Migration::acme();
    acme.conversations[0].archived = true;
    let plan = acme.planned();
    assert!(!channel(&plan, "C1").archive);
    assert!(channel(&plan, "C5").archive);
    acme.edit(CONVERSATIONS, "C1", "archived", "true");
    assert!(matches!(acme.map(), Err(MapError::BadCells(_))));
}

#[test]
fn everything_is_older_than_what_is_in_it() {
    let mut acme = Migration::acme();
    let at = |id: &str, created: Option<&str>, first: Option<&str>| Conversation {
        created: created.map(time),
        first: first.map(time),
        ..conversation(id, ConversationKind::Public, id, &[])
    };
    acme.conversations = vec![
        at(
            "A",
            Some("2020-01-01T00:00:00.000500Z"),
            Some("2020-01-02T00:00:00Z"),
        ),
        at(
            "B",
            Some("2021-01-01T00:00:00Z"),
            Some("2019-06-01T00:00:00.000900Z"),
        ),
        at("C", None, Some("2020-05-01T00:00:00.005Z")),
        at("D", None, None),
        at(
            "E",
            Some("2020-01-01T00:00:00Z"),
            Some("2020-01-01T00:00:00Z"),
        ),
    ];
    let plan = acme.planned();
    let created = |id: &str| target(&plan, id).unwrap().created.to_string();
    assert_eq!(created("A"), "2020-01-01T00:00:00.000Z");
    assert_eq!(created("B"), "2019-05-31T23:59:59.999Z");
    assert_eq!(created("C"), "2020-05-01T00:00:00.004Z");
    assert_eq!(
        created("D"),
        created("B"),
        "nothing is known: as old as the oldest"
    );
    assert_eq!(created("E"), "2019-12-31T23:59:59.999Z");
    let team = plan.teams.values().next().unwrap();
    assert_eq!(team.created.to_string(), created("B"));

    acme.conversations = vec![at("A", None, Some("1970-01-01T00:00:00Z"))];
    assert_eq!(target(&acme.planned(), "A").unwrap().created, Millis::EPOCH);
}

#[test]
fn two_people_have_one_chat_and_groups_are_kept_apart() {
    let mut acme = Migration::acme();
    acme.settings.chats = Chats::Migrate;
    let plan = acme.planned();
    let chats: Vec<_> = plan
        .targets
        .iter()
        .filter_map(|target| match &target.place {
            TargetPlace::Chat(chat) => {
                let sources: Vec<_> = target
                    .sources
                    .iter()
                    .map(|source| source.conversation.as_str())
                    .collect();
                Some((
                    sources.join("+"),
                    chat.topic.clone().unwrap_or_default(),
                    chat.members.clone(),
                ))
            }
            TargetPlace::Channel(_) => None,
        })
        .collect();
    let group = "Rosalind Okafor, Tomás Lindqvist, Volkov Dmitri";
    assert_eq!(
        chats,
        [
            ("D1+D2".to_owned(), String::new(), vec![id(1), id(4)]),
            ("M1".to_owned(), group.to_owned(), vec![id(1), id(2)]),
            ("M2".to_owned(), format!("{group} (2)"), vec![id(1), id(2)]),
        ]
    );
    assert_eq!(plan.skipped["D3"], "self-dm");
    assert_eq!(plan.skipped["D4"], "chat-without-people");
    assert!(
        acme.conversations
            .iter()
            .all(|c| target(&plan, c.id.as_str()).is_some() != plan.skipped.contains_key(&c.id))
    );
}

#[test]
fn chats_stay_behind_unless_asked_for() {
    let acme = Migration::acme();
    let outcome = acme.map().unwrap();
    let plan = acme.plan().unwrap();
    assert_eq!(
        plan.skipped
            .values()
            .filter(|reason| *reason == "chats-skipped")
            .count(),
        6
    );
    assert_eq!(outcome.sums["messages"].skipped["chats-skipped"], 60);
    let counted = outcome
        .findings
        .totals()
        .find(|(code, _)| code.id == "map-chats-skipped");
    assert_eq!(counted.unwrap().1, 6);
}

#[test]
fn a_selection_skips_the_rest() {
    let mut acme = Migration::acme();
    acme.settings.selection.only = vec!["#random".into()];
    let outcome = acme.map().unwrap();
    assert_eq!(outcome.details.conversations["not-selected"], 12);
    assert_eq!(acme.plan().unwrap().targets.len(), 2);
    acme.settings.selection.only.clear();
    acme.map().unwrap();
    assert_eq!(acme.plan().unwrap().targets.len(), 8);
}

#[test]
fn every_workspace_has_its_team() {
    let mut grid = Migration::acme();
    grid.details.workspaces = ["T1", "T2", "T3"]
        .map(|id| Workspace {
            id: id.into(),
            name: (id != "T3").then(|| "Acme".to_owned()),
        })
        .to_vec();
    for (conversation, workspace) in grid
        .conversations
        .iter_mut()
        .zip(["T1", "T2", "T3"].iter().cycle())
    {
        *conversation = of_workspace(workspace, conversation.clone());
    }
    let plan = grid.planned();
    let teams: Vec<_> = plan
        .teams
        .iter()
        .map(|(key, team)| (key.as_str(), team.name.as_str()))
        .collect();
    assert_eq!(
        teams,
        [("Acme", "Acme"), ("Acme (2)", "Acme"), ("T3", "T3")]
    );
    assert_eq!(channel(&plan, "C3").name, "Random", "alone in its team");
    grid.settings.team = Some("Import".into());
    assert_eq!(
        grid.planned()
            .teams
            .values()
            .map(|team| team.name.as_str())
            .collect::<BTreeSet<_>>(),
        BTreeSet::from(["Import Acme", "Import T3"])
    );
}

#[test]
fn chats_of_no_workspace_need_no_team() {
    let mut source = Migration::acme();
    for (number, conversation) in source.conversations.iter_mut().enumerate() {
        if !conversation.kind.is_chat() {
            *conversation = of_workspace(&format!("T{}", number % 2), conversation.clone());
        }
    }
    source.map().unwrap();
    let teams: Vec<_> = source
        .table(TEAMS)
        .iter()
        .map(|row| row[0].clone())
        .collect();
    assert_eq!(teams, ["team", "T0", "Acme"]);
}

#[test]
fn three_thousand_channels_fit_into_teams() {
    let mut big = Migration::acme();
    big.settings.limits.private_channels = 30;
    big.conversations = (0..3_000)
        .map(|n| {
            let kind = if n % 10 < 3 {
                ConversationKind::Private
            } else {
                ConversationKind::Public
            };
            // Many names differ only in case.
            let name = if n % 2 == 0 {
                format!("topic-{}", n / 4)
            } else {
                format!("Topic-{}", n / 4)
            };
            Conversation {
                general: n == 2_999,
                ..conversation(&format!("C{n:04}"), kind, &name, &["U1", "U2"])
            }
        })
        .collect();
    let outcome = big.map().unwrap();
    let plan = big.plan().unwrap();
    assert_eq!(plan.targets.len(), 3_000);
    assert_eq!(plan.teams.len(), 30, "900 private channels, 30 a team");
    within_limits(&plan, 30);
    assert!(
        outcome
            .findings
            .totals()
            .any(|(code, _)| code.id == "map-team-split")
    );
    let first = big.everything();
    big.map().unwrap();
    assert_eq!(big.everything(), first);

    // In a tenant that holds more of them, four teams do.
    big.settings.limits.private_channels = 1_000;
    let plan = big.planned();
    assert_eq!(
        plan.teams.keys().map(TeamKey::as_str).collect::<Vec<_>>(),
        ["Acme", "Acme 2", "Acme 3", "Acme 4"]
    );
    within_limits(&plan, 1_000);
    // One more private channel than a team holds is an error by file, row and column.
    big.settings.limits.private_channels = 30;
    big.map().unwrap();
    let moved = plan_of_private(&big, "Acme 2");
    big.edit(CONVERSATIONS, &moved, "team", "Acme");
    for error in [big.map().unwrap_err(), big.plan().unwrap_err()] {
        let error = error.to_string();
        assert!(
            error.contains("column team") && error.contains("at most 30 private"),
            "{error}"
        );
    }
}

/// A conversation that becomes a private channel of that team.
fn plan_of_private(migration: &Migration, team: &str) -> String {
    let plan = migration.plan().unwrap();
    let targets = plan.targets.iter();
    let mut private = targets.filter(|target| match &target.place {
        TargetPlace::Channel(channel) => {
            channel.membership == Membership::Private && channel.team.as_str() == team
        }
        TargetPlace::Chat(_) => false,
    });
    private.next().unwrap().sources[0].conversation.to_string()
}

/// Every team holds what Teams lets it, under names of their own.
fn within_limits(plan: &Plan, private: usize) {
    for team in plan.teams.keys() {
        let mut names = BTreeSet::from(["general".to_owned()]);
        let mut closed = 0;
        for target in &plan.targets {
            let TargetPlace::Channel(channel) = &target.place else {
                panic!()
            };
            if channel.team == *team && !channel.general {
                closed += usize::from(channel.membership == Membership::Private);
                assert!(
                    names.insert(channel.name.to_lowercase()),
                    "{}",
                    channel.name
                );
            }
        }
        assert!(names.len() <= 1_000, "{}", names.len());
        assert!(closed <= private, "{closed}");
    }
}

#[test]
fn a_team_is_named_after_the_best_that_is_known() {
    let mut acme = Migration::acme();
    let name = |acme: &Migration| acme.planned().teams.values().next().unwrap().name.clone();
    assert_eq!(name(&acme), "Acme");
    acme.details.workspaces.clear();
    assert_eq!(name(&acme), "Slack");
    acme.details.source.clear();
    assert_eq!(name(&acme), "Imported");
    acme.settings.team = Some("x".repeat(300));
    assert_eq!(name(&acme).len(), 256);
}
