//! Ids as types of their own, so that one can't be given where another is due.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de};

use crate::{Millis, Text};

macro_rules! source_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(transparent)]
        pub struct $name<'a>(#[serde(borrow)] Text<'a>);

        impl<'a> $name<'a> {
            /// Takes the id as the source writes it.
            #[must_use]
            pub fn new(id: impl Into<Cow<'a, str>>) -> Self {
                Self(Text::from(id.into()))
            }

            /// The id as the source writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }

            /// Returns a copy of the id, independent of the line it was read from.
            #[must_use]
            pub fn into_owned(self) -> $name<'static> {
                $name(self.0.into_owned())
            }

            /// A copy of the id that is independent of the line it was read from.
            #[must_use]
            pub fn to_static(&self) -> $name<'static> {
                self.clone().into_owned()
            }
        }

        impl From<String> for $name<'_> {
            fn from(id: String) -> Self {
                Self(Text::from(id))
            }
        }

        impl Borrow<str> for $name<'_> {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }

        impl fmt::Display for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

source_id! {
    /// A person or bot of the source (Slack's `U…`, `W…`, `B…`).
    PersonId
}
source_id! {
    /// A conversation of the source (Slack's `C…`, `G…`, `D…`).
    ConversationId
}
source_id! {
    /// A message within its conversation (Slack's `ts`); with the conversation's id it is unique.
    MessageId
}
source_id! {
    /// A file of the source (Slack's `F…`).
    FileId
}
source_id! {
    /// A workspace (Slack) or team (Mattermost) of the source.
    WorkspaceId
}
source_id! {
    /// A team to be made, as the row of `teams.csv` names it.
    TeamKey
}
source_id! {
    /// A channel or chat to be filled; also the name of its file under `3-render/posts/`.
    TargetKey
}

/// Reads an id that outlives its line (`deserialize_with`).
pub(crate) fn owned<'de, D: serde::Deserializer<'de>, I: From<String>>(
    deserializer: D,
) -> Result<I, D::Error> {
    String::deserialize(deserializer).map(I::from)
}

/// Reads an id that outlives its line, if there is one.
pub(crate) fn owned_option<'de, D: serde::Deserializer<'de>, I: From<String>>(
    deserializer: D,
) -> Result<Option<I>, D::Error> {
    Option::<String>::deserialize(deserializer).map(|id| id.map(I::from))
}

/// Reads ids that outlive their line.
pub(crate) fn owned_list<'de, D: serde::Deserializer<'de>, I: From<String>>(
    deserializer: D,
) -> Result<Vec<I>, D::Error> {
    Vec::<String>::deserialize(deserializer).map(|ids| ids.into_iter().map(I::from).collect())
}

/// The object id of a user in Entra ID: a GUID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntraId(u128);

/// Not a GUID of the form `8-4-4-4-12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an object id: expected a GUID like 01234567-89ab-cdef-0123-456789abcdef")]
pub struct InvalidEntraId;

impl EntraId {
    /// The GUID whose 128 bits are `bits`.
    #[must_use]
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }
}

impl FromStr for EntraId {
    type Err = InvalidEntraId;

    fn from_str(text: &str) -> Result<Self, InvalidEntraId> {
        let mut value = 0_u128;
        if text.len() != 36 {
            return Err(InvalidEntraId);
        }
        for (at, c) in text.bytes().enumerate() {
            match (at, c) {
                (8 | 13 | 18 | 23, b'-') => {}
                (8 | 13 | 18 | 23, _) => return Err(InvalidEntraId),
                _ => {
                    let digit = char::from(c).to_digit(16).ok_or(InvalidEntraId)?;
                    value = value << 4 | u128::from(digit);
                }
            }
        }
        Ok(Self(value))
    }
}

impl fmt::Display for EntraId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let v = self.0;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            v >> 96,
            v >> 80 & 0xffff,
            v >> 64 & 0xffff,
            v >> 48 & 0xffff,
            v & 0xffff_ffff_ffff
        )
    }
}

impl fmt::Debug for EntraId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for EntraId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EntraId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl JsonSchema for EntraId {
    fn schema_name() -> Cow<'static, str> {
        "EntraId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "uuid" })
    }
}

/// The id Teams gives an imported message: its creation time in ms since 1970
/// (crates/graph/RULES.md R32).
///
/// It is known offline, which is what makes it the idempotency key of an upload.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct GraphMessageId(#[schemars(with = "String")] Millis);

impl GraphMessageId {
    /// The id of a message created at that time.
    #[must_use]
    pub fn at(created: Millis) -> Self {
        Self(created)
    }

    /// Returns the time the message was created.
    #[must_use]
    pub fn created(self) -> Millis {
        self.0
    }
}

impl fmt::Display for GraphMessageId {
    /// As Graph writes it: decimal milliseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.as_millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_round_trips_in_lower_case() {
        let id: EntraId = "0ABCDEF0-0000-4000-8000-00000000abcd".parse().unwrap();
        assert_eq!(id.to_string(), "0abcdef0-0000-4000-8000-00000000abcd");
    }

    #[test]
    fn what_is_no_guid_is_refused() {
        for bad in [
            "",
            "jane@example.com",
            "0abcdef0-0000-4000-8000-00000000abc",
            "0abcdef0x0000-4000-8000-00000000abcd",
            "0abcdef0-0000-4000-8000-00000000abcg",
        ] {
            assert_eq!(bad.parse::<EntraId>(), Err(InvalidEntraId), "{bad}");
        }
    }

    #[test]
    fn a_message_id_is_its_time_in_ms() {
        let created = Millis::new(1_616_990_032_035).unwrap();
        assert_eq!(GraphMessageId::at(created).to_string(), "1616990032035");
    }
}
