//! The position of a message among the others.

use std::cmp::Reverse;

use crate::external_sort::{SortKey, take};

/// The place where a message belongs. The order of the fields is the order of the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// The conversation's number.
    pub(super) conversation: u32,
    /// Milliseconds; of a reply that is older than its root, the root's.
    pub(super) time: i64,
    pub(super) reply: bool,
    /// The export it is from; of the same post in several the last one counts.
    pub(super) export: Reverse<u16>,
    /// The line in the export.
    pub(super) line: u64,
    /// The reply of the line; [`Key::MISSING`] if it stands for a root that is missing.
    pub(super) index: u32,
    /// Milliseconds, of a reply too.
    pub(super) created: i64,
}

impl Key {
    /// The index of what stands for a root that is missing.
    pub(super) const MISSING: u32 = u32::MAX;
}

impl SortKey for Key {
    const BYTES: usize = 4 + 8 + 1 + 2 + 8 + 4 + 8;

    fn write(self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.conversation.to_le_bytes());
        to.extend_from_slice(&self.time.to_le_bytes());
        to.push(u8::from(self.reply));
        to.extend_from_slice(&self.export.0.to_le_bytes());
        to.extend_from_slice(&self.line.to_le_bytes());
        to.extend_from_slice(&self.index.to_le_bytes());
        to.extend_from_slice(&self.created.to_le_bytes());
    }

    fn read(mut from: &[u8]) -> Self {
        let rest = &mut from;
        Self {
            conversation: u32::from_le_bytes(take(rest)),
            time: i64::from_le_bytes(take(rest)),
            reply: take::<1>(rest) == [1],
            export: Reverse(u16::from_le_bytes(take(rest))),
            line: u64::from_le_bytes(take(rest)),
            index: u32::from_le_bytes(take(rest)),
            created: i64::from_le_bytes(take(rest)),
        }
    }
}
