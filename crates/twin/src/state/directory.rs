//! The tenant's people.

use std::collections::BTreeMap;
use std::ops::Bound;

use serde::{Deserialize, Serialize};

use crate::ids::UserId;

/// A user, in the shape of Graph's `user` resource: what `GET /users` answers can be read as is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The object id, a GUID.
    pub id: UserId,
    /// The name shown.
    #[serde(default)]
    pub display_name: Option<String>,
    /// The principal name, unique in the tenant.
    #[serde(default)]
    pub user_principal_name: Option<String>,
    /// The primary address.
    #[serde(default)]
    pub mail: Option<String>,
    /// True if the account may sign in.
    #[serde(default)]
    pub account_enabled: Option<bool>,
    /// The addresses, `SMTP:` before the primary one and `smtp:` before the others.
    #[serde(default)]
    pub proxy_addresses: Option<Vec<String>>,
    /// Further addresses, outside the tenant.
    #[serde(default)]
    pub other_mails: Option<Vec<String>>,
    /// `Member` or `Guest`.
    #[serde(default)]
    pub user_type: Option<String>,
}

impl User {
    /// A member with this object id, display name and principal name, which is the address too.
    pub fn new(id: &str, name: &str, principal_name: &str) -> User {
        User {
            id: UserId::from(id.to_ascii_lowercase()),
            display_name: Some(name.to_owned()),
            user_principal_name: Some(principal_name.to_owned()),
            mail: Some(principal_name.to_owned()),
            account_enabled: Some(true),
            proxy_addresses: Some(vec![format!("SMTP:{principal_name}")]),
            other_mails: Some(Vec::new()),
            user_type: Some("Member".to_owned()),
        }
    }

    /// Returns true if the user is a guest of the tenant.
    pub(crate) fn is_guest(&self) -> bool {
        let kind = self.user_type.as_deref().unwrap_or_default();
        kind.eq_ignore_ascii_case("guest")
    }

    /// The name shown, or nothing.
    pub(crate) fn name(&self) -> &str {
        self.display_name.as_deref().unwrap_or_default()
    }
}

/// The people, by object id and by principal name.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Directory {
    users: BTreeMap<UserId, User>,
    by_principal_name: BTreeMap<String, UserId>,
}

impl Directory {
    /// Takes in a user; one with the same object id is replaced.
    pub(crate) fn add(&mut self, mut user: User) {
        user.id = UserId::from(user.id.as_str().to_ascii_lowercase());
        if let Some(name) = &user.user_principal_name {
            let name = name.to_lowercase();
            self.by_principal_name.insert(name, user.id.clone());
        }
        self.users.insert(user.id.clone(), user);
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<&User> {
        match self.users.get(id) {
            Some(user) => Some(user),
            None => self.users.get(id.to_ascii_lowercase().as_str()),
        }
    }

    /// By object id or principal name, as addresses and `user@odata.bind` name people.
    pub(crate) fn find(&self, name: &str) -> Option<&User> {
        self.by_id(name).or_else(|| {
            let id = self.by_principal_name.get(&name.to_lowercase())?;
            self.users.get(id)
        })
    }

    /// The users after that one, in order of their ids.
    pub(crate) fn after(&self, last: Option<&str>) -> impl Iterator<Item = &User> {
        let from = last.map_or(Bound::Unbounded, Bound::Excluded);
        self.users
            .range::<str, _>((from, Bound::Unbounded))
            .map(|(_, user)| user)
    }

    pub(crate) fn len(&self) -> usize {
        self.users.len()
    }
}
