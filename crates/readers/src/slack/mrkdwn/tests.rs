//! mrkdwn as Slack's users and bots write it, and as nobody should.

use chatferry_model::document::Document;
use proptest::prelude::*;

use super::*;
use crate::slack::name_table::NameTable;

/// The document in a short notation: `*` bold, `/` italic, `-` strike, `` ` `` code around words.
fn read(text: &str) -> String {
    let name_table = NameTable::for_tests();
    let mut context = Context::new(&name_table);
    let blocks = blocks(text, Marks::NONE, &mut context);
    serde_json::to_string(&blocks)
        .unwrap()
        .replace(r#"{"text":{"text":"#, "{T:")
        .replace(r#","marks":["#, "^[")
        .replace("\"", "")
}

fn words(text: &str) -> String {
    let name_table = NameTable::for_tests();
    let mut context = Context::new(&name_table);
    let blocks = blocks(text, Marks::NONE, &mut context);
    Document { blocks }.to_plain_text()
}

#[test]
fn styles() {
    insta::assert_snapshot!(
        [
            "*bold* _italic_ ~strike~ `code`",
            "*_both_* and _*both*_",
            "(*bold*), \u{ab}_it_\u{bb}!",
            "snake_case_name 2*3*4 a~b~c",
            "*not closed and _also not",
            "**doubled** __init__ * spaced * and *\u{fc}ber*",
            "*over\nlines*",
            "`*literal* &lt;b&gt; :smile:` ``",
            "e\u{301}_x_ _x_\u{301}",
            "*bold <https://example.com|link> :wave: `c`*",
        ]
        .map(read)
        .join("\n"),
        @r#"
        [{paragraph:[{T:bold^[bold]}},{T: }},{T:italic^[italic]}},{T: }},{T:strike^[strike]}},{T: }},{T:code^[code]}}]}]
        [{paragraph:[{T:both^[bold,italic]}},{T: and }},{T:both^[bold,italic]}}]}]
        [{paragraph:[{T:(}},{T:bold^[bold]}},{T:), «}},{T:it^[italic]}},{T:»!}}]}]
        [{paragraph:[{T:snake_case_name 2*3*4 a~b~c}}]}]
        [{paragraph:[{T:*not closed and _also not}}]}]
        [{paragraph:[{T:**doubled** __init__ * spaced * and }},{T:über^[bold]}}]}]
        [{paragraph:[{T:*over}},break,{T:lines*}}]}]
        [{paragraph:[{T:*literal* <b> :smile:^[code]}},{T: ``}}]}]
        [{paragraph:[{T:é_x_ _x_́}}]}]
        [{paragraph:[{T:bold ^[bold]}},{link:{url:https://example.com,content:[{T:link^[bold]}}]}},{T: ^[bold]}},{emoji:{name:wave,unicode:👋}},{T: ^[bold]}},{T:c^[bold,code]}}]}]
        "#
    );
}

#[test]
fn tokens() {
    insta::assert_snapshot!(
        [
            "<@U1> <@U1|old> <@U404> <@here>",
            "<#C1> <#C1|> <#C1|named> <#C404>",
            "<!here> <!channel|channel> <!group> <!everyone>",
            "<!subteam^S1|@devs> <!subteam^S1> <!unknown|label>",
            "<!date^1392734382^{date_num}^https://example.com|Feb 18> <!date^x^y|no date>",
            "<https://example.com> <https://example.com|shown> <mailto:a@b.example|a@b.example>",
            "<http://boot.ci|boot.ci>() <tel:+123> <http://localhost:80/a_b_c?x=1&amp;y=2>",
            "<sys/select.h> <- 1e7 <<<<<<< HEAD <!doctype html> a < b & c",
            "<https://example.com/pull/3\n*Branch:|x>",
            "<https://example.com|two\nlines> after",
            "<https://files.slack.com/a?t=xoxe-1|a> &amp;lt; <>",
        ]
        .map(read)
        .join("\n"),
        @r#"
        [{paragraph:[{mention:{target:{person:U1},text:Ann}},{T: }},{mention:{target:{person:U1},text:old}},{T: }},{mention:{target:{person:U404},text:}},{T: }},{mention:{target:{everyone:here},text:here}}]}]
        [{paragraph:[{mention:{target:{conversation:C1},text:general}},{T: }},{mention:{target:{conversation:C1},text:general}},{T: }},{mention:{target:{conversation:C1},text:named}},{T: }},{mention:{target:{conversation:C404},text:}}]}]
        [{paragraph:[{mention:{target:{everyone:here},text:here}},{T: }},{mention:{target:{everyone:channel},text:channel}},{T: }},{mention:{target:{everyone:channel},text:channel}},{T: }},{mention:{target:{everyone:everyone},text:everyone}}]}]
        [{paragraph:[{mention:{target:{group:S1},text:devs}},{T: }},{mention:{target:{group:S1},text:}},{T: label}}]}]
        [{paragraph:[{date:{time:2014-02-18T14:39:42.000000Z,text:Feb 18,format:%Y-%m-%d,url:https://example.com}},{T: }},{T:no date}}]}]
        [{paragraph:[{link:{url:https://example.com}},{T: }},{link:{url:https://example.com,content:[{T:shown}}]}},{T: }},{link:{url:mailto:a@b.example,content:[{T:a@b.example}}]}}]}]
        [{paragraph:[{link:{url:http://boot.ci,content:[{T:boot.ci}}]}},{T:() }},{link:{url:tel:+123}},{T: }},{link:{url:http://localhost:80/a_b_c?x=1&y=2}}]}]
        [{paragraph:[{T:<sys/select.h> <- 1e7 <<<<<<< HEAD <!doctype html> a < b & c}}]}]
        [{paragraph:[{T:<https://example.com/pull/3}},break,{T:*Branch:|x>}}]}]
        [{paragraph:[{link:{url:https://example.com,content:[{T:two}},break,{T:lines}}]}},{T: after}}]}]
        [{paragraph:[{link:{url:https://files.slack.com/a,content:[{T:a}}]}},{T: &lt; <>}}]}]
        "#
    );
}

#[test]
fn blocks_and_lines() {
    insta::assert_snapshot!(
        [
            "one\ntwo\n\nthree",
            "&gt; quoted\n&gt;more\nnot",
            "before\n&gt;&gt;&gt; all\nthe rest\n```x```",
            "> from a bot",
            "```\ncode *x*\n  <https://example.com>\n```",
            "in line ```a &lt; b``` after",
            "```unclosed *bold*",
            "&gt; ```in quote```",
            "\u{2022} one\n    \u{25e6} two",
            "`````` x ```y```",
            "a\r\nb\rc",
        ]
        .map(read)
        .join("\n"),
        @r#"
        [{paragraph:[{T:one}},break,{T:two}},break,break,{T:three}}]}]
        [{quote:{blocks:[{paragraph:[{T:quoted}},break,{T:more}}]}]}},{paragraph:[{T:not}}]}]
        [{paragraph:[{T:before}}]},{quote:{blocks:[{paragraph:[{T:all}},break,{T:the rest}}]},{code:{text:x}}]}}]
        [{quote:{blocks:[{paragraph:[{T:from a bot}}]}]}}]
        [{code:{text:code *x*\n  https://example.com}}]
        [{paragraph:[{T:in line }}]},{code:{text:a < b}},{paragraph:[{T: after}}]}]
        [{paragraph:[{T:```unclosed }},{T:bold^[bold]}}]}]
        [{quote:{blocks:[{code:{text:in quote}}]}}]
        [{paragraph:[{T:• one}},break,{T:    ◦ two}}]}]
        [{paragraph:[{T:`````` x }}]},{code:{text:y}}]
        [{paragraph:[{T:a}},break,{T:b}},break,{T:c}}]}]
        "#
    );
}

#[test]
fn emoji() {
    insta::assert_snapshot!(
        [
            ":wave: :wave::skin-tone-3: :partyparrot: :simple_smile:",
            ":wave::wave: word:tada:word 12:30:45 12:100:5 std::key::x a:b:c",
            "http://host:80:x :Not: :: : :: :+1: :-1:",
            ":1000: :\u{fc}ber: :custom::wave:",
        ]
        .map(read)
        .join("\n"),
        @r#"
        [{paragraph:[{emoji:{name:wave,unicode:👋}},{T: }},{emoji:{name:wave,unicode:👋🏼}},{T: }},{emoji:{name:partyparrot}},{T: }},{emoji:{name:simple_smile,unicode:🙂}}]}]
        [{paragraph:[{emoji:{name:wave,unicode:👋}},{emoji:{name:wave,unicode:👋}},{T: word}},{emoji:{name:tada,unicode:🎉}},{T:word 12:30:45 12:100:5 std::key::x a:b:c}}]}]
        [{paragraph:[{T:http://host:80:x :Not: :: : :: }},{emoji:{name:+1,unicode:👍}},{T: }},{emoji:{name:-1,unicode:👎}}]}]
        [{paragraph:[{T::1000: }},{emoji:{name:über}},{T: }},{emoji:{name:custom}},{emoji:{name:wave,unicode:👋}}]}]
        "#
    );
}

/// Nothing that a person could read may vanish: runs of letters and digits outside of tokens.
fn readable(text: &str) -> Vec<String> {
    let decoded = text
        .replace("&lt;", " ")
        .replace("&gt;", " ")
        .replace("&amp;", " ");
    decoded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn never_panics(text in "\\PC*") {
        words(&text);
    }

    #[test]
    fn no_word_is_lost(text in "([a-z\u{e4}\u{65e5}0-9]{1,3}|[*_~` \n]|```|&gt;|&lt;|&amp;|&|>|<){0,40}") {
        let shown = words(&text);
        let mut rest = shown.as_str();
        for word in readable(&text) {
            let at = rest.find(&word);
            prop_assert!(at.is_some(), "{word:?} of {text:?} is not in {shown:?}");
            rest = &rest[at.unwrap() + word.len()..];
        }
    }

    #[test]
    fn markup_soup_never_panics(text in "(<[@#!]?[A-Z^|]{0,4}|[|>:\n*_~`]|:wave:|::skin-tone-2:|&gt;&gt;&gt;|```|[a\u{301}\u{1f600}]){0,60}") {
        words(&text);
    }
}

#[test]
fn long_texts_take_linear_time() {
    for piece in [
        "*a ",
        "_",
        "`",
        "```",
        "<",
        "<@",
        ":",
        ":a",
        "&gt;&gt;&gt;",
        "&",
        "*_~",
        "\n",
        "> ",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let start = std::time::Instant::now();
        words(&text);
        assert!(start.elapsed().as_secs() < 5, "{piece}");
    }
}

#[test]
fn huge_texts_take_no_longer_than_their_length() {
    for pattern in [
        "*a _b ~c ",
        "*a _b ~c d~ e_ f* ",
        "_*a* ",
        "*_~a",
        "a~ b_ c* ",
        "*a ",
        "a* ",
        "_a *b_ ",
        "<a|",
        "<http://a|b",
        "<http://a|b> ",
        "`",
        "`a",
        "```",
        "```a",
        "``` ",
        "&gt; ```a",
        "&gt; a\n",
        "&gt;&gt;&gt;\n",
        ":a",
        ":a:",
        ":+1:",
        "<!date^1^{date_num}|x> ",
        "&amp;",
        "\n",
        "<\n",
        "*\n_a",
        "\u{301}*a",
        "<@U9> ",
        "<#C9|> ",
        "```<@U1>",
        "```<@U1>```\n",
        "&gt;```<@U1>```",
        "&gt;<@U1>```",
        "<a ```b\n",
        "```\n&gt; ",
        "&gt;```\n",
        ":x:",
        "*:+1:* ",
        "`<http://a>` ",
        "\r",
    ] {
        let text = pattern.repeat(400_000 / pattern.len());
        let started = std::time::Instant::now();
        let name_table = NameTable::for_tests();
        blocks(&text, Marks::NONE, &mut Context::new(&name_table));
        // A tenth of a second as it is; minutes, if it grows with the square.
        let taken = started.elapsed();
        assert!(taken.as_secs() < 20, "{pattern:?}: {taken:?}");
    }
}

#[test]
fn bare_words_of_titles_and_topics() {
    let name_table = NameTable::for_tests();
    for (raw, words) in [
        ("plain", "plain"),
        (":tada::heartpulse: Party", "🎉💗 Party"),
        (
            "a &amp; b *not bold* snake_case",
            "a & b *not bold* snake_case",
        ),
        (
            "ask <@U1> in <#C1> or see <https://e.example|e.example> or <https://e.example/x|this>",
            "ask @Ann in #general or see https://e.example or this (https://e.example/x)",
        ),
        ("12:30:45 :no_such_thing:", "12:30:45 :no_such_thing:"),
    ] {
        assert_eq!(bare_words(raw, &name_table), words);
    }
}
