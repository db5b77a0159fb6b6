//! People as Graph answers them.

use std::path::Path;

use chatferry_model::EntraId;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{DirectoryError, DirectoryUser};

/// The response of `GET /users`.
#[derive(Deserialize)]
struct Page {
    #[serde(alias = "Value")]
    value: Vec<User>,
    #[serde(default, rename = "@odata.nextLink")]
    next: Option<String>,
}

/// A user, in Graph's spelling or in that of PowerShell's `ConvertTo-Json`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    #[serde(alias = "Id", alias = "objectId", alias = "ObjectId")]
    id: EntraId,
    #[serde(default, alias = "DisplayName")]
    display_name: Option<String>,
    #[serde(default, alias = "UserPrincipalName")]
    user_principal_name: Option<String>,
    #[serde(default, alias = "Mail")]
    mail: Option<String>,
    #[serde(default, alias = "ProxyAddresses")]
    proxy_addresses: Option<Vec<String>>,
    #[serde(default, alias = "AccountEnabled")]
    account_enabled: Option<bool>,
    #[serde(default, alias = "AssignedLicenses")]
    assigned_licenses: Option<Vec<IgnoredAny>>,
    #[serde(default, alias = "UserType")]
    user_type: Option<String>,
}

/// Reads the users of a page or an array; also says whether there are further pages.
pub(super) fn read(path: &Path, text: &str) -> Result<(Vec<DirectoryUser>, bool), DirectoryError> {
    let broken = |error| DirectoryError::Json {
        path: path.to_owned(),
        error,
    };
    let page: Page = if text.trim_start().starts_with('[') {
        Page {
            value: serde_json::from_str(text).map_err(broken)?,
            next: None,
        }
    } else {
        serde_json::from_str(text).map_err(broken)?
    };
    let users = page.value.into_iter().map(DirectoryUser::from).collect();
    Ok((users, page.next.is_some()))
}

impl From<User> for DirectoryUser {
    fn from(user: User) -> Self {
        let filled = |text: &String| !text.trim().is_empty();
        let name = user.user_principal_name.unwrap_or_default();
        Self {
            id: user.id,
            display_name: user
                .display_name
                .filter(filled)
                .unwrap_or_else(|| name.clone()),
            user_principal_name: name,
            mail: user.mail.filter(filled),
            proxy_addresses: user.proxy_addresses.unwrap_or_default(),
            enabled: user.account_enabled.unwrap_or(true),
            licensed: user.assigned_licenses.map(|licences| !licences.is_empty()),
            guest: user
                .user_type
                .is_some_and(|kind| kind.eq_ignore_ascii_case("guest")),
        }
    }
}
