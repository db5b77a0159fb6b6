//! The sink for the files of an export: a folder, or a zip.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Takes one whole file after the other.
pub(super) enum Sink {
    Folder {
        root: PathBuf,
        made: BTreeSet<PathBuf>,
    },
    Zip(Box<ZipWriter<BufWriter<File>>>),
}

impl Sink {
    pub(super) fn folder(root: &Path) -> Self {
        Self::Folder {
            root: root.to_owned(),
            made: BTreeSet::new(),
        }
    }

    pub(super) fn zip(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file =
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self::Zip(Box::new(ZipWriter::new(
            BufWriter::with_capacity(1 << 20, file),
        ))))
    }

    /// Writes `bytes` to `path`, which has `/` between its parts.
    pub(super) fn put(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        match self {
            Self::Folder { root, made } => {
                let path = root.join(path);
                let folder = path.parent().unwrap_or(root).to_owned();
                if !made.contains(&folder) {
                    fs::create_dir_all(&folder)?;
                    made.insert(folder);
                }
                fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
            }
            Self::Zip(zip) => {
                // The usual level, because how fast a zip inflates depends on it.
                let options = SimpleFileOptions::default()
                    .compression_method(CompressionMethod::Deflated)
                    .compression_level(Some(6));
                zip.start_file(path, options)?;
                Ok(zip.write_all(bytes)?)
            }
        }
    }

    /// Completes the zip.
    pub(super) fn finish(self) -> Result<()> {
        if let Self::Zip(zip) = self {
            zip.finish()?.flush()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_zip_holds_what_was_put() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        let mut sink = Sink::zip(&path).unwrap();
        sink.put("x/1.json", b"[]").unwrap();
        sink.put("x/2.json", b"[1]").unwrap();
        sink.finish().unwrap();
        let mut zip = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
        let mut text = String::new();
        zip.by_name("x/2.json")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!((text.as_str(), zip.len()), ("[1]", 2));
    }
}
