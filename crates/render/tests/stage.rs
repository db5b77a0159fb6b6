//! The stage as a whole, on a small workspace written by hand.

mod support;

use chatferry_model::conversation::ConversationKind;
use chatferry_model::jsonl::Format;
use chatferry_model::plan::{Membership, PersonPlan, TargetPlace, User, Voice};
use chatferry_model::selection::Selection;
use chatferry_model::{ConversationId, PersonId};
use chatferry_render::{Broadcast, RenderError};
use serde_json::{Value, json};

use support::{Workspace, message, micros, show};

/// A message with that text, from its second within 2020-01-01 09:00.
fn said(id: &str, second: &str, person: &str, text: &str, more: Value) -> Value {
    let mut message = json!({
        "id": id,
        "time": format!("2020-01-01T09:00:{second}Z"),
        "author": { "person": person },
        "body": [{ "paragraph": [{ "text": { "text": text } }] }],
    });
    if let (Some(message), Some(more)) = (message.as_object_mut(), more.as_object()) {
        message.extend(more.clone());
    }
    message
}

fn thread(root: &str, second: &str) -> Value {
    json!({ "thread": { "root": root, "root_time": format!("2020-01-01T09:00:{second}Z") } })
}

fn workspace(messages: &[Value]) -> Workspace {
    let messages: Vec<_> = messages.iter().map(message).collect();
    let mut workspace = Workspace::new();
    workspace.conversation("C1", "general", ConversationKind::Public, &messages);
    workspace.channel("General", &["C1"]);
    workspace
}

#[test]
fn everything_around_a_message_is_shown() {
    let workspace = workspace(&[
        said(
            "m1",
            "00.000000",
            "U1",
            "plain",
            json!({ "subject": "A title" }),
        ),
        said("m2", "01.000000", "U3", "no account", json!({})),
        said("m3", "02.000000", "B1", "deployed", json!({})),
        said(
            "m4",
            "03.000000",
            "B1",
            "under another name",
            json!({ "author": { "person": "B1", "name": "Jenkins" } }),
        ),
        said(
            "m5",
            "04.000000",
            "U1",
            "not as herself",
            json!({ "author": { "person": "U1", "name": "Ann's script" } }),
        ),
        said(
            "m6",
            "05.000000",
            "U2",
            "Bob has joined",
            json!({ "kind": "system" }),
        ),
        said(
            "m7",
            "06.000000",
            "U2",
            "changed",
            json!({
                "edited": { "time": "2020-01-02T10:11:12Z" },
                "pinned": {},
                "reactions": [
                    { "emoji": { "name": "+1", "unicode": "👍" }, "count": 12, "people": ["U1"] },
                    { "emoji": { "name": "acme" }, "count": 3 },
                ],
            }),
        ),
        said(
            "m8",
            "07.000000",
            "U2",
            "files",
            json!({ "files": [
                { "id": "F1", "name": "plan.pdf", "title": "The plan", "size": 12_288,
                  "place": { "remote": "https://files.slack.example/F1" } },
                { "id": "F2", "name": "doc", "place": { "external": "https://docs.example/d" } },
                { "id": "F3", "place": { "gone": "deleted" } },
                { "id": "F4", "name": "a.rs", "place": { "blob": "00" },
                  "preview": { "text": "fn main() {}\n", "language": "rust", "cut": true } },
            ] }),
        ),
        said("m9", "08.000000", "U2", "", json!({ "body": [] })),
        said(
            "m10",
            "09.000000",
            "U0",
            "",
            json!({ "body": [], "kind": "placeholder" }),
        ),
        said(
            "m12",
            "09.500000",
            "U3",
            "This message was deleted.",
            json!({ "kind": "placeholder" }),
        ),
        said(
            "m11",
            "10.000000",
            "U1",
            "an answer",
            thread("m10", "09.000000"),
        ),
    ]);
    insta::assert_snapshot!(show(&workspace.posts("General")));
    insta::assert_snapshot!(workspace.render().unwrap().findings().join("\n"));
}

#[test]
fn who_and_what_is_called() {
    let mut hello = said("m1", "00.000000", "U1", "", json!({}));
    let call = |target: Value, text: &str| json!({ "mention": { "target": target, "text": text } });
    hello["body"] = json!([{ "paragraph": [
        call(json!({ "person": "U2" }), "bob"),
        call(json!({ "person": "U2" }), ""),
        call(json!({ "person": "U3" }), "carl"),
        call(json!({ "person": "U777" }), "U777"),
        call(json!({ "conversation": "C1" }), "old-name"),
        call(json!({ "conversation": "C2" }), ""),
        call(json!({ "conversation": "C3" }), "C3"),
        call(json!({ "conversation": "C4" }), "elsewhere"),
        call(json!({ "group": "S1" }), "devs"),
        call(json!({ "everyone": "here" }), ""),
    ] }]);
    let mut workspace = workspace(&[hello]);
    workspace.conversation("C2", "secret", ConversationKind::Private, &[]);
    workspace
        .plan
        .skipped
        .insert(ConversationId::new("C2"), "skipped-by-admin".to_owned());
    insta::assert_snapshot!(show(&workspace.posts("General")), @r#"
    2020-01-01T09:00:00.000Z m1 Ann Abel: <p><at id="0">bob</at><at id="1">Bob</at><strong>@carl</strong><strong>@unknown</strong><strong>#General</strong><strong>#private-channel</strong><strong>#unknown-channel</strong><strong>#elsewhere</strong><strong>@devs</strong><strong>@here</strong></p>
        @0 bob 00000000-0000-4000-8000-000000000002
        @1 Bob 00000000-0000-4000-8000-000000000002
    "#);
}

#[test]
fn times_are_unique_and_replies_follow_their_roots() {
    let workspace = workspace(&[
        said("m1", "00.000100", "U1", "one", json!({})),
        said("m2", "00.000200", "U1", "two, in the same ms", json!({})),
        said("m3", "00.000300", "U2", "to two", thread("m2", "00.000200")),
        said("m4", "00.000400", "U2", "to one", thread("m1", "00.000100")),
        said(
            "m5",
            "05.000000",
            "U2",
            "to two, later",
            thread("m2", "00.000200"),
        ),
    ]);
    insta::assert_snapshot!(show(&workspace.posts("General")), @r#"
    2020-01-01T09:00:00.000Z m1 Ann Abel: <p>one</p>
    2020-01-01T09:00:00.001Z m2 Ann Abel: <p>two, in the same ms</p>
    2020-01-01T09:00:00.002Z ↳ 2020-01-01T09:00:00.001Z m3 Bob Bell: <p>to two</p>
    2020-01-01T09:00:00.003Z ↳ 2020-01-01T09:00:00.000Z m4 Bob Bell: <p>to one</p>
    2020-01-01T09:00:05.000Z ↳ 2020-01-01T09:00:00.001Z m5 Bob Bell: <p>to two, later</p>
    "#);
}

#[test]
fn several_conversations_become_one() {
    let mut workspace = workspace(&[
        said("m1", "00.000000", "U1", "a", json!({})),
        said("m2", "02.000000", "U1", "c", json!({})),
        said("m3", "02.000000", "U1", "d", json!({})),
    ]);
    workspace.plan.targets.clear();
    let other = [
        message(&said("m1", "01.000000", "U2", "b", json!({}))),
        message(&said("m2", "02.000000", "U2", "e", json!({}))),
        message(&said(
            "m3",
            "03.000000",
            "U2",
            "f, to e",
            thread("m2", "02.000000"),
        )),
    ];
    workspace.conversation("C2", "other", ConversationKind::Public, &other);
    workspace.channel("Both", &["C1", "C2"]);
    insta::assert_snapshot!(show(&workspace.posts("Both")), @r#"
    2020-01-01T09:00:00.000Z m1 Ann Abel: <p>a</p>
    2020-01-01T09:00:01.000Z m1 Bob Bell: <p>b</p>
    2020-01-01T09:00:02.000Z m2 Ann Abel: <p>c</p>
    2020-01-01T09:00:02.001Z m3 Ann Abel: <p>d</p>
    2020-01-01T09:00:02.002Z m2 Bob Bell: <p>e</p>
    2020-01-01T09:00:03.000Z ↳ 2020-01-01T09:00:02.002Z m3 Bob Bell: <p>f, to e</p>
    "#);
}

#[test]
fn a_broadcast_stands_in_both_places() {
    let mut reply = said("m2", "01.000000", "U3", "", thread("m1", "00.000000"));
    reply["thread"]["broadcast"] = json!(true);
    reply["body"] = json!([{ "paragraph": [
        { "mention": { "target": { "person": "U2" }, "text": "bob" } },
    ] }]);
    let mut workspace = workspace(&[
        said("m1", "00.000000", "U1", "root", json!({})),
        reply,
        said("m3", "01.000500", "U1", "next", json!({})),
    ]);
    insta::assert_snapshot!(show(&workspace.posts("General")), @r#"
    2020-01-01T09:00:00.000Z m1 Ann Abel: <p>root</p>
    2020-01-01T09:00:01.000Z ↳ 2020-01-01T09:00:00.000Z m2 Import: <p><strong>Carl</strong></p><p><at id="0">bob</at></p><p><i>📢 also sent to the channel</i></p>
        @0 bob 00000000-0000-4000-8000-000000000002
    2020-01-01T09:00:01.001Z m2 part 2 Import: <p><strong>Carl</strong></p><p><i>↩ Reply, also sent to the channel, in the thread of 2020-01-01 09:00 UTC</i></p><p><strong>@bob</strong></p>
    2020-01-01T09:00:01.002Z m3 Ann Abel: <p>next</p>
    "#);
    let output = workspace.render().unwrap();
    assert_eq!(output.outcome.sums["messages"].added["broadcast-copies"], 1);

    workspace.settings.broadcast = Broadcast::Thread;
    assert_eq!(workspace.posts("General").len(), 3);
}

#[test]
fn chats_have_no_threads() {
    let mut workspace = Workspace::new();
    let messages = [
        message(&said("m1", "00.000000", "U1", "root", json!({}))),
        message(&said(
            "m2",
            "01.000000",
            "U2",
            "reply",
            thread("m1", "00.000000"),
        )),
    ];
    workspace.conversation("D1", "", ConversationKind::Dm, &messages);
    workspace.chat("D1");
    insta::assert_snapshot!(show(&workspace.posts("D1")), @r#"
    2020-01-01T09:00:00.000Z m1 Ann Abel: <p>root</p>
    2020-01-01T09:00:01.000Z m2 Bob Bell: <p><i>↩ Reply to a message of 2020-01-01 09:00 UTC</i></p><p>reply</p>
    "#);
}

#[test]
fn dates_outside_are_counted_and_replies_to_them_stand_alone() {
    let mut workspace = workspace(&[
        said("m1", "00.000000", "U1", "early", json!({})),
        said(
            "m2",
            "10.000000",
            "U2",
            "late reply",
            thread("m1", "00.000000"),
        ),
    ]);
    workspace.settings.selection = Selection {
        since: Some(micros("2020-01-01T09:00:05Z")),
        ..Selection::default()
    };
    insta::assert_snapshot!(show(&workspace.posts("General")), @"2020-01-01T09:00:10.000Z m2 Bob Bell: <p><i>↩ Reply to a message of 2020-01-01 09:00 UTC</i></p><p>late reply</p>");
    let output = workspace.render().unwrap();
    assert_eq!(output.outcome.sums["messages"].skipped["outside-dates"], 1);
    insta::assert_snapshot!(output.findings().join("\n"), @"render-reply-without-root ×1 m2: a reply to a message outside of the chosen dates");
}

#[test]
fn large_messages_become_several_posts() {
    let code = "let x = 1;\n".repeat(80);
    let mut large = said("m1", "00.000000", "U3", "before", json!({}));
    large["body"].as_array_mut().unwrap().extend([
        json!({ "code": { "language": "rust", "text": code } }),
        json!({ "paragraph": [{ "text": { "text": "after" } }] }),
    ]);
    let mut workspace = workspace(&[large, said("m2", "00.000500", "U1", "next", json!({}))]);
    workspace.settings.message_bytes = 800;
    let posts = workspace.posts("General");
    assert!(posts.iter().all(|post| post.body.body.content.len() <= 800));
    insta::assert_snapshot!(show(&posts));
    let output = workspace.render().unwrap();
    assert_eq!(output.outcome.sums["messages"].added["continuations"], 2);
    assert_eq!(output.outcome.details.targets[0].replies, 2);
}

#[test]
fn a_target_without_messages_has_a_file() {
    let mut workspace = Workspace::new();
    workspace.conversation("C1", "quiet", ConversationKind::Public, &[]);
    workspace.channel("quiet", &["C1"]);
    workspace.channel("made anew", &[]);
    let output = workspace.render().unwrap();
    let files: Vec<_> = output.files.keys().collect();
    assert_eq!(files, ["posts/made%20anew.jsonl", "posts/quiet.jsonl"]);
    assert_eq!(output.outcome.details.targets.len(), 2);
}

#[test]
fn compressed_posts_hold_the_same() {
    let mut workspace = workspace(&[said("m1", "00.000000", "U1", "hello", json!({}))]);
    let plain = workspace.render().unwrap();
    workspace.settings.compress = true;
    let packed = workspace.render().unwrap();
    assert_eq!(
        plain.outcome.files["posts/General.jsonl"],
        packed.outcome.files["posts/General.jsonl.zst"]
    );
}

#[test]
fn nothing_private_is_published() {
    for kind in [
        ConversationKind::Private,
        ConversationKind::Shared,
        ConversationKind::Dm,
        ConversationKind::GroupDm,
    ] {
        let mut workspace = Workspace::new();
        workspace.conversation("C1", "secret", kind, &[]);
        workspace.channel("secret", &["C1"]);
        let refused = |workspace: &Workspace| {
            matches!(workspace.render(), Err(RenderError::WouldPublish { .. }))
        };
        assert!(refused(&workspace), "{kind:?}");
        // Nor when the plan says it is public, but what was read does not.
        workspace.plan.targets[0].sources[0].kind = ConversationKind::Public;
        assert!(refused(&workspace), "{kind:?}");
        let TargetPlace::Channel(channel) = &mut workspace.plan.targets[0].place else {
            unreachable!();
        };
        channel.membership = Membership::Private;
        assert!(workspace.render().is_ok());
    }
}

#[test]
fn plans_that_lose_or_repeat_a_conversation_are_refused() {
    let mut workspace = Workspace::new();
    workspace.conversation("C1", "general", ConversationKind::Public, &[]);
    let refused = workspace.render().err().unwrap();
    assert!(
        matches!(refused, RenderError::Unplanned { .. }),
        "{refused}"
    );

    workspace.channel("one", &["C1"]);
    workspace.channel("two", &["C1"]);
    let refused = workspace.render().err().unwrap();
    assert!(
        matches!(refused, RenderError::PlannedTwice { .. }),
        "{refused}"
    );

    workspace.plan.targets.truncate(1);
    workspace.plan.targets[0].sources[0].conversation = ConversationId::new("C9");
    let refused = workspace.render().err().unwrap();
    assert!(matches!(refused, RenderError::NotRead { .. }), "{refused}");
}

#[test]
fn the_stand_in_is_told_of_only_where_it_speaks() {
    for (person, speaks) in [("U1", false), ("U3", true)] {
        let mut workspace = workspace(&[said("m1", "00.000000", person, "hello", json!({}))]);
        workspace.plan.placeholder = Some(User::rehearsal_account());
        let output = workspace.render().unwrap();
        assert_eq!(output.outcome.details.rehearsal_account, speaks, "{person}");
    }
}

#[test]
fn nobody_speaks_for_those_without_an_account() {
    let mut workspace = workspace(&[said("m1", "00.000000", "U3", "hi", json!({}))]);
    workspace.plan.placeholder = None;
    let refused = workspace.render().err().unwrap().to_string();
    assert!(
        refused.contains("Carl wrote a message (m1 in C1)"),
        "{refused}"
    );
}

#[test]
fn an_id_is_a_name_where_people_chose_it() {
    for (handle, shown) in [(json!("ann"), "ann"), (json!(null), "unknown ann")] {
        let mut workspace = workspace(&[said("m1", "00.000000", "ann", "hi", json!({}))]);
        let ann = json!({ "id": "ann", "kind": "user", "name": "ann", "handle": handle });
        workspace.list(&workspace.read().people(), Format::PEOPLE, &[ann]);
        let ann = PersonPlan {
            name: "ann".to_owned(),
            voice: Voice::Placeholder,
        };
        workspace.plan.people.insert(PersonId::new("ann"), ann);
        let posts = show(&workspace.posts("General"));
        assert!(
            posts.contains(&format!("<strong>{shown}</strong>")),
            "{posts}"
        );
    }
}

#[test]
fn skipped_conversations_are_counted() {
    let mut workspace = workspace(&[said("m1", "00.000000", "U1", "hi", json!({}))]);
    let messages = [
        message(&said("m1", "00.000000", "U1", "a", json!({}))),
        message(&said("m2", "00.000000", "U1", "b", json!({}))),
    ];
    workspace.conversation("D1", "", ConversationKind::Dm, &messages);
    workspace
        .plan
        .skipped
        .insert(ConversationId::new("D1"), "chats-skipped".to_owned());
    let sums = workspace.render().unwrap().outcome.sums;
    assert_eq!(sums["messages"].input, 3);
    assert_eq!(sums["messages"].output, 1);
    assert_eq!(sums["messages"].skipped["chats-skipped"], 2);
    assert_eq!(sums["conversations"].skipped["chats-skipped"], 1);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    // Several chunks a file, several files, two of them merged.
    let many = |from: usize, person: &str| -> Vec<_> {
        let text = "words ".repeat(200);
        (0..3_000)
            .map(|n| {
                let micros = (from + n) * 700;
                let second = format!("{:02}.{:06}", micros / 1_000_000, micros % 1_000_000);
                message(&said(&format!("m{n}"), &second, person, &text, json!({})))
            })
            .collect()
    };
    let mut workspace = Workspace::new();
    workspace.conversation("C1", "one", ConversationKind::Public, &many(0, "U1"));
    workspace.conversation("C2", "two", ConversationKind::Public, &many(100, "U3"));
    workspace.conversation("C3", "three", ConversationKind::Public, &many(7, "B1"));
    workspace.channel("merged", &["C1", "C2"]);
    workspace.channel("three", &["C3"]);
    let with_threads = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let output = pool
            .build()
            .unwrap()
            .install(|| workspace.render())
            .unwrap();
        (output.findings(), output.files)
    };
    let one = with_threads(1);
    for threads in [2, 3] {
        assert!(with_threads(threads) == one, "{threads} threads");
    }
}

#[test]
fn only_what_is_selected_is_rendered() {
    let mut workspace = workspace(&[said("m1", "00.000000", "U1", "hi", json!({}))]);
    let other = [message(&said("m1", "00.000000", "U1", "a", json!({})))];
    workspace.conversation("C2", "dev-ops", ConversationKind::Public, &other);
    workspace.channel("Dev", &["C2"]);
    workspace.settings.selection.only = vec!["dev-*".to_owned()];
    let output = workspace.render().unwrap();
    assert_eq!(output.files.keys().collect::<Vec<_>>(), ["posts/Dev.jsonl"]);
    assert_eq!(output.outcome.sums["messages"].skipped["not-selected"], 1);
    assert_eq!(
        output.outcome.sums["conversations"].skipped["not-selected"],
        1
    );
}
