//! Names of things in the tenant, one type each.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[doc = $doc:literal])+ $name:ident) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as Graph prints it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> $name {
                $name(Arc::from(text))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> $name {
                $name(Arc::from(text))
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// A user's object id: a GUID, lower case.
    UserId
}
id! {
    /// An app registration's client id: a GUID.
    AppId
}
id! {
    /// A team's id, and its group's: a GUID.
    TeamId
}
id! {
    /// A channel's id: `19:...@thread.tacv2`.
    ChannelId
}
id! {
    /// A chat's id: `19:...@unq.gbl.spaces` for two people, `19:...@thread.v2` for a group.
    ChatId
}
id! {
    /// A drive's id: `b!...`.
    DriveId
}
id! {
    /// The id of a file or folder within its drive.
    ItemId
}
id! {
    /// An asynchronous operation's id: a GUID.
    OperationId
}

/// A message's id: the milliseconds of its `createdDateTime` (crates/graph/RULES.md R32).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub i64);

impl MessageId {
    /// Reads an id out of an address; `None` when it is not a whole number.
    pub(crate) fn parse(text: &str) -> Option<MessageId> {
        text.parse().ok().map(MessageId)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Returns true if the text has the form of a GUID.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A source of GUIDs that look random and are the same in every run: a counter, mixed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Guids {
    /// Tells apart the sources of one tenant.
    space: u64,
    drawn: u64,
}

impl Guids {
    pub(crate) fn new(space: u64) -> Guids {
        Guids { space, drawn: 0 }
    }

    /// 32 hex digits.
    pub(crate) fn hex(&mut self) -> String {
        self.drawn += 1;
        let high = mix(self.space.wrapping_shl(48) ^ self.drawn);
        let low = mix(high ^ self.drawn);
        format!("{high:016x}{low:016x}")
    }

    /// A GUID of version 4.
    pub(crate) fn guid(&mut self) -> String {
        self.drawn += 1;
        let high = mix(self.space.wrapping_shl(48) ^ self.drawn);
        let low = mix(high ^ self.drawn);
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff
        )
    }
}

/// The finaliser of splitmix64: spreads a counter over all 64 bits.
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::{Guids, is_guid};

    #[test]
    fn guids_are_distinct_and_the_same_every_time() {
        let mut one = Guids::new(1);
        let mut again = Guids::new(1);
        let mut other = Guids::new(2);
        let drawn: Vec<String> = (0..1_000).map(|_| one.guid()).collect();
        assert!(drawn.iter().all(|guid| is_guid(guid)));
        assert!(drawn.iter().all(|guid| *guid == again.guid()));
        let distinct: std::collections::BTreeSet<&String> = drawn.iter().collect();
        assert_eq!(distinct.len(), 1_000);
        assert!(!drawn.contains(&other.guid()));
    }

    #[test]
    fn a_principal_name_is_no_guid() {
        assert!(!is_guid("anna@contoso.example"));
        assert!(!is_guid("0f8fad5bd9cb-469f-a165-70867728950e-"));
    }
}
