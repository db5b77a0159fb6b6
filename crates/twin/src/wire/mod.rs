//! JSON as it goes over the wire.

pub(crate) mod batch;
pub(crate) mod files;
pub(crate) mod message;
pub(crate) mod requests;
pub(crate) mod resources;

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};

use crate::call::Call;
use crate::refusal::Refused;
use crate::rules::Rule;
use crate::settings::Settings;

/// A string borrowed from the request wherever it holds no escapes.
#[derive(Debug, Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A request type and the properties it may have.
pub(crate) trait RequestBody<'de>: Deserialize<'de> {
    /// The type as Graph names it.
    const TYPE: &'static str;
    /// The type's properties. Annotations, which have an `@` in their names, are always allowed.
    const PROPERTIES: &'static [&'static str];
}

/// Reads a body (G3, G4, G10).
pub(crate) fn read<'de, T: RequestBody<'de>>(
    call: &Call<'de>,
    settings: &Settings,
) -> Result<T, Refused> {
    let media_type = call.content_type().unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Rule::G10.refuse("send application/json").with(essence));
    }
    if settings.refuse_unknown_properties
        && let Some(name) = unknown_property(call.body, T::PROPERTIES)?
    {
        return Err(Rule::G4
            .refuse("an unknown property")
            .with(name)
            .with(T::TYPE));
    }
    serde_json::from_slice(call.body).map_err(malformed)
}

/// A body that is not what it should be (G3).
pub(crate) fn malformed(error: serde_json::Error) -> Refused {
    Rule::G3.refuse(error.to_string())
}

/// The first property of an object that is not among the known ones.
pub(crate) fn unknown_property(body: &[u8], known: &[&str]) -> Result<Option<String>, Refused> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    serde::Deserializer::deserialize_map(&mut reader, Properties(known)).map_err(malformed)
}

struct Properties<'k>(&'k [&'k str]);

impl<'de> Visitor<'de> for Properties<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<String>, A::Error> {
        let mut first = None;
        while let Some(unknown) = map.next_key_seed(Property(self.0))? {
            map.next_value::<IgnoredAny>()?;
            first = first.or(unknown);
        }
        Ok(first)
    }
}

/// A property's name, if it is not a known one.
struct Property<'k>(&'k [&'k str]);

impl<'de> DeserializeSeed<'de> for Property<'_> {
    type Value = Option<String>;

    fn deserialize<D: serde::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Option<String>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Property<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a property name")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Option<String>, E> {
        let known = name.contains('@') || self.0.contains(&name);
        Ok((!known).then(|| name.to_owned()))
    }
}
