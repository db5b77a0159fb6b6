//! A drive: the files of a site or of a person (crates/graph/RULES.md 1.12).

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::ids::{DriveId, Guids, ItemId};
use crate::moment::Moment;
use crate::names::fault_of_file_name;
use crate::quick_xor::QuickXor;
use crate::refusal::Refused;
use crate::rules::Rule;

/// The longest path of a file, in characters, its name and its site's address included (R64).
const LONGEST_PATH: usize = 400;

/// The characters that are not escaped in the path of a web address.
const IN_URLS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// `driveType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum DriveKind {
    /// A drive of a site.
    DocumentLibrary,
    /// A drive of a person.
    Business,
}

/// `@microsoft.graph.conflictBehavior`: what happens when a name is taken (R63).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Conflict {
    Fail,
    Replace,
    Rename,
}

impl Conflict {
    pub(crate) fn parse(text: Option<&str>, default: Conflict) -> Result<Conflict, Refused> {
        match text {
            None => Ok(default),
            Some("fail") => Ok(Conflict::Fail),
            Some("replace") => Ok(Conflict::Replace),
            Some("rename") => Ok(Conflict::Rename),
            Some(other) => Err(Rule::G5.refuse(format!("no conflictBehavior '{other}'"))),
        }
    }
}

/// The stored content of a file: its size and hash, and the content itself where that is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) size: u64,
    pub(crate) quick_xor_hash: String,
    pub(crate) media_type: String,
    base64: Option<Box<str>>,
}

impl Content {
    pub(crate) fn new(hash: &QuickXor, media_type: &str, kept: Option<&[u8]>) -> Content {
        Content {
            size: hash.length(),
            quick_xor_hash: hash.printed(),
            media_type: media_type.to_owned(),
            base64: kept.map(|bytes| STANDARD.encode(bytes).into()),
        }
    }

    /// The bytes, if they were kept.
    pub(crate) fn bytes(&self) -> Option<Vec<u8>> {
        STANDARD.decode(self.base64.as_deref()?.as_bytes()).ok()
    }
}

/// The permissions of a sharing link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) id: String,
    /// `type`: `view` or `edit`.
    pub(crate) kind: String,
    pub(crate) scope: String,
}

/// A file or folder.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) id: ItemId,
    /// The GUID in its eTag, which an attachment has as its id (crates/graph/RULES.md 1.10).
    pub(crate) guid: String,
    pub(crate) name: String,
    /// `None` for the root.
    pub(crate) parent: Option<ItemId>,
    /// `None` for a folder.
    pub(crate) content: Option<Content>,
    pub(crate) version: u32,
    pub(crate) created: Moment,
    pub(crate) modified: Moment,
    pub(crate) links: Vec<Link>,
}

/// The destination of a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Spot {
    parent: ItemId,
    pub(crate) name: String,
}

/// A drive.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Drive {
    pub(crate) id: DriveId,
    pub(crate) kind: DriveKind,
    /// The host of its web address.
    host: String,
    /// The path of its web address, decoded.
    path: String,
    pub(crate) root: ItemId,
    items: BTreeMap<ItemId, Item>,
    /// The items of each folder by their names in lower case.
    children: BTreeMap<ItemId, BTreeMap<String, ItemId>>,
}

impl Drive {
    pub(crate) fn new(
        kind: DriveKind,
        host: String,
        path: String,
        guids: &mut Guids,
        now: Moment,
    ) -> Drive {
        let root = item(guids, "root", None, None, now);
        Drive {
            id: DriveId::from(format!("b!{}", guids.hex())),
            kind,
            host,
            path,
            root: root.id.clone(),
            items: BTreeMap::from([(root.id.clone(), root)]),
            children: BTreeMap::new(),
        }
    }

    /// Returns the items, the root included.
    pub(crate) fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.values()
    }

    pub(crate) fn item(&self, id: Option<&str>) -> Result<&Item, Refused> {
        let id = id.unwrap_or(self.root.as_str());
        self.items
            .get(id)
            .ok_or_else(|| Rule::G14.refuse(format!("no item {id}")))
    }

    pub(crate) fn item_mut(&mut self, id: &ItemId) -> Result<&mut Item, Refused> {
        self.items
            .get_mut(id)
            .ok_or_else(|| Rule::G14.refuse(format!("no item {id}")))
    }

    /// The item at the end of a path from another one, or from the root.
    pub(crate) fn at<'n>(
        &self,
        from: Option<&str>,
        names: impl Iterator<Item = &'n str>,
    ) -> Result<&Item, Refused> {
        let mut item = self.item(from)?;
        for name in names {
            let child = self.child(&item.id, name);
            item = child.ok_or_else(|| Rule::G14Path.refuse(format!("no '{name}' there")))?;
        }
        Ok(item)
    }

    pub(crate) fn child(&self, parent: &ItemId, name: &str) -> Option<&Item> {
        let id = self.children.get(parent)?.get(&name.to_lowercase())?;
        self.items.get(id)
    }

    pub(crate) fn child_count(&self, parent: &ItemId) -> usize {
        self.children.get(parent).map_or(0, BTreeMap::len)
    }

    /// The names from the root to an item; none for the root.
    pub(crate) fn names<'d>(&'d self, item: &'d Item) -> Vec<&'d str> {
        let parent = |item: &&'d Item| self.items.get(item.parent.as_ref()?);
        let mut names: Vec<&str> = std::iter::successors(Some(item), parent)
            .filter(|item| item.parent.is_some())
            .map(|item| item.name.as_str())
            .collect();
        names.reverse();
        names
    }

    /// The address of an item by its path, percent-encoded: what an attachment's contentUrl is
    /// made of (crates/graph/RULES.md 1.10).
    pub(crate) fn path_url(&self, item: &Item) -> String {
        let mut path = self.path.clone();
        for name in self.names(item) {
            path.push('/');
            path.push_str(name);
        }
        let path = utf8_percent_encode(&path, IN_URLS);
        format!("https://{}{path}", self.host)
    }

    /// The item's `webUrl`. Office's files are opened by a page, whose address has no path.
    pub(crate) fn web_url(&self, item: &Item) -> String {
        let extension = item.name.rsplit_once('.').map(|(_, extension)| extension);
        let office = ["doc", "docx", "ppt", "pptx", "xls", "xlsx"];
        let opened = |extension: &str| office.contains(&extension.to_ascii_lowercase().as_str());
        if item.content.is_none() || !extension.is_some_and(opened) {
            return self.path_url(item);
        }
        let site = self.path.rsplit_once('/').map_or("", |(site, _)| site);
        format!(
            "https://{}{}/_layouts/15/Doc.aspx?sourcedoc=%7B{}%7D&file={}\
             &action=default&mobileredirect=true",
            self.host,
            utf8_percent_encode(site, IN_URLS),
            item.guid,
            utf8_percent_encode(&item.name, IN_URLS),
        )
    }

    /// The names in an address by path that leads into this drive, percent-decoded already.
    pub(crate) fn names_in<'u>(&self, url: &'u str) -> Option<std::str::Split<'u, char>> {
        let path = url.strip_prefix("https://")?.strip_prefix(&self.host)?;
        let names = path.strip_prefix(&self.path)?.strip_prefix('/')?;
        Some(names.split('/'))
    }

    /// Returns the destination of a file named by its path; folders on the way are made. Without a
    /// path, the file with that id.
    pub(crate) fn spot<'n>(
        &mut self,
        from: Option<&str>,
        names: impl Iterator<Item = &'n str>,
        guids: &mut Guids,
        now: Moment,
    ) -> Result<Spot, Refused> {
        let start = self.item(from)?;
        let mut names = names.peekable();
        if names.peek().is_none() {
            return match (&start.parent, &start.content) {
                (Some(parent), Some(_)) => Ok(Spot {
                    parent: parent.clone(),
                    name: start.name.clone(),
                }),
                _ => Err(Rule::G5.refuse("a folder has no content")),
            };
        }
        let mut parent = start.id.clone();
        while let Some(name) = names.next() {
            self.check_name(&parent, name)?;
            if names.peek().is_none() {
                let name = name.to_owned();
                return Ok(Spot { parent, name });
            }
            parent = self.folder(&parent, name, guids, now)?;
        }
        Err(Rule::G5.refuse("no name"))
    }

    /// A folder within another one; it is made if it is not there.
    pub(crate) fn folder(
        &mut self,
        parent: &ItemId,
        name: &str,
        guids: &mut Guids,
        now: Moment,
    ) -> Result<ItemId, Refused> {
        match self.child(parent, name) {
            Some(item) if item.content.is_none() => Ok(item.id.clone()),
            Some(_) => Err(Rule::R63.refuse(format!("'{name}' is a file"))),
            None => Ok(self.add(item(guids, name, Some(parent), None, now))),
        }
    }

    /// R64
    fn check_name(&self, parent: &ItemId, name: &str) -> Result<(), Refused> {
        if let Some(fault) = fault_of_file_name(name, *parent == self.root) {
            return Err(Rule::R64.refuse(format!("'{name}': {fault}")));
        }
        let Some(folder) = self.items.get(parent) else {
            return Err(Rule::G14.refuse("the folder is gone"));
        };
        if folder.content.is_some() {
            return Err(Rule::G14.refuse(format!("'{}' is no folder", folder.name)));
        }
        let mut length = self.path.trim_start_matches('/').chars().count();
        for name in self.names(folder).into_iter().chain([name]) {
            length += 1 + name.chars().count();
        }
        if length > LONGEST_PATH {
            return Err(Rule::R64Long.refuse(format!("{length} characters")));
        }
        Ok(())
    }

    /// Checks that a file may be put there (R63); returns the item it replaces.
    pub(crate) fn taken(&self, spot: &Spot, conflict: Conflict) -> Result<Option<&Item>, Refused> {
        match self.child(&spot.parent, &spot.name) {
            Some(item) if conflict == Conflict::Fail || item.content.is_none() => {
                Err(Rule::R63.refuse(format!("'{}' is there", spot.name)))
            }
            taken => Ok(taken),
        }
    }

    /// Puts a file there; its item, and whether that is a new one.
    pub(crate) fn put(
        &mut self,
        spot: &Spot,
        content: Content,
        conflict: Conflict,
        guids: &mut Guids,
        now: Moment,
    ) -> Result<(ItemId, bool), Refused> {
        let taken = self.taken(spot, conflict)?.map(|item| item.id.clone());
        let mut name = spot.name.clone();
        if let Some(id) = taken {
            if conflict == Conflict::Replace {
                let item = self.item_mut(&id)?;
                item.content = Some(content);
                item.version += 1;
                item.modified = now;
                return Ok((id, false));
            }
            name = self.free_name(spot);
        }
        let item = item(guids, &name, Some(&spot.parent), Some(content), now);
        Ok((self.add(item), true))
    }

    /// `a 1.txt`, `a 2.txt`, ...
    fn free_name(&self, spot: &Spot) -> String {
        let (stem, extension) = match spot.name.rsplit_once('.') {
            Some((stem, extension)) => (stem, format!(".{extension}")),
            None => (spot.name.as_str(), String::new()),
        };
        (1..)
            .map(|n: u32| format!("{stem} {n}{extension}"))
            .find(|name| self.child(&spot.parent, name).is_none())
            .unwrap_or_default()
    }

    fn add(&mut self, item: Item) -> ItemId {
        let id = item.id.clone();
        if let Some(parent) = &item.parent {
            let siblings = self.children.entry(parent.clone()).or_default();
            siblings.insert(item.name.to_lowercase(), id.clone());
        }
        self.items.insert(id.clone(), item);
        id
    }
}

fn item(
    guids: &mut Guids,
    name: &str,
    parent: Option<&ItemId>,
    content: Option<Content>,
    now: Moment,
) -> Item {
    Item {
        id: ItemId::from(format!("01{}", guids.hex().to_ascii_uppercase())),
        guid: guids.guid().to_ascii_uppercase(),
        name: name.to_owned(),
        parent: parent.cloned(),
        content,
        version: 1,
        created: now,
        modified: now,
        links: Vec::new(),
    }
}
