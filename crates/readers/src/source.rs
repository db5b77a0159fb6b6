//! The readers there are, and which of them knows an export.

use std::path::PathBuf;

use crate::{Container, FileServers, ReadError, Sink, SupportTable};

/// A page of the guide, in Markdown.
#[derive(Clone, Copy, Debug)]
pub struct Guide {
    /// The content in a few words.
    pub about: &'static str,
    /// The page.
    pub text: &'static str,
}

/// Reads the exports of one source.
pub trait ExportReader: Sync {
    /// The name of the source for the manifest, in lower case.
    fn name(&self) -> &'static str;

    /// The files by which an export of this source is known, in words.
    fn layout(&self) -> &'static str;

    /// The layout in words, if `container` holds an export of this source.
    fn sniff(&self, container: &Container) -> Option<String>;

    /// Returns the reason why a container that no reader knows may be one that this reader would
    /// read in another form, and what to do about it.
    fn hint(&self, _container: &Container) -> Option<String> {
        None
    }

    /// Returns the page of the guide about this source.
    fn guide(&self) -> Guide;

    /// Returns the servers that keep the files which the exports only link to.
    fn file_servers(&self) -> Option<&'static FileServers> {
        None
    }

    /// Returns the support, element by element.
    fn support(&self) -> Vec<SupportTable> {
        Vec::new()
    }

    /// Reads exports that are parts of one whole.
    ///
    /// # Errors
    /// Only when going on makes no sense; what is wrong within an export is a finding.
    fn read(&self, exports: &[Container], sink: &mut Sink<'_>) -> Result<(), ReadError>;
}

/// All readers; the first that knows an export reads it.
pub const READERS: &[&dyn ExportReader] = &[&crate::mattermost::Mattermost, &crate::slack::Slack];

/// The reader that knows all of `containers`.
pub(crate) fn choose(
    paths: &[PathBuf],
    containers: &[Container],
) -> Result<&'static dyn ExportReader, ReadError> {
    let mut chosen: Option<&'static dyn ExportReader> = None;
    for (path, container) in paths.iter().zip(containers) {
        let knows = |reader: &&&'static dyn ExportReader| reader.sniff(container).is_some();
        let Some(reader) = READERS.iter().find(knows).copied() else {
            let mut hints = READERS.iter().filter_map(|reader| reader.hint(container));
            return Err(ReadError::Unknown {
                path: path.clone(),
                reason: hints.next().unwrap_or_else(|| expectation(container)),
            });
        };
        if chosen.is_some_and(|before| before.name() != reader.name()) {
            return Err(ReadError::Mixed { path: path.clone() });
        }
        chosen = Some(reader);
    }
    chosen.ok_or(ReadError::Nothing)
}

/// The readers beside `chosen` that know `container` too: a folder may hold exports of two sources.
pub(crate) fn others(
    chosen: &dyn ExportReader,
    container: &Container,
) -> impl Iterator<Item = &'static dyn ExportReader> {
    READERS
        .iter()
        .copied()
        .filter(|reader| reader.name() != chosen.name() && reader.sniff(container).is_some())
}

fn expectation(container: &Container) -> String {
    let first = container.entries().first();
    let found = first.map_or_else(
        || "it is empty".to_owned(),
        |entry| {
            format!(
                "it holds {} and {} more",
                entry.path,
                container.entries().len() - 1
            )
        },
    );
    let expected: Vec<_> = READERS.iter().map(|reader| reader.layout()).collect();
    format!("{found}; {}", expected.join(", "))
}
