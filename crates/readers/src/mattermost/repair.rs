//! Lines that say something in another type than the server does: numbers as words, one thing where
//! a list should be. What can be meant is taken, and what can't be is left out, so that a bad field
//! costs that field and not the thread around it.

use serde_json::{Map, Value};

use crate::split;

/// Deeper than this nothing is looked at; the server nests seven levels.
const DEEPEST: usize = 32;

/// The kind of a field's content.
#[derive(Clone, Copy)]
enum Holds {
    Words,
    /// Words that must not be lost, in whatever form.
    Text,
    Number,
    Truth,
    /// Objects, and their fields. Words alone are an object's first one.
    Objects(&'static [(&'static str, Holds)]),
    WordList,
    /// Whatever it is.
    Anything,
}

const REACTION: &[(&str, Holds)] = &[("user", Holds::Words), ("emoji_name", Holds::Words)];
const ATTACHMENT: &[(&str, Holds)] = &[("path", Holds::Words)];
const POST: &[(&str, Holds)] = &[
    ("team", Holds::Words),
    ("channel", Holds::Words),
    ("channel_members", Holds::WordList),
    ("user", Holds::Words),
    ("type", Holds::Words),
    ("message", Holds::Text),
    ("create_at", Holds::Number),
    ("edit_at", Holds::Number),
    ("is_pinned", Holds::Truth),
    ("root_missing", Holds::Truth),
    ("reactions", Holds::Objects(REACTION)),
    ("attachments", Holds::Objects(ATTACHMENT)),
    // Read one by one, each repaired where it needs it.
    ("replies", Holds::Anything),
    ("props", Holds::Anything),
];
const NAMED: &[(&str, Holds)] = &[
    ("name", Holds::Words),
    ("display_name", Holds::Words),
    ("image", Holds::Words),
];
const CHANNEL: &[(&str, Holds)] = &[
    ("team", Holds::Words),
    ("name", Holds::Words),
    ("display_name", Holds::Words),
    ("type", Holds::Words),
    ("header", Holds::Words),
    ("purpose", Holds::Words),
    ("deleted_at", Holds::Number),
];
const MEMBERSHIP: &[(&str, Holds)] = &[
    ("name", Holds::Words),
    ("roles", Holds::Words),
    ("channels", Holds::Objects(NAMED)),
];
const USER: &[(&str, Holds)] = &[
    ("username", Holds::Words),
    ("email", Holds::Words),
    ("auth_service", Holds::Words),
    ("auth_data", Holds::Words),
    ("nickname", Holds::Words),
    ("first_name", Holds::Words),
    ("last_name", Holds::Words),
    ("position", Holds::Words),
    ("roles", Holds::Words),
    ("display_name", Holds::Words),
    ("delete_at", Holds::Number),
    ("teams", Holds::Objects(MEMBERSHIP)),
];
const DIRECT: &[(&str, Holds)] = &[
    ("members", Holds::WordList),
    ("participants", Holds::Objects(USER)),
    ("header", Holds::Words),
];
/// The payload of a line of each type.
const LINE: &[(&str, &[(&str, Holds)])] = &[
    ("team", NAMED),
    ("channel", CHANNEL),
    ("user", USER),
    ("bot", USER),
    ("emoji", NAMED),
    ("direct_channel", DIRECT),
    ("post", POST),
    ("direct_post", POST),
];

/// A line with each field in the type that it should have; nothing if it is no JSON, even after
/// [`split::repair`].
pub(super) fn line(text: &str) -> Option<String> {
    let mut line = parse(text)?;
    let payload = line.get("type").and_then(Value::as_str);
    let (key, fields) = LINE.iter().find(|(key, _)| payload == Some(key))?;
    line.retain(|name, _| matches!(name.as_str(), "type" | "version") || name == key);
    if let Some(payload) = line.get_mut(*key) {
        mend(payload, Holds::Objects(fields));
        // The payload is the one place where an object stands by itself.
        if let Value::Array(objects) = payload {
            let first = objects.drain(..).next();
            *payload = first.unwrap_or_default();
        }
    }
    serde_json::to_string(&line).ok()
}

/// A reply, likewise.
pub(super) fn reply(text: &str) -> Option<String> {
    let mut reply = parse(text)?;
    mend_fields(&mut reply, POST);
    serde_json::to_string(&reply).ok()
}

fn parse(text: &str) -> Option<Map<String, Value>> {
    let repaired = split::prune(&split::repair(text), DEEPEST);
    serde_json::from_str(&repaired).ok()
}

fn mend_fields(object: &mut Map<String, Value>, fields: &[(&str, Holds)]) {
    for (name, holds) in fields {
        if let Some(value) = object.get_mut(*name) {
            mend(value, *holds);
        }
    }
}

fn mend(value: &mut Value, holds: Holds) {
    let taken = value.take();
    *value = match (holds, taken) {
        (Holds::Anything, value) => value,
        (Holds::Words, value) => words(value).map_or(Value::Null, Value::String),
        (Holds::Text, Value::Null) => Value::Null,
        (Holds::Text, value @ (Value::Array(_) | Value::Object(_))) => {
            Value::String(value.to_string())
        }
        (Holds::Text, value) => words(value).map_or(Value::Null, Value::String),
        (Holds::Number, value) => number(&value).map_or(Value::Null, Value::from),
        (Holds::Truth, Value::Bool(is)) => Value::Bool(is),
        (Holds::Truth, value) => Value::Bool(value == "true" || value == 1),
        (Holds::WordList, Value::Array(all)) => {
            let all = all.into_iter().filter_map(words).map(Value::String);
            Value::Array(all.collect())
        }
        (Holds::WordList, value) => words(value).map_or(Value::Null, |only| Value::from([only])),
        (Holds::Objects(fields), value) => {
            let all = match value {
                Value::Array(all) => all,
                only => vec![only],
            };
            let objects = all.into_iter().filter_map(|object| match object {
                Value::Object(mut object) => {
                    mend_fields(&mut object, fields);
                    Some(Value::Object(object))
                }
                other => {
                    let (first, _) = fields.first()?;
                    let field = ((*first).to_owned(), Value::String(words(other)?));
                    Some(Value::Object(Map::from_iter([field])))
                }
            });
            Value::Array(objects.collect())
        }
    };
}

fn words(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn number(value: &Value) -> Option<i64> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    let whole = text.split('.').next()?;
    whole.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_cost_themselves() {
        for (text, repaired) in [
            (
                r#"{"type":"post","post":{"message":5,"create_at":"1704103200000","user":["x"],"props":[1],"reactions":{"user":"a"},"replies":[7],"is_pinned":"true"}}"#,
                r#"{"post":{"create_at":1704103200000,"is_pinned":true,"message":"5","props":[1],"reactions":[{"user":"a"}],"replies":[7],"user":null},"type":"post"}"#,
            ),
            (
                r#"{"type":"direct_post","direct_post":[{"channel_members":"ann","create_at":1.5e3,"attachments":["a.txt",{"path":null},null]}],"post":5}"#,
                r#"{"direct_post":{"attachments":[{"path":"a.txt"},{"path":null}],"channel_members":["ann"],"create_at":1500},"type":"direct_post"}"#,
            ),
            (
                r#"{"type":"user","user":{"username":"a\ud83d","teams":{"name":1,"channels":"c"},"delete_at":{}}}"#,
                "{\"type\":\"user\",\"user\":{\"delete_at\":null,\"teams\":[{\"channels\":[{\"name\":\"c\"}],\"name\":\"1\"}],\"username\":\"a\u{fffd}\"}}",
            ),
        ] {
            assert_eq!(line(text).as_deref(), Some(repaired));
        }
        assert_eq!(line(r#"{"type":"post","post":{"#), None);
        assert_eq!(line("[]"), None);
        assert_eq!(line(r#"{"type":"wiki"}"#), None);
        let said = reply(r#"{"message":{"a":1}}"#);
        assert_eq!(said.as_deref(), Some(r#"{"message":"{\"a\":1}"}"#));
    }
}
