//! Fills in what a post could not know before it is uploaded (`chatferry_model::deferred`).
//!
//! A pure function from a post's line and what is known of the tenant by then to the request's
//! body. What is not known leaves no stand-in behind: a link leads to its source, a mention
//! becomes plain text, a file that could not be uploaded a line that names it.

mod address;
mod hosted;
mod html;
mod members;

use chatferry_model::Millis;
use chatferry_model::deferred::{PostFile, PostImage, PostLink, UNRESOLVED_URL, link_url};
use chatferry_model::post::{
    ChatMessageAttachment, ChatMessageMention, ConversationIdentity, Mentioned, Post,
};
use serde_json::value::{RawValue, to_raw_value};

use crate::fingerprint::MessageFingerprint;
use members::Members;

pub(crate) use address::{Place, Tenant, ThreadAt};
pub(crate) use hosted::{add_hosted_contents, hosted_size};
pub(crate) use members::with_member;

/// The deferred references of a post.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeferredReferences {
    pub(crate) images: Vec<PostImage<'static>>,
    pub(crate) files: Vec<PostFile<'static>>,
    pub(crate) links: Vec<PostLink<'static>>,
    /// `reactions`, as JSON; empty if there are none.
    pub(crate) reactions: Box<str>,
}

impl DeferredReferences {
    /// Returns the deferred references of a post; nothing for one without, which is sent as it is.
    pub(crate) fn of<B>(post: &Post<'_, B>) -> Option<Box<Self>> {
        if post.images.is_empty()
            && post.files.is_empty()
            && post.links.is_empty()
            && post.reactions.is_empty()
        {
            return None;
        }
        // Plain structs: there is nothing that could fail.
        let reactions = serde_json::to_string(&post.reactions).unwrap_or_default();
        Some(Box::new(Self {
            images: post.images.iter().map(PostImage::to_static).collect(),
            files: post.files.iter().map(PostFile::to_static).collect(),
            links: post.links.iter().map(PostLink::to_static).collect(),
            reactions: if post.reactions.is_empty() {
                Box::default()
            } else {
                reactions.into()
            },
        }))
    }
}

/// The values of the deferred references of a post.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResolvedReferences {
    /// The target of each link, if it is known.
    pub(crate) links: Vec<Option<Place>>,
    /// The outcome of each file.
    pub(crate) files: Vec<FileOutcome>,
    /// The outcome of each image, where they go as files (crates/graph/RULES.md R41); otherwise
    /// they go within the text.
    pub(crate) images: Option<Vec<FileOutcome>>,
    /// True if `reactions` are sent along.
    pub(crate) reactions: bool,
    /// Another time than the one in the body.
    pub(crate) time: Option<Millis>,
}

/// The outcome of uploading a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FileOutcome {
    /// The file is in SharePoint or OneDrive.
    Uploaded(DriveItemLink),
    /// The file could not be uploaded.
    Failed,
}

/// The link to an uploaded file (crates/graph/RULES.md 1.10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DriveItemLink {
    /// The GUID in the item's eTag.
    pub(crate) guid: String,
    /// The address by path, percent-encoded, with an extension at its end.
    pub(crate) url: String,
}

/// A post ready to be sent, but for `hostedContents`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ResolvedBody {
    pub(crate) body: Vec<u8>,
    /// The fingerprint of the message, without the author.
    pub(crate) fingerprint: MessageFingerprint,
}

/// A post whose deferred references can't be filled in: it is not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ResolveError {
    #[error("its body is not a message: {0}")]
    Shape(String),
    #[error("a stand-in would be left in it: {0}")]
    Left(String),
}

impl From<serde_json::Error> for ResolveError {
    fn from(error: serde_json::Error) -> Self {
        Self::Shape(error.to_string())
    }
}

/// Fills in the deferred references of `body`. Whatever has no blank stays as it is, byte for byte.
pub(crate) fn resolve(
    body: &[u8],
    deferred: &DeferredReferences,
    with: &ResolvedReferences,
) -> Result<ResolvedBody, ResolveError> {
    let mut message: Members<'_> = serde_json::from_slice(body)?;
    let mut item: Members<'_> = message.read("body")?.unwrap_or_default();
    let content: String = item.read("content")?.unwrap_or_default();
    let mut mentions: Vec<ChatMessageMention<'_>> = message.read("mentions")?.unwrap_or_default();
    let mut attachments: Vec<ChatMessageAttachment<'_>> =
        message.read("attachments")?.unwrap_or_default();
    let before = (mentions.len(), attachments.len());

    let mut content = html::Content::new(content);
    let mut mentioned = false;
    for (n, link) in deferred.links.iter().enumerate() {
        let place = with.links.get(n).and_then(Option::as_ref);
        match &link.source {
            Some(source) => {
                let address = place.map_or(source.as_str(), |place| &place.address);
                content.address(&link_url(link.id), address);
            }
            None => {
                mentioned = true;
                let channel = place.and_then(|place| place.channel.as_deref());
                fill_mention(link, channel, &mut mentions, &mut content);
            }
        }
    }
    let mut attacher = Attacher {
        content: &mut content,
        attachments: &mut attachments,
    };
    for (n, file) in deferred.files.iter().enumerate() {
        attacher.file(file, with.files.get(n).unwrap_or(&FileOutcome::Failed));
    }
    for (n, image) in deferred.images.iter().enumerate() {
        if let Some(images) = &with.images {
            attacher.image(image, images.get(n).unwrap_or(&FileOutcome::Failed));
        }
    }

    let content = content.into_html();
    let fingerprint = MessageFingerprint::of(None, &content, &attachments);
    refuse_left(&content, &mentions, &attachments)?;
    item.set("content", to_raw_value(&content)?);
    message.set("body", to_raw_value(&item)?);
    if mentioned {
        message.set_list("mentions", &mentions)?;
    }
    if !deferred.files.is_empty() || before.1 != attachments.len() {
        message.set_list("attachments", &attachments)?;
    }
    if let Some(time) = with.time {
        message.set("createdDateTime", to_raw_value(&time)?);
    }
    if with.reactions && !deferred.reactions.is_empty() {
        let reactions = RawValue::from_string(deferred.reactions.to_string())?;
        message.set("reactions", reactions);
    }
    Ok(ResolvedBody {
        body: serde_json::to_vec(&message)?,
        fingerprint,
    })
}

/// The mention of a channel gets the channel's id, or becomes plain text.
fn fill_mention(
    link: &PostLink<'_>,
    channel: Option<&str>,
    mentions: &mut Vec<ChatMessageMention<'_>>,
    content: &mut html::Content,
) {
    let stand_in = link_url(link.id);
    let stands_for = |mention: &ChatMessageMention<'_>| {
        matches!(&mention.mentioned, Mentioned::Conversation(ConversationIdentity { id, .. })
            if id.as_str() == stand_in)
    };
    match channel {
        Some(channel) => {
            for mention in mentions.iter_mut().filter(|mention| stands_for(mention)) {
                if let Mentioned::Conversation(conversation) = &mut mention.mentioned {
                    conversation.id = channel.to_owned().into();
                }
            }
        }
        None => mentions.retain(|mention| {
            let goes = stands_for(mention);
            if goes {
                content.unwrap_at(mention.id);
            }
            !goes
        }),
    }
}

/// Puts files in the place of their stand-ins.
struct Attacher<'m, 'a> {
    content: &'m mut html::Content,
    attachments: &'m mut Vec<ChatMessageAttachment<'a>>,
}

impl Attacher<'_, '_> {
    fn file(&mut self, file: &PostFile<'_>, outcome: &FileOutcome) {
        let at = self
            .attachments
            .iter()
            .position(|attachment| attachment.id == file.id.as_str());
        let Some(at) = at else { return };
        match outcome {
            // The same content may hang on a post twice, but an attachment only once (R38).
            FileOutcome::Uploaded(link) if self.has(&link.guid) => {
                self.attachments.remove(at);
                self.content.attachment(&file.id, "");
            }
            FileOutcome::Uploaded(link) => {
                if let Some(attachment) = self.attachments.get_mut(at) {
                    attachment.id = link.guid.clone().into();
                    attachment.content_url = Some(link.url.clone().into());
                }
                self.content
                    .attachment(&file.id, &html::attachment(&link.guid));
            }
            FileOutcome::Failed => {
                self.attachments.remove(at);
                self.content
                    .attachment(&file.id, &html::missing(&file.name));
            }
        }
    }

    fn image(&mut self, image: &PostImage<'_>, outcome: &FileOutcome) {
        match outcome {
            FileOutcome::Uploaded(link) if self.has(&link.guid) => self.content.image(image.id, ""),
            FileOutcome::Uploaded(link) => {
                self.content.image(image.id, &html::attachment(&link.guid));
                self.attachments.push(ChatMessageAttachment {
                    id: link.guid.clone().into(),
                    content_type: "reference".into(),
                    content_url: Some(link.url.clone().into()),
                    name: Some(image.name.to_string().into()),
                });
            }
            FileOutcome::Failed => self.content.image(image.id, &html::missing(&image.name)),
        }
    }

    fn has(&self, guid: &str) -> bool {
        self.attachments
            .iter()
            .any(|attachment| attachment.id.eq_ignore_ascii_case(guid))
    }
}

/// Nothing leaves that names a place which does not exist. What people wrote is text, and stays.
fn refuse_left(
    content: &str,
    mentions: &[ChatMessageMention<'_>],
    attachments: &[ChatMessageAttachment<'_>],
) -> Result<(), ResolveError> {
    let in_html = html::addresses(content).find(|address| address.starts_with(UNRESOLVED_URL));
    let of_mentions = mentions
        .iter()
        .filter_map(|mention| match &mention.mentioned {
            Mentioned::Conversation(conversation) => Some(conversation.id.as_str()),
            Mentioned::User(_) => None,
        });
    let of_files = attachments
        .iter()
        .filter_map(|attachment| attachment.content_url.as_deref());
    let left = of_mentions
        .chain(of_files)
        .find(|address| address.starts_with(UNRESOLVED_URL));
    match in_html.or(left) {
        Some(left) => Err(ResolveError::Left(left.to_owned())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
