//! Attachments: what bots showed before there were blocks, previews of links, and messages that
//! were shared (crates/readers/src/slack/FORMAT.md 3.5).

use chatferry_model::Text;
use chatferry_model::document::{
    Attachment as ModelAttachment, Block, Card, CardAuthor, CardField, Cite, Image, ImageSource,
    Inline, Link, Mark, Marks, Quote,
};
use chatferry_model::figures;
use serde::Deserialize;

use super::blocks::control::Control;
use super::blocks::text::TextObject;
use super::blocks::unknown::Extra;
use super::blocks::{self, Block as SlackBlock};
use super::context::Context;
use super::files::File;
use super::lenient::{Flag, List, Num, Obj, Str};
use super::list_record::{Column, ListFile, Record, Rows, Single, View};
use super::mrkdwn::{self, decode};
use super::time::SlackTs;
use crate::Element;
use crate::Support::{No, Partly, Whole};
use crate::{shown, url};

/// Every part of an attachment that is known; [`Attachment`] holds those that are shown.
pub(super) const PARTS: &[Element] = &[
    Element::new("pretext", Whole, "words above the card"),
    Element::new("author_name", Whole, "byline"),
    Element::new("author_subname", Whole, "byline"),
    Element::new(
        "author_id",
        Partly,
        "name of the author, where no other is given",
    ),
    Element::new("author_link", Whole, "link of the byline"),
    Element::new("author_icon", No, "nothing"),
    Element::new("service_name", Whole, "byline"),
    Element::new("service_icon", No, "nothing"),
    Element::new("service_url", No, "nothing: the title leads further"),
    Element::new("title", Whole, "title"),
    Element::new("title_link", Whole, "link of the title"),
    Element::new("text", Whole, "words"),
    Element::new("mrkdwn_in", Whole, "says which words are marked up"),
    Element::new("fields", Whole, "fields, short ones side by side"),
    Element::new("blocks", Whole, "as the blocks of a message"),
    Element::new("message_blocks", Whole, "what a shared message holds"),
    Element::new("attachments", Whole, "quotes within a shared message"),
    Element::new("preview", Whole, "title and subtitle of an app's preview"),
    Element::new("list", Whole, "title of a Slack list"),
    Element::new(
        "list_record",
        Whole,
        "row of a list, under the names of its columns",
    ),
    Element::new("list_records", Whole, "rows of a list"),
    Element::new("list_schema", Whole, "names of a list's columns"),
    Element::new("list_view", Whole, "name of a list's view"),
    Element::new(
        "filename",
        Whole,
        "name of a file in an e-mail, with its size",
    ),
    Element::new("size", Whole, "size of a file in an e-mail"),
    Element::new("image_url", Whole, "picture"),
    Element::new("image_width", Whole, "its size"),
    Element::new("image_height", Whole, "its size"),
    Element::new("thumb_url", Whole, "small picture"),
    Element::new("thumb_width", Whole, "its size"),
    Element::new("thumb_height", Whole, "its size"),
    Element::new("video_html", No, "nothing: the title leads to it"),
    Element::new("video_url", No, "nothing: the title leads to it"),
    Element::new("audio_html", No, "nothing: the title leads to it"),
    Element::new("audio_url", No, "nothing: the title leads to it"),
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
    Element::new("app_unfurl_url", No, "nothing: the link of the title"),
    Element::new("url", Partly, "address of a file in an e-mail"),
    Element::new("user_id", No, "nothing"),
    Element::new("team_name", No, "nothing"),
    Element::new("team_domain", No, "nothing"),
    Element::new("fallback", Partly, "words, where there are no others"),
    Element::new("(any other)", Partly, "its words, with a finding"),
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
    author_id: Str<'a>,
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
    actions: List<Obj<Control<'a>>>,
    service_name: Str<'a>,
    from_url: Str<'a>,
    original_url: Str<'a>,
    channel_name: Str<'a>,
    channel_id: Str<'a>,
    is_msg_unfurl: Flag,
    is_share: Flag,
    is_app_unfurl: Flag,
    files: List<Obj<File<'a>>>,
    blocks: List<SlackBlock<'a>>,
    message_blocks: List<Obj<Shared<'a>>>,
    attachments: List<Obj<Attachment<'a>>>,
    preview: Obj<Box<Preview<'a>>>,
    list: Obj<Box<ListFile<'a>>>,
    list_view: Obj<View<'a>>,
    list_schema: List<Obj<Column<'a>>>,
    list_record: Obj<Box<Single<'a>>>,
    list_records: List<Obj<Record<'a>>>,
    filename: Str<'a>,
    url: Str<'a>,
    size: Num,
    #[serde(flatten)]
    extra: Extra<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Field<'a> {
    title: Str<'a>,
    value: Str<'a>,
    short: Flag,
    #[serde(flatten)]
    extra: Extra<'a>,
}

/// An app's own preview of a link.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Preview<'a> {
    title: TextObject<'a>,
    subtitle: TextObject<'a>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

/// A message that was shared.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Shared<'a> {
    message: Obj<SharedMessage<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct SharedMessage<'a> {
    text: Str<'a>,
    blocks: List<SlackBlock<'a>>,
    files: List<Obj<File<'a>>>,
    attachments: List<Obj<Attachment<'a>>>,
}

impl<'a> SharedMessage<'a> {
    fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        let mut own = blocks::convert(&self.blocks, context);
        if own.is_empty() {
            own = mrkdwn::blocks(self.text.or_empty(), Marks::NONE, context);
        }
        out.append(&mut own);
        push_files(&self.files, out);
        for attachment in self.attachments.iter().filter_map(Obj::get) {
            attachment.convert(context, out);
        }
    }
}

impl Attachment<'_> {
    /// Returns true if it shows what is behind a link of the message, rather than something of its
    /// own.
    pub(super) fn is_link_preview(&self) -> bool {
        let leads_elsewhere = self.from_url.get().is_some() || self.is_app_unfurl.is_set();
        leads_elsewhere && !self.is_msg_unfurl.is_set() && !self.is_share.is_set()
    }

    /// Returns true if it holds nothing but buttons that do nothing any more.
    pub(super) fn is_dead(&self) -> bool {
        let mut buttons = self.actions.iter().filter_map(Obj::get).peekable();
        buttons.peek().is_some()
            && buttons.all(Control::is_dead)
            && [
                &self.pretext,
                &self.title,
                &self.text,
                &self.footer,
                &self.author_name,
            ]
            .iter()
            .all(|words| words.get().is_none())
            && self.fields.is_empty()
            && self.blocks.is_empty()
            && self.image_url.get().is_none()
    }

    /// The name of the app in the footer, which many apps set before their links: `Simple Poll
    /// <https://…|Settings>`.
    pub(super) fn app_in_footer(&self) -> Option<&str> {
        let footer = self.footer.get()?;
        let name = footer.split(['<', '|', '\n']).next()?;
        let name = name.split("  ").next()?.trim();
        let is_name = name.chars().count() <= 40
            && name.starts_with(char::is_alphabetic)
            && !name.ends_with(['.', ':', '?', '!']);
        is_name.then_some(name)
    }

    /// Adds the files of the attachment, and of the messages it quotes.
    pub(super) fn push_files<'f>(&'f self, out: &mut Vec<&'f File<'f>>) {
        out.extend(self.files.iter().filter_map(Obj::get));
        let shared = self.message_blocks.iter().filter_map(Obj::get);
        for message in shared.filter_map(|shared| shared.message.get()) {
            out.extend(message.files.iter().filter_map(Obj::get));
            for attachment in message.attachments.iter().filter_map(Obj::get) {
                attachment.push_files(out);
            }
        }
        for attachment in self.attachments.iter().filter_map(Obj::get) {
            attachment.push_files(out);
        }
    }

    /// Appends what the attachment shows.
    pub(super) fn convert<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        context.within(|context| self.convert_here(context, out));
    }

    fn convert_here<'m>(&'m self, context: &mut Context<'m>, out: &mut Vec<Block<'m>>) {
        for text in [&self.pretext, &self.text, &self.fallback] {
            context.learn(text.or_empty());
        }
        if self.is_msg_unfurl.is_set() || self.is_share.is_set() {
            let quote = self.quote(context);
            // Of some shared messages only the author and the address are known.
            if !quote.blocks.is_empty() || quote.cite.is_some() {
                out.push(Block::Quote(quote));
            }
            return;
        }
        let mut card = self.card(context);
        if let [Block::Card(_)] = card.body.as_slice()
            && (Card {
                title_url: card.title_url.clone(),
                body: card.body.clone(),
                ..Card::default()
            }) == card
        {
            // A card around nothing but a card.
            out.append(&mut card.body);
        } else if card != Card::default() {
            out.push(Block::Card(Box::new(card)));
        }
    }

    /// The words for clients that can show nothing else.
    fn fallback<'m>(&'m self, context: &mut Context<'m>) -> Vec<Block<'m>> {
        match self
            .fallback
            .get()
            .filter(|words| !shown::is_placeholder(words))
        {
            Some(words) => mrkdwn::blocks(words, Marks::NONE, context),
            None => Vec::new(),
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
        self.push_details(context, &mut card);
        if card != Card::default() {
            blocks.push(Block::Card(Box::new(card)));
        }
        push_files(&self.files, &mut blocks);
        if blocks.is_empty() {
            blocks = self.fallback(context);
        }
        let author = [&self.author_name, &self.author_subname]
            .into_iter()
            .find_map(|name| name.get())
            .or_else(|| context.name_table.person_name(self.author_id.get()?))
            .map(|name| mrkdwn::bare_name(name.into(), context.name_table));
        let conversation = self.channel_name.text().or_else(|| {
            context
                .name_table
                .conversation_name(self.channel_id.get()?)
                .map(Text::from)
        });
        let cite = Cite {
            author,
            conversation: conversation.filter(|name| !self.is_from_chat(name)),
            time: self.ts.get(),
            url: self.from_url.get().map(address),
        };
        Quote {
            blocks,
            cite: (cite != Cite::default()).then_some(cite),
        }
    }

    /// Returns true if a shared message is from a direct message, whose name is none that people
    /// know it by.
    fn is_from_chat(&self, name: &str) -> bool {
        self.channel_id.or_empty().starts_with('D')
            || name.starts_with("mpdm-")
            || name.eq_ignore_ascii_case("direct message")
            || name.eq_ignore_ascii_case("group direct message")
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
        self.push_details(context, &mut card);
        push_files(&self.files, &mut card.body);
        let says_nothing = card.pretext.is_empty()
            && card.title.is_empty()
            && card.body.is_empty()
            && card.fields.is_empty()
            && card.footer.is_empty();
        if says_nothing {
            card.body = self.fallback(context);
        }
        card
    }

    /// Adds everything that is neither headline, text nor picture.
    fn push_details<'m>(&'m self, context: &mut Context<'m>, card: &mut Card<'m>) {
        for field in self.fields.iter().filter_map(Obj::get) {
            let mut value = self.words("fields", &field.value, context);
            field.extra.push_blocks("fields", context, &mut value);
            card.fields.push(CardField {
                title: mrkdwn::inlines(field.title.or_empty(), Marks::NONE, context),
                value,
                short: field.short.is_set(),
            });
        }
        if let Some(preview) = self.preview.get() {
            let mut title = preview.title.inlines(context);
            if card.title.is_empty() {
                card.title = title;
            } else if !title.is_empty() && title != card.title {
                title = mrkdwn::marked(title, Mark::Bold);
                card.body.push(Block::Paragraph(title));
            }
            card.body.append(&mut preview.subtitle.blocks(context));
            preview
                .extra
                .push_blocks("preview", context, &mut card.body);
        }
        let rows = Rows {
            list: self.list.get().map(Box::as_ref),
            view: self.list_view.get(),
            schema: &self.list_schema,
            record: self.list_record.get().map(Box::as_ref),
            records: &self.list_records,
        };
        rows.add_to(context, card);
        if let Some(name) = self.filename.get() {
            card.body
                .push(Block::Paragraph(self.file_line(name, context)));
        }
        self.extra
            .push_blocks_but(PARTS, "attachment", context, &mut card.body);
        let mut buttons = Vec::new();
        for action in self.actions.iter().filter_map(Obj::get) {
            let content = action.inlines(context);
            if !buttons.is_empty() && !content.is_empty() {
                mrkdwn::push_words(Text::from_static(" "), Marks::NONE, &mut buttons);
            }
            mrkdwn::append(content, &mut buttons);
        }
        if !buttons.is_empty() {
            card.body.push(Block::Paragraph(buttons));
        }
    }

    /// The file of an e-mail: its name, where it was, and its size.
    fn file_line<'m>(&'m self, name: &'m str, context: &Context<'m>) -> Vec<Inline<'m>> {
        let name = Inline::text(mrkdwn::bare_plain(name, context));
        let mut line = match self.url.get() {
            Some(raw) => vec![Inline::Link(Link {
                url: address(raw),
                content: vec![name],
            })],
            None => vec![name],
        };
        let bytes = self.size.get().and_then(|bytes| u64::try_from(bytes).ok());
        if let Some(bytes) = bytes.filter(|bytes| *bytes > 0) {
            let size = format!(" ({})", figures::file_size(bytes));
            line.push(Inline::text(size));
        }
        line
    }

    /// The text, or the blocks where there are such, and what is quoted below.
    fn content<'m>(&'m self, context: &mut Context<'m>) -> Vec<Block<'m>> {
        let mut out = Vec::new();
        let shared = self.message_blocks.iter().filter_map(Obj::get);
        for message in shared.filter_map(|shared| shared.message.get()) {
            message.convert(context, &mut out);
        }
        out.append(&mut blocks::convert(&self.blocks, context));
        if !blocks::hold_words(&out) {
            let mut words = self.words("text", &self.text, context);
            words.append(&mut out);
            out = words;
        }
        for attachment in self.attachments.iter().filter_map(Obj::get) {
            attachment.convert(context, &mut out);
        }
        out
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

/// The files as they are shown among words.
fn push_files<'m>(files: &'m [Obj<File<'m>>], out: &mut Vec<Block<'m>>) {
    let ids = files.iter().filter_map(Obj::get).filter_map(File::id);
    out.extend(ids.map(|file| Block::Attachment(ModelAttachment { file })));
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
