//! The inline elements of rich text.

use chatferry_model::Text;
use chatferry_model::document::{
    Audience, Block, Document, Inline, Link as ModelLink, Mark, Marks,
};
use chatferry_model::emoji::Emoji as ModelEmoji;
use chatferry_model::phrases::source as phrases;
use serde::de::MapAccess;
use serde::{Deserialize, Deserializer};

use crate::slack::blocks::unknown::Unknown;
use crate::slack::context::Context;
use crate::slack::emoji::{self, Name};
use crate::slack::lenient::{self, Flag, Num, Obj, Str, Tagged};
use crate::slack::mrkdwn::{self, push_lines};
use crate::slack::permalink;
use crate::slack::time::SlackTs;
use crate::{Support, url};

macro_rules! elements {
    ($($($kind:literal)|+ => $variant:ident($type:ident), $support:ident $becomes:literal;)*) => {
        /// An inline element.
        #[derive(Debug)]
        pub(in crate::slack) enum Element<'a> {
            $($variant($type<'a>),)*
            Unknown(Unknown<'a>),
        }

        /// Every kind of inline element that is known.
        pub(in crate::slack) const KINDS: &[crate::Element] =
            &[$($(crate::Element::new($kind, Support::$support, $becomes),)+)*];

        impl<'de> Tagged<'de> for Element<'de> {
            fn of_kind<A: MapAccess<'de>>(kind: Str<'de>, rest: A) -> Result<Self, A::Error> {
                Ok(match kind.or_empty() {
                    $($($kind)|+ => Self::$variant(lenient::rest(rest)?),)*
                    kind => Self::Unknown(Unknown::read(kind, rest)?),
                })
            }

            fn of_scalar(scalar: Text<'de>) -> Self {
                Self::Unknown(Unknown::of_words(scalar))
            }
        }

        impl<'a> Element<'a> {
            /// Appends what the element shows.
            pub(in crate::slack) fn push<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Inline<'m>>) {
                match self {
                    $(Self::$variant(element) => element.push(context, out),)*
                    Self::Unknown(element) => out.append(&mut element.inlines(context)),
                }
            }
        }
    };
}

elements! {
    "text" | "raw_text" => Text(Words),
        Whole "words, with all styles";
    "link" => Link(Link),
        Whole "link";
    "emoji" => Emoji(Emoji),
        Whole "the characters; a custom one by its name";
    "user" | "canvas_user_mention" => User(User),
        Whole "mention, or bold name";
    "usergroup" => UserGroup(UserGroup),
        Partly "name where the text has it: no export lists groups";
    "channel" => Channel(Channel),
        Whole "mention, or name";
    "broadcast" => Broadcast(Broadcast),
        Whole "mention of the channel, or word";
    "date" => Date(Date),
        Whole "the words people saw, else the time in UTC";
    "color" => Color(Color),
        Partly "its value, without the swatch";
    "team" => Team(Team),
        Partly "name of the workspace, where it is known";
    "canvas" | "file" => Canvas(Canvas),
        Partly "title, as a link where there is an address";
    "message_mention" | "canvas_message_unfurl" => MessageMention(MessageMention),
        Whole "link to the message";
    "citation" => Citation(Citation),
        Partly "title of what is cited, as a link";
    "attachment_mention" | "work_object_mention" | "workflow_mention" | "list_record" | "tag"
        | "salesforce_data_field" => Named(Named),
        Partly "its name, as a link where there is an address";
}

impl Default for Element<'_> {
    fn default() -> Self {
        Self::Unknown(Unknown::default())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Element<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::tagged::<Element<'de>, D>(deserializer)
    }
}

impl<'a> Element<'a> {
    /// Appends the words alone, as code shows them.
    pub(super) fn push_words<'m>(&'m self, context: &mut Context<'m>, out: &mut String) {
        match self {
            Self::Text(words) => out.push_str(words.text.or_empty()),
            Self::Link(link) => match link.text.get() {
                Some(text) => out.push_str(text),
                None => out.push_str(&link.address()),
            },
            other => {
                let mut line = Vec::new();
                other.push(context, &mut line);
                let blocks = vec![Block::Paragraph(line)];
                out.push_str(&Document { blocks }.to_plain_text());
            }
        }
    }
}

/// The way an element is set. Highlights of searches and the like are no style of the words.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Style {
    bold: Flag,
    italic: Flag,
    strike: Flag,
    code: Flag,
    underline: Flag,
    highlight: Flag,
}

fn marks(style: &Obj<Style>) -> Marks {
    let Some(style) = style.get() else {
        return Marks::NONE;
    };
    [
        (style.bold, Mark::Bold),
        (style.italic, Mark::Italic),
        (style.strike, Mark::Strike),
        (style.code, Mark::Code),
        (style.underline, Mark::Underline),
        (style.highlight, Mark::Highlight),
    ]
    .into_iter()
    .filter(|(flag, _)| flag.is_set())
    .fold(Marks::NONE, |marks, (_, mark)| marks | mark)
}

/// `text`: raw words, line feeds included.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Words<'a> {
    pub(super) text: Str<'a>,
    style: Obj<Style>,
}

impl Words<'_> {
    fn push<'m>(&'m self, _: &mut Context<'m>, out: &mut Vec<Inline<'m>>) {
        push_lines(self.text.or_empty().into(), marks(&self.style), out);
    }
}

/// `link`: raw, but bots' addresses come escaped (crates/readers/src/slack/FORMAT.md trap 40).
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Link<'a> {
    url: Str<'a>,
    text: Str<'a>,
    style: Obj<Style>,
}

impl Link<'_> {
    fn address(&self) -> Text<'_> {
        url::without_token(mrkdwn::decode(self.url.or_empty()))
    }

    fn push<'m>(&'m self, _: &mut Context<'m>, out: &mut Vec<Inline<'m>>) {
        let (url, marks) = (self.address(), marks(&self.style));
        let mut content = Vec::new();
        match self.text.get().filter(|text| *text != self.url.or_empty()) {
            Some(text) => push_lines(text.into(), marks, &mut content),
            None if marks.is_none() => {}
            None => content.push(Inline::marked(url.as_str().to_owned(), marks)),
        }
        if url.is_empty() {
            out.append(&mut content);
        } else {
            out.push(Inline::Link(ModelLink { url, content }));
        }
    }
}

/// `emoji`: its characters are spelled out since 2021, tone included.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Emoji<'a> {
    name: Str<'a>,
    unicode: Str<'a>,
    skin_tone: Num,
}

impl Emoji<'_> {
    fn push<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Inline<'m>>) {
        let name = Name::parse(self.name.or_empty());
        let tone = self.skin_tone.get().map(|tone| tone.to_string());
        let unicode =
            self.unicode
                .get()
                .and_then(emoji::from_hex)
                .or_else(|| match (&tone, name.tone) {
                    (Some(tone), "") => Name {
                        base: name.base,
                        tone,
                    }
                    .characters(),
                    _ => context.emoji(self.name.or_empty()).unicode,
                });
        out.push(Inline::Emoji(ModelEmoji {
            name: name.base.into(),
            unicode,
        }));
    }
}

/// `user`
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct User<'a> {
    user_id: Str<'a>,
    name: Str<'a>,
    style: Obj<Style>,
}

impl User<'_> {
    fn push<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Inline<'m>>) {
        if let Some(id) = self.user_id.id() {
            out.push(context.person(id, self.name.text(), marks(&self.style)));
        }
    }
}

/// `usergroup`
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct UserGroup<'a> {
    usergroup_id: Str<'a>,
    name: Str<'a>,
    style: Obj<Style>,
}

impl UserGroup<'_> {
    fn push<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Inline<'m>>) {
        if let Some(id) = self.usergroup_id.get() {
            out.push(context.group(id, self.name.text(), marks(&self.style)));
        }
    }
}

/// `channel`
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Channel<'a> {
    channel_id: Str<'a>,
    name: Str<'a>,
    style: Obj<Style>,
}

impl Channel<'_> {
    fn push<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Inline<'m>>) {
        if let Some(id) = self.channel_id.get() {
            out.push(context.conversation(id, self.name.text(), marks(&self.style)));
        }
    }
}

/// `broadcast`
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Broadcast<'a> {
    range: Str<'a>,
    style: Obj<Style>,
}

impl Broadcast<'_> {
    fn push<'m>(&'m self, _: &mut Context<'m>, out: &mut Vec<Inline<'m>>) {
        let audience = match self.range.or_empty() {
            "here" => Audience::Here,
            "everyone" => Audience::Everyone,
            _ => Audience::Channel,
        };
        out.push(mrkdwn::everyone(audience, marks(&self.style)));
    }
}

/// `date`
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Date<'a> {
    timestamp: SlackTs,
    format: Str<'a>,
    fallback: Str<'a>,
    url: Str<'a>,
    style: Obj<Style>,
}

impl Date<'_> {
    fn push<'m>(&'m self, _: &mut Context<'m>, out: &mut Vec<Inline<'m>>) {
        let marks = marks(&self.style);
        let format = self.format.or_empty().into();
        let (fallback, url) = (self.fallback.text(), self.url.text());
        match mrkdwn::date(self.timestamp, format, fallback, url, marks) {
            Ok(date) => out.push(date),
            Err(words) => out.extend(words.map(|words| Inline::marked(words, marks))),
        }
    }
}

/// `color`: its name, as `#2673D9`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Color<'a> {
    value: Str<'a>,
    style: Obj<Style>,
}

impl Color<'_> {
    fn push<'m>(&'m self, _: &mut Context<'m>, out: &mut Vec<Inline<'m>>) {
        out.extend(
            self.value
                .text()
                .map(|value| Inline::marked(value, marks(&self.style))),
        );
    }
}

/// `team`: a workspace called by id.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Team<'a> {
    team_id: Str<'a>,
    name: Str<'a>,
    style: Obj<Style>,
}

impl Team<'_> {
    fn push<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Inline<'m>>) {
        if let Some(id) = self.team_id.get() {
            let name = self.name.get().or(context.name_table.workspace_name(id));
            let name = name.unwrap_or(phrases::WORKSPACE);
            out.push(Inline::marked(format!("@{name}"), marks(&self.style)));
        }
    }
}

/// `canvas`, `file`: a document of Slack's, called by id.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Canvas<'a> {
    file_id: Str<'a>,
    title: Str<'a>,
    name: Str<'a>,
    text: Str<'a>,
    label: Str<'a>,
    url: Str<'a>,
    style: Obj<Style>,
}

impl Canvas<'_> {
    fn push<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Inline<'m>>) {
        let known = context.name_table.file_title(self.file_id.or_empty());
        let given = first_of([&self.text, &self.title, &self.label, &self.name]);
        let words = given.or(known).unwrap_or(phrases::CANVAS);
        out.push(link(words, address(&self.url), &self.style));
    }
}

/// `message_mention`, `canvas_message_unfurl`: a message called by its place.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct MessageMention<'a> {
    text: Str<'a>,
    url: Str<'a>,
    channel_id: Str<'a>,
    message_ts: Str<'a>,
    root_message_channel: Str<'a>,
    root_message_ts: Str<'a>,
    style: Obj<Style>,
}

impl MessageMention<'_> {
    fn push<'m>(&'m self, _: &mut Context<'m>, out: &mut Vec<Inline<'m>>) {
        let channel = first_of([&self.channel_id, &self.root_message_channel]);
        let ts = first_of([&self.message_ts, &self.root_message_ts]);
        let words = self.text.get().unwrap_or(phrases::MESSAGE);
        let place = || Some(permalink::address(channel?, ts?));
        let address = address(&self.url).or_else(place);
        out.push(link(words, address, &self.style));
    }
}

/// `citation`: a source that an agent names by a number.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Citation<'a> {
    url: Str<'a>,
    text: Str<'a>,
    details: Obj<CitationDetails<'a>>,
    style: Obj<Style>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct CitationDetails<'a> {
    title: Str<'a>,
    display_name: Str<'a>,
    channel: Str<'a>,
    message_ts: Str<'a>,
}

impl Citation<'_> {
    fn push<'m>(&'m self, _: &mut Context<'m>, out: &mut Vec<Inline<'m>>) {
        let details = self.details.get();
        let title = details.and_then(|details| first_of([&details.title, &details.display_name]));
        let words = title.or(self.text.get()).unwrap_or(phrases::CITATION);
        let place = details.and_then(|details| details.channel.get().zip(details.message_ts.get()));
        let place = || place.map(|(channel, ts)| permalink::address(channel, ts));
        let address = address(&self.url).or_else(place);
        out.push(link(words, address, &self.style));
    }
}

/// `attachment_mention`, `list_record`, `tag` and the like: something of an app's, by its name.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Named<'a> {
    text: Str<'a>,
    label: Str<'a>,
    title: Str<'a>,
    name: Str<'a>,
    salesforce_field_label: Str<'a>,
    fallback: Str<'a>,
    salesforce_field_value: Str<'a>,
    value: Str<'a>,
    product_name: Str<'a>,
    file_id: Str<'a>,
    url: Str<'a>,
    style: Obj<Style>,
}

impl Named<'_> {
    fn push<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Inline<'m>>) {
        let words = first_of([
            &self.text,
            &self.label,
            &self.title,
            &self.name,
            &self.salesforce_field_label,
            &self.fallback,
        ]);
        let known = || context.name_table.file_title(self.file_id.get()?);
        match (words.or_else(known), address(&self.url)) {
            (Some(words), address) => out.push(link(words, address, &self.style)),
            (None, Some(url)) => out.push(Inline::Link(ModelLink {
                url,
                content: Vec::new(),
            })),
            (None, None) => {
                let words = self.product_name.get().unwrap_or(phrases::ITEM);
                out.push(link(words, None, &self.style));
            }
        }
        if let Some(value) = first_of([&self.salesforce_field_value, &self.value]) {
            mrkdwn::push_words(format!(": {value}").into(), marks(&self.style), out);
        }
    }
}

/// The first of the strings that is not empty.
fn first_of<'s, const N: usize>(strings: [&'s Str<'_>; N]) -> Option<&'s str> {
    strings.into_iter().find_map(|string| string.get())
}

/// The address as it may go into the document.
fn address<'m>(raw: &'m Str<'_>) -> Option<Text<'m>> {
    raw.get().map(|raw| url::without_token(mrkdwn::decode(raw)))
}

/// Words that lead to an address, if there is one.
fn link<'m>(words: &'m str, address: Option<Text<'m>>, style: &Obj<Style>) -> Inline<'m> {
    let words = Inline::marked(words, marks(style));
    match address {
        Some(url) => Inline::Link(ModelLink {
            url,
            content: vec![words],
        }),
        None => words,
    }
}
