//! Microsoft's Adaptive Cards, `props.cards` (crates/readers/src/mattermost/FORMAT.md M2). Their
//! reference: <https://adaptivecards.microsoft.com>.

use serde_json::Value;

use super::layouts::{Layout, Node, text_of};
use super::parts::{self, Part};
use crate::Element;
use crate::Support::{Partly, Whole};

/// The types of elements.
pub(super) const KINDS: &[Element] = &[
    Element::new("AdaptiveCard", Whole, "box"),
    Element::new("TextBlock", Whole, "words, or a heading"),
    Element::new("Badge", Whole, "words"),
    Element::new("RichTextBlock", Partly, "words and links in a line"),
    Element::new("TextRun", Partly, "words"),
    Element::new("Image", Whole, "picture"),
    Element::new("ImageSet", Partly, "pictures below one another"),
    Element::new("Media", Partly, "link, and its picture"),
    Element::new("Container", Partly, "what is in it"),
    Element::new("ColumnSet", Partly, "columns below one another"),
    Element::new("Column", Partly, "what is in it"),
    Element::new("Carousel", Partly, "pages below one another"),
    Element::new("CarouselPage", Partly, "what is in it"),
    Element::new("FactSet", Whole, "labels with values"),
    Element::new("Table", Whole, "table"),
    Element::new("TableCell", Whole, "cell"),
    Element::new("ActionSet", Partly, "labels in brackets"),
    Element::new("CompoundButton", Partly, "label and description"),
    Element::new("CodeBlock", Whole, "code in its language"),
    Element::new(
        "Action.…",
        Partly,
        "label in brackets, or a link; the card that it shows",
    ),
    Element::new(
        "Input.…",
        Partly,
        "label, value and what there was to choose",
    ),
    Element::new("Chart.…", Partly, "title, labels and figures"),
    Element::new("(any other)", Partly, "its words, with a finding"),
];

/// Reads one card, or a list of them.
pub(super) fn read(cards: &Value) -> Layout {
    Layout::read(cards, element)
}

fn element(element: &mut Node<'_>, layout: &mut Layout) -> bool {
    element.ignore(&["isVisible", "errorMessage", "rel", "fallback"]);
    match element.kind() {
        "AdaptiveCard" => {
            let color = parts::color(&element.text("style"));
            layout.boxed(color, |layout| card(element, layout));
        }
        "TextBlock" | "Badge" => {
            let text = with_dates(element.text("text"));
            match element.text("style").as_str() {
                "heading" if !text.is_empty() => layout.parts.push(Part::Heading(text)),
                _ => layout.markdown(&text),
            }
        }
        "RichTextBlock" => {
            let runs: Vec<_> = element.list("inlines").iter().map(run).collect();
            if !runs.is_empty() {
                layout.parts.push(Part::Line(runs));
            }
        }
        "TextRun" => {
            let text = element.text("text");
            layout.plain(&text);
        }
        "Image" => {
            let (url, alt) = (element.text("url"), element.text("altText"));
            picture(url, alt, layout);
            element.read("selectAction", layout);
        }
        "ImageSet" => element.read("images", layout),
        "Media" => {
            let alt = element.text("altText");
            picture(element.text("poster"), alt, layout);
            for source in element.list("sources") {
                let url = text_of(source.get("url"));
                if !url.is_empty() {
                    layout.parts.push(Part::button(&url, Some(url.clone())));
                }
            }
            element.ignore(&["captionSources"]);
        }
        "Container" | "Column" | "TableCell" | "CarouselPage" => {
            element.read("items", layout);
            element.read("selectAction", layout);
        }
        "ColumnSet" => {
            element.read("columns", layout);
            element.read("selectAction", layout);
        }
        "Carousel" => element.read("pages", layout),
        "FactSet" => {
            for fact in element.list("facts") {
                let value = with_dates(text_of(fact.get("value")));
                layout.field(&text_of(fact.get("title")), &value);
            }
        }
        "Table" => table(element, layout),
        "ActionSet" => element.read("actions", layout),
        "CodeBlock" => {
            let (text, language) = (element.text("codeSnippet"), element.text("language"));
            layout.parts.push(Part::Code { language, text });
        }
        "CompoundButton" => {
            let title = element.text("title");
            layout.plain(&format!("[{title}]"));
            element.read("description", layout);
            element.read("selectAction", layout);
        }
        kind if kind.starts_with("Action.") => action(element, layout),
        kind if kind.starts_with("Input.") => input(element, layout),
        kind if kind.starts_with("Chart.") => chart(element, layout),
        // What holds a card for another program: `{"contentType": …, "content": {…}}`.
        "" => element.ignore(&["contentType"]),
        _ => {
            if let Some(fallback @ Value::Object(_)) = element.take("fallback") {
                layout.value(fallback);
            }
            return false;
        }
    }
    true
}

fn card(element: &mut Node<'_>, layout: &mut Layout) {
    element.read("body", layout);
    element.read("actions", layout);
    element.read("selectAction", layout);
    if let Some(sign_in) = element.take("authentication") {
        layout.markdown(&text_of(sign_in.get("text")));
    }
    let instead = [element.text("fallbackText"), element.text("speak")];
    let instead = instead.iter().find(|text| !text.is_empty());
    if let Some(text) = instead.filter(|_| layout.parts.is_empty()) {
        layout.markdown(text);
    }
}

fn picture(url: String, alt: String, layout: &mut Layout) {
    // A picture may be in its own address, which shows nobody anything.
    if url.is_empty() || url.starts_with("data:") {
        layout.plain(&alt);
    } else {
        let title = String::new();
        layout.parts.push(Part::Picture { url, alt, title });
    }
}

fn run(run: &Value) -> (String, Option<String>) {
    let text = match run {
        Value::Object(fields) => text_of(fields.get("text")),
        other => text_of(Some(other)),
    };
    let url = run.get("selectAction").and_then(|action| action.get("url"));
    (
        with_dates(text),
        url.and_then(Value::as_str).map(str::to_owned),
    )
}

fn action(element: &mut Node<'_>, layout: &mut Layout) {
    let (title, url) = (element.text("title"), element.text("url"));
    if !title.is_empty() || !url.is_empty() {
        let label = if title.is_empty() { &url } else { &title };
        let url = (!url.is_empty()).then(|| url.clone());
        layout.parts.push(Part::button(label, url));
    }
    element.read("card", layout);
    element.ignore(&["tooltip"]);
}

fn input(element: &mut Node<'_>, layout: &mut Layout) {
    let (label, title) = (element.text("label"), element.text("title"));
    let (value, placeholder) = (element.text("value"), element.text("placeholder"));
    let choices: Vec<_> = element
        .list("choices")
        .iter()
        .map(|choice| {
            let chosen = text_of(choice.get("value"));
            let chosen = value
                .split(',')
                .any(|value| !value.is_empty() && value == chosen);
            (text_of(choice.get("title")), chosen)
        })
        .collect();
    if !choices.is_empty() {
        layout.plain(if label.is_empty() {
            &placeholder
        } else {
            &label
        });
        layout.parts.push(Part::Choices(choices));
    } else if element.kind() == "Input.Toggle" {
        layout.plain(&label);
        let on = element.text("valueOn");
        let on = if on.is_empty() { "true" } else { &on };
        layout.parts.push(Part::Choices(vec![(title, value == on)]));
    } else {
        let label = if label.is_empty() { &title } else { &label };
        layout.field(
            label,
            if value.is_empty() {
                &placeholder
            } else {
                &value
            },
        );
    }
    element.ignore(&["valueOn", "valueOff", "regex"]);
}

fn table(element: &mut Node<'_>, layout: &mut Layout) {
    let rows = element.list("rows").iter().map(|row| {
        let cells = row.get("cells").and_then(Value::as_array);
        let cells = cells.into_iter().flatten();
        cells
            .map(|cell| layout.inner(|layout| layout.value(cell)))
            .collect()
    });
    let rows = rows.collect();
    let header = element.take("firstRowAsHeaders") != Some(&Value::Bool(false));
    layout.parts.push(Part::Table { header, rows });
    element.ignore(&["columns"]);
}

/// A chart as its title and its figures.
fn chart(element: &mut Node<'_>, layout: &mut Layout) {
    let title = element.text("title");
    layout.plain(&title);
    for series in element.list("data") {
        let name = label(series);
        match series.get("values").and_then(Value::as_array) {
            None => layout.field(&name, &figure(series)),
            Some(points) => {
                layout.plain(&name);
                for point in points {
                    layout.field(&label(point), &figure(point));
                }
            }
        }
    }
}

fn label(point: &Value) -> String {
    let names = ["legend", "title", "x"].map(|key| text_of(point.get(key)));
    names
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or_default()
}

fn figure(point: &Value) -> String {
    let figures = ["value", "y"].map(|key| text_of(point.get(key)));
    figures
        .into_iter()
        .find(|figure| !figure.is_empty())
        .unwrap_or_default()
}

/// The text with what `{{DATE(…)}}` and `{{TIME(…)}}` hold in their place: the time as it was
/// written, since the reader's language is not known.
fn with_dates(text: String) -> String {
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("{{") {
        let function = after.split_once("}}").and_then(|(call, after)| {
            let inside = call
                .strip_prefix("DATE(")
                .or_else(|| call.strip_prefix("TIME("))?;
            let time = inside.strip_suffix(')')?.split(',').next()?;
            Some((time.trim(), after))
        });
        out.push_str(before);
        rest = match function {
            Some((time, after)) => {
                out.push_str(time);
                after
            }
            None => {
                out.push_str("{{");
                after
            }
        };
    }
    out.push_str(rest);
    out
}
