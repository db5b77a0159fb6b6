//! `manifest.json`: what a stage was given, what it wrote, and its sums.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::finding::{Findings, Stage};
use crate::jsonl::{FileSummary, Version};
use crate::sum::Sum;

/// The manifest of a stage; `D` is what only that stage has to say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Manifest<D> {
    /// Always `chatferry.manifest`.
    pub format: String,
    /// The format's version.
    pub version: Version,
    /// The chatferry that wrote it.
    pub chatferry: String,
    /// The stage.
    pub stage: Stage,
    /// The inputs of the stage: a hash of each input's content, by name. The same inputs give
    /// the same folder, so a stage whose inputs have not changed need not run again.
    pub inputs: BTreeMap<String, String>,
    /// The counts by unit: `messages`, `people`, `conversations`, `files`.
    pub sums: BTreeMap<String, Sum>,
    /// The files it wrote, by path within the stage's folder.
    pub files: BTreeMap<String, FileSummary>,
    /// The number of findings of each code there are.
    pub findings: BTreeMap<String, u64>,
    /// The details that only this stage has.
    pub details: D,
}

/// The outcome of a stage: all of its manifest but the inputs.
#[derive(Debug, Default)]
pub struct Outcome<D> {
    /// [`Manifest::details`]
    pub details: D,
    /// [`Manifest::sums`]
    pub sums: BTreeMap<String, Sum>,
    /// [`Manifest::files`]
    pub files: BTreeMap<String, FileSummary>,
    /// The findings.
    pub findings: Findings,
}

/// Details of the manifest of `1-read`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReadDetails {
    /// The kind of source: `slack`, `mattermost`.
    pub source: String,
    /// The layout found, in words: "official export", "slackdump export".
    pub layout: String,
    /// The workspaces of the source.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workspaces: Vec<Workspace>,
}

impl ReadDetails {
    /// Returns the name of the source as people write it: `Slack`.
    #[must_use]
    pub fn source_name(&self) -> String {
        let mut letters = self.source.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect()
    }
}

/// A workspace of the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Workspace {
    /// The id in the source.
    pub id: String,
    /// The name, if the source says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A manifest that can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file system said no.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The underlying error.
        #[source]
        error: std::io::Error,
    },
    /// The file is no manifest, or a damaged one.
    #[error("{path}: not a readable manifest: {error}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The problem.
        #[source]
        error: serde_json::Error,
    },
    /// The manifest was written by a chatferry that this one does not understand.
    #[error("{path}: {error}")]
    Version {
        /// The file.
        path: PathBuf,
        /// The problem.
        #[source]
        error: crate::jsonl::VersionError,
    },
}

/// The version of the manifest itself.
const VERSION: Version = Version::new(1, 0);

impl<D> Manifest<D> {
    /// An empty manifest of `stage`.
    #[must_use]
    pub fn new(stage: Stage, details: D) -> Self {
        Self {
            format: "chatferry.manifest".to_owned(),
            version: VERSION,
            chatferry: env!("CARGO_PKG_VERSION").to_owned(),
            stage,
            inputs: BTreeMap::new(),
            sums: BTreeMap::new(),
            files: BTreeMap::new(),
            findings: BTreeMap::new(),
            details,
        }
    }
}

impl<D: Serialize> Manifest<D> {
    /// Writes it to `folder/manifest.json`.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write(&self, folder: &Path) -> Result<(), ManifestError> {
        let path = folder.join("manifest.json");
        let mut text =
            serde_json::to_string_pretty(self).map_err(|error| ManifestError::Damaged {
                path: path.clone(),
                error,
            })?;
        text.push('\n');
        fs::write(&path, text).map_err(|error| ManifestError::Io { path, error })
    }
}

impl<D: DeserializeOwned> Manifest<D> {
    /// Reads `folder/manifest.json`.
    ///
    /// # Errors
    /// When it is not there, damaged, or of a version this chatferry can't read.
    pub fn read(folder: &Path) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Head {
            version: Version,
        }

        let path = folder.join("manifest.json");
        let text = fs::read_to_string(&path).map_err(|error| ManifestError::Io {
            path: path.clone(),
            error,
        })?;
        let head: Head = serde_json::from_str(&text).map_err(|error| ManifestError::Damaged {
            path: path.clone(),
            error,
        })?;
        VERSION
            .check_reads(head.version)
            .map_err(|error| ManifestError::Version {
                path: path.clone(),
                error,
            })?;
        serde_json::from_str(&text).map_err(|error| ManifestError::Damaged { path, error })
    }
}
