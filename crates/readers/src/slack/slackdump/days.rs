//! The messages of a conversation, put in order and cut into day files.

use std::io;
use std::path::PathBuf;

use chatferry_model::Micros;
use serde::Deserialize;

use super::super::time::SlackTs;
use crate::ReadError;
use crate::container::VirtualContainer;
use crate::external_sort::{SortKey, Sorter, take};

/// Writes the day files of a conversation from messages in their order, each message once, as the
/// latest answer has it. Days are those of UTC: the reader goes by each message's own time
/// (crates/readers/src/slack/FORMAT.md 1.1).
pub(super) struct Days<'o> {
    out: &'o mut VirtualContainer,
    folder: String,
    date: String,
    text: Vec<u8>,
    /// The last message, which may yet come again.
    pending: Option<(Place, Vec<u8>)>,
    /// Answers that were left out for a later one.
    again: u64,
}

impl<'o> Days<'o> {
    pub(super) fn begin(folder: String, out: &'o mut VirtualContainer) -> Self {
        Self {
            out,
            folder,
            date: String::new(),
            text: Vec::new(),
            pending: None,
            again: 0,
        }
    }

    /// Adds a message.
    pub(super) fn add(&mut self, place: Place, json: &[u8]) -> io::Result<()> {
        match self.pending.replace((place, json.to_vec())) {
            // What has no time can't be told from others; the reader says so of each.
            Some((before, _)) if before.ts != 0 && before.ts == place.ts => {
                self.again += u64::from(before.rank == Rank::Answer);
                Ok(())
            }
            Some((before, json)) => self.write(before.ts, &json),
            None => Ok(()),
        }
    }

    fn write(&mut self, ts: i64, json: &[u8]) -> io::Result<()> {
        let time = Micros::new(ts).unwrap_or(Micros::EPOCH);
        let date = time.timestamp().strftime("%Y-%m-%d").to_string();
        if date != self.date {
            self.end_day()?;
            self.date = date;
        }
        let before: &[u8] = if self.text.is_empty() { b"[" } else { b",\n" };
        self.text.extend_from_slice(before);
        self.text.extend_from_slice(json);
        Ok(())
    }

    fn end_day(&mut self) -> io::Result<()> {
        if !self.text.is_empty() {
            self.text.push(b']');
            let path = format!("{}{}.json", self.folder, self.date);
            self.out.make(path, &self.text)?;
            self.text.clear();
        }
        Ok(())
    }

    /// Ends the last day. Returns how many answers were left out for a later one.
    pub(super) fn end(mut self) -> io::Result<u64> {
        if let Some((last, json)) = self.pending.take() {
            self.write(last.ts, &json)?;
        }
        self.end_day()?;
        Ok(self.again)
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

/// The place of a message in its conversation. Among equals, what was gathered last stays last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The time in µs; 0 for a message that does not tell.
    ts: i64,
    rank: Rank,
}

impl Place {
    /// The place of an answer of Slack's.
    pub(super) fn of_answer(ts: SlackTs) -> Self {
        Self {
            ts: ts.get().map_or(0, Micros::as_micros),
            rank: Rank::Answer,
        }
    }
}

impl SortKey for Place {
    const BYTES: usize = 8 + 1;

    fn write(self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.ts.to_le_bytes());
        to.push(u8::from(self.rank == Rank::Answer));
    }

    fn read(mut from: &[u8]) -> Self {
        let ts = i64::from_le_bytes(take(&mut from));
        let rank = match take::<1>(&mut from) {
            [0] => Rank::SidecarList,
            _ => Rank::Answer,
        };
        Self { ts, rank }
    }
}

/// Gathers messages in any order.
pub(super) struct Unsorted(Sorter<Place>);

impl Unsorted {
    /// Begins, with files in `folder`, which is removed in the end.
    pub(super) fn begin(folder: PathBuf) -> Self {
        Self(Sorter::new(folder))
    }

    pub(super) fn add(&mut self, json: &str, rank: Rank) -> Result<(), ReadError> {
        let place = Place {
            rank,
            ..Place::of_answer(ts_of(json))
        };
        self.0.push(place, json.as_bytes())
    }

    /// Writes the messages in order. Returns how many answers were left out for a later one.
    pub(super) fn finish(self, mut days: Days<'_>) -> Result<u64, ReadError> {
        self.0
            .finish(|place, json| days.add(place, json).map_err(failed))?;
        days.end().map_err(failed)
    }
}

fn ts_of(json: &str) -> SlackTs {
    #[derive(Default, Deserialize)]
    struct Head {
        #[serde(default)]
        ts: SlackTs,
    }
    let head: Head = serde_json::from_str(json).unwrap_or_default();
    head.ts
}

/// Wraps an error; the output has no name, its folder does.
pub(super) fn failed(error: io::Error) -> ReadError {
    ReadError::io(std::env::temp_dir())(error)
}
