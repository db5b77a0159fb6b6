//! Fields that take what they can get: exports of ten years and many tools write null, `[]` for
//! maps, strings for numbers and numbers for strings (crates/readers/src/slack/FORMAT.md 3, traps
//! 17, 31, 35–37, 39).
//!
//! Each type accepts any JSON value and is empty when the value is of no use, so that a field never
//! costs a message. All borrow from the text they were parsed from.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use chatferry_model::Text;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::json::{self, Json};

/// A string, or a number as a string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Str<'a>(Option<Text<'a>>);

impl<'a> Str<'a> {
    /// The string, unless it is empty.
    pub(super) fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }

    /// The string; empty where there is none.
    pub(super) fn or_empty(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// The string as it may go into the document: borrowed, unless it is empty.
    pub(super) fn text(&self) -> Option<Text<'_>> {
        self.get().map(Text::from)
    }

    /// The string as an id or a name that stands for one: on one line, without spaces around it, as
    /// tables that people edit keep it.
    pub(super) fn id(&self) -> Option<Text<'_>> {
        Some(one_line(self.get()?)).filter(|id| !id.is_empty())
    }

    pub(super) fn is(&self, text: &str) -> bool {
        self.or_empty() == text
    }
}

impl<'a> From<&'a str> for Str<'a> {
    fn from(text: &'a str) -> Self {
        Self(Some(text.into()))
    }
}

/// An id or a name that stands for one, without line breaks and without spaces around it.
pub(super) fn one_line(raw: &str) -> Text<'_> {
    let is_gap = |c: char| c.is_whitespace() || c.is_control();
    if !raw.contains(is_gap) {
        return raw.into();
    }
    let words: Vec<&str> = raw.split(is_gap).filter(|word| !word.is_empty()).collect();
    words.join(" ").into()
}

/// A yes or no; `1` and `"true"` are yes too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flag(Option<bool>);

impl Flag {
    pub(super) fn is_set(self) -> bool {
        self.0 == Some(true)
    }

    /// Returns true if it is a plain no, rather than nothing.
    pub(super) fn is_no(self) -> bool {
        self.0 == Some(false)
    }
}

/// A whole number; fractions are cut, strings are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Num(Option<i64>);

impl Num {
    pub(super) fn get(self) -> Option<i64> {
        self.0
    }

    /// The number, unless it is negative or too large.
    pub(super) fn to_u32(self) -> Option<u32> {
        self.0.and_then(|number| number.try_into().ok())
    }
}

/// An object, or nothing.
#[derive(Clone, Debug)]
pub(super) struct Obj<T>(Option<T>);

impl<T> Default for Obj<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Obj<T> {
    pub(super) fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }

    pub(super) fn into_inner(self) -> Option<T> {
        self.0
    }
}

/// A list; of a map, which PHP writes for a list with gaps, the values. What is no `T` is left out.
#[derive(Clone, Debug)]
pub(super) struct List<T>(Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> List<T> {
    pub(super) fn into_inner(self) -> Vec<T> {
        self.0
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

/// A string where an object is usual, or the object.
#[derive(Clone, Debug)]
pub(super) enum StrOr<'a, T> {
    Str(Str<'a>),
    Object(T),
}

impl<T> Default for StrOr<'_, T> {
    fn default() -> Self {
        Self::Str(Str::default())
    }
}

struct Lenient<T>(PhantomData<T>);

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for StrOr<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Lenient::<StrOr<'de, T>>(PhantomData))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Str<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Lenient::<Str<'de>>(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Lenient::<Self>(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Num {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Lenient::<Self>(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Obj<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Lenient::<Self>(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Lenient::<Self>(PhantomData))
    }
}

macro_rules! nothing_from {
    (seq) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
    (map) => {
        fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            while items.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
    (str) => {
        fn visit_str<E: de::Error>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    (numbers) => {
        fn visit_i64<E: de::Error>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }

        fn visit_u64<E: de::Error>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }

        fn visit_f64<E: de::Error>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    (bool) => {
        fn visit_bool<E: de::Error>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    (unit) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("anything")
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
}

impl<'de> Visitor<'de> for Lenient<Str<'de>> {
    type Value = Str<'de>;

    nothing_from!(unit);
    nothing_from!(bool);
    nothing_from!(seq);
    nothing_from!(map);

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(text.into())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Str(Some(text.to_owned().into())))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(Str(Some(text.into())))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        self.visit_string(number.to_string())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        self.visit_string(number.to_string())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
        self.visit_string(number.to_string())
    }
}

impl<'de> Visitor<'de> for Lenient<Flag> {
    type Value = Flag;

    nothing_from!(unit);
    nothing_from!(seq);
    nothing_from!(map);

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Flag, E> {
        Ok(Flag(Some(flag)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Flag, E> {
        Ok(Flag(match text {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Flag, E> {
        Ok(Flag(Some(number != 0)))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Flag, E> {
        Ok(Flag(Some(number != 0)))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Flag, E> {
        Ok(Flag(Some(number != 0.0)))
    }
}

impl<'de> Visitor<'de> for Lenient<Num> {
    type Value = Num;

    nothing_from!(unit);
    nothing_from!(bool);
    nothing_from!(seq);
    nothing_from!(map);

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Num, E> {
        let whole = text.trim().split('.').next().unwrap_or_default();
        Ok(Num(whole.parse().ok()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Num, E> {
        Ok(Num(Some(number)))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Num, E> {
        Ok(Num(number.try_into().ok()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Num, E> {
        // Never a time that identifies something: those are strings (see `time`).
        Ok(Num(number.is_finite().then_some(number as i64)))
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Lenient<Obj<T>> {
    type Value = Obj<T>;

    nothing_from!(unit);
    nothing_from!(bool);
    nothing_from!(str);
    nothing_from!(numbers);
    nothing_from!(seq);

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Obj<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|value| Obj(Some(value)))
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Lenient<StrOr<'de, T>> {
    type Value = StrOr<'de, T>;

    nothing_from!(unit);
    nothing_from!(bool);
    nothing_from!(numbers);
    nothing_from!(seq);

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(StrOr::Str(text.into()))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(StrOr::Str(Str(Some(text.to_owned().into()))))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(StrOr::Object)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Lenient<List<T>> {
    type Value = List<T>;

    nothing_from!(unit);
    nothing_from!(bool);
    nothing_from!(str);
    nothing_from!(numbers);

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<List<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<T>()? {
            list.push(item);
        }
        Ok(List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<List<T>, A::Error> {
        let mut list = Vec::new();
        while let Some((_, item)) = items.next_entry::<IgnoredAny, T>()? {
            list.push(item);
        }
        Ok(List(list))
    }
}

/// An object whose `type` says what else is in it.
///
/// Internally tagged enums of serde buffer the whole object (crates/DECISIONS.md 1.1); Slack writes
/// `type` first, so the rest can be read as it comes. Only where another key is first is it
/// buffered.
pub(super) trait Tagged<'de>: Sized + Default {
    /// Reads what comes after the `type`.
    fn of_kind<A: MapAccess<'de>>(kind: Str<'de>, rest: A) -> Result<Self, A::Error>;

    /// Takes a value that is no object; by default it is nothing.
    fn of_scalar(_: Text<'de>) -> Self {
        Self::default()
    }
}

pub(super) struct TaggedVisitor<T>(PhantomData<T>);

/// Reads an object by its `type`; null and lists give the default.
pub(super) fn tagged<'de, T: Tagged<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_any(TaggedVisitor(PhantomData))
}

impl<'de, T: Tagged<'de>> Visitor<'de> for TaggedVisitor<T> {
    type Value = T;

    nothing_from!(unit);
    nothing_from!(seq);

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<T, E> {
        self.visit_string(flag.to_string())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        self.visit_string(number.to_string())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        self.visit_string(number.to_string())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
        self.visit_string(number.to_string())
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<T, E> {
        Ok(T::of_scalar(text.into()))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<T, E> {
        Ok(T::of_scalar(text.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let Some(first) = map.next_key::<Text<'de>>()? else {
            return Ok(T::default());
        };
        if first == "type" {
            let kind = map.next_value()?;
            return T::of_kind(kind, map);
        }
        let mut rest = vec![(first, map.next_value()?)];
        let mut kind = Str::default();
        while let Some((key, value)) = map.next_entry::<Text<'de>, Json<'de>>()? {
            if key == "type" {
                kind = Str(value.scalar());
            } else {
                rest.push((key, value));
            }
        }
        T::of_kind(kind, json::fields_of(rest)).map_err(de::Error::custom)
    }
}

/// Reads the rest of an object of known kind.
pub(super) fn rest<'de, T: Deserialize<'de>, A: MapAccess<'de>>(map: A) -> Result<T, A::Error> {
    T::deserialize(MapAccessDeserializer::new(map))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default, bound(deserialize = "'de: 'a"))]
    struct Anything<'a> {
        text: Str<'a>,
        flag: Flag,
        number: Num,
        list: List<Str<'a>>,
        object: Obj<Inner<'a>>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default, bound(deserialize = "'de: 'a"))]
    struct Inner<'a> {
        text: Str<'a>,
    }

    #[test]
    fn every_field_takes_every_value() {
        for value in [
            "null",
            "true",
            "0",
            "-1",
            "1.5",
            "1e300",
            r#""""#,
            r#""x\/""#,
            "[]",
            r#"[""]"#,
            "[[1],{}]",
            "{}",
            r#"{"text":{"a":[1]}}"#,
        ] {
            let line = format!(
                r#"{{"text":{value},"flag":{value},"number":{value},"list":{value},"object":{value}}}"#
            );
            serde_json::from_str::<Anything<'_>>(&line).unwrap();
        }
    }

    #[test]
    fn ids_stand_on_one_line() {
        for (raw, id) in [
            ("U1", Some("U1")),
            ("\nU1", Some("U1")),
            ("build bot\u{a0}", Some("build bot")),
            (" \r\n", None),
            ("", None),
        ] {
            assert_eq!(Str::from(raw).id().as_deref(), id, "{raw:?}");
        }
    }

    #[test]
    fn strings_for_numbers_and_maps_for_lists() {
        let line = r#"{"text":5,"flag":1,"number":"1375.25","list":{"0":"a","2":"b"},"object":{"text":"x"}}"#;
        let read: Anything<'_> = serde_json::from_str(line).unwrap();
        assert_eq!(read.text.get(), Some("5"));
        assert!(read.flag.is_set());
        assert_eq!(read.number.get(), Some(1_375));
        assert_eq!(read.list.len(), 2);
        assert!(read.object.get().unwrap().text.is("x"));
    }
}
