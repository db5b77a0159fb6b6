//! Points in time, in the two resolutions that matter: µs where it comes from, ms where it goes.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de};

use crate::Text;

/// Not a time between 1970 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time between 1970-01-01 and 9999-12-30")]
pub struct InvalidTime;

/// The last µs that can be printed in every zone.
const LATEST_MICROS: i64 = 253_402_207_200_000_000 - 1;

macro_rules! time {
    ($(#[$doc:meta])* $name:ident, $per_micro:literal, $from:ident, $as:ident, $digits:literal, $format:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// 1970-01-01.
            pub const EPOCH: Self = Self(0);

            /// The time that many units after 1970.
            ///
            /// # Errors
            /// [`InvalidTime`] before 1970 or after 9999.
            pub fn new(since_1970: i64) -> Result<Self, InvalidTime> {
                if (0..=LATEST_MICROS / $per_micro).contains(&since_1970) {
                    Ok(Self(since_1970))
                } else {
                    Err(InvalidTime)
                }
            }

            /// Returns the number of units after 1970.
            #[must_use]
            pub fn $as(self) -> i64 {
                self.0
            }

            /// Returns the point in time for calendars and zones.
            #[must_use]
            pub fn timestamp(self) -> Timestamp {
                // Within range by construction; the epoch can't be reached.
                Timestamp::$from(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
            }
        }

        impl fmt::Display for $name {
            /// RFC 3339 in UTC, always with all its digits.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some($digits));
                PRINTER
                    .print_timestamp(&self.timestamp(), jiff::fmt::StdFmtWrite(f))
                    .map_err(|_| fmt::Error)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidTime;

            fn from_str(text: &str) -> Result<Self, InvalidTime> {
                let timestamp: Timestamp = text.parse().map_err(|_| InvalidTime)?;
                Self::new(timestamp.as_microsecond().div_euclid($per_micro))
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Text::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "format": "date-time",
                    "examples": [$format],
                })
            }
        }
    };
}

time! {
    /// A time of the source, in µs since 1970.
    Micros, 1, from_microsecond, as_micros, 6, "2019-02-04T19:58:15.511200Z"
}
time! {
    /// A time of Teams, in ms since 1970: `createdDateTime` (crates/graph/RULES.md R30).
    Millis, 1_000, from_millisecond, as_millis, 3, "2019-02-04T19:58:15.511Z"
}

impl Micros {
    /// The ms this falls in: truncated, as Graph does (crates/graph/RULES.md R30).
    #[must_use]
    pub fn to_millis(self) -> Millis {
        Millis(self.0 / 1_000)
    }
}

impl Millis {
    /// Returns the time so many ms later, or earlier; stays within the range of this type.
    #[must_use]
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms).clamp(0, LATEST_MICROS / 1_000))
    }

    /// Returns the time in µs.
    #[must_use]
    pub fn to_micros(self) -> Micros {
        Micros(self.0 * 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_all_digits_and_reads_them_back() {
        let time = Micros::new(1_549_310_295_511_000).unwrap();
        assert_eq!(time.to_string(), "2019-02-04T19:58:15.511000Z");
        assert_eq!("2019-02-04T19:58:15.511000Z".parse(), Ok(time));
        assert_eq!(time.to_millis().to_string(), "2019-02-04T19:58:15.511Z");
    }

    #[test]
    fn truncates_to_ms() {
        let time = Micros::new(1_549_310_295_511_999).unwrap();
        assert_eq!(time.to_millis().as_millis(), 1_549_310_295_511);
    }

    #[test]
    fn refuses_what_no_calendar_holds() {
        assert_eq!(Micros::new(-1), Err(InvalidTime));
        assert_eq!(Micros::new(i64::MAX), Err(InvalidTime));
        assert_eq!("yesterday".parse::<Millis>(), Err(InvalidTime));
    }

    #[test]
    fn adding_stays_in_range() {
        assert_eq!(Millis::EPOCH.plus(-5), Millis::EPOCH);
        let last = Millis::EPOCH.plus(i64::MAX);
        assert_eq!(last.plus(1), last);
    }
}
