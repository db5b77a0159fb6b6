//! The work folder: where each stage keeps its files.
//!
//! A stage writes into a folder beside its own (`1-read.new`) that takes the old one's place at the
//! end, so a killed stage leaves the last good output.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::ConversationId;
use crate::TargetKey;

/// The work folder and the names in it.
#[derive(Clone, Debug)]
pub struct WorkFolder {
    root: PathBuf,
}

/// A folder that can't be made, moved or removed.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {error}")]
pub struct FolderError {
    /// The file.
    pub path: PathBuf,
    /// The underlying error.
    #[source]
    pub error: io::Error,
}

impl FolderError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |error| Self {
            path: path.to_owned(),
            error,
        }
    }
}

impl WorkFolder {
    /// The work folder at `root`; it need not be there yet.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The settings: `chatferry.toml`.
    #[must_use]
    pub fn settings(&self) -> PathBuf {
        self.root.join("chatferry.toml")
    }

    /// `1-read`
    #[must_use]
    pub fn read(&self) -> ReadFolder {
        ReadFolder::new(self.root.join("1-read"))
    }

    /// `1-fetch`
    #[must_use]
    pub fn fetch(&self) -> FetchFolder {
        FetchFolder::new(self.root.join("1-fetch"))
    }

    /// `2-map`
    #[must_use]
    pub fn map(&self) -> PathBuf {
        self.root.join("2-map")
    }

    /// `3-render`
    #[must_use]
    pub fn render(&self) -> RenderFolder {
        RenderFolder::new(self.root.join("3-render"))
    }

    /// `4-upload`
    #[must_use]
    pub fn upload(&self) -> PathBuf {
        self.root.join("4-upload")
    }

    /// `report`
    #[must_use]
    pub fn report(&self) -> PathBuf {
        self.root.join("report")
    }
}

/// The names in `1-read`.
#[derive(Clone, Debug)]
pub struct ReadFolder {
    root: PathBuf,
}

impl ReadFolder {
    /// The stage's folder at `root`.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder itself; its `manifest.json` is read by [`crate::manifest::Manifest`].
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `people.jsonl`
    #[must_use]
    pub fn people(&self) -> PathBuf {
        self.root.join("people.jsonl")
    }

    /// `conversations.jsonl`
    #[must_use]
    pub fn conversations(&self) -> PathBuf {
        self.root.join("conversations.jsonl")
    }

    /// `emoji.jsonl`
    #[must_use]
    pub fn emoji(&self) -> PathBuf {
        self.root.join("emoji.jsonl")
    }

    /// `names.jsonl`, which is there if messages told names.
    #[must_use]
    pub fn names(&self) -> PathBuf {
        self.root.join("names.jsonl")
    }

    /// `files.jsonl`
    #[must_use]
    pub fn files(&self) -> PathBuf {
        self.root.join("files.jsonl")
    }

    /// `findings.jsonl`
    #[must_use]
    pub fn findings(&self) -> PathBuf {
        self.root.join("findings.jsonl")
    }

    /// `messages/`
    #[must_use]
    pub fn messages_folder(&self) -> PathBuf {
        self.root.join("messages")
    }

    /// `messages/<conversation>.jsonl`, or the same with `.zst` if that is there instead.
    #[must_use]
    pub fn messages(&self, conversation: &ConversationId<'_>) -> PathBuf {
        either(&self.messages_folder(), conversation.as_str())
    }

    /// `blobs/`
    #[must_use]
    pub fn blobs(&self) -> PathBuf {
        self.root.join("blobs")
    }
}

/// The names in `1-fetch`, which is there once files were fetched.
#[derive(Clone, Debug)]
pub struct FetchFolder {
    root: PathBuf,
}

impl FetchFolder {
    /// The stage's folder at `root`.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `files.jsonl`
    #[must_use]
    pub fn files(&self) -> PathBuf {
        self.root.join("files.jsonl")
    }

    /// `blobs/`
    #[must_use]
    pub fn blobs(&self) -> PathBuf {
        self.root.join("blobs")
    }
}

/// The names in `3-render`.
#[derive(Clone, Debug)]
pub struct RenderFolder {
    root: PathBuf,
}

impl RenderFolder {
    /// The stage's folder at `root`.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder itself; its `manifest.json` is read by [`crate::manifest::Manifest`].
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `findings.jsonl`
    #[must_use]
    pub fn findings(&self) -> PathBuf {
        self.root.join("findings.jsonl")
    }

    /// `posts/`
    #[must_use]
    pub fn posts_folder(&self) -> PathBuf {
        self.root.join("posts")
    }

    /// `posts/<target>.jsonl`, or the same with `.zst` if that is there instead.
    #[must_use]
    pub fn posts(&self, target: &TargetKey<'_>) -> PathBuf {
        either(&self.posts_folder(), target.as_str())
    }

    /// `links.jsonl`
    #[must_use]
    pub fn links(&self) -> PathBuf {
        self.root.join("links.jsonl")
    }

    /// `images/`: pictures to go within texts.
    #[must_use]
    pub fn images(&self) -> PathBuf {
        self.root.join("images")
    }

    /// `files/`: files to go into SharePoint or OneDrive.
    #[must_use]
    pub fn files(&self) -> PathBuf {
        self.root.join("files")
    }
}

/// The plain file, or the compressed one where only that exists.
fn either(folder: &Path, id: &str) -> PathBuf {
    let name = file_name(id);
    let plain = folder.join(format!("{name}.jsonl"));
    let compressed = folder.join(format!("{name}.jsonl.zst"));
    if !plain.exists() && compressed.exists() {
        compressed
    } else {
        plain
    }
}

/// A file name for an id: letters, digits, `-`, `_` and inner dots as they are, other bytes as
/// `%XX`, so that no id of any source leaves its folder or collides with another.
#[must_use]
pub fn file_name(id: &str) -> String {
    let mut name = String::with_capacity(id.len());
    for (at, byte) in id.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
            b'.' if at > 0 => name.push('.'),
            _ => name.push_str(&format!("%{byte:02X}")),
        }
    }
    if name.is_empty() {
        "%".to_owned()
    } else {
        name
    }
}

/// A stage's folder in the making.
#[derive(Debug)]
pub struct StageFolder {
    new: PathBuf,
    old: PathBuf,
    place: PathBuf,
}

impl StageFolder {
    /// Makes an empty folder beside `place`; what a killed run left there is removed.
    ///
    /// # Errors
    /// When the file system says no.
    pub fn begin(place: &Path) -> Result<Self, FolderError> {
        let beside = |suffix: &str| {
            let mut name = place.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        let stage = Self {
            new: beside(".new"),
            old: beside(".old"),
            place: place.to_owned(),
        };
        // Killed between the two renames of a commit: the old output is the last good one.
        if stage.old.exists() && !place.exists() {
            fs::rename(&stage.old, place).map_err(FolderError::at(place))?;
        }
        remove(&stage.old)?;
        remove(&stage.new)?;
        fs::create_dir_all(&stage.new).map_err(FolderError::at(&stage.new))?;
        Ok(stage)
    }

    /// The folder to write to.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.new
    }

    /// Puts the folder in its place, in exchange for the last output.
    ///
    /// # Errors
    /// When the file system says no.
    pub fn commit(self) -> Result<(), FolderError> {
        if self.place.exists() {
            fs::rename(&self.place, &self.old).map_err(FolderError::at(&self.place))?;
        }
        fs::rename(&self.new, &self.place).map_err(FolderError::at(&self.place))?;
        remove(&self.old)
    }
}

fn remove(path: &Path) -> Result<(), FolderError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FolderError {
            path: path.to_owned(),
            error,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_leaves_its_folder() {
        for (id, name) in [
            ("C024BE91L", "C024BE91L"),
            ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"),
            ("Überall", "%C3%9Cberall"),
            (".", "%2E"),
            ("", "%"),
        ] {
            assert_eq!(file_name(id), name);
        }
    }

    #[test]
    fn a_killed_stage_leaves_the_last_good_output() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("1-read");
        for content in ["first", "second"] {
            let stage = StageFolder::begin(&place).unwrap();
            fs::write(stage.path().join("file"), content).unwrap();
            stage.commit().unwrap();
        }
        let killed = StageFolder::begin(&place).unwrap();
        fs::write(killed.path().join("file"), "third").unwrap();
        drop(killed);
        assert_eq!(fs::read_to_string(place.join("file")).unwrap(), "second");

        // Killed after the old output was moved away and before the new one was in place.
        fs::rename(&place, folder.path().join("1-read.old")).unwrap();
        StageFolder::begin(&place).unwrap();
        assert_eq!(fs::read_to_string(place.join("file")).unwrap(), "second");
    }
}
