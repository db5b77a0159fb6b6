//! One small export for each kind of trouble: `fixtures/<source>/traps/<what>`, with what is read
//! from it beside it in `expected.txt`. `CHATFERRY_UPDATE=1 cargo test` writes that anew, `=slack`
//! that of one source.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail where it stands"
)]

use std::fmt::Write as _;
use std::path::Path;

use chatferry_model::conversation::Conversation;
use chatferry_model::document::Document;
use chatferry_model::emoji::CustomEmoji;
use chatferry_model::file::File;
use chatferry_model::folder::ReadFolder;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::learned_name::LearnedName;
use chatferry_model::message::{Message, MessageKind};
use chatferry_model::person::Person;
use chatferry_model::progress::Silent;
use chatferry_readers::{ReadOptions, read};

/// What is read from `export`, in words.
fn report(export: &Path) -> String {
    let temporary = tempfile::tempdir().unwrap();
    let folder = ReadFolder::new(temporary.path().to_owned());
    let outcome = read(
        &[export.to_owned()],
        &folder,
        &ReadOptions::default(),
        &Silent,
    )
    .unwrap();
    let mut out = String::new();
    writeln!(out, "{}", outcome.details.layout).unwrap();
    for workspace in &outcome.details.workspaces {
        writeln!(out, "workspace {}", workspace.id).unwrap();
    }
    let people: Vec<Person> = JsonlReader::open(&folder.people(), Format::PEOPLE)
        .unwrap()
        .read_all()
        .unwrap();
    for person in people {
        let kind = format!("{:?}", person.kind).to_lowercase();
        writeln!(
            out,
            "{} \"{}\" {kind}, {} messages",
            person.id, person.name, person.messages
        )
        .unwrap();
    }
    if folder.names().exists() {
        let names: Vec<LearnedName> = JsonlReader::open(&folder.names(), Format::NAMES)
            .unwrap()
            .read_all()
            .unwrap();
        for name in names {
            let kind = format!("{:?}", name.kind).to_lowercase();
            write!(out, "{kind} {} is called \"{}\"", name.id, name.name).unwrap();
            if let Some(conversation) = name.conversation {
                write!(out, ", the conversation {conversation}").unwrap();
            }
            out.push('\n');
        }
    }
    let conversations: Vec<Conversation> =
        JsonlReader::open(&folder.conversations(), Format::CONVERSATIONS)
            .unwrap()
            .read_all()
            .unwrap();
    for conversation in conversations {
        write!(
            out,
            "\n{} \"{}\" {}",
            conversation.id,
            conversation.name,
            conversation.kind.as_str()
        )
        .unwrap();
        if let Some(workspace) = &conversation.workspace {
            write!(out, " of {workspace}").unwrap();
        }
        writeln!(
            out,
            ", {} messages, {} replies",
            conversation.messages, conversation.replies
        )
        .unwrap();
        messages(&folder, &conversation, &mut out);
    }
    let emoji: Vec<CustomEmoji> = JsonlReader::open(&folder.emoji(), Format::EMOJI)
        .unwrap()
        .read_all()
        .unwrap();
    for emoji in emoji {
        writeln!(
            out,
            "\n:{}: {}",
            emoji.name,
            emoji.alias_of.or(emoji.url).unwrap_or_default()
        )
        .unwrap();
    }
    out.push('\n');
    for (unit, sum) in &outcome.sums {
        sum.check(unit).unwrap();
        write!(out, "{unit}: {} in, {} out", sum.input, sum.output).unwrap();
        for (word, reasons) in [
            ("merged", &sum.merged),
            ("skipped", &sum.skipped),
            ("added", &sum.added),
        ] {
            for (reason, count) in reasons {
                write!(out, ", {count} {word} ({reason})").unwrap();
            }
        }
        out.push('\n');
    }
    for finding in outcome.findings.lines() {
        let place = &finding.place;
        let at = place
            .conversation
            .as_deref()
            .or(place.file.as_deref())
            .unwrap_or_default();
        let ts = place.ts.as_deref().unwrap_or_default();
        writeln!(
            out,
            "{} {} ({} {at} {ts}): {}",
            finding.severity, finding.code, finding.count, finding.message
        )
        .unwrap();
    }
    out
}

fn messages(folder: &ReadFolder, conversation: &Conversation, out: &mut String) {
    let mut reader =
        JsonlReader::open(&folder.messages(&conversation.id), Format::MESSAGES).unwrap();
    while let Some(chunk) = reader.next_chunk().unwrap() {
        for (number, line) in chunk.lines() {
            let message: Message<'_> = chunk.parse(number, line).unwrap();
            show(&message, out);
        }
    }
}

fn show(message: &Message<'_>, out: &mut String) {
    write!(out, "  {} {}", message.id, message.author.person).unwrap();
    if let Some(name) = &message.author.name {
        write!(out, " as \"{name}\"").unwrap();
    }
    if let Some(app) = &message.author.app {
        write!(out, " by \"{app}\"").unwrap();
    }
    if let Some(thread) = &message.thread {
        let broadcast = if thread.broadcast { ", broadcast" } else { "" };
        write!(out, " to {}{broadcast}", thread.root).unwrap();
    }
    match message.kind {
        MessageKind::Said => {}
        kind => write!(out, " [{}]", format!("{kind:?}").to_lowercase()).unwrap(),
    }
    if message.edited.is_some() {
        out.push_str(" [edited]");
    }
    if message.pinned.is_some() {
        out.push_str(" [pinned]");
    }
    out.push('\n');
    let text = Document {
        blocks: message.body.blocks.clone(),
    }
    .to_plain_text();
    for line in text.lines() {
        let short: String = line.chars().take(120).collect();
        let more = line.chars().count().saturating_sub(120);
        let rest = if more > 0 {
            format!("… {more} more")
        } else {
            String::new()
        };
        writeln!(out, "    | {short}{rest}").unwrap();
    }
    let body = serde_json::to_string(&message.body).unwrap();
    if body.len() < 1_000 && body.matches('{').count() > 3 {
        writeln!(out, "    {body}").unwrap();
    }
    for reaction in &message.reactions {
        let unicode = reaction.emoji.unicode.as_deref().unwrap_or("custom");
        writeln!(
            out,
            "    {} {unicode} x{} by {}",
            reaction.emoji.name,
            reaction.count,
            reaction.people.len()
        )
        .unwrap();
    }
    for file in &message.files {
        show_file(file, out);
    }
}

fn show_file(file: &File<'_>, out: &mut String) {
    let place = serde_json::to_string(&file.place).unwrap();
    writeln!(
        out,
        "    file {} \"{}\" {place}",
        file.id,
        file.name.replace('\u{202f}', "\\u{202f}")
    )
    .unwrap();
}

#[test]
fn every_trap_is_read_as_expected() {
    for source in ["mattermost", "slack"] {
        every_case_of(source, "traps");
    }
}

#[test]
fn every_report_is_read_as_expected() {
    every_case_of("slack", "reported");
}

fn every_case_of(source: &str, group: &str) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let traps = fixtures.join(source).join(group);
    let update = std::env::var("CHATFERRY_UPDATE").is_ok_and(|of| of == "1" || of == source);
    let mut failed = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(&traps).unwrap() {
        let trap = entry.unwrap().path();
        if !trap.is_dir() {
            continue;
        }
        let export = trap.join("export");
        let expected = trap.join("expected.txt");
        let found = report(&export);
        count += 1;
        if update {
            std::fs::write(&expected, &found).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != found {
            failed.push(format!("{}:\n{found}", trap.display()));
        }
    }
    assert!(count > 7);
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}
