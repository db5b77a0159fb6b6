//! Documents to HTML: every node in the form that Teams shows best.
//!
//! Each kind of node is matched without a wildcard, so a new one does not compile until it has a
//! form: blocks in [`block`], what stands within a line in [`inline`].

mod block;
pub(crate) mod file;
mod inline;
mod link;
mod mention;
mod picture;

use std::borrow::Cow;

use chatferry_model::deferred::{PostFile, PostImage, PostLink};
use chatferry_model::document::Block;
use chatferry_model::file::File;
use chatferry_model::finding::Code;
use chatferry_model::message::SourceLink;
use chatferry_model::plan::Target;
use chatferry_model::post::ChatMessageMention;
use chatferry_model::{ConversationId, MessageId};

use crate::html::{Html, WriteHtml};
use crate::media::Media;
use crate::names::Names;
use crate::settings::RenderSettings;

/// The context of rendering documents.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'s> {
    pub(crate) names: &'s Names<'s>,
    pub(crate) settings: &'s RenderSettings,
    pub(crate) media: &'s Media,
    /// The message that all of it belongs to.
    pub(crate) message: (&'s ConversationId<'s>, &'s MessageId<'s>),
    /// The folder of the posts.
    pub(crate) target: &'s Target,
    /// The addresses in the message that lead into the source.
    pub(crate) links: &'s [SourceLink<'s>],
    /// The files of the message, for the places they have in its document.
    pub(crate) files: &'s [File<'s>],
    /// True if the part of a file's text that a message carries is shown with the file.
    pub(crate) previews: bool,
    /// True if people are called for real; a copy of a message must not call them again.
    pub(crate) mentions_enabled: bool,
}

/// Something that could not be carried over whole.
#[derive(Debug)]
pub(crate) struct Note {
    pub(crate) code: &'static Code,
    pub(crate) message: Cow<'static, str>,
}

/// A document in the making.
pub(crate) struct Renderer<'s> {
    scope: Scope<'s>,
    pub(crate) html: Html,
    pub(crate) mentions: Vec<ChatMessageMention<'s>>,
    pub(crate) images: Vec<PostImage<'static>>,
    pub(crate) files: Vec<PostFile<'static>>,
    pub(crate) links: Vec<PostLink<'s>>,
    pub(crate) notes: Vec<Note>,
    /// The message's files by id, and why each did not come along if it did not.
    pub(crate) fates: Vec<(Box<str>, Option<&'static str>)>,
    /// True if there was a picture too many for one request.
    pub(crate) crowded: bool,
    /// The bytes of the pictures in a request.
    image_bytes: usize,
    /// True if this is within a link, where no other can begin.
    in_link: bool,
}

impl WriteHtml for Renderer<'_> {
    fn html(&mut self) -> &mut Html {
        &mut self.html
    }
}

impl<'s> Renderer<'s> {
    /// Begins a document; `html` is a buffer to use again.
    pub(crate) fn new(scope: Scope<'s>, mut html: Html) -> Self {
        html.clear();
        Self {
            scope,
            html,
            mentions: Vec::new(),
            images: Vec::new(),
            files: Vec::new(),
            links: Vec::new(),
            notes: Vec::new(),
            fates: Vec::new(),
            crowded: false,
            image_bytes: 0,
            in_link: false,
        }
    }

    /// Writes `blocks`, which are laid out, one after another.
    pub(crate) fn blocks(&mut self, blocks: &[Block<'_>]) {
        for block in blocks {
            self.block(block);
        }
    }

    fn note(&mut self, code: &'static Code, message: impl Into<Cow<'static, str>>) {
        self.notes.push(Note {
            code,
            message: message.into(),
        });
    }
}
