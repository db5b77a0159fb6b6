//! A file on its way, chunk by chunk (R61).

use serde::{Deserialize, Serialize};

use crate::ids::DriveId;
use crate::moment::Moment;
use crate::quick_xor::QuickXor;
use crate::refusal::Refused;
use crate::rules::Rule;
use crate::state::drive::{Conflict, Content, Spot};

/// Every chunk but the last is a multiple of this, in bytes.
const STEP: u64 = 327_680;

/// Every chunk is smaller than this, in bytes: 60 MiB.
const CHUNK_BELOW: u64 = 60 * 1024 * 1024;

/// `Content-Range: bytes {first}-{last}/{total}`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContentRange {
    first: u64,
    last: u64,
    total: u64,
}

impl ContentRange {
    pub(crate) fn parse(text: &str) -> Option<ContentRange> {
        let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let range = ContentRange {
            first: first.parse().ok()?,
            last: last.parse().ok()?,
            total: total.parse().ok()?,
        };
        (range.first <= range.last && range.last < range.total).then_some(range)
    }

    pub(crate) fn is_last(&self) -> bool {
        self.last + 1 == self.total
    }

    fn length(&self) -> u64 {
        self.last - self.first + 1
    }
}

/// An upload session.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct UploadSession {
    pub(crate) drive: DriveId,
    pub(crate) spot: Spot,
    pub(crate) conflict: Conflict,
    pub(crate) expires: Moment,
    /// The file's size, as soon as it is known.
    pub(crate) total: Option<u64>,
    pub(crate) hash: QuickXor,
    /// The content received so far, where contents are kept.
    pub(crate) kept: Option<Vec<u8>>,
}

impl UploadSession {
    /// `nextExpectedRanges`
    pub(crate) fn expected(&self) -> String {
        format!("{}-", self.hash.length())
    }

    /// Checks that a chunk comes next and has a legal size.
    pub(crate) fn check(&self, range: &ContentRange, body: usize) -> Result<(), Refused> {
        let length = range.length();
        if u64::try_from(body) != Ok(length) {
            return Err(Rule::R61.refuse(format!("{body} bytes come as {length}")));
        }
        if self.total.is_some_and(|total| total != range.total) {
            return Err(Rule::R61.refuse(format!("the total is {} now", range.total)));
        }
        let received = self.hash.length();
        if range.first < received {
            return Err(Rule::R61Received.refuse(format!("{received} bytes are there")));
        }
        if range.first > received {
            return Err(Rule::R61Order.refuse(format!("byte {received} comes next")));
        }
        if length >= CHUNK_BELOW {
            return Err(Rule::R61.refuse(format!("{length} bytes are 60 MiB or more")));
        }
        if !range.is_last() && !length.is_multiple_of(STEP) {
            return Err(Rule::R61.refuse(format!("{length} is no multiple of {STEP}")));
        }
        Ok(())
    }

    /// Takes in a chunk that has been checked.
    pub(crate) fn take(&mut self, range: &ContentRange, body: &[u8]) {
        self.total = Some(range.total);
        self.hash.update(body);
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(body);
        }
    }

    /// The file, once all of it is there.
    pub(crate) fn content(&self) -> Content {
        Content::new(&self.hash, "application/octet-stream", self.kept.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::ContentRange;

    #[test]
    fn ranges_are_read() {
        let read = |text| ContentRange::parse(text).map(|range| (range.length(), range.is_last()));
        assert_eq!(read("bytes 0-25/128"), Some((26, false)));
        assert_eq!(read("bytes 26-127/128"), Some((102, true)));
        for text in [
            "",
            "0-25/128",
            "bytes 0-128/128",
            "bytes 5-4/128",
            "bytes 0-/128",
            "bytes 0-25/*",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
