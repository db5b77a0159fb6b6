//! The messages of a conversation, put in order and cut into day files.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use chatferry_model::Micros;
use serde::Deserialize;

use super::super::time::SlackTs;
use crate::container::VirtualContainer;

/// Writes the day files of a conversation from messages in their order. Days are those of UTC: the
/// reader goes by each message's own time (crates/readers/src/slack/FORMAT.md 1.1).
pub(super) struct Days<'o> {
    out: &'o mut VirtualContainer,
    folder: String,
    date: String,
    text: Vec<u8>,
}

impl<'o> Days<'o> {
    pub(super) fn begin(folder: String, out: &'o mut VirtualContainer) -> Self {
        Self {
            out,
            folder,
            date: String::new(),
            text: Vec::new(),
        }
    }

    /// Adds a message said at `ts`, in µs; 0 for one that does not tell.
    pub(super) fn add(&mut self, ts: i64, json: &[u8]) -> io::Result<()> {
        let time = Micros::new(ts).unwrap_or(Micros::EPOCH);
        let date = time.timestamp().strftime("%Y-%m-%d").to_string();
        if date != self.date {
            self.end()?;
            self.date = date;
        }
        let before: &[u8] = if self.text.is_empty() { b"[" } else { b",\n" };
        self.text.extend_from_slice(before);
        self.text.extend_from_slice(json);
        Ok(())
    }

    /// Ends the last day.
    pub(super) fn end(&mut self) -> io::Result<()> {
        if !self.text.is_empty() {
            self.text.push(b']');
            let path = format!("{}{}.json", self.folder, self.date);
            self.out.make(path, &self.text)?;
            self.text.clear();
        }
        Ok(())
    }
}

/// The recency of a message by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// The message is listed beside its replies, to tell what they answer.
    SidecarList,
    /// The message is a response of Slack itself.
    Answer,
}

/// Gathers messages in any order, with 32 bytes each kept in memory.
pub(super) struct Unsorted {
    texts: BufWriter<File>,
    at: u64,
    index: Vec<Place>,
}

struct Place {
    ts: i64,
    rank: Rank,
    offset: u64,
    length: usize,
}

impl Unsorted {
    pub(super) fn begin() -> io::Result<Self> {
        Ok(Self {
            texts: BufWriter::with_capacity(1 << 16, tempfile::tempfile()?),
            at: 0,
            index: Vec::new(),
        })
    }

    pub(super) fn add(&mut self, json: &str, rank: Rank) -> io::Result<()> {
        self.texts.write_all(json.as_bytes())?;
        self.index.push(Place {
            ts: time_of(json),
            rank,
            offset: self.at,
            length: json.len(),
        });
        self.at += json.len() as u64;
        Ok(())
    }

    /// Writes each message once, as the latest answer has it, in order. Returns how many answers
    /// were left out for a later one.
    pub(super) fn finish(mut self, days: &mut Days<'_>) -> io::Result<u64> {
        let mut texts = self
            .texts
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        // Stable: among equals, what was gathered last stays last.
        self.index.sort_by_key(|place| (place.ts, place.rank));
        let mut again = 0;
        let mut text = Vec::new();
        let mut places = self.index.iter().peekable();
        while let Some(place) = places.next() {
            // What has no time can't be told from others; the reader says so of each.
            let is_last = places.peek().is_none_or(|next| next.ts != place.ts);
            if place.ts != 0 && !is_last {
                again += u64::from(place.rank == Rank::Answer);
                continue;
            }
            text.resize(place.length, 0);
            texts.seek(SeekFrom::Start(place.offset))?;
            texts.read_exact(&mut text)?;
            days.add(place.ts, &text)?;
        }
        days.end()?;
        Ok(again)
    }
}

/// Returns the time a message was posted, in µs; 0 if it does not tell.
fn time_of(json: &str) -> i64 {
    #[derive(Deserialize)]
    struct Head {
        #[serde(default)]
        ts: SlackTs,
    }
    let head = serde_json::from_str::<Head>(json).ok();
    let time = head.and_then(|head| head.ts.get());
    time.map_or(0, Micros::as_micros)
}
