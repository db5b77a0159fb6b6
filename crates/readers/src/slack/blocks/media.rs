//! Blocks that show or link something that is elsewhere: `image`, `video`, `file`, `call`.

use chatferry_model::FileId;
use chatferry_model::Text;
use chatferry_model::document::{
    Block, Card, CardAuthor, Image as ModelImage, ImageSource, Inline, Link,
};
use chatferry_model::phrases::source as phrases;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Convert;
use super::text::TextObject;
use super::unknown::Extra;
use crate::slack::context::Context;
use crate::slack::files::File;
use crate::slack::lenient::{List, Num, Obj, Str};
use crate::slack::mrkdwn::{self, decode};
use crate::slack::time;
use crate::url;

/// `image`, as a block and as an element.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Image<'a> {
    image_url: Str<'a>,
    slack_file: Obj<SlackFile<'a>>,
    alt_text: Str<'a>,
    title: TextObject<'a>,
    image_width: Num,
    image_height: Num,
    #[serde(rename = "fallback")]
    _fallback: IgnoredAny,
    #[serde(flatten)]
    extra: Extra<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct SlackFile<'a> {
    id: Str<'a>,
    url: Str<'a>,
}

impl<'a> Image<'a> {
    pub(super) fn image<'m>(&'m self, context: &mut Context<'m>) -> Option<ModelImage<'m>> {
        let file = self.slack_file.get();
        let source = match file.and_then(|file| file.id.get()) {
            Some(id) => ImageSource::File(FileId::new(id)),
            None => {
                let address = self
                    .image_url
                    .get()
                    .or(file.and_then(|file| file.url.get()))?;
                ImageSource::Url(url::without_token(decode(address)))
            }
        };
        Some(ModelImage {
            source,
            alt: self.alt(context),
            title: self.title.bare(context),
            width: self.image_width.to_u32().filter(|pixels| *pixels > 0),
            height: self.image_height.to_u32().filter(|pixels| *pixels > 0),
        })
    }

    fn alt<'m>(&'m self, context: &Context<'m>) -> Option<Text<'m>> {
        let words = self.alt_text.get()?;
        Some(mrkdwn::bare_plain(words, context))
    }

    /// The picture within a line.
    pub(super) fn inline<'m>(&'m self, context: &mut Context<'m>) -> Option<Inline<'m>> {
        match self.image(context) {
            Some(image) => Some(Inline::Image(image)),
            None => self.alt(context).map(Inline::text),
        }
    }
}

impl Convert for Image<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        match self.image(context) {
            Some(image) => out.push(Block::Image(image)),
            None => {
                if let Some(words) = self.alt(context) {
                    out.push(Block::Paragraph(vec![Inline::text(words)]));
                }
            }
        }
        self.extra.push_blocks("image", context, out);
    }
}

/// `video`: a card that leads to it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Video<'a> {
    title: TextObject<'a>,
    title_url: Str<'a>,
    video_url: Str<'a>,
    thumbnail_url: Str<'a>,
    alt_text: Str<'a>,
    description: TextObject<'a>,
    author_name: Str<'a>,
    provider_name: Str<'a>,
    #[serde(rename = "provider_icon_url")]
    _provider_icon_url: IgnoredAny,
    #[serde(flatten)]
    extra: Extra<'a>,
}

impl Convert for Video<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let clean = |address: &'m Str<'_>| {
            address
                .get()
                .map(|address| url::without_token(decode(address)))
        };
        let mut title = self.title.inlines(context);
        if title.is_empty() {
            title.extend(self.alt_text.text().map(Inline::text));
        }
        let mut body = self.description.blocks(context);
        self.extra.push_blocks("video", context, &mut body);
        out.push(Block::Card(Box::new(Card {
            author: self.author_name.get().map(|name| CardAuthor {
                name: mrkdwn::bare_plain(name, context),
                url: None,
            }),
            title,
            title_url: clean(&self.title_url).or_else(|| clean(&self.video_url)),
            body,
            thumbnail: clean(&self.thumbnail_url).map(|address| ModelImage {
                source: ImageSource::Url(address),
                alt: self
                    .alt_text
                    .get()
                    .map(|words| mrkdwn::bare_plain(words, context)),
                title: None,
                width: None,
                height: None,
            }),
            footer: self
                .provider_name
                .get()
                .map(|name| Inline::text(mrkdwn::bare_plain(name, context)))
                .into_iter()
                .collect(),
            ..Card::default()
        })));
    }
}

/// `call`: a call of another provider, with who was in it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct Call<'a> {
    call: Obj<Versions<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Versions<'a> {
    v1: Obj<CallDetails<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct CallDetails<'a> {
    name: Str<'a>,
    join_url: Str<'a>,
    date_start: Num,
    all_participants: List<Obj<Participant<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Participant<'a> {
    slack_id: Str<'a>,
    display_name: Str<'a>,
}

impl Convert for Call<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let Some(call) = self.call.get().and_then(|versions| versions.v1.get()) else {
            return;
        };
        let mut people = Vec::new();
        for participant in call.all_participants.iter().filter_map(Obj::get) {
            if !people.is_empty() {
                people.push(Inline::text(", "));
            }
            match (participant.slack_id.id(), participant.display_name.text()) {
                (Some(id), name) => people.push(context.person(id, name, Default::default())),
                (None, Some(name)) => people.push(Inline::text(name)),
                (None, None) => {}
            }
        }
        let name = call
            .name
            .get()
            .map(|name| mrkdwn::bare_plain(name, context));
        let name = name.unwrap_or(phrases::CALL.into());
        out.push(Block::Card(Box::new(Card {
            title: vec![Inline::text(name)],
            title_url: call
                .join_url
                .get()
                .map(|address| url::without_token(decode(address))),
            body: if people.is_empty() {
                Vec::new()
            } else {
                vec![Block::Paragraph(people)]
            },
            time: call.date_start.get().and_then(time::seconds),
            ..Card::default()
        })));
    }
}

/// `contact_card`: somebody's card.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct ContactCard<'a> {
    user_id: Str<'a>,
    name: Str<'a>,
    email: Str<'a>,
}

impl Convert for ContactCard<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let mut line = Vec::new();
        match self.user_id.id() {
            Some(id) => line.push(context.person(id, self.name.text(), Default::default())),
            None => line.extend(self.name.text().map(Inline::text)),
        }
        if let Some(address) = self.email.get() {
            line.push(Inline::text(" "));
            line.push(Inline::Link(Link {
                url: format!("mailto:{address}").into(),
                content: vec![Inline::text(address)],
            }));
        }
        if !line.is_empty() {
            out.push(Block::Paragraph(line));
        }
    }
}

/// `file`: a remote file, which is shown as one of the message's `files`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct FileBlock<'a> {
    pub(in crate::slack) file: Obj<Box<File<'a>>>,
}

impl Convert for FileBlock<'_> {
    fn convert<'m>(&'m self, _: &mut Context<'m>, _: &mut Vec<Block<'m>>) {}
}

/// `share_shortcut`: a workflow that somebody shared.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(in crate::slack) struct ShareShortcut<'a> {
    title: TextObject<'a>,
    description: TextObject<'a>,
    url: Str<'a>,
}

impl Convert for ShareShortcut<'_> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let card = Card {
            title: self.title.inlines(context),
            title_url: self
                .url
                .get()
                .map(|address| url::without_token(decode(address))),
            body: self.description.blocks(context),
            ..Card::default()
        };
        if card != Card::default() {
            out.push(Block::Card(Box::new(card)));
        }
    }
}
