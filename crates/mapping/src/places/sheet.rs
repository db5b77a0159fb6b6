//! `conversations.csv`: a row for each conversation.

use std::collections::BTreeMap;

use chatferry_model::conversation::Conversation;
use chatferry_model::plan::Membership;

use super::{Action, BY_ADMIN, Place, Proposal, day, default_membership};
use crate::error::BadCell;
use crate::names::{self, Taken, fold, one_line};
use crate::sheet::{Form, Line, Sheet};
use crate::teams::{self, TeamRow};

/// `conversations.csv`
pub(crate) const FORM: Form = Form {
    file: "conversations.csv",
    key: "source_id",
    columns: &[
        "source_id",
        "kind",
        "name",
        "messages",
        "members",
        "first",
        "last",
        "action",
        "team",
        "channel",
        "membership",
        "archived",
        "allow_private_in_standard",
        "status",
    ],
    editable: &[
        "action",
        "team",
        "channel",
        "membership",
        "archived",
        "allow_private_in_standard",
    ],
};

/// Where a conversation goes, when the admin has been heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) place: Place,
    /// Whether its row lets a private conversation into a standard channel.
    pub(crate) allowed_in_standard: bool,
    /// Why it is skipped; empty if it is not.
    pub(crate) skipped: String,
    /// Whether the admin decided something.
    pub(crate) edited: bool,
}

/// What becomes of a proposed name that the admin gave to another channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// Another name is proposed.
    GiveWay,
    /// It is an error: names are final.
    Insist,
}

/// Hears the admin about all conversations, and makes sure that what comes out is possible.
pub(crate) fn decide(
    conversations: &[Conversation],
    proposals: &[Proposal],
    sheet: &Sheet,
    teams: &[TeamRow],
    naming: Naming,
    bad: &mut Vec<BadCell>,
) -> Vec<Decision> {
    bad.extend(sheet.doubles());
    let keys: BTreeMap<String, &str> = teams
        .iter()
        .map(|team| (fold(&team.key), team.key.as_str()))
        .collect();
    let rows: Vec<Option<Line<'_>>> = conversations
        .iter()
        .map(|c| sheet.row(c.id.as_str()))
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
    name(conversations, &rows, &mut decisions, naming, bad);
    decisions
}

impl Decision {
    /// What comes of a proposal to which the admin says nothing.
    pub(crate) fn unedited(proposal: &Proposal) -> Self {
        Self {
            place: proposal.place.clone(),
            allowed_in_standard: false,
            skipped: proposal.skipped.clone(),
            edited: false,
        }
    }
}

fn edited(
    conversation: &Conversation,
    proposal: &Proposal,
    row: Line<'_>,
    teams: &BTreeMap<String, &str>,
    bad: &mut Vec<BadCell>,
) -> Decision {
    let mut decision = Decision::unedited(proposal);
    let place = &mut decision.place;
    decision.edited = FORM
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
    for (column, cell) in [("team", &mut place.team), ("channel", &mut place.channel)] {
        if let Some(edit) = row.edit(column) {
            edit.clone_into(cell);
        }
    }
    let truth = |column: &'static str, bad: &mut Vec<BadCell>| {
        let truth = truth_of(row.edit(column)?);
        if truth.is_none() {
            bad.push(row.bad(column, "write true or false"));
        }
        truth
    };
    if let Some(archived) = truth("archived", bad) {
        place.archived = archived;
    }
    decision.allowed_in_standard = truth("allow_private_in_standard", bad).unwrap_or(false);
    if let Some(membership) = row.edit("membership") {
        match membership.to_ascii_lowercase().as_str() {
            "" => place.membership = default_membership(conversation.kind),
            "standard" => place.membership = Membership::Standard,
            "private" => place.membership = Membership::Private,
            _ => bad.push(row.bad("membership", "write standard or private")),
        }
    }
    if place.action != Action::Channel {
        return decision;
    }
    match teams.get(&fold(&place.team)) {
        Some(key) => (*key).clone_into(&mut place.team),
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

fn truth_of(cell: &str) -> Option<bool> {
    match cell.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" | "" => Some(false),
        _ => None,
    }
}

/// Gives every channel its name: first the admin's, which must be legal and unique, then those
/// that chatferry may still change.
fn name(
    conversations: &[Conversation],
    rows: &[Option<Line<'_>>],
    decisions: &mut [Decision],
    naming: Naming,
    bad: &mut Vec<BadCell>,
) {
    let mut of_team = BTreeMap::<String, (Taken, bool, usize)>::new();
    let chosen = |row: &Option<Line<'_>>| {
        row.and_then(|row| row.edit("channel"))
            .is_some_and(|cell| !cell.is_empty())
    };
    for admins in [true, false] {
        for ((conversation, row), decision) in conversations.iter().zip(rows).zip(&mut *decisions) {
            let place = &mut decision.place;
            if place.action != Action::Channel || chosen(row) != admins {
                continue;
            }
            let mut complain = |column, reason: String| {
                if let Some(row) = row {
                    bad.push(row.bad(column, reason));
                }
            };
            let (taken, general, count) = of_team
                .entry(place.team.clone())
                .or_insert_with(|| (Taken::new(), false, 1));
            let final_name = admins || naming == Naming::Insist;
            if place.channel.is_empty() && !final_name {
                place.channel = names::legal(&conversation.name, conversation.id.as_str());
            }
            if fold(&place.channel) == fold(names::GENERAL)
                && (final_name || !*general)
                && !std::mem::replace(general, true)
            {
                names::GENERAL.clone_into(&mut place.channel);
                if place.membership == Membership::Private {
                    complain(
                        "channel",
                        "a team's General channel is open to everybody in it; choose another name"
                            .to_owned(),
                    );
                }
                if place.archived {
                    complain(
                        "archived",
                        "a team's General channel can't be archived; write false".to_owned(),
                    );
                }
                continue;
            }
            *count += 1;
            if *count == teams::CHANNELS + 1 {
                complain(
                    "team",
                    format!(
                        "a team holds at most {} channels; move some to another team",
                        teams::CHANNELS
                    ),
                );
            }
            if !final_name {
                place.channel = taken.take_like(&place.channel, names::CHANNEL_UNITS);
                continue;
            }
            let otherwise = || names::legal(&place.channel, conversation.id.as_str());
            if let Some(fault) = names::fault(&place.channel) {
                complain(
                    "channel",
                    format!("{fault}; write for example {}", otherwise()),
                );
            } else if !taken.take(&place.channel) {
                let free = taken.take_like(&place.channel, names::CHANNEL_UNITS);
                complain(
                    "channel",
                    format!("another channel of this team has this name; write for example {free}"),
                );
            }
        }
    }
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
        conversation.id.to_string(),
        conversation.kind.as_str().to_owned(),
        one_line(name),
        conversation.messages.to_string(),
        conversation.members.len().to_string(),
        conversation.first.map(day).unwrap_or_default(),
        conversation.last.map(day).unwrap_or_default(),
        action.to_owned(),
        place.team.clone(),
        place.channel.clone(),
        only_channel(membership.to_owned()),
        only_channel(place.archived.to_string()),
        allow.to_owned(),
        status.to_owned(),
    ]
}

/// Where chatferry had proposed to put a conversation when it last ran; a row without a proposal
/// has to say everything itself.
pub(crate) fn from_proposals(conversation: &Conversation, sheet: &Sheet) -> Proposal {
    let row = sheet.proposal(conversation.id.as_str());
    let cell = |column: &str| row.map_or("", |row| row.cell(column));
    let action = match cell("action") {
        "channel" => Action::Channel,
        "chat" => Action::Chat,
        _ => Action::Skip,
    };
    let membership = match cell("membership") {
        "private" => Membership::Private,
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
            membership,
            archived: truth_of(cell("archived")).unwrap_or(false),
        },
        skipped: skipped.to_owned(),
    }
}
