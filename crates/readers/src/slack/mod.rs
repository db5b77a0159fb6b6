//! Slack: exports of every kind, 2014 to this day (crates/readers/src/slack/FORMAT.md is the format's record).
//!
//! In the order of the data: [`slackdump`] lays out what is no export as one, [`layout`] finds the
//! roots and folders, [`export`] and [`metadata`] read the lists into one [`name_table`],
//! [`stream`] shares the day files out, [`day`] parses them into [`message`]s, [`convert`] turns
//! each into one of the model by its [`subtype`], with its words from [`blocks`], [`mrkdwn`] and
//! [`attachment`]s, and [`thread`] puts the lines in order, or [`reorder`] where they are not.

mod addresses;
mod attachment;
mod author;
pub(crate) mod block_kit;
mod blocks;
mod context;
mod convert;
mod custom_emoji;
mod day;
mod day_file;
mod emoji;
mod export;
mod file_lines;
mod files;
pub(crate) mod fuzzing;
mod gather;
mod labels;
mod layout;

mod lenient;
mod list_record;
mod message;
mod metadata;
mod mrkdwn;
mod name_table;
mod people;
mod permalink;
mod reactions;
mod reorder;
mod sidecar;
mod slackdump;
mod stream;
mod subtype;
mod support;
mod tally;
mod thread;
mod time;
mod uploads;
mod work_object;
mod workspace;

use std::collections::HashMap;

use chatferry_model::manifest::Workspace;

use crate::split;
use crate::{Container, ExportReader, FileServers, Guide, ReadError, Sink, SupportTable, codes};

use export::Export;
use file_lines::Files;
use labels::Labels;
use layout::Layout;
use name_table::NameTable;
use sidecar::SidecarList;
use stream::Reading;

/// The reader of Slack's exports.
#[derive(Debug)]
pub(crate) struct Slack;

impl ExportReader for Slack {
    fn name(&self) -> &'static str {
        "slack"
    }

    fn guide(&self) -> Guide {
        Guide {
            about: "from Slack: getting the export, and what becomes of it, element by element",
            text: include_str!("GUIDE.md"),
        }
    }

    fn layout(&self) -> &'static str {
        "a Slack export holds channels.json, users.json or a folder per channel with a file per day (2020-01-31.json)"
    }

    fn sniff(&self, container: &Container) -> Option<String> {
        if let Some(layout) = slackdump::sniff(container) {
            return Some(layout.to_owned());
        }
        Layout::of(container).map(|layout| layout.words().to_owned())
    }

    fn file_servers(&self) -> Option<&'static FileServers> {
        Some(&addresses::SERVERS)
    }

    fn hint(&self, container: &Container) -> Option<String> {
        let has = |suffix: &str| {
            container
                .entries()
                .iter()
                .any(|entry| entry.path.ends_with(suffix))
        };
        if has(".txt")
            && container
                .entries()
                .iter()
                .any(|entry| entry.path.contains("channels/"))
        {
            Some("it is Slack's export as text, which says too little; ask Slack for the export as JSON".to_owned())
        } else {
            None
        }
    }

    fn support(&self) -> Vec<SupportTable> {
        support::tables()
    }

    fn read(&self, exports: &[Container], sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let mut layouts: Vec<String> = exports
            .iter()
            .filter_map(|export| self.sniff(export))
            .collect();
        layouts.dedup();
        let exports = &slackdump::relayout(exports, sink)?;
        let mut roots = Vec::new();
        for (number, container) in exports.iter().enumerate() {
            roots.append(&mut layout::roots(number, container));
        }
        let mut export = Export::open(exports, &roots, sink)?;
        let details = sink.details();
        details.source = self.name().to_owned();
        details.layout = layouts.join(", ");
        details.workspaces = std::mem::take(&mut export.workspaces);

        let custom = custom_emoji::read(exports, &roots, sink);
        let name_table = NameTable {
            people: export.people.names(),
            bots: export.people.bots(),
            bot_people: export.people.bot_people(),
            apps: std::mem::take(&mut export.apps),
            conversations: export.conversation_names(),
            conversation_ids: export.conversation_ids(),
            titles: std::mem::take(&mut export.titles),
            blobs: uploads::take(&export.uploads, sink)?,
            workspaces: workspace_names(&sink.details().workspaces),
            aliases: custom_emoji::aliases(&custom),
            times: Some(export.times()),
        };
        sink.emoji(&custom)?;

        let mut files = Files::new(sink.files()?);
        for (kind, list) in std::mem::take(&mut export.beside) {
            sidecar::read(kind, list, None, &name_table, &mut files, sink)?;
        }
        let mut readings = Vec::new();
        let mut conversations = chatferry_model::sum::Sum {
            input: export.entries,
            ..Default::default()
        };
        let listed = export
            .conversations
            .values()
            .filter(|source| source.is_listed())
            .count() as u64;
        for _ in listed..export.entries {
            conversations.merge("in several lists");
        }
        for (id, mut source) in std::mem::take(&mut export.conversations) {
            if !source.is_listed() {
                conversations.input += 1;
            }
            if !sink
                .options()
                .selection
                .has_conversation(&id, &source.conversation.name)
            {
                conversations.skip("not selected");
                continue;
            }
            let conversation = &mut source.conversation;
            for words in [&mut conversation.topic, &mut conversation.purpose] {
                let mut bare = mrkdwn::bare_words(words, &name_table).into_bytes();
                crate::url::redact_tokens(&mut bare, 0);
                // Whole tokens were replaced, so it is text as before.
                *words = String::from_utf8(bare).unwrap_or_default();
            }
            for canvas in std::mem::take(&mut source.canvases) {
                let kind = SidecarList::Canvases;
                sidecar::read(kind, canvas, Some(&id), &name_table, &mut files, sink)?;
            }
            readings.push(Reading::new(source));
        }
        let mut people = export.people;
        let mut labels = Labels::default();
        let read = stream::read(
            readings,
            &name_table,
            &mut people,
            &mut labels,
            &mut files,
            sink,
        )?;
        sink.names(&labels.finish(&read, &name_table))?;

        if sink.options().selection.is_everything() {
            for (id, file) in &export.uploads {
                if !files.has(id) {
                    let name = file.entry.path.rsplit('/').next().unwrap_or_default();
                    sink.note_file(&codes::SLACK_FILE_UNUSED, &file.entry.path, name);
                }
            }
        }
        conversations.output = read.len() as u64;
        sink.sum("conversations").append(&conversations);
        let sum = sink.sum("files");
        sum.input = files.seen;
        sum.merged
            .extend((files.again > 0).then(|| ("seen before".to_owned(), files.again)));
        let summary = files.finish()?;
        sink.sum("files").output = summary.records;
        sink.files_done(summary);

        let (entries, listed) = (people.entries, people.listed_count());
        let everybody = people.finish(&read);
        let sum = sink.sum("people");
        sum.input = entries;
        sum.output = listed;
        sum.merged
            .extend((entries > listed).then(|| ("in several lists".to_owned(), entries - listed)));
        let unlisted_people = everybody.len() as u64 - listed;
        sum.added.extend(
            (unlisted_people > 0).then(|| ("only in messages".to_owned(), unlisted_people)),
        );
        sink.people(&everybody)?;
        sink.conversations(&read)?;
        if sink.sum("messages").output == 0 {
            sink.note_file(&codes::READ_NOTHING, "", "0 messages");
        }
        Ok(())
    }
}

fn workspace_names(workspaces: &[Workspace]) -> HashMap<String, String> {
    let named = workspaces.iter();
    named
        .filter_map(|workspace| Some((workspace.id.clone(), workspace.name.clone()?)))
        .collect()
}
