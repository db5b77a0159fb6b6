//! Lists: flat siblings on the wire, a tree in the document (crates/readers/src/slack/FORMAT.md
//! 3.6, trap 41).

use chatferry_model::document::{Block, List as ModelList, ListItem, ListStyle};

use super::{ListPart, Part, convert_parts, push_paragraph};
use crate::slack::context::Context;

/// Slack's own limit is 8; more only costs the reader.
const DEEPEST: usize = 12;

/// Items that stand side by side.
struct Run<'m, 'p> {
    indent: usize,
    style: ListStyle,
    /// True for items of a checklist that are done.
    checked: bool,
    items: &'m [Part<'p>],
}

/// Builds the tree from a run of lists: a deeper indent goes into the last item of the list above,
/// a jump over levels counts as one, an ordered list goes on where its `offset` says.
pub(super) fn convert<'m, 'p: 'm>(
    parts: impl Iterator<Item = &'m ListPart<'p>>,
    context: &mut Context<'m>,
    out: &mut Vec<Block<'m>>,
) {
    let mut runs = Vec::new();
    for part in parts {
        push_runs(part, 0, &mut runs);
    }
    // The open lists from the outermost in, each with the indent it stands at.
    let mut open: Vec<(usize, ModelList<'m>)> = Vec::new();
    for Run {
        indent,
        style,
        checked,
        items,
    } in runs
    {
        while open.last().is_some_and(|(at, _)| *at > indent) {
            close(&mut open, out);
        }
        let goes_on = open
            .last()
            .is_some_and(|(at, list)| *at == indent && continues(list, style));
        if !goes_on {
            if open.last().is_some_and(|(at, _)| *at == indent) {
                close(&mut open, out);
            }
            open.push((
                indent,
                ModelList {
                    style,
                    items: Vec::new(),
                },
            ));
        }
        let Some((_, list)) = open.last_mut() else {
            continue;
        };
        for item in items {
            let mut blocks = Vec::new();
            match item {
                Part::Section(section) => push_paragraph(&section.elements, context, &mut blocks),
                other => {
                    convert_parts(std::slice::from_ref(other), context, &mut blocks);
                    if blocks.is_empty() {
                        continue;
                    }
                }
            }
            list.items.push(ListItem {
                checked: (style == ListStyle::Task).then_some(checked),
                blocks,
            });
        }
    }
    while !open.is_empty() {
        close(&mut open, out);
    }
}

/// Cuts a list where another one stands among its items: that is one of a deeper indent, however
/// deep it was put.
fn push_runs<'m, 'p>(part: &'m ListPart<'p>, least: usize, runs: &mut Vec<Run<'m, 'p>>) {
    let indent = part.indent.to_u32().map_or(0, |i| i as usize);
    let indent = indent.max(least).min(DEEPEST);
    let mut count = 0;
    for items in part
        .elements
        .chunk_by(|a, b| a.list().is_none() && b.list().is_none())
    {
        if let [Part::List(inner)] = items {
            push_runs(inner, indent + 1, runs);
            continue;
        }
        runs.push(Run {
            indent,
            style: style(part, count),
            checked: part.style.is("checked"),
            items,
        });
        count += items.len();
    }
}

/// The style of a list from its item of that number on.
fn style(part: &ListPart<'_>, item: usize) -> ListStyle {
    match part.style.or_empty() {
        "ordered" => ListStyle::Ordered {
            start: part
                .offset
                .to_u32()
                .unwrap_or(0)
                .saturating_add(u32::try_from(item).unwrap_or(u32::MAX))
                .saturating_add(1),
        },
        "checked" | "unchecked" | "todo" | "checklist" | "task" => ListStyle::Task,
        _ => ListStyle::Bullet,
    }
}

/// Returns true if a list of `style` carries the open one on: an ordered one only where the numbers
/// meet.
fn continues(list: &ModelList<'_>, style: ListStyle) -> bool {
    match (list.style, style) {
        (ListStyle::Ordered { start }, ListStyle::Ordered { start: next }) => {
            u64::from(next) == u64::from(start) + list.items.len() as u64
        }
        (before, style) => before == style,
    }
}

/// Puts the innermost open list where it belongs: into the last item of the one around it.
fn close<'m>(open: &mut Vec<(usize, ModelList<'m>)>, out: &mut Vec<Block<'m>>) {
    let Some((_, list)) = open.pop() else {
        return;
    };
    if list.items.is_empty() {
        return;
    }
    match open.last_mut() {
        None => out.push(Block::List(list)),
        Some((_, outer)) => match outer.items.last_mut() {
            Some(item) => item.blocks.push(Block::List(list)),
            None => outer.items.push(ListItem {
                checked: None,
                blocks: vec![Block::List(list)],
            }),
        },
    }
}
