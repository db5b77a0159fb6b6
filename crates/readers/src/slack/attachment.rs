//! Attachments: what bots showed before there were blocks, previews of links, and messages that
//! were shared (slack.md 3.5).

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
use crate::url;

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
    /// Appends what the attachment shows.
    pub(super) fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        if self.is_msg_unfurl.is_set() || self.is_share.is_set() {
            let quote = self.quote(context);
            if !quote.blocks.is_empty() {
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
            .map(decode);
        let conversation = self.channel_name.text().or_else(|| {
            context
                .space
                .conversation_name(self.channel_id.get()?)
                .map(Text::from)
        });
        Quote {
            blocks,
            cite: Some(Cite {
                author,
                conversation,
                time: self.ts.get(),
                url: self.from_url.get().map(address),
            }),
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

    /// Whose the card is: the service, the author and the author's other name.
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
                name: decode(&name).into_cow().into_owned().into(),
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
            let Some(label) = action.text.get() else {
                continue;
            };
            if !buttons.is_empty() {
                mrkdwn::push_words(Text::from_static(" "), Marks::NONE, &mut buttons);
            }
            let label = mrkdwn::inlines(label, Marks::NONE, context);
            mrkdwn::push_button(label, action.url.get().map(address), &mut buttons);
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
