//! What is true of any document.

use std::collections::BTreeSet;

use chatferry_model::FileId;
use chatferry_model::document::{Block, Heading, Inline, Link, ListStyle};
use chatferry_model::file::{File, FilePlace, Preview};
use proptest::prelude::*;
use serde_json::json;

use super::oracle::{check, has_all_of, is_within, visible};
use super::{Stage, generate, media, plain_text};
use crate::layout::lay_out;
use crate::settings::CodeBlocks;

fn stage() -> Stage {
    let mut stage = Stage::new();
    stage.files.push(File {
        id: FileId::new("F1"),
        name: "notes <1>.txt".into(),
        title: None,
        media_type: None,
        size: Some(1_000),
        width: None,
        height: None,
        alt: None,
        preview: Some(Preview {
            text: "line of the file\n".repeat(60).into(),
            language: None,
            cut: true,
        }),
        place: FilePlace::Remote("https://files.slack.example/F1?t=secret".into()),
    });
    stage
}

/// Whether a part has to say exactly what its document says: others say more in words when they
/// are taken apart.
fn is_plain(block: &Block<'_>) -> bool {
    match block {
        Block::Paragraph(_) | Block::Heading(_) | Block::Code(_) | Block::Divider => true,
        // The rest of an ordered list has its numbers as words.
        Block::List(list) => {
            let ordered = matches!(list.style, ListStyle::Ordered { .. });
            let mut within = list.items.iter().flat_map(|item| &item.blocks);
            !ordered && within.all(is_plain)
        }
        Block::Quote(quote) => quote.cite.is_none() && quote.blocks.iter().all(is_plain),
        Block::Table(_) | Block::Image(_) | Block::Card(_) | Block::Attachment(_) => false,
    }
}

/// Returns true if a block has a link whose address no search for `://` finds.
fn has_odd_address(block: &Block<'_>) -> bool {
    let odd =
        |inline: &Inline<'_>| matches!(inline, Inline::Link(link) if !link.url.contains("://"));
    match block {
        Block::Paragraph(content) | Block::Heading(Heading { content, .. }) => {
            content.iter().any(odd)
        }
        Block::List(list) => list
            .items
            .iter()
            .flat_map(|item| &item.blocks)
            .any(has_odd_address),
        Block::Quote(quote) => quote.blocks.iter().any(has_odd_address),
        _ => false,
    }
}

#[test]
fn a_link_too_large_for_a_part_is_its_text_and_then_its_address() {
    let mut stage = stage();
    stage.settings.message_bytes = 900;
    for address in [":", "https://example.com/"] {
        let link = Link {
            url: address.into(),
            content: vec![Inline::text("word ".repeat(150))],
        };
        let parts = stage.parts(&[Block::Paragraph(vec![Inline::Link(link)])]);
        assert!(parts.len() > 1);
        let said: String = parts.iter().flat_map(|(_, words)| words.chars()).collect();
        let said = said.trim_end();
        assert_eq!(said.matches("word").count(), 150, "{said}");
        assert!(said.ends_with(address), "{said}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_document_is_safe_and_says_all_its_words(
        blocks in generate::blocks(),
        pre in any::<bool>(),
    ) {
        let mut stage = stage();
        if pre {
            stage.settings.code_blocks = CodeBlocks::Pre;
        }
        let html = stage.show(&blocks).html;
        check(&html);
        let plain = plain_text(&blocks);
        prop_assert!(has_all_of(&html, &plain), "{plain:?}\n{html}");
        prop_assert!(!html.contains("secret"));
    }

    #[test]
    fn parts_are_small_enough_and_together_say_the_same(
        blocks in generate::blocks(),
        limit in 600_usize..3_000,
        pre in any::<bool>(),
    ) {
        let mut stage = stage();
        stage.settings.message_bytes = limit;
        if pre {
            stage.settings.code_blocks = CodeBlocks::Pre;
        }
        let mut said = String::new();
        let mut shown = String::new();
        let parts = stage.parts(&blocks);
        // A link that is cut shows its address; see the test above.
        let shows_address = parts.len() > 1 && blocks.iter().any(has_odd_address);
        for (html, words) in parts {
            prop_assert!(html.size <= limit, "{} of {limit}: {}", html.size, html.html);
            check(&html.html);
            shown.push_str(&html.html);
            said.push_str(&words);
        }
        let blocks = lay_out(blocks, &stage.settings);
        let whole = plain_text(&blocks);
        prop_assert!(is_within(&whole, &said), "{whole:?}\n{said:?}");
        prop_assert!(has_all_of(&shown, &whole), "{whole:?}\n{shown}");
        if blocks.iter().all(is_plain) && !said.contains("://") && !shows_address {
            let whole: String = visible(&whole).collect();
            let said: String = visible(&said).collect();
            prop_assert_eq!(said, whole);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_picture_and_no_file_is_lost_in_parts(
        blocks in generate::blocks(),
        limit in 4_000_usize..6_000,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut stage = stage();
        for (id, blob) in [("F2", "picture"), ("F3", "text")] {
            stage.files.push(File {
                id: FileId::new(id),
                preview: None,
                place: FilePlace::Blob(blob.into()),
                ..stage.files[0].clone()
            });
        }
        stage.media = media(folder.path(), &stage.settings);
        stage.settings.message_bytes = limit;
        let whole = stage.show(&blocks);
        check(&whole.html);
        let mut beside = BTreeSet::new();
        for (part, _) in stage.parts(&blocks) {
            check(&part.html);
            prop_assert!(part.size <= limit, "{} of {limit}: {}", part.size, part.html);
            beside.extend(part.beside);
        }
        prop_assert_eq!(beside, whole.beside.into_iter().collect::<BTreeSet<_>>());
    }
}

#[test]
fn a_megabyte_is_split_in_order_and_parts_are_well_filled() {
    let mut stage = Stage::new();
    stage.settings.message_bytes = 28 * 1024;
    let code = (0..40_000)
        .map(|n| format!("    let line_{n} = {n};\n"))
        .collect::<String>();
    let items = (0..2_000).map(|n| {
        serde_json::json!({
            "blocks": [{ "paragraph": [{ "text": { "text": format!("item {n}") } }] }],
        })
    });
    let document = serde_json::json!([
        { "paragraph": [{ "text": { "text": "Here it is:" } }] },
        { "code": { "language": "rust", "text": code } },
        { "list": { "style": "bullet", "items": items.collect::<Vec<_>>() } },
    ])
    .to_string();
    let blocks: Vec<Block<'_>> = serde_json::from_str(&document).unwrap();
    let parts = stage.parts(&blocks);
    let sizes: Vec<usize> = parts.iter().map(|(html, _)| html.size).collect();
    assert!(sizes.iter().all(|size| *size <= 28 * 1024));
    let full = sizes.iter().filter(|size| **size > 26 * 1024).count();
    assert!(full + 2 >= sizes.len(), "{sizes:?}");
    let said: String = parts
        .iter()
        .map(|(_, words)| format!("{words}\n"))
        .collect();
    assert_eq!(said.trim_end(), plain_text(&blocks));
    let last = &parts[parts.len() - 1].0.html;
    assert!(last.starts_with("<ul><li>item 1"), "{}", &last[..40]);
    assert!(last.ends_with("<li>item 1999</li></ul>"));
}

#[test]
fn a_list_goes_on_with_its_numbers_as_text() {
    let mut stage = Stage::new();
    stage.settings.message_bytes = 600;
    let item = |n: u32| {
        json!({ "blocks": [
            { "paragraph": [{ "text": { "text": format!("item {n} {}", "word ".repeat(20)) } }] },
        ] })
    };
    let items: Vec<_> = (1..=8).map(item).collect();
    let list = json!([{ "list": { "style": { "ordered": { "start": 1 } }, "items": items } }]);
    let document = list.to_string();
    let parts = stage.parts(&serde_json::from_str::<Vec<Block<'_>>>(&document).unwrap());
    let begins: Vec<_> = parts.iter().map(|(part, _)| &part.html[..14]).collect();
    assert_eq!(
        begins,
        ["<ol><li>item 1", "<p>4. item 4 w", "<p>7. item 7 w"]
    );
}
