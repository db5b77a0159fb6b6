//! Points in time, as the tenant keeps and prints them.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A point in time: microseconds since the Unix epoch, UTC.
///
/// Graph keeps a post's time in milliseconds (crates/graph/RULES.md R30); rolling windows are
/// judged in microseconds, so that a burst cannot hide behind rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(i64);

impl Moment {
    /// `DateTimeOffset.MinValue`, 0001-01-01T00:00:00Z: no conversation can be that old
    /// (crates/graph/RULES.md R17).
    pub const MIN_VALUE: Moment = Moment(-62_135_596_800_000_000);

    /// The moment that many microseconds after the epoch.
    pub const fn from_micros(micros: i64) -> Moment {
        Moment(micros)
    }

    /// The moment that many milliseconds after the epoch; saturates.
    pub const fn from_millis(millis: i64) -> Moment {
        Moment(millis.saturating_mul(1_000))
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since the epoch, finer digits cut off and never rounded (crates/graph/RULES.md
    /// R30).
    pub const fn as_millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Returns the moment truncated to the millisecond.
    pub const fn truncated(self) -> Moment {
        Moment::from_millis(self.as_millis())
    }

    /// The moment that much later; saturates.
    pub fn plus(self, span: Duration) -> Moment {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Moment(self.0.saturating_add(micros))
    }

    /// The moment that many milliseconds later; saturates.
    pub fn plus_millis(self, millis: u64) -> Moment {
        self.plus(Duration::from_millis(millis))
    }

    /// The time from `earlier` to this moment, zero when it lies ahead.
    pub fn since(self, earlier: Moment) -> Duration {
        let micros = self.0.saturating_sub(earlier.0);
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }

    /// The moment as HTTP's `Date` has it: `Mon, 04 Feb 2019 19:58:15 GMT`.
    pub(crate) fn http_date(self) -> String {
        let stamp = jiff::Timestamp::from_microsecond(self.0).unwrap_or_default();
        stamp.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// Reads an `Edm.DateTimeOffset`: `2019-02-04T19:58:15.511Z`, seconds optional, one to nine
    /// digits of a second, `Z` or a numeric offset. `None` for anything else (`...043B`, a blank
    /// for the `T`, no offset).
    pub fn parse(text: &str) -> Option<Moment> {
        if !has_edm_shape(text.as_bytes()) {
            return None;
        }
        let stamp: jiff::Timestamp = text.parse().ok()?;
        let moment = Moment(stamp.as_microsecond());
        (moment >= Moment::MIN_VALUE).then_some(moment)
    }
}

/// `dddd-dd-ddTdd:dd[:dd[.d{1,9}]](Z|±dd:dd)`; jiff alone is more lenient than Graph.
fn has_edm_shape(text: &[u8]) -> bool {
    let matches = |pattern: &[u8], text: &[u8]| {
        pattern.len() == text.len()
            && pattern.iter().zip(text).all(|(want, have)| match want {
                b'd' => have.is_ascii_digit(),
                want => want == have,
            })
    };
    let Some((start, mut rest)) = text.split_at_checked(16) else {
        return false;
    };
    if !matches(b"dddd-dd-ddTdd:dd", start) {
        return false;
    }
    if let Some((seconds, tail)) = rest.split_at_checked(3)
        && matches(b":dd", seconds)
    {
        if seconds >= b":60".as_slice() {
            return false;
        }
        rest = tail;
        if let Some(tail) = rest.strip_prefix(b".") {
            let digits = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if !(1..=9).contains(&digits) {
                return false;
            }
            rest = tail.get(digits..).unwrap_or_default();
        }
    }
    rest == b"Z" || matches(b"+dd:dd", rest) || matches(b"-dd:dd", rest)
}

impl fmt::Display for Moment {
    /// `2019-02-04T19:58:15.511Z`, always with three digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.as_millis()) {
            Ok(stamp) => write!(f, "{stamp:.3}"),
            Err(_) => write!(f, "{}ms", self.as_millis()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn reads_what_graph_reads() {
        for (text, millis) in [
            ("2019-02-04T19:58:15.511Z", 1_549_310_295_511),
            ("2021-03-29T03:53:52.035Z", 1_616_990_032_035),
            ("2021-03-29T05:53:52.035+02:00", 1_616_990_032_035),
            ("2021-03-29T03:53:52Z", 1_616_990_032_000),
            ("2021-03-29T03:53Z", 1_616_990_020_000 - 40_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000),
        ] {
            assert_eq!(
                Moment::parse(text).map(Moment::as_millis),
                Some(millis),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_what_graph_refuses() {
        for text in [
            "2021-03-29T03:53:52.043B",
            "2021-03-29 03:53:52Z",
            "2021-03-29T03:53:52",
            "2021-03-29t03:53:52z",
            "2021-03-29T03:53:60Z",
            "2021-02-30T03:53:50Z",
            "2021-03-29T03:53:52.Z",
            "2021-03-29T03:53:52Z[UTC]",
            "2021-03-29",
            "1616990032",
            "",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn cuts_below_the_millisecond() {
        let moment = Moment::parse("2021-03-29T03:53:31.0029302Z").unwrap();
        assert_eq!(moment.to_string(), "2021-03-29T03:53:31.002Z");
        let before_epoch = Moment::parse("1969-12-31T23:59:59.9999Z").unwrap();
        assert_eq!(before_epoch.to_string(), "1969-12-31T23:59:59.999Z");
    }
}
