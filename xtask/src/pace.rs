//! `pace`: 300 targets in virtual time, beside the bound that Graph's limits set.

use anyhow::ensure;

use crate::workspace::{Profile, example};

/// Runs the task; its arguments (`--scale N`) go to the example of the graph crate.
pub(crate) fn run(arguments: Vec<String>) -> anyhow::Result<()> {
    let well = example(
        Profile::Release,
        "chatferry-graph",
        "pace",
        arguments.into_iter().skip(1),
    )?;
    ensure!(
        well,
        "an upload took longer than its bound, or was throttled"
    );
    Ok(())
}
