//! Blocks that agents write: `plan`, `task_card`.

use chatferry_model::Text;
use chatferry_model::document::{Block, Inline, List as ModelList, ListItem, ListStyle, Mark};
use serde::Deserialize;

use super::Convert;
use super::text::TextObject;
use super::unknown::Extra;
use crate::slack::context::Context;
use crate::slack::lenient::{Flag, List, Obj, Str};
use crate::slack::mrkdwn;
use crate::url;

/// `plan`: a list of tasks under a title.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Plan<'a> {
    title: TextObject<'a>,
    tasks: List<Obj<TaskCard<'a>>>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

impl Convert for Plan<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        out.append(&mut self.title.blocks(context));
        let tasks = self.tasks.iter().filter_map(Obj::get);
        push_list(tasks.map(|task| task.item(context)).collect(), out);
        self.extra.push_blocks("plan", context, out);
    }
}

/// `task_card`: a step that an agent takes or took.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct TaskCard<'a> {
    title: TextObject<'a>,
    hide_title: Flag,
    status: Str<'a>,
    details: Box<super::Block<'a>>,
    output: Box<super::Block<'a>>,
    sources: List<Obj<Source<'a>>>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

/// A page that an agent read.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Source<'a> {
    url: Str<'a>,
    text: TextObject<'a>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

impl Convert for TaskCard<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let item = self.item(context);
        if !item.blocks.is_empty() {
            push_list(vec![item], out);
        }
    }
}

impl TaskCard<'_> {
    /// The task as an item of a list, ticked where it is complete.
    fn item<'m>(&'m self, context: &mut Context<'m>) -> ListItem<'m> {
        let mut blocks = Vec::new();
        let mut title = Vec::new();
        if !self.hide_title.is_set() {
            title = self.title.inlines(context);
        }
        if let Some(status) = self.status() {
            let gap = if title.is_empty() { "" } else { " " };
            mrkdwn::push_words(Text::from_static(gap), Default::default(), &mut title);
            title.push(Inline::marked(status, Mark::Italic.into()));
        }
        if !title.is_empty() {
            blocks.push(Block::Paragraph(title));
        }
        self.details.convert(context, &mut blocks);
        self.output.convert(context, &mut blocks);
        let mut sources = Vec::new();
        for source in self.sources.iter().filter_map(Obj::get) {
            let mut line = source.text.inlines(context);
            if let Some(address) = source.url.get() {
                line = vec![Inline::Link(chatferry_model::document::Link {
                    url: url::without_token(mrkdwn::decode(address)),
                    content: line,
                })];
            }
            if !sources.is_empty() && !line.is_empty() {
                mrkdwn::push_words(Text::from_static(", "), Default::default(), &mut sources);
            }
            mrkdwn::append(line, &mut sources);
        }
        if !sources.is_empty() {
            blocks.push(Block::Paragraph(sources));
        }
        for source in self.sources.iter().filter_map(Obj::get) {
            source.extra.push_blocks("task_card", context, &mut blocks);
        }
        self.extra.push_blocks("task_card", context, &mut blocks);
        ListItem {
            checked: Some(self.status.is("complete") || self.status.is("completed")),
            blocks,
        }
    }

    /// The state of a task that a tick box cannot show.
    fn status(&self) -> Option<String> {
        match self.status.or_empty() {
            "" | "complete" | "completed" | "pending" => None,
            other => Some(format!("({})", other.replace('_', " "))),
        }
    }
}

fn push_list<'m>(items: Vec<ListItem<'m>>, out: &mut Vec<Block<'m>>) {
    if !items.is_empty() {
        let style = ListStyle::Task;
        out.push(Block::List(ModelList { style, items }));
    }
}
