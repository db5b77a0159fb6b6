//! The tenant's people, from a file.
//!
//! JSON as Graph's `GET /users` answers it (`{"value":[…]}` or a bare array), CSV as the Entra
//! portal's download or PowerShell's `Export-Csv` writes it, or either of these saved as XLSX.
//! Addresses are found whatever their case and Unicode form; one that two users claim, in whatever
//! field, belongs to nobody.

mod address;
mod json;
mod table;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chatferry_model::EntraId;

pub(crate) use self::address::Address;
pub(crate) use self::table::write;
use crate::table::TableError;

/// The tenant's people.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    users: Vec<DirectoryUser>,
    by_id: HashMap<EntraId, usize>,
    by_address: HashMap<Address, Vec<(usize, Field)>>,
    partial: bool,
}

/// A user of the tenant (crates/graph/RULES.md 1.13).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryUser {
    /// The object id.
    pub id: EntraId,
    /// The name Teams shows.
    pub display_name: String,
    /// `userPrincipalName`: the name to sign in with.
    pub user_principal_name: String,
    /// `mail`: the primary address; absent without a mailbox.
    pub mail: Option<String>,
    /// `proxyAddresses`: all addresses, with their `SMTP:` and `smtp:`.
    pub proxy_addresses: Vec<String>,
    /// `accountEnabled`: whether the user can sign in.
    pub enabled: bool,
    /// True if the user has a licence; `None` where the file does not say.
    pub licensed: Option<bool>,
    /// `userType` is `Guest`.
    pub guest: bool,
}

/// The field by which a user claims an address; in the order of trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Mail,
    UserPrincipalName,
    ProxyAddress,
}

/// The users that claim an address.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Claim<'a> {
    Nobody,
    One(&'a DirectoryUser, Field),
    Several(Vec<&'a DirectoryUser>),
}

/// A directory file that can't be read.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The file system said no.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The underlying error.
        #[source]
        error: io::Error,
    },
    /// The table can't be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The JSON can't be read; `error` says the line.
    #[error(
        "{path}: not a list of users: {error}; save what GET /users answers, {{\"value\":[…]}} or [ … ]"
    )]
    Json {
        /// The file.
        path: PathBuf,
        /// The problem and its position in the file.
        #[source]
        error: serde_json::Error,
    },
    /// A user's id is not one.
    #[error(
        "{path}:{line}: {id:?} is not an object id; the column id (or objectId) must hold the GUID of the user in Entra ID"
    )]
    Id {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// The text of the cell.
        id: String,
    },
    /// There is nobody in it.
    #[error("{path}: holds no users; export the tenant's people again")]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

impl Directory {
    /// Reads the file at `path`; its kind is told by its content.
    ///
    /// # Errors
    /// When it can't be read, lacks the ids, or holds nobody; names the file, the line, the remedy.
    pub fn load(path: &Path) -> Result<Self, DirectoryError> {
        let bytes = fs::read(path).map_err(|error| DirectoryError::Io {
            path: path.to_owned(),
            error,
        })?;
        let json = crate::table::decode(&bytes).ok();
        let json = json.filter(|text| text.trim_start().starts_with(['{', '[']));
        let directory = if let Some(text) = json {
            let (users, partial) = json::read(path, &text)?;
            Self {
                partial,
                ..Self::new(users)
            }
        } else {
            Self::new(table::read(path, bytes)?)
        };
        if directory.is_empty() {
            return Err(DirectoryError::Empty {
                path: path.to_owned(),
            });
        }
        Ok(directory)
    }

    /// A directory of these users; of several with one id the first counts.
    #[must_use]
    pub fn new(users: impl IntoIterator<Item = DirectoryUser>) -> Self {
        let mut directory = Self::default();
        for user in users {
            let at = directory.users.len();
            if directory.by_id.contains_key(&user.id) {
                continue;
            }
            directory.by_id.insert(user.id, at);
            for (address, field) in user.addresses() {
                let claims = directory.by_address.entry(address).or_default();
                if claims.iter().all(|(who, _)| *who != at) {
                    claims.push((at, field));
                }
            }
            directory.users.push(user);
        }
        directory
    }

    /// Everybody, in the order of the file.
    #[must_use]
    pub fn users(&self) -> &[DirectoryUser] {
        &self.users
    }

    /// Returns true if the directory has no users, as when no file was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// Returns true if the file holds only the first page of the tenant's users.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.partial
    }

    /// The user with that object id.
    #[must_use]
    pub fn by_id(&self, id: EntraId) -> Option<&DirectoryUser> {
        self.by_id.get(&id).and_then(|at| self.users.get(*at))
    }

    /// The users that claim an address.
    pub(crate) fn claim(&self, address: &Address) -> Claim<'_> {
        let claims = self.by_address.get(address).map_or(&[][..], Vec::as_slice);
        match claims {
            [] => Claim::Nobody,
            [(at, field)] => self
                .users
                .get(*at)
                .map_or(Claim::Nobody, |user| Claim::One(user, *field)),
            many => Claim::Several(
                many.iter()
                    .filter_map(|(at, _)| self.users.get(*at))
                    .collect(),
            ),
        }
    }

    /// The user a person means by an object id, an address, or `Name <address>`; where no
    /// directory is known, an object id is taken at its word.
    ///
    /// # Errors
    /// Says in words what is wrong and what to write instead.
    pub(crate) fn resolve(&self, text: &str) -> Result<EntraId, String> {
        let text = text.trim();
        if let Ok(id) = text.parse::<EntraId>() {
            return if self.is_empty() || self.by_id(id).is_some() {
                Ok(id)
            } else {
                Err("nobody in the directory has this object id; correct it, or provide a newer user list".to_owned())
            };
        }
        let bracketed = text
            .rsplit_once('<')
            .and_then(|(_, rest)| rest.strip_suffix('>'));
        let Some(address) = Address::new(bracketed.unwrap_or(text)) else {
            return Err("not a user: write an object ID (GUID) or an e-mail address".to_owned());
        };
        if self.is_empty() {
            return Err("no directory is known to look this address up in; give one with --directory FILE, or write the object id".to_owned());
        }
        match self.claim(&address) {
            Claim::One(user, _) => Ok(user.id),
            Claim::Nobody => Err(
                "nobody in the directory has this address; correct it, or provide a newer user list"
                    .to_owned(),
            ),
            Claim::Several(users) => {
                let names: Vec<_> = users.iter().map(|user| user.label()).collect();
                Err(format!(
                    "{} claim this address; write the object id of the right one",
                    names.join(" and ")
                ))
            }
        }
    }
}

impl DirectoryUser {
    /// `Name <userPrincipalName>`
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} <{}>", self.display_name, self.user_principal_name)
    }

    fn addresses(&self) -> Vec<(Address, Field)> {
        let mail = self.mail.as_deref().map(|mail| (mail, Field::Mail));
        let name = (self.user_principal_name.as_str(), Field::UserPrincipalName);
        // A guest is signed in as `name_home.example#EXT#@tenant`: the address at home, spelt out.
        // No domain has an underscore, so the last one stands for the `@`.
        let home = self.user_principal_name.split_once("#EXT#");
        let home = home.and_then(|(home, _)| home.rsplit_once('_'));
        let home = home.map(|(local, domain)| format!("{local}@{domain}"));
        let proxies = self.proxy_addresses.iter().filter_map(|proxy| {
            let (scheme, address) = proxy.split_once(':').unwrap_or(("smtp", proxy));
            scheme
                .eq_ignore_ascii_case("smtp")
                .then_some((address, Field::ProxyAddress))
        });
        mail.into_iter()
            .chain([name])
            .chain(home.as_deref().map(|home| (home, Field::UserPrincipalName)))
            .chain(proxies)
            .filter_map(|(text, field)| Address::new(text).map(|address| (address, field)))
            .collect()
    }
}

#[cfg(test)]
mod tests;
