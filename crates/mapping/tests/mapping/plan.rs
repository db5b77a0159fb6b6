//! Who speaks, who owns, who may read.

use chatferry_mapping::{Directory, MapError};
use chatferry_model::finding::Severity;
use chatferry_model::person::Role;
use chatferry_model::plan::User;

use crate::support::{CONVERSATIONS, Migration, PEOPLE, channel, id};

#[test]
fn a_placeholder_is_asked_for_only_where_somebody_needs_it() {
    let mut acme = Migration::acme();
    acme.settings.placeholder = None;
    let outcome = acme.map().unwrap();
    assert!(outcome.findings.totals().any(
        |(code, _)| code.id == "map-placeholder-missing" && code.severity == Severity::Warning
    ));
    assert_eq!(acme.cell(PEOPLE, "*", "status"), "missing");
    // Converting goes on with a stand-in, which no tenant has and no upload begins with.
    assert_eq!(
        acme.plan().unwrap().placeholder,
        Some(User::rehearsal_account())
    );

    // The row is as good as the setting.
    acme.edit(PEOPLE, "*", "entra_user", "archive@acme.example");
    assert_eq!(
        acme.plan().unwrap().placeholder.unwrap().display_name,
        "Slack Archive"
    );
    acme.map().unwrap();
    assert_eq!(acme.cell(PEOPLE, "*", "entra_id"), id(10).to_string());

    let mut acme = Migration::acme();
    acme.settings.placeholder = None;
    for person in &mut acme.people {
        person.messages = u64::from(person.email.is_some() && person.id.as_str() != "U8");
    }
    let outcome = acme.map().unwrap();
    assert!(
        outcome
            .findings
            .totals()
            .all(|(code, _)| code.id != "map-placeholder-missing")
    );
    assert_eq!(
        acme.plan().unwrap().placeholder,
        Some(User::rehearsal_account())
    );
}

#[test]
fn owners_are_named_or_found() {
    let mut acme = Migration::acme();
    let owners = |acme: &Migration| acme.planned().teams.values().next().unwrap().owners.clone();
    assert_eq!(owners(&acme), [id(1)]);
    acme.people[0].role = Role::Member;
    assert_eq!(owners(&acme), [id(2)]);
    acme.settings.owners = vec!["ida@acme.example".into(), id(1).to_string()];
    assert_eq!(owners(&acme), [id(11), id(1)]);
    acme.settings.owners.clear();
    acme.people[1].role = Role::Member;
    let outcome = acme.map().unwrap();
    assert!(
        outcome
            .findings
            .totals()
            .any(|(code, _)| code.id == "map-team-without-owner")
    );
}

#[test]
fn members_are_those_who_could_read_it() {
    let mut acme = Migration::acme();
    let team = |acme: &Migration| {
        acme.planned()
            .teams
            .values()
            .next()
            .unwrap()
            .members
            .clone()
    };
    // Hannah (4) wrote, though she is in no channel; the guest (6) would read too much.
    assert_eq!(team(&acme), [id(2), id(3), id(4)]);
    acme.people[3].messages = 0;
    // Her old account wrote too, but left.
    assert_eq!(team(&acme), [id(2), id(3)]);
    let outcome = acme.map().unwrap();
    let lines = outcome.findings.lines();
    let guest = lines
        .iter()
        .find(|finding| finding.code == "map-guest-left-out")
        .unwrap();
    assert_eq!(
        guest.message,
        "Lena Sørensen (U6) is not made a member of Acme"
    );
}

#[test]
fn members_of_private_channels_are_in_the_team() {
    let acme = Migration::acme();
    acme.map().unwrap();
    acme.edit(PEOPLE, "U7", "entra_user", "dmitri.volkov@acme.example");
    let plan = acme.plan().unwrap();
    let team = plan.teams.values().next().unwrap();
    assert_eq!(channel(&plan, "G1").members, [id(2), id(1), id(7)]);
    for member in &channel(&plan, "G1").members {
        assert!(team.members.contains(member) || team.owners.contains(member));
    }
}

#[test]
fn a_private_channel_nobody_can_own_is_an_error() {
    let mut acme = Migration::acme();
    acme.directory = Directory::default();
    acme.settings.placeholder = None;
    let outcome = acme.map().unwrap();
    let lines = outcome.findings.lines();
    let errors: Vec<_> = lines
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|f| (f.code.as_str(), f.place.conversation.as_deref()))
        .collect();
    assert_eq!(
        errors,
        [
            ("map-private-without-owner", Some("G1")),
            ("map-private-without-owner", Some("G2"))
        ]
    );
    // The placeholder is the owner of last resort.
    acme.settings.placeholder = Some(id(10).to_string());
    let outcome = acme.map().unwrap();
    assert_eq!(outcome.findings.count(Severity::Error), 0);
    let found = outcome.findings.totals();
    let owned = found.filter(|(code, _)| code.id == "map-private-owned-by-placeholder");
    assert_eq!(owned.map(|(_, count)| count).sum::<u64>(), 2);
    assert_eq!(channel(&acme.plan().unwrap(), "G1").members, [id(10)]);
    acme.settings.owners = vec![id(11).to_string()];
    let outcome = acme.map().unwrap();
    assert_eq!(outcome.findings.count(Severity::Error), 0);
    assert_eq!(channel(&acme.plan().unwrap(), "G1").members, [id(11)]);
}

#[test]
fn a_description_says_what_it_was_called_and_fits() {
    let mut acme = Migration::acme();
    let describe = |acme: &Migration, id: &str| channel(&acme.planned(), id).description.clone();
    assert_eq!(describe(&acme, "C1"), "For everybody · News");
    assert_eq!(
        describe(&acme, "C5"),
        "Fair in Cologne · Formerly _q3: launch?"
    );
    assert_eq!(describe(&acme, "C4"), "Formerly aux");
    assert_eq!(describe(&acme, "C2"), "");
    acme.conversations[4].purpose = "👩‍👩‍👧‍👦".repeat(200);
    let long = describe(&acme, "C5");
    assert!(long.encode_utf16().count() <= 1_024);
    assert!(long.ends_with("👩‍👩‍👧‍👦 · Formerly _q3: launch?"), "{long}");
    acme.edit(CONVERSATIONS, "C2", "channel", "Water cooler");
    assert_eq!(describe(&acme, "C2"), "Formerly random");
}

#[test]
fn nothing_was_mapped_yet() {
    let acme = Migration::acme();
    acme.map().unwrap();
    std::fs::remove_dir_all(acme.work().map()).unwrap();
    assert!(matches!(acme.plan(), Err(MapError::NotMapped { .. })));
}
