//! `faults`: seeded uploads against the twin, with faults and deaths, and what came of them.
//!
//! The runs themselves are an example of the graph crate, beside the tests whose world they use:
//! tasks see no networked crate.

use anyhow::ensure;

use crate::workspace::{Profile, example};

/// Runs the task; its arguments (`--runs N`, `--seed N`) go to the example.
pub(crate) fn run(arguments: Vec<String>) -> anyhow::Result<()> {
    let well = example(
        Profile::Release,
        "chatferry-graph",
        "faults",
        arguments.into_iter().skip(1),
    )?;
    ensure!(
        well,
        "something was not there exactly once, or a rule was broken"
    );
    Ok(())
}
