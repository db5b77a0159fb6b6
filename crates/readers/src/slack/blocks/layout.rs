//! Blocks that frame or group others: `divider`, `card`, `carousel`, `alert`, `plan`, `task_card`.

use chatferry_model::document::{Block, Card as ModelCard, List as ModelList, ListItem, ListStyle};
use serde::Deserialize;

use super::Convert;
use super::media::Image;
use super::section::{self, Element};
use super::text::TextObject;
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
    #[serde(alias = "blocks", alias = "cards")]
    elements: List<super::Block<'a>>,
}

impl Convert for Group<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        for block in self.elements.iter() {
            block.convert(context, out);
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
    hero_image: Obj<Image<'a>>,
    icon: Obj<Image<'a>>,
    actions: List<Element<'a>>,
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
        section::push_line(&self.actions, context, &mut card.body);
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
        out.push(Block::Card(Box::new(card)));
    }
}

/// `plan`: a list of tasks under a title.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Plan<'a> {
    title: TextObject<'a>,
    tasks: List<Obj<TaskCard<'a>>>,
}

impl Convert for Plan<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        out.append(&mut self.title.blocks(context));
        let mut items = Vec::new();
        for task in self.tasks.iter().filter_map(Obj::get) {
            let mut blocks = Vec::new();
            task.convert(context, &mut blocks);
            items.push(ListItem {
                checked: Some(task.status.is("complete") || task.status.is("completed")),
                blocks,
            });
        }
        if !items.is_empty() {
            let style = ListStyle::Task;
            out.push(Block::List(ModelList { style, items }));
        }
    }
}

/// `task_card`: what an agent does or did.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct TaskCard<'a> {
    title: TextObject<'a>,
    status: Str<'a>,
    details: Box<super::Block<'a>>,
    output: Box<super::Block<'a>>,
}

impl Convert for TaskCard<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        out.append(&mut self.title.blocks(context));
        self.details.convert(context, out);
        self.output.convert(context, out);
    }
}
