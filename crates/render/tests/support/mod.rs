//! A small workspace to render: written by hand, rendered into a folder that goes away.
#![allow(clippy::unwrap_used, reason = "what a test sets up must not fail")]
#![allow(dead_code, reason = "no test needs all of it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chatferry_model::conversation::{Conversation, ConversationKind};
use chatferry_model::finding::Finding;
use chatferry_model::folder::{FetchFolder, ReadFolder, RenderFolder};
use chatferry_model::jsonl::{Format, JsonlReader, JsonlWriter};
use chatferry_model::manifest::Outcome;
use chatferry_model::message::Message;
use chatferry_model::person::{Person, PersonKind};
use chatferry_model::plan::{
    Channel, Chat, ChatKind, Membership, PersonPlan, Plan, RenderDetails, Target, TargetPlace,
    TargetSource, User, Voice,
};
use chatferry_model::post::{ChatMessage, Mentioned, Post};
use chatferry_model::progress::Silent;
use chatferry_model::{ConversationId, Micros, Millis, PersonId, TargetKey, TeamKey};
use chatferry_render::{RenderError, RenderSettings, render};
use serde_json::json;

/// A workspace to render.
pub(crate) struct Workspace {
    folder: tempfile::TempDir,
    pub(crate) plan: Plan,
    pub(crate) settings: RenderSettings,
    conversations: Vec<Conversation>,
}

/// What rendering made of it.
pub(crate) struct Output {
    pub(crate) outcome: Outcome<RenderDetails>,
    /// The text of each file, by its name.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

pub(crate) type OwnedPost = Post<'static, ChatMessage<'static>>;

pub(crate) fn micros(text: &str) -> Micros {
    text.parse().unwrap()
}

pub(crate) fn millis(text: &str) -> Millis {
    text.parse().unwrap()
}

pub(crate) fn user(number: u32, name: &str) -> User {
    User {
        id: format!("00000000-0000-4000-8000-{number:012x}")
            .parse()
            .unwrap(),
        display_name: name.to_owned(),
    }
}

impl Workspace {
    /// Ann and Bob have accounts, Carl and the bot Deploy have none.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("1-read/messages")).unwrap();
        let mut workspace = Self {
            folder,
            plan: Plan {
                placeholder: Some(user(99, "Import")),
                ..Plan::default()
            },
            settings: RenderSettings::default(),
            conversations: Vec::new(),
        };
        let people = [
            ("U1", "Ann", PersonKind::User, Some(user(1, "Ann Abel"))),
            ("U2", "Bob", PersonKind::User, Some(user(2, "Bob Bell"))),
            ("U3", "Carl", PersonKind::User, None),
            ("B1", "Deploy", PersonKind::Bot, None),
        ];
        let mut lines = Vec::new();
        for (id, name, kind, user) in people {
            let line = json!({ "id": id, "kind": kind, "name": name });
            lines.push(serde_json::from_value::<Person>(line).unwrap());
            let name = name.to_owned();
            let voice = user.map_or(Voice::Placeholder, Voice::User);
            workspace
                .plan
                .people
                .insert(PersonId::new(id), PersonPlan { name, voice });
        }
        let path = workspace.read().people();
        let mut writer = JsonlWriter::create::<()>(&path, Format::PEOPLE, None).unwrap();
        for person in lines {
            writer.write(&person).unwrap();
        }
        writer.finish().unwrap();
        workspace
    }

    /// Puts a blob where readers put those of the export.
    pub(crate) fn blob(&self, name: &str, content: &[u8]) {
        fs::create_dir_all(self.read().blobs()).unwrap();
        fs::write(self.read().blobs().join(name), content).unwrap();
    }

    /// Writes a list of records into the folder of a stage.
    pub(crate) fn list(&self, path: &Path, format: Format, records: &[serde_json::Value]) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut writer = JsonlWriter::create::<()>(path, format, None).unwrap();
        for record in records {
            writer.write(record).unwrap();
        }
        writer.finish().unwrap();
    }

    pub(crate) fn fetch(&self) -> FetchFolder {
        FetchFolder::new(self.folder.path().join("1-fetch"))
    }

    /// Where it was rendered.
    pub(crate) fn rendered(&self) -> RenderFolder {
        RenderFolder::new(self.folder.path().join("3-render"))
    }

    pub(crate) fn read(&self) -> ReadFolder {
        ReadFolder::new(self.folder.path().join("1-read"))
    }

    /// Adds a conversation with these messages.
    pub(crate) fn conversation(
        &mut self,
        id: &'static str,
        name: &str,
        kind: ConversationKind,
        messages: &[Message<'_>],
    ) {
        let path = self.read().messages_folder().join(format!("{id}.jsonl"));
        let mut writer = JsonlWriter::create::<()>(&path, Format::MESSAGES, None).unwrap();
        for message in messages {
            writer.write(message).unwrap();
        }
        writer.finish().unwrap();
        let line = json!({ "id": id, "kind": kind, "name": name, "messages": messages.len() });
        self.conversations
            .push(serde_json::from_value(line).unwrap());
    }

    /// Plans a channel that is filled from these conversations.
    pub(crate) fn channel(&mut self, name: &'static str, sources: &[&'static str]) {
        let place = TargetPlace::Channel(Channel {
            team: TeamKey::new("acme"),
            existing: None,
            name: name.to_owned(),
            description: String::new(),
            membership: Membership::Standard,
            general: false,
            archive: false,
            members: Vec::new(),
        });
        self.target(name, place, sources);
    }

    /// Plans a chat that is filled from this conversation.
    pub(crate) fn chat(&mut self, source: &'static str) {
        let members = vec![user(1, "").id, user(2, "").id];
        let place = TargetPlace::Chat(Chat {
            kind: ChatKind::OneOnOne,
            existing: None,
            topic: None,
            members,
        });
        self.target(source, place, &[source]);
    }

    fn target(&mut self, key: &'static str, place: TargetPlace, sources: &[&'static str]) {
        let sources = sources.iter().map(|id| {
            let known = self
                .conversations
                .iter()
                .find(|known| known.id.as_str() == *id);
            let known = known.unwrap();
            TargetSource {
                conversation: ConversationId::new(*id),
                kind: known.kind,
                name: known.name.clone(),
                messages: known.messages,
                range: None,
            }
        });
        let sources = sources.collect();
        self.plan.targets.push(Target {
            key: TargetKey::new(key),
            place,
            created: millis("2019-01-01T00:00:00.000Z"),
            sources,
        });
    }

    pub(crate) fn render(&self) -> Result<Output, RenderError> {
        let path = self.read().conversations();
        let mut writer = JsonlWriter::create::<()>(&path, Format::CONVERSATIONS, None).unwrap();
        for conversation in &self.conversations {
            writer.write(conversation).unwrap();
        }
        writer.finish().unwrap();
        let into = self.rendered();
        // As the CLI gives it: a folder of its own for each run.
        if into.root().exists() {
            fs::remove_dir_all(into.root()).unwrap();
        }
        let outcome = render(&self.read(), &self.plan, &self.settings, &into, &Silent)?;
        let mut files = BTreeMap::new();
        for name in outcome.files.keys() {
            files.insert(name.clone(), fs::read(into.root().join(name)).unwrap());
        }
        for (unit, sum) in &outcome.sums {
            sum.check(unit).unwrap();
        }
        Ok(Output { outcome, files })
    }

    /// Renders, and reads the posts of a target.
    pub(crate) fn posts(&self, target: &'static str) -> Vec<OwnedPost> {
        self.render().unwrap();
        let into = RenderFolder::new(self.folder.path().join("3-render"));
        let path = into.posts(&TargetKey::new(target));
        let mut reader = JsonlReader::open(&path, Format::POSTS).unwrap();
        assert_eq!(reader.about::<Target>().unwrap().key.as_str(), target);
        let mut posts = Vec::new();
        while let Some(chunk) = reader.next_chunk().unwrap() {
            for (number, line) in chunk.lines() {
                // The model owns nothing it can borrow; tests may leak a little.
                let line: &'static [u8] = Box::leak(line.to_vec().into_boxed_slice());
                posts.push(chunk.parse(number, line).unwrap());
            }
        }
        posts
    }
}

impl Output {
    pub(crate) fn findings(&self) -> Vec<String> {
        let lines = self.outcome.findings.lines();
        let show = |finding: &Finding<'_>| {
            let ts = finding.place.ts.as_deref().unwrap_or("-");
            format!(
                "{} ×{} {ts}: {}",
                finding.code, finding.count, finding.message
            )
        };
        lines.iter().map(show).collect()
    }
}

/// A message of a conversation, from its JSON.
pub(crate) fn message(json: &serde_json::Value) -> Message<'static> {
    let text: &'static str = Box::leak(json.to_string().into_boxed_str());
    serde_json::from_str(text).unwrap()
}

/// A line for each post: when, where, who, and what.
pub(crate) fn show(posts: &[OwnedPost]) -> String {
    let mut out = String::new();
    for post in posts {
        let body = &post.body;
        let part = post
            .source
            .part
            .map_or(String::new(), |part| format!(" part {part}"));
        let reply = post
            .reply_to
            .map_or(String::new(), |root| format!(" ↳ {}", root.created()));
        let who = &body.from.user.display_name;
        let subject = body
            .subject
            .as_deref()
            .map_or(String::new(), |s| format!(" [{s}]"));
        out.push_str(&format!(
            "{}{reply} {}{part} {who}:{subject} {}\n",
            body.created_date_time, post.source.message, body.body.content
        ));
        for mention in &body.mentions {
            let id = match &mention.mentioned {
                Mentioned::User(user) => user.id.to_string(),
                Mentioned::Conversation(conversation) => conversation.id.to_string(),
            };
            out.push_str(&format!(
                "    @{} {} {id}\n",
                mention.id, mention.mention_text
            ));
        }
        assert_eq!(post.id.created(), body.created_date_time);
    }
    out
}

/// What stands in `fixtures/gallery`: every node there is, and awkward combinations of them.
pub(crate) fn gallery() -> Workspace {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/gallery");
    let text = fs::read_to_string(folder.join("messages.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let messages: Vec<_> = lines.map(|line| message(&line)).collect();
    let mut workspace = Workspace::new();
    let kind = ConversationKind::Public;
    workspace.conversation("C1", "general", kind, &messages);
    workspace.conversation("C2", "lantern-design", kind, &[]);
    workspace.channel("General", &["C1"]);
    workspace.channel("Lantern Design", &["C2"]);
    for entry in fs::read_dir(folder.join("blobs")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        workspace.blob(&name, &fs::read(entry.path()).unwrap());
    }
    let emoji = json!({ "name": "acme", "file": "E1" });
    workspace.list(&workspace.read().emoji(), Format::EMOJI, &[emoji]);
    let mut files = vec![json!({ "id": "E1", "name": "acme.png", "place": { "blob": "acme" } })];
    for file in messages.iter().flat_map(|message| &message.files) {
        files.push(serde_json::to_value(file).unwrap());
    }
    workspace.list(&workspace.read().files(), Format::FILES, &files);
    workspace
}
