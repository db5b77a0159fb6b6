//! Measures the posts per second that the twin takes by itself: in process, on one core, limits
//! lifted.
//!
//! `cargo xtask bench --upload` prints it beside an upload over sockets.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    dead_code,
    reason = "a tool for developers, on the tests' own tenant"
)]

#[path = "../tests/tenant/support.rs"]
mod support;

use std::time::Instant;

use support::{Twin, message};

/// Into how many channels the posts go.
const CHANNELS: i64 = 100;

fn main() {
    let posts: i64 = std::env::args()
        .nth(1)
        .and_then(|posts| posts.parse().ok())
        .unwrap_or(200_000);
    let twin = Twin::instant();
    let team = twin.team();
    let channels: Vec<String> = (0..CHANNELS)
        .map(|n| format!("{}/messages", twin.channel(&team, &format!("c{n}"))))
        .collect();
    let begun = Instant::now();
    for post in 0..posts / CHANNELS {
        for channel in &channels {
            let reply = twin.post(channel, message(post));
            assert_eq!(reply.status, 201, "{}", reply.raw);
        }
    }
    let taken = (posts / CHANNELS * CHANNELS) as f64;
    println!("{:.0}", taken / begun.elapsed().as_secs_f64());
}
