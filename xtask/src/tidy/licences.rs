//! Every package we ship is under a licence that `deny.toml` allows.

use std::ffi::OsString;
use std::iter::Peekable;
use std::path::{Path, PathBuf};
use std::slice::Iter;
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use toml::{Table, Value};

use super::tree::Tree;
use super::violation::Violation;

const LIST: &str = "deny.toml";

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    /// None for the crates of this workspace.
    source: Option<String>,
}

/// Looks at the packages of the lock file that cargo has fetched, which are all that can be built
/// here. Works offline, and while a new package has not arrived yet.
pub(super) fn violations(tree: &Tree) -> Result<Vec<Violation>> {
    let allowed = allowed(tree)?;
    let lock = tree.file("Cargo.lock").context("no Cargo.lock")?;
    let lock: Lock = toml::from_str(&lock.text())?;
    let registries = registries()?;
    let mut looked_at = 0;
    let mut violations = Vec::new();
    for package in lock
        .package
        .iter()
        .filter(|package| package.source.is_some())
    {
        if let Some(manifest) = manifest(package, &registries) {
            looked_at += 1;
            violations.extend(violation(package, &manifest, &allowed));
        }
    }
    ensure!(
        looked_at > 0,
        "cargo has fetched none of the locked packages"
    );
    Ok(violations)
}

fn violation(package: &Locked, manifest: &Table, allowed: &[String]) -> Option<Violation> {
    let licence = manifest
        .get("package")
        .and_then(|package| package.get("license"));
    let licence = licence.and_then(Value::as_str).unwrap_or("nothing");
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

/// The folders that cargo unpacks registries into.
fn registries() -> Result<Vec<PathBuf>> {
    let under_home = |home: OsString| Path::new(&home).join(".cargo");
    let home = env::var_os("HOME")
        .or_else(|| env::var_os("USERPROFILE"))
        .map(under_home);
    let cargo = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or(home)
        .context("no CARGO_HOME")?;
    let unpacked = cargo.join("registry/src");
    let entries =
        fs::read_dir(&unpacked).with_context(|| format!("cannot list {}", unpacked.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

fn manifest(package: &Locked, registries: &[PathBuf]) -> Option<Table> {
    let folder = format!("{}-{}", package.name, package.version);
    let mut paths = registries
        .iter()
        .map(|registry| registry.join(&folder).join("Cargo.toml"));
    paths
        .find_map(|path| fs::read_to_string(path).ok())?
        .parse()
        .ok()
}

/// Returns true if an SPDX expression can be met with the `allowed` licences. `/` is the old word
/// for OR.
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
    fn a_package_is_judged_by_its_manifest() {
        let package = Locked {
            name: "x".into(),
            version: "1.0.0".into(),
            source: None,
        };
        let judged = |manifest: &str| {
            let violation = violation(&package, &manifest.parse().unwrap(), &allowed());
            violation
                .map(|violation| violation.message)
                .unwrap_or_default()
        };
        assert_eq!(judged("[package]\nlicense = \"MIT\"\n"), "");
        assert_eq!(
            judged("[package]\nlicense = \"GPL-3.0\"\n"),
            "x 1.0.0 is under GPL-3.0"
        );
        assert_eq!(
            judged("[package]\nname = \"x\"\n"),
            "x 1.0.0 is under nothing"
        );
    }
}
