//! The rules for what a post leaves blank (`chatferry_model::deferred`).

use std::path::Path;

use chatferry_model::deferred::{HOSTED_TYPES, LINK_BYTES, UNRESOLVED_URL, file_url, link_url};
use chatferry_model::folder::RenderFolder;
use chatferry_model::post::{ChatMessage, Mentioned, Post};
use chatferry_model::teams_names;

use super::html::Scan;
use super::rules::{self, Rule};

/// The most files that hang on a message (crates/graph/RULES.md 2.4).
const MOST_ATTACHMENTS: usize = 10;
/// The most reactions of a message (crates/graph/RULES.md R44).
const MOST_REACTIONS: usize = 250;

/// Bytes that a message gains at most when its links and files get their addresses.
pub(super) fn reserve<B>(post: &Post<'_, B>) -> usize {
    let links = post.links.iter().map(|link| link_url(link.id).len());
    let files = post
        .files
        .iter()
        .map(|file| file_url(&file.id, &file.name).len());
    let gains = links
        .chain(files)
        .map(|length| LINK_BYTES.saturating_sub(length));
    gains.sum()
}

/// Checks what a post leaves blank beside its body: what there is of it, and that each is named in
/// The body.
pub(super) fn check<B>(
    post: &Post<'_, B>,
    message: &ChatMessage<'_>,
    scan: &Scan<'_>,
    folder: &RenderFolder,
    broken: &mut impl FnMut(&'static Rule, String),
) {
    if message.attachments.len() > MOST_ATTACHMENTS {
        let words = format!("{} attachments", message.attachments.len());
        broken(&rules::MOST_ATTACHMENTS, words);
    }
    if post.reactions.len() > MOST_REACTIONS {
        let words = format!("{} reactions", post.reactions.len());
        broken(&rules::REACTIONS, words);
    }
    check_images(post, scan, folder, broken);
    check_files(post, message, folder, broken);
    check_links(post, message, scan, broken);
}

fn check_images<B>(
    post: &Post<'_, B>,
    scan: &Scan<'_>,
    folder: &RenderFolder,
    broken: &mut impl FnMut(&'static Rule, String),
) {
    for (n, image) in post.images.iter().enumerate() {
        let id = image.id.to_string();
        let before = post.images.get(..n).unwrap_or_default();
        if before.iter().any(|other| other.id == image.id) {
            broken(&rules::HOSTED, format!("image {id} is there twice"));
        }
        if !scan.images.contains(&id.as_str()) {
            broken(&rules::HOSTED, format!("the text does not show image {id}"));
        }
        if !HOSTED_TYPES.contains(&image.media_type.as_str()) {
            let words = format!("image {id} is {}", image.media_type);
            broken(&rules::HOSTED_TYPE, words);
        }
        if let Some(words) = absent(&folder.images(), &image.path, image.bytes) {
            broken(&rules::BROUGHT_ALONG, words);
        }
        check_name(&image.name, broken);
    }
    for id in &scan.images {
        if !post.images.iter().any(|image| image.id.to_string() == *id) {
            let words = format!("the text shows image {id}, which is not there");
            broken(&rules::HOSTED, words);
        }
    }
}

fn check_files<B>(
    post: &Post<'_, B>,
    message: &ChatMessage<'_>,
    folder: &RenderFolder,
    broken: &mut impl FnMut(&'static Rule, String),
) {
    for (n, file) in post.files.iter().enumerate() {
        let url = file_url(&file.id, &file.name);
        let before = post.files.get(..n).unwrap_or_default();
        if before.iter().any(|other| other.id == file.id) {
            broken(&rules::DEFERRED, format!("file {} is there twice", file.id));
        }
        let named = message.attachments.iter().any(|attachment| {
            attachment.id == file.id && attachment.content_url.as_deref() == Some(url.as_str())
        });
        if !named {
            broken(
                &rules::DEFERRED,
                format!("no attachment names file {}", file.id),
            );
        }
        if let Some(words) = absent(&folder.files(), &file.path, file.bytes) {
            broken(&rules::BROUGHT_ALONG, words);
        }
        check_name(&file.name, broken);
    }
    for attachment in &message.attachments {
        let url = attachment.content_url.as_deref().unwrap_or_default();
        let listed = post
            .files
            .iter()
            .any(|file| file.id == attachment.id.as_str());
        if url.starts_with(UNRESOLVED_URL) && !listed {
            let words = format!(
                "attachment {} names a file that is not there",
                attachment.id
            );
            broken(&rules::DEFERRED, words);
        }
    }
}

fn check_links<B>(
    post: &Post<'_, B>,
    message: &ChatMessage<'_>,
    scan: &Scan<'_>,
    broken: &mut impl FnMut(&'static Rule, String),
) {
    let mut named = scan.stand_ins.clone();
    for mention in &message.mentions {
        if let Mentioned::Conversation(conversation) = &mention.mentioned {
            named.push(&conversation.id);
        }
    }
    let stand_ins: Vec<_> = post.links.iter().map(|link| link_url(link.id)).collect();
    for (n, stand_in) in stand_ins.iter().enumerate() {
        if stand_ins.get(..n).unwrap_or_default().contains(stand_in) {
            broken(&rules::DEFERRED, format!("{stand_in} is there twice"));
        }
        if !named.contains(&stand_in.as_str()) {
            broken(&rules::DEFERRED, format!("nothing leads to {stand_in}"));
        }
    }
    for stand_in in named {
        if stand_in.starts_with(UNRESOLVED_URL) && !stand_ins.iter().any(|known| known == stand_in)
        {
            broken(&rules::DEFERRED, format!("nothing belongs to {stand_in}"));
        }
    }
}

fn check_name(name: &str, broken: &mut impl FnMut(&'static Rule, String)) {
    if let Some(fault) = teams_names::file_fault(name) {
        broken(&rules::FILE_NAME, format!("{name:?}: {fault}"));
    }
    if !name
        .rsplit_once('.')
        .is_some_and(|(stem, end)| !stem.is_empty() && !end.is_empty())
    {
        broken(&rules::EXTENSION, format!("{name:?} has no extension"));
    }
}

/// Returns the reason why a file is not there as a post has it.
fn absent(folder: &Path, name: &str, bytes: u64) -> Option<String> {
    if name.is_empty() || name.contains(['/', '\\']) || name.starts_with('.') {
        return Some(format!("{name:?} is no name of a file of 3-render"));
    }
    match std::fs::metadata(folder.join(name)) {
        Ok(found) if found.len() == bytes => None,
        Ok(found) => Some(format!(
            "{name} has {} bytes instead of {bytes}",
            found.len()
        )),
        Err(error) => Some(format!("{name}: {error}")),
    }
}
