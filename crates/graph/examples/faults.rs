//! Seeded uploads against the twin in virtual time: faults on a fifth of all calls, a client that
//! dies in the middle, targets of every kind, with images and files, and then a newer export on
//! top.
//!
//! `cargo xtask faults --runs 1000 [--seed 1]` prints what came of them, and fails if a post, a
//! file or a member is not there exactly once, a target is not complete, or a rule was broken.
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
#[path = "../tests/flow/kinds.rs"]
mod kinds;
#[path = "../tests/flow/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use chatferry_twin::{Rule, Seeded, Settings};

use folder::Rendered;
use world::World;

/// Faults per thousand calls.
const PER_MILLE: u16 = 200;
/// The number of times an upload is started again until it is done.
const MOST_STARTS: u32 = 30;

/// The totals of all runs.
#[derive(Default)]
struct Counts {
    runs: u64,
    deaths: u64,
    faults: u64,
    starts: u64,
    targets: u64,
    posts: u64,
    posts_wrong: u64,
    files: u64,
    files_wrong: u64,
    members: u64,
    members_wrong: u64,
    incomplete: u64,
    /// Rules that were broken, and not because an answer was lost.
    rules: BTreeMap<Rule, u64>,
    failures: Vec<String>,
}

fn main() -> ExitCode {
    let argument = |name: &str| {
        let mut arguments = std::env::args().skip_while(|argument| argument != name);
        arguments.nth(1).and_then(|value| value.parse::<u64>().ok())
    };
    let runs = argument("--runs").unwrap_or(100);
    let first = argument("--seed").unwrap_or(1);
    let mut counts = Counts::default();
    let begun = std::time::Instant::now();
    for seed in first..first + runs {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(one(seed, &mut counts));
    }
    report(&counts, begun.elapsed().as_secs_f64());
    if counts.failures.is_empty() && counts.rules.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn report(counts: &Counts, seconds: f64) {
    println!("runs               {:>9}   in {seconds:.0} s", counts.runs);
    println!(
        "faults dealt       {:>9}   {PER_MILLE} of 1,000 calls",
        counts.faults
    );
    println!("clients that died  {:>9}", counts.deaths);
    println!("uploads started    {:>9}", counts.starts);
    println!(
        "targets            {:>9}   not complete: {}",
        counts.targets, counts.incomplete
    );
    println!(
        "posts              {:>9}   not there exactly once: {}",
        counts.posts, counts.posts_wrong
    );
    println!(
        "files              {:>9}   not there exactly once: {}",
        counts.files, counts.files_wrong
    );
    println!(
        "members            {:>9}   not in exactly once: {}",
        counts.members, counts.members_wrong
    );
    let rules: Vec<_> = counts
        .rules
        .iter()
        .map(|(rule, n)| format!("{} {n}", rule.name()))
        .collect();
    println!(
        "rules broken       {:>9}   {}",
        counts.rules.values().sum::<u64>(),
        rules.join(", ")
    );
    for failure in &counts.failures {
        println!("{failure}");
    }
}

/// SplitMix64.
fn draw(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A migration that dies once, and a newer export over it that dies once more.
async fn one(seed: u64, counts: &mut Counts) {
    let mut settings = Settings::default();
    settings.files.keep_content = true;
    settings.files.known_attachments = true;
    let world = kinds::peopled(settings);
    world
        .tenant
        .inject_seeded(Some(Seeded::network(seed, PER_MILLE)));
    let journal = tempfile::tempdir().unwrap();
    let mut dice = seed;
    counts.runs += 1;
    for rendered in kinds::everything_with_files() {
        let most = if counts.runs.is_multiple_of(2) {
            60
        } else {
            400
        };
        let moment = draw(&mut dice) % most + 1;
        if let Err(failure) = migrate(&world, &rendered, journal.path(), moment, counts).await {
            counts.failures.push(format!("seed {seed}: {failure}"));
            break;
        }
    }
    counts.faults += world.tenant.faults_dealt();
    for (rule, broken) in world.broken_rules() {
        // Answers to what was asked once more because an answer was lost, or looked for before it
        // had come; to tokens that the tenant let expire; and to folders that take their time.
        let lost = matches!(
            rule,
            Rule::R2
                | Rule::R16
                | Rule::R35
                | Rule::R48
                | Rule::R60
                | Rule::R61Gone
                | Rule::R61Received
                | Rule::R63
                | Rule::G6
                | Rule::G14Path
        );
        if !lost {
            *counts.rules.entry(rule).or_default() += broken;
        }
    }
}

async fn migrate(
    world: &Arc<World>,
    rendered: &Rendered,
    journal: &std::path::Path,
    moment: u64,
    counts: &mut Counts,
) -> Result<(), String> {
    world.die_at(moment);
    let mut starts = 0;
    let report = loop {
        starts += 1;
        counts.starts += 1;
        if starts > MOST_STARTS {
            return Err(format!("not done after {MOST_STARTS} starts"));
        }
        tokio::select! {
            done = world.upload(rendered, journal) => match done {
                Ok(report) if report.is_done() => break report,
                Ok(_) => {}
                Err(error) if starts == MOST_STARTS => return Err(error.to_string()),
                Err(_) => {}
            },
            () = world.died.notified() => {
                counts.deaths += 1;
                world.live();
            }
        }
    };
    world.live();
    counts.targets += report.targets.len() as u64;
    counts.posts += report.totals.posts;
    let faults = world.faults(rendered, &report);
    counts.posts_wrong += faults.len() as u64;
    let open = world.open();
    counts.incomplete += open.len() as u64;
    let (members, wrong) = kinds::members(world);
    counts.members += members;
    counts.members_wrong += wrong.len() as u64;
    let (files, lost) = kinds::files(world);
    counts.files += files;
    counts.files_wrong += lost.len() as u64;
    let wrong = wrong.into_iter().chain(lost);
    let failed: Vec<_> = faults.into_iter().chain(open).chain(wrong).collect();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(failed.join("; "))
    }
}
