//! The hash of an input, by which a later run knows whether it has changed.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use xxhash_rust::xxh3::Xxh3;

use super::{Container, ContainerError, Kind};

/// XXH3-128 of an input: of a file's bytes, or of all that is read of a folder, or of a file with
/// what lies beside it.
pub(crate) fn hash_input(path: &Path) -> Result<String, ContainerError> {
    match Kind::of(path)? {
        Kind::Folder | Kind::Bare(_) => hash_entries(&Container::open(path)?),
        Kind::Tar | Kind::Zip => hash_file(path),
    }
}

fn hash_file(path: &Path) -> Result<String, ContainerError> {
    let mut file = File::open(path).map_err(ContainerError::io(path))?;
    let mut hash = Xxh3::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer).map_err(ContainerError::io(path))?;
        if read == 0 {
            return Ok(format!("{:032x}", hash.digest128()));
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
}

/// XXH3-128 over the paths in a container, sorted, each with its length and its bytes.
fn hash_entries(container: &Container) -> Result<String, ContainerError> {
    let mut hash = Hashing(Xxh3::new());
    for entry in container.entries() {
        hash.0.update(entry.path.as_bytes());
        hash.0.update(&[0]);
        hash.0.update(&entry.size.to_le_bytes());
        container.copy(entry, &mut hash)?;
    }
    Ok(format!("{:032x}", hash.0.digest128()))
}

struct Hashing(Xxh3);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
