//! Layouts of elements within elements, each with a `type`: the elements of a dialect are rows of
//! its own, and whatever no row takes keeps its words, at any depth.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::parts::{Markdown, Part};

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
    pub(super) fn boxed(
        &mut self,
        color: Option<chatferry_model::Text<'static>>,
        read: impl FnOnce(&mut Self),
    ) {
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

    /// Appends the words of the fields that nobody took, those that people see first.
    fn rest(&mut self, element: &Node<'_>) {
        let shown = SHOWN
            .iter()
            .filter_map(|key| element.fields.get_key_value(*key));
        let others = element.fields.iter();
        let others = others.filter(|(key, _)| !SHOWN.contains(&key.as_str()));
        let untaken = shown
            .chain(others)
            .filter(|(key, _)| !element.taken.contains(&key.as_str()));
        for (key, value) in untaken {
            match value {
                _ if HIDDEN.contains(&key.as_str())
                    || key.ends_with("_id")
                    || key.ends_with("Id") => {}
                Value::Array(_) | Value::Object(_) => self.value_of(key, value),
                Value::String(url) if is_address(url) => {
                    self.parts.push(Part::button(url, Some(url.clone())));
                }
                Value::String(text) if is_shown(key, text) => self.markdown(text),
                Value::Number(number) if SHOWN.contains(&key.as_str()) => {
                    self.plain(&number.to_string());
                }
                _ => {}
            }
        }
    }

    /// A list of words says as much as a word of its field.
    fn value_of(&mut self, key: &str, value: &Value) {
        let Value::Array(items) = value else {
            return self.value(value);
        };
        for item in items {
            match item {
                Value::String(text) if is_shown(key, text) => self.markdown(text),
                Value::String(_) => {}
                item => self.value_of(key, item),
            }
        }
    }
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

/// Returns true if a text is the address of something on the web.
fn is_address(text: &str) -> bool {
    let web = text.starts_with("https://") || text.starts_with("http://");
    web && !text.contains(char::is_whitespace)
}

/// Returns true if a text reads like people's language, and not like an id, a number or a style: it
/// has several words or letters beyond ASCII, or is a word without capitals within.
fn is_language(text: &str) -> bool {
    let text = text.trim();
    let word = |text: &str| {
        text.chars()
            .all(|c| c.is_alphabetic() || ".,:;!?'’-".contains(c))
            && text.chars().skip(1).all(|c| !c.is_uppercase())
    };
    text.contains(char::is_alphabetic)
        && (text.contains(char::is_whitespace) || !text.is_ascii() || word(text))
}

/// Returns true if a value of that key is for people. Names and values of controls are mostly for
/// programs, unless they are more than a word in small letters.
fn is_shown(key: &str, text: &str) -> bool {
    let of_controls = ["name", "value"].contains(&key);
    let small_word = text.chars().all(|c| c.is_ascii_lowercase());
    SHOWN.contains(&key) || (is_language(text) && !(of_controls && small_word))
}

/// Fields that hold what people see, in the order in which they are shown.
const SHOWN: &[&str] = &[
    "title",
    "subtitle",
    "heading",
    "header",
    "label",
    "text",
    "message",
    "caption",
    "description",
    "summary",
    "body",
    "content",
    "alt_text",
    "altText",
    "placeholder",
    "hint",
    "help_text",
    "fallbackText",
    "elements",
    "blocks",
    "items",
    "columns",
    "rows",
    "cells",
    "fields",
    "options",
    "choices",
    "actions",
    "footer",
];

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_controls_are_for_programs() {
        for (key, text, is) in [
            ("value", "low", false),
            ("value", "Low tide", true),
            ("note", "low", true),
            ("title", "a_1", true),
        ] {
            assert_eq!(is_shown(key, text), is, "{key}: {text}");
        }
    }

    #[test]
    fn language_is_told_from_ids_and_styles() {
        for (text, is) in [
            ("Hello", true),
            ("Done!", true),
            ("two words", true),
            ("straße", true),
            ("hello", true),
            ("ExtraLarge", false),
            ("SEV_1", false),
            ("#ff0000", false),
            ("a1b2-c3", false),
            ("12 3", false),
            ("", false),
        ] {
            assert_eq!(is_language(text), is, "{text}");
        }
    }
}
