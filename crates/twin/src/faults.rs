//! Faults: what goes wrong on purpose.
//!
//! A plan says which call meets which fault. It may be written by hand, call by call, or drawn
//! from a seed. A seeded draw depends only on the seed, the kind of call, the conversation and
//! how many such calls there were before, so it is the same however calls to different
//! conversations interleave.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::mix;
use crate::route::Kind;

/// The calls that meet a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct When {
    /// Only calls of this kind.
    #[serde(default)]
    pub kind: Option<Kind>,
    /// Only calls whose path contains this text: a channel's id, a message's.
    #[serde(default)]
    pub path: Option<String>,
    /// The first of those calls that meets it, counted from 1.
    pub nth: u64,
    /// The number of consecutive calls that meet the fault, from the nth on.
    #[serde(default = "once")]
    pub times: u64,
}

fn once() -> u64 {
    1
}

impl When {
    /// The nth call of a kind, counted from 1.
    pub fn nth(kind: Kind, nth: u64) -> When {
        When {
            kind: Some(kind),
            path: None,
            nth,
            times: 1,
        }
    }
}

/// The fault that such a call meets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum What {
    /// The call is not carried out, and answered with this status and, maybe, `Retry-After` in
    /// seconds.
    #[serde(rename_all = "camelCase")]
    Answer {
        /// The status, an error.
        status: u16,
        /// Whole seconds for `Retry-After`.
        #[serde(default)]
        retry_after_s: Option<u64>,
    },
    /// The call is not carried out, and the connection breaks without a response.
    Reset,
    /// The call is carried out, and the connection breaks without a response.
    Lose,
    /// The call is carried out, and the connection breaks in the middle of the response.
    Cut,
    /// The call is carried out, and the response comes so many ms late.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// The token has expired just before the call.
    ExpireToken,
    /// Somebody else has posted at the very millisecond of the message it brings.
    Plant,
}

/// A line of a fault plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The calls that match.
    pub when: When,
    /// The fault that they meet.
    pub what: What,
}

/// Faults drawn from a seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seeded {
    /// The seed.
    pub seed: u64,
    /// The number of faults per thousand calls.
    pub per_mille: u16,
    /// The possible faults, equally likely. [`What::Plant`] is drawn for posts only.
    pub of: Vec<What>,
}

impl Seeded {
    /// Everything that can go wrong on a network: errors before, answers lost and cut, resets,
    /// throttling, expiry.
    pub fn network(seed: u64, per_mille: u16) -> Seeded {
        let answer = |status, retry_after_s| What::Answer {
            status,
            retry_after_s,
        };
        Seeded {
            seed,
            per_mille,
            of: vec![
                answer(429, Some(1)),
                answer(500, None),
                answer(502, None),
                answer(503, Some(2)),
                answer(504, None),
                What::Reset,
                What::Lose,
                What::Cut,
                What::ExpireToken,
            ],
        }
    }
}

/// The plan and how far it has come.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Faults {
    plan: Vec<(Fault, u64)>,
    seeded: Option<Seeded>,
    /// The number of calls per kind and conversation, for seeded draws.
    #[serde(with = "crate::pairs")]
    calls: BTreeMap<(Kind, String), u64>,
    /// The number of faults that calls have met.
    dealt: u64,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.plan.push((fault, 0));
    }

    pub(crate) fn seed(&mut self, seeded: Option<Seeded>) {
        self.seeded = seeded;
    }

    pub(crate) fn dealt(&self) -> u64 {
        self.dealt
    }

    /// The fault that this call meets: the first line of the plan that names it, else a draw.
    pub(crate) fn draw(&mut self, kind: Kind, path: &str, place: &str) -> Option<What> {
        let mut planned = None;
        for (fault, seen) in &mut self.plan {
            let when = &fault.when;
            let named = when.kind.is_none_or(|wanted| wanted == kind)
                && when
                    .path
                    .as_deref()
                    .is_none_or(|wanted| path.contains(wanted));
            if named {
                *seen += 1;
                let last = when.nth.saturating_add(when.times);
                if planned.is_none() && (when.nth..last).contains(seen) {
                    planned = Some(fault.what.clone());
                }
            }
        }
        let drawn = planned.or_else(|| self.draw_seeded(kind, place));
        self.dealt += u64::from(drawn.is_some());
        drawn
    }

    fn draw_seeded(&mut self, kind: Kind, place: &str) -> Option<What> {
        let seeded = self.seeded.as_ref()?;
        let calls = self.calls.entry((kind, place.to_owned())).or_default();
        *calls += 1;
        let key = place
            .bytes()
            .fold(mix(seeded.seed ^ kind as u64), |key, byte| {
                mix(key ^ u64::from(byte))
            });
        let draw = mix(key ^ *calls);
        if draw % 1_000 >= u64::from(seeded.per_mille) {
            return None;
        }
        let posts = matches!(kind, Kind::PostMessage | Kind::PostReply);
        let of: Vec<&What> = seeded
            .of
            .iter()
            .filter(|what| posts || **what != What::Plant)
            .collect();
        let pick = mix(draw).checked_rem(of.len() as u64)?;
        of.get(usize::try_from(pick).ok()?).copied().cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Faults, Seeded, What, When};
    use crate::route::Kind;

    #[test]
    fn the_nth_call_of_a_kind_meets_its_fault() {
        let mut faults = Faults::default();
        faults.add(Fault {
            when: When::nth(Kind::PostMessage, 2),
            what: What::Lose,
        });
        let mut draw = |kind| faults.draw(kind, "/p", "c");
        assert_eq!(draw(Kind::PostMessage), None);
        assert_eq!(draw(Kind::GetTeam), None);
        assert_eq!(draw(Kind::PostMessage), Some(What::Lose));
        assert_eq!(draw(Kind::PostMessage), None);
    }

    #[test]
    fn a_seeded_draw_does_not_depend_on_interleaving() {
        let run = |order: &[&str]| {
            let mut faults = Faults::default();
            faults.seed(Some(Seeded::network(7, 200)));
            let mut met: Vec<(String, Option<What>)> = order
                .iter()
                .map(|place| {
                    (
                        (*place).to_owned(),
                        faults.draw(Kind::PostMessage, "/p", place),
                    )
                })
                .collect();
            met.sort_by(|one, other| one.0.cmp(&other.0));
            met
        };
        let apart = [vec!["a"; 300], vec!["b"; 300]].concat();
        let mixed = ["b", "a"].repeat(300);
        assert_eq!(run(&apart), run(&mixed));
        let hits = run(&apart)
            .iter()
            .filter(|(_, what)| what.is_some())
            .count();
        assert!((60..180).contains(&hits), "{hits}");
    }
}
