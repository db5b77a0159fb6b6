//! The times of posts, chosen offline (crates/DECISIONS.md rule 4.1).
//!
//! One sweep over a target in the order of its posts: the source's time in ms, moved forward by the
//! fewest ms that keep times unique and in order, all later than the target's own. A reply comes
//! after its root because the root comes before it. A root that stays at its natural time can be
//! found from that alone; only those that were moved are remembered.

use std::collections::HashMap;

use chatferry_model::{Micros, Millis};
use jiff::tz::TimeZone;

use crate::settings::RenderSettings;

/// Gives out the times of one target.
#[derive(Debug)]
pub(crate) struct TimestampAllocator {
    last: Millis,
    /// By source conversation, the roots that are not at their natural time.
    moved: Vec<HashMap<Box<str>, Millis>>,
}

impl TimestampAllocator {
    /// For a target made at `created`, filled from that many conversations.
    pub(crate) fn new(created: Millis, sources: usize) -> Self {
        Self {
            last: created,
            moved: vec![HashMap::new(); sources],
        }
    }

    /// The time of a post that answers nothing; `id` is the message's within its conversation.
    pub(crate) fn root(&mut self, natural: Millis, source: usize, id: &str) -> Millis {
        let time = self.next(natural);
        if time != natural
            && let Some(moved) = self.moved.get_mut(source)
        {
            moved.insert(id.into(), time);
        }
        time
    }

    /// The time of any other post.
    pub(crate) fn next(&mut self, natural: Millis) -> Millis {
        self.last = natural.max(self.last.plus(1));
        self.last
    }

    /// The time that a root got.
    pub(crate) fn of_root(&self, natural: Millis, source: usize, id: &str) -> Millis {
        let moved = self.moved.get(source).filter(|moved| !moved.is_empty());
        moved
            .and_then(|moved| moved.get(id))
            .copied()
            .unwrap_or(natural)
    }
}

/// A time as it is shown in texts, in the zone and the form of the settings: `2019-02-04 19:58
/// UTC`.
pub(crate) fn shown(time: Micros, settings: &RenderSettings) -> String {
    let zoned = time.timestamp().to_zoned(settings.time_zone.clone());
    zoned.strftime(settings.phrases.date_time).to_string()
}

/// The zone of that IANA name, such as `Europe/Berlin`.
#[must_use]
pub fn time_zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ms(ms: i64) -> Millis {
        Millis::new(ms).unwrap()
    }

    #[test]
    fn times_are_shown_to_the_minute() {
        let time = Micros::new(1_549_310_295_511_000).unwrap();
        let mut settings = RenderSettings::default();
        assert_eq!(shown(time, &settings), "2019-02-04 19:58 UTC");
        settings.time_zone = time_zone("Europe/Berlin").unwrap();
        assert_eq!(shown(time, &settings), "2019-02-04 20:58 CET");
        assert!(time_zone("Europe/Atlantis").is_none());
    }

    #[test]
    fn a_moved_root_is_found_again() {
        let mut timestamps = TimestampAllocator::new(ms(10), 2);
        assert_eq!(timestamps.root(ms(20), 0, "a"), ms(20));
        assert_eq!(timestamps.root(ms(20), 0, "b"), ms(21));
        assert_eq!(timestamps.root(ms(20), 1, "a"), ms(22));
        assert_eq!(timestamps.next(ms(20)), ms(23));
        assert_eq!(timestamps.of_root(ms(20), 0, "a"), ms(20));
        assert_eq!(timestamps.of_root(ms(20), 0, "b"), ms(21));
        assert_eq!(timestamps.of_root(ms(20), 1, "a"), ms(22));
    }

    /// The first time in order that is free, found by trying.
    fn by_trying(created: i64, natural: &[i64]) -> Vec<i64> {
        let mut taken: Vec<i64> = Vec::new();
        for wish in natural {
            let mut time = *wish;
            while time <= created || taken.iter().any(|other| *other >= time) {
                time += 1;
            }
            taken.push(time);
        }
        taken
    }

    proptest! {
        #[test]
        fn times_are_unique_in_order_and_least(
            created in 0_i64..60,
            natural in prop::collection::vec(0_i64..80, 0..60),
        ) {
            let mut timestamps = TimestampAllocator::new(ms(created), 1);
            let times: Vec<i64> = natural
                .iter()
                .map(|wish| timestamps.next(ms(*wish)).as_millis())
                .collect();
            prop_assert!(times.is_sorted_by(|a, b| a < b));
            prop_assert!(times.iter().all(|time| *time > created));
            prop_assert!(times.iter().zip(&natural).all(|(time, wish)| time >= wish));
            prop_assert_eq!(times, by_trying(created, &natural));
        }

        #[test]
        fn replies_find_their_roots_and_come_after_them(
            messages in prop::collection::vec((0_i64..40, 0_usize..8, any::<bool>()), 1..60),
        ) {
            let mut timestamps = TimestampAllocator::new(ms(5), 1);
            let mut roots: Vec<(i64, String, Millis)> = Vec::new();
            for (at, (natural, pick, reply)) in messages.into_iter().enumerate() {
                let id = at.to_string();
                if reply && !roots.is_empty() {
                    let (natural_root, root, given) = &roots[pick % roots.len()];
                    let time = timestamps.next(ms(natural));
                    prop_assert_eq!(timestamps.of_root(ms(*natural_root), 0, root), *given);
                    prop_assert!(time > *given);
                } else {
                    let given = timestamps.root(ms(natural), 0, &id);
                    roots.push((natural, id, given));
                }
            }
        }
    }
}
