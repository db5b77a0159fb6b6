//! A small `1-read` made by hand, and an admin who edits `2-map`.

use std::fs;
use std::path::PathBuf;

use chatferry_mapping::{
    Directory, DirectoryUser, Edit, MapDetails, MapError, MapSettings, load_plan, map,
};
use chatferry_model::conversation::{Conversation, ConversationKind};
use chatferry_model::finding::Stage;
use chatferry_model::folder::{StageFolder, WorkFolder};
use chatferry_model::jsonl::{Format, JsonlWriter};
use chatferry_model::manifest::{Manifest, Outcome, ReadDetails, Workspace};
use chatferry_model::person::{Person, PersonKind, Role};
use chatferry_model::plan::{Channel, Plan, Target, TargetPlace};
use chatferry_model::{ConversationId, EntraId, Micros, PersonId, WorkspaceId};
use serde::Serialize;

pub(crate) const PEOPLE: &str = "people.csv";
pub(crate) const CONVERSATIONS: &str = "conversations.csv";
pub(crate) const TEAMS: &str = "teams.csv";

/// When a message was said, and of a reply, when its root was.
pub(crate) type Moment = (&'static str, Option<&'static str>);

/// A migration on its way: what was read, what is known of the tenant, what was set.
pub(crate) struct Migration {
    folder: tempfile::TempDir,
    pub(crate) details: ReadDetails,
    pub(crate) people: Vec<Person>,
    pub(crate) conversations: Vec<Conversation>,
    /// The messages of conversations, where they matter.
    pub(crate) messages: Vec<(&'static str, Vec<Moment>)>,
    pub(crate) directory: Directory,
    pub(crate) settings: MapSettings,
}

impl Migration {
    /// Nobody and nothing.
    pub(crate) fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            details: ReadDetails {
                source: "slack".into(),
                layout: "official export".into(),
                workspaces: Vec::new(),
            },
            people: Vec::new(),
            conversations: Vec::new(),
            messages: Vec::new(),
            directory: Directory::default(),
            settings: MapSettings::default(),
        }
    }

    /// A few people and one conversation of every kind.
    pub(crate) fn acme() -> Self {
        let mut acme = Self::empty();
        acme.details.workspaces = vec![Workspace {
            id: "T1".into(),
            name: Some("Acme".into()),
        }];
        acme.settings.placeholder = Some("archive@acme.example".into());
        acme.directory = tenant();
        acme.people = vec![
            Person {
                role: Role::Owner,
                ..person("U1", "Rosalind Okafor", "rosalind@acme.example", 40)
            },
            Person {
                role: Role::Admin,
                ..person("U2", "Tomás Lindqvist", "TOMAS@acme.example", 30)
            },
            person("U3", "=Jun Watanabe", "jun@acme.example", 20),
            person("U4", "Hannah Fitzgerald", "hannah@acme.example", 5),
            Person {
                deactivated: true,
                ..person("U5", "Hannah F.", "hannah@acme.example", 7)
            },
            Person {
                role: Role::Guest,
                ..person("U6", "Lena Sørensen", "lena@bright.example", 3)
            },
            person("U7", "Volkov Dmitri", "", 12),
            person("U8", "Support", "support@acme.example", 2),
            Person {
                kind: PersonKind::Bot,
                ..person("B1", "Lampwatch", "", 100)
            },
            Person {
                kind: PersonKind::System,
                ..person("USLACKBOT", "Slackbot", "", 1)
            },
        ];
        acme.conversations = vec![
            Conversation {
                general: true,
                topic: "News".into(),
                purpose: "For everybody".into(),
                ..conversation(
                    "C1",
                    ConversationKind::Public,
                    "general",
                    &["U1", "U2", "U3", "U6"],
                )
            },
            conversation(
                "C2",
                ConversationKind::Public,
                "random",
                &["U1", "U3", "B1"],
            ),
            conversation("C3", ConversationKind::Public, "Random", &["U1"]),
            conversation("C4", ConversationKind::Public, "aux", &[]),
            Conversation {
                archived: true,
                purpose: "Fair in Cologne".into(),
                ..conversation("C5", ConversationKind::Public, "_q3: launch?", &[])
            },
            conversation(
                "G1",
                ConversationKind::Private,
                "leadership",
                &["U2", "U1", "U7"],
            ),
            conversation("G2", ConversationKind::Shared, "with-bright", &["U6"]),
            conversation("D1", ConversationKind::Dm, "", &["U1", "U4"]),
            conversation("D2", ConversationKind::Dm, "", &["U5", "U1"]),
            conversation("D3", ConversationKind::Dm, "", &["U3"]),
            conversation("D4", ConversationKind::Dm, "", &["U3", "U7"]),
            conversation(
                "M1",
                ConversationKind::GroupDm,
                "mpdm-a--b--c-1",
                &["U1", "U2", "U7"],
            ),
            conversation(
                "M2",
                ConversationKind::GroupDm,
                "mpdm-a--b--c-2",
                &["U1", "U2", "U7"],
            ),
            Conversation {
                messages: 0,
                first: None,
                last: None,
                ..conversation("C6", ConversationKind::Public, "空のチャンネル", &["U1"])
            },
        ];
        acme
    }

    pub(crate) fn work(&self) -> WorkFolder {
        WorkFolder::new(self.folder.path().join("migration"))
    }

    /// Writes `1-read` as it is now and maps it.
    pub(crate) fn map(&self) -> Result<Outcome<MapDetails>, MapError> {
        let read = self.work().read();
        fs::create_dir_all(read.root()).unwrap();
        write(&read.people(), Format::PEOPLE, &self.people);
        write(
            &read.conversations(),
            Format::CONVERSATIONS,
            &self.conversations,
        );
        Manifest::new(Stage::Read, self.details.clone())
            .write(read.root())
            .unwrap();
        fs::create_dir_all(read.messages_folder()).unwrap();
        for (conversation, messages) in &self.messages {
            let path = read.messages(&ConversationId::new(*conversation));
            let lines: Vec<_> = messages.iter().enumerate().map(line).collect();
            write(&path, Format::MESSAGES, &lines);
        }
        let place = self.work().map();
        let stage = StageFolder::begin(&place).unwrap();
        let outcome = map(&read, &self.directory, &self.settings, &place, stage.path())?;
        for (what, sum) in &outcome.sums {
            sum.check(what).unwrap();
        }
        stage.commit().unwrap();
        Ok(outcome)
    }

    /// Maps, and reads the plan back.
    pub(crate) fn planned(&self) -> Plan {
        self.map().unwrap();
        self.plan().unwrap()
    }

    pub(crate) fn plan(&self) -> Result<Plan, MapError> {
        load_plan(&self.work().map(), &self.work().read())
    }

    pub(crate) fn edits(&self) -> Vec<Edit> {
        chatferry_mapping::edits(&self.work().map()).unwrap()
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.work().map().join(file)
    }

    pub(crate) fn text(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    /// All rows of a file, the headings first.
    pub(crate) fn table(&self, file: &str) -> Vec<Vec<String>> {
        let text = self.text(file);
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        reader
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect()
    }

    pub(crate) fn save(&self, file: &str, rows: &[Vec<String>]) {
        let mut writer = csv::Writer::from_path(self.path(file)).unwrap();
        for row in rows {
            writer.write_record(row).unwrap();
        }
        writer.flush().unwrap();
    }

    /// The cell of a file.
    pub(crate) fn cell(&self, file: &str, key: &str, column: &str) -> String {
        let rows = self.table(file);
        let column = at(&rows, column);
        rows.iter()
            .find(|row| row[0] == key)
            .unwrap_or_else(|| panic!("no row {key}"))[column]
            .clone()
    }

    /// Writes into a cell as an admin does.
    pub(crate) fn edit(&self, file: &str, key: &str, column: &str, cell: &str) {
        let mut rows = self.table(file);
        let column = at(&rows, column);
        let row = rows
            .iter_mut()
            .find(|row| row[0] == key)
            .unwrap_or_else(|| panic!("no row {key}"));
        cell.clone_into(&mut row[column]);
        self.save(file, &rows);
    }

    /// Everything in `2-map`, by name.
    pub(crate) fn everything(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        for folder in [self.path(""), self.path("proposed")] {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    let name = path.strip_prefix(self.path("")).unwrap();
                    files.push((name.display().to_string(), fs::read(&path).unwrap()));
                }
            }
        }
        files.sort();
        files
    }
}

fn line((number, (time, root)): (usize, &Moment)) -> serde_json::Value {
    let mut line = serde_json::json!({
        "id": number.to_string(), "time": time, "author": {"person": "U1"},
    });
    if let Some(root) = root {
        line["thread"] = serde_json::json!({"root": "0", "root_time": root});
    }
    line
}

fn at(rows: &[Vec<String>], column: &str) -> usize {
    rows[0]
        .iter()
        .position(|heading| heading == column)
        .unwrap_or_else(|| panic!("no column {column}"))
}

fn write<R: Serialize>(path: &std::path::Path, format: Format, records: &[R]) {
    let mut writer = JsonlWriter::create(path, format, None::<&()>).unwrap();
    for record in records {
        writer.write(record).unwrap();
    }
    writer.finish().unwrap();
}

/// An id made of a number.
pub(crate) fn id(number: u32) -> EntraId {
    format!("00000000-0000-4000-8000-{number:012}")
        .parse()
        .unwrap()
}

pub(crate) fn user(number: u32, name: &str, upn: &str) -> DirectoryUser {
    DirectoryUser {
        id: id(number),
        display_name: name.into(),
        user_principal_name: upn.into(),
        mail: Some(upn.into()),
        proxy_addresses: Vec::new(),
        enabled: true,
        licensed: None,
        guest: false,
    }
}

pub(crate) fn tenant() -> Directory {
    Directory::new([
        user(1, "Rosalind Okafor", "rosalind@acme.example"),
        user(2, "Tomás Lindqvist", "tomas@acme.example"),
        DirectoryUser {
            enabled: false,
            ..user(3, "Jun Watanabe", "jun@acme.example")
        },
        DirectoryUser {
            proxy_addresses: vec![
                "SMTP:ode@acme.example".into(),
                "smtp:hannah@acme.example".into(),
            ],
            ..user(4, "Hannah Fitzgerald-Ode", "ode@acme.example")
        },
        DirectoryUser {
            guest: true,
            ..user(6, "Lena Sørensen", "lena@bright.example")
        },
        user(7, "Dmitri Volkov", "dmitri.volkov@acme.example"),
        DirectoryUser {
            proxy_addresses: vec!["smtp:support@acme.example".into()],
            ..user(8, "Desk", "desk@acme.example")
        },
        DirectoryUser {
            proxy_addresses: vec!["smtp:support@acme.example".into()],
            ..user(9, "Ana", "ana@acme.example")
        },
        user(10, "Slack Archive", "archive@acme.example"),
        user(11, "Ida Berg", "ida@acme.example"),
    ])
}

pub(crate) fn person(id: &str, name: &str, email: &str, messages: u64) -> Person {
    Person {
        email: Some(email.to_owned()).filter(|email| !email.is_empty()),
        messages,
        last_active: Some(time("2023-05-09T12:00:00Z")),
        ..Person::new(PersonId::new(id.to_owned()), PersonKind::User, name)
    }
}

/// A conversation of ten messages, made an hour before the first.
pub(crate) fn conversation(
    id: &str,
    kind: ConversationKind,
    name: &str,
    members: &[&str],
) -> Conversation {
    Conversation {
        id: ConversationId::new(id.to_owned()),
        kind,
        name: name.into(),
        topic: String::new(),
        purpose: String::new(),
        general: false,
        archived: false,
        created: Some(time("2019-03-04T17:00:00Z")),
        creator: None,
        members: members
            .iter()
            .map(|id| PersonId::new((*id).to_owned()))
            .collect(),
        workspace: None,
        messages: 10,
        replies: 2,
        first: Some(time("2019-03-04T18:00:00.000700Z")),
        last: Some(time("2023-05-09T12:00:00Z")),
    }
}

pub(crate) fn of_workspace(id: &str, conversation: Conversation) -> Conversation {
    Conversation {
        workspace: Some(WorkspaceId::new(id.to_owned())),
        ..conversation
    }
}

pub(crate) fn time(text: &str) -> Micros {
    text.parse().unwrap()
}

/// The target that a conversation goes into.
pub(crate) fn target<'a>(plan: &'a Plan, conversation: &str) -> Option<&'a Target> {
    plan.targets.iter().find(|target| {
        target
            .sources
            .iter()
            .any(|source| source.conversation.as_str() == conversation)
    })
}

/// The channel that a conversation goes into.
pub(crate) fn channel<'a>(plan: &'a Plan, conversation: &str) -> &'a Channel {
    match &target(plan, conversation)
        .unwrap_or_else(|| panic!("{conversation} goes nowhere"))
        .place
    {
        TargetPlace::Channel(channel) => channel,
        TargetPlace::Chat(chat) => panic!("{chat:?}"),
    }
}
