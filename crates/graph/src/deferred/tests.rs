//! Random posts, and one to be read.

use chatferry_model::deferred::{LinkTo, file_url};
use chatferry_model::post::{
    ChatMessage, ContentType, From, Identity, ItemBody, PostSource, UserIdentityType,
};
use chatferry_model::{ConversationId, GraphMessageId, MessageId, TargetKey};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::check::html;

/// The parts of a random post.
#[derive(Clone, Debug)]
struct Parts {
    words: Vec<String>,
    links: Vec<(String, bool)>,
    mentions: Vec<bool>,
    files: Vec<(String, Option<u8>)>,
    images: Vec<(String, Option<u8>)>,
    images_as_files: bool,
    reactions: bool,
    moved: bool,
}

fn parts() -> impl Strategy<Value = Parts> {
    let word = || "[a-zA-Z<>&\"'é\u{1f642} =/.:]{0,12}";
    let item = || (word(), prop::option::of(0..3_u8));
    (
        prop::collection::vec(word(), 1..4),
        prop::collection::vec((word(), any::<bool>()), 0..4),
        prop::collection::vec(any::<bool>(), 0..3),
        prop::collection::vec(item(), 0..4),
        prop::collection::vec(item(), 0..4),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(words, links, mentions, files, images, images_as_files, reactions, moved)| Parts {
                words,
                links,
                mentions,
                files,
                images,
                images_as_files,
                reactions,
                moved,
            },
        )
}

fn guid(n: usize) -> String {
    format!("8c0a1a67-50ce-4114-bb6c-{n:012}")
}

fn outcome(place: Option<u8>) -> FileOutcome {
    place.map_or(FileOutcome::Failed, |n| {
        FileOutcome::Uploaded(DriveItemLink {
            guid: format!("0C0A1A67-50CE-4114-BB6C-00000000000{n}"),
            url: format!("https://acme.sharepoint.com/sites/x/Shared%20Documents/a%20{n}.png"),
        })
    })
}

fn place(n: usize) -> Place {
    Place {
        address: format!("https://teams.microsoft.com/l/message/19%3Ax{n}/1?a=1&b=2"),
        channel: Some(format!("19:x{n}@thread.tacv2")),
    }
}

/// The post's line, and what goes into it.
fn post(parts: &Parts) -> (String, ResolvedReferences) {
    let created: Millis = "2019-02-04T19:58:15.511Z".parse().unwrap();
    let identity = Identity {
        id: "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca".parse().unwrap(),
        display_name: "Jane".into(),
        user_identity_type: UserIdentityType::AadUser,
    };
    let text = |text: &str| html_escape::encode_text(text).into_owned();
    let mut content: String = parts
        .words
        .iter()
        .map(|word| format!("<p>{} https://chatferry.invalid/links/0/</p>", text(word)))
        .collect();
    let mut with = ResolvedReferences {
        reactions: parts.reactions,
        time: parts.moved.then(|| created.plus(1)),
        ..ResolvedReferences::default()
    };
    let mut links = Vec::new();
    for (words, known) in &parts.links {
        let id = links.len() as u32;
        content.push_str(&format!(
            "<p><a href=\"{}\">{}</a></p>",
            link_url(id),
            text(words)
        ));
        with.links.push(known.then(|| place(links.len())));
        links.push(PostLink {
            id,
            to: LinkTo::Target(TargetKey::new("dev")),
            source: Some("https://acme.slack.com/archives/C1/p1?a=\"1\"&b=2".into()),
        });
    }
    let mut mentions = Vec::new();
    for (n, known) in parts.mentions.iter().enumerate() {
        content.push_str(&format!("<p>in <at id=\"{n}\">dev &amp; ops</at></p>"));
        let id = links.len() as u32;
        mentions.push(ChatMessageMention {
            id: n as u32,
            mention_text: "dev & ops".into(),
            mentioned: Mentioned::Conversation(ConversationIdentity {
                id: link_url(id).into(),
                display_name: "dev & ops".into(),
                conversation_identity_type: Default::default(),
            }),
        });
        with.links.push(known.then(|| place(links.len())));
        links.push(PostLink {
            id,
            to: LinkTo::Target(TargetKey::new("dev")),
            source: None,
        });
    }
    let mut attachments = Vec::new();
    let mut files = Vec::new();
    for (n, (name, known)) in parts.files.iter().enumerate() {
        let (id, name) = (guid(n), format!("{name}.txt"));
        content.push_str(&format!("<attachment id=\"{id}\"></attachment>"));
        attachments.push(ChatMessageAttachment {
            id: id.clone().into(),
            content_type: "reference".into(),
            content_url: Some(file_url(&id, &name).into()),
            name: Some(name.clone().into()),
        });
        with.files.push(outcome(*known));
        files.push(PostFile {
            id: id.into(),
            path: "hash".into(),
            name: name.into(),
            bytes: 1,
        });
    }
    let mut images = Vec::new();
    let mut image_files = Vec::new();
    for (n, (name, known)) in parts.images.iter().enumerate() {
        let id = n as u32 + 1;
        let alt = html_escape::encode_double_quoted_attribute(name).into_owned();
        content.push_str(&format!(
            "<p><img alt=\"{alt}>\" src=\"../hostedContents/{id}/$value\" width=\"9\"></p>"
        ));
        image_files.push(outcome(*known));
        images.push(PostImage {
            id,
            path: "hash.png".into(),
            media_type: "image/png".into(),
            bytes: 1,
            name: format!("{name}.png").into(),
        });
    }
    with.images = parts.images_as_files.then_some(image_files);
    let post = Post {
        id: GraphMessageId::at(created),
        reply_to: None,
        source: PostSource {
            conversation: ConversationId::new("C1"),
            message: MessageId::new("1"),
            part: None,
        },
        images,
        files,
        links,
        reactions: Vec::new(),
        body: ChatMessage {
            created_date_time: created,
            from: From { user: identity },
            subject: None,
            body: ItemBody {
                content_type: ContentType::Html,
                content: content.into(),
            },
            mentions,
            attachments,
        },
    };
    let mut post = serde_json::to_value(&post).unwrap();
    if parts.reactions {
        post["reactions"] = json!([{
            "reactionType": "\u{1f44d}", "createdDateTime": created,
            "user": { "user": post["body"]["from"]["user"] },
        }]);
    }
    // What chatferry does not know of a message stays in it.
    post["body"]["importance"] = "high".into();
    (post.to_string(), with)
}

fn filled(parts: &Parts) -> (String, ResolvedBody) {
    let (line, with) = post(parts);
    let post: Post<'_, &RawValue> = serde_json::from_str(&line).unwrap();
    let deferred = DeferredReferences::of(&post).unwrap_or_default();
    let body = post.body.get().to_owned();
    let filled = resolve(body.as_bytes(), &deferred, &with).unwrap();
    (body, filled)
}

proptest! {
    #[test]
    fn whatever_is_known_the_result_is_a_message_without_stand_ins(parts in parts()) {
        let (_, filled) = filled(&parts);
        let value: Value = serde_json::from_slice(&filled.body).unwrap();
        prop_assert_eq!(&value["importance"], "high");
        prop_assert_eq!(value["reactions"].is_array(), parts.reactions);
        let message: ChatMessage<'_> = serde_json::from_slice(&filled.body).unwrap();
        let time = if parts.moved { "15.512Z" } else { "15.511Z" };
        prop_assert!(message.created_date_time.to_string().ends_with(time));
        let content = message.body.content.as_str();
        let scan = html::scan(content).unwrap();
        prop_assert!(!content.contains("=\"https://chatferry.invalid"), "{}", content);
        let text = "https://chatferry.invalid/links/0/</p>";
        prop_assert_eq!(content.matches(text).count(), parts.words.len(), "text is left alone");
        // Every mention and attachment has its one place, and the reverse (R37, R38).
        let known = parts.mentions.iter().filter(|known| **known).count();
        prop_assert_eq!(message.mentions.len(), known);
        prop_assert_eq!(scan.ats.len(), known);
        for mention in &message.mentions {
            let Mentioned::Conversation(channel) = &mention.mentioned else { panic!() };
            prop_assert!(channel.id.starts_with("19:x"));
        }
        let mut ids: Vec<_> = message.attachments.iter().map(|found| &*found.id).collect();
        let mut places = scan.attachments.clone();
        ids.sort_unstable();
        places.sort_unstable();
        prop_assert_eq!(&ids, &places);
        ids.dedup();
        prop_assert_eq!(ids.len(), places.len(), "no attachment is there twice");
        let shown = if parts.images_as_files { 0 } else { parts.images.len() };
        prop_assert_eq!(content.matches("/$value\"").count(), shown);
        prop_assert!(!filled.body.windows(28).any(|part| part == b"\"https://chatferry.invalid/"));
    }
}

#[test]
fn what_goes_where() {
    let parts = Parts {
        words: vec!["hi".to_owned()],
        links: vec![("there".to_owned(), true), ("gone".to_owned(), false)],
        mentions: vec![true, false],
        files: vec![
            ("a".to_owned(), Some(1)),
            ("b".to_owned(), None),
            ("a again".to_owned(), Some(1)),
        ],
        images: vec![("c".to_owned(), Some(2))],
        images_as_files: true,
        reactions: false,
        moved: true,
    };
    let (before, filled) = filled(&parts);
    let shown = |body: &[u8]| {
        let value: Value = serde_json::from_slice(body).unwrap();
        let content = value["body"]["content"]
            .as_str()
            .unwrap()
            .replace("<p>", "\n<p>");
        let mentions = &value["mentions"];
        let attachments = &value["attachments"];
        format!("{content}\n{mentions:#}\n{attachments:#}")
    };
    insta::assert_snapshot!("before", shown(before.as_bytes()));
    insta::assert_snapshot!("filled_in", shown(&filled.body));
}

#[test]
fn a_stand_in_that_nothing_belongs_to_is_not_sent() {
    let body = json!({
        "createdDateTime": "2019-02-04T19:58:15.511Z",
        "body": { "contentType": "html", "content": format!("<a href=\"{}\">x</a>", link_url(3)) },
    });
    let error = resolve(
        body.to_string().as_bytes(),
        &DeferredReferences::default(),
        &ResolvedReferences::default(),
    );
    assert!(matches!(error, Err(ResolveError::Left(left)) if left == link_url(3)));
}

#[test]
fn a_post_without_blanks_has_none() {
    let line = json!({
        "id": "2019-02-04T19:58:15.511Z",
        "source": { "conversation": "C1", "message": "1" },
        "body": {},
    });
    let line = line.to_string();
    let post: Post<'_, &RawValue> = serde_json::from_str(&line).unwrap();
    assert!(DeferredReferences::of(&post).is_none());
}
