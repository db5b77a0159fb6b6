//! The support of Mattermost's format, by the tables that decide it.

use super::compliance::Form;
use super::{adaptive_card, card, kind, line, mm_blocks, props, text};
use crate::Support::{No, Whole};
use crate::{Element, SupportTable};

/// All tables, from the whole export to the smallest part of a post.
pub(super) fn tables() -> Vec<SupportTable> {
    let mut forms = vec![
        Element::new(
            "(bulk export: zip, folder, tar.gz or bare lines)",
            Whole,
            "everything below",
        ),
        Element::new("(lines that mmetl writes)", Whole, "the same"),
    ];
    forms.extend(Form::ALL.map(Form::support));
    forms.push(Element::new(
        "(compliance export for Global Relay)",
        No,
        "refused: it is mails; export as CSV",
    ));
    let table = |title, elements: &[Element]| SupportTable {
        title,
        elements: elements.to_vec(),
    };
    vec![
        SupportTable {
            title: "Forms",
            elements: forms,
        },
        table("Lines, by `type`", line::KINDS),
        table("Fields of a post", line::FIELDS),
        SupportTable {
            title: "Posts, by `type`",
            elements: kind::elements(),
        },
        table("What `props` say", props::KEYS),
        table("Parts of cards", card::PARTS),
        table("Blocks in `mm_blocks`, by `type`", mm_blocks::KINDS),
        table("Elements of Adaptive Cards", adaptive_card::KINDS),
        table("What stands in texts", text::CONSTRUCTS),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chatferry_model::document::{Block, Inline};
    use serde_json::json;

    use super::super::card::Card;
    use super::super::context::Context;
    use super::super::line::Post;
    use super::super::name_table::NameTable;
    use super::super::props::Props;
    use super::*;
    use crate::{Support, fields};

    fn told(elements: &[Element]) -> BTreeSet<&str> {
        let carried = elements.iter().filter(|part| part.support != Support::No);
        carried.map(|part| part.name).collect()
    }

    #[test]
    fn the_fields_of_posts_are_those_that_are_read() {
        let read = fields::of::<Post<'_>>().iter().copied();
        // Chatferry's own, for what compliance exports lack.
        let read: BTreeSet<&str> = read.filter(|name| *name != "root_missing").collect();
        assert_eq!(read, told(line::FIELDS));
    }

    #[test]
    fn the_parts_of_cards_are_those_that_are_read() {
        let name_table = NameTable::default();
        for part in card::PARTS {
            let value = match part.name {
                "fields" => json!([{ "title": "a", "value": "b", "short": true }]),
                "actions" => json!([{ "name": "a" }]),
                "color" => json!("#ff0000"),
                "ts" => json!(1_700_000_000),
                _ => json!("https://a.example"),
            };
            let mut card = json!({ part.name: value });
            // A link needs something that is one.
            for (link, words) in [("author_link", "author_name"), ("title_link", "title")] {
                if part.name == link {
                    card[words] = json!("");
                }
            }
            let card = Card::of(&card);
            let context = Context::new(&name_table, None);
            let mut blocks = Vec::new();
            card.convert(&context, &mut blocks);
            let of_link = part.name == "author_link";
            let carried = part.support != Support::No && !of_link;
            assert_eq!(!blocks.is_empty(), carried, "{}", part.name);
        }
    }

    #[test]
    fn every_kind_of_block_and_element_is_known() {
        for kind in mm_blocks::KINDS {
            let known = mm_blocks::read(&json!({ "type": kind.name }), None)
                .unknown
                .is_empty();
            assert_eq!(known, !kind.name.starts_with('('), "{}", kind.name);
        }
        for kind in adaptive_card::KINDS {
            let name = kind.name.replace('…', "X");
            let known = adaptive_card::read(&json!({ "type": name }))
                .unknown
                .is_empty();
            assert_eq!(known, !name.starts_with('('), "{name}");
        }
    }

    #[test]
    fn props_are_read_where_they_are_told() {
        for key in props::KEYS {
            let value = match key.name {
                "attachments" => json!([{ "text": "a" }]),
                "channel_mentions" => json!({ "a": { "display_name": "A" } }),
                "blocks" | "mm_blocks" | "cards" => json!([{ "text": "a" }]),
                _ => json!("a"),
            };
            let json = json!({ key.name: value }).to_string();
            let read = Props::of(&json);
            let says = read.sender.is_some()
                || read.title.is_some()
                || !read.extras.is_empty()
                || !read.channels.is_empty();
            // Tells of buttons in `mm_blocks` only.
            let alone = key.name != "mm_blocks_actions";
            assert_eq!(says, alone && key.support != Support::No, "{}", key.name);
        }
    }

    #[test]
    fn constructs_are_read_as_told() {
        let mut name_table = NameTable::default();
        name_table.people.insert("ann".to_owned(), "Ann".to_owned());
        let context = Context::new(&name_table, None);
        let written = text::CONSTRUCTS.iter();
        for construct in written.filter(|construct| !construct.name.starts_with('(')) {
            let source = construct.name.replace("⏎", "\n");
            let blocks = text::blocks(&source, &context);
            let plain = matches!(
                blocks.as_slice(),
                [Block::Paragraph(line)] if matches!(line.as_slice(), [Inline::Text(span)] if span.marks.is_none())
            );
            assert_eq!(
                plain,
                construct.support != Support::Whole,
                "{}: {blocks:?}",
                construct.name
            );
        }
    }

    #[test]
    fn nothing_is_told_twice() {
        for table in tables() {
            let names: BTreeSet<_> = table.elements.iter().map(|element| element.name).collect();
            assert_eq!(names.len(), table.elements.len(), "{}", table.title);
        }
    }
}
