//! `cargo xtask test-all`: runs `.ci/run` from any folder.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Parser;

use crate::workspace;

/// Runs everything a change has to pass.
#[derive(Parser)]
struct Args {}

/// Runs `.ci/run`, the one place that lists the steps.
pub(crate) fn run(arguments: Vec<String>) -> Result<()> {
    let Args {} = Args::parse_from(arguments);
    let script = workspace::root().join(".ci/run");
    let status = Command::new("bash")
        .arg(&script)
        .status()
        .with_context(|| format!("cannot start bash for {}", script.display()))?;
    ensure!(status.success(), "{} failed: {status}", script.display());
    Ok(())
}
