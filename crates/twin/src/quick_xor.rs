//! quickXorHash, the hash that SharePoint and OneDrive keep of a file's content.
//!
//! Each byte is XORed into a ring of 160 bits, 11 bits further than the one before; at the end the
//! length goes over the last eight bytes. It can be taken piece by piece.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

const RING: u64 = 160;
const STEP: u64 = 11;

/// The hash of what has come so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct QuickXor {
    ring: [u8; 20],
    length: u64,
}

impl QuickXor {
    /// Takes in the next bytes. Those that meet the same bits of the ring are XORed first.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        let mut columns = [0_u8; RING as usize];
        for row in bytes.chunks(columns.len()) {
            for (column, byte) in columns.iter_mut().zip(row) {
                *column ^= byte;
            }
        }
        for (at, byte) in (self.length..).zip(columns) {
            let bit = at % RING * STEP % RING;
            let spread = u16::from(byte) << (bit % 8);
            let [low, high] = spread.to_le_bytes();
            self.toggle(bit / 8, low);
            self.toggle((bit / 8 + 1) % (RING / 8), high);
        }
        self.length += bytes.len() as u64;
    }

    fn toggle(&mut self, at: u64, bits: u8) {
        let place = usize::try_from(at)
            .ok()
            .and_then(|at| self.ring.get_mut(at));
        if let Some(place) = place {
            *place ^= bits;
        }
    }

    /// The number of bytes so far.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The hash as Graph prints it, in base64.
    pub(crate) fn printed(&self) -> String {
        let mut ring = self.ring;
        let end = ring.iter_mut().skip(12);
        for (place, byte) in end.zip(self.length.to_le_bytes()) {
            *place ^= byte;
        }
        STANDARD.encode(ring)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::QuickXor;

    fn hash(pieces: &[&[u8]]) -> String {
        let mut hash = QuickXor::default();
        for piece in pieces {
            hash.update(piece);
        }
        hash.printed()
    }

    /// Values that several independent implementations agree on.
    #[test]
    fn agrees_with_other_implementations() {
        let bytes: Vec<u8> = (0..=255).collect();
        for (content, expected) in [
            (&b""[..], "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            (b"a", "YQAAAAAAAAAAAAAAAQAAAAAAAAA="),
            (b"hello", "aCgDG9jwBgAAAAAABQAAAAAAAAA="),
            (b"hello world", "aCgDG9jwBhDc4Q1yawMZAAAAAAA="),
            (&bytes, "QkGEfSisZcA7k+FCh71r2dbCayY="),
            (&bytes.repeat(3), "rxAOGe1RimTF/e+k/m0O5nnSZT8="),
            (&[0; 1_000], "AAAAAAAAAAAAAAAA6AMAAAAAAAA="),
            (&[0xff; 1_000], "Yxvb2MY2trGNbWxj89jYOc5xjnM="),
        ] {
            assert_eq!(hash(&[content]), expected);
        }
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(content: Vec<u8>, cut: prop::sample::Index) {
            let (head, tail) = content.split_at(cut.index(content.len() + 1));
            prop_assert_eq!(hash(&[head, tail]), hash(&[&content]));
        }
    }
}
