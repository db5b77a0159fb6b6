//! Refusals, their reasons and their log.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::rules::{Rule, Verdict};

/// The outcome of a call that broke a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// The call was refused.
    Refused,
    /// The call came too fast (429).
    Throttled,
    /// The call was carried out, but with an effect the caller may not expect (R8, R10, R51).
    Noted,
}

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// The rule.
    pub rule: Rule,
    /// The outcome of the call.
    pub outcome: Outcome,
    /// The call's method.
    pub method: String,
    /// The call's path and query.
    pub path: String,
    /// The time by the tenant's clock, in microseconds since the epoch.
    pub at: Moment,
    /// The exact problem, in words that the real service would not use.
    pub detail: String,
}

/// The refusals, all counted, the latest kept in full.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Log {
    kept: VecDeque<Refusal>,
    counts: BTreeMap<Outcome, BTreeMap<Rule, u64>>,
}

impl Log {
    pub(crate) fn record(&mut self, refusal: Refusal, keep: usize) {
        let of_its_kind = self.counts.entry(refusal.outcome).or_default();
        *of_its_kind.entry(refusal.rule).or_default() += 1;
        self.kept.push_back(refusal);
        while self.kept.len() > keep {
            self.kept.pop_front();
        }
    }

    pub(crate) fn kept(&self) -> impl DoubleEndedIterator<Item = &Refusal> {
        self.kept.iter()
    }

    /// Returns the number of times each rule was broken with that outcome.
    pub(crate) fn counts(&self, outcome: Outcome) -> BTreeMap<Rule, u64> {
        self.counts.get(&outcome).cloned().unwrap_or_default()
    }
}

/// A call that is being refused, on its way to the log and the answer.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) rule: Rule,
    /// The values of the `{}` in the rule's text, in order.
    pub(crate) blanks: Vec<String>,
    pub(crate) detail: String,
    /// The message of `innerError`, where a layer further in says no.
    pub(crate) inner: Option<String>,
    /// Whole seconds to wait, for a 429.
    pub(crate) retry_after_s: Option<u64>,
}

impl Rule {
    /// Refuses a call by this rule; `detail` is for the log.
    pub(crate) fn refuse(self, detail: impl Into<String>) -> Refused {
        Refused {
            rule: self,
            blanks: Vec::new(),
            detail: detail.into(),
            inner: None,
            retry_after_s: None,
        }
    }
}

impl Refused {
    /// Fills the next `{}` of the rule's text.
    pub(crate) fn with(mut self, blank: impl Into<String>) -> Refused {
        self.blanks.push(blank.into());
        self
    }

    /// Adds the words of a layer further in.
    pub(crate) fn within(mut self, message: String) -> Refused {
        self.inner = Some(message);
        self
    }

    pub(crate) fn outcome(&self) -> Outcome {
        match self.rule {
            Rule::R46 | Rule::R47 => Outcome::Throttled,
            _ => Outcome::Refused,
        }
    }

    /// The verdict of the book with its blanks filled in.
    pub(crate) fn spoken(&self) -> (Verdict, String) {
        let verdict = self.rule.entry().verdict.unwrap_or(Verdict {
            status: 400,
            code: "BadRequest",
            text: "Bad Request",
        });
        let text = self
            .blanks
            .iter()
            .fold(verdict.text.to_owned(), |text, blank| {
                text.replacen("{}", blank, 1)
            });
        (verdict, text)
    }
}
