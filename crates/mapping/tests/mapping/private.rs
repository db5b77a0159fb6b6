//! Private stays private (crates/DECISIONS.md rule 4.4), whatever is written into the files.

use chatferry_mapping::Chats;
use chatferry_model::finding::Severity;
use chatferry_model::plan::{Membership, Plan, TargetPlace};
use proptest::prelude::*;

use crate::support::{CONVERSATIONS, Migration, PEOPLE, TEAMS, channel, id};

/// The conversations that were private and are not any more.
fn opened(plan: &Plan) -> Vec<String> {
    let targets = plan.targets.iter().filter(|target| match &target.place {
        TargetPlace::Channel(channel) => channel.membership == Membership::Standard,
        TargetPlace::Chat(_) => false,
    });
    let sources = targets
        .flat_map(|target| &target.sources)
        .filter(|source| source.kind.is_private());
    sources
        .map(|source| source.conversation.to_string())
        .collect()
}

/// What an admin, a spreadsheet or a cat on the keyboard may write into a cell.
fn any_cell() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "",
        "channel",
        "chat",
        "skip",
        "standard",
        "Standard",
        "private",
        "shared",
        "year",
        "public",
        "true",
        "TRUE",
        "yes",
        "1",
        "false",
        "Acme",
        "General",
        "general",
        "random",
        "C1",
        "C2",
        "G1",
        "D1",
        "map",
        "placeholder",
        "rosalind@acme.example",
        "leadership",
        "Random (2)",
        "19:abc@thread.tacv2",
    ];
    prop_oneof![4 => prop::sample::select(WORDS).prop_map(str::to_owned), 1 => "\\PC{0,8}"]
}

/// A cell anywhere, or one that decides about a private conversation.
fn any_edit() -> impl Strategy<Value = (&'static str, String, String, String)> {
    let keys = [
        "C1", "C2", "C5", "G1", "G2", "D1", "D2", "M1", "U1", "U7", "*", "Acme",
    ];
    let columns = [
        "source_id",
        "kind",
        "members",
        "action",
        "team",
        "channel",
        "membership",
        "existing",
        "split",
        "archived",
        "allow_private_in_standard",
        "status",
        "entra_user",
        "owners",
        "visibility",
        "name",
    ];
    let anywhere = (
        prop::sample::select(&[CONVERSATIONS, PEOPLE, TEAMS][..]),
        prop::sample::select(keys.map(str::to_owned).to_vec()),
        prop::sample::select(columns.map(str::to_owned).to_vec()),
        any_cell(),
    );
    let private = (
        Just(CONVERSATIONS),
        prop::sample::select(["G1", "G2", "D1", "M1"].map(str::to_owned).to_vec()),
        prop::sample::select(
            columns[3..10]
                .iter()
                .map(|c| (*c).to_owned())
                .collect::<Vec<_>>(),
        ),
        any_cell(),
    );
    let opening = (
        Just(CONVERSATIONS),
        prop::sample::select(["G1", "G2"].map(str::to_owned).to_vec()),
        Just("membership".to_owned()),
        prop::sample::select(
            ["standard", "STANDARD", " standard "]
                .map(str::to_owned)
                .to_vec(),
        ),
    );
    // Into a channel that others have, of this team or of the tenant.
    let merging = (
        Just(CONVERSATIONS),
        prop::sample::select(
            ["C1", "C2", "C3", "G1", "G2", "D1"]
                .map(str::to_owned)
                .to_vec(),
        ),
        prop::sample::select(["channel", "existing"].map(str::to_owned).to_vec()),
        prop::sample::select(["random", "leadership", "News"].map(str::to_owned).to_vec()),
    );
    let taking = (
        Just(TEAMS),
        Just("Acme".to_owned()),
        Just("existing".to_owned()),
        Just("Acme".to_owned()),
    );
    prop_oneof![2 => anywhere, 3 => private, 1 => opening, 2 => merging, 1 => taking]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_edit_opens_what_is_private_unless_it_says_so(
        edits in prop::collection::vec(any_edit(), 1..6),
        chats in prop::sample::select(&[Chats::Skip, Chats::Migrate][..]),
    ) {
        let mut acme = Migration::acme();
        acme.settings.chats = chats;
        acme.map().unwrap();
        for (file, key, column, cell) in edits {
            let mut rows = acme.table(file);
            let column = rows[0].iter().position(|heading| *heading == column);
            let row = rows.iter().position(|row| row[0] == key);
            if let (Some(row), Some(column)) = (row, column) {
                rows[row][column] = cell;
                acme.save(file, &rows);
            }
        }
        let allowed = |acme: &Migration| -> Vec<String> {
            let rows = acme.table(CONVERSATIONS);
            let Some(column) = rows[0].iter().position(|heading| heading == "allow_private_in_standard") else {
                return Vec::new();
            };
            let yes = rows.iter().filter(|row| ["true", "yes", "1"].contains(&row[column].to_lowercase().as_str()));
            yes.map(|row| row[0].trim().to_owned()).collect()
        };
        let before = allowed(&acme);
        for plan in [acme.plan(), acme.map().and_then(|_| acme.plan())].into_iter().flatten() {
            for conversation in opened(&plan) {
                prop_assert!(before.contains(&conversation), "{conversation} was opened");
            }
        }
    }
}

#[test]
fn each_way_to_open_a_private_conversation_needs_the_word() {
    for (conversation, edits) in [
        ("G1", [("membership", "standard")].as_slice()),
        ("G1", &[("membership", "standard"), ("channel", "General")]),
        ("G2", &[("membership", "Standard")]),
        (
            "D1",
            &[
                ("action", "channel"),
                ("team", "Acme"),
                ("channel", "talk"),
                ("membership", "standard"),
            ],
        ),
        (
            "M1",
            &[
                ("action", "channel"),
                ("team", "Acme"),
                ("channel", "talk"),
                ("membership", "standard"),
            ],
        ),
    ] {
        let acme = Migration::acme();
        acme.map().unwrap();
        if edits.iter().any(|(_, cell)| *cell == "General") {
            acme.edit(CONVERSATIONS, "C1", "channel", "news");
        }
        for (column, cell) in edits {
            acme.edit(CONVERSATIONS, conversation, column, cell);
        }
        for error in [acme.map().unwrap_err(), acme.plan().unwrap_err()] {
            let error = error.to_string();
            assert!(
                error.contains("column membership") && error.contains("allow_private_in_standard"),
                "{error}"
            );
        }
        acme.edit(
            CONVERSATIONS,
            conversation,
            "allow_private_in_standard",
            "TRUE",
        );
        for _ in 0..2 {
            let outcome = acme.map().unwrap();
            let lines = outcome.findings.lines();
            let finding = lines
                .iter()
                .find(|finding| finding.code == "map-private-in-standard")
                .unwrap();
            assert_eq!(
                (finding.severity, finding.place.conversation.as_deref()),
                (Severity::Warning, Some(conversation))
            );
            assert_eq!(opened(&acme.plan().unwrap()), [conversation]);
        }
    }
}

#[test]
fn a_private_channel_has_its_members_and_no_others() {
    let acme = Migration::acme();
    acme.map().unwrap();
    let plan = acme.plan().unwrap();
    let leadership = channel(&plan, "G1");
    assert_eq!(
        (leadership.membership, leadership.members.as_slice()),
        (Membership::Private, [id(2), id(1)].as_slice())
    );
    // Only a guest is in the other one, who would read all of the team: its owner keeps it.
    assert_eq!(channel(&plan, "G2").members, [id(1)]);
    // A direct message made a channel is as private as it was.
    acme.edit(CONVERSATIONS, "D1", "action", "channel");
    acme.edit(CONVERSATIONS, "D1", "team", "Acme");
    acme.edit(CONVERSATIONS, "D1", "channel", "two of us");
    let plan = acme.plan().unwrap();
    let talk = channel(&plan, "D1");
    assert_eq!(
        (talk.membership, talk.members.as_slice()),
        (Membership::Private, [id(1), id(4)].as_slice())
    );
}

#[test]
fn a_public_conversation_can_be_closed() {
    let acme = Migration::acme();
    acme.map().unwrap();
    acme.edit(CONVERSATIONS, "C2", "membership", "private");
    acme.map().unwrap();
    let plan = acme.plan().unwrap();
    assert_eq!(channel(&plan, "C2").members, [id(1), id(3)]);
    acme.edit(CONVERSATIONS, "C1", "membership", "private");
    let error = acme.map().unwrap_err().to_string();
    assert!(
        error.contains("General channel is open to everybody"),
        "{error}"
    );
}
