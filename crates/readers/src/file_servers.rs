//! The servers that keep the files which a source's exports only link to.

use std::path::PathBuf;

use chatferry_model::FileId;
use secrecy::SecretString;

use crate::{Container, READERS, ReadError};

/// Receives a file's id and its address with a token.
pub type TakeAddress<'t> = &'t mut dyn FnMut(FileId<'_>, SecretString);

/// The servers of one source, as far as fetching needs to know them.
#[derive(Clone, Copy, Debug)]
pub struct FileServers {
    /// The source as people call it: `Slack`.
    pub label: &'static str,
    /// The domains of the servers; hosts below them count. Nobody else is asked or given a token.
    pub domains: &'static [&'static str],
    /// The environment variable with the token of a user who can see the files.
    pub token_variable: &'static str,
    /// A part of the path of addresses where people sign in.
    pub sign_in_path: &'static str,
    /// A query parameter of such addresses.
    pub sign_in_parameter: &'static str,
    /// Marks, in lower case, of pages that the servers show to strangers, which are no user's file.
    pub own_page_marks: &'static [&'static str],
    /// Hands over the addresses in an export that hold a token; some more than once.
    pub addresses: fn(&Container, TakeAddress<'_>),
}

impl FileServers {
    /// Returns the servers of the source of that name (`slack`), if its files can be fetched.
    #[must_use]
    pub fn of(source: &str) -> Option<&'static Self> {
        let mut readers = READERS.iter();
        readers
            .find(|reader| reader.name() == source)
            .and_then(|reader| reader.file_servers())
    }

    /// Hands over the addresses of files that hold a token, each with the file's id, for fetching
    /// what `exports` lack; some more than once. Reading leaves the tokens out of all it writes.
    ///
    /// # Errors
    /// When an export can't be opened. What can't be read within it is passed over.
    pub fn addresses(&self, exports: &[PathBuf], take: TakeAddress<'_>) -> Result<(), ReadError> {
        for export in exports {
            (self.addresses)(&Container::open(export)?, take);
        }
        Ok(())
    }
}
