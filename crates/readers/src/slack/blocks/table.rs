//! `table`: rows of cells, each of which is rich or raw text.

use chatferry_model::document::{
    Align, Block, Cell as ModelCell, Inline, Row, Table as ModelTable,
};
use serde::de::MapAccess;
use serde::{Deserialize, Deserializer};

use super::Convert;
use super::rich_text::RichText;
use super::unknown::Unknown;
use crate::slack::context::Context;
use crate::slack::lenient::{self, List, Obj, Str, Tagged};
use crate::slack::mrkdwn;

/// `table`
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Table<'a> {
    rows: List<List<Cell<'a>>>,
    column_settings: List<Obj<Column<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Column<'a> {
    align: Str<'a>,
}

#[derive(Debug)]
enum Cell<'a> {
    Rich(RichText<'a>),
    Raw(RawText<'a>),
    Unknown(Unknown),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct RawText<'a> {
    text: Str<'a>,
}

impl Default for Cell<'_> {
    fn default() -> Self {
        Self::Unknown(Unknown::default())
    }
}

impl<'de> Tagged<'de> for Cell<'de> {
    fn of_kind<A: MapAccess<'de>>(kind: Str<'de>, rest: A) -> Result<Self, A::Error> {
        Ok(match kind.or_empty() {
            "rich_text" => Self::Rich(lenient::rest(rest)?),
            "raw_text" | "raw_number" | "plain_text" => Self::Raw(lenient::rest(rest)?),
            kind => Self::Unknown(Unknown::read(kind, rest)?),
        })
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Cell<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::tagged::<Cell<'de>, D>(deserializer)
    }
}

impl Convert for Table<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
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
    }
}

impl<'a> Cell<'a> {
    fn inlines<'m>(&'m self, context: &mut Context<'m>) -> Vec<Inline<'m>> {
        match self {
            Self::Rich(text) => text.inlines(context),
            Self::Raw(raw) => mrkdwn::plain(raw.text.or_empty(), Default::default(), context),
            Self::Unknown(unknown) => unknown.inlines(context),
        }
    }
}
