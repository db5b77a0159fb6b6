//! The tenant's people that go with an export, as Graph's `GET /users` answers.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use super::people::Person;
use super::random::Random;

/// The placeholder account, which posts for authors without one.
pub(crate) const PLACEHOLDER: &str = "migration@synthetic.example";

#[derive(Serialize)]
struct Directory {
    value: Vec<User>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    display_name: String,
    mail: Option<String>,
    user_principal_name: String,
    proxy_addresses: Vec<String>,
    account_enabled: bool,
    user_type: &'static str,
}

/// Writes everybody who is in the directory, and the placeholder account.
pub(super) fn write(path: &Path, people: &[Person]) -> Result<()> {
    let mut random = Random::new(0);
    let mut value: Vec<User> = people
        .iter()
        .filter(|person| person.in_directory)
        .map(|person| User {
            id: random.uuid(),
            display_name: person.real_name(),
            mail: Some(person.email()),
            user_principal_name: person.email(),
            proxy_addresses: vec![format!("SMTP:{}", person.email())],
            account_enabled: true,
            user_type: if person.guest { "Guest" } else { "Member" },
        })
        .collect();
    value.push(User {
        id: random.uuid(),
        display_name: "Migration".to_owned(),
        mail: None,
        user_principal_name: PLACEHOLDER.to_owned(),
        proxy_addresses: Vec::new(),
        account_enabled: true,
        user_type: "Member",
    });
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(serde_json::to_writer_pretty(
        BufWriter::new(file),
        &Directory { value },
    )?)
}
