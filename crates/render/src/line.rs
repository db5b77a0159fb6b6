//! The line of a post: written once with the time the source suggests, at known places so that
//! another time can be put in without writing it again.

use std::io::Write as _;
use std::ops::Range;

use chatferry_model::deferred::{PostFile, PostImage, PostLink, file_url};
use chatferry_model::post::{
    ChatMessageAttachment, ChatMessageMention, ChatMessageReaction, ContentType, PostSource,
};
use chatferry_model::{Millis, Text};
use serde::Serialize;

/// The content of a post's line.
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
    pub(crate) images: &'c [PostImage<'c>],
    pub(crate) files: &'c [PostFile<'c>],
    pub(crate) links: &'c [PostLink<'c>],
    pub(crate) reactions: &'c [ChatMessageReaction<'c>],
}

/// Returns the text in the body for a file that is attached to the post.
pub(crate) fn attachment<'f>(file: &'f PostFile<'_>) -> ChatMessageAttachment<'f> {
    ChatMessageAttachment {
        id: file.id.as_str().into(),
        content_type: "reference".into(),
        content_url: Some(file_url(&file.id, &file.name).into()),
        name: Some(file.name.as_str().into()),
    }
}

/// The places in a written line, from its first byte.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    created: usize,
    reactions: Range<usize>,
    body: Range<usize>,
}

const ID: &[u8] = b"{\"id\":\"";
const REPLY_TO: &[u8] = b"\",\"replyTo\":\"";
const SOURCE: &[u8] = b"\",\"source\":";
const IMAGES: &[u8] = b",\"images\":";
const FILES: &[u8] = b",\"files\":";
const LINKS: &[u8] = b",\"links\":";
const REACTIONS: &[u8] = b",\"reactions\":";
const BODY: &[u8] = b",\"body\":";
const CREATED: &[u8] = b"{\"createdDateTime\":\"";
const FROM: &[u8] = b"\",\"from\":";
const SUBJECT: &[u8] = b",\"subject\":";
const CONTENT_TYPE: &[u8] = b",\"body\":{\"contentType\":";
const CONTENT: &[u8] = b",\"content\":";
const MENTIONS: &[u8] = b",\"mentions\":";
const ATTACHMENTS: &[u8] = b",\"attachments\":";

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
        put_list(out, IMAGES, content.images)?;
        put_list(out, FILES, content.files)?;
        put_list(out, LINKS, content.links)?;
        let reactions = out.len();
        put_list(out, REACTIONS, content.reactions)?;
        let reactions = reactions - start..out.len() - start;
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
        put_list(out, MENTIONS, content.mentions)?;
        if !content.files.is_empty() {
            let attachments: Vec<_> = content.files.iter().map(attachment).collect();
            put_list(out, ATTACHMENTS, &attachments)?;
        }
        out.push(b'}');
        let end = out.len();
        out.extend_from_slice(b"}\n");
        Ok(Self {
            created: created - start,
            reactions,
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
        if self.reactions.is_empty() {
            overwrite(line, ID.len(), &time);
            overwrite(line, self.created, &time);
            return;
        }
        // Reactions are as old as their message.
        let before = line
            .get(self.created..self.created + TIME)
            .map(<[u8]>::to_vec);
        let reactions = line.get(self.reactions.clone()).unwrap_or_default();
        let places: Vec<usize> = reactions
            .windows(TIME)
            .enumerate()
            .filter(|(_, text)| Some(*text) == before.as_deref())
            .map(|(at, _)| self.reactions.start + at)
            .collect();
        for place in [ID.len(), self.created].into_iter().chain(places) {
            overwrite(line, place, &time);
        }
    }

    /// Puts the time of another root into the written `line`, that of a reply.
    pub(crate) fn set_root(line: &mut [u8], root: Millis) {
        overwrite(line, ID.len() + TIME + REPLY_TO.len(), &text_of(root));
    }
}

fn put<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) -> serde_json::Result<()> {
    serde_json::to_writer(out, value)
}

fn put_list<T: Serialize>(out: &mut Vec<u8>, key: &[u8], list: &[T]) -> serde_json::Result<()> {
    if list.is_empty() {
        return Ok(());
    }
    out.extend_from_slice(key);
    put(out, list)
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
    use chatferry_model::deferred::LinkTo;
    use chatferry_model::post::{
        ChatMessage, From, Identity, ItemBody, Mentioned, Post, UserIdentityType,
    };
    use chatferry_model::{ConversationId, GraphMessageId, MessageId, TargetKey};

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
        let image = PostImage {
            id: 1,
            path: "00.png".into(),
            media_type: "image/png".into(),
            bytes: 9,
            name: "a.png".into(),
        };
        let file = PostFile {
            id: "2f5c".into(),
            path: "01".into(),
            name: "a b.txt".into(),
            bytes: 9,
        };
        let link = PostLink {
            id: 0,
            to: LinkTo::Target(TargetKey::new("General")),
            source: Some("https://acme.example".into()),
        };
        let reaction = ChatMessageReaction {
            reaction_type: "👍".into(),
            created_date_time: ms("2019-02-04T19:58:15.511Z"),
            user: from.clone(),
        };
        for (reply_to, subject, mentions) in [
            (None, Some(&subject), vec![mention]),
            (Some(ms("2019-02-04T19:58:15.000Z")), None, Vec::new()),
        ] {
            let beside = usize::from(reply_to.is_some());
            let (images, files) = (vec![image.clone(); beside], vec![file.clone(); beside]);
            let (links, reactions) = (vec![link.clone(); beside], vec![reaction.clone(); beside]);
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
                images: &images,
                files: &files,
                links: &links,
                reactions: &reactions,
            };
            let mut out = b"before".to_vec();
            let line = Line::write(&mut out, &content).unwrap();
            let expected = |time: Millis, root: Option<Millis>| {
                let post = Post {
                    id: GraphMessageId::at(time),
                    reply_to: root.map(GraphMessageId::at),
                    source: source.clone(),
                    images: images.clone(),
                    files: files.clone(),
                    links: links.clone(),
                    reactions: reactions
                        .iter()
                        .cloned()
                        .map(|reaction| ChatMessageReaction {
                            created_date_time: time,
                            ..reaction
                        })
                        .collect(),
                    body: ChatMessage {
                        created_date_time: time,
                        from: from.clone(),
                        subject: subject.cloned(),
                        body: ItemBody {
                            content_type: ContentType::Html,
                            content: content.html.into(),
                        },
                        mentions: mentions.clone(),
                        attachments: files.iter().map(attachment).collect(),
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
