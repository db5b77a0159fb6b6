//! `cargo xtask generate`: a synthetic export of any size, the same for the same seed.
//!
//! Mattermost's is lines of posts in no order. Slack's is shaped after real exports: sizes of
//! channels skewed, six messages to a day file, a third of the messages replies, rich text since
//! September 2019 and mrkdwn before, PHP's way of writing JSON.

mod blocks;
mod directory;
mod mattermost;
mod message;
mod people;
mod php;
mod plan;
mod random;
mod sink;
mod slack;
mod words;

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use clap::Parser;
use serde::Serialize;

pub(crate) use directory::PLACEHOLDER;
use people::Person;
use plan::Channel;
use random::Random;
use sink::Sink;
use slack::ListedChannel;

/// Writes a synthetic export, and beside it a directory of the same people.
#[derive(Parser)]
struct Command {
    /// The source of the export.
    #[arg(long, value_enum, default_value_t = Source::Slack)]
    source: Source,
    /// Replies to one post more than the others get (Mattermost, where a thread is one line).
    #[arg(long, default_value_t = 0)]
    long_thread: usize,
    #[command(flatten)]
    args: Args,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Source {
    Mattermost,
    Slack,
}

/// The shape of the export, whatever the source.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The number of messages, all channels together.
    #[arg(long)]
    pub(crate) messages: usize,
    /// The folder or zip to write; it must not exist.
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// The start of the random numbers: each seed gives another export.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Write a zip rather than a folder.
    #[arg(long)]
    pub(crate) zip: bool,
    /// Put all messages into one channel.
    #[arg(long)]
    pub(crate) one_channel: bool,
}

/// The amount written.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) messages: usize,
    pub(crate) replies: usize,
    pub(crate) channels: usize,
    pub(crate) day_files: usize,
    /// The size of the JSON, before compression.
    pub(crate) bytes: u64,
}

/// The directory that goes with an export: `<out>.directory.json`.
pub(crate) fn directory_of(export: &Path) -> PathBuf {
    let mut name = export.as_os_str().to_owned();
    name.push(".directory.json");
    PathBuf::from(name)
}

pub(crate) fn run(arguments: Vec<String>) -> Result<()> {
    let Command {
        source,
        long_thread,
        args,
    } = Command::parse_from(arguments);
    let written = match source {
        Source::Mattermost => mattermost::generate(&args, long_thread)?,
        Source::Slack => generate(&args)?,
    };
    println!(
        "{}: {} messages ({} replies) in {} channels and {} day files, {:.1} MB of JSON",
        args.out.display(),
        written.messages,
        written.replies,
        written.channels,
        written.day_files,
        written.bytes as f64 / 1e6,
    );
    println!("{}", directory_of(&args.out).display());
    Ok(())
}

/// Writes a Slack export day file by day file, so that memory does not grow with it.
pub(crate) fn generate(args: &Args) -> Result<Written> {
    ensure!(!args.out.exists(), "{} exists", args.out.display());
    let mut random = Random::new(args.seed);
    let people = people::invent(&mut random, args.messages);
    let channels = plan::channels(&mut random, args.messages, args.one_channel, &people);

    let mut sink = if args.zip {
        Sink::zip(&args.out)?
    } else {
        Sink::folder(&args.out)
    };
    let mut written = Written {
        channels: channels.len(),
        ..Written::default()
    };
    let listed = |private: bool| -> Vec<ListedChannel> {
        let channels = channels.iter().filter(|channel| channel.private == private);
        channels
            .map(|channel| slack::list(channel, &people))
            .collect()
    };
    let users: Vec<_> = people.iter().map(slack::user).collect();
    put(&mut sink, &mut written, "channels.json", &listed(false))?;
    put(&mut sink, &mut written, "groups.json", &listed(true))?;
    put(&mut sink, &mut written, "users.json", &users)?;
    put(&mut sink, &mut written, "integration_logs.json", &[(); 0])?;
    for (number, channel) in channels.iter().enumerate() {
        let seed = args.seed.wrapping_add(number as u64 + 1);
        write_days(&mut sink, &mut written, channel, &people, seed)?;
    }
    sink.finish()?;
    directory::write(&directory_of(&args.out), &people)?;
    Ok(written)
}

fn write_days(
    sink: &mut Sink,
    written: &mut Written,
    channel: &Channel,
    people: &[Person],
    seed: u64,
) -> Result<()> {
    let mut random = Random::new(seed);
    let timeline = plan::Timeline::plan(&mut random, channel);
    for day in timeline.days() {
        let messages: Vec<_> = day
            .indices()
            .map(|index| message::compose(&mut random, channel, people, &timeline, index))
            .collect();
        written.messages += messages.len();
        written.replies += day
            .indices()
            .filter(|index| timeline.is_reply(*index))
            .count();
        written.day_files += 1;
        put(
            sink,
            written,
            &format!("{}/{}.json", channel.name, day.date),
            &messages,
        )?;
    }
    Ok(())
}

fn put<T: Serialize + ?Sized>(
    sink: &mut Sink,
    written: &mut Written,
    path: &str,
    value: &T,
) -> Result<()> {
    let text = php::to_vec(value)?;
    written.bytes += text.len() as u64;
    sink.put(path, &text)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;

    use serde_json::Value;

    use super::*;

    fn export(folder: &Path, seed: u64, one_channel: bool) -> BTreeMap<String, String> {
        let out = folder.join(format!("export-{seed}-{one_channel}"));
        let args = Args {
            messages: 3_000,
            out: out.clone(),
            seed,
            zip: false,
            one_channel,
        };
        assert_eq!(generate(&args).unwrap().messages, 3_000);
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(&out).unwrap() {
            let path = entry.unwrap().path();
            let inside = if path.is_dir() {
                fs::read_dir(&path).unwrap().collect()
            } else {
                vec![]
            };
            let paths = inside.into_iter().map(|entry| entry.unwrap().path());
            for path in paths.chain(path.is_file().then_some(path.clone())) {
                let name = path.strip_prefix(&out).unwrap().display().to_string();
                files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
        files.insert(
            "directory".into(),
            fs::read_to_string(directory_of(&out)).unwrap(),
        );
        fs::remove_dir_all(out).unwrap();
        files
    }

    #[test]
    fn the_seed_decides_everything() {
        let folder = tempfile::tempdir().unwrap();
        let first = export(folder.path(), 7, false);
        assert!(first == export(folder.path(), 7, false));
        assert!(first != export(folder.path(), 8, false));
    }

    #[test]
    fn an_export_is_sound() {
        let folder = tempfile::tempdir().unwrap();
        for one_channel in [false, true] {
            let files = export(folder.path(), 1, one_channel);
            let mut by_channel: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
            for (path, text) in &files {
                let value: Value = serde_json::from_str(text).unwrap();
                if let Some((channel, day)) = path.split_once('/') {
                    let messages = value.as_array().unwrap().clone();
                    assert!(!messages.is_empty(), "{channel}/{day}");
                    by_channel.entry(channel).or_default().extend(messages);
                }
            }
            assert_eq!(by_channel.len() == 1, one_channel);
            let mut replies = 0;
            for (channel, messages) in by_channel {
                let ts = |message: &Value| message["ts"].as_str().unwrap().to_owned();
                let all: Vec<_> = messages.iter().map(ts).collect();
                let unique: BTreeSet<_> = all.iter().cloned().collect();
                assert!(all.is_sorted(), "{channel}");
                assert_eq!(all.len(), unique.len(), "{channel}");
                for message in &messages {
                    let root = message["thread_ts"].as_str().map(str::to_owned);
                    if let Some(root) = root.filter(|root| *root != ts(message)) {
                        assert!(
                            root < ts(message) && unique.contains(&root),
                            "{channel} {root}"
                        );
                        replies += 1;
                    }
                }
            }
            assert!((900..1_200).contains(&replies), "{replies}");
        }
    }
}
