//! What the files look like.

use chatferry_mapping::Chats;

use crate::support::{CONVERSATIONS, Migration, PEOPLE, TEAMS};

/// A file as text, its line ends made visible where they are not CRLF.
fn shown(migration: &Migration, file: &str) -> String {
    let text = migration.text(file);
    let text = text.strip_prefix('\u{feff}').expect("a BOM, for Excel");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    text.replace("\r\n", "\n")
}

#[test]
fn the_three_files() {
    let mut acme = Migration::acme();
    acme.settings.chats = Chats::Migrate;
    let outcome = acme.map().unwrap();
    insta::assert_snapshot!("people", shown(&acme, PEOPLE));
    insta::assert_snapshot!("conversations", shown(&acme, CONVERSATIONS));
    insta::assert_snapshot!("teams", shown(&acme, TEAMS));
    insta::assert_json_snapshot!("details", &outcome.details);
    insta::assert_json_snapshot!("sums", &outcome.sums);
    let findings: Vec<String> = outcome
        .findings
        .lines()
        .iter()
        .map(|finding| {
            let place = finding
                .place
                .conversation
                .as_deref()
                .or(finding.place.file.as_deref())
                .unwrap_or("-")
                .to_owned();
            format!(
                "{:7} {} [{place}] {}",
                finding.severity, finding.code, finding.message
            )
        })
        .collect();
    insta::assert_snapshot!("findings", findings.join("\n"));
    assert_eq!(
        outcome.details.to_string(),
        "6 of 10 people matched; 12 of 14 conversations mapped (1 team, 8 channels, 3 chats)"
    );
}

#[test]
fn the_plan() {
    let mut acme = Migration::acme();
    acme.settings.chats = Chats::Migrate;
    let plan = acme.planned();
    insta::assert_json_snapshot!("plan_teams", plan.teams.values().collect::<Vec<_>>());
    insta::assert_json_snapshot!("plan_targets", plan.targets);
    insta::assert_json_snapshot!("plan_skipped", plan.skipped);
    let mut people: Vec<String> = plan
        .people
        .iter()
        .map(|(id, person)| {
            let user = person.voice.user().map_or("-", |user| &user.display_name);
            format!("{id} {}: {user}", person.name)
        })
        .collect();
    people.sort();
    insta::assert_snapshot!("plan_people", people.join("\n"));
}

#[test]
fn the_same_comes_out_every_time() {
    let mut acme = Migration::acme();
    acme.settings.chats = Chats::Migrate;
    acme.map().unwrap();
    let first = acme.everything();
    assert_eq!(first.len(), 9);
    for _ in 0..2 {
        assert!(acme.edits().is_empty(), "{:?}", acme.edits());
        acme.map().unwrap();
        assert_eq!(acme.everything(), first);
    }
}

#[test]
fn the_directory_is_given_once() {
    let mut acme = Migration::acme();
    acme.map().unwrap();
    let first = acme.everything();
    acme.directory = chatferry_mapping::Directory::default();
    acme.map().unwrap();
    assert_eq!(acme.everything(), first);
}
