//! The stage: `1-read` and the tenant's people to `2-map`.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs;
use std::path::Path;

use chatferry_model::EntraId;
use chatferry_model::conversation::Conversation;
use chatferry_model::finding::{Findings, Place, Stage};
use chatferry_model::folder::ReadFolder;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::manifest::{Manifest, Outcome, ReadDetails};
use chatferry_model::person::Person;
use chatferry_model::plan::{Membership, Plan, TargetPlace};
use chatferry_model::sum::Sum;
use serde::{Deserialize, Serialize};

use crate::codes;
use crate::directory::{self, Directory};
use crate::error::{BadCell, MapError};
use crate::people::{self, Match, Speaker, Status, Suggester};
use crate::places::{self, Decision, Naming, Proposal};
use crate::plan::{Decided, Need, build, users};
use crate::settings::MapSettings;
use crate::sheet::{Edit, Form, PROPOSED, Sheet, proposed_cells};
use crate::table;
use crate::teams::{self, TeamRow};

/// The tenant's people as last given, so that a later run needs no directory.
const DIRECTORY: &str = "directory.csv";

/// What only mapping has to say in its manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapDetails {
    /// People by status: `mapped`, `disabled`, `edited`, `unmatched`, `ambiguous`, `bot`.
    pub people: BTreeMap<String, u64>,
    /// People who speak through their own user.
    pub people_with_account: u64,
    /// Conversations by what becomes of them: `standard`, `private`, `chat`, or the reason for
    /// which they are skipped.
    pub conversations: BTreeMap<String, u64>,
    /// Teams to fill.
    pub teams: u64,
    /// Channels to fill.
    pub channels: u64,
    /// Chats to fill.
    pub chats: u64,
    /// Messages that go somewhere.
    pub posts: u64,
    /// People for whom the placeholder speaks.
    pub placeholder_people: u64,
    /// Messages that the placeholder speaks.
    pub placeholder_messages: u64,
}

impl fmt::Display for MapDetails {
    /// One line for a person: what becomes of people and conversations.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let people: u64 = self.people.values().sum();
        let conversations: u64 = self.conversations.values().sum();
        let filled: u64 = ["standard", "private", "chat"]
            .iter()
            .filter_map(|word| self.conversations.get(*word))
            .sum();
        write!(
            f,
            "{} of {people} people have an account; {filled} of {conversations} conversations find a place (teams: {}, channels: {}, chats: {})",
            self.people_with_account, self.teams, self.channels, self.chats
        )
    }
}

/// What reading left behind, as far as mapping looks at it.
pub(crate) struct Source {
    pub(crate) people: Vec<Person>,
    pub(crate) conversations: Vec<Conversation>,
}

impl Source {
    pub(crate) fn read(folder: &ReadFolder) -> Result<Self, MapError> {
        let people = JsonlReader::open(&folder.people(), Format::PEOPLE)?;
        let conversations = JsonlReader::open(&folder.conversations(), Format::CONVERSATIONS)?;
        Ok(Self {
            people: people.read_all()?,
            conversations: conversations.read_all()?,
        })
    }
}

/// The directory that an earlier run kept in `2-map`; empty if there was none.
pub(crate) fn known_directory(map: &Path) -> Result<Directory, MapError> {
    let path = map.join(DIRECTORY);
    if path.exists() {
        Ok(Directory::load(&path)?)
    } else {
        Ok(Directory::default())
    }
}

/// Maps people to users and conversations to teams, channels and chats.
///
/// `previous` is the folder of the last run, whose edited files are honoured; it need not be there.
/// An empty `directory` means that of the last run. Writes `people.csv`, `conversations.csv`,
/// `teams.csv`, their copies in `proposed/`, and `directory.csv` into the folder `into`.
///
/// # Errors
/// When something can't be read or written, a setting names nobody, or an edit makes no sense; of
/// the latter all are reported at once.
pub fn map(
    read: &ReadFolder,
    directory: &Directory,
    settings: &MapSettings,
    previous: &Path,
    into: &Path,
) -> Result<Outcome<MapDetails>, MapError> {
    let details = Manifest::<ReadDetails>::read(read.root())?.details;
    let source = Source::read(read)?;
    let known;
    let directory = if directory.is_empty() {
        known = known_directory(previous)?;
        &known
    } else {
        directory
    };
    let mut bad = Vec::new();

    let people = People::decide(&source.people, directory, settings, previous, &mut bad)?;
    let owners = named(&settings.owners, "owners", directory)?;
    let homes = teams::propose(
        &source.conversations,
        &details,
        &|workspace| match owners.as_slice() {
            [] => teams::owners_in_source(&source.people, &people.speakers, workspace),
            named => named.to_vec(),
        },
        settings,
    );
    let team_sheet = Sheet::load(previous, &teams::FORM)?;
    let team_rows = teams::decide(&homes.teams, &team_sheet, directory, &mut bad);

    let user_of = users(&source.people, &people.speakers);
    let proposals = places::propose(
        &source.conversations,
        &homes,
        &|person| user_of.get(person.as_str()).copied(),
        settings,
    );
    let place_sheet = Sheet::load(previous, &places::FORM)?;
    let decisions = places::decide(
        &source.conversations,
        &proposals,
        &place_sheet,
        &team_rows,
        Naming::GiveWay,
        &mut bad,
    );
    MapError::of_cells(bad)?;

    let mut findings = Findings::default();
    let plan = build(
        &Decided {
            people: &source.people,
            speakers: &people.speakers,
            placeholder: people.placeholder.user,
            conversations: &source.conversations,
            decisions: &decisions,
            teams: &team_rows,
            directory,
        },
        &mut findings,
    );
    for (team, teams) in &homes.split {
        let message = format!("{team} becomes {teams} teams");
        findings.note(Stage::Map, codes::TEAM_SPLIT, Place::default(), message);
    }
    people.note(&source.people, directory, &mut findings);
    for (sheet, gone) in [
        (&people.sheet, people.gone(&source.people)),
        (
            &place_sheet,
            gone(
                &place_sheet,
                source.conversations.iter().map(|c| c.id.as_str()),
            ),
        ),
    ] {
        for key in gone {
            let place = Place {
                file: Some(sheet.file().into()),
                ..Place::default()
            };
            findings.note(Stage::Map, codes::ROW_GONE, place, key);
        }
    }

    fs::create_dir_all(into.join(PROPOSED)).map_err(MapError::io(into))?;
    people.write(&source.people, directory, into)?;
    write_places(&source, &proposals, &decisions, &place_sheet, into)?;
    write_teams(&homes.teams, &team_rows, &team_sheet, directory, into)?;
    if !directory.is_empty() {
        directory::write(&into.join(DIRECTORY), directory.users())?;
    }
    Ok(Outcome {
        details: summary(&source, &people, &plan),
        sums: sums(&source, &plan),
        files: BTreeMap::new(),
        findings,
    })
}

/// Everything an admin changed in the folder of the last run. Together with `1-read`, the directory
/// and the settings it decides what [`map`] writes: where none of them changed, nothing will.
///
/// # Errors
/// When a CSV file can't be read.
pub fn edits(map: &Path) -> Result<Vec<Edit>, MapError> {
    let mut edits = Vec::new();
    for form in [&people::FORM, &places::FORM, &teams::FORM] {
        edits.extend(Sheet::load(map, form)?.edits());
    }
    Ok(edits)
}

/// Everybody of the source: what the rules say, and what the admin said to that.
struct People {
    matches: Vec<Match>,
    speakers: Vec<Speaker>,
    proposed_placeholder: Speaker,
    placeholder: Speaker,
    need: Need,
    sheet: Sheet,
}

impl People {
    fn decide(
        people: &[Person],
        directory: &Directory,
        settings: &MapSettings,
        previous: &Path,
        bad: &mut Vec<BadCell>,
    ) -> Result<Self, MapError> {
        let sheet = Sheet::load(previous, &people::FORM)?;
        bad.extend(sheet.doubles());
        let matches: Vec<Match> = people
            .iter()
            .map(|person| people::propose(person, directory))
            .collect();
        let speakers: Vec<Speaker> = people
            .iter()
            .zip(&matches)
            .map(|(person, found)| {
                people::decide(sheet.row(person.id.as_str()), found.user, directory, bad)
            })
            .collect();
        let named = named(settings.placeholder.as_slice(), "placeholder", directory)?;
        let proposed_placeholder = Speaker::proposed(named.first().copied());
        let row = sheet.row(people::PLACEHOLDER);
        Ok(Self {
            placeholder: people::decide(row, proposed_placeholder.user, directory, bad),
            proposed_placeholder,
            need: Need::of(people, &speakers),
            matches,
            speakers,
            sheet,
        })
    }

    fn status(&self, at: usize) -> Status {
        match (self.speakers.get(at), self.matches.get(at)) {
            (Some(speaker), _) if speaker.edited => Status::Edited,
            (_, Some(found)) => found.status,
            _ => Status::Unmatched,
        }
    }

    fn gone<'a>(&'a self, people: &'a [Person]) -> Vec<&'a str> {
        let there = people
            .iter()
            .map(|person| person.id.as_str())
            .chain([people::PLACEHOLDER]);
        gone(&self.sheet, there)
    }

    fn note(&self, people: &[Person], directory: &Directory, findings: &mut Findings) {
        let mut note = |code, message: String| {
            let place = Place {
                file: Some(people::FORM.file.into()),
                ..Place::default()
            };
            findings.note(Stage::Map, code, place, message);
        };
        if directory.is_empty() {
            note(
                codes::DIRECTORY_MISSING,
                "everybody speaks through the placeholder".to_owned(),
            );
        }
        if directory.is_partial() {
            note(
                codes::DIRECTORY_PARTIAL,
                format!("{} users", directory.users().len()),
            );
        }
        for (at, (person, found)) in people.iter().zip(&self.matches).enumerate() {
            let who = format!("{} ({}): {}", person.name, person.id, found.reason);
            match self.status(at) {
                Status::Ambiguous => note(codes::ADDRESS_AMBIGUOUS, who),
                Status::Disabled => note(codes::USER_DISABLED, who),
                Status::Unmatched if !directory.is_empty() => note(codes::PERSON_UNMATCHED, who),
                _ => {}
            }
        }
        for (user, sharers) in people::shared(people, &self.speakers) {
            let sharers = sharers.into_iter().filter_map(|at| people.get(at));
            let names: Vec<_> = sharers
                .map(|person| format!("{} ({})", person.name, person.id))
                .collect();
            let user = directory
                .by_id(user)
                .map_or_else(|| user.to_string(), directory::DirectoryUser::label);
            note(
                codes::USER_SHARED,
                format!("{} speak through {user}", names.join(", ")),
            );
        }
        if self.placeholder.user.is_none() && self.need.people > 0 {
            let Need { people, messages } = self.need;
            note(
                codes::PLACEHOLDER_MISSING,
                format!("{people} people wrote {messages} messages"),
            );
        }
    }

    /// Writes the placeholder, then those who need a look, then those who wrote most.
    fn write(&self, people: &[Person], directory: &Directory, into: &Path) -> Result<(), MapError> {
        let suggester = Suggester::new(directory);
        let shared = people::shared(people, &self.speakers);
        let mut order: Vec<usize> = (0..people.len()).collect();
        order.sort_by_key(|at| {
            let person = people.get(*at);
            (
                self.status(*at),
                std::cmp::Reverse(person.map_or(0, |person| person.messages)),
                person.map(|person| &person.id),
            )
        });
        let placeholder =
            |speaker| people::placeholder_cells(speaker, self.need.messages, directory);
        let mut rows = Rows::new(&people::FORM);
        rows.push(
            self.sheet.row(people::PLACEHOLDER),
            placeholder(self.proposed_placeholder),
            placeholder(self.placeholder),
        );
        for at in order {
            let (Some(person), Some(found), Some(speaker)) =
                (people.get(at), self.matches.get(at), self.speakers.get(at))
            else {
                continue;
            };
            let mut found = found.clone();
            if let Some(sharers) = speaker.user.and_then(|user| shared.get(&user)) {
                let others: Vec<_> = sharers
                    .iter()
                    .filter(|other| **other != at)
                    .filter_map(|other| people.get(*other))
                    .map(|other| other.id.as_str())
                    .collect();
                found.reason = format!(
                    "{}; the user also speaks for {}",
                    found.reason,
                    others.join(", ")
                );
            }
            let suggestion = match found.status {
                Status::Unmatched => suggester.suggest(person),
                Status::Ambiguous => found.claimants.clone(),
                _ => String::new(),
            };
            let proposed = Speaker::proposed(found.user);
            rows.push(
                self.sheet.row(person.id.as_str()),
                people::cells(person, &found, proposed, &suggestion, directory),
                people::cells(person, &found, *speaker, &suggestion, directory),
            );
        }
        rows.push_gone(&self.sheet, self.gone(people));
        rows.write(into)
    }
}

fn write_places(
    source: &Source,
    proposals: &[Proposal],
    decisions: &[Decision],
    sheet: &Sheet,
    into: &Path,
) -> Result<(), MapError> {
    let conversations = &source.conversations;
    let people: HashMap<&str, &Person> = source
        .people
        .iter()
        .map(|person| (person.id.as_str(), person))
        .collect();
    let mut order: Vec<_> = conversations.iter().zip(proposals).zip(decisions).collect();
    order.sort_by_key(|((conversation, _), decision)| {
        let place = &decision.place;
        (
            place.action as u8,
            place.team.clone(),
            crate::names::fold(&conversation.name),
            &conversation.id,
        )
    });
    let mut rows = Rows::new(&places::FORM);
    for ((conversation, proposal), decision) in order {
        let name = if conversation.kind.is_chat() {
            places::members_by_name(conversation, &|id| people.get(id).copied())
        } else {
            conversation.name.clone()
        };
        rows.push(
            sheet.row(conversation.id.as_str()),
            places::cells(conversation, &name, &Decision::unedited(proposal)),
            places::cells(conversation, &name, decision),
        );
    }
    rows.push_gone(
        sheet,
        gone(sheet, conversations.iter().map(|c| c.id.as_str())),
    );
    rows.write(into)
}

fn write_teams(
    proposals: &[TeamRow],
    teams: &[TeamRow],
    sheet: &Sheet,
    directory: &Directory,
    into: &Path,
) -> Result<(), MapError> {
    let mut rows = Rows::new(&teams::FORM);
    for team in teams {
        let written = teams::cells(team, directory);
        match proposals.iter().find(|proposal| proposal.key == team.key) {
            Some(proposal) => rows.push(
                sheet.row(&team.key),
                teams::cells(proposal, directory),
                written,
            ),
            None => rows.found.push(written),
        }
    }
    rows.write(into)
}

/// The rows of a file and of its copy.
struct Rows {
    form: &'static Form,
    found: Vec<Vec<String>>,
    proposed: Vec<Vec<String>>,
}

impl Rows {
    fn new(form: &'static Form) -> Self {
        Self {
            form,
            found: Vec::new(),
            proposed: Vec::new(),
        }
    }

    fn push(
        &mut self,
        row: Option<crate::sheet::Line<'_>>,
        proposal: Vec<String>,
        written: Vec<String>,
    ) {
        self.proposed
            .push(proposed_cells(row, self.form, proposal, &written));
        self.found.push(written);
    }

    fn push_gone(&mut self, sheet: &Sheet, keys: Vec<&str>) {
        for key in keys {
            for (row, rows) in [
                (sheet.row(key), &mut self.found),
                (sheet.proposal(key), &mut self.proposed),
            ] {
                let Some(row) = row else { continue };
                let cells = self.form.columns.iter().zip(row.cells());
                rows.push(
                    cells
                        .map(|(column, cell)| {
                            if *column == "status" {
                                Status::Gone.as_str().to_owned()
                            } else {
                                cell
                            }
                        })
                        .collect(),
                );
            }
        }
    }

    fn write(self, into: &Path) -> Result<(), MapError> {
        table::write(&into.join(self.form.file), self.form.columns, self.found)?;
        table::write(
            &into.join(PROPOSED).join(self.form.file),
            self.form.columns,
            self.proposed,
        )?;
        Ok(())
    }
}

/// The rows that stand for nothing of the export any more.
fn gone<'a>(sheet: &'a Sheet, there: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let there: std::collections::BTreeSet<&str> = there.collect();
    sheet
        .rows()
        .map(|row| row.key())
        .filter(|key| !there.contains(key))
        .collect()
}

/// The users a setting names.
fn named(
    texts: &[String],
    setting: &'static str,
    directory: &Directory,
) -> Result<Vec<EntraId>, MapError> {
    let users = texts.iter().map(|text| {
        directory.resolve(text).map_err(|reason| MapError::Setting {
            setting,
            value: text.clone(),
            reason,
        })
    });
    users.collect()
}

fn summary(source: &Source, people: &People, plan: &Plan) -> MapDetails {
    let mut details = MapDetails {
        people_with_account: plan
            .people
            .values()
            .filter(|person| person.user.is_some())
            .count() as u64,
        teams: plan.teams.len() as u64,
        placeholder_people: people.need.people,
        placeholder_messages: people.need.messages,
        ..MapDetails::default()
    };
    for at in 0..source.people.len() {
        *details
            .people
            .entry(people.status(at).as_str().to_owned())
            .or_default() += 1;
    }
    for target in &plan.targets {
        let (word, total) = match &target.place {
            TargetPlace::Channel(channel) => (
                match channel.membership {
                    Membership::Standard => "standard",
                    Membership::Private => "private",
                },
                &mut details.channels,
            ),
            TargetPlace::Chat(_) => ("chat", &mut details.chats),
        };
        *total += 1;
        *details.conversations.entry(word.to_owned()).or_default() += target.sources.len() as u64;
        details.posts += target
            .sources
            .iter()
            .map(|source| source.messages)
            .sum::<u64>();
    }
    for reason in plan.skipped.values() {
        *details.conversations.entry(reason.clone()).or_default() += 1;
    }
    details
}

fn sums(source: &Source, plan: &Plan) -> BTreeMap<String, Sum> {
    let mut people = Sum {
        input: source.people.len() as u64,
        ..Sum::default()
    };
    for person in plan.people.values() {
        match &person.user {
            Some(_) => people.output += 1,
            None => people.merge("placeholder"),
        }
    }
    let mut conversations = Sum {
        input: source.conversations.len() as u64,
        output: plan.targets.len() as u64,
        ..Sum::default()
    };
    let mut messages = Sum {
        input: source.conversations.iter().map(|c| c.messages).sum(),
        ..Sum::default()
    };
    for target in &plan.targets {
        for source in &target.sources {
            messages.output += source.messages;
        }
        for _ in target.sources.iter().skip(1) {
            conversations.merge("same-people");
        }
    }
    for conversation in &source.conversations {
        if let Some(reason) = plan.skipped.get(&conversation.id) {
            conversations.skip(reason);
            messages.skip_many(reason, conversation.messages);
        }
    }
    BTreeMap::from([
        ("people".to_owned(), people),
        ("conversations".to_owned(), conversations),
        ("messages".to_owned(), messages),
    ])
}
