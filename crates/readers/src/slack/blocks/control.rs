//! Things to press, choose from or fill in: what was on them, and what was chosen.

use std::collections::HashSet;

use chatferry_model::Text;
use chatferry_model::document::{Inline, Marks};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::Block;
use super::rich_text;
use super::text::TextObject;
use super::unknown::Extra;
use crate::json::Json;
use crate::slack::context::Context;
use crate::slack::lenient::{List, Num, Obj, Str};
use crate::slack::{mrkdwn, time};
use crate::url;

/// Something to press, to choose from or to fill in.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Control<'a> {
    text: TextObject<'a>,
    placeholder: TextObject<'a>,
    url: Str<'a>,
    /// The flow that a button starts.
    workflow: Obj<Workflow<'a>>,
    options: List<Obj<Choice<'a>>>,
    option_groups: List<Obj<ChoiceGroup<'a>>>,
    positive_button: Obj<Choice<'a>>,
    negative_button: Obj<Choice<'a>>,
    initial_option: Obj<Choice<'a>>,
    initial_options: List<Obj<Choice<'a>>>,
    /// The choices made in a menu of the old kind.
    selected_options: List<Obj<Choice<'a>>>,
    initial_value: Value<'a>,
    initial_date: Value<'a>,
    initial_time: Value<'a>,
    initial_date_time: Num,
    initial_user: Str<'a>,
    initial_users: List<Str<'a>>,
    initial_channel: Str<'a>,
    initial_channels: List<Str<'a>>,
    initial_conversation: Str<'a>,
    initial_conversations: List<Str<'a>>,
    /// Names for the app, which it gets when the control is used.
    #[serde(rename = "value")]
    _value: IgnoredAny,
    #[serde(rename = "name")]
    _name: IgnoredAny,
    #[serde(flatten)]
    extra: Extra<'a>,
}

/// One thing to choose.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Choice<'a> {
    text: TextObject<'a>,
    description: TextObject<'a>,
    url: Str<'a>,
    value: Str<'a>,
}

/// Things to choose, under a label.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct ChoiceGroup<'a> {
    label: TextObject<'a>,
    /// The label in a menu of the old kind.
    text: TextObject<'a>,
    options: List<Obj<Choice<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Workflow<'a> {
    trigger: Obj<Trigger<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Trigger<'a> {
    url: Str<'a>,
}

/// A value that was filled in: a text, a number, or rich text.
#[derive(Debug, Default)]
enum Value<'a> {
    #[default]
    None,
    Scalar(Text<'a>),
    Rich(Box<Block<'a>>),
}

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        if let Some(text) = json.scalar() {
            return Ok(Self::Scalar(text));
        }
        let rich = match json {
            Json::Object(_) => Block::deserialize(json).ok(),
            _ => None,
        };
        Ok(rich.map_or(Self::None, |block| Self::Rich(Box::new(block))))
    }
}

/// Before what was chosen of several things.
const CHOSEN: &str = "\u{2713} ";

impl<'a> Control<'a> {
    /// Returns true if it leads nowhere and holds no choice: a button that does nothing any more.
    pub(in crate::slack) fn is_dead(&self) -> bool {
        self.url.get().is_none() && self.offered().chain(self.chosen()).next().is_none()
    }

    /// Returns the label in brackets, as on a button, with what there was to choose and what was
    /// chosen; a link where it leads somewhere.
    pub(in crate::slack) fn inlines<'m>(&'m self, context: &mut Context<'m>) -> Vec<Inline<'m>> {
        let mut out = Vec::new();
        let label = Some(&self.text).filter(|text| text.says_something());
        let flow = self.workflow.get().and_then(|flow| flow.trigger.get());
        let address = self.url.get().or_else(|| flow?.url.get());
        let content = label.unwrap_or(&self.placeholder).inlines(context);
        push_button(content, address, &mut out);
        for button in [&self.positive_button, &self.negative_button] {
            if let Some(button) = button.get() {
                push_button(button.text.inlines(context), None, &mut out);
            }
        }
        let chosen: HashSet<&str> = self.chosen().map(Choice::key).collect();
        self.push_choices(&self.options, &chosen, context, &mut out);
        for group in self.option_groups.iter().filter_map(Obj::get) {
            let mut label = group.label.inlines(context);
            mrkdwn::append(group.text.inlines(context), &mut label);
            if !label.is_empty() {
                push_gap(&mut out);
                mrkdwn::append(label, &mut out);
                mrkdwn::push_words(Text::from_static(":"), Marks::NONE, &mut out);
            }
            self.push_choices(&group.options, &chosen, context, &mut out);
        }
        self.push_chosen(context, &mut out);
        self.extra.push_inlines("control", context, &mut out);
        out
    }

    fn push_choices<'m>(
        &'m self,
        choices: &'m [Obj<Choice<'m>>],
        chosen: &HashSet<&str>,
        context: &mut Context<'m>,
        out: &mut Vec<Inline<'m>>,
    ) {
        for choice in choices.iter().filter_map(Obj::get) {
            let mut content = Vec::new();
            if chosen.contains(choice.key()) {
                content.push(Inline::text(CHOSEN));
            }
            mrkdwn::append(choice.text.inlines(context), &mut content);
            push_button(content, choice.url.get(), out);
            push_button(choice.description.inlines(context), None, out);
        }
    }

    /// The choices that were made when the message was sent.
    fn chosen(&self) -> impl Iterator<Item = &Choice<'a>> {
        let many = [&self.initial_options, &self.selected_options];
        let many = many.into_iter().flat_map(|choices| choices.iter());
        let one = self.initial_option.get().into_iter();
        one.chain(many.filter_map(Obj::get))
    }

    /// All things to choose.
    fn offered(&self) -> impl Iterator<Item = &Choice<'a>> {
        let groups = self.option_groups.iter().filter_map(Obj::get);
        groups
            .flat_map(|group| group.options.iter())
            .chain(self.options.iter())
            .filter_map(Obj::get)
    }

    /// Appends what was chosen or filled in, unless it is marked among the choices.
    fn push_chosen<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Inline<'m>>) {
        let offered: HashSet<&str> = self.offered().map(Choice::key).collect();
        for choice in self.chosen() {
            if !offered.contains(choice.key()) {
                push_button(choice.text.inlines(context), None, out);
            }
        }
        for value in [&self.initial_value, &self.initial_date, &self.initial_time] {
            push_button(value.inlines(context), None, out);
        }
        if let Some(time) = self.initial_date_time.get().and_then(time::seconds) {
            push_button(vec![mrkdwn::moment(time)], None, out);
        }
        let one = [&self.initial_user].into_iter();
        for id in one.chain(self.initial_users.iter()).filter_map(Str::id) {
            push_button(vec![context.person(id, None, Marks::NONE)], None, out);
        }
        let one = [&self.initial_conversation, &self.initial_channel].into_iter();
        let many = [&self.initial_conversations, &self.initial_channels];
        let many = many.into_iter().flat_map(|ids| ids.iter());
        for id in one.chain(many).filter_map(Str::get) {
            push_button(vec![context.conversation(id, None, Marks::NONE)], None, out);
        }
    }
}

impl Value<'_> {
    fn inlines<'m>(&'m self, context: &mut Context<'m>) -> Vec<Inline<'m>> {
        let mut out = Vec::new();
        match self {
            Self::None => {}
            Self::Scalar(text) => mrkdwn::plain_text(text, Marks::NONE, context, &mut out),
            Self::Rich(block) => {
                let mut blocks = Vec::new();
                block.convert(context, &mut blocks);
                out = rich_text::flatten(blocks);
            }
        }
        out
    }
}

impl Choice<'_> {
    /// The value that tells it from the other choices.
    fn key(&self) -> &str {
        self.value.get().unwrap_or(self.text.raw())
    }
}

fn push_gap(out: &mut Vec<Inline<'_>>) {
    if !out.is_empty() {
        mrkdwn::push_words(Text::from_static(" "), Marks::NONE, out);
    }
}

/// Appends a label in brackets, if there is one.
fn push_button<'m>(label: Vec<Inline<'m>>, address: Option<&'m str>, out: &mut Vec<Inline<'m>>) {
    if label.is_empty() {
        return;
    }
    push_gap(out);
    let address = address.map(|raw| url::without_token(mrkdwn::decode(raw)));
    mrkdwn::push_button(label, address, out);
}
