//! `<!date^1392734382^{date_short} at {time}^https://…|fallback>`.

use chatferry_model::document::{Date, Inline, Marks};
use chatferry_model::{Micros, Text};
use jiff::fmt::strtime;

use super::entity::decode;
use crate::slack::time::SlackTs;
use crate::url;

/// Reads what follows `!date^`.
pub(super) fn parse<'m>(parts: &'m str, label: Option<Text<'m>>, marks: Marks) -> Inline<'m> {
    let mut parts_of = parts.splitn(3, '^');
    let mut next = || parts_of.next().unwrap_or_default();
    let (ts, format, address) = (next(), next(), next());
    let address = Some(decode(address)).filter(|address| !address.is_empty());
    date(SlackTs::parse(ts), decode(format), label, address, marks)
        .unwrap_or_else(|words| Inline::marked(words.unwrap_or(parts.into()), marks))
}

/// A date with its format and its words: the source's fallback, else the format filled in for UTC.
///
/// # Errors
/// The fallback, if the time is none.
pub(in crate::slack) fn date<'m>(
    ts: SlackTs,
    format: Text<'m>,
    fallback: Option<Text<'m>>,
    address: Option<Text<'m>>,
    marks: Marks,
) -> Result<Inline<'m>, Option<Text<'m>>> {
    let fallback = fallback.filter(|words| !words.is_empty());
    let Some(time) = ts.get() else {
        return Err(fallback);
    };
    let format = pattern_of(&format);
    Ok(Inline::Date(Date {
        time,
        text: fallback.unwrap_or_else(|| fill(&format, time).into()),
        format: Some(format.into()).filter(|format: &Text<'_>| !format.is_empty()),
        url: address.map(url::without_token),
        marks,
    }))
}

/// A point in time that was shown in the reader's own way: to the minute, in UTC.
pub(in crate::slack) fn moment(time: Micros) -> Inline<'static> {
    const FORMAT: &str = "%Y-%m-%d %H:%M %Z";
    Inline::Date(Date {
        time,
        text: fill(FORMAT, time).into(),
        format: Some(FORMAT.into()),
        url: None,
        marks: Marks::NONE,
    })
}

/// The pattern filled in for UTC.
fn fill(pattern: &str, time: Micros) -> String {
    let zoned = time.timestamp().to_zoned(jiff::tz::TimeZone::UTC);
    match strtime::format(pattern, &zoned) {
        Ok(words) if !words.is_empty() => words,
        _ => time.timestamp().to_string(),
    }
}

/// The format as a pattern of `strftime`; words between its tokens stay.
fn pattern_of(format: &str) -> String {
    let words = |words: &str, out: &mut String| out.push_str(&words.replace('%', "%%"));
    let mut out = String::with_capacity(format.len());
    let mut rest = format;
    while let Some(start) = rest.find('{') {
        let (before, token) = rest.split_at(start);
        words(before, &mut out);
        let Some(end) = token.find('}') else {
            rest = token;
            break;
        };
        let (token, after) = token.split_at(end + 1);
        match pattern(token) {
            Some(pattern) => out.push_str(pattern),
            None => words(token, &mut out),
        }
        rest = after;
    }
    words(rest, &mut out);
    out
}

/// Slack's tokens as patterns of strftime.
fn pattern(token: &str) -> Option<&'static str> {
    Some(match token {
        "{date_num}" => "%Y-%m-%d",
        "{date_slash}" => "%m/%d/%Y",
        "{date}" | "{date_pretty}" => "%B %-d, %Y",
        "{date_short}" | "{date_short_pretty}" => "%b %-d, %Y",
        "{date_long}" | "{date_long_pretty}" | "{date_long_full}" => "%A, %B %-d, %Y",
        "{day_divider_pretty}" => "%A, %B %-d",
        "{time}" => "%H:%M %Z",
        "{time_secs}" => "%H:%M:%S %Z",
        "{ago}" => "%Y-%m-%d %H:%M %Z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_filled() {
        let time = SlackTs::parse("1392734382").get().unwrap();
        for (format, words) in [
            (
                "Posted {date_num} {time_secs}",
                "Posted 2014-02-18 14:39:42 UTC",
            ),
            ("{date_long}", "Tuesday, February 18, 2014"),
            ("{date_short_pretty} at {time}", "Feb 18, 2014 at 14:39 UTC"),
            ("{unheard_of} {date", "{unheard_of} {date"),
            ("100% at {time}", "100% at 14:39 UTC"),
            ("", "2014-02-18T14:39:42Z"),
        ] {
            assert_eq!(fill(&pattern_of(format), time), words);
        }
    }
}
