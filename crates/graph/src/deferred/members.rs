//! A JSON object whose values are left as they stand, in their order, unless they are changed.

use std::borrow::Cow;
use std::fmt;

use chatferry_model::Text;
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

/// The members of an object.
#[derive(Debug, Default)]
pub(super) struct Members<'a>(Vec<(Text<'a>, Cow<'a, RawValue>)>);

impl<'a> Members<'a> {
    /// Reads the value of a member, if it is there.
    pub(super) fn read<T: Deserialize<'a>>(&self, name: &str) -> serde_json::Result<Option<T>> {
        let found = self.0.iter().find(|(key, _)| key == name);
        match found.map(|(_, value)| value) {
            // Only what was read from the input is read again.
            Some(Cow::Borrowed(value)) => serde_json::from_str(value.get()).map(Some),
            _ => Ok(None),
        }
    }

    /// Sets the value of a member; a new one comes last.
    pub(super) fn set(&mut self, name: &'static str, value: Box<RawValue>) {
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = Cow::Owned(value),
            None => self.0.push((Text::from_static(name), Cow::Owned(value))),
        }
    }

    /// Sets a list; an empty one is left out.
    pub(super) fn set_list<T: Serialize>(
        &mut self,
        name: &'static str,
        items: &[T],
    ) -> serde_json::Result<()> {
        if items.is_empty() {
            self.0.retain(|(key, _)| key != name);
        } else {
            self.set(name, to_raw_value(items)?);
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = Vec::with_capacity(map.size_hint().unwrap_or(8));
                while let Some((key, value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    members.push((key, Cow::Borrowed(value)));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// Returns the object with another value for one of its members.
pub(crate) fn with_member<T: Serialize>(
    object: &[u8],
    name: &'static str,
    value: &T,
) -> serde_json::Result<Vec<u8>> {
    let mut members: Members<'_> = serde_json::from_slice(object)?;
    members.set(name, to_raw_value(value)?);
    serde_json::to_vec(&members)
}
