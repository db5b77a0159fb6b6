//! The JSON-lines files between the stages.
//!
//! Each file describes itself:
//!
//! ```text
//! {"format":"chatferry.messages","version":"1.0","about":{"conversation":"C024BE91L"}}
//! …one record a line…
//! {"end":{"records":1234,"hash":"0123456789abcdef0123456789abcdef"}}
//! ```
//!
//! The first line names the format and its version; `about` says what the whole file is about and
//! may be missing. The last line counts the records; its `hash` is XXH3-128 over everything before
//! that line. Without a last line the file is cut, and reading it says so. A program that writes
//! such a file, or a person who edits one, may leave `hash` out: then only the count is checked.
//! Files ending in `.zst` are the same text, compressed by zstd.

mod buffer_pool;
mod error;
mod format;
mod reader;
mod writer;

pub use error::JsonlError;
pub use format::{Format, Version, VersionError};
pub use reader::{Chunk, JsonlReader, Lines};
pub use writer::{FileSummary, JsonlWriter};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The first line.
#[derive(Serialize, Deserialize)]
struct Header<'a, A> {
    format: &'a str,
    version: Version,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<A>,
}

/// The first line as read: what it is about is kept as it stands.
type RawHeader<'a> = Header<'a, &'a RawValue>;

/// The last line.
#[derive(Serialize, Deserialize)]
struct Trailer<'a> {
    #[serde(borrow)]
    end: End<'a>,
}

#[derive(Serialize, Deserialize)]
struct End<'a> {
    records: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hash: Option<&'a str>,
}

/// The way the last line begins; no record does.
const TRAILER_START: &[u8] = b"{\"end\":";

/// Returns true if a path means a compressed file.
fn is_zstd(path: &std::path::Path) -> bool {
    path.extension().is_some_and(|extension| extension == "zst")
}

#[cfg(test)]
mod tests;
