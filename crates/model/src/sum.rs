//! The sum of a stage: nothing lost, or a bug.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The input of a stage and its outcome, counted in one unit.
///
/// `input = output + merged + skipped` must hold. What a stage makes itself (placeholder roots,
/// continuation posts) is `added` and no part of the equation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sum {
    /// The number that came in, counted where they come in.
    pub input: u64,
    /// The number of them it wrote, counted where they go out.
    pub output: u64,
    /// The number that became part of another, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub merged: BTreeMap<String, u64>,
    /// The number skipped, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub skipped: BTreeMap<String, u64>,
    /// The number that the stage added itself, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub added: BTreeMap<String, u64>,
}

/// A sum that does not hold. Always a bug: exit code 70.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{what}: {input} came in, but {output} went out, {merged} were merged and {skipped} skipped"
)]
pub struct SumMismatch {
    /// The unit that was counted.
    pub what: String,
    /// [`Sum::input`].
    pub input: u64,
    /// [`Sum::output`].
    pub output: u64,
    /// All of [`Sum::merged`].
    pub merged: u64,
    /// All of [`Sum::skipped`].
    pub skipped: u64,
}

impl Sum {
    /// Counts one that became part of another.
    pub fn merge(&mut self, reason: &str) {
        bump(&mut self.merged, reason, 1);
    }

    /// Counts one that was left out.
    pub fn skip(&mut self, reason: &str) {
        bump(&mut self.skipped, reason, 1);
    }

    /// Counts several that were left out.
    pub fn skip_many(&mut self, reason: &str, count: u64) {
        bump(&mut self.skipped, reason, count);
    }

    /// Counts one that the stage made itself.
    pub fn add(&mut self, reason: &str) {
        bump(&mut self.added, reason, 1);
    }

    /// Adds another sum of the same unit to this one.
    pub fn append(&mut self, other: &Self) {
        self.input += other.input;
        self.output += other.output;
        for (mine, theirs) in [
            (&mut self.merged, &other.merged),
            (&mut self.skipped, &other.skipped),
            (&mut self.added, &other.added),
        ] {
            for (reason, count) in theirs {
                bump(mine, reason, *count);
            }
        }
    }

    /// Proves that nothing was lost; `what` names the unit in the error.
    ///
    /// # Errors
    /// [`SumMismatch`] if input is not output + merged + skipped.
    pub fn check(&self, what: &str) -> Result<(), SumMismatch> {
        let merged = self.merged.values().sum();
        let skipped = self.skipped.values().sum();
        if self.input == self.output + merged + skipped {
            return Ok(());
        }
        Err(SumMismatch {
            what: what.to_owned(),
            input: self.input,
            output: self.output,
            merged,
            skipped,
        })
    }
}

fn bump(counts: &mut BTreeMap<String, u64>, reason: &str, by: u64) {
    if by == 0 {
        return;
    }
    if let Some(count) = counts.get_mut(reason) {
        *count += by;
    } else {
        counts.insert(reason.to_owned(), by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_vanishes_is_noticed() {
        let mut sum = Sum {
            input: 4,
            output: 1,
            ..Sum::default()
        };
        sum.merge("duplicate");
        sum.skip("joins");
        assert!(sum.check("messages").is_err());
        sum.skip("joins");
        assert_eq!(sum.check("messages"), Ok(()));
    }

    #[test]
    fn sums_add_up() {
        let mut sum = Sum {
            input: 1,
            output: 1,
            ..Sum::default()
        };
        let mut other = Sum {
            input: 1,
            ..Sum::default()
        };
        other.skip("joins");
        sum.append(&other);
        assert_eq!(sum.check("messages"), Ok(()));
        assert_eq!(sum.skipped["joins"], 1);
    }
}
