//! Unknown content of many shapes.

use super::*;

/// A kind of text, the one thing these tests know.
#[derive(Debug, PartialEq)]
struct Plain<'a>(Text<'a>);

impl<'a> Known<'a> for Plain<'a> {
    fn read(object: Object<'a>) -> Result<Self, Object<'a>> {
        match (field(&object, "type"), field(&object, "text")) {
            (Some(kind), Some(Json::String(text))) if kind.as_str() == Some("plain_text") => {
                Ok(Plain(text.clone()))
            }
            _ => Err(object),
        }
    }
}

fn shown(json: &str) -> String {
    let Ok(Json::Object(object)) = serde_json::from_str(json) else {
        panic!("{json}: an object")
    };
    let lines: Vec<String> = of_object::<Plain<'_>>(object)
        .into_iter()
        .map(|part| match part {
            Part::Known(Plain(text), url) => format!("({text}){}", url.unwrap_or_default()),
            Part::Line(line) => {
                let items: Vec<_> = line.items.iter().map(item).collect();
                let label = line.label.map(|label| format!("{label}: "));
                format!("{}{}", label.unwrap_or_default(), items.join(", "))
            }
        })
        .collect();
    lines.join(" / ")
}

fn item(item: &Item<'_>) -> String {
    match item {
        Item::Words(text) | Item::Value(text) => text.to_string(),
        Item::Link { url, label } => format!("[{}]({url})", label.as_deref().unwrap_or("")),
        Item::Picture { url, alt } => format!("![{}]({url})", alt.as_deref().unwrap_or("")),
        Item::Time(time) => time.timestamp().to_string(),
    }
}

#[test]
fn people_s_words_in_order_and_nothing_of_machines() {
    insta::assert_snapshot!(
        [
            r#"{"type":"event","event":{"when":"today","title":"Standup"},"start_time":1710003600,"location":"Room 5","event_id":"E1","color":"red"}"#,
            r#"{"layout":{"columns":[{"blocks":["left col"]}]},"columns":[{"blocks":["left"]},{"blocks":["right"]}]}"#,
            r#"{"entries":[{"heading":"Step one","state":"done"},{"heading":"Step two","at":"9:00"}]}"#,
            r#"{"label":"North","value":45}"#,
            r#"{"value":{"user":"U012AB3CD"},"label":"Owner"}"#,
            r#"{"facts":[{"title":"T1"}],"label":"When","at":"noon"}"#,
            r#"{"value":"v","text":{"title":"T2"}}"#,
            r#"{"title":{"type":"plain_text","text":"T"},"url":"https://a.example/1","share_url":"https://a.example/1"}"#,
            r#"{"text":"Ask","link":"https://a.example/2","image_url":"https://a.example/i.png","alt_text":"a valve"}"#,
            r#"{"rows":[["a",1,true],["b",2.5,null]]}"#,
            r#"{"fallback":"[no preview available]"}"#,
            r#"{"fallback":"only this","width":5,"token":"xoxb-1"}"#,
            r#"{"options":[{"text":"Small","value":"s"},{"text":"Large","value":"l"}]}"#,
            r#"{"reading":73,"unit":"%","page_size":5,"secret":"s3","sig":"0123456789abcdef0123456789abcdef"}"#,
        ]
        .map(shown)
        .join("\n"),
        @r#"
        Standup / today / 2024-03-09T17:00:00Z, Room 5
        left col / left / right
        Step one / done / Step two / 9:00
        North: 45
        Owner: U012AB3CD
        When: noon / T1
        v / T2
        (T)https://a.example/1
        [Ask](https://a.example/2) / ![a valve](https://a.example/i.png)
        a, 1, true / b, 2.5

        only this
        Small / Large
        73, %
        "#
    );
}

#[test]
fn placeholders_are_told_from_words() {
    assert!(is_placeholder("[no preview available]"));
    assert!(is_placeholder("[No content to display]"));
    assert!(!is_placeholder("[no way]"));
    assert!(!is_placeholder("no preview available for this part"));
}
