//! Every rule of the book that has an answer: the call that breaks it gets exactly that answer
//! and is recorded under it; the call that keeps it goes through.

use chatferry_twin::{BOOK, Outcome, Rule, Settings};
use serde_json::{Value, json};

use crate::support::*;

struct Case {
    rule: Rule,
    expected: (u16, &'static str, &'static str),
    twin: fn() -> Twin,
    breaks: fn(&Twin) -> Reply,
    keeps: fn(&Twin) -> Reply,
}

fn check(case: &Case) {
    let twin = (case.twin)();
    let reply = (case.breaks)(&twin);
    let (status, code, text) = case.expected;
    assert_eq!((reply.status, reply.code()), (status, code), "{reply:?}");
    match text.strip_suffix('*') {
        Some(start) => assert!(reply.text().starts_with(start), "{reply:?}"),
        None => assert_eq!(reply.text(), text),
    }
    let outcome = match status {
        429 => Outcome::Throttled,
        _ => Outcome::Refused,
    };
    let log = twin.tenant.refusals();
    let last = log.iter().rfind(|refusal| refusal.outcome == outcome);
    assert_eq!(last.unwrap().rule, case.rule, "{log:?}");
    if code != "invalid_request" && !reply.body["error"].is_string() {
        let id = &reply.body["error"]["innerError"]["request-id"];
        assert_eq!(id, reply.header("request-id"));
    }
    let kept = (case.keeps)(&(case.twin)());
    assert!((200..300).contains(&kept.status), "{kept:?}");
}

macro_rules! rules {
    (@twin) => { Twin::instant };
    (@twin $twin:expr) => { $twin };
    ($($name:ident $rule:ident $basis:literal $status:literal $code:literal $text:expr,
        $(in $twin:expr,)? breaks $breaks:expr, keeps $keeps:expr;)+) => {
        $(
            #[test]
            #[doc = $basis]
            fn $name() {
                check(&Case {
                    rule: Rule::$rule,
                    expected: ($status, $code, $text),
                    twin: rules!(@twin $($twin)?),
                    breaks: $breaks,
                    keeps: $keeps,
                });
            }
        )+

        pub(super) const TESTED: &[Rule] = &[$(Rule::$rule),+];
    };
}

mod batch;
mod entrance;
mod files;
mod messages;
mod places;

fn post(twin: &Twin, body: Value) -> Reply {
    twin.post(&format!("{}/messages", twin.open_channel()), body)
}

fn create_team(twin: &Twin, body: Value) -> Reply {
    twin.post("/v1.0/teams", body)
}

fn create_channel(twin: &Twin, body: Value) -> Reply {
    twin.post(&format!("{}/channels", twin.team()), body)
}

fn start(twin: &Twin, thread: &str, date: &str) -> Reply {
    let body = json!({"conversationCreationDateTime": date});
    twin.post(&format!("{thread}/startMigration"), body)
}

fn normal_channel(twin: &Twin) -> String {
    let team = twin.normal_team();
    let id = twin
        .post(&format!("{team}/channels"), json!({"displayName": "n"}))
        .id();
    format!("{team}/channels/{id}")
}

fn strict() -> Twin {
    Twin::new(Settings::default())
}

#[test]
fn every_rule_with_an_answer_has_its_case() {
    let tested = [
        batch::TESTED,
        entrance::TESTED,
        files::TESTED,
        messages::TESTED,
        places::TESTED,
    ]
    .concat();
    let missing: Vec<&str> = BOOK
        .iter()
        .filter(|entry| entry.verdict.is_some() && !tested.contains(&entry.rule))
        .map(|entry| entry.name)
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
