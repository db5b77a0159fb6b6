//! quickXorHash, by which SharePoint and OneDrive tell a file's content (crates/graph/RULES.md
//! 1.12).
//!
//! Each byte goes into a ring of 160 bits, 11 bits further than the one before, so that every
//! 160th byte meets the same bits. Those are XORed first, which runs as fast as memory does, and
//! are put into the ring once at the end; then the length goes over the last eight bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const RING: usize = 160;
const STEP: usize = 11;

/// The hash of what has come so far.
#[derive(Clone, Debug)]
pub(crate) struct QuickXor {
    columns: [u8; RING],
    length: u64,
}

impl QuickXor {
    pub(crate) fn new() -> Self {
        Self {
            columns: [0; RING],
            length: 0,
        }
    }

    /// Takes in the next bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        let at = usize::try_from(self.length % RING as u64).unwrap_or_default();
        let (head, rest) = bytes.split_at(bytes.len().min(RING - at));
        xor(self.columns.get_mut(at..).unwrap_or_default(), head);
        for row in rest.chunks(RING) {
            xor(&mut self.columns, row);
        }
        self.length += bytes.len() as u64;
    }

    /// The hash as Graph prints it, in base64.
    pub(crate) fn finish(&self) -> String {
        let mut ring = [0_u8; RING / 8];
        for (column, byte) in self.columns.iter().enumerate() {
            let bit = column * STEP % RING;
            let spread = (u16::from(*byte) << (bit % 8)).to_le_bytes();
            let next = (bit / 8 + 1) % ring.len();
            for (place, bits) in [bit / 8, next].into_iter().zip(spread) {
                if let Some(place) = ring.get_mut(place) {
                    *place ^= bits;
                }
            }
        }
        let end = ring.len() - size_of::<u64>();
        xor(
            ring.get_mut(end..).unwrap_or_default(),
            &self.length.to_le_bytes(),
        );
        STANDARD.encode(ring)
    }
}

fn xor(into: &mut [u8], bytes: &[u8]) {
    for (place, byte) in into.iter_mut().zip(bytes) {
        *place ^= byte;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hash(pieces: &[&[u8]]) -> String {
        let mut hash = QuickXor::new();
        for piece in pieces {
            hash.update(piece);
        }
        hash.finish()
    }

    /// Values that several implementations agree on, and one that can be seen by eye.
    #[test]
    fn agrees_with_other_implementations() {
        let bytes: Vec<u8> = (0..=255).collect();
        for (content, expected) in [
            (&b""[..], "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            (b"a", "YQAAAAAAAAAAAAAAAQAAAAAAAAA="),
            (b"hello world", "aCgDG9jwBhDc4Q1yawMZAAAAAAA="),
            (&bytes.repeat(3), "rxAOGe1RimTF/e+k/m0O5nnSZT8="),
            (&[0xff; 1_000], "Yxvb2MY2trGNbWxj89jYOc5xjnM="),
        ] {
            assert_eq!(hash(&[content]), expected);
        }
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(
            content in prop::collection::vec(any::<u8>(), 0..1_000),
            cut: prop::sample::Index,
        ) {
            let (head, tail) = content.split_at(cut.index(content.len() + 1));
            prop_assert_eq!(hash(&[head, tail]), hash(&[&content]));
        }
    }
}
