//! The bare loop that `convert` is measured against: inflate each day file, parse its messages
//! typed and borrowed, one alive at a time, write as many bytes as `convert` wrote. Nothing else.

use std::borrow::Cow;
use std::fmt;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result, anyhow};
use clap::Parser;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use zip::ZipArchive;

/// Inflates, parses and writes, and does nothing else.
#[derive(Parser)]
struct Args {
    export: PathBuf,
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// The number of bytes to write, all together.
    #[arg(long, default_value_t = 0)]
    write: u64,
    /// The folder to write them to.
    #[arg(long)]
    out: PathBuf,
}

pub(crate) fn run(arguments: Vec<String>) -> Result<()> {
    let args = Args::parse_from(arguments);
    fs::create_dir_all(&args.out)?;
    let ratio = args.write as f64 / super::inflated_bytes(&args.export)? as f64;
    let next = AtomicUsize::new(0);
    let messages = thread::scope(|scope| {
        let workers: Vec<_> = (0..args.threads.max(1))
            .map(|number| {
                let out = args.out.join(number.to_string());
                let (export, next) = (&args.export, &next);
                scope.spawn(move || work(export, next, &out, ratio))
            })
            .collect();
        let joined = workers.into_iter().map(|worker| {
            worker
                .join()
                .map_err(|_| anyhow!("a worker panicked"))
                .and_then(|counted| counted)
        });
        joined.sum::<Result<usize>>()
    })?;
    println!("{messages} messages");
    Ok(())
}

/// Takes entries until there are none left. Gives back how many messages it has seen.
fn work(export: &Path, next: &AtomicUsize, out: &Path, ratio: f64) -> Result<usize> {
    let mut archive = ZipArchive::new(File::open(export)?)?;
    let mut out = BufWriter::with_capacity(1 << 16, File::create(out)?);
    let mut bytes = Vec::new();
    let mut messages = 0;
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= archive.len() {
            out.flush()?;
            return Ok(messages);
        }
        let mut entry = archive.by_index(index)?;
        let name = entry.name()?.into_owned();
        bytes.clear();
        entry.read_to_end(&mut bytes)?;
        let text = std::str::from_utf8(&bytes)?;
        if name.contains('/') {
            messages += count(text).with_context(|| name)?;
        }
        let mut left = (bytes.len() as f64 * ratio) as usize;
        while let Some(part) = bytes
            .get(..left.min(bytes.len()))
            .filter(|part| !part.is_empty())
        {
            out.write_all(part)?;
            left -= part.len();
        }
    }
}

/// Parses a day file and counts its messages.
fn count(day_file: &str) -> serde_json::Result<usize> {
    let mut deserializer = serde_json::Deserializer::from_str(day_file);
    deserializer.deserialize_seq(EachMessage)
}

struct EachMessage;

impl<'de> Visitor<'de> for EachMessage {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a day file")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut messages: A) -> Result<usize, A::Error> {
        let mut count = 0;
        while let Some(message) = messages.next_element::<Message<'de>>()? {
            black_box(&message);
            count += 1;
        }
        Ok(count)
    }
}

/// Borrowed where the JSON has no escapes. A newtype, because serde only borrows a bare `Cow`.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

macro_rules! typed {
    ($($name:ident { $($field:ident: $kind:ty,)* })*) => {
        $(
            #[derive(Deserialize)]
            #[expect(dead_code, reason = "parsed to be measured, not to be used")]
            struct $name<'a> {
                #[serde(rename = "type", borrow)]
                kind: Option<Text<'a>>,
                $(#[serde(default, borrow)] $field: $kind,)*
            }
        )*
    };
}

typed! {
    Message {
        subtype: Option<Text<'a>>,
        user: Option<Text<'a>>,
        bot_id: Option<Text<'a>>,
        username: Option<Text<'a>>,
        ts: Option<Text<'a>>,
        thread_ts: Option<Text<'a>>,
        text: Option<Text<'a>>,
        edited: Option<UserAt<'a>>,
        blocks: Vec<Block<'a>>,
        attachments: Vec<Attachment<'a>>,
        files: Vec<FileObject<'a>>,
        reactions: Vec<Reaction<'a>>,
    }
    UserAt {
        user: Option<Text<'a>>,
        ts: Option<Text<'a>>,
    }
    Block {
        text: Option<TextOrObject<'a>>,
        elements: Vec<Block<'a>>,
        style: Option<StyleOrName<'a>>,
        name: Option<Text<'a>>,
        unicode: Option<Text<'a>>,
        url: Option<Text<'a>>,
        user_id: Option<Text<'a>>,
        channel_id: Option<Text<'a>>,
        range: Option<Text<'a>>,
    }
    Attachment {
        fallback: Option<Text<'a>>,
        color: Option<Text<'a>>,
        title: Option<Text<'a>>,
        title_link: Option<Text<'a>>,
        text: Option<Text<'a>>,
    }
    FileObject {
        id: Option<Text<'a>>,
        name: Option<Text<'a>>,
        title: Option<Text<'a>>,
        mimetype: Option<Text<'a>>,
        mode: Option<Text<'a>>,
        url_private: Option<Text<'a>>,
        permalink: Option<Text<'a>>,
    }
    Reaction {
        name: Option<Text<'a>>,
        users: Vec<Text<'a>>,
    }
}

/// `text` of an inline is a string, that of a section an object.
#[expect(dead_code, reason = "parsed to be measured, not to be used")]
enum TextOrObject<'a> {
    Text(Cow<'a, str>),
    Object(Option<Text<'a>>),
}

impl<'de: 'a, 'a> Deserialize<'de> for TextOrObject<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = TextOrObject<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a text object")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(TextOrObject::Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(TextOrObject::Text(Cow::Owned(text.to_owned())))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut text = None;
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    if key.0 == "text" {
                        text = Some(map.next_value()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(TextOrObject::Object(text))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// `style` of an inline is an object of marks, that of a list its name.
#[expect(dead_code, reason = "parsed to be measured, not to be used")]
enum StyleOrName<'a> {
    Name(Cow<'a, str>),
    Marks(u32),
}

impl<'de: 'a, 'a> Deserialize<'de> for StyleOrName<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = StyleOrName<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("marks or the name of a style")
            }
            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(StyleOrName::Name(Cow::Borrowed(name)))
            }
            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(StyleOrName::Name(Cow::Owned(name.to_owned())))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut marks = 0;
                while let Some((key, set)) = map.next_entry::<Text<'de>, bool>()? {
                    marks = marks << 8 | u32::from(set) | (key.0.len() as u32) << 1;
                }
                Ok(StyleOrName::Marks(marks))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_counted_whatever_they_hold() {
        let day_file = r#"[
            {"type": "message", "ts": "1.000001", "text": "a \/ b", "blocks": [
                {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "ordered",
                    "elements": [{"type": "text", "text": "x", "style": {"bold": true}}]}]},
                {"type": "section", "text": {"type": "mrkdwn", "text": "y"}}]},
            {"type": "message", "ts": "2.000001", "reactions": [{"name": "x", "users": ["U1"]}]}
        ]"#;
        assert_eq!(count(day_file).unwrap(), 2);
        assert!(count("[{]").is_err());
    }

    #[test]
    fn it_writes_what_it_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let export = folder.path().join("a.zip");
        let args = crate::generate::Args {
            messages: 500,
            out: export.clone(),
            seed: 1,
            zip: true,
            one_channel: false,
        };
        let written = crate::generate::generate(&args).unwrap();
        let next = AtomicUsize::new(0);
        let out = folder.path().join("out");
        assert_eq!(work(&export, &next, &out, 0.5).unwrap(), 500);
        let bytes = fs::metadata(out).unwrap().len();
        assert!(bytes.abs_diff(written.bytes / 2) < 1_000, "{bytes}");
    }
}
