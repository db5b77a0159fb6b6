//! Settings: the rules that the tenant enforces, and choices where the facts leave one.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::operation_kind::OperationKind;

/// The tenant's figures. The defaults are the strictest reading of the facts (crates/graph/RULES.md
/// sections 2 and 6); every field names the rule it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// The tenant's id, a GUID: the `tid` of tokens, the first segment of the token address.
    pub tenant_id: String,
    /// The tenant's verified domain, which may stand for the id in the token address.
    pub domain: String,
    /// Requests per second and minute (R46, R47).
    pub limits: Limits,
    /// The most a message may weigh, in bytes (R43).
    pub message_bytes: usize,
    /// The part of a message that counts towards [`Settings::message_bytes`]. Default:
    /// [`Weight::Parts`].
    pub message_weight: Weight,
    /// The most a request body may hold, in bytes (R42).
    pub request_bytes: usize,
    /// The lifetime of a token, in seconds (R2).
    pub token_lifetime_s: u64,
    /// The time an operation stays `notStarted`, in ms (R8).
    pub operation_start_ms: u64,
    /// The time an operation takes from its creation to `succeeded`, in ms (R7, R8).
    pub operation_ms: u64,
    /// The delay after which a new team's group shows up in lists, in ms; common
    /// experience, no figure in the facts. Default: 0.
    pub group_delay_ms: u64,
    /// Polls of one operation closer together than this, in ms, are noted (R8).
    pub poll_interval_ms: u64,
    /// The form of an operation's `Location`; both forms are documented
    /// (crates/graph/RULES.md 1.2). Default: [`AddressStyle::Quoted`].
    pub address_style: AddressStyle,
    /// For so many ms after a channel's completion the team cannot be completed yet (R50).
    pub completion_lag_ms: u64,
    /// The status of a posted message: 201 by the reference, 200 in one printed sample
    /// (crates/graph/RULES.md E11). Default: 201.
    pub message_status: u16,
    /// The status of a channel created in migration mode: 201 by the reference and observed, 202
    /// in one document (crates/graph/RULES.md E4). Default: 201.
    pub migration_channel_status: u16,
    /// True to refuse a property that the type does not have (R21 for actions, inferred for
    /// the rest) or ignored. Default: refused.
    pub refuse_unknown_properties: bool,
    /// True if a message may have an empty body. The facts only say that a body is mandatory
    /// (R34). Default: no.
    pub allow_empty_body: bool,
    /// True to keep imported reactions; nobody has seen them survive (R44). Default: dropped.
    pub keep_reactions: bool,
    /// True if hosted contents are JPEG and PNG alone (R40Type). Turned off, any image is taken.
    /// Default: on.
    pub hosted_types: bool,
    /// True if inline images are taken. Turned off, any `hostedContents` is answered as in early
    /// 2026 (R41). Default: on.
    pub inline_images: bool,
    /// The most channels a team may have, those deleted within 30 days included (R15).
    pub team_channels: usize,
    /// The most private channels among them: 1,000, or 30 where channels are not moved to group
    /// mailboxes yet (R15; crates/graph/RULES.md G10). Default: 1,000.
    pub private_channels: usize,
    /// True if members of a private channel must be members of the team already. From common
    /// experience, in no document at hand. Default: yes.
    pub private_members_from_team: bool,
    /// The known defects that are switched on.
    pub troubles: Troubles,
    /// The settings for files (R60–R64).
    pub files: Files,
    /// True to ask for the application permission of each call (crates/graph/RULES.md section 1.0),
    /// or only `Teamwork.Migrate.All` (R1). Default: each call's.
    pub check_permissions: bool,
    /// True for a national cloud, where `startMigration` does not exist (R68).
    pub national_cloud: bool,
    /// The number of refusals kept in full; all are counted.
    pub refusals_kept: usize,
}

/// The part of a message that counts as its size (R43 says "html, mentions and so on").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Weight {
    /// Content, subject and summary in UTF-8, and the JSON of mentions, attachments, reactions.
    Parts,
    /// The request body as sent, without the JSON of `hostedContents`: the strictest reading.
    Request,
}

/// Troubles that the service has been seen to have for weeks or months; off by default, but for
/// those that it has today. [`Settings::inline_images`] is one more. What happens once, or now and
/// then, is a [`crate::Fault`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Troubles {
    /// True if one-on-one chats cannot be put into migration mode (F1).
    pub one_on_one_start: bool,
    /// A chat or channel that is put into migration mode less than so many ms after it was
    /// completed is stuck for good (F2).
    pub stuck_within_ms: u64,
    /// Operations of these kinds end as `failed`, and nothing comes of them (R8).
    pub failing_operations: BTreeSet<OperationKind>,
    /// For so many ms after its creation, General after its team's, a channel is not found (R7).
    pub channel_ms: u64,
    /// True if channels and chats do not tell their `migrationMode`, as in early 2026
    /// (crates/graph/RULES.md 1.5).
    pub silent_mode: bool,
    /// A new team has no site until General's folder is asked for, so many ms after its creation
    /// (R60; crates/graph/RULES.md 1.2).
    pub site_ms: u64,
    /// For so many ms after somebody was added to a team, its private channels take them for a
    /// stranger (E16: "propagation delayed"; G12).
    pub member_ms: u64,
    /// For so many ms after it was put into migration mode, or created in it, a channel or chat
    /// shows its old mode and takes no posts: a 403 (R24Blocked).
    pub mode_lag_ms: u64,
    /// For so many ms after it was put into migration mode a channel or chat keeps its old
    /// createdDateTime, and older posts are a 403 (R28Blocked). What is younger than
    /// that keeps it until it is put into migration mode once more (crates/graph/RULES.md G4).
    pub date_lag_ms: u64,
    /// True if a message is read back with the text of its first inline code in each code block
    /// behind it (F3). Default: true, as the defect is open.
    pub misread_code: bool,
}

impl Default for Troubles {
    fn default() -> Troubles {
        Troubles {
            one_on_one_start: false,
            stuck_within_ms: 0,
            failing_operations: BTreeSet::new(),
            channel_ms: 0,
            silent_mode: false,
            site_ms: 0,
            member_ms: 0,
            mode_lag_ms: 0,
            date_lag_ms: 0,
            misread_code: true,
        }
    }
}

/// Settings for files (crates/graph/RULES.md 1.12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Files {
    /// The number of times a channel's folder is asked for in vain before it is there (R60). No
    /// figure in the facts; one tool asks six times. Default: 2.
    pub folder_calls: u32,
    /// The delay between a channel and its folder, in ms (R60). Default: 5,000.
    pub folder_ms: u64,
    /// The most that may come in one `PUT .../content`, in bytes: 4 MB by the stored document,
    /// 250 MB lately (R42). Default: 4 MiB.
    pub small_upload_bytes: usize,
    /// The lifetime of an upload session, in ms (R61). No figure in the facts.
    /// Default: a day.
    pub session_ms: u64,
    /// The users who have no OneDrive, by object id. Default: everybody has one.
    pub no_drive: BTreeSet<String>,
    /// True to keep contents. Default: only their sizes and hashes.
    pub keep_content: bool,
    /// True if files show their quickXorHash; it may come minutes after them. Default: true.
    pub hashes: bool,
    /// True if a reference attachment must be a file of this tenant and have the GUID of its
    /// eTag as its id (R39). The service takes others, and shows a file that cannot be opened.
    /// Default: no.
    pub known_attachments: bool,
}

impl Default for Files {
    fn default() -> Files {
        Files {
            folder_calls: 2,
            folder_ms: 5_000,
            small_upload_bytes: 4 * 1024 * 1024,
            session_ms: 24 * 3_600_000,
            no_drive: BTreeSet::new(),
            keep_content: false,
            hashes: true,
            known_attachments: false,
        }
    }
}

/// The form of addresses in headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AddressStyle {
    /// `/teams('{id}')/operations('{id}')`
    Quoted,
    /// `/teams/{id}/operations/{id}`
    Slashes,
}

/// Ceilings on requests, each in a rolling window (crates/graph/RULES.md 2.1, 2.2; R46, R47).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
    /// Returns true if any defect is switched on.
    pub enforced: bool,
    /// Messages and replies into one channel, per second.
    pub channel_posts: u32,
    /// Messages and replies of one app into all channels, per second.
    pub app_channel_posts: u32,
    /// Messages of one app into all chats, per second.
    pub app_chat_posts: u32,
    /// Reads of messages by one app, per second (crates/graph/RULES.md 2.2, GET channel or chat
    /// message).
    pub app_message_reads: u32,
    /// The limit of all other calls of one app, per second.
    pub other_calls: u32,
    /// Calls that add members to, or remove them from, one team or chat, per minute. A bulk call
    /// counts once.
    pub member_changes: u32,
    /// Calls of one app on drives, per second. SharePoint throttles separately, by figures that
    /// are not in the facts (crates/graph/RULES.md 2.3). Default: none.
    pub drive_calls: Option<u32>,
    /// Calls of one app on one team, per second. The general line says 4, and whether it exempts
    /// imports is unclear (crates/graph/RULES.md 2.1). Default: none.
    pub team_calls: Option<u32>,
    /// True if a refused call counts too ("retries during throttling still accrue",
    /// crates/graph/RULES.md 2.3). Default: it does.
    pub count_refused: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            tenant_id: "6f1d2c3a-5b4e-4f60-8a7b-9c0d1e2f3a4b".to_owned(),
            domain: "contoso.onmicrosoft.com".to_owned(),
            limits: Limits::default(),
            message_bytes: 28_672,
            message_weight: Weight::Parts,
            request_bytes: 4 * 1024 * 1024,
            token_lifetime_s: 3_599,
            operation_start_ms: 2_000,
            operation_ms: 20_000,
            group_delay_ms: 0,
            poll_interval_ms: 30_000,
            address_style: AddressStyle::Quoted,
            completion_lag_ms: 10_000,
            message_status: 201,
            migration_channel_status: 201,
            refuse_unknown_properties: true,
            allow_empty_body: false,
            keep_reactions: false,
            hosted_types: true,
            inline_images: true,
            team_channels: 1_000,
            private_channels: 1_000,
            private_members_from_team: true,
            troubles: Troubles::default(),
            files: Files::default(),
            check_permissions: true,
            national_cloud: false,
            refusals_kept: 10_000,
        }
    }
}

impl Settings {
    /// Returns settings with every rule but without delays: no limits, no lag, operations succeed
    /// at once.
    pub fn instant() -> Settings {
        Settings {
            limits: Limits::lifted(),
            operation_start_ms: 0,
            operation_ms: 0,
            poll_interval_ms: 0,
            completion_lag_ms: 0,
            files: Files {
                folder_calls: 0,
                folder_ms: 0,
                ..Files::default()
            },
            ..Settings::default()
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            enforced: true,
            channel_posts: 5,
            app_channel_posts: 50,
            app_chat_posts: 20,
            app_message_reads: 20,
            other_calls: 30,
            member_changes: 4,
            drive_calls: None,
            team_calls: None,
            count_refused: true,
        }
    }
}

impl Limits {
    /// None of the limits holds.
    pub fn lifted() -> Limits {
        Limits {
            enforced: false,
            ..Limits::default()
        }
    }
}
