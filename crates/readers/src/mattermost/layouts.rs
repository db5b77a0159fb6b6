//! Layouts of elements within elements, each with a `type`: the elements of a dialect are rows of
//! its own, and whatever no row takes keeps its words, at any depth.

use std::collections::BTreeSet;

use chatferry_model::Text;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::parts::{Markdown, Part};
use crate::json::{self, Json, Object};
use crate::shown::{self, Item, Known, Line};

/// A dialect: appends the parts of an element, or returns false if it does not know its `type`.
pub(super) type Dialect = fn(&mut Node<'_>, &mut Layout) -> bool;

/// The parts of a layout, as far as it is read.
#[derive(Debug)]
pub(super) struct Layout {
    dialect: Dialect,
    pub(super) parts: Vec<Part>,
    /// The types of elements that the dialect does not know.
    pub(super) unknown: BTreeSet<String>,
}

impl Layout {
    /// Reads a layout of that dialect.
    pub(super) fn read(value: &Value, dialect: Dialect) -> Self {
        let mut layout = Self {
            dialect,
            parts: Vec::new(),
            unknown: BTreeSet::new(),
        };
        layout.value(value);
        layout
    }

    /// Appends an element, or each of a list.
    pub(super) fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.markdown(text),
            Value::Array(elements) => elements.iter().for_each(|element| self.value(element)),
            Value::Object(fields) => {
                let mut element = Node {
                    fields,
                    taken: vec!["type"],
                };
                let dialect = self.dialect;
                let known = dialect(&mut element, self);
                let kind = element.kind();
                if !known && !kind.is_empty() {
                    self.unknown.insert(kind.to_owned());
                }
                self.rest(&element);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Appends what is in `read`, as a box.
    pub(super) fn boxed(&mut self, color: Option<Text<'static>>, read: impl FnOnce(&mut Self)) {
        let parts = self.inner(read);
        self.parts.push(Part::Box { color, parts });
    }

    /// Returns the parts that `read` appends.
    pub(super) fn inner(&mut self, read: impl FnOnce(&mut Self)) -> Vec<Part> {
        let before = std::mem::take(&mut self.parts);
        read(self);
        std::mem::replace(&mut self.parts, before)
    }

    pub(super) fn markdown(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.parts.push(Part::Markdown(Markdown::new(text)));
        }
    }

    pub(super) fn plain(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.parts.push(Part::Plain(text.to_owned()));
        }
    }

    pub(super) fn field(&mut self, label: &str, value: &str) {
        match (label.trim(), value.trim()) {
            ("", value) => self.markdown(value),
            (label, "") => self.plain(label),
            (label, value) => {
                let field = (label.to_owned(), Markdown::new(value));
                match self.parts.last_mut() {
                    Some(Part::Fields(fields)) => fields.push(field),
                    _ => self.parts.push(Part::Fields(vec![field])),
                }
            }
        }
    }

    /// Appends what people saw of the fields that nobody took.
    fn rest(&mut self, element: &Node<'_>) {
        let untaken = element.fields.iter().filter(|(key, _)| {
            !element.taken.contains(&key.as_str()) && !HIDDEN.contains(&key.as_str())
        });
        let fields = untaken.map(|(key, value)| {
            let value = Json::deserialize(value.clone()).unwrap_or_default();
            (Text::from(key.clone()), value)
        });
        for part in shown::of_object::<Inner>(fields.collect()) {
            match part {
                shown::Part::Line(line) => self.line(line),
                shown::Part::Known(Inner(element), address) => {
                    self.value(&element);
                    if let Some(url) = address {
                        self.parts.push(Part::button(&url, Some(url.to_string())));
                    }
                }
            }
        }
    }

    /// Appends a line of unknown content: its words, under their label, then what it links to.
    fn line(&mut self, line: Line<'_>) {
        let mut words: Vec<String> = Vec::new();
        let mut links = Vec::new();
        for item in line.items {
            match item {
                Item::Words(text) => words.push(text.to_string()),
                Item::Value(text) if is_id(&text) => {}
                Item::Value(text) => words.push(text.to_string()),
                Item::Time(time) => {
                    let format = "%Y-%m-%d %H:%M UTC";
                    words.push(time.timestamp().strftime(format).to_string());
                }
                Item::Link { url, label } => {
                    let label = label.as_deref().unwrap_or(&url);
                    links.push(Part::button(label, Some(url.to_string())));
                }
                Item::Picture { url, alt } => links.push(Part::Picture {
                    url: url.to_string(),
                    alt: alt.map(|alt| alt.to_string()).unwrap_or_default(),
                    title: String::new(),
                }),
            }
        }
        let label = line.label.as_deref().unwrap_or_default();
        self.field(label, &words.join(", "));
        self.parts.append(&mut links);
    }
}

/// An element within unknown content; what has a type may be known.
struct Inner(Value);

impl<'a> Known<'a> for Inner {
    fn read(object: Object<'a>) -> Result<Self, Object<'a>> {
        if json::field(&object, "type")
            .and_then(Json::as_str)
            .is_none()
        {
            return Err(object);
        }
        let element = Value::deserialize(Json::Object(object));
        element.map(Inner).map_err(|_| Object::new())
    }
}

/// Returns true if a word is an id of Mattermost's: 26 small letters and digits.
fn is_id(word: &str) -> bool {
    word.len() == 26
        && word
            .bytes()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        && word.bytes().any(|c| c.is_ascii_digit())
}

/// An element of a layout, and the fields of it that are taken by now.
pub(super) struct Node<'v> {
    fields: &'v Map<String, Value>,
    taken: Vec<&'static str>,
}

impl<'v> Node<'v> {
    pub(super) fn kind(&self) -> &'v str {
        let kind = self.fields.get("type").and_then(Value::as_str);
        kind.unwrap_or_default()
    }

    /// Takes a field of any kind.
    pub(super) fn take(&mut self, key: &'static str) -> Option<&'v Value> {
        self.taken.push(key);
        self.fields.get(key)
    }

    /// Takes the words of a field: a text, a number, or an object with a text in it.
    pub(super) fn text(&mut self, key: &'static str) -> String {
        text_of(self.take(key))
    }

    /// Takes the elements of a list; one alone is a list of one.
    pub(super) fn list(&mut self, key: &'static str) -> &'v [Value] {
        match self.take(key) {
            Some(Value::Array(items)) => items,
            Some(one @ Value::Object(_)) => std::slice::from_ref(one),
            _ => &[],
        }
    }

    /// Takes a field, and appends what is in it.
    pub(super) fn read(&mut self, key: &'static str, layout: &mut Layout) {
        if let Some(value) = self.take(key) {
            layout.value(value);
        }
    }

    /// Takes fields that say nothing of their own.
    pub(super) fn ignore(&mut self, keys: &[&'static str]) {
        self.taken.extend(keys);
    }
}

/// The words of a value.
pub(super) fn text_of(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(number @ Value::Number(_)) => number.to_string(),
        Some(Value::Object(fields)) => text_of(fields.get("text")),
        _ => String::new(),
    }
}

/// Fields that hold ids, keys and styles.
const HIDDEN: &[&str] = &[
    "$schema",
    "$when",
    "accent_color",
    "action",
    "align",
    "alignment",
    "appearance",
    "background",
    "backgroundColor",
    "backgroundImage",
    "border",
    "borderColor",
    "color",
    "data",
    "data_source",
    "direction",
    "font",
    "fontSize",
    "fontType",
    "fontWeight",
    "foregroundColor",
    "format",
    "gap",
    "grow",
    "height",
    "horizontalAlignment",
    "icon",
    "iconUrl",
    "id",
    "is_subtle",
    "justify",
    "key",
    "kind",
    "lang",
    "layout",
    "layouts",
    "locale",
    "margin",
    "method",
    "mimeType",
    "minHeight",
    "mode",
    "msteams",
    "namespace",
    "onChange",
    "orientation",
    "padding",
    "position",
    "query",
    "refresh",
    "requires",
    "role",
    "separator",
    "shape",
    "shrink",
    "size",
    "spacing",
    "style",
    "target",
    "targetElements",
    "theme",
    "tone",
    "variant",
    "verb",
    "version",
    "verticalContentAlignment",
    "weight",
    "width",
    "wrap",
];
