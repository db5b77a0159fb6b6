//! Blocks that frame or group others: `divider`, `container`, `card`, `carousel`, `alert`.

use chatferry_model::document::{Block, Card as ModelCard};
use serde::Deserialize;

use super::Convert;
use super::media::Image;
use super::section::{self, Element};
use super::text::TextObject;
use super::unknown::Extra;
use crate::slack::context::Context;
use crate::slack::lenient::{List, Obj, Str};

/// `divider`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::slack) struct Divider {}

impl Convert for Divider {
    fn convert<'m>(&'m self, _: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        out.push(Block::Divider);
    }
}

/// `carousel`, `condition`: blocks side by side, or of which one was shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Group<'a> {
    elements: List<super::Block<'a>>,
    blocks: List<super::Block<'a>>,
    cards: List<super::Block<'a>>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

impl Convert for Group<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        for blocks in [&self.elements, &self.blocks, &self.cards] {
            for block in blocks.iter() {
                block.convert(context, out);
            }
        }
        self.extra.push_blocks("group", context, out);
    }
}

/// `container`: a frame with a title around other blocks.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Container<'a> {
    title: TextObject<'a>,
    rich_text_title: TextObject<'a>,
    subtitle: TextObject<'a>,
    blocks: List<super::Block<'a>>,
    elements: List<super::Block<'a>>,
    child_blocks: List<super::Block<'a>>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

impl Convert for Container<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let mut card = ModelCard {
            title: self.title.inlines(context),
            body: self.subtitle.blocks(context),
            ..ModelCard::default()
        };
        if card.title.is_empty() {
            card.title = self.rich_text_title.inlines(context);
        }
        for blocks in [&self.blocks, &self.elements, &self.child_blocks] {
            for block in blocks.iter() {
                block.convert(context, &mut card.body);
            }
        }
        self.extra.push_blocks("container", context, &mut card.body);
        if card != ModelCard::default() {
            out.push(Block::Card(Box::new(card)));
        }
    }
}

/// `card`
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Card<'a> {
    title: TextObject<'a>,
    subtitle: TextObject<'a>,
    body: TextObject<'a>,
    subtext: TextObject<'a>,
    hero_image: Obj<Image<'a>>,
    icon: Obj<Image<'a>>,
    actions: List<Element<'a>>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

impl Convert for Card<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let mut card = ModelCard {
            title: self.title.inlines(context),
            ..ModelCard::default()
        };
        for text in [&self.subtitle, &self.body] {
            card.body.append(&mut text.blocks(context));
        }
        self.extra.push_blocks("card", context, &mut card.body);
        section::push_line(&self.actions, context, &mut card.body);
        card.footer = self.subtext.inlines(context);
        card.image = self.hero_image.get().and_then(|image| image.image(context));
        card.thumbnail = self.icon.get().and_then(|image| image.image(context));
        out.push(Block::Card(Box::new(card)));
    }
}

/// `alert`
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Alert<'a> {
    title: TextObject<'a>,
    text: TextObject<'a>,
    level: Str<'a>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

impl Convert for Alert<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let color = match self.level.or_empty() {
            "error" | "danger" => Some("#a30200"),
            "warning" => Some("#daa038"),
            "success" => Some("#2eb886"),
            _ => None,
        };
        let mut card = ModelCard {
            color: color.map(Into::into),
            ..ModelCard::default()
        };
        card.title = self.title.inlines(context);
        card.body = self.text.blocks(context);
        self.extra.push_blocks("alert", context, &mut card.body);
        out.push(Block::Card(Box::new(card)));
    }
}
