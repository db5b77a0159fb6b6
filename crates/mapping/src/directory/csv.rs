//! People as the Entra portal's download or PowerShell's `Export-Csv` writes them.

use std::path::Path;

use super::{DirectoryError, DirectoryUser};
use crate::table::{self, Table, TableError};

/// Reads the users of a CSV file.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Vec<DirectoryUser>, DirectoryError> {
    let table = Table::parse(path, bytes)?;
    let missing = |column, remedy| TableError::Column {
        path: path.to_owned(),
        column,
        remedy,
    };
    let id = table.column(&["id", "objectId"]).ok_or_else(|| {
        missing(
            "id",
            "download the users from the Entra portal, or use Get-MgUser -All -Property Id,DisplayName,UserPrincipalName,Mail,ProxyAddresses,AccountEnabled,UserType | Export-Csv",
        )
    })?;
    let upn = table.column(&["userPrincipalName"]).ok_or_else(|| {
        missing(
            "userPrincipalName",
            "export the users again with this property",
        )
    })?;
    let display_name = table.column(&["displayName"]);
    let mail = table.column(&["mail", "email"]);
    let proxies = table.column(&["proxyAddresses"]);
    let enabled = table.column(&["accountEnabled"]);
    let blocked = table.column(&["blockCredential"]);
    let user_type = table.column(&["userType"]);

    let mut users = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let cell = |column: Option<usize>| column.map_or("", |column| row.cell(column).trim());
        let name = row.cell(upn).trim().to_owned();
        let display = cell(display_name);
        users.push(DirectoryUser {
            id: row
                .cell(id)
                .trim()
                .parse()
                .map_err(|_| DirectoryError::Id {
                    path: path.to_owned(),
                    line: row.line,
                    id: row.cell(id).to_owned(),
                })?,
            display_name: if display.is_empty() {
                name.clone()
            } else {
                display.to_owned()
            },
            user_principal_name: name,
            mail: Some(cell(mail).to_owned()).filter(|mail| !mail.is_empty()),
            proxy_addresses: split(cell(proxies)),
            enabled: !cell(enabled).eq_ignore_ascii_case("false")
                && !cell(blocked).eq_ignore_ascii_case("true"),
            guest: cell(user_type).eq_ignore_ascii_case("guest"),
        });
    }
    Ok(users)
}

/// Takes a cell of addresses apart. What is no address (X.500 names hold blanks; `Export-Csv`
/// writes `System.String[]` for what it can't print) falls out when addresses are compared.
fn split(cell: &str) -> Vec<String> {
    cell.split([';', ',', ' ', '\n', '|'])
        .map(str::trim)
        .filter(|address| address.contains('@'))
        .map(str::to_owned)
        .collect()
}

/// Writes users so that [`read`] gives them back.
pub(crate) fn write(path: &Path, users: &[DirectoryUser]) -> Result<(), TableError> {
    const HEADINGS: &[&str] = &[
        "id",
        "userPrincipalName",
        "displayName",
        "mail",
        "proxyAddresses",
        "accountEnabled",
        "userType",
    ];
    let rows = users.iter().map(|user| {
        let user_type = if user.guest { "Guest" } else { "Member" };
        vec![
            user.id.to_string(),
            user.user_principal_name.clone(),
            user.display_name.clone(),
            user.mail.clone().unwrap_or_default(),
            user.proxy_addresses.join(";"),
            user.enabled.to_string(),
            user_type.to_owned(),
        ]
    });
    table::write(path, HEADINGS, rows)
}
