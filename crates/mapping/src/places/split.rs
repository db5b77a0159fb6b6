//! Conversations that become several channels, a year each, and channels of several conversations.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chatferry_model::Micros;
use chatferry_model::conversation::Conversation;
use chatferry_model::folder::ReadFolder;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::plan::{Membership, TimeRange};
use chatferry_model::teams_names;
use jiff::civil::date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::{Action, Decision};
use crate::editable_table::EditableTable;
use crate::error::{BadCell, MapError};
use crate::names::{self, Taken, fold};
use crate::settings::PlaceLimits;
use crate::teams;

/// The number of messages of a conversation in threads begun in each year (UTC), for conversations
/// that are split.
pub(crate) type Parts = HashMap<String, BTreeMap<i16, u64>>;

/// The fields of a message line that matter here.
#[derive(Deserialize)]
struct Moment {
    time: Micros,
    #[serde(default)]
    thread: Option<Root>,
}

#[derive(Deserialize)]
struct Root {
    root_time: Micros,
}

/// Counts the messages of each year of the conversations that are split.
pub(crate) fn count_parts(
    read: &ReadFolder,
    conversations: &[Conversation],
    decisions: &[Decision],
) -> Result<Parts, MapError> {
    let mut parts = Parts::new();
    for (conversation, decision) in conversations.iter().zip(decisions) {
        let place = &decision.place;
        if !place.by_year || place.action != Action::Channel || conversation.messages == 0 {
            continue;
        }
        let mut years = BTreeMap::new();
        let mut reader = JsonlReader::open(&read.messages(&conversation.id), Format::MESSAGES)?;
        while let Some(chunk) = reader.next_chunk()? {
            for (number, line) in chunk.lines() {
                let moment: Moment = chunk.parse(number, line)?;
                let time = moment.thread.map_or(moment.time, |root| root.root_time);
                *years.entry(year_of(time)).or_insert(0) += 1;
            }
        }
        parts.insert(conversation.id.to_string(), years);
    }
    Ok(parts)
}

fn year_of(time: Micros) -> i16 {
    time.timestamp().to_zoned(TimeZone::UTC).year()
}

/// The first moment of a year.
fn start_of(year: i16) -> Micros {
    date(year, 1, 1)
        .to_zoned(TimeZone::UTC)
        .ok()
        .and_then(|start| Micros::new(start.timestamp().as_microsecond()).ok())
        .unwrap_or(Micros::EPOCH)
}

/// The last moment that there is, in µs since 1970.
const END_MICROS: i64 = 253_402_207_199_999_999;

/// A channel, and what goes into it.
pub(crate) struct Group {
    pub(crate) team: String,
    pub(crate) name: String,
    /// The year, where its conversations are split.
    pub(crate) part: Option<(i16, TimeRange)>,
    /// The conversations, as indices, in order; each with how many messages of it go there.
    pub(crate) sources: Vec<(usize, u64)>,
}

/// The channels that the decisions come to, in the order of their first conversations.
pub(crate) fn groups(
    conversations: &[Conversation],
    decisions: &[Decision],
    parts: &Parts,
) -> Vec<Group> {
    let mut order = Vec::new();
    let mut members = BTreeMap::<(String, String, bool), Vec<usize>>::new();
    let mut taken = BTreeMap::<&str, Taken>::new();
    for (at, (conversation, decision)) in conversations.iter().zip(decisions).enumerate() {
        let place = &decision.place;
        if place.action != Action::Channel {
            continue;
        }
        // Nothing can't be split.
        let split = parts.contains_key(conversation.id.as_str());
        let key = (place.team.clone(), fold(&place.channel), split);
        let sources = members.entry(key.clone()).or_default();
        if sources.is_empty() {
            order.push(key);
        }
        sources.push(at);
        if !split {
            let taken = taken.entry(&place.team).or_insert_with(Taken::with_general);
            taken.take(&place.channel);
        }
    }
    let mut groups = Vec::new();
    for key in order {
        let Some(sources) = members.remove(&key) else {
            continue;
        };
        let (team, _, split) = key;
        let first = sources.first().copied().unwrap_or_default();
        let Some((place, conversation)) = decisions
            .get(first)
            .map(|decision| &decision.place)
            .zip(conversations.get(first))
        else {
            continue;
        };
        let years_of = |at: usize| conversations.get(at).and_then(|c| parts.get(c.id.as_str()));
        if !split {
            let count = |at: usize| conversations.get(at).map_or(0, |c| c.messages);
            groups.push(Group {
                team,
                name: place.channel.clone(),
                part: None,
                sources: sources.into_iter().map(|at| (at, count(at))).collect(),
            });
            continue;
        }
        let years: BTreeSet<i16> = sources
            .iter()
            .filter_map(|at| years_of(*at))
            .flat_map(|years| years.keys().copied())
            .collect();
        let base = match place.channel.as_str() {
            names::GENERAL if !conversation.name.is_empty() => {
                names::legal(&conversation.name, conversation.id.as_str())
            }
            name => name.to_owned(),
        };
        let taken = taken.entry(&place.team).or_insert_with(Taken::with_general);
        for (year, range) in ranges(&years) {
            let name = format!(
                "{} {year}",
                names::cut(&base, teams_names::CHANNEL_UNITS - 5).trim_end()
            );
            let count = |at: usize| years_of(at).and_then(|years| years.get(&year)).copied();
            groups.push(Group {
                team: team.clone(),
                name: taken.take_like(&name, teams_names::CHANNEL_UNITS),
                part: Some((year, range)),
                sources: sources
                    .iter()
                    .filter_map(|at| Some((*at, count(*at)?)))
                    .collect(),
            });
        }
    }
    groups
}

/// The years as ranges that leave nothing out: each reaches to the next, the first from the
/// beginning of time and the last to its end.
fn ranges(years: &BTreeSet<i16>) -> Vec<(i16, TimeRange)> {
    let mut ranges: Vec<(i16, TimeRange)> = Vec::new();
    for year in years {
        let from = if let Some((_, last)) = ranges.last_mut() {
            last.until = start_of(*year);
            last.until
        } else {
            Micros::EPOCH
        };
        let until = Micros::new(END_MICROS).unwrap_or(from);
        ranges.push((*year, TimeRange { from, until }));
    }
    ranges
}

/// Complains where a team has more channels than it holds (R15).
pub(crate) fn check_room(
    conversations: &[Conversation],
    decisions: &[Decision],
    groups: &[Group],
    limits: PlaceLimits,
    sheet: &EditableTable,
    bad: &mut Vec<BadCell>,
) {
    // General is there from the beginning.
    let mut counts = BTreeMap::<&str, (usize, usize)>::new();
    for group in groups {
        let first = group.sources.first().map_or(0, |(at, _)| *at);
        let (Some(decision), Some(conversation)) = (decisions.get(first), conversations.get(first))
        else {
            continue;
        };
        let (all, private) = counts.entry(&group.team).or_insert((1, 0));
        *all += usize::from(group.name != names::GENERAL);
        *private += usize::from(decision.place.membership == Membership::Private);
        let reason = if *all == teams::CHANNELS + 1 {
            format!(
                "a team holds at most {} channels; move some to another team",
                teams::CHANNELS
            )
        } else if *private == limits.private_channels + 1
            && decision.place.membership == Membership::Private
        {
            format!(
                "a team holds at most {} private channels (limits.private_channels); move some to another team",
                limits.private_channels
            )
        } else {
            continue;
        };
        if let Some(row) = sheet.row_of(conversation.id.as_str()) {
            bad.push(row.bad("team", reason));
        }
    }
}
