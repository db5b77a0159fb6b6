//! Documents nobody would write.

use chatferry_model::document::{
    Align, Attachment, Audience, Block, Card, CardAuthor, CardField, Cell, Cite, Code, Date,
    Heading, Image, ImageSource, Inline, Link, List, ListItem, ListStyle, Mark, Marks, Mention,
    MentionTarget, Quote, Row, Span, Table,
};
use chatferry_model::emoji::Emoji;
use chatferry_model::{ConversationId, FileId, Micros, PersonId, Text};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Text with all that can go wrong in it.
pub(super) fn text() -> BoxedStrategy<Text<'static>> {
    let word = prop_oneof![
        4 => "[a-z]{1,9}",
        1 => "[A-Za-z0-9<>&\"'/=;:#.()\\[\\] -]{0,20}",
        1 => "\\PC{0,8}",
        1 => prop::sample::select(vec![
            " ", "  ", "\t", "\n", "\r\n", "\r", "\0", "\u{1b}[0m", "\u{a0}", "\u{85}", "\u{200b}",
            "\u{ffff}", "\u{2028}", "&nbsp;", "&#x3c;script&#62;", "<!--", "-->", "]]>", "</code>",
            "<p>", "👩‍👩‍👧‍👦", "🇩🇪", "e\u{301}", "\u{202e}abc", "😀",
        ]).prop_map(str::to_owned),
    ];
    vec(word, 0..6)
        .prop_map(|words| Text::from(words.join(" ")))
        .boxed()
}

fn long_text() -> BoxedStrategy<Text<'static>> {
    prop_oneof![
        6 => text(),
        1 => vec(text(), 0..60).prop_map(|texts| {
            let lines: Vec<&str> = texts.iter().map(Text::as_str).collect();
            Text::from(lines.join("\n"))
        }),
        1 => "[a-z]{300,900}".prop_map(Text::from),
    ]
    .boxed()
}

/// A name: what a mention shows begins with no sign of its own.
fn name() -> BoxedStrategy<Text<'static>> {
    text()
        .prop_map(|text| Text::from(text.trim_start_matches(['@', '#']).to_owned()))
        .boxed()
}

fn url() -> BoxedStrategy<Text<'static>> {
    prop_oneof![
        "https?://[a-z]{1,9}\\.example(/[a-zA-Z0-9%&=?#\"'<> äß-]{0,20})?".prop_map(Text::from),
        "[a-z]{0,12}:[a-z/@.:\\[\\]0-9-]{0,12}".prop_map(Text::from),
        text(),
    ]
    .boxed()
}

fn marks() -> BoxedStrategy<Marks> {
    prop_oneof![
        3 => Just(Marks::NONE),
        1 => vec(prop::sample::select(Mark::ALL.to_vec()), 0..4).prop_map(|marks| {
            marks.into_iter().fold(Marks::NONE, |all, mark| all | mark)
        }),
    ]
    .boxed()
}

fn time() -> BoxedStrategy<Micros> {
    (0_i64..4_000_000_000_000_000)
        .prop_map(|micros| Micros::new(micros).unwrap())
        .boxed()
}

fn file_id() -> BoxedStrategy<FileId<'static>> {
    prop::sample::select(vec!["F1", "F2", "F3"])
        .prop_map(FileId::new)
        .boxed()
}

fn image() -> BoxedStrategy<Image<'static>> {
    let source = prop_oneof![
        url().prop_map(ImageSource::Url),
        file_id().prop_map(ImageSource::File),
    ];
    (source, option::of(text()), option::of(text()))
        .prop_map(|(source, title, alt)| Image {
            source,
            alt,
            title,
            width: None,
            height: Some(9),
        })
        .boxed()
}

fn mention() -> BoxedStrategy<Inline<'static>> {
    let target = prop_oneof![
        Just(MentionTarget::Person(PersonId::new("U1"))),
        Just(MentionTarget::Person(PersonId::new("U2"))),
        Just(MentionTarget::Person(PersonId::new("U3"))),
        Just(MentionTarget::Conversation(ConversationId::new("C1"))),
        Just(MentionTarget::Group(Text::from("S1"))),
        Just(MentionTarget::Everyone(Audience::Here)),
    ];
    (target, name(), marks())
        .prop_map(|(target, text, marks)| {
            Inline::Mention(Mention {
                target,
                text,
                marks,
            })
        })
        .boxed()
}

fn leaf() -> BoxedStrategy<Inline<'static>> {
    prop_oneof![
        6 => (long_text(), marks()).prop_map(|(text, marks)| Inline::Text(Span { text, marks })),
        1 => mention(),
        1 => (text(), option::of(text())).prop_map(|(name, unicode)| {
            Inline::Emoji(Emoji { name, unicode })
        }),
        1 => (time(), text(), option::of(url()), marks()).prop_map(|(time, text, url, marks)| {
            Inline::Date(Date { time, text, format: None, url, marks })
        }),
        1 => image().prop_map(Inline::Image),
        1 => Just(Inline::Break),
    ]
    .boxed()
}

fn inlines() -> BoxedStrategy<Vec<Inline<'static>>> {
    let link = |inner: BoxedStrategy<Inline<'static>>| {
        (url(), vec(inner, 0..3)).prop_map(|(url, content)| Inline::Link(Link { url, content }))
    };
    let inner = leaf().boxed();
    let nested = prop_oneof![3 => inner.clone(), 1 => link(inner.clone())].boxed();
    vec(prop_oneof![3 => inner, 1 => link(nested)], 0..6).boxed()
}

fn table() -> BoxedStrategy<Block<'static>> {
    let align = prop::sample::select(vec![Align::None, Align::Left, Align::Center, Align::Right]);
    let row = (any::<bool>(), vec(inlines(), 0..4)).prop_map(|(header, cells)| Row {
        header,
        cells: cells.into_iter().map(|content| Cell { content }).collect(),
    });
    (vec(align, 0..4), vec(row, 0..5))
        .prop_map(|(align, rows)| Block::Table(Table { align, rows }))
        .boxed()
}

fn card(blocks: BoxedStrategy<Vec<Block<'static>>>) -> BoxedStrategy<Block<'static>> {
    let author = (text(), option::of(url())).prop_map(|(name, url)| CardAuthor { name, url });
    let field =
        (inlines(), blocks.clone(), any::<bool>()).prop_map(|(title, value, short)| CardField {
            title,
            value,
            short,
        });
    let head = (
        option::of(prop_oneof![Just(Text::from("#36a64f")), text()]),
        blocks.clone(),
        option::of(author),
        inlines(),
        option::of(url()),
    );
    let rest = (
        blocks,
        vec(field, 0..4),
        option::of(image()),
        option::of(image()),
        inlines(),
        option::of(time()),
    );
    (head, rest)
        .prop_map(|(head, rest)| {
            let (color, pretext, author, title, title_url) = head;
            let (body, fields, image, thumbnail, footer, time) = rest;
            Block::Card(Box::new(Card {
                color,
                pretext,
                author,
                title,
                title_url,
                body,
                fields,
                image,
                thumbnail,
                footer,
                time,
            }))
        })
        .boxed()
}

fn list(blocks: BoxedStrategy<Vec<Block<'static>>>) -> BoxedStrategy<Block<'static>> {
    let style = prop_oneof![
        Just(ListStyle::Bullet),
        (0_u32..9).prop_map(|start| ListStyle::Ordered { start }),
        Just(ListStyle::Task),
    ];
    let item = (option::of(any::<bool>()), blocks)
        .prop_map(|(checked, blocks)| ListItem { checked, blocks });
    (style, vec(item, 0..5))
        .prop_map(|(style, items)| Block::List(List { style, items }))
        .boxed()
}

fn quote(blocks: BoxedStrategy<Vec<Block<'static>>>) -> BoxedStrategy<Block<'static>> {
    let parts = (
        option::of(text()),
        option::of(text()),
        option::of(time()),
        option::of(url()),
    );
    let cite = parts.prop_map(|(author, conversation, time, url)| Cite {
        author,
        conversation,
        time,
        url,
    });
    (blocks, option::of(cite))
        .prop_map(|(blocks, cite)| Block::Quote(Quote { blocks, cite }))
        .boxed()
}

/// Any document.
pub(super) fn blocks() -> BoxedStrategy<Vec<Block<'static>>> {
    let flat = prop_oneof![
        4 => inlines().prop_map(Block::Paragraph),
        1 => (any::<u8>(), inlines()).prop_map(|(level, content)| {
            Block::Heading(Heading { level, content })
        }),
        1 => (option::of(text()), long_text()).prop_map(|(language, text)| {
            Block::Code(Code { language, text })
        }),
        1 => table(),
        1 => Just(Block::Divider),
        1 => image().prop_map(Block::Image),
        1 => file_id().prop_map(|file| Block::Attachment(Attachment { file })),
    ];
    let block = flat.prop_recursive(4, 24, 4, |inner| {
        let blocks = vec(inner, 0..4).boxed();
        prop_oneof![list(blocks.clone()), quote(blocks.clone()), card(blocks),]
    });
    vec(block, 0..5).boxed()
}
