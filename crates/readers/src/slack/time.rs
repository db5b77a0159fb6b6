//! Slack's `ts`: both the time of a message and its name within the conversation.

use chatferry_model::{MessageId, Micros};
use serde::de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A `ts` in whole µs: `"1549310295.511200"`.
///
/// It never goes through a float, which has too few digits for it
/// (crates/readers/src/slack/FORMAT.md 3). Short fractions and plain numbers are read (traps 17,
/// 77); what is no time is nothing (trap 16).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct SlackTs(Option<Micros>);

impl SlackTs {
    /// The time, unless it is absent, zero or none.
    pub(super) fn get(self) -> Option<Micros> {
        self.0
    }

    pub(super) fn parse(text: &str) -> Self {
        let text = text.trim();
        let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
        let is_number = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
        // Tools of other makers count in ms or µs, which no seconds of our days are long enough
        // for.
        let (seconds, fraction) = match (seconds.len(), fraction) {
            (13 | 16, "") => seconds.split_at_checked(10).unwrap_or((seconds, "")),
            _ => (seconds, fraction),
        };
        if seconds.is_empty() || seconds.len() > 12 || !is_number(seconds) || !is_number(fraction) {
            return Self(None);
        }
        let digit = |text: &str, at: usize| {
            let digit = text.as_bytes().get(at).map_or(0, |c| c - b'0');
            i64::from(digit)
        };
        let whole = (0..seconds.len()).fold(0, |sum, at| sum * 10 + digit(seconds, at));
        let micros = (0..6).fold(whole, |sum, at| sum * 10 + digit(fraction, at));
        Self(
            Micros::new(micros)
                .ok()
                .filter(|time| *time != Micros::EPOCH),
        )
    }
}

/// The name of the message said at that time: its `ts` in the shape Slack always writes.
pub(super) fn message_id(time: Micros) -> MessageId<'static> {
    let micros = time.as_micros();
    MessageId::new(format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000))
}

/// A time in whole seconds, as Slack writes it for channels, edits and files.
pub(super) fn seconds(number: i64) -> Option<Micros> {
    let micros = number.checked_mul(1_000_000)?;
    Micros::new(micros)
        .ok()
        .filter(|time| *time != Micros::EPOCH)
}

impl<'de> Deserialize<'de> for SlackTs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TsVisitor)
    }
}

struct TsVisitor;

impl<'de> Visitor<'de> for TsVisitor {
    type Value = SlackTs;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a ts")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<SlackTs, E> {
        Ok(SlackTs::parse(text))
    }

    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<SlackTs, E> {
        Ok(SlackTs::parse(&seconds.to_string()))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<SlackTs, E> {
        Ok(SlackTs(None))
    }

    fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<SlackTs, E> {
        // The digits are gone already where a tool wrote a number; six of a fraction survive.
        Ok(SlackTs::parse(&format!("{seconds:.6}")))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<SlackTs, E> {
        Ok(SlackTs(None))
    }

    fn visit_unit<E: de::Error>(self) -> Result<SlackTs, E> {
        Ok(SlackTs(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<SlackTs, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(SlackTs(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<SlackTs, A::Error> {
        while items.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(SlackTs(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_ts() {
        for (json, micros) in [
            (r#""1549310295.511200""#, Some(1_549_310_295_511_200)),
            (r#""1435253880.000002""#, Some(1_435_253_880_000_002)),
            (r#""1549310295.51""#, Some(1_549_310_295_510_000)),
            (r#""1549310295""#, Some(1_549_310_295_000_000)),
            (r#""1549310295.5112009""#, Some(1_549_310_295_511_200)),
            ("1549310295", Some(1_549_310_295_000_000)),
            ("1549310295511", Some(1_549_310_295_511_000)),
            (r#""1549310295511200""#, Some(1_549_310_295_511_200)),
            ("1549310295.5", Some(1_549_310_295_500_000)),
            ("0", None),
            (r#""0.000000""#, None),
            (r#""NaN""#, None),
            (r#""-5""#, None),
            (r#""99999999999999999999""#, None),
            ("null", None),
            ("[]", None),
        ] {
            let ts: SlackTs = serde_json::from_str(json).unwrap();
            assert_eq!(ts.get().map(Micros::as_micros), micros, "{json}");
        }
    }

    #[test]
    fn the_name_is_the_ts() {
        let time = SlackTs::parse("1435253880.000002").get().unwrap();
        assert_eq!(message_id(time).as_str(), "1435253880.000002");
    }
}
