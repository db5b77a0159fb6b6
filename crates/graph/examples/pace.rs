//! 300 targets with sizes as in a real workspace against the twin in virtual time: how long they
//! take beside the bound that Graph's limits set, and how often Graph said 429.
//!
//! `cargo xtask pace [--scale N]` uploads channels of one team, then as many chats; N divides all
//! sizes (1: the longest has 100,000 posts). It fails beyond 1.02 times the bound, or at a 429.
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

use std::process::ExitCode;
use std::time::Duration;

use chatferry_twin::Settings;
use serde_json::json;

use folder::{AUTHOR, MEMBER, Rendered, line, threads};
use world::World;

/// The time of an answer.
const LATENCY: Duration = Duration::from_millis(150);
/// What a team's creation and completion take besides, and a chat's members, in seconds.
const AROUND: f64 = 120.0;

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
        .unwrap_or(5);
    let sizes = sizes(scale);
    let mut fine = true;
    for (what, all) in [("channels", 50.0), ("chats", 20.0)] {
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
        let (report, broken) = runtime.block_on(async {
            let world = World::slow(Settings::default(), LATENCY);
            let journal = tempfile::tempdir().unwrap();
            let report = world.upload(&rendered, journal.path()).await.unwrap();
            (report, world.broken_rules())
        });
        let posts = sizes.iter().sum::<i64>() as f64;
        let bound = (sizes[0] as f64 / 5.0).max(posts / all);
        let ratio = report.seconds / bound;
        println!(
            "{:>4} {what:<8} {posts:>9} posts  {:>8.0} s  bound {bound:>8.0} s  {ratio:.3}  \
             {} times 429  {} rules broken  ({:.0} s of this machine)",
            sizes.len(),
            report.seconds,
            report.throttled,
            broken.len(),
            begun.elapsed().as_secs_f64()
        );
        fine &= report.is_done()
            && report.throttled == 0
            && broken.is_empty()
            && report.seconds <= bound * 1.02 + AROUND;
    }
    if fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
