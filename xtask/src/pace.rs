//! `pace`: 300 targets in virtual time, beside the bound that Graph's limits set.

use anyhow::ensure;

use crate::workspace::cargo;

/// Runs the task; its arguments (`--scale N`) go to the example of the graph crate.
pub(crate) fn run(arguments: Vec<String>) -> anyhow::Result<()> {
    let mut command = cargo();
    command.args([
        "run",
        "--quiet",
        "--package",
        "chatferry-graph",
        "--example",
        "pace",
        "--",
    ]);
    command.args(arguments.into_iter().skip(1));
    let status = command.status()?;
    ensure!(
        status.success(),
        "an upload took longer than its bound, or was throttled"
    );
    Ok(())
}
