//! The lines of an export (crates/readers/src/mattermost/FORMAT.md 2). Any field may be absent or
//! null.

use chatferry_model::{Micros, Text};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::Element;
use crate::Support::{No, Partly, Whole};

/// The types of lines. Others are left out, with a finding.
pub(super) const KINDS: &[Element] = &[
    Element::new("version", Whole, "says what the export may lack"),
    Element::new("role", No, "nothing: what people may do is Teams' own"),
    Element::new("scheme", No, "nothing, likewise"),
    Element::new("team", Whole, "team"),
    Element::new(
        "channel",
        Whole,
        "channel: names, header, purpose, whether archived",
    ),
    Element::new(
        "user",
        Whole,
        "person: names, e-mail, sign-on id, title, guest, memberships",
    ),
    Element::new("bot", Whole, "person who is a bot"),
    Element::new("emoji", Whole, "picture of a custom emoji"),
    Element::new("direct_channel", Whole, "chat, by who is in it"),
    Element::new("post", Whole, "message and its replies"),
    Element::new("direct_post", Whole, "message of a chat"),
    Element::new("wiki", No, "nothing, with a finding"),
    Element::new("page", No, "likewise; posts of that type are messages"),
    Element::new("page_comment", No, "likewise"),
    Element::new("resolve_wiki_placeholders", No, "likewise"),
    Element::new("(any other)", No, "nothing, with a finding"),
];

/// The fields of posts and replies.
pub(super) const FIELDS: &[Element] = &[
    Element::new("team", Whole, "with `channel`: where it was written"),
    Element::new("channel", Whole, "as above"),
    Element::new("channel_members", Whole, "the chat"),
    Element::new("user", Whole, "author"),
    Element::new("type", Whole, "see below"),
    Element::new("message", Whole, "text"),
    Element::new("props", Partly, "see below"),
    Element::new("create_at", Whole, "time"),
    Element::new("edit_at", Whole, "a line below the text"),
    Element::new("is_pinned", Whole, "a line below the text"),
    Element::new("reactions", Whole, "a line below the text, with names"),
    Element::new("replies", Whole, "thread, in the order of time"),
    Element::new("attachments", Whole, "files"),
    Element::new(
        "flagged_by",
        No,
        "nothing: who saved a post is nobody else's business",
    ),
    Element::new("thread_followers", No, "nothing"),
];

/// One line: its payload stands under a key that is called like its type.
#[derive(Debug, Deserialize)]
pub(super) struct Line<'a> {
    #[serde(rename = "type", borrow)]
    pub(super) kind: Text<'a>,
    pub(super) version: Option<IgnoredAny>,
    pub(super) team: Option<Team>,
    pub(super) channel: Option<Channel>,
    pub(super) user: Option<User>,
    pub(super) bot: Option<Bot>,
    pub(super) emoji: Option<Emoji>,
    pub(super) direct_channel: Option<DirectChannel>,
    #[serde(borrow)]
    pub(super) post: Option<Post<'a>>,
    #[serde(borrow)]
    pub(super) direct_post: Option<Post<'a>>,
    pub(super) wiki: Option<Value>,
    pub(super) page: Option<Value>,
}

impl Line<'_> {
    /// The title of a line about a wiki or one of its pages.
    pub(super) fn title(&self) -> &str {
        let about = self.wiki.as_ref().or(self.page.as_ref());
        let title = about.and_then(|about| about.get("title")?.as_str());
        title.unwrap_or_default()
    }
}

/// The program that wrote the export; absent before 7.6.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Info {
    pub(super) generator: Option<String>,
    pub(super) version: Option<String>,
    /// The time of the export, in RFC 3339.
    pub(super) created: Option<String>,
    /// Anything; of an export of one team or channel, which.
    pub(super) additional: Option<Value>,
}

impl Info {
    /// The time of the export.
    pub(super) fn created(&self) -> Option<Micros> {
        self.created.as_deref()?.parse().ok()
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Team {
    pub(super) name: Option<String>,
    pub(super) display_name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Channel {
    pub(super) team: Option<String>,
    pub(super) name: Option<String>,
    pub(super) display_name: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) header: Option<String>,
    pub(super) purpose: Option<String>,
    pub(super) deleted_at: Option<i64>,
    /// True if this is all that a compliance export tells; a bulk export's line says more.
    #[serde(default)]
    pub(super) partial: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) username: Option<String>,
    pub(super) email: Option<String>,
    pub(super) auth_service: Option<String>,
    pub(super) auth_data: Option<String>,
    pub(super) nickname: Option<String>,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) position: Option<String>,
    pub(super) roles: Option<String>,
    pub(super) delete_at: Option<i64>,
    pub(super) teams: Option<Vec<TeamOfUser>>,
    /// As of a channel.
    #[serde(default)]
    pub(super) partial: bool,
}

/// A team that a user is in.
#[derive(Debug, Deserialize)]
pub(super) struct TeamOfUser {
    pub(super) name: Option<String>,
    pub(super) roles: Option<String>,
    pub(super) channels: Option<Vec<ChannelOfUser>>,
}

/// A channel that a user is in: the only place where members are named.
#[derive(Debug, Deserialize)]
pub(super) struct ChannelOfUser {
    pub(super) name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Bot {
    pub(super) username: Option<String>,
    pub(super) display_name: Option<String>,
    pub(super) delete_at: Option<i64>,
    /// As of a channel.
    #[serde(default)]
    pub(super) partial: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Emoji {
    pub(super) name: Option<String>,
    pub(super) image: Option<String>,
}

/// A direct or group message: its members, as names before and as objects since.
#[derive(Debug, Deserialize)]
pub(super) struct DirectChannel {
    pub(super) members: Option<Vec<String>>,
    pub(super) participants: Option<Vec<Participant>>,
    pub(super) header: Option<String>,
    /// As of a channel.
    #[serde(default)]
    pub(super) partial: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Participant {
    pub(super) username: Option<String>,
}

/// A post with its replies, or one of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Post<'a> {
    #[serde(borrow)]
    pub(super) team: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) channel: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) channel_members: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    pub(super) user: Option<Text<'a>>,
    #[serde(rename = "type", borrow)]
    pub(super) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) message: Option<Text<'a>>,
    /// Anything; read only where it holds something of use.
    #[serde(borrow)]
    pub(super) props: Option<&'a RawValue>,
    /// Milliseconds.
    pub(super) create_at: Option<i64>,
    /// Milliseconds; 0 if never.
    pub(super) edit_at: Option<i64>,
    #[serde(borrow)]
    pub(super) reactions: Option<Vec<Reaction<'a>>>,
    /// Read one by one, so that a bad reply costs one and a long thread little memory.
    #[serde(borrow)]
    pub(super) replies: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) attachments: Option<Vec<Attachment<'a>>>,
    pub(super) is_pinned: Option<bool>,
    /// True if it stands for a post that a compliance export lacks.
    pub(super) root_missing: bool,
}

impl Post<'_> {
    /// Writes the names of teams, channels and people as the server keeps them, in small letters,
    /// so that every spelling is the same name (crates/readers/src/mattermost/FORMAT.md M6).
    pub(super) fn fold_case(&mut self) {
        let names = [&mut self.team, &mut self.channel, &mut self.user];
        let reactions = self.reactions.iter_mut().flatten();
        let all = names.into_iter().flatten();
        let all = all.chain(self.channel_members.iter_mut().flatten());
        for name in all.chain(reactions.filter_map(|reaction| reaction.user.as_mut())) {
            if name.chars().any(char::is_uppercase) {
                *name = name.to_lowercase().into();
            }
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Reaction<'a> {
    #[serde(borrow)]
    pub(super) user: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) emoji_name: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Attachment<'a> {
    #[serde(borrow)]
    pub(super) path: Option<Text<'a>>,
}

/// The days since 1970 of the times in a line of posts, found without parsing it.
pub(super) fn days(line: &[u8]) -> impl Iterator<Item = i64> {
    const KEY: &[u8] = br#""create_at":"#;
    const MILLIS_OF_DAY: i64 = 86_400_000;
    memchr::memmem::find_iter(line, KEY).filter_map(|at| {
        let digits = line.get(at + KEY.len()..)?.trim_ascii_start();
        let end = digits.iter().position(|c| !c.is_ascii_digit());
        let digits = str::from_utf8(digits.get(..end?)?).ok()?;
        Some(digits.parse::<i64>().ok()? / MILLIS_OF_DAY)
    })
}

/// Returns true if a line is a post, by how every known program writes one.
pub(super) fn is_post(line: &[u8]) -> bool {
    line.starts_with(br#"{"type":"post""#) || line.starts_with(br#"{"type":"direct_post""#)
}
