//! What of Slack's format is carried over, by the tables that decide it.

use super::attachment;
use super::blocks::{self, rich_text, section};
use super::files::MODES;
use super::layout::Layout;
use super::slackdump;
use super::subtype::{SUBTYPES, Treatment};
use crate::Support::{No, Partly, Whole};
use crate::{Element, SupportTable};

/// All tables, from the whole export to the smallest part of a message.
pub(super) fn tables() -> Vec<SupportTable> {
    let mut layouts: Vec<_> = Layout::ALL
        .iter()
        .map(|layout| Element::new(layout.title(), Whole, layout.becomes()))
        .collect();
    layouts.extend(slackdump::FORMATS.iter().map(|(_, title, _)| {
        Element::new(
            title,
            Whole,
            "the same as an export, in order, each message once",
        )
    }));
    layouts.push(Element::new(
        "the export as text files",
        No,
        "refused: it does not say who is who; ask Slack for JSON",
    ));

    let mut subtypes: Vec<_> = SUBTYPES
        .iter()
        .map(|(name, treatment)| of_treatment(name, *treatment))
        .collect();
    subtypes.insert(0, of_treatment("(none)", Treatment::Message));
    subtypes.push(of_treatment("(any other)", Treatment::Unknown));

    let unknown = Element::new("(any other)", Partly, "its words, with a finding");
    let with_unknown = |elements: &[Element]| {
        let mut elements = elements.to_vec();
        elements.push(unknown);
        elements
    };
    let controls = section::CONTROLS.iter();
    let controls = controls.map(|name| Element::new(name, Partly, "label in brackets"));
    let modes = MODES.iter().map(|(name, mode)| {
        let (support, becomes) = mode.support();
        Element::new(name, support, becomes)
    });
    vec![
        SupportTable {
            title: "Layouts",
            elements: layouts,
        },
        SupportTable {
            title: "Messages, by `subtype`",
            elements: subtypes,
        },
        SupportTable {
            title: "Blocks",
            elements: with_unknown(blocks::KINDS),
        },
        SupportTable {
            title: "Parts of rich text",
            elements: with_unknown(rich_text::PARTS),
        },
        SupportTable {
            title: "Elements of rich text",
            elements: with_unknown(rich_text::KINDS),
        },
        SupportTable {
            title: "Buttons, menus and fields to fill in",
            elements: controls.collect(),
        },
        SupportTable {
            title: "Parts of attachments",
            elements: attachment::PARTS.to_vec(),
        },
        SupportTable {
            title: "Files, by `mode`",
            elements: modes.collect(),
        },
    ]
}

fn of_treatment(name: &'static str, treatment: Treatment) -> Element {
    let (support, becomes) = treatment.support();
    Element::new(name, support, becomes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde::de::value::Error;
    use serde::de::{Deserializer, Visitor};
    use serde::{Deserialize, forward_to_deserialize_any};

    use super::super::attachment::Attachment;
    use crate::Support;

    /// Asks a type for the names of its fields.
    struct Fields<'f>(&'f mut &'static [&'static str]);

    impl<'de> Deserializer<'de> for Fields<'_> {
        type Error = Error;

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
            Err(serde::de::Error::custom("no struct"))
        }

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            _: V,
        ) -> Result<V::Value, Error> {
            *self.0 = fields;
            Err(serde::de::Error::custom("that is all"))
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
            unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    #[test]
    fn the_parts_of_attachments_are_those_that_are_read() {
        let mut fields: &[&str] = &[];
        let _ = Attachment::deserialize(Fields(&mut fields));
        let read: BTreeSet<&str> = fields.iter().copied().collect();
        let told: BTreeSet<&str> = super::attachment::PARTS
            .iter()
            .filter(|part| part.support != Support::No)
            .map(|part| part.name)
            .collect();
        assert_eq!(read, told);
    }

    #[test]
    fn nothing_is_told_twice() {
        for table in super::tables() {
            let names: BTreeSet<_> = table.elements.iter().map(|element| element.name).collect();
            assert_eq!(names.len(), table.elements.len(), "{}", table.title);
        }
    }
}
