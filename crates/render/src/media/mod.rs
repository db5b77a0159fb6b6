//! The bytes behind messages: pictures to show within texts, files to attach to posts.
//!
//! Each blob is looked at once, by the thread that meets it first, and is in its place in
//! `3-render` from then on; what comes of it depends on its bytes and the settings alone, so no
//! order shows.

mod blob_cache;
mod memory_budget;
mod name;
mod picture;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use chatferry_model::emoji::CustomEmoji;
use chatferry_model::fetched::Fetched;
use chatferry_model::file::{File, FilePlace};
use chatferry_model::folder::{FetchFolder, ReadFolder, RenderFolder, file_name};
use chatferry_model::jsonl::{Format, JsonlError, JsonlReader};

use crate::error::RenderError;
use crate::settings::RenderSettings;
use blob_cache::BlobCache;
use memory_budget::MemoryBudget;
use name::NameIndex;
pub(crate) use name::name_of_picture;
use name::{extension_of, legal};
pub(crate) use picture::{ImageOutcome, Original, Picture, Refusal};

/// The bytes behind messages.
#[derive(Default)]
pub(crate) struct Media {
    /// `1-read/blobs` and `1-fetch/blobs`.
    blobs: Vec<PathBuf>,
    /// The fetched files, by file id.
    fetched: HashMap<Box<str>, Bytes>,
    /// The pictures of custom emoji, by name.
    emoji: HashMap<Box<str>, Bytes>,
    names: NameIndex,
    /// `3-render/images` and `3-render/files`.
    images: PathBuf,
    files: PathBuf,
    /// The largest picture in bytes that still goes within a text.
    picture_bytes: u64,
    blob_cache: BlobCache,
    memory_budget: MemoryBudget,
    /// The first thing that could not be written.
    failure: Mutex<Option<RenderError>>,
}

/// Bytes that are here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bytes {
    /// The name among the blobs: a hash of the content.
    pub(crate) blob: Box<str>,
    media_type: Option<Box<str>>,
}

/// A file as it goes into SharePoint or OneDrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    /// The name in `3-render/files`.
    pub(crate) path: Box<str>,
    pub(crate) name: String,
    pub(crate) bytes: u64,
}

impl Media {
    /// Learns what bytes there are; pictures and files go `into` their folders.
    ///
    /// # Errors
    /// When a list of them can't be read, or a folder can't be made.
    pub(crate) fn load(
        read: &ReadFolder,
        settings: &RenderSettings,
        into: &RenderFolder,
    ) -> Result<Self, RenderError> {
        let mut media = Self {
            blobs: vec![read.blobs()],
            images: into.images(),
            files: into.files(),
            picture_bytes: settings.image_room() as u64 / 4 * 3,
            ..Self::default()
        };
        if let Some(fetch) = &settings.fetched {
            media.blobs.push(fetch.blobs());
            media.fetched = fetched(fetch)?;
        }
        let custom: Vec<CustomEmoji> = match read.emoji() {
            path if path.exists() => JsonlReader::open(&path, Format::EMOJI)?.read_all()?,
            _ => Vec::new(),
        };
        let mut of_emoji: HashMap<Box<str>, Option<Bytes>> = custom
            .iter()
            .filter_map(|emoji| Some((emoji.file.as_ref()?.as_str().into(), None)))
            .collect();
        if read.files().exists() {
            for_each_file(&read.files(), |file| {
                let bytes = media.bytes_of(file);
                if let Some(bytes) = &bytes {
                    media.names.add(&stored_name(file, bytes), &bytes.blob);
                }
                if let Some(picture) = of_emoji.get_mut(file.id.as_str()) {
                    *picture = bytes;
                }
            })?;
        }
        media.emoji = emoji(&custom, &of_emoji);
        for folder in [&media.images, &media.files] {
            fs::create_dir_all(folder).map_err(RenderError::at(folder))?;
        }
        Ok(media)
    }

    /// The bytes of a file, if they are here.
    pub(crate) fn bytes_of(&self, file: &File<'_>) -> Option<Bytes> {
        let blob = match &file.place {
            FilePlace::Blob(blob) => blob,
            FilePlace::Remote(_) | FilePlace::Gone(_) => {
                return self.fetched.get(file.id.as_str()).cloned();
            }
            FilePlace::External(_) => return None,
        };
        Some(Bytes {
            blob: blob.as_str().into(),
            media_type: file.media_type.as_deref().map(Into::into),
        })
    }

    /// The bytes of a file of which only the id is known.
    pub(crate) fn fetched(&self, id: &str) -> Option<Bytes> {
        self.fetched.get(id).cloned()
    }

    /// The picture of a custom emoji.
    pub(crate) fn emoji(&self, name: &str) -> Option<Arc<Picture>> {
        let bytes = self.emoji.get(name)?;
        match self.picture(bytes) {
            ImageOutcome::Picture(picture) => Some(picture),
            ImageOutcome::Other | ImageOutcome::Refused(_) => None,
        }
    }

    /// Returns the picture of these bytes.
    pub(crate) fn picture(&self, bytes: &Bytes) -> ImageOutcome {
        let entry = self.blob_cache.entry(&bytes.blob);
        let image = entry.image.get_or_init(|| {
            let Some(path) = self.find(&bytes.blob) else {
                return ImageOutcome::Other;
            };
            picture::make(
                &path,
                &bytes.blob,
                self.picture_bytes,
                &self.images,
                &self.memory_budget,
            )
            .unwrap_or_else(|error| {
                self.fail(error);
                ImageOutcome::Other
            })
        });
        image.clone()
    }

    /// Returns true if these bytes are a picture that could be looked into.
    pub(crate) fn is_picture(&self, bytes: &Bytes) -> bool {
        let path = self.find(&bytes.blob);
        path.is_some_and(|path| picture::is_one(&path))
    }

    /// Puts the bytes of `file` where uploading finds them; nothing if they are gone.
    pub(crate) fn store(&self, file: &File<'_>, bytes: &Bytes) -> Option<Stored> {
        let entry = self.blob_cache.entry(&bytes.blob);
        let size = entry.stored.get_or_init(|| {
            let from = self.find(&bytes.blob)?;
            let to = self.files.join(file_name(&bytes.blob));
            place(&from, &to).map_err(|error| self.fail(error)).ok()
        });
        Some(Stored {
            path: file_name(&bytes.blob).into(),
            name: self.name_of(file, bytes),
            bytes: (*size)?,
        })
    }

    /// Puts a text that this stage makes itself where uploading finds it.
    pub(crate) fn store_text(&self, stem: &str, text: &str) -> Stored {
        let hash = format!("{:032x}", xxhash_rust::xxh3::xxh3_128(text.as_bytes()));
        let entry = self.blob_cache.entry(&hash);
        entry.stored.get_or_init(|| {
            let to = self.files.join(&hash);
            fs::write(&to, text)
                .map_err(|error| self.fail(RenderError::at(&to)(error)))
                .ok();
            Some(text.len() as u64)
        });
        Stored {
            name: name::with_suffix(&legal(&format!("{stem}.txt"), "txt"), &hash),
            path: hash.into(),
            bytes: text.len() as u64,
        }
    }

    /// The name of a file in SharePoint: its own where no other file has it.
    pub(crate) fn name_of(&self, file: &File<'_>, bytes: &Bytes) -> String {
        self.names.unique(stored_name(file, bytes), &bytes.blob)
    }

    /// The first thing that could not be written, if there is any.
    pub(crate) fn check(&self) -> Result<(), RenderError> {
        let failure = self
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        failure.map_or(Ok(()), Err)
    }

    fn fail(&self, error: RenderError) {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.get_or_insert(error);
    }

    fn find(&self, blob: &str) -> Option<PathBuf> {
        let name = file_name(blob);
        let mut places = self.blobs.iter().map(|folder| folder.join(&name));
        places.find(|path| path.is_file())
    }
}

/// The legal name of a file that has these bytes.
fn stored_name(file: &File<'_>, bytes: &Bytes) -> String {
    let media_type = bytes.media_type.as_deref().or(file.media_type.as_deref());
    let name = if file.name.trim().is_empty() {
        file.title.as_deref().unwrap_or_default()
    } else {
        &file.name
    };
    legal(name, extension_of(media_type))
}

/// Gives `to` the bytes of `from`, without copying them where the file system can, and says how
/// many there are.
fn place(from: &Path, to: &Path) -> Result<u64, RenderError> {
    if fs::hard_link(from, to).is_err() {
        fs::copy(from, to).map_err(RenderError::at(to))?;
    }
    Ok(fs::metadata(to).map_err(RenderError::at(to))?.len())
}

fn fetched(folder: &FetchFolder) -> Result<HashMap<Box<str>, Bytes>, JsonlError> {
    let mut all = HashMap::new();
    if !folder.files().exists() {
        return Ok(all);
    }
    let mut reader = JsonlReader::open(&folder.files(), Format::FETCHED)?;
    while let Some(chunk) = reader.next_chunk()? {
        for (number, line) in chunk.lines() {
            let file: Fetched<'_> = chunk.parse(number, line)?;
            let bytes = Bytes {
                blob: file.blob.as_str().into(),
                media_type: file.media_type.as_deref().map(Into::into),
            };
            all.insert(file.id.as_str().into(), bytes);
        }
    }
    Ok(all)
}

fn for_each_file(path: &Path, mut each: impl FnMut(&File<'_>)) -> Result<(), JsonlError> {
    let mut reader = JsonlReader::open(path, Format::FILES)?;
    while let Some(chunk) = reader.next_chunk()? {
        for (number, line) in chunk.lines() {
            each(&chunk.parse(number, line)?);
        }
    }
    Ok(())
}

/// The bytes of each custom emoji, aliases followed.
fn emoji(
    custom: &[CustomEmoji],
    files: &HashMap<Box<str>, Option<Bytes>>,
) -> HashMap<Box<str>, Bytes> {
    let by_name: HashMap<&str, &CustomEmoji> = custom
        .iter()
        .map(|emoji| (emoji.name.as_str(), emoji))
        .collect();
    custom
        .iter()
        .filter_map(|emoji| {
            let alias = emoji.alias_of.as_deref();
            let meant = alias.and_then(|name| by_name.get(name)).unwrap_or(&emoji);
            let bytes = files.get(meant.file.as_ref()?.as_str())?.clone()?;
            Some((emoji.name.as_str().into(), bytes))
        })
        .collect()
}
