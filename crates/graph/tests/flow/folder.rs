//! A `3-render` folder made for a test.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chatferry_model::deferred::file_url;
use chatferry_model::finding::Stage;
use chatferry_model::folder::RenderFolder;
use chatferry_model::jsonl::{Format, JsonlWriter};
use chatferry_model::manifest::Manifest;
use chatferry_model::plan::{RenderDetails, Target, TargetSummary, Team};
use chatferry_model::{Millis, TargetKey};
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
    details: RenderDetails,
    manifest: Manifest<RenderDetails>,
    carried: Vec<(i64, Carried)>,
    sources: BTreeMap<i64, &'static str>,
}

/// What a post carries beside its words, by its name in `3-render`.
#[derive(Clone, Copy)]
pub(crate) enum Carried {
    Image(&'static str),
    /// And the name that it is to have.
    File(&'static str, &'static str),
}

/// A post of a test: its time after [`FIRST`] in ms, and the root it answers, likewise.
pub(crate) type Said = (i64, Option<i64>);

impl Rendered {
    pub(crate) fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("3-render");
        for folder in ["posts", "images", "files"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        let team: Team = serde_json::from_value(json!({
            "key": "acme",
            "name": "Acme's team",
            "created": "2016-01-01T00:00:00.000Z",
            "owners": [AUTHOR],
            "members": [MEMBER],
        }))
        .unwrap();
        let details = RenderDetails {
            rehearsal_account: false,
            teams: vec![team],
            targets: Vec::new(),
        };
        let manifest = Manifest::new(Stage::Render, details.clone());
        Self {
            _place: place,
            root,
            details,
            manifest,
            carried: Vec::new(),
            sources: BTreeMap::new(),
        }
    }

    /// From here on, every target's post at that time comes from this message of the source, and
    /// not from one that is called like the time.
    pub(crate) fn coming_from(mut self, at: i64, message: &'static str) -> Self {
        self.sources.insert(at, message);
        self
    }

    /// Puts a file into `3-render/files`, or `images`.
    pub(crate) fn blob(self, folder: &str, path: &str, content: &[u8]) -> Self {
        std::fs::write(self.root.join(folder).join(path), content).unwrap();
        self
    }

    /// From here on, every target's post at that time carries this.
    pub(crate) fn carrying(mut self, at: i64, what: Carried) -> Self {
        self.carried.push((at, what));
        self
    }

    pub(crate) fn folder(&self) -> RenderFolder {
        RenderFolder::new(self.root.clone())
    }

    /// Lays `change` over the plan of the team.
    pub(crate) fn team(mut self, change: Value) -> Self {
        let mut team = serde_json::to_value(&self.details.teams[0]).unwrap();
        for (field, value) in change.as_object().unwrap() {
            team[field] = value.clone();
        }
        self.details.teams[0] = serde_json::from_value(team).unwrap();
        self
    }

    /// Adds a team; its channels say that they are of it.
    pub(crate) fn another_team(mut self, team: Value) -> Self {
        self.details
            .teams
            .push(serde_json::from_value(team).unwrap());
        self
    }

    /// Adds a chat with these posts, none of which is a reply.
    pub(crate) fn chat(self, key: &str, chat: Value, posts: &[Said]) -> Self {
        self.target(key, json!({ "chat": chat }), posts, words)
    }

    /// Adds a channel with these posts; `change` is laid over the channel's plan.
    pub(crate) fn channel(self, name: &str, change: Value, posts: &[Said]) -> Self {
        self.channel_saying(name, change, posts, words)
    }

    pub(crate) fn channel_saying(
        self,
        name: &str,
        change: Value,
        posts: &[Said],
        content: impl Fn(i64) -> String,
    ) -> Self {
        let mut channel = json!({ "team": "acme", "name": name, "membership": "standard" });
        for (field, value) in change.as_object().unwrap() {
            channel[field] = value.clone();
        }
        self.target(name, json!({ "channel": channel }), posts, content)
    }

    fn target(
        mut self,
        name: &str,
        place: Value,
        posts: &[Said],
        content: impl Fn(i64) -> String,
    ) -> Self {
        let target: Target = serde_json::from_value(json!({
            "key": name,
            "place": place,
            "created": "2016-01-01T00:00:00.000Z",
            "sources": [{ "conversation": name, "kind": "public", "messages": posts.len() }],
        }))
        .unwrap();
        let path = self.folder().posts(&TargetKey::new(name));
        let mut writer = JsonlWriter::create(&path, Format::POSTS, Some(&target)).unwrap();
        for (at, root) in posts {
            let mut post = post(name, *at, *root, &content(*at));
            if let Some(message) = self.sources.get(at) {
                post["source"]["message"] = (*message).into();
            }
            for (_, what) in self.carried.iter().filter(|(carrier, _)| carrier == at) {
                self.carry(&mut post, *what);
            }
            writer.write(&post).unwrap();
        }
        let summary = writer.finish().unwrap();
        self.manifest
            .files
            .insert(format!("posts/{name}.jsonl"), summary);
        let time = |said: &Said| Millis::new(FIRST + said.0).unwrap();
        self.details.targets.push(TargetSummary {
            target,
            posts: posts.len() as u64,
            replies: posts.iter().filter(|(_, root)| root.is_some()).count() as u64,
            bytes: 0,
            file_bytes: 0,
            first: posts.first().map(time),
            last: posts.last().map(time),
        });
        self.manifest.details = self.details.clone();
        self.manifest.write(&self.root).unwrap();
        self
    }

    fn carry(&self, post: &mut Value, what: Carried) {
        let mut listed = |list: &str, entry: Value| {
            if post[list].is_null() {
                post[list] = json!([]);
            }
            post[list].as_array_mut().unwrap().push(entry);
        };
        let size = |folder: &str, path: &str| {
            let file = std::fs::metadata(self.root.join(folder).join(path));
            file.unwrap().len()
        };
        let tag = match what {
            Carried::Image(path) => {
                listed(
                    "images",
                    json!({
                        "id": 1, "path": path, "mediaType": "image/png",
                        "bytes": size("images", path), "name": format!("{path}.png"),
                    }),
                );
                "<img src=\"../hostedContents/1/$value\">".to_owned()
            }
            Carried::File(path, name) => {
                let id = "8c0a1a67-50ce-4114-bb6c-000000000000";
                listed(
                    "files",
                    json!({ "id": id, "path": path, "name": name, "bytes": size("files", path) }),
                );
                post["body"]["attachments"] = json!([{
                    "id": id, "contentType": "reference", "contentUrl": file_url(id, name),
                    "name": name,
                }]);
                format!("<attachment id=\"{id}\"></attachment>")
            }
        };
        let content = &mut post["body"]["body"]["content"];
        *content = format!("{}{tag}", content.as_str().unwrap()).into();
    }

    /// All posts of all targets, as [`crate::tenant::Tenant::posts`] gives them.
    pub(crate) fn expected(&self) -> BTreeMap<String, Vec<(i64, Option<i64>, String)>> {
        let mut expected = BTreeMap::new();
        for summary in &self.details.targets {
            let reader = chatferry_model::jsonl::JsonlReader::open(
                &self.folder().posts(&summary.target.key),
                Format::POSTS,
            );
            let posts: Vec<Value> = reader.unwrap().read_all().unwrap();
            let ms = |value: &Value| {
                value
                    .as_str()
                    .map(|time| time.parse::<Millis>().unwrap().as_millis())
            };
            let posts = posts.iter().map(|post| {
                let content = post["body"]["body"]["content"].as_str().unwrap();
                (
                    ms(&post["id"]).unwrap(),
                    ms(&post["replyTo"]),
                    content.to_owned(),
                )
            });
            expected.insert(summary.target.key.to_string(), posts.collect());
        }
        expected
    }
}

fn words(at: i64) -> String {
    format!("<p>post {at} &amp; more</p>")
}

fn post(conversation: &str, at: i64, root: Option<i64>, content: &str) -> Value {
    let time = |at: i64| Millis::new(FIRST + at).unwrap().to_string();
    let mut post = json!({
        "id": time(at),
        "source": { "conversation": conversation, "message": at.to_string() },
        "body": {
            "createdDateTime": time(at),
            "from": { "user": {
                "id": AUTHOR, "displayName": "Jane", "userIdentityType": "aadUser",
            } },
            "body": { "contentType": "html", "content": content },
        },
    });
    if let Some(root) = root {
        post["replyTo"] = time(root).into();
    }
    post
}

/// `count` posts, a second apart, none of which is a reply.
pub(crate) fn line(count: i64) -> Vec<Said> {
    (0..count).map(|n| (n * 1_000, None)).collect()
}

/// `count` posts, a second apart; every root has three replies.
pub(crate) fn threads(count: i64) -> Vec<Said> {
    (0..count)
        .map(|n| (n * 1_000, (n % 4 != 0).then_some(n / 4 * 4_000)))
        .collect()
}
