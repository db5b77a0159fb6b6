//! The rules for an imported message (R26–R30, R34, R37–R41, R43, R44).

use std::borrow::Cow;
use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::html::{Found, scan};
use crate::ids::{UserId, is_guid};
use crate::moment::Moment;
use crate::refusal::Refused;
use crate::rules::Rule;
use crate::settings::{Settings, Troubles, Weight};
use crate::state::{ContentType, Directory, Extras, HostedContent, Library};
use crate::wire::Text;
use crate::wire::message::{AttachmentBody, FromBody, HostedContentBody, MentionBody, MessageBody};

const MOST_REACTIONS: usize = 250;
const HOSTED_TYPES: [&str; 3] = ["image/jpg", "image/jpeg", "image/png"];

/// The author (R26, R27).
pub(super) fn author(from: &FromBody<'_>, directory: &Directory) -> Result<UserId, Refused> {
    let Some(user) = &from.user else {
        return Err(Rule::R27.refuse("from names no user"));
    };
    if from.application.is_some() || from.device.is_some() {
        return Err(Rule::R27.refuse("from names an application or device"));
    }
    if let Some(kind) = &user.user_identity_type
        && kind.as_str() != "aadUser"
    {
        return Err(Rule::R27.refuse(format!("userIdentityType is '{}'", kind.as_str())));
    }
    let id = user.id.as_ref().map_or("", Text::as_str);
    if !is_guid(id) {
        return Err(Rule::R26.refuse(format!("'{id}' is no GUID")));
    }
    let user = directory.by_id(id);
    user.map(|user| user.id.clone())
        .ok_or_else(|| Rule::R26.refuse(format!("{id} is no user of this tenant")))
}

/// The time, if there is one, cut to milliseconds (R28–R30).
pub(super) fn time(
    text: Option<&Text<'_>>,
    container: Moment,
    now: Moment,
    troubles: &Troubles,
) -> Result<Option<Moment>, Refused> {
    let Some(time) = super::date(text)?.map(Moment::truncated) else {
        return Ok(None);
    };
    if time <= container && troubles.date_lag_ms > 0 {
        let refused = Rule::R28Blocked.refuse("earlier than the date that is known");
        return Err(refused.within(format!(
            "MessageWritesBlocked-OriginalArrivalTime {time} is less than thread creation time {container}"
        )));
    }
    if time <= container {
        return Err(Rule::R28.refuse(format!("{time} is not after the container's {container}")));
    }
    if time > now {
        return Err(Rule::R29.refuse(format!("{time} is in the future of {now}")));
    }
    Ok(Some(time))
}

/// Content and all that belongs to it, checked and ready to be kept.
pub(super) struct Content<'m> {
    pub(super) content_type: ContentType,
    pub(super) content: Cow<'m, str>,
    pub(super) extras: Option<Box<Extras>>,
}

/// Checks the rest of a message. `address` is where it will be found; inline images get their
/// source below it.
pub(super) fn content<'m>(
    message: &'m MessageBody<'_>,
    request_bytes: usize,
    settings: &Settings,
    library: &Library,
    address: &str,
) -> Result<Content<'m>, Refused> {
    let body = message.body.as_ref();
    let body = body.ok_or_else(|| Rule::R34.refuse("no body"))?;
    let content_type = match body.content_type.as_ref().map(Text::as_str) {
        Some("html") => ContentType::Html,
        None | Some("text") => ContentType::Text,
        Some(other) => return Err(Rule::R34.refuse(format!("contentType is '{other}'"))),
    };
    let content = body.content.as_ref();
    let content = content
        .ok_or_else(|| Rule::R34.refuse("no content"))?
        .as_str();
    if content.is_empty() && !settings.allow_empty_body {
        return Err(Rule::R34.refuse("the content is empty"));
    }
    let weight = weigh(message, content, request_bytes, settings);
    if weight > settings.message_bytes {
        return Err(Rule::R43.refuse(format!("{weight} bytes")));
    }
    let found = match content_type {
        ContentType::Html => scan(content),
        ContentType::Text => Found::default(),
    };
    check_mentions(&items(message.mentions, Rule::R37)?, &found)?;
    let attachments = items(message.attachments, Rule::R38)?;
    check_attachments(&attachments, &found)?;
    if settings.files.known_attachments {
        check_known(&attachments, library)?;
    }
    let reactions: Vec<&RawValue> = items(message.reactions, Rule::R44)?;
    if reactions.len() > MOST_REACTIONS {
        return Err(Rule::R44.refuse(format!("{} reactions", reactions.len())));
    }
    let images: Vec<HostedContentBody<'_>> = items(message.hosted_contents, Rule::R40)?;
    if !images.is_empty() && !settings.inline_images {
        return Err(Rule::R41.refuse("inline images are turned off"));
    }
    if settings.hosted_types {
        check_types(&images)?;
    }
    let (content, hosted_contents) = rewrite(content, &images, &found, address)?;
    let keep = |raw: Option<&RawValue>| {
        raw.filter(|raw| !["null", "[]"].contains(&raw.get()))
            .map(ToOwned::to_owned)
    };
    let extras = Extras {
        subject: message
            .subject
            .as_ref()
            .map(|text| text.as_str().to_owned()),
        summary: message
            .summary
            .as_ref()
            .map(|text| text.as_str().to_owned()),
        mentions: keep(message.mentions),
        attachments: keep(message.attachments),
        reactions: keep(message.reactions).filter(|_| settings.keep_reactions),
        hosted_contents,
    };
    Ok(Content {
        content_type,
        content,
        extras: (!extras.is_empty()).then(|| Box::new(extras)),
    })
}

/// The items of a raw collection; what cannot be read breaks `rule`.
fn items<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>, rule: Rule) -> Result<Vec<T>, Refused> {
    let Some(raw) = raw else {
        return Ok(Vec::new());
    };
    let items: Result<Option<Vec<T>>, _> = serde_json::from_str(raw.get());
    items
        .map(Option::unwrap_or_default)
        .map_err(|error| rule.refuse(error.to_string()))
}

/// The message's size in bytes (R43).
fn weigh(
    message: &MessageBody<'_>,
    content: &str,
    request_bytes: usize,
    settings: &Settings,
) -> usize {
    let raw = |raw: Option<&RawValue>| raw.map_or(0, |raw| raw.get().len());
    let text = |text: &Option<Text<'_>>| text.as_ref().map_or(0, |text| text.as_str().len());
    match settings.message_weight {
        Weight::Request => request_bytes.saturating_sub(raw(message.hosted_contents)),
        Weight::Parts => {
            content.len()
                + text(&message.subject)
                + text(&message.summary)
                + raw(message.mentions)
                + raw(message.attachments)
                + raw(message.reactions)
        }
    }
}

/// R37
fn check_mentions(mentions: &[MentionBody<'_>], found: &Found<'_>) -> Result<(), Refused> {
    let mut ids = BTreeSet::new();
    for mention in mentions {
        let id = mention.id;
        if !ids.insert(id) {
            return Err(Rule::R37.refuse(format!("mention {id} is there twice")));
        }
        let named = mention
            .mentioned
            .as_ref()
            .is_some_and(|set| match &set.user {
                Some(user) => user.id.as_ref().is_some_and(|id| is_guid(id.as_str())),
                None => set.application.or(set.conversation).or(set.tag).is_some(),
            });
        if !named {
            return Err(Rule::R37.refuse(format!("mention {id} mentions nothing")));
        }
        let mut places = found.mentions.iter().filter(|at| at.id.parse() == Ok(id));
        match (places.next(), places.next()) {
            (Some(at), None) if at.has_text => {}
            (Some(_), None) => return Err(Rule::R37.refuse(format!("<at id={id}> is empty"))),
            (None, _) => return Err(Rule::R37.refuse(format!("mention {id} has no <at>"))),
            (Some(_), Some(_)) => {
                return Err(Rule::R37.refuse(format!("mention {id} has several <at>")));
            }
        }
    }
    let known = |id: &str| id.parse().is_ok_and(|id: i64| ids.contains(&id));
    match found.mentions.iter().find(|at| !known(at.id)) {
        Some(at) => Err(Rule::R37.refuse(format!("<at id={}> has no mention", at.id))),
        None => Ok(()),
    }
}

/// R38 and R39
fn check_attachments(attachments: &[AttachmentBody<'_>], found: &Found<'_>) -> Result<(), Refused> {
    let mut ids = BTreeSet::new();
    for attachment in attachments {
        let id = attachment.id.as_ref().map_or("", Text::as_str);
        if id.is_empty() || !ids.insert(id) {
            return Err(Rule::R38.refuse(format!("the attachment id '{id}' is empty or repeated")));
        }
        if !found.attachments.contains(&id) {
            return Err(Rule::R38.refuse(format!("no <attachment> for '{id}'")));
        }
        let content_type = attachment.content_type.as_ref().map_or("", Text::as_str);
        let url = attachment.content_url.as_ref().map_or("", Text::as_str);
        if content_type == "reference" && !has_extension(url) {
            return Err(Rule::R39.refuse(format!("contentUrl '{url}'")));
        }
    }
    match found.attachments.iter().find(|id| !ids.contains(*id)) {
        Some(id) => Err(Rule::R38.refuse(format!("<attachment id={id}> has no entry"))),
        None => Ok(()),
    }
}

/// R39 for those who want it
fn check_known(attachments: &[AttachmentBody<'_>], library: &Library) -> Result<(), Refused> {
    for attachment in attachments {
        let content_type = attachment.content_type.as_ref().map_or("", Text::as_str);
        if content_type != "reference" {
            continue;
        }
        let id = attachment.id.as_ref().map_or("", Text::as_str);
        let url = attachment.content_url.as_ref().map_or("", Text::as_str);
        match library.by_url(url) {
            None => return Err(Rule::R39Known.refuse(format!("no file is at '{url}'"))),
            Some(item) if !item.guid.eq_ignore_ascii_case(id) => {
                let guid = &item.guid;
                return Err(Rule::R39Known.refuse(format!("'{id}' is not {guid} of '{url}'")));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Returns true if the last segment of an address ends with a file extension. That of the page
/// which opens Office's files does not count (crates/graph/RULES.md 1.10).
fn has_extension(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    if path.contains("/_layouts/") {
        return false;
    }
    let (_, name) = path.rsplit_once('/').unwrap_or(("", path));
    name.rsplit_once('.')
        .is_some_and(|(stem, extension)| !stem.is_empty() && !extension.is_empty())
}

/// R40Type
fn check_types(images: &[HostedContentBody<'_>]) -> Result<(), Refused> {
    let types = images.iter().map(|image| image.content_type.as_str());
    match types.into_iter().find(|kind| !HOSTED_TYPES.contains(kind)) {
        Some(kind) => Err(Rule::R40Type.refuse("neither JPEG nor PNG").with(kind)),
        None => Ok(()),
    }
}

/// R40: every image is referred to and every reference has its image; sources are rewritten.
fn rewrite<'m>(
    content: &'m str,
    images: &[HostedContentBody<'_>],
    found: &Found<'_>,
    address: &str,
) -> Result<(Cow<'m, str>, Vec<HostedContent>), Refused> {
    let mut kept = Vec::with_capacity(images.len());
    let mut ids = BTreeSet::new();
    for image in images {
        let id = image.temporary_id.as_str();
        if !ids.insert(id) || !found.images.iter().any(|found| found.id == id) {
            return Err(Rule::R40.refuse(format!("hosted content '{id}' is unused or repeated")));
        }
        let bytes = image.content_bytes.as_str();
        if STANDARD.decode(bytes).is_err() {
            return Err(Rule::R40.refuse(format!("hosted content '{id}' is no base64")));
        }
        if !image.content_type.as_str().starts_with("image/") {
            return Err(Rule::R40.refuse(format!("hosted content '{id}' is no image")));
        }
        kept.push(HostedContent {
            id: hosted_id(id),
            content_type: image.content_type.as_str().to_owned(),
            base64: bytes.into(),
        });
    }
    if let Some(odd) = found.images.iter().find(|image| !ids.contains(image.id)) {
        return Err(Rule::R40.refuse(format!("image '{}' has no hosted content", odd.id)));
    }
    if found.images.is_empty() {
        return Ok((Cow::Borrowed(content), kept));
    }
    let mut rewritten = String::with_capacity(content.len() + 200 * found.images.len());
    let mut from = 0;
    for image in &found.images {
        rewritten.push_str(content.get(from..image.source.start).unwrap_or_default());
        rewritten.push_str(address);
        rewritten.push_str("/hostedContents/");
        rewritten.push_str(&hosted_id(image.id));
        rewritten.push_str("/$value");
        from = image.source.end;
    }
    rewritten.push_str(content.get(from..).unwrap_or_default());
    Ok((Cow::Owned(rewritten), kept))
}

/// The id that the server gives to a hosted content.
fn hosted_id(temporary_id: &str) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("id={temporary_id},type=1"))
}
