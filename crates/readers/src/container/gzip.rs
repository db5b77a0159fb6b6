//! An entry that is a gzip of lines, a line at a time.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use flate2::read::GzDecoder;
use flate2::write::MultiGzDecoder;

use super::archive::{SUSPICIOUS_BYTES, SUSPICIOUS_RATIO};
use super::{Container, Entry};

/// The way a gzip begins.
pub(super) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Returns true if a file is a gzip of JSON rather than of a tar, which begins with a name.
pub(super) fn holds_json(path: &Path) -> bool {
    /// The first block of a tar, which says so at its end.
    const BLOCK: u64 = 512;
    let mut head = Vec::new();
    let begins = |head: &mut Vec<u8>| {
        let mut magic = [0; 2];
        let mut file = File::open(path)?;
        file.read_exact(&mut magic)?;
        if magic != MAGIC {
            return Ok(());
        }
        let whole = magic.chain(file);
        GzDecoder::new(whole)
            .take(BLOCK)
            .read_to_end(head)
            .map(drop)
    };
    // What is cut may still begin with enough.
    let _: io::Result<()> = begins(&mut head);
    let is_tar = memchr::memmem::find(&head, b"ustar").is_some();
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    !is_tar && matches!(first, Some(b'{' | b'['))
}

impl Container {
    /// Inflates an entry and calls `each` with every line in it, the last one with or without a
    /// line feed. Before an error, all whole lines that can be had were given.
    ///
    /// # Errors
    /// When the entry can't be read, is damaged or cut, inflates to something absurd
    /// (crates/readers/src/slack/FORMAT.md trap 73), or `each` refuses.
    pub(crate) fn each_gzipped_line(
        &self,
        entry: &Entry,
        each: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let lines = Lines {
            line: Vec::new(),
            left: SUSPICIOUS_BYTES.max(entry.size.saturating_mul(SUSPICIOUS_RATIO)),
            each,
        };
        let mut inflating = MultiGzDecoder::new(lines);
        self.copy(entry, &mut inflating).map_err(io::Error::other)?;
        let lines = inflating.finish()?;
        if lines.line.is_empty() {
            Ok(())
        } else {
            (lines.each)(&lines.line)
        }
    }
}

/// Cuts what is written into lines.
struct Lines<'f> {
    /// The beginning of a line that has not ended.
    line: Vec<u8>,
    /// Bytes that may still come.
    left: u64,
    each: &'f mut dyn FnMut(&[u8]) -> io::Result<()>,
}

impl Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self
            .left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| io::Error::other("it inflates to more than any export does"))?;
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            let (line, after) = rest.split_at(at);
            if self.line.is_empty() {
                (self.each)(line)?;
            } else {
                self.line.extend_from_slice(line);
                (self.each)(&self.line)?;
                self.line.clear();
            }
            rest = after.get(1..).unwrap_or_default();
        }
        self.line.extend_from_slice(rest);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
