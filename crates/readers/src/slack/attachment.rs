//! Attachments: what bots showed before there were blocks, previews of links, and messages that
//! were shared (crates/readers/src/slack/FORMAT.md 3.5).

use chatferry_model::Text;
use chatferry_model::document::{
    Block, Card, CardAuthor, CardField, Cite, Image, ImageSource, Inline, Link, Mark, Marks, Quote,
};
use serde::Deserialize;

use super::blocks::{self, Block as SlackBlock};
use super::context::Context;
use super::files::File;
use super::lenient::{Flag, List, Num, Obj, Str};
use super::mrkdwn::{self, decode};
use super::time::SlackTs;
use crate::Element;
use crate::Support::{No, Partly, Whole};
use crate::url;

/// Every part of an attachment that is known; [`Attachment`] holds those that are shown.
pub(super) const PARTS: &[Element] = &[
    Element::new("pretext", Whole, "words above the card"),
    Element::new("author_name", Whole, "byline"),
    Element::new("author_subname", Whole, "byline"),
    Element::new("author_link", Whole, "link of the byline"),
    Element::new("author_icon", No, "nothing"),
    Element::new("service_name", Whole, "byline"),
    Element::new("service_icon", No, "nothing"),
    Element::new("title", Whole, "title"),
    Element::new("title_link", Whole, "link of the title"),
    Element::new("text", Whole, "words"),
    Element::new("mrkdwn_in", Whole, "says which words are marked up"),
    Element::new("fields", Whole, "fields, short ones side by side"),
    Element::new("blocks", Whole, "as the blocks of a message"),
    Element::new("message_blocks", Whole, "rich text of a shared message"),
    Element::new("image_url", Whole, "picture"),
    Element::new("image_width", Whole, "its size"),
    Element::new("image_height", Whole, "its size"),
    Element::new("thumb_url", Whole, "small picture"),
    Element::new("thumb_width", Whole, "its size"),
    Element::new("thumb_height", Whole, "its size"),
    Element::new("video_html", No, "nothing: the title leads to it"),
    Element::new("audio_html", No, "nothing: the title leads to it"),
    Element::new("files", Whole, "files of the message"),
    Element::new("actions", Partly, "labels in brackets, choices of menus"),
    Element::new("color", Whole, "colour of the card's edge"),
    Element::new("footer", Whole, "footer"),
    Element::new("footer_icon", No, "nothing"),
    Element::new("ts", Whole, "time in the footer or of the shared message"),
    Element::new(
        "from_url",
        Whole,
        "link of the title, address of a shared message",
    ),
    Element::new("original_url", Whole, "link of the title"),
    Element::new("channel_name", Whole, "where a shared message is from"),
    Element::new("channel_id", Whole, "where a shared message is from"),
    Element::new("is_msg_unfurl", Whole, "a quote with its author"),
    Element::new("is_share", Whole, "a quote with its author"),
    Element::new(
        "is_app_unfurl",
        Whole,
        "a preview of a link, see `link_previews`",
    ),
    Element::new("fallback", Partly, "words, where there are no others"),
];

/// One attachment.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Attachment<'a> {
    fallback: Str<'a>,
    color: Str<'a>,
    pretext: Str<'a>,
    author_name: Str<'a>,
    author_subname: Str<'a>,
    author_link: Str<'a>,
    title: Str<'a>,
    title_link: Str<'a>,
    text: Str<'a>,
    fields: List<Obj<Field<'a>>>,
    image_url: Str<'a>,
    image_width: Num,
    image_height: Num,
    thumb_url: Str<'a>,
    thumb_width: Num,
    thumb_height: Num,
    footer: Str<'a>,
    ts: SlackTs,
    mrkdwn_in: List<Str<'a>>,
    actions: List<Obj<Action<'a>>>,
    service_name: Str<'a>,
    from_url: Str<'a>,
    original_url: Str<'a>,
    channel_name: Str<'a>,
    channel_id: Str<'a>,
    is_msg_unfurl: Flag,
    is_share: Flag,
    is_app_unfurl: Flag,
    pub(super) files: List<Obj<File<'a>>>,
    blocks: List<SlackBlock<'a>>,
    message_blocks: List<Obj<Shared<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Field<'a> {
    title: Str<'a>,
    value: Str<'a>,
    short: Flag,
}

/// A button or menu of the old kind.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Action<'a> {
    text: Str<'a>,
    url: Str<'a>,
    options: List<Obj<Choice<'a>>>,
    option_groups: List<Obj<ChoiceGroup<'a>>>,
}

/// One thing to choose from a menu of the old kind.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Choice<'a> {
    text: Str<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct ChoiceGroup<'a> {
    text: Str<'a>,
    options: List<Obj<Choice<'a>>>,
}

impl Action<'_> {
    /// Returns the label of the button, with what its menu offers.
    fn labels(&self) -> Vec<&str> {
        let mut labels: Vec<&str> = self.text.get().into_iter().collect();
        labels.extend(texts(&self.options));
        for group in self.option_groups.iter().filter_map(Obj::get) {
            labels.extend(group.text.get());
            labels.extend(texts(&group.options));
        }
        labels
    }
}

fn texts<'c>(choices: &'c [Obj<Choice<'_>>]) -> impl Iterator<Item = &'c str> {
    let choices = choices.iter().filter_map(Obj::get);
    choices.filter_map(|choice| choice.text.get())
}

/// The rich text of a message that was shared.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Shared<'a> {
    message: Obj<SharedMessage<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct SharedMessage<'a> {
    blocks: List<SlackBlock<'a>>,
}

impl Attachment<'_> {
    /// Returns true if it shows what is behind a link of the message, rather than something of its
    /// own.
    pub(super) fn is_link_preview(&self) -> bool {
        let leads_elsewhere = self.from_url.get().is_some() || self.is_app_unfurl.is_set();
        leads_elsewhere && !self.is_msg_unfurl.is_set() && !self.is_share.is_set()
    }

    /// Appends what the attachment shows.
    pub(super) fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        if self.is_msg_unfurl.is_set() || self.is_share.is_set() {
            let quote = self.quote(context);
            // Of some shared messages only the author and the address are known.
            if !quote.blocks.is_empty() || quote.cite.is_some() {
                out.push(Block::Quote(quote));
            }
            return;
        }
        let card = self.card(context);
        if card != Card::default() {
            out.push(Block::Card(Box::new(card)));
        } else if let Some(words) = self.fallback.get() {
            out.append(&mut mrkdwn::blocks(words, Marks::NONE, context));
        }
    }

    /// A message that was shared, or that a link leads to: the words of its author.
    fn quote<'m>(&'m self, context: &mut Context<'m>) -> Quote<'m> {
        let mut blocks = Vec::new();
        blocks.append(&mut self.words("pretext", &self.pretext, context));
        blocks.extend(self.headline(context));
        blocks.append(&mut self.content(context));
        let mut card = Card {
            image: self.image(),
            ..Card::default()
        };
        self.push_fields(context, &mut card);
        if card != Card::default() {
            blocks.push(Block::Card(Box::new(card)));
        }
        for file in self.files.iter().filter_map(Obj::get) {
            blocks.extend(
                file.id()
                    .map(|file| Block::Attachment(chatferry_model::document::Attachment { file })),
            );
        }
        if blocks.is_empty()
            && let Some(words) = self.fallback.get()
        {
            blocks.append(&mut mrkdwn::blocks(words, Marks::NONE, context));
        }
        let author = [&self.author_name, &self.author_subname]
            .into_iter()
            .find_map(|name| name.get())
            .map(|name| mrkdwn::bare_name(name.into(), context.name_table));
        let conversation = self.channel_name.text().or_else(|| {
            context
                .name_table
                .conversation_name(self.channel_id.get()?)
                .map(Text::from)
        });
        let cite = Cite {
            author,
            conversation,
            time: self.ts.get(),
            url: self.from_url.get().map(address),
        };
        Quote {
            blocks,
            cite: (cite != Cite::default()).then_some(cite),
        }
    }

    /// The title on a line of its own, where no card has a place for it.
    fn headline<'m>(&'m self, context: &mut Context<'m>) -> Option<Block<'m>> {
        let content = mrkdwn::inlines(self.title.or_empty(), Mark::Bold.into(), context);
        if content.is_empty() {
            return None;
        }
        Some(Block::Paragraph(match self.title_link.get() {
            Some(raw) => vec![Inline::Link(Link {
                url: address(raw),
                content,
            })],
            None => content,
        }))
    }

    /// Returns the byline of a card: the service, the author and the author's other name.
    fn byline(&self) -> Option<String> {
        let mut names: Vec<&str> = Vec::new();
        for name in [&self.service_name, &self.author_name, &self.author_subname] {
            names.extend(name.get().filter(|name| !names.contains(name)));
        }
        (!names.is_empty()).then(|| names.join(" \u{b7} "))
    }

    fn card<'m>(&'m self, context: &mut Context<'m>) -> Card<'m> {
        let mut card = Card {
            color: self.color(),
            pretext: self.words("pretext", &self.pretext, context),
            author: self.byline().map(|name| CardAuthor {
                name: mrkdwn::bare_words(&name, context.name_table).into(),
                url: self.author_link.get().map(address),
            }),
            title: mrkdwn::inlines(self.title.or_empty(), Marks::NONE, context),
            title_url: self
                .title_link
                .get()
                .or(self.from_url.get())
                .or(self.original_url.get())
                .map(address),
            body: self.content(context),
            image: self.image(),
            thumbnail: picture(&self.thumb_url, self.thumb_width, self.thumb_height),
            footer: mrkdwn::inlines(self.footer.or_empty(), Marks::NONE, context),
            time: self.ts.get(),
            ..Card::default()
        };
        self.push_fields(context, &mut card);
        for file in self.files.iter().filter_map(Obj::get) {
            card.body.extend(
                file.id()
                    .map(|file| Block::Attachment(chatferry_model::document::Attachment { file })),
            );
        }
        let says_nothing = card.pretext.is_empty()
            && card.title.is_empty()
            && card.body.is_empty()
            && card.fields.is_empty()
            && card.footer.is_empty();
        if says_nothing && let Some(words) = self.fallback.get() {
            // What clients show that can show nothing else.
            card.body = mrkdwn::blocks(words, Marks::NONE, context);
        }
        card
    }

    fn push_fields<'m>(&'m self, context: &mut Context<'m>, card: &mut Card<'m>) {
        for field in self.fields.iter().filter_map(Obj::get) {
            card.fields.push(CardField {
                title: mrkdwn::inlines(field.title.or_empty(), Marks::NONE, context),
                value: self.words("fields", &field.value, context),
                short: field.short.is_set(),
            });
        }
        let mut buttons = Vec::new();
        for action in self.actions.iter().filter_map(Obj::get) {
            for label in action.labels() {
                if !buttons.is_empty() {
                    mrkdwn::push_words(Text::from_static(" "), Marks::NONE, &mut buttons);
                }
                let label = mrkdwn::inlines(label, Marks::NONE, context);
                mrkdwn::push_button(label, action.url.get().map(address), &mut buttons);
            }
        }
        if !buttons.is_empty() {
            card.body.push(Block::Paragraph(buttons));
        }
    }

    /// The text, or the blocks where there are such.
    fn content<'m>(&'m self, context: &mut Context<'m>) -> Vec<Block<'m>> {
        let mut out = Vec::new();
        let shared = self.message_blocks.iter().filter_map(Obj::get);
        for message in shared.filter_map(|shared| shared.message.get()) {
            out.append(&mut blocks::convert(&message.blocks, context));
        }
        out.append(&mut blocks::convert(&self.blocks, context));
        if out.is_empty() {
            self.words("text", &self.text, context)
        } else {
            out
        }
    }

    /// A field that is mrkdwn unless `mrkdwn_in` names others and not it.
    fn words<'m>(
        &self,
        name: &str,
        field: &'m Str<'_>,
        context: &mut Context<'m>,
    ) -> Vec<Block<'m>> {
        let Some(words) = field.get() else {
            return Vec::new();
        };
        if self.mrkdwn_in.is_empty() || self.mrkdwn_in.iter().any(|field| field.is(name)) {
            return mrkdwn::blocks(words, Marks::NONE, context);
        }
        // Styles are off, but tokens and entities are what they are everywhere.
        mrkdwn::unstyled(words, context)
    }

    fn image(&self) -> Option<Image<'_>> {
        picture(&self.image_url, self.image_width, self.image_height)
    }

    fn color(&self) -> Option<Text<'_>> {
        let color = self.color.get()?;
        Some(match color {
            "good" => "#2eb886".into(),
            "warning" => "#daa038".into(),
            "danger" => "#a30200".into(),
            color => {
                let digits = color.trim_start_matches('#');
                let hex =
                    matches!(digits.len(), 3 | 6) && digits.bytes().all(|c| c.is_ascii_hexdigit());
                if !hex {
                    return None;
                }
                let full: String = match digits.len() {
                    3 => digits.chars().flat_map(|c| [c, c]).collect(),
                    _ => digits.to_owned(),
                };
                format!("#{}", full.to_ascii_lowercase()).into()
            }
        })
    }
}

fn address(raw: &str) -> Text<'_> {
    url::without_token(decode(raw))
}

fn picture<'m>(at: &'m Str<'_>, width: Num, height: Num) -> Option<Image<'m>> {
    at.get().map(|raw| Image {
        source: ImageSource::Url(address(raw)),
        alt: None,
        title: None,
        width: width.to_u32().filter(|pixels| *pixels > 0),
        height: height.to_u32().filter(|pixels| *pixels > 0),
    })
}
