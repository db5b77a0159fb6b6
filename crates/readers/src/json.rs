//! A JSON value that keeps its fields in order and borrows its strings.
//!
//! `serde_json::Value` sorts the fields of an object, and what people saw came in the order in
//! which it was written.

use std::borrow::Cow;

use chatferry_model::Text;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use serde_json::{Error, Number};

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Json<'a> {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    String(Text<'a>),
    List(Vec<Json<'a>>),
    Object(Object<'a>),
}

/// The fields of an object in the order in which they were written.
pub(crate) type Object<'a> = Vec<(Text<'a>, Json<'a>)>;

/// The field of that name.
pub(crate) fn field<'o, 'a>(
    object: &'o [(Text<'a>, Json<'a>)],
    name: &str,
) -> Option<&'o Json<'a>> {
    object
        .iter()
        .find_map(|(key, value)| (key == name).then_some(value))
}

impl<'a> Json<'a> {
    /// The string, if it is one.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns true for a string, number, true or false.
    pub(crate) fn is_scalar(&self) -> bool {
        !matches!(self, Self::Null | Self::List(_) | Self::Object(_))
    }

    /// The value as people write it: a string, a number without an idle `.0`, `true` or `false`.
    pub(crate) fn scalar(&self) -> Option<Text<'a>> {
        match self {
            Self::String(text) => Some(text.clone()),
            Self::Number(number) => Some(plain_number(number).into()),
            Self::Bool(flag) => Some(Text::from_static(if *flag { "true" } else { "false" })),
            Self::Null | Self::List(_) | Self::Object(_) => None,
        }
    }
}

/// A number without the `.0` of a float that is whole.
fn plain_number(number: &Number) -> String {
    let text = number.to_string();
    match text.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("anything")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::String(text.into()))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::String(text.to_owned().into()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Json<'de>, E> {
        Ok(Json::String(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Json<'de>, A::Error> {
        let mut object = Object::new();
        while let Some(entry) = fields.next_entry()? {
            object.push(entry);
        }
        Ok(Json::Object(object))
    }
}

/// A value is read again as whatever type it turns out to be.
impl<'de> Deserializer<'de> for Json<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Bool(flag) => visitor.visit_bool(flag),
            Self::Number(number) => number.deserialize_any(visitor),
            Self::String(text) => match text.into_cow() {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            },
            Self::List(items) => visitor.visit_seq(SeqDeserializer::new(items.into_iter())),
            Self::Object(fields) => visitor.visit_map(fields_of(fields)),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Error> for Json<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The fields of an object, to be read as those of another type.
pub(crate) fn fields_of<'de>(object: Object<'de>) -> impl MapAccess<'de, Error = Error> {
    MapDeserializer::new(
        object
            .into_iter()
            .map(|(key, value)| (key.into_cow(), value)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_numbers_are_kept() {
        let line = r#"{"b":1,"a":[null,true,4200,55.5,4.0,-1200000,"x"],"c":{"b":"\u00e9"}}"#;
        let json: Json<'_> = serde_json::from_str(line).unwrap();
        let Json::Object(fields) = &json else {
            panic!("an object")
        };
        let keys: Vec<_> = fields.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["b", "a", "c"]);
        let Some(Json::List(items)) = field(fields, "a") else {
            panic!("a list")
        };
        let words: Vec<_> = items.iter().filter_map(Json::scalar).collect();
        assert_eq!(words, ["true", "4200", "55.5", "4", "-1200000", "x"]);
        assert_eq!(Json::deserialize(json.clone()).unwrap(), json);
    }
}
