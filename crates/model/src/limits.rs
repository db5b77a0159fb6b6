//! The limits of Graph and of chatferry: each with its name in the settings, its unit, its default
//! and its source. They are written here and nowhere else; the twin has its own on purpose.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The limits that settings can change, under `limits.` with the names of the fields.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Posts per second into one channel or chat (`crates/graph/RULES.md` 2.1).
    pub channel_posts: Rate,
    /// Posts per second into all channels of one team to begin with. The rate doubles every second
    /// in which it is used up, until Graph says 429 (`crates/graph/RULES.md` 2.1).
    pub team_posts: Rate,
    /// Posts per second of one app into all channels (`crates/graph/RULES.md` 2.1).
    pub app_channel_posts: Rate,
    /// Posts per second of one app into all chats (`crates/graph/RULES.md` 2.1).
    pub app_chat_posts: Rate,
    /// Reads of messages per second; they count as other calls too (`crates/graph/RULES.md` 2.2).
    pub message_reads: Rate,
    /// All other calls per second (`crates/graph/RULES.md` 2.2).
    pub other_calls: Rate,
    /// Calls about files per second. SharePoint answers and throttles them by itself.
    pub file_calls: Rate,
    /// Changes of the members of one team or chat, per minute (`crates/graph/RULES.md` R47).
    #[serde(with = "per_minute")]
    pub member_changes: Rate,
    /// Private channels of a team: 1,000, or 30 as long as they are not moved to group mailboxes
    /// (`crates/graph/RULES.md` G10).
    pub private_channels: usize,
    /// Members of a private channel: 5,000, or 250 before that (`crates/graph/RULES.md` G10).
    pub private_members: usize,
    /// Bytes of one message: its content, subject, mentions and attachments
    /// (`crates/graph/RULES.md` R43).
    pub message_bytes: usize,
    /// Bytes of one request, pictures included (`crates/graph/RULES.md` R42).
    pub request_bytes: usize,
    /// The number of times a call is tried again that failed for a passing reason.
    pub retries: u32,
    /// Targets that are filled at the same time: more than `app_channel_posts / channel_posts`, so
    /// that a target that ends leaves no gap (`crates/DECISIONS.md` 1.10).
    pub concurrency: usize,
    /// Posts of one target that are under way at the same time: enough to reach `channel_posts`
    /// when an answer takes three seconds (`crates/DECISIONS.md` 1.10).
    pub window: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            channel_posts: Rate(5.0),
            team_posts: Rate(4.0),
            app_channel_posts: Rate(50.0),
            app_chat_posts: Rate(20.0),
            message_reads: Rate(20.0),
            other_calls: Rate(30.0),
            file_calls: Rate(10.0),
            member_changes: Rate(4.0 / 60.0),
            private_channels: 1_000,
            private_members: 5_000,
            message_bytes: 28 * 1024,
            request_bytes: 4 * 1024 * 1024,
            retries: 8,
            concurrency: 64,
            window: 16,
        }
    }
}

impl Limits {
    /// Returns limits without rates: for measuring, and for simulated tenants without limits.
    #[must_use]
    pub fn lifted() -> Self {
        Self {
            channel_posts: Rate::UNLIMITED,
            team_posts: Rate::UNLIMITED,
            app_channel_posts: Rate::UNLIMITED,
            app_chat_posts: Rate::UNLIMITED,
            message_reads: Rate::UNLIMITED,
            other_calls: Rate::UNLIMITED,
            file_calls: Rate::UNLIMITED,
            member_changes: Rate::UNLIMITED,
            ..Self::default()
        }
    }
}

/// A number of calls in a time; in settings a number per second, where 0 means no limit.
#[derive(Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Rate(f64);

/// A number that is no rate.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{0} is no rate; it has to be above 0, or 0 for no limit")]
pub struct InvalidRate(f64);

impl Rate {
    /// The rate without a limit.
    pub const UNLIMITED: Self = Self(f64::INFINITY);

    /// Returns a rate of that many calls a second; zero, negative or not a number means no limit.
    #[must_use]
    pub fn per_second(calls: f64) -> Self {
        if calls > 0.0 {
            Self(calls)
        } else {
            Self::UNLIMITED
        }
    }

    /// Returns the calls a second; infinite without a limit.
    #[must_use]
    pub fn calls_per_second(self) -> f64 {
        self.0
    }

    /// Returns the slower of this rate and so many calls a second; no limit stays none.
    #[must_use]
    pub fn at_most(self, calls: f64) -> Self {
        if self.0.is_finite() {
            Self(self.0.min(calls))
        } else {
            self
        }
    }

    /// Returns the time from one call to the next.
    #[must_use]
    pub fn interval(self) -> Duration {
        Duration::try_from_secs_f64(1.0 / self.0).unwrap_or(Duration::ZERO)
    }

    /// Returns the seconds that so many calls take.
    #[must_use]
    pub fn seconds(self, calls: u64) -> f64 {
        // Exact as long as there are fewer than 2^53 calls.
        calls as f64 / self.0
    }
}

impl TryFrom<f64> for Rate {
    type Error = InvalidRate;

    fn try_from(calls: f64) -> Result<Self, InvalidRate> {
        if calls.is_finite() && calls >= 0.0 {
            Ok(Self::per_second(calls))
        } else {
            Err(InvalidRate(calls))
        }
    }
}

impl From<Rate> for f64 {
    fn from(rate: Rate) -> Self {
        if rate.0.is_finite() { rate.0 } else { 0.0 }
    }
}

impl fmt::Debug for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_finite() {
            write!(f, "{}/s", self.0)
        } else {
            f.write_str("unlimited")
        }
    }
}

/// Rates that settings hold as calls per minute.
mod per_minute {
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    use super::Rate;

    pub(super) fn serialize<S: Serializer>(rate: &Rate, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(f64::from(*rate) * 60.0)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Rate, D::Error> {
        Rate::try_from(f64::deserialize(from)? / 60.0).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_hold_rates_as_numbers() {
        let read = |text: &str| serde_json::from_str::<Limits>(text);
        let limits = read(r#"{"channel_posts": 0, "member_changes": 6}"#).unwrap();
        assert_eq!(limits.channel_posts, Rate::UNLIMITED);
        assert_eq!(limits.member_changes, Rate::per_second(0.1));
        let written = serde_json::to_value(Limits::default()).unwrap();
        assert_eq!(written["member_changes"], 4.0);
        assert_eq!(written["channel_posts"], 5.0);
        for wrong in [r#"{"channel_posts": -1}"#, r#"{"speed": 1}"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(Rate::try_from(f64::NAN).is_err() && Rate::try_from(f64::INFINITY).is_err());
    }
}
