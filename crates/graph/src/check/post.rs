//! The rules for one post.

use chatferry_model::folder::RenderFolder;
use chatferry_model::plan::{Target, TargetPlace};
use chatferry_model::post::{ChatMessage, Post};
use chatferry_model::{EntraId, Millis};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::html;
use super::rules::{self, Rule};
use super::sanitiser;
use super::{CheckLimits, deferred};
use crate::deferred::hosted_size;

/// The container that the posts of one file are checked against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Container<'a> {
    folder: &'a RenderFolder,
    created: Millis,
    is_chat: bool,
    limits: CheckLimits,
}

impl<'a> Container<'a> {
    pub(super) fn new(target: &Target, folder: &'a RenderFolder, limits: CheckLimits) -> Self {
        Self {
            folder,
            created: target.created,
            is_chat: matches!(target.place, TargetPlace::Chat(_)),
            limits,
        }
    }

    /// Checks a post by itself; `broken` is told what it breaks.
    pub(super) fn check(
        &self,
        post: &Post<'_, &RawValue>,
        mut broken: impl FnMut(&'static Rule, String),
    ) {
        if post.reply_to.is_some() && self.is_chat {
            broken(&rules::NO_REPLIES_IN_CHATS, "it is a reply".to_owned());
        }
        let body = post.body.get();
        let size = request_size(post);
        if size > self.limits.request_bytes {
            broken(
                &rules::REQUEST_SIZE,
                format!("{size} bytes, its images included"),
            );
        }
        match serde_json::from_str::<ChatMessage<'_>>(body) {
            Ok(message) => self.check_message(post, &message, &mut broken),
            Err(error) => {
                let (rule, words) = diagnose(body, &error);
                broken(rule, words);
            }
        }
    }

    fn check_message(
        &self,
        post: &Post<'_, &RawValue>,
        message: &ChatMessage<'_>,
        broken: &mut impl FnMut(&'static Rule, String),
    ) {
        let id = post.id.created();
        let created = message.created_date_time;
        if id != created {
            broken(
                &rules::ID_IS_TIME,
                format!("the id is {id}, the time is {created}"),
            );
        }
        if created <= self.created {
            broken(
                &rules::AFTER_CONTAINER,
                format!("{created} is not after {}", self.created),
            );
        }
        let content = message.body.content.as_str();
        if content.is_empty() {
            broken(&rules::BODY, "the content is empty".to_owned());
        }
        let weight = weight(message) + deferred::reserve(post);
        if weight > self.limits.message_bytes {
            broken(&rules::MESSAGE_SIZE, format!("{weight} bytes"));
        }
        match html::scan(content) {
            Ok(_) if self.limits.strict && sanitiser::changes(content) => {
                broken(&rules::HTML, "a sanitiser would change it".to_owned());
            }
            Ok(mut scan) => {
                if let Some(foreign) = scan.foreign.take() {
                    broken(&rules::FOREIGN_HTML, foreign);
                }
                check_references(message, &scan, broken);
                deferred::check(post, message, &scan, self.folder, broken);
            }
            Err(fault) => broken(&rules::HTML, fault.to_string()),
        }
        for attachment in &message.attachments {
            if &*attachment.content_type == "reference"
                && !attachment
                    .content_url
                    .as_deref()
                    .is_some_and(ends_in_extension)
            {
                broken(&rules::EXTENSION, attachment.id.to_string());
            }
        }
    }
}

/// Mentions, attachments and images of the post against their places in the text.
fn check_references(
    message: &ChatMessage<'_>,
    scan: &html::Scan<'_>,
    broken: &mut impl FnMut(&'static Rule, String),
) {
    for (n, mention) in message.mentions.iter().enumerate() {
        let twice = message
            .mentions
            .iter()
            .skip(n + 1)
            .any(|other| other.id == mention.id);
        let places = scan
            .ats
            .iter()
            .filter(|(id, _)| id.parse() == Ok(mention.id))
            .count();
        if twice || places != 1 {
            broken(
                &rules::MENTIONS,
                format!("mention {} has {places} places", mention.id),
            );
        }
    }
    for (id, has_text) in &scan.ats {
        if !has_text {
            broken(
                &rules::MENTIONS,
                format!("the place of mention {id} is empty"),
            );
        }
        if !message
            .mentions
            .iter()
            .any(|mention| id.parse() == Ok(mention.id))
        {
            broken(
                &rules::MENTIONS,
                format!("the place of mention {id} has no mention"),
            );
        }
    }
    for attachment in &message.attachments {
        let places = scan
            .attachments
            .iter()
            .filter(|id| **id == &*attachment.id)
            .count();
        if places != 1 {
            broken(
                &rules::ATTACHMENTS,
                format!("{} has {places} places", attachment.id),
            );
        }
    }
    for id in &scan.attachments {
        if !message
            .attachments
            .iter()
            .any(|attachment| &*attachment.id == *id)
        {
            broken(
                &rules::ATTACHMENTS,
                format!("the place of {id} has no attachment"),
            );
        }
    }
}

/// Bytes of the request that brings a post, its images included.
pub(super) fn request_size(post: &Post<'_, &RawValue>) -> usize {
    let images = if post.images.is_empty() {
        0
    } else {
        hosted_size(&post.images)
    };
    post.body.get().len() + images
}

/// Returns the bytes that count towards the size of a message: content and subject in UTF-8,
/// mentions and attachments as JSON (crates/graph/RULES.md R43: "html, mentions and so on").
fn weight(message: &ChatMessage<'_>) -> usize {
    struct Count(usize);

    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let subject = message.subject.as_ref().map_or(0, |subject| subject.len());
    let mut count = Count(message.body.content.len() + subject);
    // Counting can't fail, and neither can these types.
    if !message.mentions.is_empty() {
        let _ = serde_json::to_writer(&mut count, &message.mentions);
    }
    if !message.attachments.is_empty() {
        let _ = serde_json::to_writer(&mut count, &message.attachments);
    }
    count.0
}

/// Returns true if the last segment of an address is a name with an extension.
fn ends_in_extension(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty() && !extension.is_empty() && !extension.contains('%')
    })
}

/// Returns the rule a body breaks that is no message at all.
fn diagnose(body: &str, error: &serde_json::Error) -> (&'static Rule, String) {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Loose {
        from: serde_json::Value,
        body: serde_json::Value,
    }

    let Ok(loose) = serde_json::from_str::<Loose>(body) else {
        return (&rules::SHAPE, error.to_string());
    };
    let user = loose.from.get("user");
    let id = user
        .and_then(|user| user.get("id"))
        .and_then(serde_json::Value::as_str);
    let kind = user.and_then(|user| user.get("userIdentityType"));
    let content_type = loose
        .body
        .get("contentType")
        .and_then(serde_json::Value::as_str);
    let has_content = loose
        .body
        .get("content")
        .is_some_and(serde_json::Value::is_string);
    if id.is_none_or(|id| id.parse::<EntraId>().is_err()) {
        (&rules::AUTHOR, id.unwrap_or("there is none").to_owned())
    } else if kind.and_then(serde_json::Value::as_str) != Some("aadUser") {
        (
            &rules::AUTHOR_KIND,
            kind.map_or_else(|| "none".to_owned(), ToString::to_string),
        )
    } else if content_type != Some("html") || !has_content {
        (
            &rules::BODY,
            format!("contentType is {}", content_type.unwrap_or("missing")),
        )
    } else {
        (&rules::SHAPE, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chatferry_model::deferred::{file_url, link_url};
    use serde_json::{Value, json};

    /// A post that breaks no rule.
    fn good() -> Value {
        json!({
            "id": "2019-02-04T19:58:15.511Z",
            "source": { "conversation": "C1", "message": "1549310295.511000" },
            "body": {
                "createdDateTime": "2019-02-04T19:58:15.511Z",
                "from": { "user": {
                    "id": "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca",
                    "displayName": "Jane",
                    "userIdentityType": "aadUser",
                } },
                "body": {
                    "contentType": "html",
                    "content": "<p><at id=\"0\">Jo</at><attachment id=\"a\"></attachment></p>",
                },
                "mentions": [{ "id": 0, "mentionText": "Jo", "mentioned": { "user": {
                    "id": "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6cb",
                    "displayName": "Jo",
                    "userIdentityType": "aadUser",
                } } }],
                "attachments": [{
                    "id": "a",
                    "contentType": "reference",
                    "contentUrl": "https://acme.sharepoint.com/sites/x/Shared%20Documents/a.docx",
                    "name": "a.docx",
                }],
            },
        })
    }

    fn broken(post: &Value, is_chat: bool) -> Vec<&'static str> {
        let place = tempfile::tempdir().unwrap();
        let folder = RenderFolder::new(place.path().to_owned());
        for (folder, name) in [(folder.images(), "png"), (folder.files(), "txt")] {
            std::fs::create_dir(&folder).unwrap();
            std::fs::write(folder.join(name), "12345").unwrap();
        }
        let container = Container {
            folder: &folder,
            created: "2019-01-01T00:00:00.000Z".parse().unwrap(),
            is_chat,
            limits: CheckLimits {
                message_bytes: 4_000,
                request_bytes: 6_000,
                strict: false,
            },
        };
        let text = post.to_string();
        let post = serde_json::from_str(&text).unwrap();
        let mut numbers = Vec::new();
        container.check(&post, |rule, _| numbers.push(rule.number));
        numbers
    }

    #[test]
    fn a_good_post_breaks_nothing() {
        assert_eq!(broken(&good(), false), [] as [&str; 0]);
    }

    #[test]
    fn every_rule_for_one_post_is_noticed() {
        let long = "x".repeat(4_001);
        let longer = "x".repeat(6_001);
        for (pointer, value, number) in [
            ("/id", json!("2019-02-04T19:58:15.512Z"), "R32"),
            ("/body/from/user/id", json!("jane@example.com"), "R26"),
            ("/body/from", json!({ "application": {} }), "R26"),
            (
                "/body/from/user/userIdentityType",
                json!("federatedUser"),
                "R27",
            ),
            ("/body/body/contentType", json!("text"), "R34"),
            ("/body/body/content", json!(null), "R34"),
            ("/body/mentions", json!([]), "R37"),
            ("/body/mentions/0/id", json!(1), "R37"),
            ("/body/attachments", json!([]), "R38"),
            (
                "/body/attachments/0/contentUrl",
                json!("https://acme/x/doc.aspx/file"),
                "R39",
            ),
            ("/body/body/content", json!("<script></script>"), "2.7"),
            ("/body/body/content", json!(long), "R43"),
            ("/body/subject", json!(longer), "R42"),
            ("/body/createdDateTime", json!("yesterday"), "1.7"),
        ] {
            let mut post = good();
            if let Some(place) = post.pointer_mut(pointer) {
                *place = value;
            } else {
                post["body"]["subject"] = value;
            }
            assert!(
                broken(&post, false).contains(&number),
                "{pointer}: {number}"
            );
        }
    }

    #[test]
    fn rules_of_time_and_place() {
        let mut early = good();
        early["id"] = json!("2019-01-01T00:00:00.000Z");
        early["body"]["createdDateTime"] = json!("2019-01-01T00:00:00.000Z");
        assert_eq!(broken(&early, false), ["R28"]);

        let mut reply = good();
        reply["replyTo"] = json!("2019-02-04T19:58:15.510Z");
        assert_eq!(broken(&reply, false), [] as [&str; 0]);
        assert_eq!(broken(&reply, true), ["R36"]);

        let mut image = good();
        image["body"]["body"]["content"] = json!("<img src=\"../hostedContents/1/$value\">");
        image["body"]["mentions"] = json!([]);
        image["body"]["attachments"] = json!([]);
        assert_eq!(broken(&image, false), ["R40"]);
    }

    /// A post with everything that can be left blank, and no rule broken.
    fn blank() -> Value {
        let mut post = good();
        let file = file_url("8c0a", "a b.txt");
        post["images"] = json!([{
            "id": 1, "path": "png", "mediaType": "image/png", "bytes": 5, "name": "a.png",
        }]);
        post["files"] = json!([{ "id": "8c0a", "path": "txt", "name": "a b.txt", "bytes": 5 }]);
        post["links"] = json!([
            { "id": 0, "to": { "target": "dev" }, "source": "https://a.example" },
            { "id": 1, "to": { "target": "dev" } },
        ]);
        post["body"]["body"]["content"] = json!(format!(
            "<p><at id=\"0\">Jo</at><a href=\"{}\">x</a></p>\
             <img src=\"../hostedContents/1/$value\"><attachment id=\"8c0a\"></attachment>",
            link_url(0)
        ));
        post["body"]["mentions"][0]["mentioned"] = json!({ "conversation": {
            "id": link_url(1), "displayName": "dev", "conversationIdentityType": "channel",
        } });
        post["body"]["attachments"] = json!([{
            "id": "8c0a", "contentType": "reference", "contentUrl": file, "name": "a b.txt",
        }]);
        post
    }

    #[test]
    fn every_rule_for_blanks_is_noticed() {
        assert_eq!(broken(&blank(), false), [] as [&str; 0]);
        let image = blank()["images"][0].clone();
        let many: Vec<_> = (0..11)
            .map(|n| json!({ "id": n.to_string(), "contentType": "x" }))
            .collect();
        let reaction = json!({
            "reactionType": "x", "createdDateTime": "2019-02-04T19:58:15.511Z",
            "user": good()["body"]["from"],
        });
        for (pointer, value, number) in [
            ("/images", json!([]), "R40"),
            ("/images", json!([image, image]), "R40"),
            ("/images/0/id", json!(2), "R40"),
            ("/images/0/mediaType", json!("image/gif"), "G1"),
            ("/images/0/mediaType", json!("text/html"), "G1"),
            ("/images/0/path", json!("gone"), "design 2"),
            ("/images/0/bytes", json!(6), "design 2"),
            ("/images/0/bytes", json!(4_600), "R42"),
            ("/files/0/path", json!("../images/png"), "design 2"),
            ("/files", json!([]), "design 2"),
            ("/files/0/id", json!("8c0b"), "design 2"),
            ("/files/0/name", json!("a:b.txt"), "R64"),
            ("/files/0/name", json!("README"), "R39"),
            ("/links", json!([]), "design 2"),
            ("/links/1/id", json!(0), "design 2"),
            ("/links/1/id", json!(7), "design 2"),
            ("/body/attachments", json!(many), "2.4"),
            ("/reactions", json!(vec![reaction; 251]), "R44"),
        ] {
            let mut post = blank();
            match post.pointer_mut(pointer) {
                Some(place) => *place = value,
                None => post["reactions"] = value,
            }
            let found = broken(&post, false);
            assert!(found.contains(&number), "{pointer}: {number}, {found:?}");
        }
        let mut long = blank();
        long["links"] = (0..8)
            .map(|n| json!({ "id": n, "to": { "target": "dev" }, "source": "https://a.example" }))
            .collect();
        assert!(
            broken(&long, false).contains(&"R43"),
            "links are reserved for"
        );
    }

    #[test]
    fn a_mention_needs_its_one_place() {
        for content in [
            "<at id=\"0\"></at>",
            "<at id=\"0\">a</at><at id=\"0\">b</at>",
            "a",
        ] {
            let mut post = good();
            post["body"]["body"]["content"] =
                json!(format!("{content}<attachment id=\"a\"></attachment>"));
            assert!(broken(&post, false).contains(&"R37"), "{content}");
        }
    }
}
