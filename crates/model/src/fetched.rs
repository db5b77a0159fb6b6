//! Files that were fetched from the source after reading.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{FileId, Text};

/// A line of `1-fetch/files.jsonl`: a file of `1-read/files.jsonl` whose place was
/// [`FilePlace::Remote`](crate::file::FilePlace::Remote) and whose bytes are here now. It holds for
/// every message that carries the file; reading the export again leaves it alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fetched<'a> {
    /// The source's id of it.
    #[serde(borrow)]
    pub id: FileId<'a>,
    /// The name under `1-fetch/blobs/` (a hash of its content).
    #[serde(borrow)]
    pub blob: Text<'a>,
    /// The size in bytes.
    pub bytes: u64,
    /// The media type its first bytes tell, else the one the server said.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<Text<'a>>,
}
