//! The line of a post: written once with the time the source suggests, at known places so that
//! another time can be put in without writing it again.

use std::io::Write as _;
use std::ops::Range;

use chatferry_model::post::{ChatMessageMention, ContentType, PostSource};
use chatferry_model::{Millis, Text};
use serde::Serialize;

/// What a post's line is made of.
pub(crate) struct Content<'c> {
    pub(crate) time: Millis,
    /// The time of the root it answers.
    pub(crate) reply_to: Option<Millis>,
    pub(crate) source: PostSource<'c>,
    /// The JSON of its author.
    pub(crate) from: &'c str,
    pub(crate) subject: Option<&'c Text<'c>>,
    pub(crate) html: &'c str,
    pub(crate) mentions: &'c [ChatMessageMention<'c>],
}

/// The places in a written line, from its first byte.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    created: usize,
    body: Range<usize>,
}

const ID: &[u8] = b"{\"id\":\"";
const REPLY_TO: &[u8] = b"\",\"replyTo\":\"";
const SOURCE: &[u8] = b"\",\"source\":";
const BODY: &[u8] = b",\"body\":";
const CREATED: &[u8] = b"{\"createdDateTime\":\"";
const FROM: &[u8] = b"\",\"from\":";
const SUBJECT: &[u8] = b",\"subject\":";
const CONTENT_TYPE: &[u8] = b",\"body\":{\"contentType\":";
const CONTENT: &[u8] = b",\"content\":";
const MENTIONS: &[u8] = b",\"mentions\":";

/// Bytes of a time: `2019-02-04T19:58:15.511Z`.
const TIME: usize = 24;

impl Line {
    /// Appends the line, which is the JSON of a [`Post`](chatferry_model::post::Post) and a line
    /// feed.
    ///
    /// # Errors
    /// When a part of it can't be JSON.
    pub(crate) fn write(out: &mut Vec<u8>, content: &Content<'_>) -> serde_json::Result<Self> {
        let start = out.len();
        let time = text_of(content.time);
        out.extend_from_slice(ID);
        out.extend_from_slice(&time);
        if let Some(root) = content.reply_to {
            out.extend_from_slice(REPLY_TO);
            out.extend_from_slice(&text_of(root));
        }
        out.extend_from_slice(SOURCE);
        put(out, &content.source)?;
        out.extend_from_slice(BODY);
        let body = out.len();
        out.extend_from_slice(CREATED);
        let created = out.len();
        out.extend_from_slice(&time);
        out.extend_from_slice(FROM);
        out.extend_from_slice(content.from.as_bytes());
        if let Some(subject) = content.subject {
            out.extend_from_slice(SUBJECT);
            put(out, subject)?;
        }
        out.extend_from_slice(CONTENT_TYPE);
        put(out, &ContentType::Html)?;
        out.extend_from_slice(CONTENT);
        put(out, content.html)?;
        out.push(b'}');
        if !content.mentions.is_empty() {
            out.extend_from_slice(MENTIONS);
            put(out, content.mentions)?;
        }
        out.push(b'}');
        let end = out.len();
        out.extend_from_slice(b"}\n");
        Ok(Self {
            created: created - start,
            body: body - start..end - start,
        })
    }

    /// Bytes of the request's body.
    pub(crate) fn body_bytes(&self) -> usize {
        self.body.len()
    }

    /// Puts another time into the written `line`.
    pub(crate) fn set_time(&self, line: &mut [u8], time: Millis) {
        let time = text_of(time);
        overwrite(line, ID.len(), &time);
        overwrite(line, self.created, &time);
    }

    /// Puts the time of another root into the written `line`, that of a reply.
    pub(crate) fn set_root(line: &mut [u8], root: Millis) {
        overwrite(line, ID.len() + TIME + REPLY_TO.len(), &text_of(root));
    }
}

fn put<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) -> serde_json::Result<()> {
    serde_json::to_writer(out, value)
}

fn text_of(time: Millis) -> [u8; TIME] {
    let mut text = [b' '; TIME];
    // Times of this range are always this long.
    let _ = write!(text.as_mut_slice(), "{time}");
    text
}

fn overwrite(line: &mut [u8], at: usize, time: &[u8; TIME]) {
    if let Some(place) = line.get_mut(at..at + TIME) {
        place.copy_from_slice(time);
    }
}

#[cfg(test)]
mod tests {
    use chatferry_model::post::{
        ChatMessage, From, Identity, ItemBody, Mentioned, Post, UserIdentityType,
    };
    use chatferry_model::{ConversationId, GraphMessageId, MessageId};

    use super::*;

    fn ms(text: &str) -> Millis {
        text.parse().unwrap()
    }

    #[test]
    fn a_line_is_what_the_model_would_write() {
        let from = From {
            user: Identity {
                id: "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca".parse().unwrap(),
                display_name: "Ann \"A\" Smith".into(),
                user_identity_type: UserIdentityType::AadUser,
            },
        };
        let from_json = serde_json::to_string(&from).unwrap();
        let mention = ChatMessageMention {
            id: 0,
            mention_text: "Ann".into(),
            mentioned: Mentioned::User(from.user.clone()),
        };
        let subject = Text::from("A \\ title");
        let later = ms("2020-01-01T00:00:00.001Z");
        for (reply_to, subject, mentions) in [
            (None, Some(&subject), vec![mention]),
            (Some(ms("2019-02-04T19:58:15.000Z")), None, Vec::new()),
        ] {
            let source = PostSource {
                conversation: ConversationId::new("C\"1"),
                message: MessageId::new("1549310295.511000"),
                part: reply_to.map(|_| 2),
            };
            let content = Content {
                time: ms("2019-02-04T19:58:15.511Z"),
                reply_to,
                source: source.clone(),
                from: &from_json,
                subject,
                html: "<p>\"hi\" <at id=\"0\">Ann</at>\n\u{2028}</p>",
                mentions: &mentions,
            };
            let mut out = b"before".to_vec();
            let line = Line::write(&mut out, &content).unwrap();
            let expected = |time: Millis, root: Option<Millis>| {
                let post = Post {
                    id: GraphMessageId::at(time),
                    reply_to: root.map(GraphMessageId::at),
                    source: source.clone(),
                    images: Vec::new(),
                    files: Vec::new(),
                    links: Vec::new(),
                    reactions: Vec::new(),
                    body: ChatMessage {
                        created_date_time: time,
                        from: from.clone(),
                        subject: subject.cloned(),
                        body: ItemBody {
                            content_type: ContentType::Html,
                            content: content.html.into(),
                        },
                        mentions: mentions.clone(),
                        attachments: Vec::new(),
                    },
                };
                let body = serde_json::to_string(&post.body).unwrap().len();
                assert_eq!(line.body_bytes(), body);
                serde_json::to_string(&post).unwrap() + "\n"
            };
            let written = &mut out[6..];
            assert_eq!(
                str::from_utf8(written),
                Ok(&*expected(content.time, reply_to))
            );
            line.set_time(written, later);
            if reply_to.is_some() {
                Line::set_root(written, later);
            }
            let moved = expected(later, reply_to.map(|_| later));
            assert_eq!(str::from_utf8(written), Ok(&*moved));
        }
    }
}
