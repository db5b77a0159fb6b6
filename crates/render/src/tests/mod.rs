//! Tests of whole documents: a gallery, an oracle, and documents nobody would write.

mod gallery;
mod generate;
mod oracle;
mod properties;
mod xss;

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use chatferry_model::document::{Block, Document};
use chatferry_model::file::File;
use chatferry_model::folder::{ReadFolder, RenderFolder};
use chatferry_model::plan::{Chat, ChatKind, PersonPlan, Plan, Target, TargetPlace, User, Voice};
use chatferry_model::{ConversationId, MessageId, Millis, PersonId, TargetKey};

use crate::document::{Note, Renderer, Scope};
use crate::html::Html;
use crate::layout::lay_out;
use crate::media::Media;
use crate::names::Names;
use crate::settings::RenderSettings;
use crate::split::{split, with_previews_apart};

/// What a document became.
struct Shown {
    html: String,
    notes: Vec<Note>,
    size: usize,
    /// The pictures in it, and the files that hang on it.
    beside: Vec<String>,
}

/// A place to render documents in: U1 has an account, all others have none.
struct Stage {
    plan: Plan,
    settings: RenderSettings,
    files: Vec<File<'static>>,
    media: Media,
    target: Target,
}

impl Stage {
    fn new() -> Self {
        let person = |name: &str, voice: Voice| PersonPlan {
            name: name.to_owned(),
            voice,
        };
        let ann = User {
            id: "00000000-0000-4000-8000-000000000001".parse().unwrap(),
            display_name: "Ann Abel".to_owned(),
        };
        let people = HashMap::from([
            (PersonId::new("U1"), person("Ann", Voice::User(ann.clone()))),
            (PersonId::new("U2"), person("Bob", Voice::Placeholder)),
        ]);
        Self {
            plan: Plan {
                people,
                placeholder: Some(ann),
                ..Plan::default()
            },
            settings: RenderSettings::default(),
            files: Vec::new(),
            media: Media::default(),
            target: Target {
                key: TargetKey::new("General"),
                place: TargetPlace::Chat(Chat {
                    kind: ChatKind::Group,
                    existing: None,
                    topic: None,
                    members: Vec::new(),
                }),
                created: Millis::EPOCH,
                sources: Vec::new(),
            },
        }
    }

    /// Calls `work` with what rendering depends on.
    fn with<T>(&self, work: impl FnOnce(Scope<'_>) -> T) -> T {
        let names = Names::new(&self.plan, &[], &[], Vec::new(), self.settings.phrases).unwrap();
        work(Scope {
            names: &names,
            settings: &self.settings,
            media: &self.media,
            message: (&ConversationId::new("C1"), &MessageId::new("m1")),
            target: &self.target,
            links: &[],
            files: &self.files,
            previews: true,
            mentions_enabled: true,
        })
    }

    fn show(&self, blocks: &[Block<'_>]) -> Shown {
        let blocks = lay_out(blocks.to_vec(), &self.settings);
        self.with(|scope| show(scope, &blocks))
    }

    /// The parts that a document is split into: each as HTML, and what it says.
    fn parts(&self, blocks: &[Block<'_>]) -> Vec<(Shown, String)> {
        self.with(|scope| {
            let blocks = lay_out(blocks.to_vec(), &self.settings);
            let blocks = with_previews_apart(blocks, &scope);
            let scope = Scope {
                previews: false,
                ..scope
            };
            let parts = split(blocks, scope, &[], 0, self.settings.message_bytes);
            let show = |part: &Vec<Block<'_>>| (show(scope, part), plain_text(part));
            parts.iter().map(show).collect()
        })
    }
}

fn show(scope: Scope<'_>, blocks: &[Block<'_>]) -> Shown {
    let mut renderer = Renderer::new(scope, Html::default());
    renderer.blocks(blocks);
    Shown {
        html: renderer.html.as_str().to_owned(),
        size: crate::size::size(&renderer),
        beside: (renderer.images.iter().map(|image| image.path.to_string()))
            .chain(renderer.files.iter().map(|file| file.path.to_string()))
            .collect(),
        notes: renderer.notes,
    }
}

/// A place to take bytes from: of a picture and of a text.
fn media(folder: &Path, settings: &RenderSettings) -> Media {
    let read = ReadFolder::new(folder.join("1-read"));
    let into = RenderFolder::new(folder.join("3-render"));
    fs::create_dir_all(read.blobs()).unwrap();
    let picture = image::DynamicImage::new_rgb8(2, 2);
    let path = read.blobs().join("picture");
    picture
        .save_with_format(path, image::ImageFormat::Png)
        .unwrap();
    fs::write(read.blobs().join("text"), "text").unwrap();
    Media::load(&read, settings, &into).unwrap()
}

fn plain_text(blocks: &[Block<'_>]) -> String {
    let blocks = blocks.to_vec();
    Document { blocks }.to_plain_text()
}
