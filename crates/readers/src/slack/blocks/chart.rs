//! `data_visualization`: a chart, shown as the table of its figures.

use std::collections::HashMap;

use chatferry_model::Text;
use chatferry_model::document::{Block, Cell, Heading, Inline, Row, Table};
use serde::{Deserialize, Deserializer};

use super::Convert;
use super::text::TextObject;
use super::unknown::Extra;
use crate::json::{self, Json};
use crate::slack::context::Context;
use crate::slack::lenient::{List, Obj, Str};

/// `data_visualization`
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Chart<'a> {
    title: TextObject<'a>,
    chart: Obj<Figures<'a>>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

/// The figures of a chart: one run of points (`segments` of a pie), or named ones.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Figures<'a> {
    segments: List<Point<'a>>,
    series: List<Obj<Series<'a>>>,
    axis_config: Obj<Axes<'a>>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Series<'a> {
    name: TextObject<'a>,
    data: List<Point<'a>>,
    points: List<Point<'a>>,
    values: List<Point<'a>>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

impl<'a> Series<'a> {
    /// The points, by whatever name they go.
    fn points(&self) -> &[Point<'a>] {
        let mut lists = [&self.data, &self.points, &self.values].into_iter();
        lists
            .find(|points| !points.is_empty())
            .map_or(&[], |points| points)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Axes<'a> {
    categories: List<Str<'a>>,
    x_label: TextObject<'a>,
    y_label: TextObject<'a>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

/// A figure, with the label it stands above.
#[derive(Debug, Default)]
struct Point<'a> {
    label: Option<Text<'a>>,
    value: Text<'a>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Point<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        let Json::Object(fields) = &json else {
            let value = json.scalar().unwrap_or_default();
            return Ok(Self { label: None, value });
        };
        let scalar = |names: &[&str]| {
            let mut fields = names.iter().filter_map(|name| json::field(fields, name));
            fields.find_map(Json::scalar)
        };
        Ok(Self {
            label: scalar(&["label", "name", "category", "x", "date"]),
            value: scalar(&["text", "value", "y", "count"]).unwrap_or_default(),
        })
    }
}

impl Convert for Chart<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let content = self.title.inlines(context);
        if !content.is_empty() {
            out.push(Block::Heading(Heading { level: 3, content }));
        }
        if let Some(figures) = self.chart.get() {
            figures.convert(context, out);
        }
        self.extra.push_blocks("data_visualization", context, out);
    }
}

impl Convert for Figures<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let axes = self.axis_config.get();
        let mut rows = Vec::new();
        let mut series: Vec<&'m [Point<'m>]> = Vec::new();
        let names: Vec<_> = self.series.iter().filter_map(Obj::get).collect();
        if !names.is_empty() {
            rows.push(head(axes, &names, context));
            series.extend(names.iter().map(|series| series.points()));
        }
        if !self.segments.is_empty() {
            series.push(&self.segments);
        }
        // Labels in the order in which they come; points without one go by their number.
        let categories = axes.map_or(&[][..], |axes| &axes.categories);
        let mut labels: Vec<&str> = categories.iter().map(Str::or_empty).collect();
        let mut places: HashMap<&str, usize> = labels.iter().copied().zip(0..).collect();
        let mut columns: Vec<Vec<Option<&'m str>>> = Vec::new();
        for points in series {
            let mut column = Vec::new();
            for (number, point) in points.iter().enumerate() {
                let at = match point.label.as_deref() {
                    Some(label) => *places.entry(label).or_insert_with(|| {
                        labels.push(label);
                        labels.len() - 1
                    }),
                    None => number,
                };
                if at >= labels.len() {
                    labels.resize(at + 1, "");
                }
                if at >= column.len() {
                    column.resize(at + 1, None);
                }
                if let Some(cell) = column.get_mut(at) {
                    *cell = Some(point.value.as_str());
                }
            }
            columns.push(column);
        }
        for (number, label) in labels.iter().enumerate() {
            let mut cells = vec![cell((*label).to_owned())];
            for column in &columns {
                let value = column.get(number).copied().flatten().unwrap_or_default();
                cells.push(cell(value.to_owned()));
            }
            rows.push(Row {
                header: false,
                cells,
            });
        }
        if !rows.is_empty() {
            out.push(Block::Table(Table {
                align: Vec::new(),
                rows,
            }));
        }
        for series in names {
            series.extra.push_blocks("data_visualization", context, out);
        }
        if let Some(axes) = axes {
            axes.extra.push_blocks("data_visualization", context, out);
        }
        self.extra.push_blocks("data_visualization", context, out);
    }
}

/// The row of names: of the axes, then of each series.
fn head<'m>(
    axes: Option<&'m Axes<'m>>,
    series: &[&'m Series<'m>],
    context: &mut Context<'m>,
) -> Row<'m> {
    let mut corner = Vec::new();
    if let Some(axes) = axes {
        corner = axes.x_label.inlines(context);
        let mut values = axes.y_label.inlines(context);
        if !corner.is_empty() && !values.is_empty() {
            corner.push(Inline::text(" / "));
        }
        corner.append(&mut values);
    }
    let mut cells = vec![Cell { content: corner }];
    cells.extend(series.iter().map(|series| Cell {
        content: series.name.inlines(context),
    }));
    Row {
        header: true,
        cells,
    }
}

fn cell<'m>(words: String) -> Cell<'m> {
    let content = if words.is_empty() {
        Vec::new()
    } else {
        vec![Inline::text(words)]
    };
    Cell { content }
}
