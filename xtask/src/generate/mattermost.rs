//! A Mattermost export: one file of lines, posts in no order, each with its replies.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::people::{self, Person};
use super::plan::{self, Channel};
use super::random::Random;
use super::{Args, Written, blocks, directory, directory_of, words};

/// 2019-01-07, and five years of milliseconds from there.
const FIRST: usize = 1_546_819_200_000;
const SPAN: usize = 157_000_000_000;
/// A third of the messages are replies.
const REPLIES_PERCENT: f64 = 20.0;
const MOST_REPLIES: usize = 5;

/// Writes the export line by line, so that memory does not grow with it.
pub(super) fn generate(args: &Args, long_thread: usize) -> Result<Written> {
    ensure!(!args.out.exists(), "{} exists", args.out.display());
    let mut random = Random::new(args.seed);
    let people = people::invent(&mut random, args.messages);
    let channels = plan::channels(&mut random, args.messages, args.one_channel, &people);
    let file =
        File::create(&args.out).with_context(|| format!("cannot write {}", args.out.display()))?;
    let file = BufWriter::with_capacity(1 << 20, file);
    let mut written = Written {
        channels: channels.len(),
        ..Written::default()
    };
    let mut to = |to: &mut dyn Write| -> Result<u64> {
        let mut lines = Lines { to, bytes: 0 };
        let among = (&people[..], &channels[..]);
        all(
            &mut lines,
            &mut written,
            &mut random,
            args.messages,
            long_thread,
            among,
        )?;
        Ok(lines.bytes)
    };
    let bytes = if args.zip {
        let mut zip = ZipWriter::new(file);
        let options = SimpleFileOptions::default().large_file(true);
        zip.start_file("import.jsonl", options)?;
        let bytes = to(&mut zip)?;
        zip.finish()?.flush()?;
        bytes
    } else {
        let mut file = file;
        let bytes = to(&mut file)?;
        file.flush()?;
        bytes
    };
    written.bytes = bytes;
    directory::write(&directory_of(&args.out), &people)?;
    Ok(written)
}

struct Lines<'a> {
    to: &'a mut dyn Write,
    bytes: u64,
}

impl Lines<'_> {
    fn put(&mut self, kind: &str, payload: Value) -> Result<()> {
        // The type comes first, as the server has it.
        let mut line = format!("{{\"type\":\"{kind}\",\"{kind}\":{payload}}}").into_bytes();
        line.push(b'\n');
        self.bytes += line.len() as u64;
        Ok(self.to.write_all(&line)?)
    }
}

fn all(
    lines: &mut Lines<'_>,
    written: &mut Written,
    random: &mut Random,
    messages: usize,
    long_thread: usize,
    (people, channels): (&[Person], &[Channel]),
) -> Result<()> {
    let info = json!({ "generator": "mattermost-server", "version": "10.11.0 (synthetic)" });
    let version = format!("{{\"type\":\"version\",\"version\":1,\"info\":{info}}}\n");
    lines.bytes += version.len() as u64;
    lines.to.write_all(version.as_bytes())?;
    lines.put(
        "team",
        json!({ "name": "synthetic", "display_name": "Synthetic" }),
    )?;
    for channel in channels {
        let kind = if channel.private { "P" } else { "O" };
        lines.put(
            "channel",
            json!({ "team": "synthetic", "name": channel.name, "display_name": channel.name, "type": kind }),
        )?;
    }
    for (number, person) in people.iter().enumerate() {
        let within = channels
            .iter()
            .filter(|channel| channel.members.contains(&number));
        let within: Vec<_> = within
            .map(|channel| json!({ "name": channel.name, "roles": "channel_user" }))
            .collect();
        lines.put(
            "user",
            json!({
                "username": person.handle, "email": person.email(), "first_name": person.first,
                "last_name": person.last, "roles": if person.guest { "system_guest" } else { "system_user" },
                "delete_at": i64::from(person.deleted), "teams": [{ "name": "synthetic", "roles": "team_user", "channels": within }],
            }),
        )?;
    }
    let mut long = long_thread;
    while written.messages < messages {
        let most = random.below(channels.len()) + 1;
        let channel = channels.get(random.below(most));
        let Some(channel) = channel else { break };
        let at = FIRST + random.below(SPAN);
        let left = messages - written.messages - 1;
        let replies = if long > 0 {
            std::mem::take(&mut long)
        } else if random.chance(REPLIES_PERCENT) {
            1 + random.below(MOST_REPLIES)
        } else {
            0
        };
        let replies: Vec<Value> = (0..replies.min(left))
            .map(|_| {
                let later = at + delay(random);
                post(random, channel, people, later)
            })
            .collect();
        written.messages += 1 + replies.len();
        written.replies += replies.len();
        let mut root = post(random, channel, people, at);
        if let Some(root) = root.as_object_mut() {
            root.insert("team".into(), "synthetic".into());
            root.insert("channel".into(), channel.name.clone().into());
            root.insert("replies".into(), replies.into());
            root.insert("is_pinned".into(), false.into());
        }
        lines.put("post", root)?;
    }
    Ok(())
}

/// Replies come within a few days, in no order.
fn delay(random: &mut Random) -> usize {
    1_000 + random.below(300_000_000)
}

fn post(random: &mut Random, channel: &Channel, people: &[Person], at: usize) -> Value {
    let writer = |random: &mut Random| {
        let person = people.get(random.pick_early(&channel.members));
        person
            .map(|person| person.handle.clone())
            .unwrap_or_default()
    };
    let user = writer(random);
    let mut message = String::new();
    for _ in 0..1 + random.below(4) {
        message.push_str(&blocks::run_of_words(random, 3, 14));
        match random.below(20) {
            0 => message.push_str(&format!(" **{}**", blocks::run_of_words(random, 1, 4))),
            1 => message.push_str(&format!(" `{}`", random.pick(words::CODE))),
            2 => message.push_str(&format!(
                " {}{}",
                random.pick(words::PAGES),
                random.below(9_000)
            )),
            3 => message.push_str(&format!(" :{}:", random.pick_early(words::EMOJI).0)),
            4 => message.push_str(&format!(" @{}", writer(random))),
            5 => message.push_str(&format!("\n- {}\n- ", blocks::run_of_words(random, 2, 6))),
            _ => {}
        }
        message.push_str(random.pick(&[". ", ". ", "? ", ".\n"]));
    }
    let reactions: Vec<Value> = (0..random.below(3).saturating_sub(1))
        .map(|_| json!({ "user": writer(random), "create_at": at + 1, "emoji_name": "+1" }))
        .collect();
    json!({
        "user": user, "type": "", "message": message, "props": { "disable_group_highlight": true },
        "create_at": at, "edit_at": if random.chance(4.0) { at + 5_000 } else { 0 }, "flagged_by": null,
        "reactions": reactions, "attachments": [],
    })
}
