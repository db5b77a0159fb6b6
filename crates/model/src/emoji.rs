//! Emoji, standard and custom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{FileId, Text};

/// An emoji where it is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Emoji<'a> {
    /// The name in the source, without colons and skin tone.
    #[serde(borrow)]
    pub name: Text<'a>,
    /// The characters, skin tone included; absent: a custom emoji, see `emoji.jsonl`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub unicode: Option<Text<'a>>,
}

impl Emoji<'_> {
    /// Appends the characters, or `:name:` where there are none.
    pub fn write_plain_text(&self, out: &mut String) {
        if let Some(characters) = &self.unicode {
            out.push_str(characters);
        } else {
            out.push(':');
            out.push_str(&self.name);
            out.push(':');
        }
    }
}

/// A line of `emoji.jsonl`: a custom emoji of the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CustomEmoji {
    /// The name, without colons.
    pub name: String,
    /// The picture, one of the source's files.
    #[serde(
        default,
        deserialize_with = "crate::id::owned_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub file: Option<FileId<'static>>,
    /// The place where its picture was; free of tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The name of the emoji it stands for, with all aliases followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias_of: Option<String>,
}
