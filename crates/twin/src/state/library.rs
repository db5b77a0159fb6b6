//! The drives of the tenant, their owners, and the uploads under way.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use crate::ids::{DriveId, Guids, ItemId};
use crate::moment::Moment;
use crate::refusal::Refused;
use crate::rules::Rule;
use crate::settings::Settings;
use crate::state::drive::{Drive, DriveKind, Item};
use crate::state::{Channel, Membership, Team, UploadSession, User};

/// The folder of a channel.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Folder {
    pub(crate) drive: DriveId,
    pub(crate) item: ItemId,
}

/// The drives.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Library {
    drives: BTreeMap<DriveId, Drive>,
    /// By the id of the team, private or shared channel, or user whose drive it is.
    owners: BTreeMap<String, DriveId>,
    /// By their names in the upload address.
    pub(crate) uploads: BTreeMap<String, UploadSession>,
}

impl Library {
    pub(crate) fn drives(&self) -> impl Iterator<Item = &Drive> {
        self.drives.values()
    }

    pub(crate) fn drive(&self, id: &str) -> Result<&Drive, Refused> {
        self.drives
            .get(id)
            .ok_or_else(|| Rule::G14.refuse(format!("no drive {id}")))
    }

    pub(crate) fn drive_mut(&mut self, id: &str) -> Result<&mut Drive, Refused> {
        self.drives
            .get_mut(id)
            .ok_or_else(|| Rule::G14.refuse(format!("no drive {id}")))
    }

    /// Returns true if the site of a team exists.
    pub(crate) fn has_site(&self, team: &Team) -> bool {
        self.owners.contains_key(team.id.as_str())
    }

    /// A person's OneDrive.
    pub(crate) fn of_user(
        &mut self,
        user: &User,
        settings: &Settings,
        guids: &mut Guids,
        now: Moment,
    ) -> DriveId {
        if let Some(id) = self.owners.get(user.id.as_str()) {
            return id.clone();
        }
        let name = user.user_principal_name.as_deref();
        let name = name.unwrap_or(user.id.as_str()).replace(['@', '.'], "_");
        let host = format!("{}-my.sharepoint.com", prefix(settings));
        let path = format!("/personal/{name}/Documents");
        let drive = Drive::new(DriveKind::Business, host, path, guids, now);
        self.add(user.id.as_str(), drive)
    }

    /// Makes the folder of a channel: in the team's library, or in one of the channel's own.
    pub(crate) fn provision(
        &mut self,
        team: &Team,
        channel: &Channel,
        settings: &Settings,
        guids: &mut Guids,
        now: Moment,
    ) -> Result<Folder, Refused> {
        // The first digits of the id keep teams of the same name apart.
        let digits = team.id.as_str().get(..8).unwrap_or_default();
        let name = team
            .display_name
            .chars()
            .filter(char::is_ascii_alphanumeric);
        let mut site = format!("{}-{digits}", name.collect::<String>());
        let mut owner = team.id.as_str();
        if channel.membership != Membership::Standard {
            owner = channel.id.as_str();
            // `19:{digits}@thread.tacv2`
            site = format!("{site}-{}", owner.get(3..11).unwrap_or_default());
        }
        let id = match self.owners.get(owner) {
            Some(id) => id.clone(),
            None => {
                let host = format!("{}.sharepoint.com", prefix(settings));
                let path = format!("/sites/{site}/Shared Documents");
                let drive = Drive::new(DriveKind::DocumentLibrary, host, path, guids, now);
                self.add(owner, drive)
            }
        };
        let drive = self.drive_mut(id.as_str())?;
        let root = drive.root.clone();
        let item = drive.folder(&root, &channel.display_name, guids, now)?;
        Ok(Folder { drive: id, item })
    }

    /// Lets the drive of a team, channel or user go.
    pub(crate) fn remove(&mut self, owner: &str) {
        if let Some(id) = self.owners.remove(owner) {
            self.drives.remove(&id);
        }
    }

    fn add(&mut self, owner: &str, drive: Drive) -> DriveId {
        let id = drive.id.clone();
        self.owners.insert(owner.to_owned(), id.clone());
        self.drives.insert(id.clone(), drive);
        id
    }

    /// The file that an address by path leads to.
    pub(crate) fn by_url(&self, url: &str) -> Option<&Item> {
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let path = percent_decode_str(path).decode_utf8().ok()?;
        self.drives.values().find_map(|drive| {
            let item = drive.at(None, drive.names_in(&path)?).ok()?;
            item.content.is_some().then_some(item)
        })
    }
}

/// The tenant's part of its hosts' names.
fn prefix(settings: &Settings) -> &str {
    settings.domain.split('.').next().unwrap_or_default()
}
