//! Reads a JSON-lines file in chunks of whole lines.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::Xxh3;

use super::{Format, JsonlError, RawHeader, TRAILER_START, Trailer, buffer_pool, is_zstd};

/// The size of a chunk unless one line is longer: much for one call, little for sharing out
/// evenly.
const CHUNK_BYTES: usize = 256 * 1024;
/// A line longer than this is taken for damage.
const LONGEST_LINE: usize = 256 * 1024 * 1024;

/// Reads a JSON-lines file: checks its first line when opened, its last line when it gets there.
///
/// Records come in [`Chunk`]s of whole lines, which own their text: they can be parsed on any
/// thread, borrowing from it, and memory stays flat whatever the file's size.
pub struct JsonlReader {
    path: PathBuf,
    source: Box<dyn Read + Send>,
    /// Read but not handed out yet.
    rest: Vec<u8>,
    /// The bytes read at a time.
    chunk: usize,
    about: Option<String>,
    hash: Xxh3,
    /// Lines handed out, the first line included.
    lines: u64,
    ended: bool,
}

/// Whole lines of a file.
#[derive(Debug)]
pub struct Chunk {
    path: PathBuf,
    /// The number of its first line in the file, from 1.
    first_line: u64,
    text: Vec<u8>,
    records: u64,
}

/// The lines of a [`Chunk`], each with its number.
pub struct Lines<'a> {
    chunk: &'a Chunk,
    at: usize,
    number: u64,
}

impl JsonlReader {
    /// Opens the file at `path` and reads its first line.
    ///
    /// # Errors
    /// When it can't be read, is of another format, or of a version not understood.
    pub fn open(path: &Path, format: Format) -> Result<Self, JsonlError> {
        Self::open_in_chunks(path, format, CHUNK_BYTES)
    }

    /// Opens the file with chunks of that many bytes: where many files are open at once.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_in_chunks(path: &Path, format: Format, bytes: usize) -> Result<Self, JsonlError> {
        let file = File::open(path).map_err(JsonlError::io(path))?;
        let source: Box<dyn Read + Send> = if is_zstd(path) {
            Box::new(zstd::Decoder::new(file).map_err(JsonlError::io(path))?)
        } else {
            Box::new(file)
        };
        let mut reader = Self {
            path: path.to_owned(),
            source,
            rest: buffer_pool::take(),
            chunk: bytes.max(1),
            about: None,
            hash: Xxh3::new(),
            lines: 0,
            ended: false,
        };
        let first = reader.take_line()?;
        let text = std::str::from_utf8(&first)
            .map_err(|_| JsonlError::line(path, 1, "the first line is not UTF-8"))?;
        if text.is_empty() {
            return Err(JsonlError::Cut {
                path: path.to_owned(),
                line: 0,
            });
        }
        let header: RawHeader<'_> = serde_json::from_str(text).map_err(|_| {
            JsonlError::line(
                path,
                1,
                "the first line does not name a format and its version",
            )
        })?;
        if header.format != format.name {
            return Err(JsonlError::Format {
                path: path.to_owned(),
                expected: format.name,
                found: header.format.to_owned(),
            });
        }
        format
            .version
            .check_reads(header.version)
            .map_err(|error| JsonlError::Version {
                path: path.to_owned(),
                error,
            })?;
        reader.about = header.about.map(|about| about.get().to_owned());
        reader.hash.update(&first);
        reader.lines = 1;
        Ok(reader)
    }

    /// Returns the subject of the whole file, from its first line.
    ///
    /// # Errors
    /// When the first line says nothing of that shape.
    pub fn about<A: DeserializeOwned>(&self) -> Result<A, JsonlError> {
        let about = self.about.as_deref().unwrap_or("null");
        serde_json::from_str(about)
            .map_err(|error| JsonlError::line(&self.path, 1, format!("about: {error}")))
    }

    /// The next lines, or nothing when the last line was reached and found right.
    ///
    /// # Errors
    /// When the file is cut, or its count or hash does not match its content.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, JsonlError> {
        if self.ended {
            return Ok(None);
        }
        let mut text = self.take_lines()?;
        if text.is_empty() {
            return Err(JsonlError::Cut {
                path: self.path.clone(),
                line: self.lines,
            });
        }
        let last = start_of_last_line(&text);
        let trailer = text
            .get(last..)
            .filter(|line| line.starts_with(TRAILER_START));
        let trailer = trailer.map(<[u8]>::to_vec);
        if trailer.is_some() {
            text.truncate(last);
        } else if text.last() != Some(&b'\n') {
            return Err(JsonlError::Cut {
                path: self.path.clone(),
                line: self.lines + 1,
            });
        }
        self.hash.update(&text);
        let records = memchr::memchr_iter(b'\n', &text).count() as u64;
        let chunk = Chunk {
            path: self.path.clone(),
            first_line: self.lines + 1,
            text,
            records,
        };
        self.lines += records;
        if let Some(trailer) = trailer {
            self.check_end(&trailer)?;
        }
        Ok(Some(chunk).filter(|chunk| chunk.records > 0))
    }

    /// Reads all records at once, for the small files: people, conversations, findings.
    ///
    /// # Errors
    /// As [`next_chunk`](Self::next_chunk), and when a line is no such record.
    pub fn read_all<R: DeserializeOwned>(mut self) -> Result<Vec<R>, JsonlError> {
        let mut records = Vec::new();
        while let Some(chunk) = self.next_chunk()? {
            for (number, line) in chunk.lines() {
                records.push(chunk.parse(number, line)?);
            }
        }
        Ok(records)
    }

    fn check_end(&mut self, line: &[u8]) -> Result<(), JsonlError> {
        let number = self.lines + 1;
        let trailer: Trailer<'_> = serde_json::from_slice(line).map_err(|_| JsonlError::Cut {
            path: self.path.clone(),
            line: number,
        })?;
        let found = self.lines - 1;
        if trailer.end.records != found {
            let expected = trailer.end.records;
            return Err(JsonlError::Count {
                path: self.path.clone(),
                expected,
                found,
            });
        }
        if let Some(hash) = trailer.end.hash
            && hash != format!("{:032x}", self.hash.digest128())
        {
            return Err(JsonlError::Hash {
                path: self.path.clone(),
            });
        }
        if !self.take_line()?.is_empty() {
            let reason = "there is more after the last line";
            return Err(JsonlError::line(&self.path, number + 1, reason));
        }
        self.ended = true;
        Ok(())
    }

    /// Takes whole lines, a chunk of them unless the file ends before; at its end the last line may
    /// lack its line feed.
    fn take_lines(&mut self) -> Result<Vec<u8>, JsonlError> {
        loop {
            if self.rest.len() >= self.chunk
                && let Some(end) = memchr::memrchr(b'\n', &self.rest)
            {
                let mut after = buffer_pool::take();
                after.extend_from_slice(self.rest.get(end + 1..).unwrap_or_default());
                self.rest.truncate(end + 1);
                return Ok(std::mem::replace(&mut self.rest, after));
            }
            if !self.read_on()? {
                return Ok(std::mem::take(&mut self.rest));
            }
        }
    }

    /// Takes one line; at the end of the file it may lack its line feed.
    fn take_line(&mut self) -> Result<Vec<u8>, JsonlError> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.rest) {
                return Ok(self.rest.drain(..=end).collect());
            }
            if !self.read_on()? {
                return Ok(std::mem::take(&mut self.rest));
            }
        }
    }

    /// Reads on, unless the file has ended.
    fn read_on(&mut self) -> Result<bool, JsonlError> {
        if self.rest.len() > LONGEST_LINE {
            let reason = "the line is too long";
            return Err(JsonlError::line(&self.path, self.lines + 1, reason));
        }
        self.rest.reserve(self.chunk);
        (&mut self.source)
            .take(self.chunk as u64)
            .read_to_end(&mut self.rest)
            .map(|read| read > 0)
            .map_err(JsonlError::io(&self.path))
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        buffer_pool::give_back(std::mem::take(&mut self.text));
    }
}

impl Chunk {
    /// Returns the number of records it holds.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Returns the number of bytes its lines take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Returns the lines without their line feeds, each with its number in the file.
    #[must_use]
    pub fn lines(&self) -> Lines<'_> {
        Lines {
            chunk: self,
            at: 0,
            number: self.first_line,
        }
    }

    /// Parses a line of this chunk.
    ///
    /// # Errors
    /// Names the file and the line when it is no such record.
    pub fn parse<'a, R: Deserialize<'a>>(
        &self,
        number: u64,
        line: &'a [u8],
    ) -> Result<R, JsonlError> {
        std::str::from_utf8(line)
            .map_err(|error| error.to_string())
            .and_then(|line| serde_json::from_str(line).map_err(|error| error.to_string()))
            .map_err(|reason| JsonlError::line(&self.path, number, reason))
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (u64, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self
            .chunk
            .text
            .get(self.at..)
            .filter(|rest| !rest.is_empty())?;
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let number = self.number;
        self.at += end + 1;
        self.number += 1;
        rest.get(..end).map(|line| (number, line))
    }
}

fn start_of_last_line(text: &[u8]) -> usize {
    let body = text.strip_suffix(b"\n").unwrap_or(text);
    memchr::memrchr(b'\n', body).map_or(0, |end| end + 1)
}
