//! The words of content that nobody knows: whatever a person would have seen of a JSON object of an
//! unknown kind, at any depth and in order, without ids, keys, styles and secrets.
//!
//! A reader says by [`Known`] which objects within it does know; those are read as what they are.
//! The rest becomes [`Line`]s: headlines first, then values with their labels, then what is below.

mod key;

use std::collections::HashSet;

use chatferry_model::{Micros, Text};

use crate::json::{Json, Object, field};
use key::Role;

/// An object within unknown content that a reader knows.
pub(crate) trait Known<'a>: Sized {
    /// Reads `object`, or gives it back if it is of no known kind.
    ///
    /// # Errors
    /// The object itself, when it is unknown.
    fn read(object: Object<'a>) -> Result<Self, Object<'a>>;
}

/// A part of unknown content.
#[derive(Debug, PartialEq)]
pub(crate) enum Part<'a, K> {
    /// Words, values and links that stood together.
    Line(Line<'a>),
    /// Content of a known kind, with the address it leads to.
    Known(K, Option<Text<'a>>),
}

/// Items that stood together, perhaps under a label.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Line<'a> {
    pub(crate) label: Option<Text<'a>>,
    pub(crate) items: Vec<Item<'a>>,
}

/// One thing that people saw.
#[derive(Debug, PartialEq)]
pub(crate) enum Item<'a> {
    /// Words.
    Words(Text<'a>),
    /// A short value, which may be the id of a person or conversation.
    Value(Text<'a>),
    /// A link; without a label its address was shown.
    Link {
        url: Text<'a>,
        label: Option<Text<'a>>,
    },
    /// A picture.
    Picture {
        url: Text<'a>,
        alt: Option<Text<'a>>,
    },
    /// A point in time.
    Time(Micros),
}

/// Deeper than anything that is shown; serde reads no deeper than 128.
const DEEPEST: usize = 64;

/// Returns everything that people saw of `object`.
pub(crate) fn of_object<'a, K: Known<'a>>(object: Object<'a>) -> Vec<Part<'a, K>> {
    let mut out = Vec::new();
    push_fields(object, Inside::default(), &mut out);
    out
}

/// Returns everything that people saw of the field `key`.
pub(crate) fn of_field<'a, K: Known<'a>>(key: Text<'a>, value: Json<'a>) -> Vec<Part<'a, K>> {
    of_object(vec![(key, value)])
}

/// The place of an object within unknown content.
#[derive(Clone, Copy, Default)]
struct Inside {
    depth: usize,
    /// True among things to choose, of which the value is what their maker gets to know.
    choices: bool,
}

impl Inside {
    /// The place of what is in the field `key`.
    fn field(self, key: &str) -> Self {
        Self {
            depth: self.depth + 1,
            choices: ["option", "choice"].iter().any(|word| key.contains(word)),
        }
    }

    fn deeper(self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self
        }
    }
}

fn push_object<'a, K: Known<'a>>(object: Object<'a>, inside: Inside, out: &mut Vec<Part<'a, K>>) {
    match K::read(object) {
        Ok(known) => out.push(Part::Known(known, None)),
        Err(fields) if inside.depth < DEEPEST => push_fields(fields, inside, out),
        Err(_) => {}
    }
}

fn push_fields<'a, K: Known<'a>>(fields: Object<'a>, inside: Inside, out: &mut Vec<Part<'a, K>>) {
    let is_choice = inside.choices
        || field(&fields, "text").is_some_and(
            |text| matches!(text, Json::Object(text) if field(text, "type").is_some()),
        );
    let with_roles = fields
        .into_iter()
        .map(|(key, value)| (Role::of(&key), key, value));
    let mut fields: Vec<_> = with_roles.collect();
    let has_label = fields.iter().any(|(role, ..)| *role == Role::Label);
    fields.sort_by_key(|(role, _, value)| match role {
        Role::Title(rank) => *rank,
        Role::Label => 0x80,
        // What a label names is beside it, and not below.
        _ if has_label && value.is_scalar() => 0x90,
        _ => 0xff,
    });
    let mut object = Gathering::new(out);
    for (role, key, value) in fields {
        match (role, value) {
            (Role::Hidden, _) | (_, Json::Null) => {}
            (Role::Machine, Json::String(text)) if text.contains(char::is_whitespace) => {
                // No id has a blank in it.
                object.string(Role::Other, text);
            }
            (Role::Machine, value) if value.is_scalar() => {}
            (Role::Measure, Json::Number(_)) => {}
            (Role::Value, Json::String(_)) if is_choice => {}
            (Role::Value, Json::Bool(flag)) => {
                object.value(Item::Value(if flag { "true" } else { "false" }.into()));
            }
            (_, Json::Bool(_)) => {}
            (role, Json::String(text)) => object.string(role, text),
            (Role::Time, Json::Number(number)) => {
                let time = number.as_f64().and_then(to_time);
                object.value(match time {
                    Some(time) => Item::Time(time),
                    None => Item::Value(number.to_string().into()),
                });
            }
            (_, number @ Json::Number(_)) => {
                object.value(Item::Value(number.scalar().unwrap_or_default()));
            }
            (role, Json::List(items)) => {
                let scalars = items.iter().all(Json::is_scalar);
                if scalars && role != Role::Machine {
                    for item in items.iter().filter_map(Json::scalar) {
                        object.string(role, item);
                    }
                } else if !scalars {
                    let inside = inside.field(&key);
                    object.below(|out| push_list(items, inside, out));
                }
            }
            (_, Json::Object(fields)) => {
                let inside = inside.field(&key);
                object.below(|out| push_object(fields, inside, out));
            }
        }
    }
    object.finish();
}

fn push_list<'a, K: Known<'a>>(items: Vec<Json<'a>>, inside: Inside, out: &mut Vec<Part<'a, K>>) {
    if inside.depth >= DEEPEST {
        return;
    }
    for item in items {
        match item {
            Json::Object(fields) => push_object(fields, inside.deeper(), out),
            Json::List(cells) => {
                // A row of a table, most likely: its cells stay on a line.
                let mut row = Vec::new();
                push_list(cells, inside.deeper(), &mut row);
                let mut line = Line::default();
                for part in row {
                    match part {
                        Part::Line(cell) if cell.label.is_none() => line.items.extend(cell.items),
                        other => {
                            push_line(&mut line, out);
                            out.push(other);
                        }
                    }
                }
                push_line(&mut line, out);
            }
            scalar => {
                if let Some(text) = scalar.scalar().filter(|text| is_shown(text)) {
                    let items = vec![item_of(Role::Other, text)];
                    out.push(Part::Line(Line { label: None, items }));
                }
            }
        }
    }
}

fn push_line<'a, K>(line: &mut Line<'a>, out: &mut Vec<Part<'a, K>>) {
    if line.label.is_some() || !line.items.is_empty() {
        out.push(Part::Line(std::mem::take(line)));
    }
}

/// The parts gathered from one object.
struct Gathering<'o, 'a, K> {
    out: &'o mut Vec<Part<'a, K>>,
    /// The length of `out` when the object began.
    from: usize,
    /// Values that go on one line.
    line: Line<'a>,
    /// The words said already: many objects say the same in two fields.
    said: HashSet<Text<'a>>,
    addresses: Vec<Text<'a>>,
    pictures: Vec<Text<'a>>,
    alternatives: Vec<Text<'a>>,
}

impl<'o, 'a, K> Gathering<'o, 'a, K> {
    fn new(out: &'o mut Vec<Part<'a, K>>) -> Self {
        Self {
            from: out.len(),
            out,
            line: Line::default(),
            said: HashSet::new(),
            addresses: Vec::new(),
            pictures: Vec::new(),
            alternatives: Vec::new(),
        }
    }

    fn string(&mut self, role: Role, text: Text<'a>) {
        if !is_shown(&text) {
            return;
        }
        match role {
            Role::Address if is_address(&text) => self.addresses.push(text),
            Role::Picture if is_address(&text) => self.pictures.push(text),
            Role::Alternative => self.alternatives.push(text),
            Role::Label if self.line.label.is_none() => {
                push_line(&mut self.line, self.out);
                self.line.label = Some(text);
            }
            _ if !self.said.insert(text.clone()) => {}
            Role::Title(_) | Role::Sentence => {
                if self.line.label.is_none() || !self.line.items.is_empty() {
                    push_line(&mut self.line, self.out);
                }
                self.line.items.push(Item::Words(text));
                push_line(&mut self.line, self.out);
            }
            role => self.value(item_of(role, text)),
        }
    }

    fn value(&mut self, item: Item<'a>) {
        self.line.items.push(item);
    }

    /// Adds what is in a field that has fields of its own.
    fn below(&mut self, push: impl FnOnce(&mut Vec<Part<'a, K>>)) {
        let label = if self.line.items.is_empty() {
            self.line.label.take()
        } else {
            None
        };
        push_line(&mut self.line, self.out);
        let from = self.out.len();
        push(self.out);
        let Some(label) = label else {
            return;
        };
        match self.out.get_mut(from) {
            Some(Part::Line(line)) if line.label.is_none() => line.label = Some(label),
            _ => {
                let items = vec![Item::Words(label)];
                self.out
                    .insert(from, Part::Line(Line { label: None, items }));
            }
        }
    }

    fn finish(mut self) {
        push_line(&mut self.line, self.out);
        self.push_pictures();
        if self.out.len() == self.from && self.addresses.is_empty() {
            let texts = std::mem::take(&mut self.alternatives);
            for text in texts
                .into_iter()
                .take(1)
                .filter(|text| !is_placeholder(text))
            {
                self.line.items.push(Item::Words(text));
            }
            push_line(&mut self.line, self.out);
        }
        self.push_addresses();
    }

    fn push_pictures(&mut self) {
        let alternatives = std::mem::take(&mut self.alternatives);
        let mut alternatives = alternatives.into_iter();
        for url in std::mem::take(&mut self.pictures) {
            let alt = alternatives.next();
            self.line.items.push(Item::Picture { url, alt });
            push_line(&mut self.line, self.out);
        }
        self.alternatives = alternatives.collect();
    }

    /// The first address belongs to what comes first; others stand for themselves.
    fn push_addresses(&mut self) {
        let mut seen = HashSet::new();
        let mut addresses = std::mem::take(&mut self.addresses);
        addresses.retain(|url| seen.insert(url.clone()));
        let mut addresses = addresses.into_iter();
        match self.out.get_mut(self.from) {
            Some(Part::Known(_, address @ None)) => *address = addresses.next(),
            Some(Part::Line(line)) => {
                let mut items = line.items.iter_mut();
                if let Some(item) = items.find(|item| matches!(item, Item::Words(_)))
                    && let Item::Words(words) = item
                    && let Some(url) = addresses.next()
                {
                    let label = Some(std::mem::take(words));
                    *item = Item::Link { url, label };
                }
            }
            _ => {}
        }
        for url in addresses {
            self.line.items.push(Item::Link { url, label: None });
            push_line(&mut self.line, self.out);
        }
    }
}

fn item_of(role: Role, text: Text<'_>) -> Item<'_> {
    if is_address(&text) {
        return Item::Link {
            url: text,
            label: None,
        };
    }
    if role == Role::Time
        && let Some(time) = text.parse().ok().and_then(to_time)
    {
        return Item::Time(time);
    }
    if text.contains(char::is_whitespace) {
        Item::Words(text)
    } else {
        Item::Value(text)
    }
}

/// A number of s, ms or µs that is a time of our days, as a time.
fn to_time(number: f64) -> Option<Micros> {
    /// 2001 and 2100, in s.
    const DAYS_OF_OURS: std::ops::Range<f64> = 1e9..4.1e9;
    let seconds = [number, number / 1e3, number / 1e6]
        .into_iter()
        .find(|seconds| DAYS_OF_OURS.contains(seconds))?;
    Micros::new((seconds * 1e6).round() as i64).ok()
}

fn is_address(text: &str) -> bool {
    ["https://", "http://", "mailto:", "tel:"]
        .iter()
        .any(|scheme| text.starts_with(scheme))
        && !text.contains(char::is_whitespace)
}

/// Returns true if people could have seen that text: it is neither blank nor a secret.
fn is_shown(text: &str) -> bool {
    let is_secret = text.starts_with("xox") && text.contains('-')
        || text.starts_with("Bearer ")
        || text.starts_with("data:")
        || text.starts_with("https://hooks.slack.com/")
        || text.len() >= 32
            && text
                .bytes()
                .all(|c| c.is_ascii_alphanumeric() || b"+/=_-".contains(&c))
            && text.bytes().any(|c| c.is_ascii_digit());
    !text.trim().is_empty() && !is_secret
}

/// Returns true if a text only says that there is nothing to show.
pub(crate) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    text.strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .is_some_and(|inside| {
            let inside = inside.to_ascii_lowercase();
            inside.starts_with("no ") && (inside.contains("preview") || inside.contains("content"))
        })
}

#[cfg(test)]
mod tests;
