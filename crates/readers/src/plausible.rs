//! The times at which messages of an export can have been written, by what the export itself says:
//! nothing before the upload asks a clock (crates/DECISIONS.md rule 4.8).

use std::collections::BTreeSet;

use chatferry_model::Micros;

const DAY: i64 = 86_400_000_000;
/// Twenty years. After so many days without a message no time is believed: the sources are hardly
/// older.
const LONGEST_SILENCE: i64 = 7_305;
/// 2000-01-01: no chat is older, and histories that were imported into one hardly.
const FIRST: i64 = 946_684_800_000_000;

/// The bounds of an export.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plausible {
    /// The day the source began; what is older was imported into it.
    born: i64,
    /// The latest time that is believed, and the one that takes the place of later ones.
    latest: Option<(i64, Micros)>,
}

/// The judgement on a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    Plain(Micros),
    /// Older than the source, so from a history that was imported.
    Early(Micros),
    /// In another unit, which is named.
    Unit(Micros, &'static str),
    /// Later than the export; the latest time there can be.
    Late(Micros),
    /// Not a time of a message.
    Never,
}

impl Plausible {
    /// The bounds of an export that says when it was made. Writing it may have taken a day.
    pub(crate) fn of_export(born: Micros, made: Micros) -> Self {
        Self {
            born: born.as_micros(),
            latest: Some((made.as_micros().saturating_add(DAY), made)),
        }
    }

    /// The bounds of an export that has messages of those days since 1970: the last of them before
    /// twenty years of silence, and two more, since days begin at different times. Imported
    /// histories do not count.
    pub(crate) fn of_days(born: Micros, days: &BTreeSet<i64>) -> Self {
        let mut believed = days.range(born.as_micros() / DAY..).copied();
        let mut last = believed.next();
        for day in believed {
            match last {
                Some(before) if day - before > LONGEST_SILENCE => break,
                _ => last = Some(day),
            }
        }
        let start = last.and_then(|day| day.checked_mul(DAY));
        let latest =
            start.and_then(|start| Some((start.checked_add(3 * DAY)?, Micros::new(start).ok()?)));
        Self {
            born: born.as_micros(),
            latest,
        }
    }

    fn is_late(self, micros: i64) -> bool {
        self.latest.is_some_and(|(latest, _)| micros > latest)
    }

    /// Judges a time.
    pub(crate) fn judge(self, time: Micros) -> Judged {
        match (time.as_micros(), self.latest) {
            (micros, Some((latest, instead))) if micros > latest => Judged::Late(instead),
            (micros, _) if micros < FIRST => Judged::Never,
            (micros, _) if micros < self.born => Judged::Early(time),
            _ => Judged::Plain(time),
        }
    }

    /// Judges a number of milliseconds. One that is none may be in another unit.
    pub(crate) fn judge_millis(self, millis: i64) -> Judged {
        let time = |micros: Option<i64>| micros.and_then(|micros| Micros::new(micros).ok());
        let read = time(millis.checked_mul(1_000));
        let judged = read.map_or(Judged::Never, |read| self.judge(read));
        if !matches!(judged, Judged::Never | Judged::Late(_)) {
            return judged;
        }
        let units = [
            ("seconds", millis.checked_mul(1_000_000)),
            ("microseconds", Some(millis)),
            ("nanoseconds", Some(millis / 1_000)),
        ];
        let mut fitting = units.into_iter().filter_map(|(unit, micros)| {
            let micros = micros.filter(|micros| *micros >= self.born && !self.is_late(*micros));
            Some(Judged::Unit(time(micros)?, unit))
        });
        fitting.next().unwrap_or(judged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Micros {
        text.parse().unwrap()
    }

    #[test]
    fn times_are_judged_by_the_export() {
        let made = at("2026-05-20T07:00:00Z");
        let times = Plausible::of_export(at("2015-10-02T00:00:00Z"), made);
        let said = at("2024-03-05T09:59:57Z");
        for (millis, expected) in [
            (1_709_632_797_000, Judged::Plain(said)),
            (1_709_632_797, Judged::Unit(said, "seconds")),
            (1_709_632_797_000_000, Judged::Unit(said, "microseconds")),
            (1_709_632_797_000_000_000, Judged::Unit(said, "nanoseconds")),
            (4_102_444_800_000, Judged::Late(made)),
            (1_304_236_800_000, Judged::Early(at("2011-05-01T08:00:00Z"))),
            (1_000, Judged::Never),
            (0, Judged::Never),
            (-5, Judged::Never),
            (i64::MAX, Judged::Never),
            (i64::MIN, Judged::Never),
        ] {
            assert_eq!(times.judge_millis(millis), expected, "{millis}");
        }
    }

    #[test]
    fn a_day_after_a_long_silence_is_not_believed() {
        let days = |days: &[&str]| -> BTreeSet<i64> {
            let days = days.iter().map(|day| at(&format!("{day}T00:00:00Z")));
            days.map(|day| day.as_micros() / DAY).collect()
        };
        let born = at("2013-08-12T00:00:00Z");
        let far = at("2100-01-01T00:00:00Z");
        let times = Plausible::of_days(
            born,
            &days(&["2001-01-02", "2019-04-01", "2024-04-02", "2100-01-01"]),
        );
        let last = at("2024-04-02T00:00:00Z");
        assert_eq!(times.judge(far), Judged::Late(last));
        let evening = at("2024-04-03T09:00:00Z");
        assert_eq!(times.judge(evening), Judged::Plain(evening));
        // Of one day alone nothing is known to be wrong.
        let alone = Plausible::of_days(born, &days(&["2100-01-01"]));
        assert_eq!(alone.judge(far), Judged::Plain(far));
        assert_eq!(
            Plausible::of_days(born, &days(&[])).judge(far),
            Judged::Plain(far)
        );
    }
}
