//! Messages out of files that hold something else than a list of them: pages of Slack's API, maps,
//! lines, lists within lists.

use serde_json::Value;

/// Messages, wherever they stood.
pub(super) struct Gathered {
    pub(super) messages: Vec<Value>,
    /// True if the text could be read to its end.
    pub(super) whole: bool,
}

pub(super) fn all(text: &str) -> Gathered {
    let mut messages = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter() {
        match value {
            Ok(value) => gather(value, &mut messages),
            Err(_) => {
                return Gathered {
                    messages,
                    whole: false,
                };
            }
        }
    }
    Gathered {
        messages,
        whole: true,
    }
}

fn gather(value: Value, messages: &mut Vec<Value>) {
    // One that does not tell its time is told of later; it must not go unseen.
    let is_message = |value: &Value| {
        value.get("ts").is_some() || value.get("type").is_some_and(|kind| kind == "message")
    };
    match value {
        Value::Array(items) => items.into_iter().for_each(|item| gather(item, messages)),
        Value::Object(mut page) if page.get("messages").is_some_and(Value::is_array) => {
            gather(page.remove("messages").unwrap_or_default(), messages);
        }
        message if is_message(&message) => messages.push(message),
        Value::Object(map) => {
            messages.extend(map.into_iter().map(|(_, value)| value).filter(is_message));
        }
        _ => {}
    }
}

/// Returns true if a list holds no message itself, but what it holds does.
pub(super) fn is_list_of_lists(text: &str) -> bool {
    serde_json::from_str::<Vec<Value>>(text).is_ok_and(|items| {
        items.iter().all(|item| item.get("ts").is_none()) && !all(text).messages.is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_wherever_they_stand() {
        for (text, count, whole) in [
            (r#"{"ok":true,"messages":[{"ts":"1"},{"ts":"2"}]}"#, 2, true),
            (
                r#"[{"messages":[{"ts":"1"}]},{"messages":[{"ts":"2"}]}]"#,
                2,
                true,
            ),
            (r#"[[{"ts":"1"}],[],[{"ts":"2"}]]"#, 2, true),
            (r#"{"a":{"ts":"1"},"b":5}"#, 1, true),
            (
                r#"[{"messages":[{"type":"message","text":"when?"}]}]"#,
                1,
                true,
            ),
            ("{\"ts\":\"1\"}\n{\"ts\":\"2\"}\n", 2, true),
            ("{\"ts\":\"1\"}\n{\"ts\":", 1, false),
            ("", 0, true),
        ] {
            let found = all(text);
            assert_eq!(
                (found.messages.len(), found.whole),
                (count, whole),
                "{text}"
            );
        }
        assert!(is_list_of_lists(r#"[[{"ts":"1"}]]"#));
        assert!(!is_list_of_lists(r#"[{"ts":"1"},[{"ts":"2"}]]"#));
        assert!(!is_list_of_lists("[[]]"));
    }
}
