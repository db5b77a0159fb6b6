//! Mattermost's Markdown as a document (mattermost.md 4).

use std::borrow::Cow;

use chatferry_model::document::Block;
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::context::Context;
use super::words;
use crate::markdown::{self, Dialect};

/// Blocks of HTML within one another that are looked for.
const MOST_ROUNDS: usize = 32;

/// Reads a text that [`without_html`] has gone over.
pub(super) fn blocks<'m>(text: &'m str, context: &Context<'m>) -> Vec<Block<'m>> {
    markdown::blocks_of(text, Dialect::Mattermost, |found, marks, in_link, out| {
        words::push(found, marks, in_link, context, out);
    })
}

/// The text such that nothing in it is a block of HTML: Mattermost knows none, shows the signs as
/// they are and reads Markdown between them.
pub(super) fn without_html(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    let has_html = |text: &str| {
        text.lines().any(|line| {
            line.trim_start_matches([' ', '>', '-', '*', '+', '.', '\t'])
                .starts_with('<')
                || line
                    .trim_start_matches(|c: char| c.is_ascii_digit())
                    .trim_start_matches(['.', ')', ' '])
                    .starts_with('<')
        })
    };
    if !text.contains('<') || !has_html(&text) {
        return text;
    }
    for _ in 0..MOST_ROUNDS {
        let options =
            Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
        let starts: Vec<usize> = Parser::new_ext(&text, options)
            .into_offset_iter()
            .filter(|(event, _)| matches!(event, Event::Start(Tag::HtmlBlock)))
            .filter_map(|(_, range)| {
                let block = text.get(range.clone())?;
                Some(range.start + block.find('<')?)
            })
            .collect();
        if starts.is_empty() {
            break;
        }
        let mut escaped = text.into_owned();
        for start in starts.into_iter().rev() {
            escaped.insert(start, '\\');
        }
        text = Cow::Owned(escaped);
    }
    text
}

#[cfg(test)]
mod tests;
