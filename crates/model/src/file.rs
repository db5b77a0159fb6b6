//! Files that hang on messages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{FileId, Text};

/// A file, as a message carries it and as a line of `files.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct File<'a> {
    /// The source's id of it.
    #[serde(borrow)]
    pub id: FileId<'a>,
    /// The name with extension, as the source has it; may be unfit for a file system. Empty for
    /// the stub of a file that is gone.
    #[serde(borrow, default, skip_serializing_if = "str_is_empty")]
    pub name: Text<'a>,
    /// The title, where that differs from the name.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text<'a>>,
    /// The media type as the source says it; can be wrong.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<Text<'a>>,
    /// Bytes, as the source says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Pixels of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// The text it shows.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<Text<'a>>,
    /// The text or its head, where the message itself carries it (snippets, e-mails, transcripts).
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<Preview<'a>>,
    /// The place of the bytes.
    #[serde(borrow)]
    pub place: FilePlace<'a>,
}

/// The text of a file that the message carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Preview<'a> {
    /// The text.
    #[serde(borrow)]
    pub text: Text<'a>,
    /// The language, where it is code.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Text<'a>>,
    /// True if there is more than this.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// The place of a file's bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FilePlace<'a> {
    /// In `1-read/blobs/`, under this name (a hash of its content).
    Blob(#[serde(borrow)] Text<'a>),
    /// At the source's servers, to be fetched; the address is free of tokens.
    Remote(#[serde(borrow)] Text<'a>),
    /// Somewhere else on the web (a linked document), to be linked.
    External(#[serde(borrow)] Text<'a>),
    /// Nowhere any more.
    Gone(Gone),
}

/// The reason why a file is nowhere.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// Deleted in the source.
    Deleted,
    /// Hidden by the source's plan.
    HiddenByLimit,
    /// Kept from whoever made the export.
    Denied,
    /// The export says nothing about it.
    Unknown,
}

fn str_is_empty(text: &Text<'_>) -> bool {
    text.is_empty()
}
