//! `cargo xtask gallery`: everything a message can be, as a page to look at.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Parser;

use crate::workspace::{self, Profile};

/// Writes a page of every kind of message, as Slack shows it beside its post as Teams shows it.
#[derive(Parser)]
struct Args {
    /// The file to write; by default `report/gallery.html` below the target folder.
    page: Option<PathBuf>,
}

pub(crate) fn run(arguments: Vec<String>) -> Result<()> {
    let args = Args::parse_from(arguments);
    let page = args
        .page
        .unwrap_or_else(|| workspace::target().join("report/gallery.html"));
    let page = std::path::absolute(page)?;
    if let Some(folder) = page.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let well = workspace::example(Profile::Dev, "chatferry-render", "gallery", [&page])?;
    ensure!(well, "the page could not be made");
    println!("{}", page.display());
    Ok(())
}
