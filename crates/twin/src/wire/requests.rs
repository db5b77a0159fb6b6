//! Bodies of requests other than messages.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{RequestBody, Text};

/// `team`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TeamBody<'a> {
    #[serde(rename = "@microsoft.graph.teamCreationMode", borrow, default)]
    pub(crate) creation_mode: Option<Text<'a>>,
    #[serde(rename = "template@odata.bind", borrow, default)]
    pub(crate) template: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) display_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) description: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) visibility: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) created_date_time: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) members: Option<Vec<MemberBody<'a>>>,
}

impl<'de> RequestBody<'de> for TeamBody<'de> {
    const TYPE: &'static str = "microsoft.graph.team";
    const PROPERTIES: &'static [&'static str] = &[
        "allChannels",
        "channels",
        "classification",
        "createdDateTime",
        "description",
        "discoverySettings",
        "displayName",
        "firstChannelName",
        "funSettings",
        "guestSettings",
        "id",
        "installedApps",
        "internalId",
        "isArchived",
        "memberSettings",
        "members",
        "messagingSettings",
        "specialization",
        "summary",
        "tags",
        "tenantId",
        "visibility",
        "webUrl",
    ];
}

/// `channel`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChannelBody<'a> {
    #[serde(rename = "@microsoft.graph.channelCreationMode", borrow, default)]
    pub(crate) creation_mode: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) display_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) description: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) membership_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) layout_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) created_date_time: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) members: Option<Vec<MemberBody<'a>>>,
}

impl<'de> RequestBody<'de> for ChannelBody<'de> {
    const TYPE: &'static str = "microsoft.graph.channel";
    const PROPERTIES: &'static [&'static str] = &[
        "createdDateTime",
        "description",
        "displayName",
        "email",
        "id",
        "isArchived",
        "isFavoriteByDefault",
        "layoutType",
        "members",
        "membershipType",
        "migrationMode",
        "moderationSettings",
        "originalCreatedDateTime",
        "summary",
        "tenantId",
        "webUrl",
    ];
}

/// `conversationMember`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MemberBody<'a> {
    #[serde(rename = "@odata.type", borrow, default)]
    pub(crate) odata_type: Option<Text<'a>>,
    #[serde(rename = "user@odata.bind", borrow, default)]
    pub(crate) user: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) roles: Option<Vec<Text<'a>>>,
    #[serde(borrow, default)]
    pub(crate) visible_history_start_date_time: Option<Text<'a>>,
}

impl MemberBody<'_> {
    pub(crate) fn is_owner(&self) -> bool {
        let mut roles = self.roles.iter().flatten();
        roles.any(|role| role.as_str() == "owner")
    }

    /// The object id or principal name in `.../users('{id}')` or `.../users/{id}`.
    pub(crate) fn user_name(&self) -> Option<&str> {
        let bound = self.user.as_ref()?.as_str();
        if let Some((_, tail)) = bound.rsplit_once("/users('") {
            return tail.strip_suffix("')");
        }
        let (_, name) = bound.rsplit_once("/users/")?;
        Some(name)
    }
}

impl<'de> RequestBody<'de> for MemberBody<'de> {
    const TYPE: &'static str = "microsoft.graph.aadUserConversationMember";
    const PROPERTIES: &'static [&'static str] = &[
        "displayName",
        "email",
        "id",
        "roles",
        "tenantId",
        "user",
        "userId",
        "visibleHistoryStartDateTime",
    ];
}

/// The parameters of the action `add` on members.
#[derive(Debug, Deserialize)]
pub(crate) struct MembersBody<'a> {
    #[serde(borrow)]
    pub(crate) values: Vec<MemberBody<'a>>,
}

impl<'de> RequestBody<'de> for MembersBody<'de> {
    const TYPE: &'static str = "microsoft.graph.add";
    const PROPERTIES: &'static [&'static str] = &["values"];
}

/// `chat`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChatBody<'a> {
    #[serde(borrow)]
    pub(crate) chat_type: Text<'a>,
    #[serde(borrow, default)]
    pub(crate) topic: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) members: Vec<MemberBody<'a>>,
}

impl<'de> RequestBody<'de> for ChatBody<'de> {
    const TYPE: &'static str = "microsoft.graph.chat";
    const PROPERTIES: &'static [&'static str] = &["chatType", "installedApps", "members", "topic"];
}

/// The parameters of `startMigration`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartBody<'a> {
    #[serde(borrow, default)]
    pub(crate) conversation_creation_date_time: Option<Text<'a>>,
}

impl StartBody<'_> {
    /// The only parameter there is (R21).
    pub(crate) const PARAMETERS: &'static [&'static str] = &["conversationCreationDateTime"];
}

/// The parameters of `archive`; the twin has no sites to make read-only.
#[derive(Debug, Deserialize)]
pub(crate) struct ArchiveBody<'a> {
    #[serde(rename = "shouldSetSpoSiteReadOnlyForMembers", borrow, default)]
    _read_only_site: Option<&'a RawValue>,
}

impl<'de> RequestBody<'de> for ArchiveBody<'de> {
    const TYPE: &'static str = "microsoft.graph.archive";
    const PROPERTIES: &'static [&'static str] = &["shouldSetSpoSiteReadOnlyForMembers"];
}
