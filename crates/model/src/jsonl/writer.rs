//! Writes a JSON-lines file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::{End, Format, Header, JsonlError, Trailer, is_zstd};

/// zstd's fastest level: on these files higher ones save next to nothing (crates/DECISIONS.md 1.4).
const ZSTD_LEVEL: i32 = 1;
/// Larger than the default 8 KiB, which costs 10 % (crates/DECISIONS.md 1.4).
const BUFFER_BYTES: usize = 64 * 1024;

/// A finished file: what a manifest says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileSummary {
    /// Records in it.
    pub records: u64,
    /// XXH3-128 of all but its last line, before compression.
    pub hash: String,
}

/// Writes a JSON-lines file: first line, records, last line.
///
/// Without [`finish`](Self::finish) the file has no last line, and readers see that it is cut.
pub struct JsonlWriter {
    path: PathBuf,
    sink: Sink,
    hash: Xxh3,
    records: u64,
    line: Vec<u8>,
}

enum Sink {
    Plain(BufWriter<File>),
    Zstd(Box<zstd::Encoder<'static, BufWriter<File>>>),
}

impl JsonlWriter {
    /// Creates the file at `path`, compressed if that ends in `.zst`, and writes its first line.
    ///
    /// # Errors
    /// When the file can't be created or written.
    pub fn create<A: Serialize>(
        path: &Path,
        format: Format,
        about: Option<&A>,
    ) -> Result<Self, JsonlError> {
        let file = File::create(path).map_err(JsonlError::io(path))?;
        let file = BufWriter::with_capacity(BUFFER_BYTES, file);
        let sink = if is_zstd(path) {
            let encoder = zstd::Encoder::new(file, ZSTD_LEVEL).map_err(JsonlError::io(path))?;
            Sink::Zstd(Box::new(encoder))
        } else {
            Sink::Plain(file)
        };
        let mut writer = Self {
            path: path.to_owned(),
            sink,
            hash: Xxh3::new(),
            records: 0,
            line: Vec::new(),
        };
        writer.put(&Header {
            format: format.name,
            version: format.version,
            about,
        })?;
        Ok(writer)
    }

    /// Writes one record.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write<R: Serialize>(&mut self, record: &R) -> Result<(), JsonlError> {
        self.records += 1;
        self.put(record)
    }

    /// Writes `records` records that are JSON lines already, each with its line feed.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write_lines(&mut self, lines: &[u8], records: u64) -> Result<(), JsonlError> {
        self.records += records;
        self.hash.update(lines);
        self.sink
            .write_all(lines)
            .map_err(JsonlError::io(&self.path))
    }

    /// Records written so far.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Writes the last line and closes the file.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn finish(mut self) -> Result<FileSummary, JsonlError> {
        let hash = format!("{:032x}", self.hash.digest128());
        self.put(&Trailer {
            end: End {
                records: self.records,
                hash: Some(&hash),
            },
        })?;
        let Self {
            path,
            sink,
            records,
            ..
        } = self;
        let mut file = match sink {
            Sink::Plain(file) => file,
            Sink::Zstd(encoder) => encoder.finish().map_err(JsonlError::io(&path))?,
        };
        file.flush().map_err(JsonlError::io(&path))?;
        Ok(FileSummary { records, hash })
    }

    fn put<T: Serialize>(&mut self, value: &T) -> Result<(), JsonlError> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, value)
            .map_err(|error| JsonlError::line(&self.path, self.records + 1, error))?;
        self.line.push(b'\n');
        self.hash.update(&self.line);
        self.sink
            .write_all(&self.line)
            .map_err(JsonlError::io(&self.path))
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Zstd(encoder) => encoder.flush(),
        }
    }
}
