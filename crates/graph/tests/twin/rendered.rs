//! A `3-render` folder with images, files and links, made for a test.

use std::path::PathBuf;

use chatferry_model::deferred::{LinkedPost, SourceMessage, file_url, link_url};
use chatferry_model::finding::Stage;
use chatferry_model::folder::RenderFolder;
use chatferry_model::jsonl::{Format, JsonlWriter};
use chatferry_model::manifest::Manifest;
use chatferry_model::plan::{RenderDetails, Target, TargetSummary, Team};
use chatferry_model::{ConversationId, GraphMessageId, MessageId, Millis, TargetKey};
use serde_json::{Value, json};

/// The first post of every target; teams and channels are older.
pub(crate) const FIRST: i64 = 1_500_000_000_000;

/// Speaks in all posts.
pub(crate) const AUTHOR: &str = "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca";
/// A member of teams and private channels.
pub(crate) const MEMBER: &str = "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6cb";

pub(crate) struct Rendered {
    _place: tempfile::TempDir,
    root: PathBuf,
    manifest: Manifest<RenderDetails>,
}

/// A post in the making.
pub(crate) struct Said {
    post: Value,
    content: String,
    attachments: Vec<Value>,
    mentions: Vec<Value>,
}

impl Said {
    /// A post at so many ms after [`FIRST`].
    pub(crate) fn at(ms: i64, words: &str) -> Self {
        let time = time(ms);
        Self {
            post: json!({
                "id": time,
                "source": { "conversation": "C1", "message": ms.to_string() },
                "images": [], "files": [], "links": [],
                "body": {
                    "createdDateTime": time,
                    "from": { "user": {
                        "id": AUTHOR, "displayName": "Anna", "userIdentityType": "aadUser",
                    } },
                    "body": { "contentType": "html", "content": "" },
                },
            }),
            content: format!("<p>{words}</p>"),
            attachments: Vec::new(),
            mentions: Vec::new(),
        }
    }

    pub(crate) fn answers(mut self, root: i64) -> Self {
        self.post["replyTo"] = time(root).into();
        self
    }

    /// Shows an image of `3-render/images`.
    pub(crate) fn image(mut self, path: &str, bytes: usize) -> Self {
        let images = self.post["images"].as_array_mut().unwrap();
        let id = images.len() + 1;
        images.push(json!({
            "id": id, "path": path, "mediaType": "image/png", "bytes": bytes,
            "name": format!("{path}.png"),
        }));
        let source = format!("../hostedContents/{id}/$value");
        self.content += &format!("<p><img alt=\"a &gt; b\" src=\"{source}\"></p>");
        self
    }

    /// Gives its last image another type.
    pub(crate) fn kind(mut self, media_type: &str) -> Self {
        let images = self.post["images"].as_array_mut().unwrap();
        images.last_mut().unwrap()["mediaType"] = media_type.into();
        self
    }

    /// Carries a file of `3-render/files`.
    pub(crate) fn file(mut self, path: &str, name: &str, bytes: usize) -> Self {
        let files = self.post["files"].as_array_mut().unwrap();
        let id = format!("8c0a1a67-50ce-4114-bb6c-{:012}", files.len());
        files.push(json!({ "id": id, "path": path, "name": name, "bytes": bytes }));
        self.content += &format!("<attachment id=\"{id}\"></attachment>");
        self.attachments.push(json!({
            "id": id, "contentType": "reference", "contentUrl": file_url(&id, name), "name": name,
        }));
        self
    }

    /// Links to a message of the source, or to a target.
    pub(crate) fn link(mut self, to: Value) -> Self {
        let id = self.links();
        let source = "https://acme.slack.com/archives/C1/p1?x=1&y=2";
        self.push_link(json!({ "id": id, "to": to, "source": source }));
        self.content += &format!("<p><a href=\"{}\">there</a></p>", link_url(id));
        self
    }

    /// Mentions a channel.
    pub(crate) fn mention(mut self, target: &str) -> Self {
        let id = self.links();
        self.push_link(json!({ "id": id, "to": { "target": target } }));
        let number = self.mentions.len();
        self.mentions.push(json!({
            "id": number, "mentionText": target,
            "mentioned": { "conversation": {
                "id": link_url(id), "displayName": target, "conversationIdentityType": "channel",
            } },
        }));
        self.content += &format!("<p><at id=\"{number}\">{target}</at></p>");
        self
    }

    /// Brings reactions along.
    pub(crate) fn reaction(mut self) -> Self {
        self.post["reactions"] = json!([{
            "reactionType": "\u{1f44d}",
            "createdDateTime": self.post["id"],
            "user": self.post["body"]["from"],
        }]);
        self
    }

    fn links(&self) -> u32 {
        self.post["links"].as_array().unwrap().len() as u32
    }

    fn push_link(&mut self, link: Value) {
        self.post["links"].as_array_mut().unwrap().push(link);
    }

    fn line(mut self) -> Value {
        self.post["body"]["body"]["content"] = self.content.into();
        if !self.attachments.is_empty() {
            self.post["body"]["attachments"] = self.attachments.into();
        }
        if !self.mentions.is_empty() {
            self.post["body"]["mentions"] = self.mentions.into();
        }
        self.post
    }
}

impl Rendered {
    pub(crate) fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("3-render");
        for folder in ["posts", "images", "files"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        let team: Team = serde_json::from_value(json!({
            "key": "acme", "name": "Acme", "created": "2016-01-01T00:00:00.000Z",
            "owners": [AUTHOR], "members": [MEMBER],
        }))
        .unwrap();
        let details = RenderDetails {
            teams: vec![team],
            ..RenderDetails::default()
        };
        Self {
            _place: place,
            root,
            manifest: Manifest::new(Stage::Render, details),
        }
    }

    pub(crate) fn folder(&self) -> RenderFolder {
        RenderFolder::new(self.root.clone())
    }

    pub(crate) fn image(self, path: &str, content: &[u8]) -> Self {
        std::fs::write(self.root.join("images").join(path), content).unwrap();
        self
    }

    pub(crate) fn file(self, path: &str, content: &[u8]) -> Self {
        std::fs::write(self.root.join("files").join(path), content).unwrap();
        self
    }

    /// Says where a message of the source stands: the post so many ms after [`FIRST`].
    pub(crate) fn linked(self, message: &'static str, target: &'static str, post: i64) -> Self {
        let line = LinkedPost {
            source: SourceMessage {
                conversation: ConversationId::new("C1"),
                message: MessageId::new(message),
            },
            target: TargetKey::new(target),
            post: GraphMessageId::at(Millis::new(FIRST + post).unwrap()),
            reply_to: None,
        };
        let path = self.folder().links();
        let mut writer = JsonlWriter::create(&path, Format::LINKS, None::<&()>).unwrap();
        writer.write(&line).unwrap();
        writer.finish().unwrap();
        self
    }

    pub(crate) fn channel(self, name: &str, posts: Vec<Said>) -> Self {
        let place =
            json!({ "channel": { "team": "acme", "name": name, "membership": "standard" } });
        self.target(name, place, posts)
    }

    pub(crate) fn private_channel(self, name: &str, posts: Vec<Said>) -> Self {
        let place = json!({ "channel": {
            "team": "acme", "name": name, "membership": "private", "members": [AUTHOR, MEMBER],
        } });
        self.target(name, place, posts)
    }

    pub(crate) fn chat(self, name: &str, posts: Vec<Said>) -> Self {
        let place = json!({ "chat": {
            "kind": "group", "topic": name, "members": [AUTHOR, MEMBER],
        } });
        self.target(name, place, posts)
    }

    fn target(mut self, name: &str, place: Value, posts: Vec<Said>) -> Self {
        let target: Target = serde_json::from_value(json!({
            "key": name, "place": place, "created": "2016-01-01T00:00:00.000Z",
            "sources": [{ "conversation": name, "kind": "public", "messages": posts.len() }],
        }))
        .unwrap();
        let path = self.folder().posts(&TargetKey::new(name));
        let mut writer = JsonlWriter::create(&path, Format::POSTS, Some(&target)).unwrap();
        let lines: Vec<_> = posts.into_iter().map(Said::line).collect();
        for line in &lines {
            writer.write(line).unwrap();
        }
        let file = writer.finish().unwrap();
        self.manifest
            .files
            .insert(format!("posts/{name}.jsonl"), file);
        let time = |line: &Value| line["id"].as_str().unwrap().parse::<Millis>().unwrap();
        self.manifest.details.targets.push(TargetSummary {
            target,
            posts: lines.len() as u64,
            replies: lines
                .iter()
                .filter(|line| !line["replyTo"].is_null())
                .count() as u64,
            bytes: 0,
            file_bytes: 0,
            first: lines.first().map(time),
            last: lines.last().map(time),
        });
        self.manifest.write(&self.root).unwrap();
        self
    }
}

fn time(ms: i64) -> String {
    Millis::new(FIRST + ms).unwrap().to_string()
}
