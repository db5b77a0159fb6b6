//! Content of no known kind: a block or element, or a field of one that is known. Its words are
//! kept (crates/readers/src/slack/FORMAT.md trap 42).

use std::fmt;

use chatferry_model::Text;
use chatferry_model::document::{Block as ModelBlock, Image, ImageSource, Inline, Link, Marks};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Block, Convert, known, rich_text};
use crate::codes;
use crate::json::Object;
use crate::shown::{self, Item, Known, Line};
use crate::slack::context::Context;
use crate::slack::mrkdwn;
use crate::url;

/// A block or element of no known kind.
#[derive(Debug, Default)]
pub(in crate::slack) struct Unknown<'a> {
    kind: Text<'a>,
    parts: Vec<Part<'a>>,
    /// False for an empty object, of which nobody saw anything.
    has_content: bool,
}

/// The fields of a known object that nobody knows, by their names.
#[derive(Debug, Default)]
pub(in crate::slack) struct Extra<'a>(Vec<(Text<'a>, Vec<Part<'a>>)>);

impl<'a> Known<'a> for Box<Block<'a>> {
    fn read(object: Object<'a>) -> Result<Self, Object<'a>> {
        // Blocks take whatever they are given; should one fail all the same, it is lost.
        let block = Block::deserialize(known::as_block(object)?);
        block.map(Box::new).map_err(|_| Object::new())
    }
}

/// A part of unknown content.
type Part<'a> = shown::Part<'a, Box<Block<'a>>>;

impl<'a> Unknown<'a> {
    /// Reads an object of the kind `kind` from its other fields.
    pub(super) fn read<'de: 'a, A: MapAccess<'de>>(
        kind: &str,
        mut rest: A,
    ) -> Result<Self, A::Error> {
        let mut fields = Object::new();
        while let Some(field) = rest.next_entry()? {
            fields.push(field);
        }
        Ok(Self {
            kind: kind.to_owned().into(),
            has_content: !fields.is_empty() || !kind.is_empty(),
            parts: shown::of_object(fields),
        })
    }

    /// Takes words that stand where an object should.
    pub(super) fn of_words(words: Text<'a>) -> Self {
        if !words.contains(char::is_alphabetic) {
            return Self::default();
        }
        let items = vec![Item::Words(words)];
        Self {
            kind: Text::default(),
            parts: vec![Part::Line(Line { label: None, items })],
            has_content: true,
        }
    }

    /// Returns the text within a line.
    pub(super) fn inlines<'m>(&'m self, context: &mut Context<'m>) -> Vec<Inline<'m>> {
        let inlines = inlines(&self.parts, context);
        self.note(inlines.is_empty(), context);
        inlines
    }

    /// Notes what was found, and whether there were words in it.
    fn note(&self, is_lost: bool, context: &mut Context<'_>) {
        if !self.has_content {
            return;
        }
        let kind = match self.kind.as_str() {
            "" => "(no type)",
            kind => kind,
        };
        let code = if is_lost {
            &codes::SLACK_UNKNOWN_BLOCK_LOST
        } else {
            &codes::SLACK_UNKNOWN_BLOCK
        };
        context.note(code, kind);
    }
}

impl Convert for Unknown<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<ModelBlock<'m>>) {
        let before = out.len();
        push_blocks(&self.parts, context, out);
        self.note(out.len() == before, context);
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Extra<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Extra<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("fields")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Extra<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    if key == "block_id" || key == "type" {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    }
                    let parts = shown::of_field(key.clone(), map.next_value()?);
                    if !parts.is_empty() {
                        fields.push((key, parts));
                    }
                }
                Ok(Extra(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

impl Extra<'_> {
    /// Appends what the fields show; `owner` is the object that has them.
    pub(in crate::slack) fn push_blocks<'m>(
        &'m self,
        owner: &str,
        context: &mut Context<'m>,
        out: &mut Vec<ModelBlock<'m>>,
    ) {
        self.push_blocks_but(&[], owner, context, out);
    }

    /// Returns what each field shows, by its name; those that show nothing are left out.
    pub(in crate::slack) fn each<'m>(
        &'m self,
        context: &mut Context<'m>,
    ) -> Vec<(&'m str, Vec<ModelBlock<'m>>)> {
        let mut fields = Vec::new();
        for (key, parts) in &self.0 {
            let mut blocks = Vec::new();
            push_blocks(parts, context, &mut blocks);
            if !blocks.is_empty() {
                fields.push((key.as_str(), blocks));
            }
        }
        fields
    }

    /// Appends what the fields show, but for those of that name.
    pub(in crate::slack) fn push_blocks_but<'m>(
        &'m self,
        known: &[crate::Element],
        owner: &str,
        context: &mut Context<'m>,
        out: &mut Vec<ModelBlock<'m>>,
    ) {
        for (key, parts) in &self.0 {
            if known.iter().any(|known| known.name == key.as_str()) {
                continue;
            }
            let before = out.len();
            push_blocks(parts, context, out);
            if out.len() > before {
                context.note(&codes::SLACK_UNKNOWN_BLOCK, format!("{key} in {owner}"));
            }
        }
    }
}

impl Extra<'_> {
    /// Appends what the fields show, within a line.
    pub(super) fn push_inlines<'m>(
        &'m self,
        owner: &str,
        context: &mut Context<'m>,
        out: &mut Vec<Inline<'m>>,
    ) {
        let mut blocks = Vec::new();
        self.push_blocks(owner, context, &mut blocks);
        if blocks.is_empty() {
            return;
        }
        if !out.is_empty() {
            mrkdwn::push_words(Text::from_static(" "), Marks::NONE, out);
        }
        mrkdwn::append(rich_text::flatten(blocks), out);
    }
}

fn push_blocks<'m>(
    parts: &'m [Part<'m>],
    context: &mut Context<'m>,
    out: &mut Vec<ModelBlock<'m>>,
) {
    let mut paragraph = Vec::new();
    for part in parts {
        match part {
            Part::Line(line) => {
                let mut words = inlines_of_line(line, context);
                if !paragraph.is_empty() && !words.is_empty() {
                    paragraph.push(Inline::Break);
                }
                paragraph.append(&mut words);
            }
            Part::Known(child, address) => {
                close(&mut paragraph, out);
                let mut blocks = Vec::new();
                child.convert(context, &mut blocks);
                out.append(&mut linked(blocks, address.as_deref()));
            }
        }
    }
    close(&mut paragraph, out);
}

/// The blocks, the first line of which leads to an address.
fn linked<'m>(mut blocks: Vec<ModelBlock<'m>>, address: Option<&'m str>) -> Vec<ModelBlock<'m>> {
    if let Some(raw) = address {
        let mut content = Vec::new();
        if let Some(ModelBlock::Paragraph(line)) = blocks.first_mut() {
            content = std::mem::take(line);
            blocks.remove(0);
        }
        let url = url::without_token(mrkdwn::decode(raw));
        let link = Inline::Link(Link { url, content });
        blocks.insert(0, ModelBlock::Paragraph(vec![link]));
    }
    blocks
}

fn close<'m>(paragraph: &mut Vec<Inline<'m>>, out: &mut Vec<ModelBlock<'m>>) {
    if !paragraph.is_empty() {
        out.push(ModelBlock::Paragraph(std::mem::take(paragraph)));
    }
}

/// The parts within a line of other words.
fn inlines<'m>(parts: &'m [Part<'m>], context: &mut Context<'m>) -> Vec<Inline<'m>> {
    let mut out = Vec::new();
    for part in parts {
        let words = match part {
            Part::Line(line) => inlines_of_line(line, context),
            Part::Known(child, address) => {
                let mut blocks = Vec::new();
                child.convert(context, &mut blocks);
                rich_text::flatten(linked(blocks, address.as_deref()))
            }
        };
        if !out.is_empty() && !words.is_empty() {
            mrkdwn::push_words(Text::from_static(", "), Marks::NONE, &mut out);
        }
        mrkdwn::append(words, &mut out);
    }
    out
}

fn inlines_of_line<'m>(line: &'m Line<'m>, context: &mut Context<'m>) -> Vec<Inline<'m>> {
    let mut items = Vec::new();
    for item in &line.items {
        let words = inlines_of_item(item, context);
        if !items.is_empty() && !words.is_empty() {
            mrkdwn::push_words(Text::from_static(", "), Marks::NONE, &mut items);
        }
        mrkdwn::append(words, &mut items);
    }
    let Some(label) = &line.label else {
        return items;
    };
    let mut out = Vec::new();
    mrkdwn::plain_text(label, Marks::NONE, context, &mut out);
    if !items.is_empty() {
        let sign = if label.ends_with([':', '?']) {
            " "
        } else {
            ": "
        };
        mrkdwn::push_words(Text::from_static(sign), Marks::NONE, &mut out);
    }
    mrkdwn::append(items, &mut out);
    out
}

fn inlines_of_item<'m>(item: &'m Item<'m>, context: &mut Context<'m>) -> Vec<Inline<'m>> {
    let mut out = Vec::new();
    match item {
        // Nothing says that words are marked up, but a token is no word.
        Item::Words(words)
            if ["<@", "<#", "<!", "<http"]
                .iter()
                .any(|token| words.contains(token)) =>
        {
            out = mrkdwn::inlines(words, Marks::NONE, context);
        }
        Item::Words(words) => mrkdwn::plain_text(words, Marks::NONE, context, &mut out),
        Item::Value(value) => push_value(value, context, &mut out),
        Item::Time(time) => out.push(mrkdwn::moment(*time)),
        Item::Link {
            url: address,
            label,
        } => {
            let mut content = Vec::new();
            if let Some(label) = label {
                mrkdwn::plain_text(label, Marks::NONE, context, &mut content);
            }
            out.push(Inline::Link(Link {
                url: url::without_token(mrkdwn::decode(address)),
                content,
            }));
        }
        Item::Picture { url: address, alt } => out.push(Inline::Image(Image {
            source: ImageSource::Url(url::without_token(mrkdwn::decode(address))),
            alt: alt
                .as_deref()
                .map(|words| mrkdwn::bare_plain(words, context)),
            title: None,
            width: None,
            height: None,
        })),
    }
    out
}

/// A value: the name of what an id of Slack's calls, nothing for ids without a name, or words.
pub(in crate::slack) fn push_value<'m>(
    value: &'m str,
    context: &mut Context<'m>,
    out: &mut Vec<Inline<'m>>,
) {
    if !mrkdwn::is_any_id(value) {
        return mrkdwn::plain_text(value, Marks::NONE, context, out);
    }
    match value.as_bytes().first() {
        Some(b'U' | b'W') => out.push(context.person(value.into(), None, Marks::NONE)),
        Some(b'C' | b'G') if context.name_table.conversation_name(value).is_some() => {
            out.push(context.conversation(value, None, Marks::NONE));
        }
        Some(b'F') => out.extend(context.name_table.file_title(value).map(Inline::text)),
        _ => {}
    }
}
