//! True if an upload could begin: token, permissions, tenant, clock and directory, without
//! changing anything.

use chatferry_model::folder::RenderFolder;
use chatferry_model::manifest::Manifest;
use chatferry_model::plan::{Membership, RenderDetails, TargetPlace};
use serde::Serialize;

use crate::client::Client;
use crate::error::GraphError;
use crate::observer::Observer;
use crate::requests::{self, PermissionProbe};

/// The inputs of the diagnosis.
#[derive(Clone, Debug, Default)]
pub struct DoctorOptions {
    /// The account that speaks for people without one, by object id or UPN.
    pub placeholder: Option<String>,
}

/// The result of the diagnosis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// Everything that was looked at, in order.
    pub checks: Vec<Check>,
    /// The permissions that are missing and needed.
    pub missing: Vec<&'static str>,
    /// The place where an administrator consents to them, once they are in the app registration.
    pub consent_url: Option<String>,
}

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The name: `token`, `tenant`, `clock`, `directory`, or a permission.
    pub name: &'static str,
    /// The way it is.
    pub state: Health,
    /// The result in words.
    pub says: String,
    /// The remedy.
    pub remedy: Option<&'static str>,
}

/// The state of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// The check passed.
    Fine,
    /// An upload goes without it, but less well.
    Doubtful,
    /// An upload would fail.
    Broken,
}

impl Diagnosis {
    /// Returns true if an upload could begin.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.checks.iter().all(|check| check.state < Health::Broken)
    }
}

/// A need of an upload for permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Always,
    Channels,
    ClosedChannels,
    Chats,
    Files,
    Archive,
    /// Helps, but is not needed.
    Advice,
}

/// A permission, and others that hold it too.
struct Permission {
    name: &'static str,
    or: &'static [&'static str],
    need: Need,
    what_for: &'static str,
    /// A call that tells whether Graph agrees.
    probe: Option<PermissionProbe>,
}

const fn permission(
    name: &'static str,
    or: &'static [&'static str],
    need: Need,
    what_for: &'static str,
    probe: Option<PermissionProbe>,
) -> Permission {
    Permission {
        name,
        or,
        need,
        what_for,
        probe,
    }
}

/// The permissions of a whole run (crates/graph/RULES.md 1.1 and the table of 1.0).
static PERMISSIONS: &[Permission] = &[
    permission(
        "Teamwork.Migrate.All",
        &[],
        Need::Always,
        "importing messages",
        Some(PermissionProbe::Migrate),
    ),
    permission(
        "TeamMember.ReadWrite.All",
        &["Group.ReadWrite.All"],
        Need::Channels,
        "giving teams their owners and members",
        Some(PermissionProbe::AddTeamMember),
    ),
    permission(
        "Team.ReadBasic.All",
        &[
            "TeamSettings.Read.All",
            "TeamSettings.ReadWrite.All",
            "Group.Read.All",
            "Group.ReadWrite.All",
        ],
        Need::Channels,
        "seeing whether a new team is there",
        Some(PermissionProbe::ReadTeam),
    ),
    permission(
        "Channel.ReadBasic.All",
        &[
            "ChannelSettings.Read.All",
            "ChannelSettings.ReadWrite.All",
            "Group.Read.All",
            "Group.ReadWrite.All",
        ],
        Need::Channels,
        "finding General, and channels whose creation was not answered",
        Some(PermissionProbe::ReadChannel),
    ),
    permission(
        "Channel.Create",
        &["Group.ReadWrite.All"],
        Need::ClosedChannels,
        "making private and shared channels",
        Some(PermissionProbe::CreateChannel),
    ),
    permission(
        "ChannelMember.ReadWrite.All",
        &[],
        Need::ClosedChannels,
        "giving private and shared channels their members",
        Some(PermissionProbe::AddChannelMember),
    ),
    permission(
        "Chat.Create",
        &["Chat.ReadWrite.All"],
        Need::Chats,
        "making chats",
        Some(PermissionProbe::CreateChat),
    ),
    permission(
        "ChatMember.ReadWrite.All",
        &["Chat.ReadWrite.All"],
        Need::Chats,
        "showing members the history of group chats",
        Some(PermissionProbe::AddChatMember),
    ),
    permission(
        "Files.ReadWrite.All",
        &["Sites.ReadWrite.All"],
        Need::Files,
        "putting files into SharePoint and OneDrive",
        None,
    ),
    permission(
        "TeamSettings.ReadWrite.All",
        &["ChannelSettings.ReadWrite.All", "Group.ReadWrite.All"],
        Need::Archive,
        "archiving channels",
        Some(PermissionProbe::Archive),
    ),
    permission(
        "User.Read.All",
        &["Directory.Read.All", "User.ReadWrite.All"],
        Need::Advice,
        "checking that all authors exist, and map --from-graph",
        Some(PermissionProbe::ReadUsers),
    ),
    permission(
        "Group.Read.All",
        &["Group.ReadWrite.All", "Directory.Read.All"],
        Need::Advice,
        "finding a team whose creation was not answered",
        Some(PermissionProbe::ReadGroups),
    ),
    permission(
        "ChannelMessage.Read.All",
        &["Group.ReadWrite.All"],
        Need::Advice,
        "verifying channels",
        Some(PermissionProbe::ReadChannelMessages),
    ),
    permission(
        "Chat.Read.All",
        &["Chat.ReadWrite.All", "ChatMessage.Read.All"],
        Need::Advice,
        "verifying chats",
        Some(PermissionProbe::ReadChatMessages),
    ),
];

/// Beyond this, in seconds, Entra refuses assertions and tokens seem to be from the future.
const MOST_SKEW: i64 = 300;
/// Beyond this, in seconds, a clock is worth a look.
const SOME_SKEW: i64 = 30;

const ADD_AND_CONSENT: &str = "Add the application permission to the app registration and have an administrator consent to it.";

/// Looks at everything that an upload of `folder` needs of the tenant; of any upload, where there
/// are no posts yet. Nothing is changed.
pub async fn doctor(
    client: &Client,
    folder: &RenderFolder,
    options: &DoctorOptions,
    observer: &dyn Observer,
) -> Diagnosis {
    let needs = needs(folder);
    let mut doctor = Doctor {
        client,
        observer,
        checks: Vec::new(),
        missing: Vec::new(),
        server_time: None,
    };
    let roles = match client.roles().await {
        Ok(roles) => {
            let says = format!("granted to {}", client.config().client_id);
            doctor.note("token", Health::Fine, says, None);
            roles
        }
        Err(error) => {
            doctor.failed("token", Health::Broken, &error);
            return doctor.diagnosis();
        }
    };
    doctor.tenant().await;
    for permission in PERMISSIONS {
        if permission.need == Need::Advice || needs.contains(&permission.need) {
            doctor.permission(permission, roles.as_deref()).await;
        }
    }
    doctor.directory(options).await;
    doctor.clock();
    doctor.diagnosis()
}

/// Returns the needs of the posts in `folder`; all needs, where there are no posts yet.
fn needs(folder: &RenderFolder) -> Vec<Need> {
    let Ok(manifest) = Manifest::<RenderDetails>::read(folder.root()) else {
        return vec![
            Need::Always,
            Need::Channels,
            Need::ClosedChannels,
            Need::Chats,
            Need::Files,
            Need::Archive,
        ];
    };
    let mut needs = vec![Need::Always];
    for summary in &manifest.details.targets {
        match &summary.target.place {
            TargetPlace::Chat(_) => needs.push(Need::Chats),
            TargetPlace::Channel(channel) => {
                needs.push(Need::Channels);
                if channel.membership != Membership::Standard {
                    needs.push(Need::ClosedChannels);
                }
                if channel.archive {
                    needs.push(Need::Archive);
                }
            }
        }
        if summary.file_bytes > 0 {
            needs.push(Need::Files);
        }
    }
    needs
}

/// The verdict on a permission from a call that changes nothing.
enum Verdict {
    Allowed,
    /// With these words.
    Refused(String),
    /// There was no answer to go by.
    Unknown(String),
}

struct Doctor<'a> {
    client: &'a Client,
    observer: &'a dyn Observer,
    checks: Vec<Check>,
    missing: Vec<&'static str>,
    /// The offset of Graph's clock from ours, in seconds.
    server_time: Option<i64>,
}

impl Doctor<'_> {
    fn note(
        &mut self,
        name: &'static str,
        state: Health,
        says: String,
        remedy: Option<&'static str>,
    ) {
        self.checks.push(Check {
            name,
            state,
            says,
            remedy,
        });
    }

    fn failed(&mut self, name: &'static str, state: Health, error: &GraphError) {
        self.note(name, state, error.to_string(), error.remedy());
    }

    async fn tenant(&mut self) {
        let given = &self.client.config().tenant_id;
        let Ok(tenant) = self.client.tenant().await else {
            return;
        };
        // A domain is as good; only ids can be told apart here.
        let is_id = given.parse::<chatferry_model::EntraId>().is_ok();
        if is_id && !given.eq_ignore_ascii_case(&tenant) {
            let says = format!("the token is for {tenant}, not for {given}");
            let remedy = Some("Check tenant_id and login_url.");
            self.note("tenant", Health::Broken, says, remedy);
        } else {
            self.note("tenant", Health::Fine, tenant, None);
        }
    }

    async fn permission(&mut self, permission: &Permission, roles: Option<&[String]>) {
        let bad = match permission.need {
            Need::Advice | Need::Archive => Health::Doubtful,
            _ => Health::Broken,
        };
        let has = roles.map(|roles| {
            let mut names = std::iter::once(&permission.name).chain(permission.or);
            names.any(|name| roles.iter().any(|role| role == name))
        });
        let what_for = permission.what_for;
        if has == Some(false) {
            let says = format!("missing; for {what_for}");
            self.note(permission.name, bad, says, Some(ADD_AND_CONSENT));
            self.missing.push(permission.name);
            return;
        }
        let verdict = match permission.probe {
            Some(probe) => self.tried(probe).await,
            None => Verdict::Allowed,
        };
        match (verdict, has) {
            (Verdict::Refused(words), _) => {
                let says = format!("for {what_for}; but Graph says {words}");
                self.note(permission.name, bad, says, Some(ADD_AND_CONSENT));
                self.missing.push(permission.name);
            }
            (Verdict::Unknown(words), _) => {
                let says = format!("for {what_for}; Graph could not say: {words}");
                let remedy = Some("Run the same command again in a while.");
                self.note(permission.name, Health::Doubtful, says, remedy);
            }
            (Verdict::Allowed, Some(_)) => {
                self.note(
                    permission.name,
                    Health::Fine,
                    format!("for {what_for}"),
                    None,
                );
            }
            (Verdict::Allowed, None) => {
                let says = format!("not refused, though the token can't be read; for {what_for}");
                self.note(permission.name, Health::Fine, says, None);
            }
        }
    }

    /// Returns true if Graph lets the app do that. That what was asked for does not exist is as
    /// expected.
    async fn tried(&mut self, probe: PermissionProbe) -> Verdict {
        let call = requests::probe(probe);
        match self.client.call(&call, 0, self.observer).await {
            Ok(answer) => {
                self.read_clock(answer.header("date"));
                Verdict::Allowed
            }
            Err(failure) => match failure.error.refusal() {
                Some(refusal) if matches!(refusal.status, 401 | 403) => {
                    Verdict::Refused(refusal.to_string())
                }
                Some(refusal) if matches!(refusal.status, 408 | 429 | 500..) => {
                    Verdict::Unknown(refusal.to_string())
                }
                Some(_) => Verdict::Allowed,
                None => Verdict::Unknown(failure.error.to_string()),
            },
        }
    }

    fn read_clock(&mut self, date: Option<&str>) {
        let parser = jiff::fmt::rfc2822::DateTimeParser::new();
        let date = date.and_then(|date| parser.parse_timestamp(date).ok());
        if let Some(date) = date {
            let now = self.client.clock().now().as_millis() / 1_000;
            self.server_time = Some(date.as_second() - now);
        }
    }

    fn clock(&mut self) {
        let Some(ahead) = self.server_time else {
            let says = "Graph did not say what time it is".to_owned();
            self.note("clock", Health::Doubtful, says, None);
            return;
        };
        let state = match ahead.abs() {
            0..=SOME_SKEW => Health::Fine,
            31..=MOST_SKEW => Health::Doubtful,
            _ => Health::Broken,
        };
        let says = match ahead {
            0 => "the same as Graph's".to_owned(),
            1.. => format!("{ahead} s behind Graph's"),
            _ => format!("{} s ahead of Graph's", -ahead),
        };
        let remedy = (state > Health::Fine).then_some("Set this machine's clock.");
        self.note("clock", state, says, remedy);
    }

    async fn directory(&mut self, options: &DoctorOptions) {
        let Some(placeholder) = &options.placeholder else {
            return;
        };
        let call = requests::get_user(placeholder);
        match self.client.call(&call, 0, self.observer).await {
            Ok(answer) => {
                self.read_clock(answer.header("date"));
                let says = format!("{placeholder} speaks for people without an account");
                self.note("placeholder", Health::Fine, says, None);
            }
            Err(failure) if failure.error.is_not_found() => {
                let says = format!("{placeholder} is no user of the tenant");
                let remedy = Some("Name an account that exists with --placeholder.");
                self.note("placeholder", Health::Broken, says, remedy);
            }
            Err(failure) => self.failed("placeholder", Health::Doubtful, &failure.error),
        }
    }

    fn diagnosis(self) -> Diagnosis {
        let config = self.client.config();
        let consent_url = (!self.missing.is_empty()).then(|| {
            format!(
                "{}/{}/adminconsent?client_id={}",
                config.login_url,
                requests::segment(&config.tenant_id),
                requests::segment(&config.client_id)
            )
        });
        Diagnosis {
            checks: self.checks,
            missing: self.missing,
            consent_url,
        }
    }
}
