//! Blocks as apps and people send them, and as nobody should.

use chatferry_model::document::Document;
use proptest::prelude::*;

use super::*;
use crate::slack::lenient::List;
use crate::slack::name_table::NameTable;

/// Returns the converted blocks and the notes taken.
fn read(json: &str) -> (Document<'static>, Vec<String>) {
    let blocks: List<Block<'_>> = serde_json::from_str(json).unwrap();
    let name_table = NameTable::for_tests();
    let mut context = Context::new(&name_table);
    let document = Document {
        blocks: convert(&blocks, &mut context),
    };
    let notes = context
        .notes
        .iter()
        .map(|(code, words)| format!("{}: {words}", code.id))
        .collect();
    let line = serde_json::to_string(&document).unwrap().leak();
    (serde_json::from_str(line).unwrap(), notes)
}

fn shown(json: &str) -> String {
    let (document, notes) = read(json);
    let text = serde_json::to_string(&document).unwrap();
    let text = text.replace(r#"{"text":{"text":"#, "{T:").replace('"', "");
    if notes.is_empty() {
        text
    } else {
        format!("{text} !{}", notes.join("; "))
    }
}

#[test]
fn every_kind_in_its_smallest_form_is_read() {
    for kind in KINDS.iter().map(|kind| kind.name) {
        let (_, notes) = read(&format!(r#"[{{"type":"{kind}"}}]"#));
        assert!(notes.is_empty(), "{kind}: {notes:?}");
    }
}

#[test]
fn lists_become_trees() {
    let list = |style: &str, indent: u8, offset: u8, items: &[&str]| {
        let items: Vec<_> = items
            .iter()
            .map(|item| format!(r#"{{"type":"rich_text_section","elements":[{{"type":"text","text":"{item}"}}]}}"#))
            .collect();
        format!(
            r#"{{"type":"rich_text_list","style":"{style}","indent":{indent},"offset":{offset},"border":0,"elements":[{}]}}"#,
            items.join(",")
        )
    };
    let text = |lists: &[String]| {
        shown(&format!(
            r#"[{{"type":"rich_text","elements":[{}]}}]"#,
            lists.join(",")
        ))
        .replace("blocks:", "")
        .replace("{paragraph:[{T:", "(")
    };
    insta::assert_snapshot!(
        [
            text(&[list("ordered", 0, 0, &["a"]), list("bullet", 1, 0, &["b"]), list("ordered", 0, 1, &["c"])]),
            text(&[list("ordered", 0, 0, &["a"]), list("ordered", 0, 0, &["restart"])]),
            text(&[list("bullet", 0, 0, &["a"]), list("bullet", 3, 0, &["jump"]), list("bullet", 1, 0, &["half back"])]),
            text(&[list("bullet", 2, 0, &["deep"]), list("bullet", 0, 0, &["out"])]),
        ]
        .join("\n"),
        @r#"
        [{list:{style:{ordered:{start:1}},items:[{[(a}}]},{list:{style:bullet,items:[{[(b}}]}]}]}}]},{[(c}}]}]}]}}]
        [{list:{style:{ordered:{start:1}},items:[{[(a}}]}]}]}},{list:{style:{ordered:{start:1}},items:[{[(restart}}]}]}]}}]
        [{list:{style:bullet,items:[{[(a}}]},{list:{style:bullet,items:[{[(jump}}]}]}]}},{list:{style:bullet,items:[{[(half back}}]}]}]}}]}]}}]
        [{list:{style:bullet,items:[{[(deep}}]}]}]}},{list:{style:bullet,items:[{[(out}}]}]}]}}]
        "#
    );
}

#[test]
fn what_is_unknown_keeps_its_words() {
    insta::assert_snapshot!(
        [
            r#"[{"type":"hologram","title":{"type":"plain_text","text":"Seen :wave:"},"url":"https://e.example"}]"#,
            r#"[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"scent","fallback":"roses"},{"type":"text","text":" are red"}]}]}]"#,
            r#"[{"elements":[{"elements":[{"text":"type last","type":"text"}],"type":"rich_text_section"}],"type":"rich_text"}]"#,
            r#"[{"type":"section","text":"a bare string","accessory":{"type":"knob","label":"turn me"}}]"#,
            r#"[null, 5, "x", [], {}, {"type":null}, {"type":{}}]"#,
        ]
        .map(shown)
        .join("\n"),
        @r#"
        [{paragraph:[{link:{url:https://e.example,content:[{T:Seen }},{emoji:{name:wave,unicode:👋}}]}}]}] !slack-unknown-block: hologram
        [{paragraph:[{T:roses are red}}]}] !slack-unknown-block: scent
        [{paragraph:[{T:type last}}]}]
        [{paragraph:[{T:a bare string}}]},{paragraph:[{T:turn me}}]}] !slack-unknown-block: knob
        []
        "#
    );
}

#[test]
fn newer_kinds() {
    insta::assert_snapshot!(
        [
            r#"[{"type":"alert","level":"error","text":{"type":"mrkdwn","text":"*Down*"}}]"#,
            r#"[{"type":"card","title":{"type":"plain_text","text":"T"},"body":{"type":"mrkdwn","text":"B"},"actions":[{"type":"button","text":{"type":"plain_text","text":"Go"},"url":"https://e.example"}]}]"#,
            r#"[{"type":"plan","title":"Steps","tasks":[{"title":"one","status":"complete"},{"title":"two","status":"pending"}]}]"#,
            r##"[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"color","value":"#fff"},{"type":"team","team_id":"T1"},{"type":"canvas","file_id":"F9"},{"type":"usergroup","usergroup_id":"S1"},{"type":"broadcast","range":"here"},{"type":"date","timestamp":1392734382,"format":"{date_num}"}]}]}]"##,
            r#"[{"type":"image","slack_file":{"id":"F1"},"alt_text":"a"},{"type":"image","image_url":"https://files.slack.com/i.png?t=xoxe-1"}]"#,
        ]
        .map(shown)
        .join("\n"),
        @r#"
        [{card:{color:#a30200,body:[{paragraph:[{T:Down,marks:[bold]}}]}]}}]
        [{card:{title:[{T:T}}],body:[{paragraph:[{T:B}}]},{paragraph:[{T:[}},{link:{url:https://e.example,content:[{T:Go}}]}},{T:]}}]}]}}]
        [{paragraph:[{T:Steps}}]},{list:{style:task,items:[{checked:true,blocks:[{paragraph:[{T:one}}]}]},{checked:false,blocks:[{paragraph:[{T:two}}]}]}]}}]
        [{paragraph:[{T:#fff}},{T:@Acme}},{T:Plan}},{mention:{target:{group:S1},text:}},{mention:{target:{everyone:here},text:here}},{date:{time:2014-02-18T14:39:42.000000Z,text:2014-02-18,format:%Y-%m-%d}}]}]
        [{image:{source:{file:F1},alt:a}},{image:{source:{url:https://files.slack.com/i.png}}}]
        "#
    );
}

/// Any JSON, with keys and kinds that mean something to the reader among it.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let word = prop::sample::select(vec![
        "type",
        "text",
        "elements",
        "rich_text",
        "rich_text_list",
        "rich_text_section",
        "section",
        "fields",
        "url",
        "ts",
        "user",
        "subtype",
        "thread_ts",
        "blocks",
        "attachments",
        "files",
        "id",
        "1549310295.511200",
        "bot_message",
        "tombstone",
        "file_comment",
        "emoji",
        "name",
        "indent",
        "style",
        "table",
        "rows",
        "markdown",
        "room",
        "message",
        "message_changed",
    ]);
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        word.clone().prop_map(Into::into),
        "\\PC{0,6}".prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::hash_map(word.clone(), inner, 0..6).prop_map(|map| map
                .into_iter()
                .map(|(k, v)| (k.to_owned(), v))
                .collect::<serde_json::Map<_, _>>()
                .into()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_json_is_a_message_of_some_kind(mut value in json()) {
        use crate::slack::convert::{self, ConversationContext};
        if let Some(map) = value.as_object_mut() {
            map.entry("ts").or_insert_with(|| "1549310295.511200".into());
        }
        let line = value.to_string();
        let message = serde_json::from_str::<crate::slack::lenient::Obj<crate::slack::message::Message<'_>>>(&line);
        let message = message.unwrap().into_inner();
        let name_table = NameTable::for_tests();
        let here = ConversationContext { id: chatferry_model::ConversationId::new("C1"), pins: Vec::new() };
        let mut context = Context::new(&name_table);
        let options = crate::ReadOptions {
            system_messages: crate::SystemMessages::Show,
            ..Default::default()
        };
        if let Some(message) = &message {
            convert::convert(message, &here, &options, &mut context);
        }
    }
}

/// A tree of unknown content.
#[derive(Clone, Debug)]
enum Tree {
    Words,
    Id,
    List(Vec<Tree>),
    Object(Vec<(&'static str, Tree)>),
}

fn trees() -> impl Strategy<Value = Tree> {
    const SEEN: &[&str] = &[
        "title",
        "text",
        "label",
        "caption",
        "name",
        "description",
        "value",
        "weather",
        "body",
        "heading",
        "content",
        "remark",
        "dueDate",
        "assignee",
        "level",
        "columns",
        "entries",
    ];
    const UNSEEN: &[&str] = &[
        "id", "block_id", "actionId", "app_id", "color", "token", "style",
    ];
    let leaf = Just(Tree::Words);
    leaf.prop_recursive(6, 40, 5, |inner| {
        let seen = (prop::sample::select(SEEN), inner.clone());
        let unseen = prop::sample::select(UNSEEN).prop_map(|key| (key, Tree::Id));
        prop_oneof![
            prop::collection::vec(inner, 1..4).prop_map(Tree::List),
            prop::collection::vec(prop_oneof![4 => seen, 1 => unseen], 1..6).prop_map(|fields| {
                let mut keys = std::collections::HashSet::new();
                let once = fields.into_iter().filter(|(key, _)| keys.insert(*key));
                Tree::Object(once.collect())
            }),
        ]
    })
}

impl Tree {
    /// Writes the tree as JSON, its words and ids numbered.
    fn write(&self, words: &mut usize, ids: &mut usize, out: &mut String) {
        match self {
            Self::Words => {
                *words += 1;
                out.push_str(&format!("\"word{words}.\""));
            }
            Self::Id => {
                *ids += 1;
                out.push_str(&format!("\"ID{ids}\""));
            }
            Self::List(items) => {
                out.push('[');
                for (number, item) in items.iter().enumerate() {
                    out.push_str(if number > 0 { "," } else { "" });
                    item.write(words, ids, out);
                }
                out.push(']');
            }
            Self::Object(fields) => {
                out.push('{');
                for (number, (key, value)) in fields.iter().enumerate() {
                    out.push_str(if number > 0 { "," } else { "" });
                    out.push_str(&format!("\"{key}\":"));
                    value.write(words, ids, out);
                }
                out.push('}');
            }
        }
    }
}

proptest! {
    #[test]
    fn every_word_of_unknown_content_is_kept_and_no_id(tree in trees(), at in 0..4_usize) {
        let (mut words, mut ids, mut json) = (0, 0, String::new());
        tree.write(&mut words, &mut ids, &mut json);
        // A block, a field of a known block, an element, a cell.
        let block = match at {
            0 => format!(r#"{{"type":"hologram","inner":{json}}}"#),
            1 => format!(r#"{{"type":"card","title":"known","inner":{json}}}"#),
            2 => format!(r#"{{"type":"rich_text","elements":[{{"type":"rich_text_section","elements":[{{"type":"scent","inner":{json}}}]}}]}}"#),
            _ => format!(r#"{{"type":"table","rows":[[{{"type":"smell","inner":{json}}}]]}}"#),
        };
        let (document, _) = read(&format!("[{block}]"));
        let text = document.to_plain_text();
        for word in 1..=words {
            prop_assert!(text.contains(&format!("word{word}.")), "word{word} of {block} in {text}");
        }
        prop_assert!(!text.contains("ID"), "{block}: {text}");
        prop_assert!(!text.contains("weather"), "{block}: {text}");
    }
}

#[test]
fn blocks_nested_deeper_than_anything_are_cut_off_and_named() {
    let mut json = r#"{"type":"header","text":"innermost"}"#.to_owned();
    for level in 0..45 {
        json = format!(r#"{{"type":"container","title":"level {level}.","blocks":[{json}]}}"#);
    }
    // Reading the line again, as the next stage does, takes no more brackets than JSON readers do.
    let (document, notes) = read(&format!("[{json}]"));
    let text = document.to_plain_text();
    assert!(text.contains("level 44.") && text.contains("level 25."));
    assert!(!text.contains("innermost"));
    assert_eq!(notes, ["slack-too-deep: what lies deeper than 20 blocks"]);
}
