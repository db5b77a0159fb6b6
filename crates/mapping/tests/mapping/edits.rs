//! Edits survive, bad ones are named, and Excel may do what it likes.

use std::fs;

use chatferry_mapping::MapError;
use chatferry_model::finding::Severity;

use crate::support::{
    CONVERSATIONS, Migration, PEOPLE, TEAMS, channel, conversation, id, person, target, user,
};

fn speaker(migration: &Migration, person: &str) -> Option<String> {
    let plan = migration.plan().unwrap();
    plan.people[person]
        .voice
        .user()
        .map(|user| user.display_name.clone())
}

#[test]
fn every_edit_survives_every_run() {
    let mut acme = Migration::acme();
    acme.map().unwrap();
    let edits = [
        (PEOPLE, "U7", "entra_user", "dmitri.volkov@acme.example"),
        (PEOPLE, "U1", "action", "placeholder"),
        (
            PEOPLE,
            "U2",
            "entra_id",
            "00000000-0000-4000-8000-000000000011",
        ),
        (PEOPLE, "*", "entra_user", "ida@acme.example"),
        (CONVERSATIONS, "C2", "channel", "Water cooler"),
        (CONVERSATIONS, "C3", "action", "skip"),
        (CONVERSATIONS, "C4", "membership", "private"),
        (CONVERSATIONS, "C5", "archived", "FALSE"),
        (CONVERSATIONS, "G1", "team", "acme"),
        (CONVERSATIONS, "D1", "action", "chat"),
        (TEAMS, "Acme", "name", "Acme Archive"),
        (
            TEAMS,
            "Acme",
            "owners",
            "ida@acme.example; 00000000-0000-4000-8000-000000000002",
        ),
        (TEAMS, "Acme", "visibility", "Public"),
    ];
    for (file, key, column, cell) in edits {
        acme.edit(file, key, column, cell);
    }
    let plan = |acme: &Migration| {
        let plan = acme.plan().unwrap();
        let mut people: Vec<_> = plan.people.into_iter().collect();
        people.sort_by(|a, b| a.0.cmp(&b.0));
        (
            people,
            plan.placeholder,
            plan.teams,
            plan.targets,
            plan.skipped,
        )
    };
    // What rendering follows is the same whether mapping ran again or not.
    let edited = plan(&acme);
    for _ in 0..3 {
        acme.map().unwrap();
        assert_eq!(plan(&acme), edited);
    }
    let name = |wanted: &str| {
        edited
            .0
            .iter()
            .find(|(id, _)| id.as_str() == wanted)
            .unwrap()
            .1
            .voice
            .user()
            .map(|u| u.id)
    };
    assert_eq!(
        (name("U7"), name("U1"), name("U2")),
        (Some(id(7)), None, Some(id(11)))
    );
    assert_eq!(edited.1.as_ref().unwrap().id, id(11));
    let team = edited.2.values().next().unwrap();
    assert_eq!(
        (team.name.as_str(), team.owners.as_slice()),
        ("Acme Archive", [id(11), id(2)].as_slice())
    );
    assert_eq!(edited.4["C3"], "skipped-by-admin");
    assert_eq!(acme.cell(PEOPLE, "U7", "entra_id"), id(7).to_string());
    assert_eq!(acme.cell(PEOPLE, "U7", "status"), "edited");

    // New proposals reach what the admin left alone, and nothing else.
    acme.settings.placeholder = Some("rosalind@acme.example".into());
    acme.people
        .push(person("U9", "Ida Berg", "ida@acme.example", 1));
    acme.map().unwrap();
    assert_eq!(plan(&acme).1.unwrap().id, id(11));
    assert_eq!(speaker(&acme, "U9").as_deref(), Some("Ida Berg"));
    assert_eq!(acme.cell(CONVERSATIONS, "C2", "channel"), "Water cooler");
}

#[test]
fn what_the_admin_left_alone_follows_the_next_proposal() {
    let mut acme = Migration::acme();
    acme.map().unwrap();
    assert_eq!(speaker(&acme, "U7"), None);
    let users = acme.directory.users().iter().cloned().map(|mut user| {
        if user.id == id(7) {
            user.mail = Some("dmitri@acme.example".into());
        }
        user
    });
    acme.directory = chatferry_mapping::Directory::new(users);
    acme.people[6].email = Some("dmitri@acme.example".into());
    acme.settings.team = Some("Import".into());
    acme.map().unwrap();
    assert_eq!(speaker(&acme, "U7").as_deref(), Some("Dmitri Volkov"));
    assert_eq!(acme.cell(CONVERSATIONS, "C2", "team"), "Import");
    assert_eq!(
        acme.table(TEAMS).len(),
        2,
        "the old row is gone with its reason"
    );
    assert!(acme.edits().is_empty());
}

#[test]
fn an_edit_can_be_undone() {
    let acme = Migration::acme();
    acme.map().unwrap();
    let first = acme.everything();
    for (file, key, column, cell) in [
        (PEOPLE, "U1", "action", "placeholder"),
        (PEOPLE, "U7", "entra_user", "ida@acme.example"),
        (CONVERSATIONS, "C2", "channel", "Cooler"),
        (CONVERSATIONS, "C2", "action", "skip"),
        (CONVERSATIONS, "C5", "action", "skip"),
        (TEAMS, "Acme", "description", "x"),
    ] {
        let before = acme.cell(file, key, column);
        acme.edit(file, key, column, cell);
        acme.map().unwrap();
        assert_eq!(acme.edits().len(), 1, "{:?}", acme.edits());
        acme.edit(file, key, column, &before);
        acme.map().unwrap();
        assert_eq!(acme.everything(), first, "{file} {key} {column}");
    }
}

#[test]
fn one_cell_is_enough_to_name_a_user() {
    let acme = Migration::acme();
    acme.map().unwrap();
    let suggestion = acme.cell(PEOPLE, "U7", "suggestion");
    assert_eq!(suggestion, "Dmitri Volkov <dmitri.volkov@acme.example>");
    let guid = id(7).to_string().to_uppercase();
    for (column, cell) in [
        ("entra_user", suggestion.as_str()),
        ("entra_user", "DMITRI.VOLKOV@acme.example"),
        ("entra_user", guid.as_str()),
        ("entra_id", guid.as_str()),
        ("entra_id", "dmitri.volkov@acme.example"),
    ] {
        acme.edit(PEOPLE, "U7", column, cell);
        assert_eq!(
            speaker(&acme, "U7").as_deref(),
            Some("Dmitri Volkov"),
            "{column} {cell}"
        );
        acme.map().unwrap();
        assert_eq!(
            speaker(&acme, "U7").as_deref(),
            Some("Dmitri Volkov"),
            "{column} {cell}"
        );
        acme.edit(PEOPLE, "U7", column, "");
        acme.map().unwrap();
        assert_eq!(speaker(&acme, "U7"), None, "{column} {cell}");
    }
}

#[test]
fn a_mapped_person_can_be_given_to_the_placeholder() {
    let acme = Migration::acme();
    acme.map().unwrap();
    for edits in [
        [("action", "placeholder")].as_slice(),
        &[("entra_id", ""), ("entra_user", "")],
    ] {
        let first = acme.everything();
        for (column, cell) in edits {
            acme.edit(PEOPLE, "U4", column, cell);
        }
        assert_eq!(speaker(&acme, "U4"), None);
        acme.map().unwrap();
        assert_eq!(speaker(&acme, "U4"), None);
        for (name, content) in first {
            fs::write(acme.path(&name), content).unwrap();
        }
    }
}

#[test]
fn excel_may_save_it_as_it_likes() {
    let acme = Migration::acme();
    acme.map().unwrap();
    acme.edit(
        CONVERSATIONS,
        "C2",
        "channel",
        "Übung, \"eins\"; zwei"
            .trim_matches('"')
            .split(',')
            .next()
            .unwrap(),
    );
    acme.map().unwrap();
    let first = acme.everything();
    for file in [PEOPLE, CONVERSATIONS, TEAMS] {
        let text = acme.text(file).trim_start_matches('\u{feff}').to_owned();
        let rows = acme.table(file);
        let with = |separator: u8| {
            let mut writer = csv::WriterBuilder::new()
                .delimiter(separator)
                .from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            String::from_utf8(writer.into_inner().unwrap()).unwrap()
        };
        let shouting: Vec<Vec<String>> = rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|cell| match cell.as_str() {
                        "true" | "false" => cell.to_uppercase(),
                        // A date, as some locale has it.
                        "2019-03-04" => "04.03.2019".to_owned(),
                        cell => cell.to_owned(),
                    })
                    .collect()
            })
            .collect();
        let turned: Vec<Vec<String>> = rows
            .iter()
            .take(1)
            .chain(rows.iter().skip(1).rev())
            .map(|row| row.iter().rev().cloned().collect())
            .collect();
        let utf16 = |text: &str| -> Vec<u8> {
            std::iter::once(0xFEFF)
                .chain(text.encode_utf16())
                .flat_map(u16::to_le_bytes)
                .collect()
        };
        acme.save(file, &shouting);
        let shouting = fs::read(acme.path(file)).unwrap();
        acme.save(file, &turned);
        let turned = fs::read(acme.path(file)).unwrap();
        for bytes in [
            text.clone().into_bytes(),
            text.replace("\r\n", "\n").into_bytes(),
            with(b';').into_bytes(),
            with(b'\t').into_bytes(),
            utf16(&with(b'\t')),
            utf16(&text),
            shouting,
            turned,
        ] {
            fs::write(acme.path(file), bytes).unwrap();
            assert_eq!(acme.edits().len(), 1, "{:?}", acme.edits());
            acme.plan().unwrap();
            acme.map().unwrap();
            assert_eq!(acme.everything(), first);
        }
    }
}

#[test]
fn what_vanished_is_kept_and_may_come_back() {
    let mut acme = Migration::acme();
    acme.map().unwrap();
    acme.edit(PEOPLE, "U7", "entra_user", "dmitri.volkov@acme.example");
    acme.edit(CONVERSATIONS, "C2", "channel", "Cooler");
    acme.map().unwrap();
    let before = acme.everything();
    let (person, conversation) = (acme.people.remove(6), acme.conversations.remove(1));
    for _ in 0..2 {
        let outcome = acme.map().unwrap();
        let gone = outcome
            .findings
            .totals()
            .find(|(code, _)| code.id == "map-row-gone");
        assert_eq!(gone.unwrap().1, 2);
        assert_eq!(acme.cell(PEOPLE, "U7", "status"), "gone");
        assert_eq!(acme.cell(CONVERSATIONS, "C2", "status"), "gone");
        acme.plan().unwrap();
    }
    acme.people.insert(6, person);
    acme.conversations.insert(1, conversation);
    acme.map().unwrap();
    assert_eq!(acme.everything(), before);
}

#[test]
fn all_bad_cells_are_named_at_once() {
    let acme = Migration::acme();
    acme.map().unwrap();
    for (file, key, column, cell) in [
        (PEOPLE, "U1", "entra_id", "rosalind"),
        (
            PEOPLE,
            "U2",
            "entra_id",
            "00000000-0000-4000-8000-000000000099",
        ),
        (PEOPLE, "U3", "action", "drop"),
        (PEOPLE, "U7", "action", "map"),
        (PEOPLE, "U8", "entra_user", "support@acme.example"),
        (CONVERSATIONS, "C2", "action", "move"),
        (CONVERSATIONS, "C3", "channel", "What?"),
        (CONVERSATIONS, "C4", "team", "Engineering"),
        (CONVERSATIONS, "C5", "channel", "LEADERSHIP"),
        (CONVERSATIONS, "C6", "membership", "open"),
        (CONVERSATIONS, "C1", "archived", "perhaps"),
        (CONVERSATIONS, "G1", "channel", "leadership"),
        (CONVERSATIONS, "G2", "membership", "standard"),
        (CONVERSATIONS, "D1", "action", "channel"),
        (
            TEAMS,
            "Acme",
            "owners",
            "ida@acme.example; nobody@acme.example",
        ),
        (TEAMS, "Acme", "visibility", "secret"),
    ] {
        acme.edit(file, key, column, cell);
    }
    let errors = [acme.map().unwrap_err(), acme.plan().unwrap_err()];
    for error in &errors {
        assert!(matches!(error, MapError::BadCells(_)));
    }
    let [mapping, planning] = errors.map(|error| {
        error
            .to_string()
            .replace(&acme.path("").display().to_string(), "2-map/")
    });
    insta::assert_snapshot!(mapping);
    // Rendering insists on names as well, where mapping would still propose some.
    for complaint in mapping.lines().skip(1) {
        assert!(planning.contains(complaint), "{complaint}");
    }
}

#[test]
fn two_cells_that_disagree_are_an_error() {
    let acme = Migration::acme();
    acme.map().unwrap();
    acme.edit(PEOPLE, "U7", "entra_id", &id(1).to_string());
    acme.edit(PEOPLE, "U7", "entra_user", "ida@acme.example");
    let error = acme.map().unwrap_err().to_string();
    assert!(
        error.contains("column entra_user, \"ida@acme.example\": entra_id names somebody else"),
        "{error}"
    );
}

#[test]
fn two_rows_for_one_are_an_error() {
    let acme = Migration::acme();
    acme.map().unwrap();
    for file in [PEOPLE, CONVERSATIONS, TEAMS] {
        let rows = acme.table(file);
        let mut doubled = rows.clone();
        doubled.push(rows[1].clone());
        acme.save(file, &doubled);
        for error in [acme.map().unwrap_err(), acme.plan().unwrap_err()] {
            assert!(
                error
                    .to_string()
                    .contains("there is a row for this already"),
                "{error}"
            );
        }
        acme.save(file, &rows);
    }
}

#[test]
fn a_deleted_row_comes_back_with_the_next_run() {
    let acme = Migration::acme();
    acme.map().unwrap();
    let first = acme.everything();
    for (file, key) in [(PEOPLE, "U1"), (PEOPLE, "*"), (CONVERSATIONS, "G1")] {
        let mut rows = acme.table(file);
        rows.retain(|row| row[0] != key);
        acme.save(file, &rows);
        assert_eq!(acme.edits().len(), 1);
        let error = acme.plan().unwrap_err().to_string();
        assert!(error.contains("run `chatferry map` again"), "{error}");
        acme.map().unwrap();
        assert_eq!(acme.everything(), first);
    }
    fs::remove_file(acme.path(PEOPLE)).unwrap();
    assert!(!acme.edits().is_empty());
    assert!(matches!(acme.plan(), Err(MapError::NotMapped { .. })));
    acme.map().unwrap();
    assert_eq!(acme.everything(), first);
}

#[test]
fn without_the_copies_everything_written_counts() {
    let acme = Migration::acme();
    acme.map().unwrap();
    acme.edit(PEOPLE, "U7", "entra_user", "ida@acme.example");
    acme.edit(CONVERSATIONS, "C2", "channel", "Cooler");
    acme.map().unwrap();
    let before = acme.plan().unwrap();
    fs::remove_dir_all(acme.path("proposed")).unwrap();
    for _ in 0..2 {
        let plan = acme.plan().unwrap();
        assert_eq!(plan.people, before.people);
        assert_eq!(plan.targets, before.targets);
        assert_eq!(
            plan.teams
                .values()
                .map(|team| &team.name)
                .collect::<Vec<_>>(),
            ["Acme"]
        );
        acme.map().unwrap();
    }
}

#[test]
fn the_same_name_is_the_same_channel_and_new_ones_give_way() {
    let mut acme = Migration::acme();
    acme.map().unwrap();
    assert_eq!(acme.cell(CONVERSATIONS, "C3", "channel"), "Random (2)");
    acme.edit(CONVERSATIONS, "C3", "channel", "RANDOM");
    acme.edit(CONVERSATIONS, "C4", "channel", "Water cooler");
    let merged = |acme: &Migration| {
        let plan = acme.plan().unwrap();
        let random = target(&plan, "C2").unwrap();
        let sources: Vec<_> = random
            .sources
            .iter()
            .map(|s| s.conversation.to_string())
            .collect();
        sources.join("+")
    };
    assert_eq!(merged(&acme), "C2+C3");
    let outcome = acme.map().unwrap();
    assert_eq!(merged(&acme), "C2+C3");
    assert_eq!(acme.cell(CONVERSATIONS, "C2", "channel"), "random");
    assert_eq!(acme.cell(CONVERSATIONS, "C2", "status"), "merged");
    let found = outcome
        .findings
        .totals()
        .find(|(code, _)| code.id == "map-channels-merged");
    assert_eq!(found.unwrap().1, 2);
    assert_eq!(outcome.sums["conversations"].merged["same-channel"], 1);
    // What the admin never saw goes nowhere that the admin did not say.
    for (id, name) in [("C8", "WATER cooler"), ("C9", "RaNdOm")] {
        let kind = chatferry_model::conversation::ConversationKind::Public;
        acme.conversations.push(conversation(id, kind, name, &[]));
    }
    acme.map().unwrap();
    assert_eq!(acme.cell(CONVERSATIONS, "C3", "channel"), "RANDOM");
    assert_eq!(
        acme.cell(CONVERSATIONS, "C8", "channel"),
        "WATER cooler (2)"
    );
    assert_eq!(acme.cell(CONVERSATIONS, "C9", "channel"), "RaNdOm (3)");
    assert_eq!(merged(&acme), "C2+C3");
}

#[test]
fn an_admin_can_add_a_team() {
    let acme = Migration::acme();
    acme.map().unwrap();
    let mut rows = acme.table(TEAMS);
    rows.push(vec![
        "Dev".into(),
        String::new(),
        String::new(),
        "Builders".into(),
        String::new(),
        String::new(),
    ]);
    acme.save(TEAMS, &rows);
    acme.edit(CONVERSATIONS, "C2", "team", "dev");
    acme.edit(CONVERSATIONS, "C3", "team", "Dev");
    for _ in 0..2 {
        acme.map().unwrap();
        let plan = acme.plan().unwrap();
        assert_eq!(plan.teams.len(), 2);
        let dev = &plan.teams["Dev"];
        assert_eq!(
            (dev.name.as_str(), dev.description.as_str()),
            ("Dev", "Builders")
        );
        // The owners are those of the first team; the members those of its conversations only.
        assert_eq!(
            (dev.owners.as_slice(), dev.members.as_slice()),
            ([id(1)].as_slice(), [id(3)].as_slice())
        );
        assert_eq!(channel(&plan, "C2").team.as_str(), "Dev");
        // In the new team one of the two names is free for C2, and the other gives way.
        assert_eq!(
            (
                channel(&plan, "C2").name.as_str(),
                channel(&plan, "C3").name.as_str()
            ),
            ("random", "Random (2)")
        );
    }
    acme.edit(TEAMS, "Dev", "team", "ACME");
    let error = acme.map().unwrap_err().to_string();
    assert!(
        error.contains("the team Acme differs only in case"),
        "{error}"
    );
}

#[test]
fn formulas_in_names_do_no_harm() {
    let acme = Migration::acme();
    acme.map().unwrap();
    assert_eq!(acme.cell(PEOPLE, "U3", "name"), "'=Jun Watanabe");
    acme.edit(CONVERSATIONS, "C2", "channel", "'@home");
    acme.map().unwrap();
    assert_eq!(acme.cell(CONVERSATIONS, "C2", "channel"), "'@home");
    assert_eq!(channel(&acme.plan().unwrap(), "C2").name, "@home");
}

#[test]
fn settings_that_name_nobody_are_errors() {
    let mut acme = Migration::acme();
    acme.settings.owners = vec!["nobody@acme.example".into()];
    insta::assert_snapshot!(acme.map().unwrap_err(), @r#"the setting `owners` says "nobody@acme.example", but nobody in the directory has this address; correct it, or provide a newer user list"#);
    acme.settings.owners = Vec::new();
    acme.settings.placeholder = Some("archive".into());
    insta::assert_snapshot!(acme.map().unwrap_err(), @r#"the setting `placeholder` says "archive", but not a user: write an object ID (GUID) or an e-mail address"#);
    acme.directory = chatferry_mapping::Directory::default();
    acme.settings.placeholder = Some(id(10).to_string());
    let outcome = acme.map().unwrap();
    assert_eq!(outcome.findings.count(Severity::Error), 0);
    assert_eq!(acme.plan().unwrap().placeholder.unwrap().id, id(10));
}

#[test]
fn a_directory_gains_people() {
    let mut acme = Migration::acme();
    acme.map().unwrap();
    acme.edit(PEOPLE, "U8", "entra_user", "new@acme.example");
    assert!(acme.map().is_err());
    let users = acme
        .directory
        .users()
        .iter()
        .cloned()
        .chain([user(12, "New", "new@acme.example")]);
    acme.directory = chatferry_mapping::Directory::new(users);
    acme.map().unwrap();
    assert_eq!(speaker(&acme, "U8").as_deref(), Some("New"));
}
