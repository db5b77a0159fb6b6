//! Addresses that a reader could follow.

use super::{Block, Card, Inline};
use crate::Text;

pub(super) fn of_blocks<'a>(blocks: &[Block<'a>], each: &mut dyn FnMut(&Text<'a>)) {
    for block in blocks {
        match block {
            Block::Paragraph(content) => of_inlines(content, each),
            Block::Heading(heading) => of_inlines(&heading.content, each),
            Block::List(list) => {
                for item in &list.items {
                    of_blocks(&item.blocks, each);
                }
            }
            Block::Quote(quote) => {
                let cite = quote.cite.as_ref();
                cite.and_then(|cite| cite.url.as_ref())
                    .into_iter()
                    .for_each(&mut *each);
                of_blocks(&quote.blocks, each);
            }
            Block::Table(table) => {
                for cell in table.rows.iter().flat_map(|row| &row.cells) {
                    of_inlines(&cell.content, each);
                }
            }
            Block::Card(card) => of_card(card, each),
            Block::Code(_) | Block::Divider | Block::Image(_) | Block::Attachment(_) => {}
        }
    }
}

fn of_card<'a>(card: &Card<'a>, each: &mut dyn FnMut(&Text<'a>)) {
    of_blocks(&card.pretext, each);
    let author = card.author.as_ref();
    author
        .and_then(|author| author.url.as_ref())
        .into_iter()
        .for_each(&mut *each);
    of_inlines(&card.title, each);
    card.title_url.iter().for_each(&mut *each);
    of_blocks(&card.body, each);
    for field in &card.fields {
        of_inlines(&field.title, each);
        of_blocks(&field.value, each);
    }
    of_inlines(&card.footer, each);
}

fn of_inlines<'a>(content: &[Inline<'a>], each: &mut dyn FnMut(&Text<'a>)) {
    for inline in content {
        match inline {
            Inline::Link(link) => {
                each(&link.url);
                of_inlines(&link.content, each);
            }
            Inline::Date(date) => date.url.iter().for_each(&mut *each),
            Inline::Text(_)
            | Inline::Mention(_)
            | Inline::Emoji(_)
            | Inline::Image(_)
            | Inline::Break => {}
        }
    }
}
