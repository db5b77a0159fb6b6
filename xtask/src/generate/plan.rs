//! The channels there are, and when who writes in them, before a word of it is written.
//!
//! A root lists its replies, so the times of a whole channel are known before its first message:
//! 32 bytes a message, for one channel at a time.

use std::collections::VecDeque;
use std::ops::Range;

use jiff::civil::{self, Date};
use jiff::{Span, Timestamp, tz::TimeZone};

use super::people::Person;
use super::random::Random;
use super::words;

/// The first Monday of the export.
const FIRST_DAY: Date = civil::date(2019, 1, 7);
/// Days on which anything is written: weekdays, till September 2024.
const WORKDAYS: usize = 1_480;
/// The number of messages a day file holds in a quiet channel.
const DAILY: usize = 6;
/// A channel for so many messages.
const PER_CHANNEL: usize = 1_500;
/// Teams takes 30 private channels a team.
const MOST_PRIVATE: usize = 25;
/// Work starts at 15:00 UTC, in the morning of Los Angeles, so that a UTC day is a day file's day
/// too.
const MORNING: i64 = 15 * 3_600;
const WORKDAY_MICROS: usize = 32_000 * 1_000_000;
/// From here on Slack's times are true microseconds; before they are multiples of a hundred.
const EXACT_SINCE: Date = civil::date(2022, 1, 1);

const REPLIES_PERCENT: f64 = 36.0;
/// Replies to one of the last threads rather than to an older one.
const FRESH_PERCENT: f64 = 80.0;
const COLLISIONS_PERCENT: f64 = 0.8;
const OPEN_THREADS: usize = 120;

/// A channel and how much is written in it.
pub(super) struct Channel {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) private: bool,
    pub(super) archived: bool,
    /// The time of creation, in seconds.
    pub(super) created: i64,
    /// Indices of people.
    pub(super) members: Vec<usize>,
    pub(super) messages: usize,
}

/// The channels of an export: the n-th largest has a n-th of the largest one's messages.
pub(super) fn channels(
    random: &mut Random,
    messages: usize,
    one_channel: bool,
    people: &[Person],
) -> Vec<Channel> {
    let count = if one_channel {
        1
    } else {
        (messages / PER_CHANNEL).clamp(3, 400)
    };
    let harmonic: f64 = (1..=count).map(|rank| 1.0 / rank as f64).sum();
    let mut channels: Vec<Channel> = (0..count)
        .map(|number| {
            let share = messages as f64 / harmonic / (number + 1) as f64;
            channel(random, number, share as usize, people)
        })
        .collect();
    let rounded_off = messages
        - channels
            .iter()
            .map(|channel| channel.messages)
            .sum::<usize>();
    if let Some(largest) = channels.first_mut() {
        largest.messages += rounded_off;
    }
    channels
}

fn channel(random: &mut Random, number: usize, messages: usize, people: &[Person]) -> Channel {
    let topic = words::TOPICS.get(number).copied();
    let name = topic.map_or_else(
        || format!("{}-{number}", random.pick(words::TOPICS)),
        str::to_owned,
    );
    let size = random.within(5, 40).min(people.len());
    let mut members: Vec<usize> = (0..size).map(|_| random.below(people.len())).collect();
    members.sort_unstable();
    members.dedup();
    Channel {
        id: random.id('C'),
        name,
        private: number % 10 == 9 && number < MOST_PRIVATE * 10,
        archived: number % 12 == 11,
        created: seconds(FIRST_DAY) + MORNING - 3_600 + number as i64,
        members,
        messages,
    }
}

/// The timeline of one channel: who writes when, and what answers what.
pub(super) struct Timeline {
    slots: Vec<Slot>,
    days: Vec<Day>,
}

struct Slot {
    micros: i64,
    author: u32,
    root: Option<u32>,
    next_reply: Option<u32>,
}

/// The messages of one day file.
pub(super) struct Day {
    pub(super) date: Date,
    first: usize,
    end: usize,
}

impl Day {
    pub(super) fn indices(&self) -> Range<usize> {
        self.first..self.end
    }
}

/// A thread that may still get replies.
struct Open {
    root: u32,
    last: u32,
}

impl Timeline {
    pub(super) fn plan(random: &mut Random, channel: &Channel) -> Self {
        let mut timeline = Self {
            slots: Vec::with_capacity(channel.messages),
            days: Vec::new(),
        };
        let mut open = VecDeque::with_capacity(OPEN_THREADS + 1);
        let mut days_left = (channel.messages / DAILY)
            .clamp(1, WORKDAYS)
            .min(channel.messages);
        for workday in 0..WORKDAYS {
            let messages_left = channel.messages - timeline.slots.len();
            if days_left == 0 {
                break;
            }
            // Takes exactly so many of the days, each with the same chance.
            if random.below(WORKDAYS - workday) < days_left {
                days_left -= 1;
                let mean = messages_left / (days_left + 1);
                let today = if days_left == 0 {
                    messages_left
                } else {
                    random
                        .within(1, 2 * mean)
                        .clamp(1, messages_left - days_left)
                };
                timeline.add_day(random, date_of(workday), today, channel, &mut open);
            }
        }
        timeline
    }

    fn add_day(
        &mut self,
        random: &mut Random,
        date: Date,
        messages: usize,
        channel: &Channel,
        open: &mut VecDeque<Open>,
    ) {
        let first = self.slots.len();
        let start = (seconds(date) + MORNING) * 1_000_000;
        let step = WORKDAY_MICROS / messages.max(1);
        let mut previous = start - 1_000;
        for number in 0..messages {
            let mut micros = start + (number * step + random.below(step)) as i64;
            if number > 0 && random.chance(COLLISIONS_PERCENT) {
                micros = previous + 100;
            }
            if date < EXACT_SINCE {
                micros -= micros % 100;
            }
            micros = micros.max(previous + 100);
            previous = micros;
            self.add(random, micros, channel, open);
        }
        self.days.push(Day {
            date,
            first,
            end: self.slots.len(),
        });
    }

    fn add(
        &mut self,
        random: &mut Random,
        micros: i64,
        channel: &Channel,
        open: &mut VecDeque<Open>,
    ) {
        let index = self.slots.len() as u32;
        let author = random.pick_early(&channel.members) as u32;
        let mut root = None;
        if !open.is_empty() && random.chance(REPLIES_PERCENT) {
            let newest = if random.chance(FRESH_PERCENT) {
                3
            } else {
                open.len()
            };
            let back = random.below(newest.min(open.len()));
            if let Some(thread) = open.get_mut(back) {
                root = Some(thread.root);
                if let Some(last) = self.slots.get_mut(thread.last as usize) {
                    last.next_reply = Some(index);
                }
                thread.last = index;
            }
        } else {
            open.push_front(Open {
                root: index,
                last: index,
            });
            open.truncate(OPEN_THREADS);
        }
        self.slots.push(Slot {
            micros,
            author,
            root,
            next_reply: None,
        });
    }

    pub(super) fn days(&self) -> impl Iterator<Item = &Day> {
        self.days.iter()
    }

    /// The time of message `index` as Slack writes it.
    pub(super) fn ts(&self, index: usize) -> String {
        let micros = self.micros(index);
        format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
    }

    /// Returns the time of a message in microseconds.
    pub(super) fn micros(&self, index: usize) -> i64 {
        self.slots.get(index).map_or(0, |slot| slot.micros)
    }

    /// Index of the person who writes message `index`.
    pub(super) fn author(&self, index: usize) -> usize {
        self.slots.get(index).map_or(0, |slot| slot.author as usize)
    }

    /// Index of the message that `index` answers.
    pub(super) fn root(&self, index: usize) -> Option<usize> {
        self.slots.get(index)?.root.map(|root| root as usize)
    }

    pub(super) fn is_reply(&self, index: usize) -> bool {
        self.root(index).is_some()
    }

    /// Indices of the answers to root `index`, in the order of time.
    pub(super) fn replies(&self, index: usize) -> impl Iterator<Item = usize> {
        let next = |index: usize| Some(self.slots.get(index)?.next_reply? as usize);
        let first = if self.is_reply(index) {
            None
        } else {
            next(index)
        };
        std::iter::successors(first, move |reply| next(*reply))
    }
}

fn date_of(workday: usize) -> Date {
    let days = workday / 5 * 7 + workday % 5;
    FIRST_DAY.saturating_add(Span::new().days(days as i64))
}

/// From 1970 to the midnight, UTC, that `date` starts with.
fn seconds(date: Date) -> i64 {
    TimeZone::UTC
        .to_timestamp(date.at(0, 0, 0, 0))
        .map_or(0, Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::people;

    #[test]
    fn channels_share_all_messages_by_rank() {
        let mut random = Random::new(1);
        let people = people::invent(&mut random, 200_000);
        let channels = channels(&mut random, 200_000, false, &people);
        assert_eq!(channels.len(), 133);
        assert_eq!(
            channels
                .iter()
                .map(|channel| channel.messages)
                .sum::<usize>(),
            200_000
        );
        assert!(channels[0].messages > 30_000 && channels[132].messages < 400);
        assert_eq!(
            channels.iter().filter(|channel| channel.private).count(),
            13
        );
    }

    #[test]
    fn threads_run_forward_over_days() {
        let mut random = Random::new(1);
        let people = people::invent(&mut random, 3_000);
        let channel = channel(&mut random, 0, 3_000, &people);
        let timeline = Timeline::plan(&mut random, &channel);
        assert_eq!(timeline.slots.len(), 3_000);
        let mut listed = 0;
        for root in 0..3_000 {
            let replies: Vec<_> = timeline.replies(root).collect();
            assert!(
                replies
                    .iter()
                    .all(|reply| timeline.root(*reply) == Some(root))
            );
            assert!(replies.is_sorted());
            listed += replies.len();
        }
        assert_eq!(
            listed,
            (0..3_000).filter(|index| timeline.is_reply(*index)).count()
        );
        let collisions = timeline.slots.windows(2).filter(|pair| {
            assert!(pair[0].micros < pair[1].micros);
            pair[0].micros / 1_000 == pair[1].micros / 1_000
        });
        assert!(collisions.count() > 5);
        let last = timeline.days.last().unwrap();
        assert!(last.date.year() == 2024 && last.end == 3_000);
    }
}
