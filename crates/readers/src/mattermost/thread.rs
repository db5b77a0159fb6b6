//! A line of posts: the root, and each of its replies.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chatferry_model::finding::{Code, Place, Stage};
use chatferry_model::{MessageId, Micros, Text};
use serde_json::value::RawValue;

use super::convert::{One, author, time};
use super::converted::{Converted, Drain, To};
use super::line::{self, Line, Post};
use super::name_table;
use super::order::Key;
use super::thread_context::{Job, Root, ThreadContext, UNREADABLE};
use super::{names, repair};
use crate::plausible::{Judged, Plausible};
use crate::{ReadError, codes};

/// Converts a line, if it is one of posts.
pub(super) fn line(
    job: Job<'_>,
    number: u64,
    bytes: &[u8],
    out: &mut Converted,
    drain: Drain<'_>,
) -> Result<(), ReadError> {
    if !line::is_post(bytes) && memchr::memmem::find(bytes, b"post\"").is_none() {
        return Ok(());
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    };
    let mut here = ThreadContext {
        job,
        line: number,
        conversation: String::new(),
        out,
    };
    if matches!(text, Cow::Owned(_)) {
        here.note(
            &codes::MATTERMOST_OTHER_ENCODING,
            None,
            "bytes that are not UTF-8",
        );
    }
    let repaired;
    let line = match serde_json::from_str::<Line<'_>>(&text) {
        Ok(line) => Ok(line),
        Err(error) => {
            repaired = repair::line(&text).unwrap_or_default();
            let line = serde_json::from_str(&repaired);
            if line.is_ok() {
                here.note(&codes::MATTERMOST_REPAIRED, None, error.to_string());
            }
            line.map_err(|_| error)
        }
    };
    let parsed = match line {
        Ok(line) => match (line.kind.as_str(), line.post, line.direct_post) {
            ("post", Some(post), _) | ("direct_post", _, Some(post)) => Ok(post),
            ("post" | "direct_post", ..) => Err("a post without its content".to_owned()),
            _ => return Ok(()),
        },
        Err(error) => Err(error.to_string()),
    };
    match parsed {
        Ok(mut post) => {
            post.fold_case();
            here.thread(&post, drain)
        }
        Err(error) => {
            here.unreadable(&error);
            Ok(())
        }
    }
}

impl ThreadContext<'_, '_> {
    fn thread(&mut self, post: &Post<'_>, drain: Drain<'_>) -> Result<(), ReadError> {
        let replies: Vec<&RawValue> = match post.replies.map(|raw| serde_json::from_str(raw.get()))
        {
            None => Vec::new(),
            Some(Ok(replies)) => replies,
            Some(Err(error)) => {
                self.unreadable(&error.to_string());
                Vec::new()
            }
        };
        let Some((to, selected)) = self.place(post) else {
            self.unreadable("a post that does not say where it was written");
            self.skip_all(UNREADABLE, replies.len() as u64);
            return Ok(());
        };
        if !selected {
            let roots = u64::from(!post.root_missing);
            self.skip_all("not selected", roots + replies.len() as u64);
            return Ok(());
        }
        let own = self.time(post.create_at);
        let time = own.or_else(|| {
            // Half a thread is better than none.
            let times = self.job.times;
            let times = replies.iter().filter_map(|raw| time_of(raw, times));
            times.min()
        });
        let Some(time) = time else {
            self.note(
                &codes::MATTERMOST_NO_TIME,
                None,
                no_time("a post", post.create_at),
            );
            let roots = u64::from(!post.root_missing);
            self.skip_all("without a time", roots + replies.len() as u64);
            return Ok(());
        };
        if !post.root_missing && own.is_none() {
            let words = no_time("a root", post.create_at) + "; its first reply's is taken";
            self.note(&codes::MATTERMOST_NO_TIME, None, words);
        }
        let user = author(post);
        let root = Root {
            id: names::post(time.to_millis().as_millis(), user, None),
            time,
        };
        let mut kept = 0_u64;
        for (number, raw) in replies.iter().enumerate() {
            let repaired;
            let reply = match serde_json::from_str::<Post<'_>>(raw.get()) {
                Ok(reply) => Ok(reply),
                Err(error) => {
                    repaired = repair::reply(raw.get()).unwrap_or_default();
                    let reply = serde_json::from_str(&repaired);
                    if reply.is_ok() {
                        self.note(
                            &codes::MATTERMOST_REPAIRED,
                            Some(&root.id),
                            error.to_string(),
                        );
                    }
                    reply.map_err(|_| error)
                }
            };
            let mut reply: Post<'_> = match reply {
                Ok(reply) => reply,
                Err(error) => {
                    self.unreadable(&error.to_string());
                    continue;
                }
            };
            reply.fold_case();
            let Some(time) = self.time(reply.create_at) else {
                self.out.tally.messages.input += 1;
                self.out.tally.messages.skip("without a time");
                let words = no_time("a reply", reply.create_at);
                self.note(&codes::MATTERMOST_NO_TIME, Some(&root.id), words);
                continue;
            };
            let one = One {
                post: &reply,
                team: post.team.as_deref(),
                to,
                root: Some(&root),
                time,
                index: u32::try_from(number + 1).unwrap_or(u32::MAX),
                answered: false,
            };
            kept += u64::from(self.convert(&one)?);
            drain(self.out)?;
        }
        let one = One {
            post,
            team: post.team.as_deref(),
            to,
            root: None,
            time,
            index: if post.root_missing { Key::MISSING } else { 0 },
            answered: kept > 0,
        };
        if post.root_missing {
            if kept > 0 {
                self.stand_in(&one);
            }
            return Ok(());
        }
        self.convert(&one)?;
        if post.team.is_none() {
            self.out.tally.direct_roots += 1;
        }
        Ok(())
    }

    /// The time in milliseconds, and a finding if it is odd.
    fn time(&mut self, ms: Option<i64>) -> Option<Micros> {
        let ms = ms?;
        let (time, code, words) = match self.job.times.judge_millis(ms) {
            Judged::Never => return None,
            Judged::Plain(time) => return Some(time),
            Judged::Early(time) => (time, &codes::MATTERMOST_EARLY_TIME, format!("{time}")),
            Judged::Late(time) => {
                let words = format!("the time {ms} is later than the export; {time} is taken");
                (time, &codes::MATTERMOST_LATE_TIME, words)
            }
            Judged::Unit(time, unit) => {
                let words = format!("the time {ms} is in {unit}, so it is {time}");
                (time, &codes::MATTERMOST_REPAIRED, words)
            }
        };
        self.note(code, None, words);
        Some(time)
    }

    /// The conversation, and whether it is read.
    fn place(&mut self, post: &Post<'_>) -> Option<(To, bool)> {
        let name_table = self.job.name_table;
        let stray = match (&post.team, &post.channel, &post.channel_members) {
            (Some(team), Some(channel), _) if !channel.is_empty() => {
                let named = name_table.channels.get(channel.as_str());
                let number = named
                    .and_then(|named| named.iter().find(|(of, _)| of == team.as_str()))
                    .map(|(_, number)| *number);
                match number {
                    Some(number) => return self.known(number),
                    None => name_table.stray_channel(team, channel),
                }
            }
            (_, _, Some(members)) => {
                let members: BTreeSet<&str> = members
                    .iter()
                    .map(Text::as_str)
                    .filter(|member| !member.is_empty())
                    .collect();
                if members.is_empty() {
                    return None;
                }
                name_table::direct(&members)
            }
            _ => return None,
        };
        if let Some(number) = name_table.numbers.get(stray.id.as_str()) {
            return self.known(*number);
        }
        self.conversation = stray.id.as_str().to_owned();
        let selection = &self.job.options.selection;
        if !selection.has_conversation(stray.id.as_str(), &stray.name) {
            return Some((To::Stray(0), false));
        }
        if !stray.kind.is_chat() {
            self.note(
                &codes::MATTERMOST_CHANNEL_MISSING,
                None,
                "posts in a channel that no line describes",
            );
        }
        let strays = &mut self.out.strays;
        let at = strays.iter().position(|before| before.id == stray.id);
        let at = at.unwrap_or_else(|| {
            strays.push(stray);
            strays.len() - 1
        });
        Some((To::Stray(at), true))
    }

    fn known(&mut self, number: u32) -> Option<(To, bool)> {
        let place = self
            .job
            .name_table
            .conversations
            .get(usize::try_from(number).ok()?)?;
        self.conversation = place.conversation.id.as_str().to_owned();
        Some((To::Known(number), place.selected))
    }

    fn unreadable(&mut self, error: &str) {
        self.out.tally.messages.input += 1;
        self.skip(UNREADABLE);
        self.note(&codes::MATTERMOST_UNREADABLE, None, error);
    }

    pub(super) fn skip(&mut self, reason: &str) -> bool {
        self.out.tally.messages.skip(reason);
        false
    }

    fn skip_all(&mut self, reason: &str, count: u64) {
        self.out.tally.messages.input += count;
        self.out.tally.messages.skip_many(reason, count);
    }

    pub(super) fn note(
        &mut self,
        code: &'static Code,
        message: Option<&MessageId<'_>>,
        words: impl Into<String>,
    ) {
        let file = format!("{}:{}", self.job.layout.lines.path, self.line);
        let conversation = Some(self.conversation.as_str()).filter(|id| !id.is_empty());
        let place = Place {
            file: Some(file.into()),
            conversation: conversation.map(Text::from),
            ts: message.map(|id| Text::from(id.as_str())),
        };
        self.out
            .tally
            .findings
            .note(Stage::Read, code, place, words);
    }
}

fn time_of(raw: &RawValue, times: Plausible) -> Option<Micros> {
    let reply: Post<'_> = serde_json::from_str(raw.get()).ok()?;
    time(reply.create_at, times)
}

/// The words for something whose time is none.
fn no_time(what: &str, ms: Option<i64>) -> String {
    match ms {
        Some(ms) => format!("{what} with {ms} for its time"),
        None => format!("{what} without a time"),
    }
}
