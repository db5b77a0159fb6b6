//! Cards, which webhooks and bots send as `props.attachments`
//! (crates/readers/src/mattermost/FORMAT.md 2.3). The shape is Slack's of old, the text in it is
//! Mattermost's.

use chatferry_model::document::{
    Block, Card as ModelCard, CardAuthor, CardField, Image, ImageSource, Inline,
};
use chatferry_model::{Micros, Text};
use serde_json::Value;

use super::context::Context;
use super::{parts, text, words};
use crate::Support::{No, Partly, Whole};
use crate::{Element, url};

/// The parts of a card.
pub(super) const PARTS: &[Element] = &[
    Element::new("pretext", Whole, "words above the card"),
    Element::new("author_name", Whole, "byline"),
    Element::new("author_link", Whole, "link of the byline"),
    Element::new("author_icon", No, "nothing"),
    Element::new("title", Whole, "title"),
    Element::new("title_link", Whole, "link of the title"),
    Element::new("text", Whole, "words"),
    Element::new("fields", Whole, "fields, short ones side by side"),
    Element::new("image_url", Whole, "picture"),
    Element::new("thumb_url", Whole, "small picture"),
    Element::new("color", Whole, "colour of the card's edge"),
    Element::new("footer", Whole, "footer"),
    Element::new("footer_icon", No, "nothing"),
    Element::new("ts", Whole, "time in the footer"),
    Element::new("actions", Partly, "names of buttons and menus in brackets"),
    Element::new("fallback", Partly, "words of a card that says nothing else"),
];

/// One card, its texts ready to be read.
#[derive(Debug, Default)]
pub(super) struct Card {
    fallback: String,
    color: String,
    pretext: String,
    author_name: String,
    author_link: String,
    title: String,
    title_link: String,
    text: String,
    fields: Vec<Field>,
    image_url: String,
    thumb_url: String,
    footer: String,
    time: Option<Micros>,
    actions: Vec<String>,
}

#[derive(Debug)]
struct Field {
    title: String,
    value: String,
    short: bool,
}

impl Card {
    pub(super) fn of(value: &Value) -> Self {
        let words = |name: &str| words_of(value.get(name));
        let marked_up = |name: &str| text::without_html(&words(name)).into_owned();
        let each = |name: &str| {
            value
                .get(name)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
        };
        Self {
            fallback: words("fallback"),
            color: words("color"),
            pretext: marked_up("pretext"),
            author_name: words("author_name"),
            author_link: words("author_link"),
            title: words("title"),
            title_link: words("title_link"),
            text: marked_up("text"),
            fields: each("fields").map(Field::of).collect(),
            image_url: words("image_url"),
            thumb_url: words("thumb_url"),
            footer: words("footer"),
            time: words("ts").split('.').next().and_then(seconds),
            actions: each("actions")
                .map(|action| words_of(action.get("name")))
                .filter(|name| !name.is_empty())
                .collect(),
        }
    }

    /// Appends what the card shows.
    pub(super) fn convert<'m>(&'m self, context: &Context<'m>, out: &mut Vec<Block<'m>>) {
        let mut card = ModelCard {
            color: parts::color(&self.color),
            pretext: text::blocks(&self.pretext, context),
            author: (!self.author_name.is_empty()).then(|| CardAuthor {
                name: self.author_name.as_str().into(),
                url: address(&self.author_link),
            }),
            title: words::plain(&self.title, context),
            title_url: address(&self.title_link),
            body: text::blocks(&self.text, context),
            fields: self
                .fields
                .iter()
                .map(|field| field.convert(context))
                .collect(),
            image: picture(&self.image_url),
            thumbnail: picture(&self.thumb_url),
            footer: words::plain(&self.footer, context),
            time: self.time,
        };
        if !self.actions.is_empty() {
            // Dead outside of Mattermost; what they said is kept.
            let buttons: Vec<_> = self
                .actions
                .iter()
                .map(|name| format!("[{name}]"))
                .collect();
            card.body
                .push(Block::Paragraph(vec![Inline::text(buttons.join(" "))]));
        }
        let says_nothing = card.pretext.is_empty()
            && card.title.is_empty()
            && card.body.is_empty()
            && card.fields.is_empty()
            && card.footer.is_empty();
        if says_nothing && !self.fallback.is_empty() {
            card.body = vec![Block::Paragraph(words::plain(&self.fallback, context))];
        }
        if card != ModelCard::default() {
            out.push(Block::Card(Box::new(card)));
        }
    }
}

impl Field {
    fn of(value: &Value) -> Self {
        Self {
            title: words_of(value.get("title")),
            value: text::without_html(&words_of(value.get("value"))).into_owned(),
            short: match value.get("short") {
                Some(Value::Bool(short)) => *short,
                Some(Value::String(short)) => short == "true",
                _ => false,
            },
        }
    }

    fn convert<'m>(&'m self, context: &Context<'m>) -> CardField<'m> {
        CardField {
            title: words::plain(&self.title, context),
            value: text::blocks(&self.value, context),
            short: self.short,
        }
    }
}

/// The words of a value of any kind.
fn words_of(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn seconds(text: &str) -> Option<Micros> {
    let micros = text.trim().parse::<i64>().ok()?.checked_mul(1_000_000)?;
    Micros::new(micros)
        .ok()
        .filter(|time| *time != Micros::EPOCH)
}

fn address(raw: &str) -> Option<Text<'_>> {
    (!raw.is_empty()).then(|| url::without_token(raw.into()))
}

fn picture(raw: &str) -> Option<Image<'_>> {
    address(raw).map(|address| Image {
        source: ImageSource::Url(address),
        alt: None,
        title: None,
        width: None,
        height: None,
    })
}
