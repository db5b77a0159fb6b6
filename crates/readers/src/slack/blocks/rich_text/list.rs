//! Lists: flat siblings on the wire, a tree in the document (slack.md 3.6, trap 41).

use chatferry_model::document::{Block, List as ModelList, ListItem, ListStyle};

use super::{ListPart, Part, convert_parts, push_paragraph};
use crate::slack::context::Context;

/// Slack's own limit is 8; more only costs the reader.
const DEEPEST: usize = 12;

/// Builds the tree from a run of lists: a deeper indent goes into the last item of the list above,
/// a jump over levels counts as one, an ordered list goes on where its `offset` says.
pub(super) fn convert<'m, 'p: 'm>(
    parts: impl Iterator<Item = &'m ListPart<'p>>,
    context: &mut Context<'m>,
    out: &mut Vec<Block<'m>>,
) {
    // The open lists from the outermost in, each with the indent it stands at.
    let mut open: Vec<(usize, ModelList<'m>)> = Vec::new();
    for part in parts {
        let indent = part.indent.to_u32().map_or(0, |i| i as usize).min(DEEPEST);
        let style = style(part);
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
        for item in part.elements.iter() {
            let mut blocks = Vec::new();
            match item {
                Part::Section(section) => push_paragraph(&section.elements, context, &mut blocks),
                other => convert_parts(std::slice::from_ref(other), context, &mut blocks),
            }
            list.items.push(ListItem {
                checked: checked(part),
                blocks,
            });
        }
    }
    while !open.is_empty() {
        close(&mut open, out);
    }
}

fn style(part: &ListPart<'_>) -> ListStyle {
    match part.style.or_empty() {
        "ordered" => ListStyle::Ordered {
            start: part.offset.to_u32().unwrap_or(0).saturating_add(1),
        },
        "todo" | "checklist" | "task" => ListStyle::Task,
        _ => ListStyle::Bullet,
    }
}

fn checked(part: &ListPart<'_>) -> Option<bool> {
    (style(part) == ListStyle::Task).then_some(false)
}

/// Whether a list of `style` carries the open one on: an ordered one only where the numbers meet.
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
