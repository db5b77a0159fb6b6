//! 300 targets with sizes as in a real workspace against the twin in virtual time: how long they
//! take beside the bound that Graph's limits set, and how often Graph said 429.
//!
//! `cargo xtask pace [--scale N]` uploads channels of one team, then as many chats; N divides all
//! sizes (1, as it is by default: the longest has 100,000 posts). It fails beyond 1.02 times the
//! bound, or at a 429. To the bound belongs what Teams itself waits for once in a team: its
//! creation (crates/graph/RULES.md R7), and the lag before it can be completed (R50).
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    dead_code,
    reason = "a tool for developers, on the tests' own world"
)]

#[path = "../tests/flow/folder.rs"]
mod folder;
#[path = "../tests/flow/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

use chatferry_graph::{Event, Observer};
use chatferry_twin::Settings;
use serde_json::json;
use tokio::time::Instant;

use folder::{AUTHOR, MEMBER, Rendered, line, threads};
use world::World;

/// The time of an answer.
const LATENCY: Duration = Duration::from_millis(150);

/// The last time, in virtual seconds, of each phase, and the time of the first post.
struct Phases {
    begun: Instant,
    at: Mutex<BTreeMap<&'static str, f64>>,
}

impl Phases {
    fn shown(&self) -> String {
        let mut at: Vec<_> = self.at.lock().unwrap().clone().into_iter().collect();
        at.sort_by(|(_, one), (_, other)| one.total_cmp(other));
        let shown: Vec<_> = at
            .iter()
            .map(|(what, at)| format!("{what} {at:.1}"))
            .collect();
        shown.join(", ")
    }
}

impl Observer for Phases {
    fn event(&self, event: Event<'_>) {
        let what = match event {
            Event::Team { state, .. } => state,
            Event::Progress { .. } => "last post",
            _ => return,
        };
        let now = self.begun.elapsed().as_secs_f64();
        let mut at = self.at.lock().unwrap();
        if what == "last post" {
            at.entry("first post").or_insert(now);
        }
        at.insert(what, now);
    }
}

/// A few large ones, some of a middle size, many small ones.
fn sizes(scale: i64) -> Vec<i64> {
    let groups = [(2, 100_000), (8, 30_000), (40, 5_000), (250, 50)];
    groups
        .iter()
        .flat_map(|(count, posts)| std::iter::repeat_n((posts / scale).max(20), *count))
        .collect()
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--scale");
    let scale = arguments
        .nth(1)
        .and_then(|value| value.parse().ok())
        .unwrap_or(1);
    let sizes = sizes(scale);
    let mut fine = true;
    let settings = Settings::default();
    let waits = (settings.operation_ms + settings.completion_lag_ms) as f64 / 1e3;
    for (what, all, waits) in [("channels", 50.0, waits), ("chats", 20.0, 0.0)] {
        let mut rendered = Rendered::new();
        for (n, posts) in sizes.iter().enumerate() {
            let key = format!("t{n}");
            rendered = if what == "channels" {
                rendered.channel(&key, json!({}), &threads(*posts))
            } else {
                let chat = json!({ "kind": "group", "topic": key, "members": [AUTHOR, MEMBER] });
                rendered.chat(&key, chat, &line(*posts))
            };
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let begun = std::time::Instant::now();
        let (report, broken, phases) = runtime.block_on(async {
            let world = World::slow(Settings::default(), LATENCY);
            let journal = tempfile::tempdir().unwrap();
            let phases = Phases {
                begun: Instant::now(),
                at: Mutex::default(),
            };
            let report = world.upload_seen_by(&phases, &rendered, journal.path());
            let report = report.await.unwrap();
            (report, world.broken_rules(), phases.shown())
        });
        let posts = sizes.iter().sum::<i64>() as f64;
        let bound = (sizes[0] as f64 / 5.0).max(posts / all) + waits;
        let ratio = report.seconds / bound;
        println!(
            "{:>4} {what:<8} {posts:>9} posts  {:>8.0} s  bound {bound:>8.0} s  {ratio:.3}  \
             {} times 429  rules broken {:?}  ({:.0} s of this machine)",
            sizes.len(),
            report.seconds,
            report.throttled,
            broken,
            begun.elapsed().as_secs_f64()
        );
        println!("      {phases}");
        fine &= report.is_done()
            && report.throttled == 0
            && broken.is_empty()
            && report.seconds <= bound * 1.02;
    }
    if fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
