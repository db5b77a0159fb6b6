//! Inflates an entry at once, from one buffer into another. Day files are many and small: a stream
//! for each would cost a window, its set-up, and a copy of every byte.

use std::cell::RefCell;
use std::io::{self, Read};

use flate2::{Decompress, FlushDecompress};

/// An entry larger than this, packed or not, is not for here.
pub(super) const MOST_BYTES: u64 = 16 << 20;

/// The buffers that are used again for the next entry.
struct Inflater {
    packed: Vec<u8>,
    stream: Decompress,
}

thread_local! {
    static INFLATER: RefCell<Inflater> = RefCell::new(Inflater {
        packed: Vec::new(),
        stream: Decompress::new(false),
    });
}

/// Appends what `packed` inflates to, which should be `size` bytes with the checksum `crc`. What
/// could be inflated is there even after an error.
pub(super) fn whole(packed: impl Read, size: u64, crc: u32, into: &mut Vec<u8>) -> io::Result<()> {
    INFLATER.with_borrow_mut(|inflater| inflater.inflate(packed, size, crc, into))
}

impl Inflater {
    fn inflate(
        &mut self,
        mut packed: impl Read,
        size: u64,
        crc: u32,
        into: &mut Vec<u8>,
    ) -> io::Result<()> {
        self.packed.clear();
        let read = packed.read_to_end(&mut self.packed);
        self.stream.reset(false);
        let start = into.len();
        let end = start.saturating_add(usize::try_from(size).unwrap_or(usize::MAX));
        // One byte more than promised is enough to know that the promise is broken.
        into.reserve(end - start + 1);
        let inflated = (self.stream).decompress_vec(&self.packed, into, FlushDecompress::Finish);
        read?;
        if inflated.is_err() {
            let reason = "corrupt deflate stream";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        if into.len() > end {
            into.truncate(end);
            return Err(too_much());
        }
        if crc32fast::hash(into.get(start..).unwrap_or_default()) == crc {
            Ok(())
        } else {
            let reason = "Invalid checksum";
            Err(io::Error::new(io::ErrorKind::InvalidData, reason))
        }
    }
}

/// Returns the reason why an entry is not read to its end.
pub(super) fn too_much() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "inflates to more than the zip says",
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn inflated(packed: &[u8], size: usize, crc: u32) -> (String, Vec<u8>) {
        let mut into = b"before ".to_vec();
        let result = whole(packed, size as u64, crc, &mut into);
        let words = result.map_or_else(|error| error.to_string(), |()| "ok".to_owned());
        (words, into.split_off("before ".len()))
    }

    #[test]
    fn what_could_be_inflated_is_there_even_after_an_error() {
        let text = "a message ".repeat(5_000).into_bytes();
        let (whole, crc) = (packed(&text), crc32fast::hash(&text));
        let cut = whole.get(..whole.len() - 20).unwrap();
        // A stored block of two bytes, then one of a kind that there is not.
        let damaged = [0, 2, 0, 0xfd, 0xff, b'a', b'b', 7];
        for (packed, size, crc, words) in [
            (whole.as_slice(), text.len(), crc, "ok"),
            (&whole, text.len(), crc ^ 1, "Invalid checksum"),
            (&whole, 100, crc, "inflates to more than the zip says"),
            (cut, text.len(), crc, "Invalid checksum"),
            (&damaged, text.len(), crc, "corrupt deflate stream"),
        ] {
            let (said, found) = inflated(packed, size, crc);
            assert_eq!(said, words);
            assert!(!found.is_empty() && found.len() <= size, "{words}");
        }
        // What is used again holds nothing of the one before.
        assert_eq!(inflated(&whole, text.len(), crc), ("ok".to_owned(), text));
        assert_eq!(inflated(&packed(b""), 0, 0), ("ok".to_owned(), Vec::new()));
    }
}
