//! `conversations.csv`: a row for each conversation.

use std::collections::BTreeMap;

use chatferry_model::conversation::Conversation;
use chatferry_model::plan::Membership;

use super::names::{Naming, settle};
use super::{Action, BY_ADMIN, Place, Proposal, day, default_membership};
use crate::editable_table::{EditableTable, Line, TableSchema, key_cell};
use crate::error::BadCell;
use crate::names::{fold, one_line};
use crate::table::{Column, parse_bool};
use crate::teams::TeamRow;

/// `conversations.csv`
pub(crate) const SCHEMA: TableSchema = TableSchema {
    name: "conversations",
    key: "source_id",
    columns: &[
        Column::text("source_id"),
        Column::text("kind"),
        Column::text("name"),
        Column::figure("messages"),
        Column::figure("members"),
        Column::figure("first"),
        Column::figure("last"),
        Column::choice("action", &["channel", "chat", "skip"]),
        Column::text("team"),
        Column::text("channel"),
        Column::text("existing"),
        Column::choice("membership", &["standard", "private", "shared"]),
        Column::choice("archived", &["true", "false"]),
        Column::choice("split", &[YEAR]),
        Column::choice("allow_private_in_standard", &["true", "false"]),
        Column::text("status"),
    ],
    editable: &[
        "action",
        "team",
        "channel",
        "existing",
        "membership",
        "archived",
        "split",
        "allow_private_in_standard",
    ],
};

const YEAR: &str = "year";

/// The target of a conversation, after the admin's edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) place: Place,
    /// True if the row lets a private conversation into a standard channel.
    pub(crate) allowed_in_standard: bool,
    /// The reason for skipping the conversation; empty if it is kept.
    pub(crate) skipped: String,
    /// True if the admin decided something.
    pub(crate) edited: bool,
    /// True if other conversations go into the same channel.
    pub(crate) merged: bool,
}

/// Hears the admin about all conversations, and makes sure that what comes out is possible.
pub(crate) fn decide(
    conversations: &[Conversation],
    proposals: &[Proposal],
    sheet: &EditableTable,
    teams: &[TeamRow],
    naming: Naming,
    bad: &mut Vec<BadCell>,
) -> Vec<Decision> {
    bad.extend(sheet.doubles());
    let keys: BTreeMap<String, &TeamRow> =
        teams.iter().map(|team| (fold(&team.key), team)).collect();
    let rows: Vec<Option<Line<'_>>> = conversations
        .iter()
        .map(|c| sheet.row_of(c.id.as_str()))
        .collect();
    let mut decisions: Vec<Decision> = conversations
        .iter()
        .zip(proposals)
        .zip(&rows)
        .map(|((conversation, proposal), row)| match row {
            Some(row) => edited(conversation, proposal, *row, &keys, bad),
            None => Decision::unedited(proposal),
        })
        .collect();
    settle(conversations, &rows, &mut decisions, naming, bad);
    decisions
}

impl Decision {
    /// Returns the outcome of a proposal that the admin left alone.
    pub(crate) fn unedited(proposal: &Proposal) -> Self {
        Self {
            place: proposal.place.clone(),
            allowed_in_standard: false,
            skipped: proposal.skipped.clone(),
            edited: false,
            merged: false,
        }
    }
}

fn edited(
    conversation: &Conversation,
    proposal: &Proposal,
    row: Line<'_>,
    teams: &BTreeMap<String, &TeamRow>,
    bad: &mut Vec<BadCell>,
) -> Decision {
    let mut decision = Decision::unedited(proposal);
    let place = &mut decision.place;
    decision.edited = SCHEMA
        .editable
        .iter()
        .any(|column| row.edit(column).is_some());
    if let Some(action) = row.edit("action").filter(|cell| !cell.is_empty()) {
        match action.to_ascii_lowercase().as_str() {
            "channel" => place.action = Action::Channel,
            "chat" => place.action = Action::Chat,
            "skip" => place.action = Action::Skip,
            _ => bad.push(row.bad("action", "write channel, chat or skip")),
        }
        decision.skipped = if place.action == Action::Skip {
            BY_ADMIN.to_owned()
        } else {
            String::new()
        };
    }
    for (column, cell) in [
        ("team", &mut place.team),
        ("channel", &mut place.channel),
        ("existing", &mut place.existing),
    ] {
        if let Some(edit) = row.edit(column) {
            edit.clone_into(cell);
        }
    }
    let bool_in = |column: &'static str, bad: &mut Vec<BadCell>| {
        let cell = row.edit(column)?;
        let value = if cell.is_empty() {
            Some(false)
        } else {
            parse_bool(cell)
        };
        if value.is_none() {
            bad.push(row.bad(column, "write true or false"));
        }
        value
    };
    if let Some(archived) = bool_in("archived", bad) {
        place.archived = archived;
    }
    decision.allowed_in_standard = bool_in("allow_private_in_standard", bad).unwrap_or(false);
    if let Some(membership) = row.edit("membership") {
        match membership.to_ascii_lowercase().as_str() {
            "" => place.membership = default_membership(conversation.kind),
            "standard" => place.membership = Membership::Standard,
            "private" => place.membership = Membership::Private,
            "shared" => place.membership = Membership::Shared,
            _ => bad.push(row.bad("membership", "write standard, private or shared")),
        }
    }
    match row.edit("split").map(str::to_lowercase).as_deref() {
        None => {}
        Some("") => place.by_year = false,
        Some(YEAR) => place.by_year = true,
        Some(_) => bad.push(row.bad("split", "write year, or nothing")),
    }
    if place.by_year && (place.action == Action::Chat || !place.existing.is_empty()) {
        bad.push(row.bad(
            "split",
            "only a channel that is made anew can be split; empty this",
        ));
    }
    if place.action != Action::Channel {
        return decision;
    }
    match teams.get(&fold(&place.team)) {
        Some(team) => {
            team.key.clone_into(&mut place.team);
            if team.existing.is_none() && !place.existing.is_empty() {
                bad.push(row.bad(
                    "existing",
                    "this team is made anew and has no channels yet; empty this, or name the team of the tenant in the column existing of teams.csv",
                ));
            }
        }
        None if place.team.is_empty() => {
            bad.push(row.bad(
                "team",
                "which team? write a word from the column team of teams.csv",
            ));
        }
        None => bad.push(row.bad(
            "team",
            "there is no such team; correct the word, or add a row to teams.csv",
        )),
    }
    let opens = place.membership == Membership::Standard && conversation.kind.is_private();
    if opens && !decision.allowed_in_standard {
        bad.push(row.bad("membership", "everybody in the team would read what only its members could; write private, or true into allow_private_in_standard if that is what you want"));
    }
    decision
}

/// The row of a conversation; `name` is what people know it by.
pub(crate) fn cells(conversation: &Conversation, name: &str, decision: &Decision) -> Vec<String> {
    let place = &decision.place;
    let action = match place.action {
        Action::Channel => "channel",
        Action::Chat => "chat",
        Action::Skip => "skip",
    };
    // What a skipped conversation would have been as a channel is kept, if it was decided.
    let is_channel = place.action == Action::Channel || !place.team.is_empty();
    let membership = match place.membership {
        Membership::Standard => "standard",
        Membership::Private => "private",
        Membership::Shared => "shared",
    };
    let status = match place.action {
        Action::Skip => decision.skipped.as_str(),
        _ if decision.merged => "merged",
        _ if decision.edited => "edited",
        Action::Channel if fold(&place.channel) != fold(&conversation.name) => "renamed",
        _ => "planned",
    };
    let allow = match (conversation.kind.is_private(), decision.allowed_in_standard) {
        (_, true) => "true",
        (true, false) => "false",
        (false, false) => "",
    };
    let only_channel = |cell: String| if is_channel { cell } else { String::new() };
    vec![
        key_cell(conversation.id.as_str()).into_owned(),
        conversation.kind.as_str().to_owned(),
        one_line(name),
        conversation.messages.to_string(),
        conversation.members.len().to_string(),
        conversation.first.map(day).unwrap_or_default(),
        conversation.last.map(day).unwrap_or_default(),
        action.to_owned(),
        place.team.clone(),
        place.channel.clone(),
        place.existing.clone(),
        only_channel(membership.to_owned()),
        only_channel(place.archived.to_string()),
        if place.by_year { YEAR } else { "" }.to_owned(),
        allow.to_owned(),
        status.to_owned(),
    ]
}

/// Returns the target that the last run proposed for a conversation; a row without a proposal
/// has to say everything itself.
pub(crate) fn from_proposals(conversation: &Conversation, sheet: &EditableTable) -> Proposal {
    let row = sheet.proposal(&key_cell(conversation.id.as_str()));
    let cell = |column: &str| row.map_or("", |row| row.cell(column));
    let action = match cell("action") {
        "channel" => Action::Channel,
        "chat" => Action::Chat,
        _ => Action::Skip,
    };
    let membership = match cell("membership") {
        "private" => Membership::Private,
        "shared" => Membership::Shared,
        _ => default_membership(conversation.kind),
    };
    let skipped = if action == Action::Skip {
        cell("status")
    } else {
        ""
    };
    Proposal {
        place: Place {
            action,
            team: cell("team").to_owned(),
            channel: cell("channel").to_owned(),
            existing: cell("existing").to_owned(),
            membership,
            archived: parse_bool(cell("archived")).unwrap_or(false),
            by_year: cell("split") == YEAR,
        },
        skipped: skipped.to_owned(),
    }
}
