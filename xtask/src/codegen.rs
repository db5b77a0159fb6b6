//! `cargo xtask codegen`: tables that are made from other people's data.
//!
//! Slack's emoji, from the file `emoji.json` of the npm package `emoji-datasource`
//! (iamcal/emoji-data, MIT), which is the table Slack itself uses; and Mattermost's, from the names
//! and code points of `server/public/model/emoji_data.go`.

mod mattermost;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use serde::Deserialize;

use crate::workspace;

/// Writes the readers' tables of emoji.
#[derive(Parser)]
struct Args {
    /// `emoji.json` of the npm package `emoji-datasource` (`npm pack emoji-datasource`).
    #[arg(long)]
    emoji: Option<PathBuf>,
    /// Mattermost's names, each with its code points behind a tab: `wave<tab>1f44b`.
    #[arg(long)]
    mattermost: Option<PathBuf>,
    /// Only say whether the table is what would be written.
    #[arg(long)]
    check: bool,
}

#[derive(Deserialize)]
struct Emoji {
    unified: String,
    short_names: Vec<String>,
    #[serde(default)]
    skin_variations: serde_json::Map<String, serde_json::Value>,
}

const TABLE: &str = "crates/readers/src/slack/emoji/table.tsv";

const HEAD: &str = "\
# Slack's emoji, from emoji-datasource (iamcal/emoji-data), MIT, Copyright (c) 2013 Cal Henderson.
# Made by `cargo xtask codegen`. Names, characters, with one skin tone, with two; \u{1f3fb} and \u{1f3fc} stand
# for the tones.
";

pub(crate) fn run(arguments: Vec<String>) -> Result<()> {
    let args = Args::parse_from(arguments);
    if let Some(source) = &args.emoji {
        let json = fs::read_to_string(source).context("reading emoji.json")?;
        put(TABLE, &emoji_table(&json)?, args.check)?;
    }
    if let Some(source) = &args.mattermost {
        let names = fs::read_to_string(source).context("reading Mattermost's names")?;
        put(mattermost::TABLE, &mattermost::table(&names)?, args.check)?;
    }
    Ok(())
}

fn put(path: &str, table: &str, check: bool) -> Result<()> {
    let place = workspace::root().join(path);
    if check {
        ensure!(
            fs::read_to_string(&place)? == table,
            "{path} is not up to date"
        );
        return Ok(());
    }
    fs::write(&place, table).context(path.to_owned())
}

fn emoji_table(json: &str) -> Result<String> {
    let mut all: Vec<Emoji> = serde_json::from_str(json)?;
    all.sort_by(|a, b| a.short_names.cmp(&b.short_names));
    let mut table = HEAD.to_owned();
    for emoji in all {
        let variation = |key: &str| -> Result<String> {
            let unified = emoji
                .skin_variations
                .get(key)
                .and_then(|v| v.get("unified"));
            unified
                .and_then(|u| u.as_str())
                .map_or(Ok(String::new()), characters)
        };
        let mut one = variation("1F3FB")?;
        if one.is_empty() {
            one = variation("1F3FB-1F3FB")?;
        }
        let row = [
            emoji.short_names.join(" "),
            characters(&emoji.unified)?,
            one,
            variation("1F3FB-1F3FC")?,
        ];
        writeln!(table, "{}", row.join("\t").trim_end())?;
    }
    Ok(table)
}

/// `1F44F-1F3FB` as characters.
fn characters(unified: &str) -> Result<String> {
    let code = |hex| {
        let code = u32::from_str_radix(hex, 16)?;
        char::from_u32(code).with_context(|| format!("{hex} is no character"))
    };
    unified.split('-').map(code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_become_templates() {
        let json = r#"[{"unified":"1F44B","short_names":["wave"],"skin_variations":{"1F3FB":{"unified":"1F44B-1F3FB"}}},
            {"unified":"2764-FE0F","short_names":["heart"]}]"#;
        let table = emoji_table(json).unwrap();
        let rows: Vec<_> = table
            .lines()
            .filter(|line| !line.starts_with('#'))
            .collect();
        assert_eq!(
            rows,
            [
                "heart\t\u{2764}\u{fe0f}",
                "wave\t\u{1f44b}\t\u{1f44b}\u{1f3fb}"
            ]
        );
    }
}
