//! Names and versions of the formats.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de};

/// A format of JSON lines: a name and the version this chatferry writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// As on the first line.
    pub name: &'static str,
    /// The version this chatferry writes.
    pub version: Version,
}

impl Format {
    const fn v1(name: &'static str) -> Self {
        Self {
            name,
            version: Version::new(1, 0),
        }
    }

    /// `1-read/people.jsonl`
    pub const PEOPLE: Self = Self::v1("chatferry.people");
    /// `1-read/conversations.jsonl`
    pub const CONVERSATIONS: Self = Self::v1("chatferry.conversations");
    /// `1-read/emoji.jsonl`
    pub const EMOJI: Self = Self::v1("chatferry.emoji");
    /// `1-read/names.jsonl`
    pub const NAMES: Self = Self::v1("chatferry.names");
    /// `1-read/files.jsonl`
    pub const FILES: Self = Self::v1("chatferry.files");
    /// `1-fetch/files.jsonl`
    pub const FETCHED: Self = Self::v1("chatferry.fetched");
    /// `1-read/messages/*.jsonl`
    pub const MESSAGES: Self = Self::v1("chatferry.messages");
    /// `*/findings.jsonl`
    pub const FINDINGS: Self = Self::v1("chatferry.findings");
    /// `3-render/posts/*.jsonl`
    pub const POSTS: Self = Self::v1("chatferry.posts");
    /// `3-render/links.jsonl`
    pub const LINKS: Self = Self::v1("chatferry.links");
}

/// The version of a format.
///
/// A higher minor version only adds fields: an older chatferry reads such a file and passes over
/// them, but does not write into it. A higher major version means something else altogether.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u16,
    minor: u16,
}

/// A file of a version that this chatferry does not understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "format version {found} is not understood by this chatferry, which knows {known}; use a newer chatferry, or run the stage that made it again"
)]
pub struct VersionError {
    /// The file's version.
    pub found: Version,
    /// The format of this chatferry.
    pub known: Version,
}

impl Version {
    /// The newer version.
    #[must_use]
    pub const fn new(major: u16, minor: u16) -> Self {
        Self { major, minor }
    }

    /// Returns true if a chatferry of this version can read a file of version `found`.
    ///
    /// # Errors
    /// [`VersionError`] when the major versions differ.
    pub fn check_reads(self, found: Self) -> Result<(), VersionError> {
        if self.major == found.major {
            Ok(())
        } else {
            Err(VersionError { found, known: self })
        }
    }

    /// Returns true if a chatferry of this version can add to a file of version `found`.
    ///
    /// # Errors
    /// [`VersionError`] when the file is newer or of another major version.
    pub fn check_writes(self, found: Self) -> Result<(), VersionError> {
        self.check_reads(found)?;
        if found.minor > self.minor {
            Err(VersionError { found, known: self })
        } else {
            Ok(())
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for Version {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected a version like \"1.0\"";
        let (major, minor) = text.split_once('.').ok_or(EXPECTED)?;
        Ok(Self {
            major: major.parse().map_err(|_| EXPECTED)?,
            minor: minor.parse().map_err(|_| EXPECTED)?,
        })
    }
}

impl Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl JsonSchema for Version {
    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9]+\\.[0-9]+$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_minor_versions_are_readable_but_not_writable() {
        let mine = Version::new(1, 2);
        for (found, reads, writes) in [
            (Version::new(1, 1), true, true),
            (Version::new(1, 2), true, true),
            (Version::new(1, 3), true, false),
            (Version::new(2, 0), false, false),
            (Version::new(0, 9), false, false),
        ] {
            assert_eq!(mine.check_reads(found).is_ok(), reads, "read {found}");
            assert_eq!(mine.check_writes(found).is_ok(), writes, "write {found}");
        }
    }
}
