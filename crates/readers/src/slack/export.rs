//! All exports as one: their lists merged, each conversation with its day files.

use std::collections::{BTreeMap, HashMap};

use chatferry_model::conversation::{Conversation, ConversationKind};
use chatferry_model::manifest::Workspace;
use chatferry_model::message::EditInfo;
use chatferry_model::{ConversationId, Micros, WorkspaceId};

use super::day_file::DayFile;
use super::layout::{self, Folder, Root};
use super::lenient::{List, Obj, one_line};
use super::metadata::{self, Canvas, Channel, Integration, LISTS, Listed, PEOPLE, User};
use super::people::People;
use super::sidecar::{self, SidecarList};
use super::workspace;
use crate::plausible::Plausible;
use crate::{Container, ReadError, Sink, codes, container, encoding};

/// A conversation and where its messages are.
#[derive(Debug)]
pub(super) struct Source<'c> {
    pub(super) conversation: Conversation,
    pub(super) pins: Vec<(Micros, EditInfo<'static>)>,
    /// By name, and for one name in the order of the exports.
    pub(super) days: Vec<DayFile<'c>>,
    /// Lists of the canvases in it.
    pub(super) canvases: Vec<DayFile<'c>>,
    listed: bool,
}

/// Everything but the messages.
#[derive(Debug, Default)]
pub(super) struct Export<'c> {
    pub(super) people: People,
    pub(super) conversations: BTreeMap<String, Source<'c>>,
    pub(super) workspaces: Vec<Workspace>,
    /// Titles of canvases by file id.
    pub(super) titles: HashMap<String, String>,
    /// Names of apps and integrations, by their ids.
    pub(super) apps: HashMap<String, String>,
    /// The lists at the roots beside people and conversations.
    pub(super) beside: Vec<(SidecarList, DayFile<'c>)>,
    /// Files that came along, by id; the first of several.
    pub(super) uploads: BTreeMap<&'c str, DayFile<'c>>,
    /// Entries of all lists of conversations.
    pub(super) entries: u64,
}

/// The names by which the folders of one root are found.
#[derive(Default)]
struct Names {
    by_name: HashMap<String, String>,
    by_file: HashMap<String, String>,
}

impl<'c> Export<'c> {
    /// The bounds of times, by the names of all day files. Slack began on 2013-08-12.
    pub(super) fn times(&self) -> Plausible {
        let born = Micros::new(1_376_265_600_000_000).unwrap_or(Micros::EPOCH);
        let files = self.conversations.values().flat_map(|source| &source.days);
        Plausible::of_days(born, &files.filter_map(day_of).collect())
    }

    /// Reads the lists of all roots and finds the folders of all conversations.
    pub(super) fn open(
        containers: &'c [Container],
        roots: &[Root],
        sink: &mut Sink<'_>,
    ) -> Result<Self, ReadError> {
        let mut export = Self::default();
        let mut names = Vec::with_capacity(roots.len());
        let mut workspace_of_root = Vec::with_capacity(roots.len());
        for root in roots {
            let Some(container) = containers.get(root.container) else {
                continue;
            };
            let is_organisation = roots.iter().any(|inner| {
                inner.container == root.container
                    && inner
                        .prefix
                        .strip_prefix(&root.prefix)
                        .is_some_and(|rest| rest.starts_with("teams/"))
            });
            // What lies above the workspaces of an organisation belongs to none of them.
            let listed = export.read_people(container, root, sink);
            let workspace = workspace::named(container, root, listed).filter(|_| !is_organisation);
            names.push(export.read_conversations(container, root, workspace.as_ref(), sink));
            export.read_apps(container, root, sink);
            export.read_beside(container, root, sink);
            for (id, entry) in layout::uploads(container, root) {
                export.uploads.entry(id).or_insert(DayFile {
                    export: root.container,
                    container,
                    entry,
                });
            }
            if let Some(workspace) = &workspace {
                export.add_workspace(workspace);
            }
            workspace_of_root.push(workspace);
        }
        for (number, root) in roots.iter().enumerate() {
            let Some(container) = containers.get(root.container) else {
                continue;
            };
            for (folder, files) in layout::folders(container, root, roots) {
                let id = resolve(folder, number, &names, &export.conversations, root);
                let id = id.unwrap_or_else(|| {
                    let workspace = workspace_of_root.get(number).and_then(Option::as_ref);
                    export.unlisted(container, folder, root, workspace, sink)
                });
                export.add_folder(&id, root.container, container, files);
            }
        }
        if export.workspaces.is_empty() {
            // Nobody says its id; its name will do.
            let name = roots.iter().find_map(|root| {
                let container = containers.get(root.container)?;
                workspace::name_of(container, root)
            });
            export.workspaces.extend(name.map(|name| Workspace {
                id: name.clone(),
                name: Some(name),
            }));
        }
        let single = export.workspaces.len() < 2;
        for source in export.conversations.values_mut() {
            source.days.sort_by(|a, b| day_name(a).cmp(day_name(b)));
            if single {
                source.conversation.workspace = None;
            }
        }
        Ok(export)
    }

    fn add_workspace(&mut self, workspace: &Workspace) {
        let known = self.workspaces.iter_mut().find(|w| w.id == workspace.id);
        match known {
            Some(known) => known.name = known.name.take().or_else(|| workspace.name.clone()),
            None => self.workspaces.push(workspace.clone()),
        }
    }

    /// The names to show, by id.
    pub(super) fn conversation_names(&self) -> HashMap<String, String> {
        let all = self.conversations.iter();
        all.map(|(id, source)| (id.clone(), source.conversation.name.clone()))
            .collect()
    }

    /// The ids of public and private channels by their names; none where several have the name.
    pub(super) fn conversation_ids(&self) -> HashMap<String, Option<String>> {
        let mut ids = HashMap::new();
        for (id, source) in &self.conversations {
            let name = source.conversation.name.as_str();
            if !name.is_empty() && !source.conversation.kind.is_chat() {
                ids.entry(name.to_owned())
                    .and_modify(|known| *known = None)
                    .or_insert_with(|| Some(id.clone()));
            }
        }
        ids
    }

    fn read_people(
        &mut self,
        container: &Container,
        root: &Root,
        sink: &mut Sink<'_>,
    ) -> Option<Workspace> {
        let mut all = Vec::new();
        for list in PEOPLE {
            let path = format!("{}{list}", root.prefix);
            if let Some(text) = read_text(container, root, list, sink) {
                let text = metadata::mend(text, |text| {
                    serde_json::from_str::<List<Obj<User<'_>>>>(text).is_ok()
                });
                let users: Vec<User<'_>> = metadata::read_list(&text, |error| {
                    sink.note_file(&codes::SLACK_DAMAGED_LIST, &path, error);
                });
                all.extend(users.iter().filter_map(User::convert));
            }
        }
        let workspace = metadata::workspace_of(&all);
        for listed in all {
            self.people.list(listed);
        }
        workspace
    }

    fn read_conversations(
        &mut self,
        container: &Container,
        root: &Root,
        workspace: Option<&Workspace>,
        sink: &mut Sink<'_>,
    ) -> Names {
        let mut names = Names::default();
        for (list, kind) in LISTS {
            let path = format!("{}{list}", root.prefix);
            let Some(text) = read_text(container, root, list, sink) else {
                continue;
            };
            let text = metadata::mend(text, |text| {
                serde_json::from_str::<List<Obj<Channel<'_>>>>(text).is_ok()
            });
            let channels: Vec<Channel<'_>> = metadata::read_list(&text, |error| {
                sink.note_file(&codes::SLACK_DAMAGED_LIST, &path, error);
            });
            for channel in &channels {
                let Some(mut listed) = channel.convert(*kind) else {
                    sink.note_file(&codes::SLACK_DAMAGED_LIST, &path, "an entry without an id");
                    continue;
                };
                self.entries += 1;
                listed.conversation.workspace =
                    workspace.map(|workspace| WorkspaceId::from(workspace.id.clone()));
                let id = listed.conversation.id.as_str().to_owned();
                if let Some(file) = layout::file_of_folder(channel.folder()) {
                    names
                        .by_file
                        .entry(file.to_owned())
                        .or_insert_with(|| id.clone());
                }
                let name = container::normalise(channel.folder());
                if !name.is_empty() {
                    names.by_name.entry(name).or_insert_with(|| id.clone());
                }
                match self.conversations.get_mut(&id) {
                    Some(source) => source.merge(listed),
                    None => {
                        self.conversations.insert(id, Source::new(listed));
                    }
                }
            }
        }
        names
    }

    /// Reads the log of integrations, which names bots that no list of people has.
    fn read_apps(&mut self, container: &Container, root: &Root, sink: &mut Sink<'_>) {
        let list = "integration_logs.json";
        if layout::find(container, &root.prefix, list).is_none_or(|entry| entry.size < 3) {
            return;
        }
        let Some(text) = read_text(container, root, list, sink) else {
            return;
        };
        let changes: Vec<Integration<'_>> = metadata::read_list(&text, |_| {});
        for change in &changes {
            for (id, name) in change.names() {
                self.apps
                    .entry(id.to_owned())
                    .or_insert_with(|| name.to_owned());
            }
        }
    }

    fn read_beside(&mut self, container: &'c Container, root: &Root, sink: &mut Sink<'_>) {
        for (list, kind) in sidecar::LISTS {
            let Some(entry) = layout::find(container, &root.prefix, list) else {
                continue;
            };
            if *kind == SidecarList::Canvases
                && let Some(text) = read_text(container, root, list, sink)
            {
                let canvases: Vec<Canvas<'_>> = metadata::read_list(&text, |_| {});
                for canvas in canvases {
                    if let (Some(id), Some(title)) =
                        (canvas.id.get(), canvas.title.get().or(canvas.name.get()))
                    {
                        self.titles.insert(id.to_owned(), title.to_owned());
                    }
                }
            }
            let file = DayFile {
                export: root.container,
                container,
                entry,
            };
            self.beside.push((*kind, file));
        }
    }

    /// A conversation that no list names: private, whatever it was (crates/DECISIONS.md rule 4.4).
    fn unlisted(
        &mut self,
        container: &Container,
        folder: &str,
        root: &Root,
        workspace: Option<&Workspace>,
        sink: &mut Sink<'_>,
    ) -> String {
        let folder = if folder.is_empty() {
            container.name().trim_end_matches(".zip")
        } else {
            folder
        };
        let name = folder
            .strip_prefix("b'")
            .and_then(|name| name.strip_suffix('\''))
            .unwrap_or(folder);
        let name: &str = &one_line(name);
        let is_id = layout::is_conversation_id(name);
        let kind = match name {
            name if is_id && name.starts_with('D') => ConversationKind::Dm,
            name if name.starts_with("mpdm-") => ConversationKind::GroupDm,
            _ => ConversationKind::Private,
        };
        // Workspaces of one organisation have channels of the same name.
        let id = if root.prefix.contains("teams/") && !is_id {
            format!("{}{name}", root.prefix)
        } else {
            name.to_owned()
        };
        sink.note_file(
            &codes::SLACK_UNLISTED,
            &format!("{}{folder}", root.prefix),
            name,
        );
        self.conversations.entry(id.clone()).or_insert_with(|| {
            let conversation = Conversation {
                id: ConversationId::from(id.clone()),
                kind,
                name: if kind == ConversationKind::Dm {
                    String::new()
                } else {
                    name.to_owned()
                },
                topic: String::new(),
                purpose: String::new(),
                general: false,
                archived: false,
                created: None,
                creator: None,
                members: Vec::new(),
                workspace: workspace.map(|workspace| WorkspaceId::from(workspace.id.clone())),
                messages: 0,
                replies: 0,
                first: None,
                last: None,
            };
            Source {
                listed: false,
                ..Source::new(Listed {
                    conversation,
                    pins: Vec::new(),
                })
            }
        });
        id
    }

    fn add_folder(&mut self, id: &str, export: usize, container: &'c Container, files: Folder<'c>) {
        let file = |entry| DayFile {
            export,
            container,
            entry,
        };
        if let Some(source) = self.conversations.get_mut(id) {
            source.days.extend(files.days.into_iter().map(file));
            source.canvases.extend(files.canvases.into_iter().map(file));
        }
    }
}

impl Source<'_> {
    fn new(listed: Listed) -> Self {
        Self {
            conversation: listed.conversation,
            pins: listed.pins,
            days: Vec::new(),
            canvases: Vec::new(),
            listed: true,
        }
    }

    /// Returns true if a list of the export names it.
    pub(super) fn is_listed(&self) -> bool {
        self.listed
    }

    /// Adds what a later list says. It knows better, but what was private once stays so.
    fn merge(&mut self, later: Listed) {
        let before = std::mem::replace(&mut self.conversation, later.conversation);
        let now = &mut self.conversation;
        if before.kind.is_private() && !now.kind.is_private() {
            now.kind = before.kind;
        }
        now.general |= before.general;
        now.created = match (before.created, now.created) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        now.creator = now.creator.take().or(before.creator);
        now.workspace = now.workspace.take().or(before.workspace);
        if now.members.is_empty() {
            now.members = before.members;
        }
        for (words, old) in [
            (&mut now.topic, before.topic),
            (&mut now.purpose, before.purpose),
        ] {
            if words.is_empty() {
                *words = old;
            }
        }
        for pin in later.pins {
            if !self.pins.iter().any(|(ts, _)| *ts == pin.0) {
                self.pins.push(pin);
            }
        }
        self.pins.sort_by_key(|(ts, _)| *ts);
    }
}

/// The conversation of a folder: by name in the lists of its root, by id, by the file it comments,
/// or by name in exactly one list of another root, for exports that dropped it since.
fn resolve(
    folder: &str,
    root: usize,
    names: &[Names],
    conversations: &BTreeMap<String, Source<'_>>,
    place: &Root,
) -> Option<String> {
    let own = names.get(root)?;
    let name = folder
        .strip_prefix("b'")
        .and_then(|name| name.strip_suffix('\''))
        .unwrap_or(folder);
    let file = layout::file_of_folder(name);
    if let Some(id) = own.by_name.get(name).or_else(|| own.by_file.get(file?)) {
        return Some(id.clone());
    }
    if conversations.contains_key(name) {
        return Some(name.to_owned());
    }
    if place.prefix.contains("teams/") {
        return None;
    }
    let mut others = names.iter().filter_map(|names| names.by_name.get(name));
    let first = others.next()?;
    others.all(|other| other == first).then(|| first.clone())
}

/// The day since 1970 of a file that is called by one.
fn day_of(file: &DayFile<'_>) -> Option<i64> {
    let day = day_name(file).get(..10)?;
    let start: Micros = format!("{day}T00:00:00Z").parse().ok()?;
    Some(start.as_micros() / 86_400_000_000)
}

fn day_name<'c>(file: &DayFile<'c>) -> &'c str {
    let path = file.entry.path.as_str();
    path.rsplit('/').next().unwrap_or(path)
}

/// The text of a list, without a byte order mark; `None` if there is none or it can't be read.
fn read_text(
    container: &Container,
    root: &Root,
    list: &str,
    sink: &mut Sink<'_>,
) -> Option<String> {
    let entry = layout::find(container, &root.prefix, list)?;
    let path = &entry.path;
    let mut bytes = Vec::new();
    if let Err(error) = container.read(entry, &mut bytes) {
        sink.note_file(&codes::READ_DAMAGED_ENTRY, path, error.to_string());
    }
    let (text, odd) = encoding::decode(&bytes);
    if let Some(odd) = odd {
        sink.note_file(&codes::SLACK_OTHER_ENCODING, path, odd);
    }
    if text.trim().is_empty() {
        sink.note_file(&codes::SLACK_DAMAGED_LIST, path, "the file is empty");
        return None;
    }
    Some(text.into_owned())
}
