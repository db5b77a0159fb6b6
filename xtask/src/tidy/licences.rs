//! Every package we ship is under a licence that `deny.toml` allows.

use std::iter::Peekable;
use std::slice::Iter;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use toml::{Table, Value};

use super::Violation;
use super::tree::Tree;
use crate::workspace;

const LIST: &str = "deny.toml";

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
}

/// Asks cargo, offline, for the packages of this platform; fails if they have not been fetched.
pub(super) fn violations(tree: &Tree) -> Result<Vec<Violation>> {
    let allowed = allowed(tree)?;
    let output = workspace::cargo()
        .args([
            "metadata",
            "--format-version",
            "1",
            "--offline",
            "--filter-platform",
        ])
        .arg(host()?)
        .output()
        .context("cannot start cargo")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "cargo metadata failed (try `cargo fetch`): {errors}"
    );
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    Ok(metadata
        .packages
        .iter()
        .filter_map(|package| violation(package, &allowed))
        .collect())
}

fn violation(package: &Package, allowed: &[String]) -> Option<Violation> {
    let licence = package.license.as_deref().unwrap_or("nothing");
    let message = format!("{} {} is under {licence}", package.name, package.version);
    (!is_allowed(licence, allowed)).then(|| Violation::of_file(LIST, message))
}

fn allowed(tree: &Tree) -> Result<Vec<String>> {
    let list = tree.file(LIST).with_context(|| format!("no {LIST}"))?;
    let list: Table = list.text().parse()?;
    let allowed = list
        .get("licenses")
        .and_then(|licences| licences.get("allow"));
    let allowed = allowed
        .and_then(Value::as_array)
        .with_context(|| format!("{LIST} allows none"))?;
    Ok(allowed
        .iter()
        .filter_map(|licence| licence.as_str().map(str::to_owned))
        .collect())
}

/// The triple of the machine we run on.
fn host() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = std::process::Command::new(rustc)
        .arg("-vV")
        .output()
        .context("cannot start rustc")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .context("rustc does not say its host")
}

/// Whether an SPDX expression can be met with the `allowed` licences. `/` is the old word for OR.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut words = words.iter().peekable();
    any(&mut words, allowed) && words.next().is_none()
}

type Words<'a> = Peekable<Iter<'a, &'a str>>;

// `any` and `all` look at every branch, so that the words are consumed whatever the answer.

fn any(words: &mut Words<'_>, allowed: &[String]) -> bool {
    let mut met = all(words, allowed);
    while words.next_if(|word| **word == "OR").is_some() {
        met |= all(words, allowed);
    }
    met
}

fn all(words: &mut Words<'_>, allowed: &[String]) -> bool {
    let mut met = one(words, allowed);
    while words.next_if(|word| **word == "AND").is_some() {
        met &= one(words, allowed);
    }
    met
}

fn one(words: &mut Words<'_>, allowed: &[String]) -> bool {
    if words.next_if(|word| **word == "(").is_some() {
        let met = any(words, allowed);
        return met & words.next_if(|word| **word == ")").is_some();
    }
    let Some(licence) = words.next() else {
        return false;
    };
    let mut licence = (*licence).to_owned();
    if words.next_if(|word| **word == "WITH").is_some() {
        let exception = words.next().copied().unwrap_or_default();
        licence = format!("{licence} WITH {exception}");
    }
    allowed.contains(&licence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed() -> Vec<String> {
        ["MIT", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"]
            .map(str::to_owned)
            .to_vec()
    }

    #[test]
    fn expressions_are_met_or_not() {
        for (expression, expected) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("MIT OR GPL-3.0", true),
            ("GPL-3.0/MIT", true),
            ("MIT AND GPL-3.0", false),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
            ("(GPL-3.0 OR Apache-2.0) AND Unicode-3.0", false),
            ("Apache-2.0 WITH LLVM-exception OR GPL-3.0", true),
            ("Apache-2.0", false),
            ("(MIT", false),
            ("", false),
        ] {
            assert_eq!(is_allowed(expression, &allowed()), expected, "{expression}");
        }
    }

    #[test]
    fn a_package_without_a_licence_is_caught() {
        let package = Package {
            name: "x".into(),
            version: "1.0.0".into(),
            license: None,
        };
        let violation = violation(&package, &allowed()).unwrap();
        assert_eq!(violation.to_string(), "deny.toml: x 1.0.0 is under nothing");
    }
}
