//! The Markdown of Mattermost, and its conversion.

use std::collections::BTreeMap;

use chatferry_model::document::Document;
use proptest::prelude::*;

use super::*;
use crate::mattermost::name_table::{self, NameTable, Place};
use chatferry_model::conversation::ConversationKind;

fn name_table() -> NameTable {
    let mut name_table = NameTable::default();
    for (name, shown) in [("ann", "Ann Lee"), ("bob.m", "Bob M."), ("ci-bot", "CI")] {
        name_table.people.insert(name.into(), shown.into());
    }
    name_table.emoji.insert("party-parrot".into());
    let mut all = BTreeMap::new();
    let mut names = Vec::new();
    for (team, name, shown) in [
        ("acme", "town-square", "Town Square"),
        ("acme", "off_topic", "Off-Topic"),
        ("other", "town-square", "Plaza"),
    ] {
        let id = crate::mattermost::names::channel(team, name);
        names.push((id.as_str().to_owned(), team.to_owned(), name.to_owned()));
        let mut conversation = name_table::empty(id.clone(), ConversationKind::Public);
        conversation.name = shown.into();
        all.insert(
            id.as_str().to_owned(),
            Place {
                conversation,
                selected: true,
            },
        );
    }
    name_table::fill(&mut name_table, all, &names);
    name_table
}

fn read(text: &str) -> String {
    let name_table = name_table();
    let mut context = Context::new(&name_table, Some("acme"));
    context.channel_names.insert("gone", "Gone Channel");
    let text = without_html(text);
    let blocks = blocks(&text, &context);
    serde_json::to_string(&blocks)
        .unwrap()
        .replace("},{", "},\n{")
}

fn plain(text: &str) -> String {
    let name_table = name_table();
    let context = Context::new(&name_table, Some("acme"));
    let text = without_html(text);
    let blocks = blocks(&text, &context);
    Document { blocks }.to_plain_text()
}

#[test]
fn names_and_channels() {
    insta::assert_snapshot!(read(
        "@Ann, @bob.m. and @ci-bot: hello @nobody, mail ann@acme.example, @all @here ＠ann\n\
         ~town-square, ~off_topic_ ~gone ~nowhere a~town-square `@ann ~gone`"
    ));
}

#[test]
fn tildes_and_addresses() {
    insta::assert_snapshot!(read(
        "~town-square and ~off_topic~ ~~struck~~ ~one~\n\
         https://a.example/__init__.py, (www.a.example/x_y_) **bold https://a.example/b** \n\
         [t](https://a.example \"title\") <https://a.example/c> [r]\n\n[r]: https://a.example/ref"
    ));
}

#[test]
fn pictures() {
    insta::assert_snapshot!(read(
        "![a](https://a.example/1.png =300x200) ![b c](https://a.example/2.png =80 \"t\") x\n\
         ![d](https://a.example/3.png) [![e](https://a.example/4.png)](https://a.example)"
    ));
}

#[test]
fn emoji() {
    insta::assert_snapshot!(read(
        ":wave: :+1_dark_skin_tone: :party-parrot: :nothing: 10:30:45 :smile::smile: `:wave:`"
    ));
}

#[test]
fn html_is_text() {
    insta::assert_snapshot!(read(
        "<div>\n**bold** &lt;x&gt;\n<script>alert(1)</script>\n</div>\n\na <b>b</b> :wave:\n\n- <i>\n\n```\n<pre>\n```"
    ));
}

#[test]
fn blocks_of_every_kind() {
    insta::assert_snapshot!(read(
        "# One\nTwo\n===\nline\nline\n\n> a\n>> b\n\n3. x\n   - [x] y\n   - [ ] z\n\n***\n\
         ```latex\nx^2\n```\n```go title\nfunc()\n```\n    indented\n\n\
         | a | b\\|c |\n|:--|--:|\n| **1** | @ann |\n\n#hashtag $x$"
    ));
}

#[test]
fn nesting_has_an_end() {
    let deep = format!("{} end", ">".repeat(16_000));
    assert_eq!(plain(&deep), "end");
    let lists: String = (0..60)
        .map(|n| format!("{}- l{n}\n", "  ".repeat(n)))
        .collect();
    let shown = plain(&lists);
    assert!((0..60).all(|n| shown.contains(&format!("l{n}"))), "{shown}");
}

proptest! {
    #[test]
    fn anything_can_be_read(text in any::<String>()) {
        plain(&text);
    }

    #[test]
    fn markup_of_any_kind_can_be_read(text in "([@~:!<>\\[\\]()#*_`|=\\\\ \n-]|ann|https://a|www\\.|<div>|\\]\\(| =3x4|0x|~~){0,40}") {
        plain(&text);
    }

    #[test]
    fn no_word_is_lost(text in "([a-z]{2,5}|[ \n#>*_~`|:@-]|\n\n|1\\. |https://a\\.example/|<b>|<div>){0,40}") {
        let shown = plain(&text);
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1) {
            // The words behind a fence name its language.
            let kept = shown.to_lowercase().contains(word) || ["```", "~~~"].iter().any(|fence| text.contains(fence));
            // Emoji are told by their characters.
            let named = text.contains(&format!(":{word}"));
            prop_assert!(kept || named, "{:?} of {:?} in {:?}", word, text, shown);
        }
    }
}
