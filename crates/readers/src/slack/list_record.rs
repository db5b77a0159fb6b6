//! Rows of Slack lists, as attachments hold them: a table under the names of its columns
//! (crates/readers/src/slack/FORMAT.md case 21).

use chatferry_model::Text;
use chatferry_model::document::{Block, Card, Cell, Inline, Mark, Marks, Row, Table};
use serde::Deserialize;

use super::blocks::unknown::{self, Extra};
use super::blocks::{self, Block as SlackBlock};
use super::context::Context;
use super::lenient::{Flag, List, Obj, Str};
use super::mrkdwn;
use crate::json::Json;
use crate::url;

/// The fields of an attachment that show rows of a list.
pub(super) struct Rows<'m> {
    pub(super) list: Option<&'m ListFile<'m>>,
    pub(super) view: Option<&'m View<'m>>,
    pub(super) schema: &'m List<Obj<Column<'m>>>,
    pub(super) record: Option<&'m Single<'m>>,
    pub(super) records: &'m List<Obj<Record<'m>>>,
}

/// The list itself, which is a file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct ListFile<'a> {
    title: Str<'a>,
    name: Str<'a>,
    permalink: Str<'a>,
    list_metadata: Obj<Metadata<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Metadata<'a> {
    schema: List<Obj<Column<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct View<'a> {
    name: Str<'a>,
}

/// One row, shared by itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Single<'a> {
    record: Obj<Record<'a>>,
    schema: List<Obj<Column<'a>>>,
    fields: List<Obj<Field<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Record<'a> {
    fields: List<Obj<Field<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Column<'a> {
    id: Str<'a>,
    key: Str<'a>,
    name: Str<'a>,
    options: Obj<Options<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Options<'a> {
    choices: List<Obj<Choice<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Choice<'a> {
    value: Str<'a>,
    label: Str<'a>,
}

/// A value of a row; its column's type says which of the fields is filled.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Field<'a> {
    key: Str<'a>,
    column_id: Str<'a>,
    rich_text: List<SlackBlock<'a>>,
    user: List<Str<'a>>,
    channel: List<Str<'a>>,
    checkbox: Flag,
    text: Str<'a>,
    value: Json<'a>,
    /// The values of other types: dates, numbers, links.
    #[serde(flatten)]
    extra: Extra<'a>,
}

impl<'m> Rows<'m> {
    /// Adds the rows to the card of an attachment.
    pub(super) fn add_to(&self, context: &mut Context<'m>, card: &mut Card<'m>) {
        let list = self.list;
        if card.title.is_empty()
            && let Some(title) = list.and_then(|list| list.title.get().or(list.name.get()))
        {
            card.title
                .push(Inline::text(mrkdwn::bare_plain(title, context)));
        }
        if card.title_url.is_none()
            && let Some(address) = list.and_then(|list| list.permalink.get())
        {
            card.title_url = Some(url::without_token(mrkdwn::decode(address)));
        }
        if let Some(name) = self.view.and_then(|view| view.name.get()) {
            let name = Inline::marked(mrkdwn::bare_plain(name, context), Mark::Italic.into());
            card.body.push(Block::Paragraph(vec![name]));
        }
        let single = self.record;
        let columns = [
            single.map(|single| &single.schema),
            Some(self.schema),
            list.and_then(|list| list.list_metadata.get())
                .map(|list| &list.schema),
        ];
        let columns = columns
            .into_iter()
            .flatten()
            .find(|columns| !columns.is_empty());
        let columns: Vec<_> = columns
            .into_iter()
            .flat_map(|columns| columns.iter().filter_map(Obj::get))
            .collect();
        let one = single.map(|single| match single.record.get() {
            Some(record) => &record.fields,
            None => &single.fields,
        });
        let many = self.records.iter().filter_map(Obj::get);
        let records = one.into_iter().chain(many.map(|record| &record.fields));
        let mut rows: Vec<_> = records
            .map(|fields| row(fields, &columns, context))
            .filter(|row| row.cells.iter().any(|cell| !cell.content.is_empty()))
            .collect();
        if rows.is_empty() {
            return;
        }
        let names = columns.iter().map(|column| {
            let name = column
                .name
                .get()
                .map(|name| mrkdwn::bare_plain(name, context));
            Cell {
                content: name.map(Inline::text).into_iter().collect(),
            }
        });
        let cells: Vec<_> = names.collect();
        if !cells.is_empty() {
            rows.insert(
                0,
                Row {
                    header: true,
                    cells,
                },
            );
        }
        card.body.push(Block::Table(Table {
            align: Vec::new(),
            rows,
        }));
    }
}

/// The values of a row, in the order of the columns; those of no known column come last.
fn row<'m>(
    fields: &'m [Obj<Field<'m>>],
    columns: &[&'m Column<'m>],
    context: &mut Context<'m>,
) -> Row<'m> {
    let mut cells: Vec<Cell<'m>> = Vec::new();
    cells.resize_with(columns.len(), Cell::default);
    for field in fields.iter().filter_map(Obj::get) {
        let at = columns.iter().position(|column| column.holds(field));
        let column = at.and_then(|at| columns.get(at).copied());
        let content = field.inlines(column, context);
        match at.and_then(|at| cells.get_mut(at)) {
            Some(cell) => cell.content = content,
            None if content.is_empty() => {}
            None => cells.push(Cell { content }),
        }
    }
    Row {
        header: false,
        cells,
    }
}

impl Column<'_> {
    fn holds(&self, field: &Field<'_>) -> bool {
        match (self.id.get(), field.column_id.get()) {
            (Some(id), Some(of)) => id == of,
            _ => self.key.get().is_some() && self.key.get() == field.key.get(),
        }
    }

    /// The label of a choice.
    fn label(&self, value: &str) -> Option<&str> {
        let mut choices = self.options.get()?.choices.iter().filter_map(Obj::get);
        choices.find(|choice| choice.value.is(value))?.label.get()
    }
}

impl<'a> Field<'a> {
    fn inlines<'m>(
        &'m self,
        column: Option<&'m Column<'m>>,
        context: &mut Context<'m>,
    ) -> Vec<Inline<'m>> {
        let mut out = Vec::new();
        if !self.rich_text.is_empty() {
            return blocks::flatten(blocks::convert(&self.rich_text, context));
        }
        for id in self.user.iter().filter_map(Str::id) {
            push_separator(&mut out);
            out.push(context.person(id, None, Marks::NONE));
        }
        for id in self.channel.iter().filter_map(Str::get) {
            push_separator(&mut out);
            out.push(context.conversation(id, None, Marks::NONE));
        }
        if !out.is_empty() {
            return out;
        }
        if self.checkbox.is_set() || self.checkbox.is_no() {
            let sign = if self.checkbox.is_set() {
                "\u{2611}"
            } else {
                "\u{2610}"
            };
            return vec![Inline::text(sign)];
        }
        let values = match &self.value {
            Json::List(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values {
            let text = value.as_str();
            push_separator(&mut out);
            match (
                text.and_then(|text| column?.label(text)),
                text,
                value.scalar(),
            ) {
                (Some(label), _, _) => mrkdwn::plain_text(label, Marks::NONE, context, &mut out),
                (None, Some(text), _) => {
                    let shown = self.text.get().unwrap_or(text);
                    unknown::push_value(shown, context, &mut out);
                }
                (None, None, Some(number)) => {
                    mrkdwn::push_words(number.into_owned(), Marks::NONE, &mut out);
                }
                (None, None, None) => {}
            }
        }
        if out.is_empty() {
            mrkdwn::plain_text(self.text.or_empty(), Marks::NONE, context, &mut out);
        }
        if out.is_empty() {
            let shown = self.extra.each(context);
            out = blocks::flatten(shown.into_iter().flat_map(|(_, blocks)| blocks).collect());
        }
        out
    }
}

fn push_separator(out: &mut Vec<Inline<'_>>) {
    if !out.is_empty() {
        mrkdwn::push_words(Text::from_static(", "), Marks::NONE, out);
    }
}
