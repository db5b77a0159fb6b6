//! Text of messages, kept in blocks.
//!
//! A tenant may hold a million messages for an hour. One allocation each, between the
//! short-lived ones of every call, leaves the allocator with a heap full of holes to search, and
//! calls get slower the more there is; blocks do not.

use std::fmt;

use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The size of one allocation, in bytes.
const BLOCK: usize = 256 * 1024;

/// A message's content: UTF-8, a piece of a block.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageText(Bytes);

impl MessageText {
    /// The text.
    pub fn as_str(&self) -> &str {
        // Only made of whole strings, so there is nothing to be wrong about.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl From<&str> for MessageText {
    /// A text with an allocation of its own.
    fn from(text: &str) -> MessageText {
        MessageText(Bytes::copy_from_slice(text.as_bytes()))
    }
}

impl fmt::Display for MessageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for MessageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for MessageText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for MessageText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<MessageText, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(MessageText(text.into()))
    }
}

/// The block that is being filled.
#[derive(Debug, Default)]
pub(crate) struct Texts(BytesMut);

impl Texts {
    /// Keeps a copy of the text.
    pub(crate) fn keep(&mut self, text: &str) -> MessageText {
        if self.0.capacity() < text.len() {
            self.0 = BytesMut::with_capacity(BLOCK.max(text.len()));
        }
        self.0.extend_from_slice(text.as_bytes());
        MessageText(self.0.split().freeze())
    }
}

#[cfg(test)]
mod tests {
    use super::Texts;

    #[test]
    fn texts_stay_what_they_were() {
        let mut texts = Texts::default();
        let kept: Vec<_> = (0..10_000)
            .map(|n| texts.keep(&format!("é{n}").repeat(n % 50)))
            .collect();
        for (n, text) in kept.iter().enumerate() {
            assert_eq!(text.as_str(), format!("é{n}").repeat(n % 50));
        }
        let long = "x".repeat(300_000);
        assert_eq!(texts.keep(&long).as_str(), long);
    }
}
