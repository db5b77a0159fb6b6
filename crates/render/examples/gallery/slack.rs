//! A message as Slack shows it, from its document.

use std::fmt::Write as _;
use std::fs;

use chatferry_model::document::{
    Align, Block, Card, Image, ImageSource, Inline, List, ListStyle, Mark, MentionTarget,
};
use chatferry_model::file::{File, FilePlace};
use chatferry_model::message::Message;

use super::support::Workspace;

/// The message as HTML.
pub(super) fn show(message: &Message<'_>, workspace: &Workspace) -> String {
    let mut page = Page {
        message,
        workspace,
        out: String::new(),
    };
    let person = workspace.plan.people.get(&message.author.person);
    let person = person.map_or("?", |person| person.name.as_str());
    let author = message.author.name.as_deref().unwrap_or(person);
    let time = message.time.to_string();
    let _ = write!(
        page.out,
        "<div class=\"who\"><b>{}</b> {}</div>",
        escape(author),
        time.get(11..16).unwrap_or_default()
    );
    page.blocks(&message.body.blocks);
    if message.edited.is_some() {
        page.out.push_str("<small> (edited)</small>");
    }
    for file in &message.files {
        page.file(file);
    }
    for reaction in &message.reactions {
        page.out.push_str("<span class=\"reaction\">");
        page.inline(&Inline::Emoji(reaction.emoji.clone()));
        let _ = write!(page.out, " {}</span>", reaction.count);
    }
    page.out
}

struct Page<'p> {
    message: &'p Message<'p>,
    workspace: &'p Workspace,
    out: String,
}

fn escape(text: &str) -> String {
    html_escape::encode_text(text).into_owned()
}

impl Page<'_> {
    fn within(&mut self, tag: &str, content: impl FnOnce(&mut Self)) {
        let _ = write!(self.out, "<{tag}>");
        content(self);
        let name = tag.split(' ').next().unwrap_or_default();
        let _ = write!(self.out, "</{name}>");
    }

    fn blocks(&mut self, blocks: &[Block<'_>]) {
        blocks.iter().for_each(|block| self.block(block));
    }

    fn block(&mut self, block: &Block<'_>) {
        match block {
            Block::Paragraph(content) => self.within("div", |this| this.inlines(content)),
            Block::Heading(heading) => {
                self.within("div class=\"heading\"", |this| {
                    this.inlines(&heading.content);
                });
            }
            Block::List(list) => self.list(list),
            Block::Quote(quote) => self.within("blockquote", |this| {
                let cite = quote.cite.as_ref().and_then(|cite| cite.author.as_deref());
                if let Some(author) = cite {
                    this.within("b", |this| this.out.push_str(&escape(author)));
                }
                this.blocks(&quote.blocks);
            }),
            Block::Code(code) => self.within("pre", |this| this.out.push_str(&escape(&code.text))),
            Block::Table(table) => self.within("table", |this| {
                for row in &table.rows {
                    this.within("tr", |this| {
                        for (column, cell) in row.cells.iter().enumerate() {
                            let align = match table.align.get(column) {
                                Some(Align::Right) => "right",
                                Some(Align::Center) => "center",
                                _ => "left",
                            };
                            let tag = format!("td style=\"text-align:{align}\"");
                            this.within(&tag, |this| this.inlines(&cell.content));
                        }
                    });
                }
            }),
            Block::Divider => self.out.push_str("<hr>"),
            Block::Image(image) => self.within("div", |this| this.image(image, 360)),
            Block::Card(card) => self.card(card),
            Block::Attachment(_) => {}
        }
    }

    fn list(&mut self, list: &List<'_>) {
        let tag = match list.style {
            ListStyle::Ordered { start } => format!("ol start=\"{start}\""),
            ListStyle::Bullet | ListStyle::Task => "ul".to_owned(),
        };
        self.within(&tag, |this| {
            for item in &list.items {
                this.within("li", |this| {
                    match item.checked {
                        Some(true) => this.out.push('☑'),
                        Some(false) => this.out.push('☐'),
                        None => {}
                    }
                    this.blocks(&item.blocks);
                });
            }
        });
    }

    fn card(&mut self, card: &Card<'_>) {
        self.blocks(&card.pretext);
        let color = card.color.as_deref().unwrap_or("#ddd");
        let tag = format!(
            "div class=\"card\" style=\"border-color:{}\"",
            escape(color)
        );
        self.within(&tag, |this| {
            if let Some(author) = &card.author {
                this.within("div", |this| this.out.push_str(&escape(&author.name)));
            }
            this.within("b", |this| this.inlines(&card.title));
            this.blocks(&card.body);
            for field in &card.fields {
                let tag = if field.short {
                    "div class=\"short\""
                } else {
                    "div"
                };
                this.within(tag, |this| {
                    this.within("b", |this| this.inlines(&field.title));
                    this.blocks(&field.value);
                });
            }
            if let Some(image) = &card.image {
                this.within("div", |this| this.image(image, 360));
            }
            if let Some(image) = &card.thumbnail {
                this.within("div", |this| this.image(image, 75));
            }
            this.within("small", |this| this.inlines(&card.footer));
        });
    }

    fn inlines(&mut self, content: &[Inline<'_>]) {
        content.iter().for_each(|inline| self.inline(inline));
    }

    fn inline(&mut self, inline: &Inline<'_>) {
        match inline {
            Inline::Text(span) => {
                let mut text = escape(&span.text);
                for mark in span.marks.iter() {
                    let tag = match mark {
                        Mark::Bold => "b",
                        Mark::Italic => "i",
                        Mark::Strike => "s",
                        Mark::Underline => "u",
                        Mark::Code => "code",
                        Mark::Highlight => "mark",
                    };
                    text = format!("<{tag}>{text}</{tag}>");
                }
                self.out.push_str(&text);
            }
            Inline::Link(link) => self.within("a href=\"#\"", |this| {
                if link.content.is_empty() {
                    this.out.push_str(&escape(&link.url));
                }
                this.inlines(&link.content);
            }),
            Inline::Mention(mention) => {
                let sign = match mention.target {
                    MentionTarget::Conversation(_) => '#',
                    _ => '@',
                };
                let text = escape(&mention.text);
                let _ = write!(self.out, "<span class=\"mention\">{sign}{text}</span>");
            }
            Inline::Emoji(emoji) => match (&emoji.unicode, &*emoji.name) {
                (Some(characters), _) => self.out.push_str(characters),
                (None, "acme") => self.picture("acme", 22),
                (None, name) => {
                    let _ = write!(self.out, ":{}:", escape(name));
                }
            },
            Inline::Date(date) => self.out.push_str(&escape(&date.text)),
            Inline::Image(image) => self.image(image, 360),
            Inline::Break => self.out.push_str("<br>"),
        }
    }

    fn image(&mut self, image: &Image<'_>, side: u32) {
        if let Some(title) = &image.title {
            let _ = write!(self.out, "{}<br>", escape(title));
        }
        match &image.source {
            ImageSource::Url(url) => {
                let _ = write!(
                    self.out,
                    "<span class=\"web\">picture at {}</span>",
                    escape(url)
                );
            }
            ImageSource::File(id) => {
                let file = self.message.files.iter().find(|file| file.id == *id);
                if let Some(FilePlace::Blob(blob)) = file.map(|file| &file.place) {
                    self.picture(blob, image.width.unwrap_or(side));
                }
            }
        }
    }

    fn picture(&mut self, blob: &str, side: u32) {
        let bytes = fs::read(self.workspace.read().blobs().join(blob)).unwrap();
        let _ = write!(
            self.out,
            "<img style=\"max-width:{side}px;max-height:{side}px\" src=\"data:;base64,{}\">",
            super::base64(&bytes)
        );
    }

    fn file(&mut self, file: &File<'_>) {
        let name = escape(file.title.as_deref().unwrap_or(&file.name));
        self.within("div class=\"file\"", |this| {
            this.out.push_str(&name);
            match (&file.place, &file.preview) {
                (_, Some(preview)) => {
                    this.within("pre", |this| this.out.push_str(&escape(&preview.text)));
                }
                (FilePlace::Blob(blob), None) if &**blob != "plan" => {
                    this.out.push_str("<br>");
                    this.picture(blob, 360);
                }
                _ => {}
            }
        });
    }
}
