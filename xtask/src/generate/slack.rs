//! The objects of an export, as Slack writes them.

use serde::Serialize;

use super::blocks::Block;
use super::people::Person;
use super::plan::Channel;

pub(super) const TEAM: &str = "T0SYNTHETIC";

/// A row of `channels.json` or `groups.json`.
#[derive(Serialize)]
pub(super) struct ListedChannel {
    id: String,
    name: String,
    created: i64,
    creator: String,
    is_archived: bool,
    is_general: bool,
    members: Vec<String>,
    topic: Caption,
    purpose: Caption,
}

#[derive(Serialize)]
struct Caption {
    value: String,
    creator: String,
    last_set: i64,
}

pub(super) fn list(channel: &Channel, people: &[Person]) -> ListedChannel {
    let ids = channel
        .members
        .iter()
        .filter_map(|member| people.get(*member));
    let members: Vec<String> = ids.map(|person| person.id.clone()).collect();
    let creator = members.first().cloned().unwrap_or_default();
    let caption = |value: String| Caption {
        value,
        creator: creator.clone(),
        last_set: channel.created,
    };
    ListedChannel {
        id: channel.id.clone(),
        name: channel.name.clone(),
        created: channel.created,
        is_archived: channel.archived,
        is_general: channel.name == "general",
        topic: caption(String::new()),
        purpose: caption(format!("All about {}", channel.name)),
        creator,
        members,
    }
}

/// A row of `users.json`.
#[derive(Serialize)]
pub(super) struct User {
    id: String,
    team_id: &'static str,
    name: String,
    deleted: bool,
    profile: UserProfile,
    is_bot: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_restricted: Option<bool>,
    updated: i64,
}

#[derive(Serialize)]
struct UserProfile {
    title: &'static str,
    real_name: String,
    real_name_normalized: String,
    display_name: String,
    display_name_normalized: String,
    email: String,
    image_72: String,
    team: &'static str,
}

pub(super) fn user(person: &Person) -> User {
    let display_name = if person.guest {
        String::new()
    } else {
        person.first.clone()
    };
    User {
        id: person.id.clone(),
        team_id: TEAM,
        name: person.handle.clone(),
        deleted: person.deleted,
        profile: UserProfile {
            title: "",
            real_name: person.real_name(),
            real_name_normalized: person.real_name(),
            display_name_normalized: display_name.clone(),
            display_name,
            email: person.email(),
            image_72: image(person),
            team: TEAM,
        },
        is_bot: false,
        is_restricted: (!person.deleted).then_some(person.guest),
        updated: 1_700_000_000,
    }
}

fn image(person: &Person) -> String {
    format!(
        "https://avatars.synthetic.example/2021-02-03/{}_72.png",
        person.id
    )
}

/// An element of a day file.
#[derive(Serialize, Default)]
pub(super) struct Message {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subtype: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) ts: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_msg_id: Option<String>,
    pub(super) text: String,
    #[serde(flatten)]
    pub(super) person: Option<Stamp>,
    #[serde(flatten)]
    pub(super) bot: Option<Bot>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) files: Vec<File>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) edited: Option<UserAt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) thread_ts: Option<String>,
    #[serde(flatten)]
    pub(super) root: Option<Root>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parent_user_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) blocks: Vec<Block>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) attachments: Vec<Attachment>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) reactions: Vec<Reaction>,
}

/// The author, copied into each message since 2020.
#[derive(Serialize)]
pub(super) struct Stamp {
    team: &'static str,
    user_team: &'static str,
    source_team: &'static str,
    user_profile: StampProfile,
}

#[derive(Serialize)]
struct StampProfile {
    avatar_hash: String,
    image_72: String,
    first_name: String,
    real_name: String,
    display_name: String,
    team: &'static str,
    name: String,
    is_restricted: bool,
    is_ultra_restricted: bool,
}

impl Stamp {
    pub(super) fn of(person: &Person) -> Self {
        Self {
            team: TEAM,
            user_team: TEAM,
            source_team: TEAM,
            user_profile: StampProfile {
                avatar_hash: person.id.to_lowercase(),
                image_72: image(person),
                first_name: person.first.clone(),
                real_name: person.real_name(),
                display_name: person.first.clone(),
                team: TEAM,
                name: person.handle.clone(),
                is_restricted: person.guest,
                is_ultra_restricted: false,
            },
        }
    }
}

/// The author of a bot's message.
#[derive(Serialize)]
pub(super) struct Bot {
    pub(super) bot_id: &'static str,
    pub(super) username: &'static str,
}

/// The replies that a root lists.
#[derive(Serialize)]
pub(super) struct Root {
    pub(super) reply_count: usize,
    pub(super) reply_users_count: usize,
    pub(super) latest_reply: String,
    pub(super) reply_users: Vec<String>,
    pub(super) replies: Vec<UserAt>,
    pub(super) is_locked: bool,
    pub(super) subscribed: bool,
}

/// Somebody, and when.
#[derive(Serialize)]
pub(super) struct UserAt {
    pub(super) user: String,
    pub(super) ts: String,
}

#[derive(Serialize)]
pub(super) struct Reaction {
    pub(super) name: &'static str,
    pub(super) users: Vec<String>,
    pub(super) count: usize,
}

/// A legacy attachment, as bots send it.
#[derive(Serialize)]
pub(super) struct Attachment {
    pub(super) fallback: String,
    pub(super) color: &'static str,
    pub(super) title: String,
    pub(super) title_link: String,
    pub(super) text: String,
    pub(super) fields: Vec<Field>,
    pub(super) mrkdwn_in: [&'static str; 1],
    pub(super) id: u32,
}

#[derive(Serialize)]
pub(super) struct Field {
    pub(super) title: &'static str,
    pub(super) value: String,
    pub(super) short: bool,
}

/// An uploaded file.
#[derive(Serialize)]
pub(super) struct File {
    id: String,
    created: i64,
    timestamp: i64,
    name: String,
    title: String,
    mimetype: &'static str,
    filetype: &'static str,
    pretty_type: &'static str,
    user: String,
    editable: bool,
    size: usize,
    mode: &'static str,
    is_external: bool,
    external_type: &'static str,
    is_public: bool,
    public_url_shared: bool,
    display_as_bot: bool,
    username: &'static str,
    url_private: String,
    url_private_download: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumb_360: Option<String>,
    permalink: String,
    permalink_public: String,
    is_starred: bool,
    has_rich_preview: bool,
    file_access: &'static str,
}

impl File {
    /// A hosted file; `kind` is its MIME type, Slack's word for that, and a name for people.
    pub(super) fn hosted(
        id: String,
        kind: (&'static str, &'static str, &'static str),
        name: String,
        size: usize,
        user: &str,
        seconds: i64,
    ) -> Self {
        let (mimetype, filetype, pretty_type) = kind;
        let at = |place: &str, name: &str| {
            format!("https://files.slack.com/{place}/{TEAM}-{id}/{name}?t=xoxe-FAKE-SYNTHETIC")
        };
        Self {
            created: seconds,
            timestamp: seconds,
            title: name.clone(),
            mimetype,
            filetype,
            pretty_type,
            user: user.to_owned(),
            editable: false,
            size,
            mode: "hosted",
            is_external: false,
            external_type: "",
            is_public: true,
            public_url_shared: false,
            display_as_bot: false,
            username: "",
            url_private: at("files-pri", &name),
            url_private_download: at("files-pri", &format!("download/{name}")),
            thumb_360: mimetype
                .starts_with("image/")
                .then(|| at("files-tmb", "thumb_360.png")),
            permalink: format!("https://synthetic.slack.com/files/{user}/{id}/{name}"),
            permalink_public: format!("https://slack-files.com/{TEAM}-{id}-0a1b2c3d4e"),
            is_starred: false,
            has_rich_preview: false,
            file_access: "visible",
            name,
            id,
        }
    }
}
