//! The support of Slack's format, by the tables that decide it.

use super::attachment;
use super::blocks::{self, known, rich_text};
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
    let controls = known::CONTROLS.iter();
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

    use super::super::attachment::Attachment;
    use crate::Support;

    #[test]
    fn the_parts_of_attachments_are_those_that_are_read() {
        // serde tells no names of a struct that takes every other field too.
        let read = format!("{:#?}", Attachment::default());
        let fields = read.lines().filter_map(|line| line.strip_prefix("    "));
        let names = fields.filter_map(|line| Some(line.split_once(':')?.0));
        let read: BTreeSet<&str> = names.filter(|name| !name.starts_with(' ')).collect();
        let told: BTreeSet<&str> = super::attachment::PARTS
            .iter()
            .filter(|part| part.support != Support::No)
            .map(|part| match part.name {
                "(any other)" => "extra",
                name => name,
            })
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
