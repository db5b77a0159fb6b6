//! A readable list of refusals.

use crate::moment::Moment;
use crate::refusal::Outcome;
use crate::state::State;

/// The counts by rule, each with its sentence and the latest case of it.
pub(crate) fn text(state: &State, now: Moment) -> String {
    let mut text = format!("The tenant at {now}\n");
    for (outcome, title) in [
        (Outcome::Refused, "Refused"),
        (Outcome::Throttled, "Too fast"),
        (Outcome::Noted, "Carried out, but maybe not as wanted"),
    ] {
        let counts = state.log.counts(outcome);
        let sum: u64 = counts.values().sum();
        text.push_str(&format!("\n{title}: {sum}\n"));
        for (rule, count) in counts {
            let sentence = rule.entry().sentence;
            text.push_str(&format!("{count:>8}  {:<13} {sentence}\n", rule.name()));
            let mut kept = state.log.kept();
            let latest = kept.rfind(|refusal| refusal.rule == rule && refusal.outcome == outcome);
            if let Some(latest) = latest {
                let (method, path, detail) = (&latest.method, &latest.path, &latest.detail);
                text.push_str(&format!("{:25}{method} {path}: {detail}\n", ""));
            }
        }
    }
    text
}
