//! Mattermost's own blocks, `props.mm_blocks` (crates/readers/src/mattermost/FORMAT.md M1).

use serde_json::Value;

use super::layouts::{Layout, Node, text_of};
use super::parts::{self, Part};
use crate::Element;
use crate::Support::{Partly, Whole};

/// The types of blocks.
pub(super) const KINDS: &[Element] = &[
    Element::new("text", Whole, "words"),
    Element::new("image", Whole, "picture with its title"),
    Element::new("divider", Whole, "rule"),
    Element::new(
        "button",
        Partly,
        "label in brackets, as a link where it leads somewhere",
    ),
    Element::new("static_select", Partly, "what there was to choose"),
    Element::new(
        "select",
        Partly,
        "the same, with its label and what was chosen",
    ),
    Element::new("container", Whole, "box"),
    Element::new("collapsible", Whole, "header and content"),
    Element::new("column_set", Partly, "columns below one another"),
    Element::new("column", Partly, "its blocks"),
    Element::new("text_input", Partly, "label, value and help"),
    Element::new("bool_input", Partly, "the same"),
    Element::new("date_input", Partly, "the same"),
    Element::new("datetime_input", Partly, "the same"),
    Element::new("file_input", Partly, "the same"),
    Element::new("(any other)", Partly, "its words, with a finding"),
];

/// Reads `props.mm_blocks`. The actions of buttons are only readable in posts that a server has not
/// sealed; where one opens an address, the button is a link.
pub(super) fn read(blocks: &Value, actions: Option<&Value>) -> Layout {
    match actions.filter(|actions| actions.is_object()) {
        None => Layout::read(blocks, block),
        Some(actions) => Layout::read(&with_addresses(blocks.clone(), actions), block),
    }
}

/// Gives every block with an action that opens an address that address.
fn with_addresses(mut blocks: Value, actions: &Value) -> Value {
    match &mut blocks {
        Value::Array(all) => {
            for one in all {
                *one = with_addresses(one.take(), actions);
            }
        }
        Value::Object(fields) => {
            let action = fields.get("action_id").and_then(Value::as_str);
            let action = action.and_then(|id| actions.get(id));
            let url = action
                .filter(|action| action.get("type").and_then(Value::as_str) != Some("external"))
                .and_then(|action| action.get("url").cloned());
            for (_, one) in fields.iter_mut() {
                *one = with_addresses(one.take(), actions);
            }
            if let Some(url) = url {
                fields.entry("url").or_insert(url);
            }
        }
        _ => {}
    }
    blocks
}

fn block(element: &mut Node<'_>, layout: &mut Layout) -> bool {
    match element.kind() {
        "text" => {
            let text = element.text("text");
            layout.markdown(&text);
        }
        "image" => {
            let url = element.text("url");
            let (alt, title) = (element.text("alt_text"), element.text("title"));
            if url.is_empty() {
                layout.plain(&title);
                layout.plain(&alt);
            } else {
                layout.parts.push(Part::Picture { url, alt, title });
            }
        }
        "divider" => layout.parts.push(Part::Divider),
        "button" => {
            let (label, url) = (element.text("text"), element.text("url"));
            if !label.is_empty() || !url.is_empty() {
                let url = (!url.is_empty()).then_some(url);
                layout.parts.push(Part::button(&label, url));
            }
            element.ignore(&["value"]);
        }
        "static_select" | "select" => select(element, layout),
        "container" => {
            let color = parts::color(&element.text("accent_color"));
            let content = element.take("content");
            layout.boxed(color, |layout| {
                content.into_iter().for_each(|all| layout.value(all));
            });
        }
        "collapsible" => {
            element.read("header", layout);
            element.read("content", layout);
        }
        "column_set" => element.read("columns", layout),
        "column" => element.read("items", layout),
        "text_input" | "bool_input" | "date_input" | "datetime_input" | "file_input" => {
            input(element, layout);
        }
        _ => return false,
    }
    true
}

fn select(element: &mut Node<'_>, layout: &mut Layout) {
    let label = element.text("label");
    let placeholder = element.text("placeholder");
    layout.plain(if label.is_empty() {
        &placeholder
    } else {
        &label
    });
    let initial = match element.take("initial_option") {
        Some(Value::Object(option)) => text_of(option.get("value")),
        option => text_of(option),
    };
    let options = element.list("options").iter().filter_map(|option| {
        let text = text_of(option.get("text"));
        let chosen = !initial.is_empty() && text_of(option.get("value")) == initial;
        (!text.is_empty()).then_some((text, chosen))
    });
    let options: Vec<_> = options.collect();
    if !options.is_empty() {
        layout.parts.push(Part::Choices(options));
    }
    element.ignore(&["name"]);
}

fn input(element: &mut Node<'_>, layout: &mut Layout) {
    let (label, placeholder) = (element.text("label"), element.text("placeholder"));
    match element.take("initial_value") {
        Some(Value::Bool(checked)) => {
            layout.plain(&label);
            if !placeholder.is_empty() {
                layout
                    .parts
                    .push(Part::Choices(vec![(placeholder, *checked)]));
            }
        }
        value => {
            let value = text_of(value);
            layout.field(
                &label,
                if value.is_empty() {
                    &placeholder
                } else {
                    &value
                },
            );
        }
    }
    element.read("help_text", layout);
    element.ignore(&["name"]);
}
