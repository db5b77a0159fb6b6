//! The example of the guide's page "Write a reader": a program without chatferry writes `1-read`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may fail where it stands, and says why it could not run"
)]

use std::path::Path;
use std::process::Command;

use chatferry_model::ConversationId;
use chatferry_model::conversation::Conversation;
use chatferry_model::folder::WorkFolder;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::manifest::{Manifest, ReadDetails};
use chatferry_model::message::Message;
use chatferry_model::person::Person;

#[test]
fn a_program_of_sixty_lines_writes_what_later_stages_read() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/write-a-reader");
    let temporary = tempfile::tempdir().unwrap();
    let work = WorkFolder::new(temporary.path());
    let ran = Command::new("python3")
        .arg(example.join("example.py"))
        .arg(example.join("chat.csv"))
        .arg(work.read().root())
        .status();
    let Ok(status) = ran else {
        eprintln!("SKIPPED: there is no python3 here to run the example with");
        return;
    };
    assert!(status.success());

    let read = work.read();
    let manifest: Manifest<ReadDetails> = Manifest::read(read.root()).unwrap();
    manifest.sums["messages"].check("messages").unwrap();
    let people: Vec<Person> = all(&read.people(), Format::PEOPLE);
    let people: Vec<_> = people.iter().map(|p| (p.id.as_str(), p.messages)).collect();
    assert_eq!(people, [("ann", 2), ("bo", 1)]);
    let conversations: Vec<Conversation> = all(&read.conversations(), Format::CONVERSATIONS);
    assert_eq!(conversations.len(), 2);
    assert_eq!(conversations[1].replies, 1);
    for path in [read.emoji(), read.files(), read.findings()] {
        assert!(path.exists(), "{}", path.display());
    }

    let path = read.messages(&ConversationId::new("general"));
    let mut reader = JsonlReader::open(&path, Format::MESSAGES).unwrap();
    let mut said = Vec::new();
    while let Some(chunk) = reader.next_chunk().unwrap() {
        for (number, line) in chunk.lines() {
            let message: Message<'_> = chunk.parse(number, line).unwrap();
            said.push((message.thread.is_some(), message.body.to_plain_text()));
        }
    }
    let expected = [(false, "Good morning!"), (true, "Morning, Ann.")];
    assert_eq!(said, expected.map(|(reply, text)| (reply, text.to_owned())));
}

fn all<R: serde::de::DeserializeOwned>(path: &Path, format: Format) -> Vec<R> {
    JsonlReader::open(path, format).unwrap().read_all().unwrap()
}
