//! What leads from post to post and from channel to channel; conversations in parts; people left
//! out.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what a test sets up must not fail"
)]

mod support;

use chatferry_model::PersonId;
use chatferry_model::conversation::ConversationKind;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::plan::{Membership, TargetPlace, TimeRange, Voice};
use chatferry_render::{
    BroadcastMentions, ChannelMentions, Mentions, Reactions, RenderError, RenderSettings,
};
use serde_json::{Value, json};

use support::{OwnedPost, Workspace, message, micros, show};

fn said(id: &str, second: &str, person: &str, body: Value, more: Value) -> Value {
    let mut message = json!({
        "id": id,
        "time": format!("2020-01-01T09:00:{second}.000000Z"),
        "author": { "person": person },
        "body": [{ "paragraph": body }],
    });
    if let (Some(message), Some(more)) = (message.as_object_mut(), more.as_object()) {
        message.extend(more.clone());
    }
    message
}

fn words(text: &str) -> Value {
    json!([{ "text": { "text": text } }])
}

fn answer(root: &str, second: &str) -> Value {
    json!({ "thread": {
        "root": root, "root_time": format!("2020-01-01T09:00:{second}.000000Z") } })
}

fn workspace(messages: &[Value]) -> Workspace {
    let messages: Vec<_> = messages.iter().map(message).collect();
    let mut workspace = Workspace::new();
    workspace.conversation("C1", "general", ConversationKind::Public, &messages);
    workspace.channel("General", &["C1"]);
    workspace
}

/// What a post says, and what upload has to fill in.
fn summary(post: &OwnedPost) -> String {
    let mut out = format!("{}\n", post.body.body.content);
    for mention in &post.body.mentions {
        out.push_str(&format!("  @{}\n", serde_json::to_string(mention).unwrap()));
    }
    for link in &post.links {
        out.push_str(&format!("  → {}\n", serde_json::to_string(link).unwrap()));
    }
    out
}

#[test]
fn links_into_the_source_lead_into_teams() {
    let urls = [
        (
            "https://a.example/reply",
            json!({ "message": { "conversation": "C2", "message": "r2" } }),
        ),
        (
            "https://a.example/missing",
            json!({ "message": { "conversation": "C2", "message": "r9" } }),
        ),
        (
            "https://a.example/elsewhere",
            json!({ "message": { "conversation": "C9", "message": "x" } }),
        ),
        ("https://a.example/channel", json!({ "conversation": "C2" })),
        ("https://a.example/secret", json!({ "conversation": "C3" })),
        ("https://a.example/file", json!({ "file": "F1" })),
    ];
    let mut body: Vec<Value> = Vec::new();
    for (url, _) in &urls {
        body.push(json!({ "link": { "url": url, "content": words(&url[18..]) } }));
    }
    body.push(json!({ "link": { "url": "https://web.example", "content": [] } }));
    let links: Vec<Value> = urls
        .iter()
        .map(|(url, to)| json!({ "url": url, "to": to }))
        .collect();
    let hello = said("m1", "00", "U1", json!(body), json!({ "links": links }));
    let mut workspace = workspace(&[hello]);
    let others = [
        message(&said("r1", "01", "U2", words("root"), json!({}))),
        message(&said("r2", "01", "U2", words("reply"), answer("r1", "01"))),
    ];
    workspace.conversation("C2", "other", ConversationKind::Public, &others);
    workspace.conversation("C3", "secret", ConversationKind::Private, &[]);
    workspace.channel("Other", &["C2"]);
    workspace.channel("Secret", &["C3"]);
    let TargetPlace::Channel(secret) = &mut workspace.plan.targets[2].place else {
        unreachable!();
    };
    secret.membership = Membership::Private;
    insta::assert_snapshot!(summary(&workspace.posts("General")[0]));
    let output = workspace.render().unwrap();
    insta::assert_snapshot!(output.findings().join("\n"));
    let reader = JsonlReader::open(&workspace.rendered().links(), Format::LINKS).unwrap();
    let found: Vec<Value> = reader.read_all().unwrap();
    insta::assert_snapshot!(json!(found).to_string());
    assert!(output.outcome.files.contains_key("links.jsonl"));
}

#[test]
fn without_links_there_is_no_list_of_them() {
    let workspace = workspace(&[said("m1", "00", "U1", words("hi"), json!({}))]);
    workspace.render().unwrap();
    assert!(!workspace.rendered().links().exists());
}

#[test]
fn everybody_and_channels_are_called_as_the_settings_say() {
    let call = |target: Value, text: &str| json!({ "mention": { "target": target, "text": text } });
    let hello = said(
        "m1",
        "00",
        "U1",
        json!([
            call(json!({ "person": "U2" }), "bob"),
            call(json!({ "everyone": "here" }), ""),
            call(json!({ "conversation": "C1" }), "general"),
            call(json!({ "conversation": "C2" }), "other"),
            call(json!({ "conversation": "C3" }), "secret"),
        ]),
        json!({}),
    );
    let mut workspace = workspace(&[hello]);
    workspace.conversation("C2", "other", ConversationKind::Public, &[]);
    workspace.conversation("C3", "secret", ConversationKind::Private, &[]);
    workspace.channel("Other", &["C2"]);
    workspace.channel("Secret", &["C3"]);
    let TargetPlace::Channel(secret) = &mut workspace.plan.targets[2].place else {
        unreachable!();
    };
    secret.membership = Membership::Private;
    let mut out = String::new();
    for settings in [
        RenderSettings {
            mentions: Mentions::Text,
            ..RenderSettings::default()
        },
        RenderSettings {
            channel_mentions: ChannelMentions::Mention,
            broadcast_mentions: BroadcastMentions::Channel,
            ..RenderSettings::default()
        },
    ] {
        workspace.settings = settings;
        out.push_str(&summary(&workspace.posts("General")[0]));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn reactions_are_shown_as_the_settings_say() {
    let reactions = json!({ "reactions": [
        { "emoji": { "name": "+1", "unicode": "👍" }, "count": 5, "people": ["U1", "U3"] },
        { "emoji": { "name": "acme" }, "count": 1, "people": ["U2"] },
        { "emoji": { "name": "tada", "unicode": "🎉" }, "count": 2 },
    ] });
    let messages = [
        said("m1", "00", "U1", words("one"), json!({})),
        said("m2", "00", "U1", words("two"), reactions),
    ];
    let mut workspace = workspace(&messages);
    let mut out = String::new();
    for reactions in [Reactions::Line, Reactions::Names, Reactions::Off] {
        workspace.settings.reactions = reactions;
        out.push_str(&workspace.posts("General")[1].body.body.content);
        out.push('\n');
    }
    workspace.settings.reactions_probe = true;
    let post = &workspace.posts("General")[1];
    // Its time was moved, and with it that of its reactions.
    assert_eq!(post.reactions[0].created_date_time, post.id.created());
    out.push_str(&serde_json::to_string(&post.reactions).unwrap());
    insta::assert_snapshot!(out);
}

#[test]
fn hundreds_of_reactions_are_shown_and_no_more_are_tried_than_graph_takes() {
    let everybody: Vec<String> = (100..500).map(|n| format!("U{n}")).collect();
    let reactions: Vec<Value> = (0..300)
        .map(|n| {
            let characters = char::from_u32(0x1f300 + n).unwrap().to_string();
            json!({ "emoji": { "name": "x", "unicode": characters },
                    "count": 400, "people": everybody })
        })
        .collect();
    let more = json!({ "reactions": reactions });
    let mut workspace = workspace(&[said("m1", "00", "U1", words("hi"), more)]);
    let bob = workspace.plan.people[&PersonId::new("U2")].clone();
    for person in &everybody {
        workspace
            .plan
            .people
            .insert(PersonId::from(person.clone()), bob.clone());
    }
    workspace.settings.message_bytes = 100 * 1024;
    workspace.settings.reactions_probe = true;
    let posts = workspace.posts("General");
    assert_eq!((posts.len(), posts[0].reactions.len()), (1, 250));
    let html = &posts[0].body.body.content;
    assert_eq!(html.matches(" 400").count(), 300);
    // Where there is less room there are fewer.
    workspace.settings.message_bytes = 28 * 1024;
    let posts = workspace.posts("General");
    let size = serde_json::to_vec(&posts[0].reactions).unwrap().len();
    assert!(posts[0].reactions.len() < 250 && size < 28 * 1024);
}

#[test]
fn people_left_out_leave_only_what_others_answered() {
    let mut workspace = workspace(&[
        said(
            "m1",
            "00",
            "U2",
            words("secret 1"),
            json!({ "subject": "secret 2" }),
        ),
        said(
            "m2",
            "01",
            "U2",
            words("secret 3"),
            json!({
                "reactions": [{ "emoji": { "name": "x", "unicode": "👍" }, "count": 1 }],
                "files": [{ "id": "F1", "name": "secret 4", "place": { "gone": "deleted" } }],
            }),
        ),
        said("m3", "02", "U1", words("an answer"), answer("m2", "01")),
        said("m4", "03", "U2", words("secret 5"), answer("m2", "01")),
        said("m5", "04", "U2", words("secret 6"), json!({})),
        said("m6", "05", "U2", words("secret 7"), answer("m5", "04")),
    ]);
    let bob = workspace.plan.people.get_mut(&PersonId::new("U2")).unwrap();
    bob.voice = Voice::Nobody;
    insta::assert_snapshot!(show(&workspace.posts("General")));
    let output = workspace.render().unwrap();
    let sum = &output.outcome.sums["messages"];
    assert_eq!((sum.input, sum.output), (6, 1));
    assert_eq!(sum.skipped["skipped-person"], 5);
    assert_eq!(sum.added["emptied-roots"], 1);
    for file in output.files.values() {
        assert!(!String::from_utf8_lossy(file).contains("secret"));
    }
}

fn in_parts(ranges: &[(&str, &str)]) -> Workspace {
    let messages: Vec<_> = [
        said("m1", "00", "U1", words("first"), json!({})),
        said("m2", "10", "U1", words("second"), json!({})),
        said(
            "m3",
            "20",
            "U2",
            words("late answer to the first"),
            answer("m1", "00"),
        ),
        said("m4", "30", "U1", words("third"), json!({})),
    ]
    .iter()
    .map(message)
    .collect();
    let mut workspace = Workspace::new();
    workspace.conversation("C1", "general", ConversationKind::Public, &messages);
    for (name, range) in ["A", "B", "C"].into_iter().zip(ranges) {
        workspace.channel(name, &["C1"]);
        let source = &mut workspace.plan.targets.last_mut().unwrap().sources[0];
        source.range = Some(TimeRange {
            from: micros(range.0),
            until: micros(range.1),
        });
    }
    workspace
}

const BEGIN: &str = "1970-01-01T00:00:00Z";
const MIDDLE: &str = "2020-01-01T09:00:10Z";
const END: &str = "9999-01-01T00:00:00Z";

#[test]
fn a_conversation_can_go_to_several_targets_in_parts() {
    let workspace = in_parts(&[(BEGIN, MIDDLE), (MIDDLE, END)]);
    insta::assert_snapshot!(show(&workspace.posts("A")));
    insta::assert_snapshot!(show(&workspace.posts("B")));
    let sums = workspace.render().unwrap().outcome.sums;
    assert_eq!((sums["messages"].input, sums["messages"].output), (4, 4));
    assert_eq!(sums["conversations"].output, 1);
}

#[test]
fn parts_that_overlap_or_leave_something_out_are_refused() {
    let between = "2020-01-01T09:00:05Z";
    for ranges in [
        [(BEGIN, MIDDLE), (between, END)],
        [(BEGIN, between), (MIDDLE, END)],
        [(MIDDLE, END), (MIDDLE, END)],
    ] {
        let refused = in_parts(&ranges).render().err().unwrap();
        assert!(matches!(refused, RenderError::Ranges { .. }), "{refused}");
    }
    let mut half = in_parts(&[(BEGIN, END), (BEGIN, END)]);
    half.plan.targets[1].sources[0].range = None;
    let refused = half.render().err().unwrap();
    assert!(
        matches!(refused, RenderError::PlannedTwice { .. }),
        "{refused}"
    );
    half.plan.targets.truncate(1);
    assert!(half.render().is_ok());
}
