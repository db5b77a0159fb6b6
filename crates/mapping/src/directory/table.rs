//! People as the Entra portal's download, PowerShell's `Export-Csv` or a workbook of these has
//! them.

use std::path::Path;

use super::{DirectoryError, DirectoryUser};
use crate::table::{Column, Table, TableError, parse_bool};

/// Reads the users of a table.
pub(super) fn read(path: &Path, bytes: Vec<u8>) -> Result<Vec<DirectoryUser>, DirectoryError> {
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
    let licensed = table.column(&["isLicensed"]);
    let licences = table.column(&["licenses"]);

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
            enabled: parse_bool(cell(enabled)) != Some(false)
                && parse_bool(cell(blocked)) != Some(true),
            // The admin center writes this word where it lists no licence.
            licensed: parse_bool(cell(licensed)).or_else(|| {
                Some(cell(licences))
                    .filter(|licences| !licences.is_empty())
                    .map(|licences| !licences.eq_ignore_ascii_case("unlicensed"))
            }),
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
    const COLUMNS: &[Column] = &[
        Column::text("id"),
        Column::text("userPrincipalName"),
        Column::text("displayName"),
        Column::text("mail"),
        Column::text("proxyAddresses"),
        Column::figure("accountEnabled"),
        Column::figure("isLicensed"),
        Column::figure("userType"),
    ];
    let rows = users.iter().map(|user| {
        let user_type = if user.guest { "Guest" } else { "Member" };
        let licensed = user.licensed.map(|licensed| licensed.to_string());
        vec![
            user.id.to_string(),
            user.user_principal_name.clone(),
            user.display_name.clone(),
            user.mail.clone().unwrap_or_default(),
            user.proxy_addresses.join(";"),
            user.enabled.to_string(),
            licensed.unwrap_or_default(),
            user_type.to_owned(),
        ]
    });
    Table::write(path, COLUMNS, rows)
}
