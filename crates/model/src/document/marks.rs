//! The style of text: bold, italic and the like, as a set.

use std::borrow::Cow;
use std::fmt;
use std::ops::{BitOr, BitOrAssign};

use schemars::JsonSchema;
use serde::de::{SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One way to set words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Mark {
    /// Bold.
    Bold = 1,
    /// Italic.
    Italic = 1 << 1,
    /// Struck through.
    Strike = 1 << 2,
    /// Underlined.
    Underline = 1 << 3,
    /// In a typewriter face.
    Code = 1 << 4,
    /// Highlighted.
    Highlight = 1 << 5,
}

impl Mark {
    /// All marks in the order in which they are written and nested, outermost first.
    pub const ALL: [Self; 6] = [
        Self::Bold,
        Self::Italic,
        Self::Strike,
        Self::Underline,
        Self::Highlight,
        Self::Code,
    ];
}

/// A set of marks; on disk a list of their names.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Marks(u8);

impl Marks {
    /// No marks.
    pub const NONE: Self = Self(0);

    /// Returns true if there are none.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0 == 0
    }

    /// Returns true if `mark` is among them.
    #[must_use]
    pub fn has(self, mark: Mark) -> bool {
        self.0 & mark as u8 != 0
    }

    /// Returns the marks without `mark`.
    #[must_use]
    pub fn without(self, mark: Mark) -> Self {
        Self(self.0 & !(mark as u8))
    }

    /// The marks, outermost first.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Mark> {
        Mark::ALL.into_iter().filter(move |mark| self.has(*mark))
    }
}

impl From<Mark> for Marks {
    fn from(mark: Mark) -> Self {
        Self(mark as u8)
    }
}

impl BitOr<Mark> for Marks {
    type Output = Self;

    fn bitor(self, mark: Mark) -> Self {
        Self(self.0 | mark as u8)
    }
}

impl BitOr for Marks {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign<Mark> for Marks {
    fn bitor_assign(&mut self, mark: Mark) {
        self.0 |= mark as u8;
    }
}

impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Marks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for mark in self.iter() {
            list.serialize_element(&mark)?;
        }
        list.end()
    }
}

impl<'de> Deserialize<'de> for Marks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;

        impl<'de> Visitor<'de> for Names {
            type Value = Marks;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of marks")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Marks, A::Error> {
                let mut marks = Marks::NONE;
                while let Some(mark) = names.next_element::<Mark>()? {
                    marks |= mark;
                }
                Ok(marks)
            }
        }

        deserializer.deserialize_seq(Names)
    }
}

impl JsonSchema for Marks {
    fn schema_name() -> Cow<'static, str> {
        "Marks".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "array",
            "items": generator.subschema_for::<Mark>(),
            "uniqueItems": true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_has_a_bit_and_a_place_of_its_own() {
        let all = Mark::ALL
            .into_iter()
            .fold(Marks::NONE, |marks, mark| marks | mark);
        assert_eq!(all.0.count_ones() as usize, Mark::ALL.len());
        assert_eq!(all.iter().count(), Mark::ALL.len());
    }

    #[test]
    fn without_takes_one_away() {
        let marks = Marks::from(Mark::Bold) | Mark::Code;
        assert_eq!(marks.without(Mark::Code), Marks::from(Mark::Bold));
        assert_eq!(serde_json::to_string(&marks).unwrap(), r#"["bold","code"]"#);
    }
}
