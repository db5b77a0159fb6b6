//! `table`, `data_table`: rows of cells, each of which is rich text, a value or something to press.

use chatferry_model::Text;
use chatferry_model::document::{
    Align, Block, Cell as ModelCell, Inline, Mark, Marks, Row, Table as ModelTable,
};
use serde::de::MapAccess;
use serde::{Deserialize, Deserializer};

use super::Convert;
use super::rich_text::RichText;
use super::section::Element;
use super::text::TextObject;
use super::unknown::{self, Extra};
use crate::json::Json;
use crate::slack::context::Context;
use crate::slack::lenient::{self, List, Obj, Str, Tagged};
use crate::slack::mrkdwn;

/// `table`, `data_table`
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Table<'a> {
    caption: TextObject<'a>,
    rows: List<List<Cell<'a>>>,
    column_settings: List<Obj<Column<'a>>>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Column<'a> {
    align: Str<'a>,
}

#[derive(Debug)]
enum Cell<'a> {
    Rich(RichText<'a>),
    /// `raw_text`, `raw_number` and the like.
    Raw(RawValue<'a>),
    /// `action_cell`
    Action(ActionCell<'a>),
    /// A text object, picture or button.
    Element(Box<Element<'a>>),
    /// A value that is no object.
    Bare(Text<'a>),
}

/// A value of some type, with the text that shows it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct RawValue<'a> {
    text: TextObject<'a>,
    value: Json<'a>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

/// A cell to press; the fallback is for clients that cannot show it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct ActionCell<'a> {
    element: Element<'a>,
    fallback: Box<Cell<'a>>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

impl Default for Cell<'_> {
    fn default() -> Self {
        Self::Bare(Text::default())
    }
}

impl<'de> Tagged<'de> for Cell<'de> {
    fn of_kind<A: MapAccess<'de>>(kind: Str<'de>, rest: A) -> Result<Self, A::Error> {
        Ok(match kind.or_empty() {
            "rich_text" => Self::Rich(lenient::rest(rest)?),
            "action_cell" => Self::Action(lenient::rest(rest)?),
            raw if raw.starts_with("raw_") => Self::Raw(lenient::rest(rest)?),
            _ => Self::Element(Box::new(Element::of_kind(kind, rest)?)),
        })
    }

    fn of_scalar(scalar: Text<'de>) -> Self {
        Self::Bare(scalar)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Cell<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::tagged::<Cell<'de>, D>(deserializer)
    }
}

impl Convert for Table<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let caption = self.caption.inlines(context);
        if !caption.is_empty() {
            out.push(Block::Paragraph(mrkdwn::marked(caption, Mark::Bold)));
        }
        let mut rows = Vec::with_capacity(self.rows.len());
        for (number, cells) in self.rows.iter().enumerate() {
            let mut row = Row {
                // Slack sets the first row as the head.
                header: number == 0,
                cells: Vec::with_capacity(cells.len()),
            };
            for cell in cells.iter() {
                let content = cell.inlines(context);
                row.cells.push(ModelCell { content });
            }
            rows.push(row);
        }
        let align = |column: &Obj<Column<'_>>| match column.get().map(|c| c.align.or_empty()) {
            Some("left") => Align::Left,
            Some("center") => Align::Center,
            Some("right") => Align::Right,
            _ => Align::None,
        };
        let align = self.column_settings.iter().map(align).collect();
        if !rows.is_empty() {
            out.push(Block::Table(ModelTable { align, rows }));
        }
        self.extra.push_blocks("table", context, out);
    }
}

impl<'a> Cell<'a> {
    fn inlines<'m>(&'m self, context: &mut Context<'m>) -> Vec<Inline<'m>> {
        match self {
            Self::Rich(text) => text.inlines(context),
            Self::Raw(raw) => raw.inlines(context),
            Self::Action(cell) => {
                let mut out = cell.element.inlines(context);
                if out.is_empty() {
                    out = cell.fallback.inlines(context);
                }
                cell.extra.push_inlines("action_cell", context, &mut out);
                out
            }
            Self::Element(element) => element.inlines(context),
            Self::Bare(text) => {
                let mut out = Vec::new();
                mrkdwn::plain_text(text, Marks::NONE, context, &mut out);
                out
            }
        }
    }
}

impl RawValue<'_> {
    /// Returns the text that shows the value, or else the value.
    fn inlines<'m>(&'m self, context: &mut Context<'m>) -> Vec<Inline<'m>> {
        let mut out = self.text.inlines(context);
        if out.is_empty() {
            match (self.value.as_str(), self.value.scalar()) {
                (Some(text), _) => unknown::push_value(text, context, &mut out),
                (None, Some(value)) => {
                    mrkdwn::push_lines(value.into_owned(), Marks::NONE, &mut out);
                }
                (None, None) => {}
            }
        }
        self.extra.push_inlines("cell", context, &mut out);
        out
    }
}
