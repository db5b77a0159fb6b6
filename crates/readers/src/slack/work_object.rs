//! Work objects: things of other services that an app shows as cards
//! (crates/readers/src/slack/FORMAT.md case 17).

use chatferry_model::document::{Block, Card, CardAuthor, CardField};
use serde::Deserialize;

use super::blocks::text::TextObject;
use super::blocks::unknown::Extra;
use super::context::Context;
use super::lenient::{List, Obj, Str};
use super::mrkdwn;
use crate::url;

/// An entity in the metadata of a message.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct WorkObject<'a> {
    url: Str<'a>,
    entity_payload: Obj<Payload<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Payload<'a> {
    attributes: Obj<Attributes<'a>>,
    /// The fields of the kind of entity, by their names.
    fields: Obj<Extra<'a>>,
    custom_fields: List<Obj<CustomField<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Attributes<'a> {
    title: TextObject<'a>,
    display_id: Str<'a>,
    display_type: Str<'a>,
    product_name: Str<'a>,
}

/// A field that an app made.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct CustomField<'a> {
    label: TextObject<'a>,
    #[serde(flatten)]
    value: Extra<'a>,
}

impl WorkObject<'_> {
    /// Appends the entity as a card.
    pub(super) fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let mut card = Card::default();
        if let Some(payload) = self.entity_payload.get() {
            if let Some(attributes) = payload.attributes.get() {
                attributes.add_to(context, &mut card);
            }
            let fields = payload.fields.get();
            for (name, value) in fields
                .map(|fields| fields.each(context))
                .unwrap_or_default()
            {
                card.fields.push(CardField {
                    title: vec![chatferry_model::document::Inline::text(label_of(name))],
                    value,
                    short: true,
                });
            }
            for field in payload.custom_fields.iter().filter_map(Obj::get) {
                let values = field.value.each(context);
                card.fields.push(CardField {
                    title: field.label.inlines(context),
                    value: values.into_iter().flat_map(|(_, value)| value).collect(),
                    short: true,
                });
            }
        }
        if card != Card::default() {
            let address = self.url.get();
            card.title_url = address.map(|raw| url::without_token(mrkdwn::decode(raw)));
            out.push(Block::Card(Box::new(card)));
        }
    }
}

impl Attributes<'_> {
    fn add_to<'m>(&'m self, context: &mut Context<'m>, card: &mut Card<'m>) {
        card.title = self.title.inlines(context);
        let names = [&self.product_name, &self.display_type, &self.display_id];
        let names: Vec<&str> = names.into_iter().filter_map(Str::get).collect();
        if !names.is_empty() {
            card.author = Some(CardAuthor {
                name: names.join(" \u{b7} ").into(),
                url: None,
            });
        }
    }
}

/// The name of a field as Slack shows it: `due_date` as "Due date".
fn label_of(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}
