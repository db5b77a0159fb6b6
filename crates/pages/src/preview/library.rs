//! The content to show: teams, channels and chats, and the posts of messages.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use chatferry_model::deferred::{LinkTo, LinkedPost, SourceMessage};
use chatferry_model::folder::RenderFolder;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::manifest::Manifest;
use chatferry_model::plan::{RenderDetails, TargetSummary};

use super::posts::Posts;
use crate::error::PageError;

/// The content to show.
pub struct Library {
    pub(super) folder: RenderFolder,
    pub(super) details: RenderDetails,
    /// Addresses within the preview of messages that others link to.
    links: HashMap<(String, String), String>,
    /// Channels that were looked at.
    opened: Mutex<HashMap<String, Arc<Posts>>>,
}

impl Library {
    /// Opens `3-render`.
    ///
    /// # Errors
    /// When it is missing or damaged.
    pub fn open(folder: RenderFolder) -> Result<Self, PageError> {
        let manifest: Manifest<RenderDetails> = Manifest::read(folder.root())?;
        let mut links = HashMap::new();
        if folder.links().exists() {
            let mut reader = JsonlReader::open(&folder.links(), Format::LINKS)?;
            while let Some(chunk) = reader.next_chunk()? {
                for (number, line) in chunk.lines() {
                    let linked: LinkedPost<'_> = chunk.parse(number, line)?;
                    let address = address(linked.target.as_str(), &linked.post.to_string());
                    links.insert(key(&linked.source), address);
                }
            }
        }
        Ok(Self {
            folder,
            details: manifest.details,
            links,
            opened: Mutex::default(),
        })
    }

    /// The channel or chat of that key.
    pub(super) fn target(&self, key: &str) -> Option<&TargetSummary> {
        let mut targets = self.details.targets.iter();
        targets.find(|summary| summary.target.key.as_str() == key)
    }

    /// Returns the posts; put in order when they are first asked for.
    ///
    /// # Errors
    /// When their file is damaged.
    pub(super) fn posts(&self, summary: &TargetSummary) -> Result<Arc<Posts>, PageError> {
        let key = summary.target.key.as_str();
        if let Ok(opened) = self.opened.lock()
            && let Some(posts) = opened.get(key)
        {
            return Ok(Arc::clone(posts));
        }
        let posts = Arc::new(Posts::open(self.folder.posts(&summary.target.key))?);
        if let Ok(mut opened) = self.opened.lock() {
            opened.insert(key.to_owned(), Arc::clone(&posts));
        }
        Ok(posts)
    }

    /// Returns the target of a link of a post within the preview, if it does.
    pub(super) fn link(&self, to: &LinkTo<'_>) -> Option<String> {
        match to {
            LinkTo::Target(target) => self
                .target(target.as_str())
                .map(|summary| format!("/t/{}", encode(summary.target.key.as_str()))),
            LinkTo::Message(message) => self.links.get(&key(message)).cloned(),
        }
    }
}

/// A part of an address.
pub(super) fn encode(text: &str) -> String {
    chatferry_model::folder::file_name(text)
}

fn address(target: &str, post: &str) -> String {
    format!("/t/{}?post={post}", encode(target))
}

fn key(message: &SourceMessage<'_>) -> (String, String) {
    (
        message.conversation.as_str().to_owned(),
        message.message.as_str().to_owned(),
    )
}
