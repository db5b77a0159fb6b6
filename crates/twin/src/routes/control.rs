//! `/_twin/...`: the twin's own addresses, which ask for no token and break no rule.

use std::time::Duration;

use http::Method;
use serde::Deserialize;
use serde_json::json;

use crate::answer::Answer;
use crate::call::Call;
use crate::clock::Clock;
use crate::faults::{Fault, Seeded};
use crate::inspect;
use crate::refusal::{Outcome, Refused};
use crate::report;
use crate::rules::{BOOK, Rule};
use crate::settings::Settings;
use crate::state::State;
use crate::wire::malformed;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Advance {
    advance_ms: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Plan {
    #[serde(default)]
    plan: Vec<Fault>,
    #[serde(default)]
    seeded: Option<Seeded>,
}

/// Answers a call to one of them.
pub(crate) fn answer(
    state: &mut State,
    clock: &Clock,
    call: &Call<'_>,
    what: &str,
) -> Result<Answer, Refused> {
    let get = *call.method == Method::GET;
    let post = *call.method == Method::POST;
    match what {
        "rules" if get => Ok(Answer::json(200, &json!({ "rules": BOOK }))),
        "settings" if get => Ok(Answer::json(200, &state.settings)),
        "settings" if post => {
            let settings: Settings = serde_json::from_slice(call.body).map_err(malformed)?;
            state.settings = settings;
            Ok(Answer::empty(204))
        }
        "refusals" if get => {
            let kept: Vec<_> = state.log.kept().collect();
            Ok(Answer::json(
                200,
                &json!({
                    "refused": state.log.counts(Outcome::Refused),
                    "throttled": state.log.counts(Outcome::Throttled),
                    "noted": state.log.counts(Outcome::Noted),
                    "log": kept,
                }),
            ))
        }
        "report" if get => {
            let text = report::text(state, call.now);
            Ok(Answer::bytes("text/plain; charset=utf-8", text.into()))
        }
        "state" if get => Ok(Answer::json(
            200,
            &json!({
                "now": call.now.to_string(),
                "users": state.directory.len(),
                "faults": state.faults.dealt(),
                "teams": inspect::teams(state),
                "chats": inspect::chats(state),
                "drives": inspect::drives(state),
            }),
        )),
        "clock" if get => Ok(Answer::json(200, &json!({"now": call.now.to_string()}))),
        "clock" if post => {
            let by: Advance = serde_json::from_slice(call.body).map_err(malformed)?;
            let now = clock
                .advance(Duration::from_millis(by.advance_ms))
                .map_err(|error| Rule::G5.refuse(error.to_string()))?;
            Ok(Answer::json(200, &json!({"now": now.to_string()})))
        }
        "faults" if post => {
            let plan: Plan = serde_json::from_slice(call.body).map_err(malformed)?;
            for fault in plan.plan {
                state.faults.add(fault);
            }
            if plan.seeded.is_some() {
                state.faults.seed(plan.seeded);
            }
            Ok(Answer::empty(204))
        }
        "dump" if get => Ok(Answer::json(200, state)),
        "dump" if post => {
            *state = serde_json::from_slice(call.body).map_err(malformed)?;
            Ok(Answer::empty(204))
        }
        "rules" | "settings" | "refusals" | "report" | "state" | "clock" | "faults" | "dump" => {
            Err(Rule::G2.refuse("another method").with(call.method.as_str()))
        }
        _ => Err(Rule::G1.refuse("the twin has no such address").with(what)),
    }
}
