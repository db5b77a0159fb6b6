//! `people.csv`: a row for everybody, and one for the placeholder.

use std::collections::HashMap;

use chatferry_model::EntraId;
use chatferry_model::person::Person;

use super::{Match, Status, kind_of};
use crate::directory::Directory;
use crate::editable_table::{EditableTable, Line, TableSchema, key_cell};
use crate::error::BadCell;
use crate::names::one_line;
use crate::places::day;
use crate::settings::Policy;
use crate::table::Column;

/// `people.csv`
pub(crate) const SCHEMA: TableSchema = TableSchema {
    name: "people",
    key: "source_id",
    columns: &[
        Column::text("source_id"),
        Column::text("name"),
        Column::text("email"),
        Column::text("kind"),
        Column::figure("messages"),
        Column::figure("last_active"),
        Column::text("entra_id"),
        Column::text("entra_user"),
        Column::choice("action", &[MAP, PLACEHOLDER_SPEAKS, SKIP]),
        Column::text("status"),
        Column::text("rule_or_reason"),
        Column::text("suggestion"),
    ],
    editable: &["name", "entra_id", "entra_user", "action"],
};

/// The key of the row that says who speaks for those without an account.
pub(crate) const PLACEHOLDER: &str = "*";

pub(crate) const MAP: &str = "map";
pub(crate) const PLACEHOLDER_SPEAKS: &str = "placeholder";
pub(crate) const SKIP: &str = "skip";

/// The account that posts a person's messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Says {
    User(EntraId),
    #[default]
    Placeholder,
    /// The person's messages are skipped.
    Nobody,
}

/// The account that posts a person's messages, after the admin's edits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Speaker {
    pub(crate) says: Says,
    /// The user shown in the row: the mapped one, or the one that the placeholder replaced.
    pub(crate) shown: Option<EntraId>,
    /// True if the admin decided it.
    pub(crate) edited: bool,
}

impl Speaker {
    /// Returns the outcome of a proposal that the admin left alone.
    pub(crate) fn proposed(user: Option<EntraId>, policy: Policy) -> Self {
        Self {
            says: match (policy, user) {
                (Policy::Map, Some(user)) => Says::User(user),
                (Policy::Map, None) | (Policy::Placeholder, _) => Says::Placeholder,
                (Policy::Skip, _) => Says::Nobody,
            },
            shown: user,
            edited: false,
        }
    }

    /// The user, where one speaks.
    pub(crate) fn user(&self) -> Option<EntraId> {
        match self.says {
            Says::User(user) => Some(user),
            Says::Placeholder | Says::Nobody => None,
        }
    }
}

/// Returns the proposal of the last run.
pub(crate) fn from_proposal(row: Line<'_>) -> Speaker {
    let policy = match row.cell("action") {
        PLACEHOLDER_SPEAKS => Policy::Placeholder,
        SKIP => Policy::Skip,
        _ => Policy::Map,
    };
    Speaker::proposed(row.cell("entra_id").parse().ok(), policy)
}

/// Gives people the names that the admin wrote for them, and returns the source's own names of
/// those, by their number in `people`.
pub(crate) fn rename(people: &mut [Person], sheet: &EditableTable) -> HashMap<usize, String> {
    let mut own = HashMap::new();
    for (at, person) in people.iter_mut().enumerate() {
        let row = sheet.row_of(person.id.as_str());
        let name = row.and_then(|row| row.edit("name"));
        if let Some(name) = name.filter(|name| !name.is_empty() && *name != one_line(&person.name))
        {
            own.insert(at, std::mem::replace(&mut person.name, name.to_owned()));
        }
    }
    own
}

/// Hears the admin about somebody for whom chatferry says `proposed`.
pub(crate) fn decide(
    row: Option<Line<'_>>,
    proposed: Speaker,
    directory: &Directory,
    bad: &mut Vec<BadCell>,
) -> Speaker {
    let Some(row) = row else { return proposed };
    let (id, user) = (row.edit("entra_id"), row.edit("entra_user"));
    let action = row.edit("action").filter(|action| !action.is_empty());
    if id.is_none() && user.is_none() && action.is_none() {
        return proposed;
    }
    let complaints = bad.len();
    let action = match action.map(str::to_ascii_lowercase).as_deref() {
        None => None,
        Some(MAP) => Some(Policy::Map),
        Some(PLACEHOLDER_SPEAKS) => Some(Policy::Placeholder),
        Some(SKIP) if row.key() != PLACEHOLDER => Some(Policy::Skip),
        Some(_) if row.key() == PLACEHOLDER => {
            bad.push(row.bad("action", "write map, and who speaks into entra_user"));
            None
        }
        Some(_) => {
            bad.push(row.bad("action", "write map, placeholder or skip"));
            None
        }
    };
    let mut resolve = |column: &'static str| {
        let cell = Some(row.cell(column)).filter(|cell| !cell.is_empty())?;
        match directory.resolve(cell) {
            Ok(user) => Some(user),
            Err(reason) => {
                bad.push(row.bad(column, reason));
                None
            }
        }
    };
    let written = |edit: Option<&str>| edit.is_some_and(|cell| !cell.is_empty());
    // What was written counts; where a cell was only emptied, what the other one still says.
    let given = match (written(id), written(user)) {
        (true, true) => {
            let (by_id, by_user) = (resolve("entra_id"), resolve("entra_user"));
            if let (Some(by_id), Some(by_user)) = (by_id, by_user)
                && by_id != by_user
            {
                bad.push(row.bad(
                    "entra_user",
                    "entra_id names somebody else; empty the one that is wrong",
                ));
            }
            by_id
        }
        (true, false) => resolve("entra_id"),
        (false, true) => resolve("entra_user"),
        (false, false) if id.is_some() && user.is_some() => None,
        (false, false) if id.is_some() => resolve("entra_user"),
        (false, false) if user.is_some() => resolve("entra_id"),
        (false, false) => proposed.shown,
    };
    if action == Some(Policy::Map) && given.is_none() && bad.len() == complaints {
        bad.push(row.bad(
            "action",
            "nobody to map to; write the user into entra_user, or placeholder here",
        ));
    }
    let policy = action.unwrap_or(match (given, proposed.says) {
        (None, Says::Nobody) => Policy::Skip,
        _ => Policy::Map,
    });
    Speaker {
        edited: true,
        ..Speaker::proposed(given, policy)
    }
}

/// The row of somebody for whom `speaker` speaks.
pub(crate) fn cells(
    person: &Person,
    proposal: &Match,
    speaker: Speaker,
    suggestion: &str,
    directory: &Directory,
) -> Vec<String> {
    let (id, user) = user_cells(speaker.shown, directory);
    let (status, reason) = if speaker.edited {
        (Status::Edited, "row edited")
    } else {
        (proposal.status, proposal.reason.as_str())
    };
    let action = match speaker.says {
        Says::User(_) => MAP,
        Says::Nobody => SKIP,
        // Where nobody decided it, whoever looks at it may: a word written here says that it was.
        Says::Placeholder if matches!(status, Status::Unmatched | Status::Ambiguous) => "",
        Says::Placeholder => PLACEHOLDER_SPEAKS,
    };
    vec![
        key_cell(person.id.as_str()).into_owned(),
        one_line(&person.name),
        one_line(person.email.as_deref().unwrap_or_default()),
        kind_of(person),
        person.messages.to_string(),
        person.last_active.map(day).unwrap_or_default(),
        id,
        user,
        action.to_owned(),
        status.as_str().to_owned(),
        one_line(reason),
        one_line(suggestion),
    ]
}

/// The row of the placeholder, which speaks for so many messages.
pub(crate) fn placeholder_cells(
    speaker: Speaker,
    messages: u64,
    directory: &Directory,
) -> Vec<String> {
    let (id, user) = user_cells(speaker.shown, directory);
    let status = match (speaker.user(), messages) {
        (Some(_), _) if speaker.edited => "edited",
        (Some(_), _) => "mapped",
        (None, 0) => "not needed",
        (None, _) => "missing",
    };
    vec![
        PLACEHOLDER.to_owned(),
        "(everybody without an account)".to_owned(),
        String::new(),
        "placeholder".to_owned(),
        messages.to_string(),
        String::new(),
        id,
        user,
        speaker.user().map_or("", |_| MAP).to_owned(),
        status.to_owned(),
        "the account that speaks for them (--placeholder)".to_owned(),
        String::new(),
    ]
}

fn user_cells(user: Option<EntraId>, directory: &Directory) -> (String, String) {
    let Some(id) = user else {
        return Default::default();
    };
    let name = directory
        .by_id(id)
        .map(|user| user.user_principal_name.clone());
    (id.to_string(), name.unwrap_or_default())
}
