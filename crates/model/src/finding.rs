//! Findings: the ledger of what could not be carried over whole.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Text;

/// A kind of finding. Each crate declares its own as constants and lists them for
/// `chatferry explain`; the id is stable for ever.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// The stable id, `stage-what`: `slack-unknown-block`.
    pub id: &'static str,
    /// The severity.
    pub severity: Severity,
    /// The meaning of the code, in one sentence.
    pub summary: &'static str,
    /// The outcome of the thing, and what a person can do about it.
    pub remedy: &'static str,
}

/// Defines the codes of a crate, sorted by id, and the list `CODES` of all of them: for each its
/// name, severity, id, summary and remedy, perhaps below a doc comment with the source of its rule.
#[macro_export]
macro_rules! finding_codes {
    ($($(#[$doc:meta])* $name:ident = $severity:ident, $id:literal, $summary:literal, $remedy:literal;)+) => {
        $(
            #[doc = $summary]
            ///
            $(#[$doc])*
            pub static $name: $crate::finding::Code = $crate::finding::Code {
                id: $id,
                severity: $crate::finding::Severity::$severity,
                summary: $summary,
                remedy: $remedy,
            };
        )+

        /// Every code of this crate, sorted by id.
        pub const CODES: &[&$crate::finding::Code] = &[$(&$name),+];

        const _: () = assert!($crate::finding::Code::are_sorted(CODES), "codes are sorted by id");
    };
}

impl Code {
    /// Returns true if every id is greater than the one before it.
    #[must_use]
    pub const fn are_sorted(codes: &[&Self]) -> bool {
        let mut rest = codes;
        while let [first, after @ ..] = rest {
            if let [second, ..] = after
                && !is_less(first.id.as_bytes(), second.id.as_bytes())
            {
                return false;
            }
            rest = after;
        }
        true
    }
}

const fn is_less(mut one: &[u8], mut other: &[u8]) -> bool {
    while let ([a, one_after @ ..], [b, other_after @ ..]) = (one, other) {
        if *a != *b {
            return *a < *b;
        }
        (one, other) = (one_after, other_after);
    }
    one.len() < other.len()
}

/// The severity of a finding.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something was lost or refused: exit code 1.
    Error,
    /// Something looks different from the source.
    Warning,
    /// Something was left out as designed.
    Info,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        })
    }
}

/// The stage that found it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Export to intermediate format.
    Read,
    /// Files from the source's servers.
    Fetch,
    /// People and places.
    Map,
    /// Messages to posts.
    Render,
    /// Posts against Graph's rules.
    Check,
    /// Posts to Teams.
    Upload,
    /// Teams against posts.
    Verify,
}

impl Stage {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Fetch => "fetch",
            Self::Map => "map",
            Self::Render => "render",
            Self::Check => "check",
            Self::Upload => "upload",
            Self::Verify => "verify",
        }
    }
}

/// A line of `findings.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding<'a> {
    /// The [`Code`]'s id.
    #[serde(borrow)]
    pub code: Text<'a>,
    /// The code's severity.
    pub severity: Severity,
    /// The stage that reported it.
    pub stage: Stage,
    /// The place where it was first seen.
    #[serde(borrow, rename = "where")]
    pub place: Place<'a>,
    /// The message in words.
    #[serde(borrow)]
    pub message: Text<'a>,
    /// The number of occurrences in this conversation or file.
    pub count: u64,
}

/// The place of a finding; as much as is known.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Place<'a> {
    /// The file, as a path within the export or the work folder; `:line` where it has lines.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Text<'a>>,
    /// The conversation's id.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<Text<'a>>,
    /// The message's id (Slack's `ts`).
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub ts: Option<Text<'a>>,
}

impl Place<'_> {
    /// Returns a copy of the place, independent of the line it was read from.
    #[must_use]
    pub fn into_owned(self) -> Place<'static> {
        Place {
            file: self.file.map(Text::into_owned),
            conversation: self.conversation.map(Text::into_owned),
            ts: self.ts.map(Text::into_owned),
        }
    }
}

/// Gathers the findings of a stage with bounded memory.
///
/// Findings of one code with the same words in the same conversation are one line with a count.
/// Beyond [`Findings::LINES_PER_CODE`] lines of a code, further ones are counted on a last line,
/// so that an export of a million broken messages neither fills memory nor loses its sum.
#[derive(Debug, Default)]
pub struct Findings {
    by_code: BTreeMap<&'static str, OfCode>,
}

#[derive(Debug)]
struct OfCode {
    code: &'static Code,
    stage: Stage,
    lines: BTreeMap<(Text<'static>, Text<'static>), (usize, Place<'static>, u64)>,
    beyond: u64,
}

impl Findings {
    /// Lines kept of each code.
    pub const LINES_PER_CODE: usize = 1_000;

    /// Notes that `code` was seen at `place`; `message` says what, in words.
    pub fn note(
        &mut self,
        stage: Stage,
        code: &'static Code,
        place: Place<'_>,
        message: impl Into<String>,
    ) {
        self.note_many(stage, code, place, message, 1);
    }

    /// Notes that `code` was seen `count` times, first at `place`.
    pub fn note_many(
        &mut self,
        stage: Stage,
        code: &'static Code,
        place: Place<'_>,
        message: impl Into<String>,
        count: u64,
    ) {
        let of_code = self.by_code.entry(code.id).or_insert_with(|| OfCode {
            code,
            stage,
            lines: BTreeMap::new(),
            beyond: 0,
        });
        // What was lost is listed one by one; what merely looks different is counted.
        let scope = match (code.severity, &place.conversation) {
            (Severity::Error, _) => format!(
                "{}/{}",
                place
                    .conversation
                    .as_deref()
                    .or(place.file.as_deref())
                    .unwrap_or_default(),
                place.ts.as_deref().unwrap_or_default()
            ),
            (_, Some(conversation)) => conversation.to_string(),
            (_, None) => place.file.as_deref().unwrap_or_default().to_owned(),
        };
        let room = of_code.lines.len();
        let key = (Text::from(scope), Text::from(message.into()));
        if let Some((_, _, seen)) = of_code.lines.get_mut(&key) {
            *seen += count;
        } else if room < Self::LINES_PER_CODE {
            of_code.lines.insert(key, (room, place.into_owned(), count));
        } else {
            of_code.beyond += count;
        }
    }

    /// Adds what another collector gathered, as if it had been noted here in the same order.
    pub fn append(&mut self, other: Self) {
        for (_, of_code) in other.by_code {
            let mut lines: Vec<_> = of_code.lines.into_iter().collect();
            lines.sort_by_key(|(_, (order, _, _))| *order);
            for ((_, message), (_, place, count)) in lines {
                let message = message.into_cow().into_owned();
                self.note_many(of_code.stage, of_code.code, place, message, count);
            }
            if of_code.beyond > 0
                && let Some(mine) = self.by_code.get_mut(of_code.code.id)
            {
                mine.beyond += of_code.beyond;
            }
        }
    }

    /// Returns the number of findings with that severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> u64 {
        self.totals()
            .filter(|(code, _)| code.severity == severity)
            .map(|(_, count)| count)
            .sum()
    }

    /// Returns the number of findings of each code, by severity and then by id.
    pub fn totals(&self) -> impl Iterator<Item = (&'static Code, u64)> {
        let mut totals: Vec<_> = self
            .by_code
            .values()
            .map(|of| {
                (
                    of.code,
                    of.beyond + of.lines.values().map(|(_, _, n)| n).sum::<u64>(),
                )
            })
            .collect();
        totals.sort_by_key(|(code, _)| (code.severity, code.id));
        totals.into_iter()
    }

    /// The lines of `findings.jsonl`: by severity, then by code, then in the order of noting.
    #[must_use]
    pub fn lines(&self) -> Vec<Finding<'_>> {
        let mut out = Vec::new();
        let mut of_codes: Vec<_> = self.by_code.values().collect();
        of_codes.sort_by_key(|of| (of.code.severity, of.code.id));
        for of in of_codes {
            let mut lines: Vec<_> = of.lines.iter().collect();
            lines.sort_by_key(|(_, (order, _, _))| *order);
            for ((_, message), (_, place, count)) in lines {
                out.push(of.finding(place.clone(), message.as_str().into(), *count));
            }
            if of.beyond > 0 {
                let message = "further ones of this kind, not listed one by one";
                out.push(of.finding(Place::default(), message.into(), of.beyond));
            }
        }
        out
    }
}

impl OfCode {
    fn finding<'a>(&self, place: Place<'a>, message: Text<'a>, count: u64) -> Finding<'a> {
        Finding {
            code: Text::from_static(self.code.id),
            severity: self.code.severity,
            stage: self.stage,
            place,
            message,
            count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static LOST: Code = Code {
        id: "test-lost",
        severity: Severity::Error,
        summary: "",
        remedy: "",
    };
    static ODD: Code = Code {
        id: "test-odd",
        severity: Severity::Warning,
        summary: "",
        remedy: "",
    };

    fn place(conversation: &str, ts: &str) -> Place<'static> {
        Place {
            file: None,
            conversation: Some(conversation.to_owned().into()),
            ts: Some(ts.to_owned().into()),
        }
    }

    #[test]
    fn losses_are_listed_and_oddities_counted() {
        let mut findings = Findings::default();
        for ts in ["1", "2"] {
            findings.note(Stage::Read, &ODD, place("C1", ts), "odd");
            findings.note(Stage::Read, &LOST, place("C1", ts), "lost");
        }
        let lines = findings.lines();
        let shown: Vec<_> = lines.iter().map(|f| (f.code.as_str(), f.count)).collect();
        assert_eq!(shown, [("test-lost", 1), ("test-lost", 1), ("test-odd", 2)]);
        assert_eq!(findings.count(Severity::Error), 2);
    }

    #[test]
    fn memory_is_bounded_and_the_sum_holds() {
        let mut findings = Findings::default();
        let mut other = Findings::default();
        for n in 0..3_000 {
            findings.note(Stage::Read, &LOST, place("C1", &n.to_string()), "lost");
            other.note(Stage::Read, &LOST, place("C2", &n.to_string()), "lost");
        }
        findings.append(other);
        assert_eq!(findings.lines().len(), Findings::LINES_PER_CODE + 1);
        assert_eq!(findings.count(Severity::Error), 6_000);
    }
}
