//! The tenant's values for the deferred references of posts, and posts resolved with
//! it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use chatferry_model::deferred::{LinkTo, LinkedPost, PostFile, PostImage, SourceMessage};
use chatferry_model::finding::{Code, Place as FindingPlace};
use chatferry_model::folder::RenderFolder;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::post::From as Sender;
use chatferry_model::{EntraId, GraphMessageId};
use futures_util::future::try_join_all;
use serde::Deserialize;
use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};
use xxhash_rust::xxh3::xxh3_128;

use super::Run;
use super::error::{UploadError, UploadFailure};
use super::files::{Blob, Files, Outcome};
use super::input::Input;
use super::item::{Destination, Item};
use crate::client::Client;
use crate::codes;
use crate::deferred::{
    DeferredReferences, FileOutcome, Place, ResolvedReferences, Tenant, ThreadAt,
    add_hosted_contents, hosted_size, resolve,
};
use crate::journal::{Journal, PlannedTime, PostState, ResolvedRow, TargetNumber};

/// Bytes of requests with images that are in memory at the same time, in KiB.
const ROOM: usize = 64 * 1024;

/// The state of a run beside the journal.
pub(super) struct Resolver {
    tenant: Option<Tenant>,
    /// Names of channels, by the keys of targets.
    names: BTreeMap<String, String>,
    links: Links,
    pub(super) files: Files,
    /// True if images go as files, because the tenant does not take them within texts
    /// (crates/graph/RULES.md R41).
    images_as_files: AtomicBool,
    /// True if the tenant keeps reactions, once that is known (crates/graph/RULES.md 1.11).
    reactions: Mutex<Option<bool>>,
    room: Semaphore,
}

/// The way a post is sent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SendOptions {
    pub(super) images_as_files: bool,
    pub(super) reactions: bool,
}

/// A post that is ready to be sent.
pub(super) struct Outgoing<'a> {
    pub(super) body: Bytes,
    /// True if images go within the text.
    pub(super) hosted: bool,
    /// Room in memory, which it takes until it is sent.
    _room: Option<SemaphorePermit<'a>>,
}

/// True if a post tries out what becomes of reactions.
pub(super) type Probing<'a> = MutexGuard<'a, Option<bool>>;

impl Resolver {
    /// Reads what other posts link to.
    pub(super) async fn new(
        client: &Client,
        folder: &RenderFolder,
        input: &Input,
    ) -> Result<Self, UploadError> {
        let config = client.config();
        let tenant = client.tenant().await?;
        let names = input.targets.iter().map(|planned| {
            let key = planned.target().key.to_string();
            (key, planned.name().to_owned())
        });
        Ok(Self {
            tenant: Tenant::new(config.graph_url.resource(), &tenant),
            names: names.collect(),
            links: Links::read(folder)?,
            files: Files::new(),
            images_as_files: AtomicBool::new(false),
            reactions: Mutex::new(None),
            room: Semaphore::new(ROOM),
        })
    }

    /// Returns the way a post with deferred references is sent; and whether it tries out what
    /// becomes of reactions: then others wait for what it finds.
    pub(super) async fn options(
        &self,
        deferred: &DeferredReferences,
    ) -> (SendOptions, Option<Probing<'_>>) {
        let mut options = SendOptions {
            images_as_files: self.images_as_files.load(Ordering::Relaxed),
            reactions: false,
        };
        if deferred.reactions.is_empty() {
            return (options, None);
        }
        let known = self.reactions.lock().await;
        options.reactions = known.unwrap_or(true);
        let probing = known.is_none().then_some(known);
        (options, probing)
    }

    /// From now on, images go as files.
    pub(super) fn send_images_as_files(&self, run: &Run<'_>, reason: &str) {
        if !self.images_as_files.swap(true, Ordering::Relaxed) {
            let place = FindingPlace::default();
            run.note(&codes::UPLOAD_IMAGES_AS_FILES, place, reason);
        }
    }

    /// Returns the target of a link, as far as that is known.
    fn place(&self, journal: &Journal, to: &LinkTo<'_>) -> Result<Option<Place>, UploadFailure> {
        let Some(tenant) = &self.tenant else {
            return Ok(None);
        };
        let (target, message) = match to {
            LinkTo::Target(target) => (target.as_str(), None),
            LinkTo::Message(message) => match self.links.get(message) {
                Some((target, post, root)) => (target, Some((post, root))),
                None => return Ok(None),
            },
        };
        let Some(row) = journal.target(target)? else {
            return Ok(None);
        };
        let team = match &row.team {
            Some(team) => journal.team(team)?.id,
            None => None,
        };
        let thread = match (&row.thread, &row.team, &team) {
            (Some(channel), Some(_), Some(team)) => ThreadAt::Channel {
                team,
                channel,
                name: self.names.get(target).map_or("", String::as_str),
            },
            (Some(chat), None, _) => ThreadAt::Chat(chat),
            _ => return Ok(None),
        };
        let Some((post, root)) = message else {
            return Ok(Some(tenant.thread(thread)));
        };
        let id = |planned| id_of(journal, row.number, planned);
        let Some(post) = id(post)? else {
            return Ok(None);
        };
        let root = root.map(id).transpose()?.flatten();
        Ok(Some(tenant.message(thread, post, root)))
    }
}

/// The id of a post in Teams: one that is still to be sent will have its time for one. None for one
/// that was refused.
fn id_of(
    journal: &Journal,
    target: TargetNumber,
    planned: PlannedTime,
) -> Result<Option<GraphMessageId>, UploadFailure> {
    Ok(match journal.post(target, planned)? {
        Some(row) if row.state == PostState::Refused => None,
        Some(row) => Some(row.id),
        None => Some(planned.id()),
    })
}

/// The posts of messages that others link to: one entry for each of them.
#[derive(Default)]
struct Links {
    /// By a hash of the message: target, post and its root.
    posts: BTreeMap<u128, (usize, PlannedTime, Option<PlannedTime>)>,
    targets: Vec<String>,
}

impl Links {
    fn read(folder: &RenderFolder) -> Result<Self, UploadError> {
        let path = folder.links();
        let mut links = Self::default();
        if !path.exists() {
            return Ok(links);
        }
        let mut numbers = BTreeMap::new();
        let mut reader = JsonlReader::open(&path, Format::LINKS)?;
        while let Some(chunk) = reader.next_chunk()? {
            for (number, line) in chunk.lines() {
                let linked: LinkedPost<'_> = chunk.parse(number, line)?;
                let target = *numbers.entry(linked.target.to_string()).or_insert_with(|| {
                    links.targets.push(linked.target.to_string());
                    links.targets.len() - 1
                });
                let post = (
                    target,
                    PlannedTime::of(linked.post),
                    linked.reply_to.map(PlannedTime::of),
                );
                links.posts.insert(hash_of(&linked.source), post);
            }
        }
        Ok(links)
    }

    fn get(&self, message: &SourceMessage<'_>) -> Option<(&str, PlannedTime, Option<PlannedTime>)> {
        let (target, post, root) = self.posts.get(&hash_of(message))?;
        Some((self.targets.get(*target)?, *post, *root))
    }
}

fn hash_of(message: &SourceMessage<'_>) -> u128 {
    let text = format!("{}\n{}", message.conversation, message.message);
    xxh3_128(text.as_bytes())
}

/// A post that stays unsent, and why.
pub(super) struct Unsendable(pub(super) String);

/// Makes a post with deferred references ready: puts its files where they belong, fills in what is
/// known, and notes in the journal what that is.
pub(super) async fn prepare<'a>(
    to: Destination<'a>,
    item: &Item,
    deferred: &DeferredReferences,
    options: SendOptions,
) -> Result<Result<Outgoing<'a>, Unsendable>, UploadFailure> {
    let resolver = &to.run.resolver;
    let Some(author) = author(&item.body) else {
        return Ok(Err(Unsendable("its body names no author".to_owned())));
    };
    // What an earlier try may have sent without, this one is sent without too: else the two would
    // not be known for the same post.
    let earlier = match item.unsure {
        Some(_) => to.run.journal.filled(to.number, item.planned)?,
        None => None,
    };
    let nowhere = earlier.map(|row| row.nowhere).unwrap_or_default();
    let uploads = FileUploads {
        to,
        item,
        author,
        nowhere: &nowhere,
    };
    let mut with = ResolvedReferences {
        reactions: options.reactions,
        ..ResolvedReferences::default()
    };
    for link in &deferred.links {
        with.links.push(resolver.place(to.run.journal, &link.to)?);
    }
    with.files = try_join_all(deferred.files.iter().map(|file| uploads.file(file))).await?;
    if options.images_as_files {
        let images = deferred.images.iter().map(|image| uploads.image(image));
        with.images = Some(try_join_all(images).await?);
    }
    let filled = match resolve(&item.body, deferred, &with) {
        Ok(filled) => filled,
        Err(error) => return Ok(Err(Unsendable(error.to_string()))),
    };
    let hosted = !deferred.images.is_empty() && !options.images_as_files;
    let row = ResolvedRow {
        text: filled.fingerprint.text,
        places: filled.fingerprint.places,
        attachments: filled.fingerprint.attachments,
        images: hosted,
        nowhere: nowhere_of(deferred, &with),
    };
    to.run.journal.fill_post(to.number, item.planned, &row)?;
    let mut body = filled.body;
    let mut room = None;
    if hosted {
        let size = (body.len() + hosted_size(&deferred.images)).div_ceil(1024);
        let size = u32::try_from(size.min(ROOM)).unwrap_or(u32::MAX);
        room = resolver.room.acquire_many(size).await.ok();
        let folder = to.run.folder.images();
        if let Err(error) = add_hosted_contents(&mut body, &deferred.images, &folder) {
            return Ok(Err(Unsendable(error.to_string())));
        }
    }
    Ok(Ok(Outgoing {
        body: body.into(),
        hosted,
        _room: room,
    }))
}

impl Outgoing<'_> {
    /// A post without deferred references, as it stands.
    pub(super) fn as_it_stands(body: &Bytes) -> Self {
        Self {
            body: body.clone(),
            hosted: false,
            _room: None,
        }
    }
}

/// The names in `3-render` of what could not be put anywhere.
fn nowhere_of(deferred: &DeferredReferences, with: &ResolvedReferences) -> Vec<String> {
    let files = deferred
        .files
        .iter()
        .map(|file| &file.path)
        .zip(&with.files);
    let images = deferred.images.iter().map(|image| &image.path);
    files
        .chain(images.zip(with.images.iter().flatten()))
        .filter(|(_, outcome)| **outcome == FileOutcome::Failed)
        .map(|(path, _)| path.to_string())
        .collect()
}

fn author(body: &[u8]) -> Option<EntraId> {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        from: Sender<'a>,
    }

    let body: Body<'_> = serde_json::from_slice(body).ok()?;
    Some(body.from.user.id)
}

/// Puts the files of one post where they belong.
struct FileUploads<'d, 'a> {
    to: Destination<'a>,
    item: &'d Item,
    author: EntraId,
    /// The teams that stay.
    nowhere: &'d [String],
}

impl FileUploads<'_, '_> {
    async fn file(&self, file: &PostFile<'_>) -> Result<FileOutcome, UploadFailure> {
        let folder = self.to.run.folder.files();
        let blob = Blob {
            folder: &folder,
            path: &file.path,
            name: &file.name,
            bytes: file.bytes,
        };
        self.upload_file(blob, &codes::UPLOAD_FILE_REFUSED).await
    }

    async fn image(&self, image: &PostImage<'_>) -> Result<FileOutcome, UploadFailure> {
        let folder = self.to.run.folder.images();
        let blob = Blob {
            folder: &folder,
            path: &image.path,
            name: &image.name,
            bytes: image.bytes,
        };
        self.upload_file(blob, &codes::UPLOAD_FILE_REFUSED).await
    }

    async fn upload_file(
        &self,
        blob: Blob<'_>,
        refused: &'static Code,
    ) -> Result<FileOutcome, UploadFailure> {
        let mut reason = None;
        if !self.nowhere.iter().any(|path| path == blob.path) {
            let Destination { run, thread, .. } = self.to;
            let files = &run.resolver.files;
            match files.upload_file(run, thread, self.author, blob).await? {
                Outcome::Uploaded(link) => return Ok(FileOutcome::Uploaded(link)),
                Outcome::Refused(why) => reason = Some(why),
            }
        }
        let place = FindingPlace {
            conversation: Some((&*self.item.conversation).into()),
            ts: Some((&*self.item.message).into()),
            ..self.to.target.finding_place()
        };
        let reason = reason.unwrap_or_else(|| "it was tried before".to_owned());
        let words = format!("{}: {reason}", blob.name);
        self.to.run.note(refused, place, words);
        Ok(FileOutcome::Failed)
    }
}
