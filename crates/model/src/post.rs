//! Posts: a message as Graph takes it, ready to send.
//!
//! A line of `3-render/posts/<target>.jsonl` is a [`Post`]; its `body` is the request's body,
//! byte for byte but for its [deferred references](crate::deferred). Posts are in the order of sending: by
//! time, a root before its replies.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::deferred::{PostFile, PostImage, PostLink};
use crate::{ConversationId, EntraId, GraphMessageId, MessageId, Millis, Text};

/// A line of `3-render/posts/<target>.jsonl`. `B` is [`ChatMessage`], or its text as it stands
/// (`&RawValue`) for sending.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Post<'a, B> {
    /// The id Teams will give it: its creation time. Unique in the file.
    pub id: GraphMessageId,
    /// The root it answers, earlier in the same file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<GraphMessageId>,
    /// The message it comes from.
    #[serde(borrow)]
    pub source: PostSource<'a>,
    /// Pictures in the text; upload adds them as `hostedContents`.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<PostImage<'a>>,
    /// Files that hang on it; upload puts them into SharePoint or OneDrive.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<PostFile<'a>>,
    /// Links and mentions whose address is known at upload only.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<PostLink<'a>>,
    /// `reactions` to try, where the tenant is found to keep them (crates/graph/RULES.md 1.11); the
    /// text names them in any case.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<ChatMessageReaction<'a>>,
    /// The request's body.
    pub body: B,
}

/// The message a post comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostSource<'a> {
    /// The conversation.
    #[serde(borrow)]
    pub conversation: ConversationId<'a>,
    /// The message in it.
    #[serde(borrow)]
    pub message: MessageId<'a>,
    /// The post of several the message became, from 1; absent: the first or only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u32>,
}

/// `chatMessage`, as far as an import sets it (crates/graph/RULES.md 1.7 and 5).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatMessage<'a> {
    /// The time it was posted; unique in the channel or chat (crates/graph/RULES.md R31).
    pub created_date_time: Millis,
    /// The author.
    #[serde(borrow)]
    pub from: From<'a>,
    /// A title above the text.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Text<'a>>,
    /// The content.
    #[serde(borrow)]
    pub body: ItemBody<'a>,
    /// The mentions (crates/graph/RULES.md R37).
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<ChatMessageMention<'a>>,
    /// The attachments (crates/graph/RULES.md R38).
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<ChatMessageAttachment<'a>>,
}

/// `chatMessageFromIdentitySet`: always a user (crates/graph/RULES.md R27).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct From<'a> {
    /// The user.
    #[serde(borrow)]
    pub user: Identity<'a>,
}

/// `teamworkUserIdentity`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Identity<'a> {
    /// The object id.
    pub id: EntraId,
    /// The name.
    #[serde(borrow)]
    pub display_name: Text<'a>,
    /// Always `aadUser` (crates/graph/RULES.md R27).
    pub user_identity_type: UserIdentityType,
}

/// `teamworkUserIdentityType`, as far as an import may use it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum UserIdentityType {
    /// A user of the tenant.
    #[default]
    #[serde(rename = "aadUser")]
    AadUser,
}

/// `itemBody`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemBody<'a> {
    /// Always `html`.
    pub content_type: ContentType,
    /// The HTML.
    #[serde(borrow)]
    pub content: Text<'a>,
}

/// `bodyType`, as far as chatferry uses it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ContentType {
    /// HTML.
    #[default]
    #[serde(rename = "html")]
    Html,
}

/// `chatMessageMention`: stands for `<at id="N">text</at>` in the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatMessageMention<'a> {
    /// The number in the body, from 0.
    pub id: u32,
    /// The text in the body.
    #[serde(borrow)]
    pub mention_text: Text<'a>,
    /// The user or channel.
    #[serde(borrow)]
    pub mentioned: Mentioned<'a>,
}

/// `chatMessageMentionedIdentitySet`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mentioned<'a> {
    /// A user.
    User(#[serde(borrow)] Identity<'a>),
    /// A channel; its id is a [deferred reference](crate::deferred).
    Conversation(#[serde(borrow)] ConversationIdentity<'a>),
}

/// `teamworkConversationIdentity`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationIdentity<'a> {
    /// The channel's id.
    #[serde(borrow)]
    pub id: Text<'a>,
    /// The name.
    #[serde(borrow)]
    pub display_name: Text<'a>,
    /// Always `channel`.
    pub conversation_identity_type: ConversationIdentityType,
}

/// `teamworkConversationIdentityType`, as far as chatferry uses it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ConversationIdentityType {
    /// A channel.
    #[default]
    #[serde(rename = "channel")]
    Channel,
}

/// `chatMessageReaction`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatMessageReaction<'a> {
    /// The emoji's characters.
    #[serde(borrow)]
    pub reaction_type: Text<'a>,
    /// The time; sources don't say it, so it is the message's own.
    pub created_date_time: Millis,
    /// The user.
    #[serde(borrow)]
    pub user: From<'a>,
}

/// `chatMessageAttachment`: stands for `<attachment id="…"></attachment>` in the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatMessageAttachment<'a> {
    /// The GUID in the body.
    #[serde(borrow)]
    pub id: Text<'a>,
    /// `reference` for a file.
    #[serde(borrow)]
    pub content_type: Text<'a>,
    /// The place where it is; ends in a name with an extension (crates/graph/RULES.md R39).
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub content_url: Option<Text<'a>>,
    /// The name.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<'a>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_what_graph_prints_in_its_samples() {
        let created: Millis = "2019-02-04T19:58:15.511Z".parse().unwrap();
        let id: EntraId = "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca".parse().unwrap();
        let identity = Identity {
            id,
            display_name: "Joh Doe".into(),
            user_identity_type: UserIdentityType::AadUser,
        };
        let post = Post {
            id: GraphMessageId::at(created),
            reply_to: None,
            source: PostSource {
                conversation: ConversationId::new("C1"),
                message: MessageId::new("1549310295.511000"),
                part: None,
            },
            images: Vec::new(),
            files: Vec::new(),
            links: Vec::new(),
            reactions: Vec::new(),
            body: ChatMessage {
                created_date_time: created,
                from: From {
                    user: identity.clone(),
                },
                subject: None,
                body: ItemBody {
                    content_type: ContentType::Html,
                    content: "<p>hi <at id=\"0\">Joh</at></p>".into(),
                },
                mentions: vec![ChatMessageMention {
                    id: 0,
                    mention_text: "Joh".into(),
                    mentioned: Mentioned::User(identity),
                }],
                attachments: Vec::new(),
            },
        };
        insta::assert_json_snapshot!(post, @r#"
        {
          "id": "2019-02-04T19:58:15.511Z",
          "source": {
            "conversation": "C1",
            "message": "1549310295.511000"
          },
          "body": {
            "createdDateTime": "2019-02-04T19:58:15.511Z",
            "from": {
              "user": {
                "id": "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca",
                "displayName": "Joh Doe",
                "userIdentityType": "aadUser"
              }
            },
            "body": {
              "contentType": "html",
              "content": "<p>hi <at id=\"0\">Joh</at></p>"
            },
            "mentions": [
              {
                "id": 0,
                "mentionText": "Joh",
                "mentioned": {
                  "user": {
                    "id": "8c0a1a67-50ce-4114-bb6c-da9c5dbcf6ca",
                    "displayName": "Joh Doe",
                    "userIdentityType": "aadUser"
                  }
                }
              }
            ]
          }
        }
        "#);
        let line = serde_json::to_string(&post).unwrap();
        assert_eq!(
            serde_json::from_str::<Post<'_, ChatMessage<'_>>>(&line).unwrap(),
            post
        );
    }
}
