//! The plan as a value.

use chatferry_mapping::{Chats, MapPlan};
use chatferry_model::conversation::{Conversation, ConversationKind};
use chatferry_model::schedule::BoundKind;

use crate::support::{CONVERSATIONS, Migration, TEAMS, conversation};

fn plan(migration: &Migration) -> MapPlan {
    migration.map().unwrap();
    MapPlan::read(&migration.work().map()).unwrap()
}

fn channel_of(id: &str, messages: u64) -> Conversation {
    Conversation {
        messages,
        ..conversation(id, ConversationKind::Public, id, &["U1", "U2"])
    }
}

#[test]
fn it_says_what_there_will_be_and_how_long_it_takes() {
    let mut acme = Migration::acme();
    acme.settings.chats = Chats::Migrate;
    insta::assert_json_snapshot!(plan(&acme));
}

#[test]
fn the_longest_channel_bounds_and_splitting_it_is_advised() {
    let mut acme = Migration::acme();
    acme.conversations = vec![channel_of("C1", 36_000), channel_of("C2", 4_500)];
    let upload = plan(&acme).upload;
    assert_eq!(
        (upload.seconds, upload.seconds_per_team_limited),
        (7_200, 10_125)
    );
    assert_eq!(upload.bounds[0].what, BoundKind::LongestChannel);
    insta::assert_snapshot!(upload.shorten.join("\n"), @r"
    split Acme › C1 by year (column `split` of the conversations): 13 min instead of 2 h 0 min
    if Graph limits a team to 4 posts a second: divide the channels among more teams (column `team`)
    ");
}

#[test]
fn what_graph_takes_from_one_app_bounds_many_channels() {
    let mut acme = Migration::acme();
    acme.conversations = (0..40).map(|n| channel_of(&format!("C{n}"), 500)).collect();
    let upload = plan(&acme).upload;
    assert_eq!(
        (upload.bounds[0].what, upload.seconds),
        (BoundKind::AllChannels, 400)
    );
    // Shared out to teams, none of them is held up by its own limit any more.
    let mut rows = acme.table(TEAMS);
    for team in 0..20 {
        let mut row = vec![String::new(); rows[0].len()];
        row[0] = format!("T{team}");
        rows.push(row);
    }
    acme.save(TEAMS, &rows);
    assert_eq!(upload.seconds_per_team_limited, 5_000);
    for n in 0..40 {
        acme.edit(
            CONVERSATIONS,
            &format!("C{n}"),
            "team",
            &format!("T{}", n / 2),
        );
    }
    let upload = plan(&acme).upload;
    assert_eq!(
        (upload.seconds, upload.seconds_per_team_limited),
        (400, 400)
    );
}

#[test]
fn members_bound_a_large_chat() {
    let mut acme = Migration::acme();
    acme.settings.chats = Chats::Migrate;
    let group = ["U1", "U2", "U3", "U4"];
    acme.conversations = vec![conversation("M1", ConversationKind::GroupDm, "", &group)];
    let upload = plan(&acme).upload;
    // Ten posts at 5 a second, and four people taken out and put in again at 4 a minute.
    assert_eq!(
        (upload.bounds[0].what, upload.seconds),
        (BoundKind::LongestChat, 2 + 120)
    );
    assert!(upload.shorten[0].contains("4 changes of members a minute"));
}

#[test]
fn nothing_takes_no_time() {
    let upload = plan(&Migration::empty()).upload;
    assert_eq!(
        (upload.seconds, upload.bounds.len(), upload.shorten.len()),
        (0, 0, 0)
    );
}
