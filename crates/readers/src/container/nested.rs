//! A container whose zips are read as folders (crates/readers/src/mattermost/FORMAT.md 5:
//! compliance exports are a zip for each batch).

use std::fs::File;
use std::io;
use std::sync::Arc;

use super::{Backing, Container, ContainerError, Entry, Place};

/// A container, and the zips in it.
#[derive(Clone, Debug)]
pub(super) struct Nested {
    outer: Box<Backing>,
    inner: Arc<[Backing]>,
}

impl Container {
    /// The container with what is in the zips that are `wanted`, each in a folder called like it.
    /// Zips within a zip are copied to files without names, which are gone when the last clone is.
    pub(crate) fn unzipped(&self, wanted: impl Fn(&Entry) -> bool) -> Result<Self, ContainerError> {
        let mut inner = Vec::new();
        let mut entries = Vec::new();
        for entry in self.entries.iter() {
            if !wanted(entry) {
                entries.push(entry.clone());
                continue;
            }
            let opened = self.open_entry(entry)?;
            let folder = entry.path.strip_suffix(".zip").unwrap_or(&entry.path);
            entries.extend(opened.entries.iter().map(|within| Entry {
                path: format!("{folder}/{}", within.path),
                size: within.size,
                place: Place::Within(inner.len(), Box::new(within.place.clone())),
            }));
            inner.push(opened.backing);
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self {
            name: self.name.clone(),
            entries: entries.into(),
            backing: Backing::Nested(Nested {
                outer: Box::new(self.backing.clone()),
                inner: inner.into(),
            }),
        })
    }

    fn open_entry(&self, entry: &Entry) -> Result<Self, ContainerError> {
        if let Place::File(path) = &entry.place {
            return Self::open(path);
        }
        let failed = |error| ContainerError::entry(&self.name, entry, error);
        let mut copy = tempfile::NamedTempFile::new().map_err(failed)?;
        self.copy(entry, copy.as_file_mut() as &mut File)?;
        Self::open(copy.path())
    }
}

impl Nested {
    pub(super) fn copy(&self, entry: &Entry, to: &mut dyn io::Write) -> io::Result<()> {
        let Place::Within(number, place) = &entry.place else {
            return self.outer.copy(entry, to);
        };
        let backing = self.inner.get(*number).ok_or(io::ErrorKind::NotFound)?;
        let within = Entry {
            place: Place::clone(place),
            ..entry.clone()
        };
        backing.copy(&within, to)
    }
}
