//! Workspaces to teams, and `teams.csv`.

use std::collections::{BTreeMap, BTreeSet};

use chatferry_model::conversation::Conversation;
use chatferry_model::manifest::ReadDetails;
use chatferry_model::person::{Person, Role};
use chatferry_model::plan::{Existing, Visibility};
use chatferry_model::teams_names;
use chatferry_model::{EntraId, WorkspaceId};

use crate::directory::Directory;
use crate::editable_table::{EditableTable, Line, TableSchema};
use crate::error::BadCell;
use crate::names::{self, Taken, fold, one_line};
use crate::people::{Speaker, is_human};
use crate::settings::{MapSettings, Route};
use crate::table::Column;

/// `teams.csv`; further rows are the admin's.
pub(crate) const SCHEMA: TableSchema = TableSchema {
    name: "teams",
    key: "team",
    columns: &[
        Column::text("team"),
        Column::text("name"),
        Column::text("existing"),
        Column::text("description"),
        Column::text("owners"),
        Column::choice("visibility", &["private", "public"]),
    ],
    editable: &["name", "existing", "description", "owners", "visibility"],
};

/// The number of channels a team holds, General included (crates/graph/RULES.md 2.5, R15).
pub(crate) const CHANNELS: usize = 1_000;
/// The maximum number of owners of a team (crates/graph/RULES.md 2.5).
pub(crate) const OWNERS: usize = 100;
/// The maximum number of members of a team, owners included (crates/graph/RULES.md 2.5).
pub(crate) const MEMBERS: usize = 25_000;

/// A team as a row of `teams.csv` has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TeamRow {
    pub(crate) key: String,
    pub(crate) name: String,
    /// The team of the tenant it is, if it is not made anew.
    pub(crate) existing: Option<Existing>,
    pub(crate) description: String,
    pub(crate) owners: Vec<EntraId>,
    pub(crate) visibility: Visibility,
    /// True if chatferry proposed the team; the admin added the others.
    pub(crate) proposed: bool,
}

/// The teams chatferry proposes, and which of them each conversation belongs to.
pub(crate) struct TeamAssignment {
    pub(crate) teams: Vec<TeamRow>,
    /// The team of each conversation, as an index.
    pub(crate) of: Vec<usize>,
    /// The number of teams that the conversations of a workspace had to be shared out to, where
    /// several.
    pub(crate) split: Vec<(String, usize)>,
}

/// Proposes teams: one for each workspace, several where it has too many channels.
pub(crate) fn propose(
    conversations: &[Conversation],
    details: &ReadDetails,
    owners: &dyn Fn(Option<&WorkspaceId<'_>>) -> Vec<EntraId>,
    settings: &MapSettings,
) -> TeamAssignment {
    let mut assignment = TeamAssignment {
        teams: Vec::new(),
        of: vec![0; conversations.len()],
        split: Vec::new(),
    };
    // Direct messages belong to no team, even where channels do
    // (crates/readers/src/mattermost/FORMAT.md 2, identity).
    let channels = conversations.iter().filter(|c| !c.kind.is_chat());
    let known: BTreeSet<_> = channels.map(|c| c.workspace.as_ref()).collect();
    let workspaces: Vec<Option<&WorkspaceId<'_>>> = match known.len() {
        0 | 1 => vec![None],
        _ => known.into_iter().collect(),
    };
    let mut taken = Taken::default();
    for workspace in &workspaces {
        let alone = workspaces.len() == 1;
        let name = team_name(*workspace, alone, details, settings);
        let first = assignment.teams.len();
        let here: Vec<usize> = conversations
            .iter()
            .enumerate()
            .filter(|(_, c)| alone || c.workspace.as_ref() == *workspace)
            .map(|(at, _)| at)
            .collect();
        let shared_out = share_out(conversations, &here, settings);
        let teams = shared_out.iter().max().map_or(1, |last| last + 1);
        for (at, team) in here.into_iter().zip(shared_out) {
            if let Some(home) = assignment.of.get_mut(at) {
                *home = first + team;
            }
        }
        for number in 1..=teams {
            let name = match number {
                1 => name.clone(),
                number => format!(
                    "{} {number}",
                    names::cut(&name, teams_names::TEAM_UNITS - 8)
                ),
            };
            let id = settings
                .team
                .as_deref()
                .filter(|team| is_id(team) && number == 1);
            assignment.teams.push(TeamRow {
                key: taken.take_like(&name, teams_names::TEAM_UNITS),
                existing: match settings.route {
                    Route::Existing => Some(existing(id.unwrap_or(&name))),
                    Route::Auto | Route::NewTeam => None,
                },
                name,
                description: format!("Imported from {}", details.source_name()),
                owners: owners(if alone { None } else { *workspace }),
                visibility: Visibility::Private,
                proposed: true,
            });
        }
        if teams > 1 {
            assignment.split.push((name, teams));
        }
    }
    assignment
}

/// Shares the conversations of a workspace out to as few teams as hold them: the team of each, from
/// 0. Private channels have less room, so they are placed first.
fn share_out(conversations: &[Conversation], here: &[usize], settings: &MapSettings) -> Vec<usize> {
    // One channel is General, whoever comes to stand there.
    let room = CHANNELS - 1;
    let private_room = settings.limits.private_channels.clamp(1, room);
    let wanted = |at: &usize| {
        let conversation = conversations.get(*at)?;
        let (id, name) = (conversation.id.as_str(), conversation.name.as_str());
        let selected = settings.selection.has_conversation(id, name);
        Some(conversation.kind).filter(|kind| !kind.is_chat() && selected)
    };
    let mut private = 0;
    let mut taken: Vec<usize> = Vec::new();
    let mut teams = vec![0; here.len()];
    for closed in [true, false] {
        let mut first_with_room = 0;
        for (at, team) in here.iter().zip(&mut teams) {
            if wanted(at).is_none_or(|kind| kind.is_private() != closed) {
                continue;
            }
            *team = if closed {
                private += 1;
                (private - 1) / private_room
            } else {
                while taken.get(first_with_room).is_some_and(|n| *n >= room) {
                    first_with_room += 1;
                }
                first_with_room
            };
            if taken.len() <= *team {
                taken.resize(*team + 1, 0);
            }
            if let Some(taken) = taken.get_mut(*team) {
                *taken += 1;
            }
        }
    }
    teams
}

fn is_id(text: &str) -> bool {
    text.parse::<EntraId>().is_ok()
}

/// The team of the tenant that a cell or setting names: by object id, or else by name.
fn existing(text: &str) -> Existing {
    match text.parse::<EntraId>() {
        Ok(id) => Existing::Id(id.to_string()),
        Err(_) => Existing::Name(text.to_owned()),
    }
}

/// Returns the default owners of a workspace's team: its mapped owners, else its administrators.
pub(crate) fn owners_in_source(
    people: &[Person],
    speakers: &[Speaker],
    workspace: Option<&WorkspaceId<'_>>,
) -> Vec<EntraId> {
    let of_role = |role: Role| {
        let mut owners = Vec::new();
        for (person, speaker) in people.iter().zip(speakers) {
            let here = workspace.is_none()
                || person.workspace.is_none()
                || person.workspace.as_ref() == workspace;
            if let Some(user) = speaker.user()
                && person.role == role
                && here
                && is_human(person)
                && !person.deactivated
                && !owners.contains(&user)
                && owners.len() < OWNERS
            {
                owners.push(user);
            }
        }
        owners
    };
    let owners = of_role(Role::Owner);
    if owners.is_empty() {
        of_role(Role::Admin)
    } else {
        owners
    }
}

fn team_name(
    workspace: Option<&WorkspaceId<'_>>,
    alone: bool,
    details: &ReadDetails,
    settings: &MapSettings,
) -> String {
    let found = match workspace {
        None => details.workspaces.first().filter(|_| alone),
        Some(id) => details.workspaces.iter().find(|w| w.id == id.as_str()),
    };
    let of_workspace = found.and_then(|workspace| workspace.name.clone());
    let of_workspace = of_workspace.or_else(|| workspace.map(ToString::to_string));
    let team = settings.team.as_ref().filter(|team| !is_id(team));
    let name = match (team, of_workspace) {
        (Some(team), Some(workspace)) if !alone => format!("{team} {workspace}"),
        (Some(team), _) => team.clone(),
        (None, Some(workspace)) => workspace,
        (None, None) => details.source_name(),
    };
    let name = one_line(&name);
    match names::cut(&name, teams_names::TEAM_UNITS) {
        "" => "Imported".to_owned(),
        name => name.trim_end().to_owned(),
    }
}

/// Hears the admin about the teams; rows beyond the proposals are the admin's own.
pub(crate) fn decide(
    proposals: &[TeamRow],
    sheet: &EditableTable,
    directory: &Directory,
    bad: &mut Vec<BadCell>,
) -> Vec<TeamRow> {
    bad.extend(sheet.doubles());
    let mut teams: Vec<TeamRow> = proposals
        .iter()
        .map(|proposal| match sheet.row(&proposal.key) {
            Some(row) => edited(proposal, row, directory, bad),
            None => proposal.clone(),
        })
        .collect();
    let mut keys: BTreeMap<String, String> = proposals
        .iter()
        .map(|team| (fold(&team.key), team.key.clone()))
        .collect();
    for row in sheet.rows() {
        if proposals.iter().any(|team| team.key == row.key()) {
            continue;
        }
        // What chatferry once proposed and nobody touched goes with its reason.
        let untouched = sheet.proposal(row.key()).is_some()
            && SCHEMA
                .editable
                .iter()
                .all(|column| row.edit(column).is_none());
        if untouched {
            continue;
        }
        if row.key().is_empty() {
            bad.push(row.bad(
                "team",
                "a team needs a word by which conversations.csv can name it",
            ));
        } else if let Some(other) = keys.insert(fold(row.key()), row.key().to_owned())
            && other != row.key()
        {
            bad.push(row.bad(
                "team",
                format!("the team {other} differs only in case; choose another word"),
            ));
        }
        let blank = TeamRow {
            key: row.key().to_owned(),
            name: row.key().to_owned(),
            existing: None,
            description: String::new(),
            owners: proposals
                .first()
                .map(|team| team.owners.clone())
                .unwrap_or_default(),
            visibility: Visibility::Private,
            proposed: false,
        };
        teams.push(edited(&blank, row, directory, bad));
    }
    let mut filled = BTreeMap::<&Existing, &str>::new();
    for team in &teams {
        let Some(existing) = &team.existing else {
            continue;
        };
        if let Some(other) = filled.insert(existing, &team.key)
            && let Some(row) = sheet.row(&team.key)
        {
            bad.push(row.bad(
                "existing",
                format!("the row {other} fills this team already; use that row for both"),
            ));
        }
    }
    teams
}

fn edited(
    proposal: &TeamRow,
    row: Line<'_>,
    directory: &Directory,
    bad: &mut Vec<BadCell>,
) -> TeamRow {
    let mut team = proposal.clone();
    if let Some(name) = row.edit("name").filter(|name| !name.is_empty()) {
        name.clone_into(&mut team.name);
        if names::units(name) > teams_names::TEAM_UNITS {
            bad.push(row.bad("name", "a team's name has at most 256 characters"));
        }
    }
    if let Some(cell) = row.edit("existing") {
        team.existing = Some(cell).filter(|cell| !cell.is_empty()).map(existing);
    }
    if let Some(description) = row.edit("description") {
        description.clone_into(&mut team.description);
    }
    if let Some(owners) = row.edit("owners") {
        team.owners = Vec::new();
        for owner in owners
            .split([';', ','])
            .map(str::trim)
            .filter(|owner| !owner.is_empty())
        {
            match directory.resolve(owner) {
                Ok(user) if !team.owners.contains(&user) => team.owners.push(user),
                Ok(_) => {}
                Err(reason) => bad.push(row.bad("owners", format!("{owner}: {reason}"))),
            }
        }
        if team.owners.len() > OWNERS {
            bad.push(row.bad("owners", "a team has at most 100 owners"));
        }
    }
    if let Some(visibility) = row.edit("visibility").filter(|cell| !cell.is_empty()) {
        match visibility.to_ascii_lowercase().as_str() {
            "private" => team.visibility = Visibility::Private,
            "public" => team.visibility = Visibility::Public,
            _ => bad.push(row.bad("visibility", "write private or public")),
        }
    }
    team
}

/// A team's row. Owners are written as names to sign in with, or ids where none is known.
pub(crate) fn cells(team: &TeamRow, directory: &Directory) -> Vec<String> {
    let existing = match &team.existing {
        Some(Existing::Id(text) | Existing::Name(text)) => text.clone(),
        None => String::new(),
    };
    let owners = team.owners.iter().map(|id| {
        let user = directory.by_id(*id);
        user.map_or_else(|| id.to_string(), |user| user.user_principal_name.clone())
    });
    let visibility = match team.visibility {
        Visibility::Private => "private",
        Visibility::Public => "public",
    };
    vec![
        team.key.clone(),
        team.name.clone(),
        existing,
        team.description.clone(),
        owners.collect::<Vec<_>>().join("; "),
        visibility.to_owned(),
    ]
}

/// The teams that chatferry had proposed when it last ran, for rendering without proposing anew.
pub(crate) fn from_proposals(sheet: &EditableTable, directory: &Directory) -> Vec<TeamRow> {
    sheet
        .proposals()
        .map(|row| {
            let blank = TeamRow {
                key: row.key().to_owned(),
                name: row.cell("name").to_owned(),
                existing: Some(row.cell("existing"))
                    .filter(|cell| !cell.is_empty())
                    .map(existing),
                description: row.cell("description").to_owned(),
                owners: Vec::new(),
                visibility: if row.cell("visibility") == "public" {
                    Visibility::Public
                } else {
                    Visibility::Private
                },
                proposed: true,
            };
            let owners = row
                .cell("owners")
                .split(';')
                .filter_map(|owner| directory.resolve(owner).ok());
            TeamRow {
                owners: owners.collect(),
                ..blank
            }
        })
        .collect()
}
