//! `actiance_export.xml`: a conversation for each channel, with who was there and what was said.
//! It tells people apart by e-mail alone, and does not say what a reply answers.

use std::collections::HashMap;
use std::io::BufRead;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::Each;
use super::row::{Channel, Person, Revision, Row, State, What};
use crate::ReadError;

/// The element around everything.
pub(super) const ROOT: &[u8] = b"<FileDump";

/// Gives the rows to `each`, and says what was wrong with the text, which ends them early.
pub(super) fn read(text: impl BufRead, each: Each<'_>) -> Result<Option<String>, ReadError> {
    let mut reader = Reader::from_reader(text);
    let mut buffer = Vec::new();
    let mut open = 0_usize;
    let mut room = Room::default();
    let mut fields = Fields::default();
    let mut words = String::new();
    loop {
        buffer.clear();
        let event = match reader.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(error) => return Ok(Some(error.to_string())),
        };
        match event {
            Event::Start(element) => {
                open += 1;
                words.clear();
                match element.local_name().as_ref() {
                    "Conversation" => room = Room::of(&element),
                    "FileTransferStarted"
                    | "Message"
                    | "ParticipantEntered"
                    | "ParticipantLeft" => fields = Fields::default(),
                    _ => {}
                }
            }
            Event::End(element) => {
                open = open.saturating_sub(1);
                let name = element.local_name();
                let name = name.as_ref();
                if name == "RoomID" {
                    room.name(&words);
                } else if let Some(what) = fields.what(name, &room) {
                    let person = Person {
                        email: &fields.email,
                        bot: fields.user_kind == "bot",
                        ..Person::default()
                    };
                    let channel = room.channel();
                    each(Row {
                        channel,
                        person,
                        what,
                    })?;
                    if name == "Message" {
                        room.remember(&fields);
                    }
                } else {
                    fields.take(name, &mut words);
                }
                words.clear();
            }
            Event::Text(text) => words.push_str(&text.xml10_content()),
            Event::CData(text) => words.push_str(&text.xml10_content()),
            Event::GeneralRef(entity) => push(&entity, &mut words),
            Event::Eof => return Ok((open > 0).then(|| "it ends in the middle".to_owned())),
            Event::Comment(_)
            | Event::Decl(_)
            | Event::DocType(_)
            | Event::Empty(_)
            | Event::PI(_) => {}
        }
    }
}

fn push(entity: &BytesRef<'_>, words: &mut String) {
    match (entity.resolve_char_ref(), resolve_predefined_entity(entity)) {
        (Ok(Some(character)), _) => words.push(character),
        (_, Some(resolved)) => words.push_str(resolved),
        (_, None) => words.extend(["&", entity, ";"]),
    }
}

/// A conversation, and the posts in it so far.
#[derive(Default)]
struct Room {
    id: String,
    kind: String,
    name: String,
    shown: String,
    /// The ids of posts by author and time, as files name them.
    posts: HashMap<(String, i64), String>,
}

impl Room {
    fn of(element: &BytesStart<'_>) -> Self {
        let shown = element.try_get_attribute("Perspective").ok().flatten();
        let shown = shown.and_then(|shown| {
            let value = shown.normalized_value(XmlVersion::Implicit1_0).ok()?;
            Some(value.into_owned())
        });
        Self {
            shown: shown.unwrap_or_default(),
            ..Self::default()
        }
    }

    /// Takes `public - town-square - <id>`, of old `public - <id>`.
    fn name(&mut self, room: &str) {
        let mut parts = room.splitn(2, " - ");
        let kind = parts.next().unwrap_or_default();
        let rest = parts.next().unwrap_or(room);
        let (name, id) = rest.rsplit_once(" - ").unwrap_or(("", rest));
        (self.kind, self.name, self.id) = (kind.to_owned(), name.to_owned(), id.to_owned());
    }

    fn channel(&self) -> Channel<'_> {
        Channel {
            id: &self.id,
            kind: &self.kind,
            name: &self.name,
            shown: &self.shown,
            ..Channel::default()
        }
    }

    fn remember(&mut self, fields: &Fields) {
        let of = (fields.email.clone(), fields.created);
        self.posts.insert(of, fields.post.clone());
    }
}

/// The text within one element.
#[derive(Default)]
struct Fields {
    email: String,
    user_kind: String,
    /// Milliseconds.
    created: i64,
    updated: i64,
    update: String,
    post: String,
    edited_by: String,
    content: String,
    path: String,
}

impl Fields {
    fn take(&mut self, name: &str, words: &mut String) {
        let field = match name {
            "LoginName" => &mut self.email,
            "UserType" => &mut self.user_kind,
            "UpdatedType" => &mut self.update,
            "MessageId" => &mut self.post,
            "EditedNewMsgId" => &mut self.edited_by,
            "Content" => &mut self.content,
            "FileName" => &mut self.path,
            "DateTimeUTC" => {
                self.created = words.trim().parse().unwrap_or_default();
                return;
            }
            "UpdatedDateTimeUTC" => {
                self.updated = words.trim().parse().unwrap_or_default();
                return;
            }
            _ => return,
        };
        *field = std::mem::take(words);
    }

    /// Returns the text of the element of that name, once it is whole.
    fn what<'r>(&'r self, name: &str, room: &'r Room) -> Option<What<'r>> {
        let revision = Revision {
            channel: room.id.as_str().into(),
            post: self.post.as_str().into(),
            created: self.created,
            updated: self.updated,
            ..Revision::default()
        };
        Some(match name {
            "ParticipantEntered" => What::Entered,
            "ParticipantLeft" => What::Left,
            "FileTransferStarted" => {
                let of = (self.email.clone(), self.created);
                let post = room.posts.get(&of).map(String::as_str).unwrap_or_default();
                What::Post(Revision {
                    post: post.into(),
                    state: State::File,
                    text: self.path.as_str().into(),
                    ..revision
                })
            }
            "Message" => {
                let state = State::of_update(&self.update);
                let post = match state {
                    // What was said before has an id of its own; the post keeps the one it has.
                    State::Older if !self.edited_by.is_empty() => &self.edited_by,
                    _ => &self.post,
                };
                let text = match state {
                    State::FileDeleted => self.content.strip_prefix("delete "),
                    _ => None,
                };
                What::Post(Revision {
                    post: post.as_str().into(),
                    state,
                    text: text.unwrap_or(&self.content).into(),
                    ..revision
                })
            }
            _ => return None,
        })
    }
}
