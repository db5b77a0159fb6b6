//! The entries of this module for arbitrary bytes.

use std::sync::OnceLock;

use chatferry_model::ConversationId;
use chatferry_model::document::{Document, Marks};
use chatferry_model::message::Message;
use serde_json::Value;

use super::context::Context;
use super::convert::ConversationContext;
use super::day::{self, Job};
use super::mrkdwn as markup;
use super::name_table::NameTable;
use crate::container::VirtualContainer;
use crate::{Container, ReadOptions};

/// Reads mrkdwn as text, within a line and without styles.
///
/// # Errors
/// When letters are lost, in a text in which they can't be markup.
pub fn mrkdwn(input: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(input);
    let name_table = NameTable::default();
    let mut context = Context::new(&name_table);
    let running = markup::blocks(&text, Marks::NONE, &mut context);
    let line = markup::inlines(&text, Marks::NONE, &mut context);
    let unstyled = markup::unstyled(&text, &mut context);
    let mut plain = Vec::new();
    markup::plain_text(&text, Marks::NONE, &context, &mut plain);
    let paragraph = |line| Document {
        blocks: vec![chatferry_model::document::Block::Paragraph(line)],
    };
    let all = [
        Document { blocks: running },
        paragraph(line),
        Document { blocks: unstyled },
        paragraph(plain),
    ];
    // Behind these signs letters may be ids, names of emoji or entities.
    let is_words = !text.contains(['<', '&', ':']);
    for document in all {
        let json = serde_json::to_string(&document).map_err(|error| error.to_string())?;
        let again: Document<'_> = serde_json::from_str(&json).map_err(|error| error.to_string())?;
        if again != document {
            return Err(format!("{json} is another document when it is read again"));
        }
        if is_words {
            let shown = document.to_plain_text();
            if !letters(&text).eq(letters(&shown)) {
                return Err(format!("{text:?} is shown as {shown:?}"));
            }
        }
    }
    Ok(())
}

fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| c.is_alphanumeric())
}

/// Reads a file of messages, whole or damaged.
///
/// # Errors
/// When a message is neither written nor counted among those left out, a line can't be read back,
/// or a list that is whole comes out with messages less.
pub fn message(input: &[u8]) -> Result<(), String> {
    let container = empty_container()?;
    let Some(entry) = container.entries().first() else {
        return Err("the container lost its entry".to_owned());
    };
    let name_table = NameTable::default();
    let job = Job {
        container,
        entry,
        here: &ConversationContext {
            id: ConversationId::new("C1"),
            pins: Vec::new(),
        },
        name_table: &name_table,
        options: &ReadOptions::default(),
    };
    let day = day::read_text(job, input, day::Day::default());
    let sum = &day.tally.messages;
    let left_out: u64 = sum.skipped.values().chain(sum.merged.values()).sum();
    let written = day.index.len() as u64;
    if sum.input != written + left_out {
        return Err(format!(
            "{} in, {written} out, {left_out} left out",
            sum.input
        ));
    }
    let mut at = 0;
    for line in &day.index {
        let text = day.lines.get(at..at + line.length).unwrap_or_default();
        at += line.length;
        let read: Message<'_> = serde_json::from_slice(text)
            .map_err(|error| format!("{}: {error}", String::from_utf8_lossy(text)))?;
        if read.time.as_micros() != line.ts {
            return Err(format!("{} is not where it should be", read.id));
        }
    }
    if at != day.lines.len() {
        return Err("there are bytes that no line owns".to_owned());
    }
    if let Ok(list) = serde_json::from_slice::<Vec<Value>>(input) {
        let messages = list.iter().filter(|item| item.get("ts").is_some()).count() as u64;
        if sum.input < messages {
            return Err(format!(
                "{messages} messages, of which {} were read",
                sum.input
            ));
        }
    }
    Ok(())
}

/// A container with one entry, to read messages as if they were from it.
fn empty_container() -> Result<&'static Container, String> {
    static CONTAINER: OnceLock<Result<Container, String>> = OnceLock::new();
    let made = CONTAINER.get_or_init(|| {
        let make = || {
            let mut made = VirtualContainer::begin()?;
            made.make("general/2020-09-13.json".to_owned(), b"[]")?;
            let folder = tempfile::tempdir()?;
            let of = Container::open(folder.path()).map_err(std::io::Error::other)?;
            made.finish(&of)
        };
        make().map_err(|error| error.to_string())
    });
    made.as_ref().map_err(Clone::clone)
}
