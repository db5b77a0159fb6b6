//! `chatMessage`, as sent and as answered.

use std::borrow::Cow;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::{RequestBody, Text};
use crate::html::repeat_inline_code;
use crate::ids::MessageId;
use crate::moment::Moment;
use crate::settings::Settings;
use crate::state::{ContentType, Directory, Extras, Importance, Post};

/// A message as sent. Collections stay raw: most messages have none, and what is kept of them
/// is what was sent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessageBody<'a> {
    #[serde(borrow, default)]
    pub(crate) created_date_time: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) from: Option<FromBody<'a>>,
    #[serde(borrow, default)]
    pub(crate) subject: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) summary: Option<Text<'a>>,
    #[serde(default)]
    pub(crate) importance: Option<Importance>,
    #[serde(borrow, default)]
    pub(crate) body: Option<ItemBody<'a>>,
    #[serde(borrow, default)]
    pub(crate) mentions: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) attachments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) reactions: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) hosted_contents: Option<&'a RawValue>,
}

impl<'de> RequestBody<'de> for MessageBody<'de> {
    const TYPE: &'static str = "microsoft.graph.chatMessage";
    const PROPERTIES: &'static [&'static str] = &[
        "attachments",
        "body",
        "channelIdentity",
        "chatId",
        "createdDateTime",
        "deletedDateTime",
        "etag",
        "eventDetail",
        "from",
        "hostedContents",
        "id",
        "importance",
        "lastEditedDateTime",
        "lastModifiedDateTime",
        "locale",
        "mentions",
        "messageHistory",
        "messageType",
        "policyViolation",
        "reactions",
        "replies",
        "replyToId",
        "subject",
        "summary",
        "webUrl",
    ];
}

/// `chatMessageFromIdentitySet`
#[derive(Debug, Deserialize)]
pub(crate) struct FromBody<'a> {
    #[serde(borrow, default)]
    pub(crate) user: Option<IdentityBody<'a>>,
    #[serde(borrow, default)]
    pub(crate) application: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) device: Option<&'a RawValue>,
}

/// `teamworkUserIdentity`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IdentityBody<'a> {
    #[serde(borrow, default)]
    pub(crate) id: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) user_identity_type: Option<Text<'a>>,
}

/// `itemBody`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ItemBody<'a> {
    #[serde(borrow, default)]
    pub(crate) content_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) content: Option<Text<'a>>,
}

/// `chatMessageMention`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MentionBody<'a> {
    pub(crate) id: i64,
    #[serde(borrow, default)]
    pub(crate) mentioned: Option<MentionedBody<'a>>,
}

/// `chatMessageMentionedIdentitySet`
#[derive(Debug, Deserialize)]
pub(crate) struct MentionedBody<'a> {
    #[serde(borrow, default)]
    pub(crate) user: Option<IdentityBody<'a>>,
    #[serde(borrow, default)]
    pub(crate) application: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) conversation: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) tag: Option<&'a RawValue>,
}

/// `chatMessageAttachment`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AttachmentBody<'a> {
    #[serde(borrow, default)]
    pub(crate) id: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) content_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) content_url: Option<Text<'a>>,
}

/// `chatMessageHostedContent`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HostedContentBody<'a> {
    #[serde(rename = "@microsoft.graph.temporaryId", borrow)]
    pub(crate) temporary_id: Text<'a>,
    #[serde(borrow)]
    pub(crate) content_bytes: Text<'a>,
    #[serde(borrow)]
    pub(crate) content_type: Text<'a>,
}

/// The location of a message.
#[derive(Clone, Copy)]
pub(crate) enum Home<'a> {
    Channel { team: &'a str, channel: &'a str },
    Chat(&'a str),
}

/// A message as answered (R32, R45, F3).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessageResource<'a> {
    #[serde(rename = "@odata.context", skip_serializing_if = "Option::is_none")]
    context: Option<String>,
    id: String,
    reply_to_id: Option<String>,
    etag: String,
    message_type: &'static str,
    created_date_time: String,
    last_modified_date_time: Option<()>,
    last_edited_date_time: Option<()>,
    deleted_date_time: Option<()>,
    subject: Option<&'a str>,
    summary: Option<&'a str>,
    chat_id: Option<&'a str>,
    importance: Importance,
    locale: &'static str,
    web_url: Option<String>,
    policy_violation: Option<()>,
    event_detail: Option<()>,
    from: FromResource<'a>,
    body: BodyResource<'a>,
    channel_identity: Option<ChannelIdentity<'a>>,
    attachments: Raw<'a>,
    mentions: Raw<'a>,
    reactions: Raw<'a>,
    message_history: [(); 0],
}

#[derive(Serialize)]
struct FromResource<'a> {
    application: Option<()>,
    device: Option<()>,
    user: IdentityResource<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IdentityResource<'a> {
    #[serde(rename = "@odata.type")]
    odata_type: &'static str,
    id: &'a str,
    display_name: &'a str,
    user_identity_type: &'static str,
    tenant_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BodyResource<'a> {
    content_type: ContentType,
    content: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChannelIdentity<'a> {
    team_id: &'a str,
    channel_id: &'a str,
}

/// A collection as it was sent, or an empty one.
struct Raw<'a>(Option<&'a RawValue>);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(raw) => raw.serialize(serializer),
            None => serializer.collect_seq(std::iter::empty::<()>()),
        }
    }
}

impl<'a> MessageResource<'a> {
    pub(crate) fn new(
        id: MessageId,
        post: &'a Post,
        home: Home<'a>,
        directory: &'a Directory,
        settings: &'a Settings,
    ) -> MessageResource<'a> {
        let tenant = settings.tenant_id.as_str();
        let content = post.content.as_str();
        let content = match post.content_type {
            ContentType::Html if settings.troubles.misread_code => repeat_inline_code(content),
            _ => Cow::Borrowed(content),
        };
        let extras = post.extras.as_deref();
        let raw = |of: fn(&Extras) -> &Option<Box<RawValue>>| {
            Raw(extras.and_then(|extras| of(extras).as_deref()))
        };
        let (chat_id, channel_identity, web_url) = match home {
            Home::Chat(chat) => (Some(chat), None, None),
            Home::Channel { team, channel } => (
                None,
                Some(ChannelIdentity {
                    team_id: team,
                    channel_id: channel,
                }),
                Some(format!(
                    "https://teams.microsoft.com/l/message/{channel}/{id}?groupId={team}\
                     &tenantId={tenant}&createdTime={id}&parentMessageId={}",
                    post.root.unwrap_or(id)
                )),
            ),
        };
        MessageResource {
            context: None,
            id: id.to_string(),
            reply_to_id: post.root.map(|root| root.to_string()),
            etag: id.to_string(),
            message_type: "message",
            created_date_time: Moment::from_millis(id.0).to_string(),
            last_modified_date_time: None,
            last_edited_date_time: None,
            deleted_date_time: None,
            subject: extras.and_then(|extras| extras.subject.as_deref()),
            summary: extras.and_then(|extras| extras.summary.as_deref()),
            chat_id,
            importance: post.importance,
            locale: "en-us",
            web_url,
            policy_violation: None,
            event_detail: None,
            from: FromResource {
                application: None,
                device: None,
                user: IdentityResource {
                    odata_type: "#microsoft.graph.teamworkUserIdentity",
                    id: post.author.as_str(),
                    display_name: directory
                        .by_id(post.author.as_str())
                        .map_or("", |user| user.name()),
                    user_identity_type: "aadUser",
                    tenant_id: tenant,
                },
            },
            body: BodyResource {
                content_type: post.content_type,
                content,
            },
            channel_identity,
            attachments: raw(|extras| &extras.attachments),
            mentions: raw(|extras| &extras.mentions),
            reactions: raw(|extras| &extras.reactions),
            message_history: [],
        }
    }

    /// Returns the message as a response's only resource.
    pub(crate) fn alone(mut self, origin: &str) -> MessageResource<'a> {
        self.context = Some(format!("{origin}/v1.0/$metadata#chatMessage"));
        self
    }
}
