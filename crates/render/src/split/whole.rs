//! Blocks that are not cut but taken apart or handed over whole: files, and blocks of which nobody
//! would read the twentieth part.

use chatferry_model::FileId;
use chatferry_model::Text;
use chatferry_model::document::{Attachment, Block, Document, Heading, ImageSource, Inline};
use chatferry_model::file::{File, FilePlace};

use super::{Cut, Splitter};
use crate::decoration::mark;
use crate::document::Scope;
use crate::document::file::text_of;
use crate::settings::Files;

/// A block of more parts than this becomes a file, with its head shown.
const MOST_PARTS: usize = 20;

/// Sets the text that the message carries of each file apart from the file, so that it can be cut.
pub(crate) fn with_previews_apart<'m>(blocks: Vec<Block<'m>>, scope: &Scope<'m>) -> Vec<Block<'m>> {
    let mut apart = Vec::with_capacity(blocks.len());
    for block in blocks {
        match block {
            Block::Attachment(place) => {
                let file = scope.files.iter().find(|file| file.id == place.file);
                apart.push(Block::Attachment(place));
                if let Some(file) = file {
                    apart.extend(text_of(file, scope.settings.phrases));
                }
            }
            // No other block has the place of a file in it, once it is laid out.
            other => apart.push(other),
        }
    }
    apart
}

/// Puts each block of more than [`MOST_PARTS`] parts into a file of its words, which are added to
/// `files`, and leaves its head.
pub(crate) fn oversized_text_as_files<'m>(
    blocks: Vec<Block<'m>>,
    scope: Scope<'m>,
    limit: usize,
    files: &mut Vec<File<'m>>,
) -> Vec<Block<'m>> {
    if scope.settings.files != Files::Upload {
        return blocks;
    }
    let splitter = Splitter {
        scope,
        limit,
        file_weight: 0,
    };
    let mut kept = Vec::with_capacity(blocks.len());
    for block in blocks {
        if splitter.size(&block) <= limit.saturating_mul(MOST_PARTS) {
            kept.push(block);
            continue;
        }
        let words = match &block {
            Block::Code(code) => code.text.to_string(),
            block => Document {
                blocks: vec![block.clone()],
            }
            .to_plain_text(),
        };
        let stored = scope.media.store_text("text", &words);
        let id = FileId::new(format!("text-{}", stored.path));
        files.push(File {
            id: id.clone(),
            name: "text.txt".into(),
            title: None,
            media_type: Some("text/plain".into()),
            size: Some(stored.bytes),
            width: None,
            height: None,
            alt: None,
            preview: None,
            place: FilePlace::Blob(Text::from(String::from(stored.path))),
        });
        let others = places_within(&block);
        if let Cut::Apart(Some(head), _) = splitter.cut(block, limit / 2, true) {
            kept.push(head);
        }
        kept.push(mark(format!("… {}", scope.settings.phrases.whole_in_file)));
        kept.push(Block::Attachment(Attachment { file: id }));
        kept.extend(others);
    }
    kept
}

/// The files and pictures that have their places within `block`, which is going to be words alone.
pub(super) fn places_within<'m>(block: &Block<'m>) -> Vec<Block<'m>> {
    let mut places = Vec::new();
    collect(block, &mut places);
    places
}

fn collect<'m>(block: &Block<'m>, places: &mut Vec<Block<'m>>) {
    let mut all = |blocks: &[Block<'m>]| blocks.iter().for_each(|block| collect(block, places));
    match block {
        Block::Attachment(_) => places.push(block.clone()),
        Block::Image(image) => {
            if let ImageSource::File(_) = image.source {
                places.push(block.clone());
            }
        }
        Block::List(list) => list.items.iter().for_each(|item| all(&item.blocks)),
        Block::Quote(quote) => all(&quote.blocks),
        Block::Card(card) => all(&card.body),
        Block::Paragraph(content) | Block::Heading(Heading { content, .. }) => {
            for inline in content {
                if let Inline::Image(image) = inline {
                    collect(&Block::Image(image.clone()), places);
                }
            }
        }
        Block::Code(_) | Block::Table(_) | Block::Divider => {}
    }
}
