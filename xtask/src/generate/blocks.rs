//! Rich text and Block Kit: what is said, once as blocks and once as mrkdwn.

use serde::Serialize;

use super::people::Person;
use super::plan::Channel;
use super::random::Random;
use super::words;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block {
    RichText {
        block_id: String,
        elements: Vec<Part>,
    },
    Header {
        block_id: String,
        text: TextObject,
    },
    Section {
        block_id: String,
        text: TextObject,
    },
    Context {
        block_id: String,
        elements: Vec<TextObject>,
    },
    Divider {
        block_id: String,
    },
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum TextObject {
    PlainText { text: String, emoji: bool },
    Mrkdwn { text: String, verbatim: bool },
}

/// An element of a rich text.
#[derive(Serialize)]
#[serde(tag = "type")]
pub(super) enum Part {
    #[serde(rename = "rich_text_section")]
    Section { elements: Vec<Inline> },
    #[serde(rename = "rich_text_list")]
    List {
        elements: Vec<Part>,
        style: &'static str,
        indent: u8,
        border: u8,
    },
    #[serde(rename = "rich_text_quote")]
    Quote { elements: Vec<Inline> },
    #[serde(rename = "rich_text_preformatted")]
    Preformatted { elements: Vec<Inline>, border: u8 },
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Inline {
    Text {
        text: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        style: Option<Style>,
    },
    Emoji {
        name: &'static str,
        #[serde(skip_serializing_if = "str::is_empty")]
        unicode: &'static str,
    },
    Link {
        url: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    User {
        user_id: String,
    },
    Channel {
        channel_id: String,
    },
    Broadcast {
        range: &'static str,
    },
}

#[derive(Serialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Mark {
    Bold,
    Italic,
    Strike,
    Code,
}

/// Slack's marks of an inline: `{"bold": true}`.
#[derive(Clone, Copy)]
pub(super) struct Style(Mark);

impl Serialize for Style {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(self.0, true)])
    }
}

/// Something a person says.
pub(super) fn speech(random: &mut Random, channel: &Channel, people: &[Person]) -> Vec<Part> {
    let mut inlines = Vec::new();
    if random.chance(12.0) {
        inlines.push(mention(random, channel, people));
        say(&mut inlines, " ");
    }
    for _ in 0..1 + random.below(5).min(random.below(5)) {
        sentence(random, &mut inlines, channel, people);
    }
    let mut parts = Vec::new();
    let aside = aside(random);
    if aside.is_some() {
        say(&mut inlines, "\n");
    }
    parts.push(Part::Section { elements: inlines });
    parts.extend(aside);
    parts
}

/// A list, a quote or a program below what is said.
fn aside(random: &mut Random) -> Option<Part> {
    let line = |random: &mut Random| vec![plain(&run_of_words(random, 3, 9))];
    match random.below(1_000) {
        0..30 => {
            let items = random.within(2, 6);
            let style = random.pick(&["bullet", "bullet", "ordered"]);
            let elements = (0..items)
                .map(|_| Part::Section {
                    elements: line(random),
                })
                .collect();
            Some(Part::List {
                elements,
                style,
                indent: 0,
                border: 0,
            })
        }
        30..50 => Some(Part::Quote {
            elements: line(random),
        }),
        50..75 => {
            let program = random.pick(words::PROGRAMS);
            Some(Part::Preformatted {
                elements: vec![plain(program)],
                border: 0,
            })
        }
        _ => None,
    }
}

fn sentence(random: &mut Random, inlines: &mut Vec<Inline>, channel: &Channel, people: &[Person]) {
    say(inlines, &run_of_words(random, 3, 14));
    let special = match random.below(1_000) {
        0..150 => {
            let mark = random.pick(&[Mark::Bold, Mark::Bold, Mark::Italic, Mark::Strike]);
            Some(Inline::Text {
                text: run_of_words(random, 1, 4),
                style: Some(Style(mark)),
            })
        }
        150..230 => {
            let text = random.pick(words::CODE).to_owned();
            Some(Inline::Text {
                text,
                style: Some(Style(Mark::Code)),
            })
        }
        230..350 => {
            let url = format!("{}{}", random.pick(words::PAGES), random.below(9_000));
            let text = random.chance(40.0).then(|| run_of_words(random, 1, 4));
            Some(Inline::Link { url, text })
        }
        350..490 => {
            let (name, unicode) = random.pick_early(words::EMOJI);
            Some(Inline::Emoji { name, unicode })
        }
        490..560 => Some(mention(random, channel, people)),
        560..575 => Some(Inline::Channel {
            channel_id: channel.id.clone(),
        }),
        575..580 => Some(Inline::Broadcast {
            range: random.pick(&["here", "channel"]),
        }),
        _ => None,
    };
    if let Some(special) = special {
        say(inlines, " ");
        inlines.push(special);
        say(inlines, " ");
        say(inlines, &run_of_words(random, 1, 6));
    }
    say(inlines, random.pick(&[". ", ". ", "? ", "! ", ".\n"]));
}

fn mention(random: &mut Random, channel: &Channel, people: &[Person]) -> Inline {
    let member = people.get(random.pick(&channel.members));
    Inline::User {
        user_id: member.map(|person| person.id.clone()).unwrap_or_default(),
    }
}

/// Block Kit of a machine that reports.
pub(super) fn report(random: &mut Random) -> Vec<Block> {
    let mut id = || format!("{:05}", random.below(100_000));
    let ids = [id(), id(), id(), id()];
    let [header, section, divider, context] = ids;
    let title = run_of_words(random, 2, 5);
    let (bold, rest) = (run_of_words(random, 1, 3), run_of_words(random, 6, 20));
    let page = format!("{}{}", random.pick(words::PAGES), random.below(9_000));
    let text = format!("*{bold}* {rest}\n<{page}|{}>", run_of_words(random, 1, 3));
    let note = TextObject::Mrkdwn {
        text: run_of_words(random, 2, 6),
        verbatim: false,
    };
    vec![
        Block::Header {
            block_id: header,
            text: TextObject::PlainText {
                text: title,
                emoji: true,
            },
        },
        Block::Section {
            block_id: section,
            text: TextObject::Mrkdwn {
                text,
                verbatim: false,
            },
        },
        Block::Divider { block_id: divider },
        Block::Context {
            block_id: context,
            elements: vec![note],
        },
    ]
}

/// Between `least` and `most` words, without `most`.
pub(super) fn run_of_words(random: &mut Random, least: usize, most: usize) -> String {
    let mut text = String::new();
    for number in 0..random.within(least, most) {
        if number > 0 {
            text.push(' ');
        }
        text.push_str(random.pick(words::WORDS));
    }
    text
}

/// Appends to the last run of plain text, if the element before is one.
fn say(inlines: &mut Vec<Inline>, words: &str) {
    if let Some(Inline::Text { text, style: None }) = inlines.last_mut() {
        text.push_str(words);
    } else {
        inlines.push(plain(words));
    }
}

fn plain(text: &str) -> Inline {
    Inline::Text {
        text: text.to_owned(),
        style: None,
    }
}

/// Returns the text as mrkdwn, which is what `text` holds.
pub(super) fn mrkdwn(parts: &[Part]) -> String {
    let mut text = String::new();
    for part in parts {
        write_part(&mut text, part);
    }
    text.truncate(text.trim_end().len());
    text
}

fn write_part(text: &mut String, part: &Part) {
    match part {
        Part::Section { elements } => write_inlines(text, elements),
        Part::Quote { elements } => {
            text.push_str("&gt; ");
            write_inlines(text, elements);
            text.push('\n');
        }
        Part::Preformatted { elements, .. } => {
            text.push_str("```");
            write_inlines(text, elements);
            text.push_str("```\n");
        }
        Part::List {
            elements, style, ..
        } => {
            for (number, item) in elements.iter().enumerate() {
                match *style {
                    "ordered" => text.push_str(&format!("{}. ", number + 1)),
                    _ => text.push_str("• "),
                }
                write_part(text, item);
                text.push('\n');
            }
        }
    }
}

fn write_inlines(text: &mut String, inlines: &[Inline]) {
    for inline in inlines {
        match inline {
            Inline::Text { text: words, style } => {
                let around = style.map_or("", |style| match style.0 {
                    Mark::Bold => "*",
                    Mark::Italic => "_",
                    Mark::Strike => "~",
                    Mark::Code => "`",
                });
                let escaped = words
                    .replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('>', "&gt;");
                text.extend([around, &escaped, around]);
            }
            Inline::Emoji { name, .. } => text.extend([":", name, ":"]),
            Inline::Link { url, text: None } => text.extend(["<", url, ">"]),
            Inline::Link {
                url,
                text: Some(label),
            } => text.extend(["<", url, "|", label, ">"]),
            Inline::User { user_id } => text.extend(["<@", user_id, ">"]),
            Inline::Channel { channel_id } => text.extend(["<#", channel_id, "|>"]),
            Inline::Broadcast { range } => text.extend(["<!", range, ">"]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_mrkdwn_say_the_same() {
        let bold = Inline::Text {
            text: "a < b".into(),
            style: Some(Style(Mark::Bold)),
        };
        let link = Inline::Link {
            url: "https://x.example".into(),
            text: Some("x".into()),
        };
        let item = Part::Section {
            elements: vec![plain("one")],
        };
        let parts = [
            Part::Section {
                elements: vec![bold, plain(" "), link, plain("\n")],
            },
            Part::List {
                elements: vec![item],
                style: "ordered",
                indent: 0,
                border: 0,
            },
        ];
        assert_eq!(mrkdwn(&parts), "*a &lt; b* <https://x.example|x>\n1. one");
        let [section, _] = &parts;
        assert_eq!(
            serde_json::to_string(section).unwrap(),
            "{\"type\":\"rich_text_section\",\"elements\":[\
             {\"type\":\"text\",\"text\":\"a < b\",\"style\":{\"bold\":true}},\
             {\"type\":\"text\",\"text\":\" \"},\
             {\"type\":\"link\",\"url\":\"https://x.example\",\"text\":\"x\"},\
             {\"type\":\"text\",\"text\":\"\\n\"}]}"
        );
    }
}
