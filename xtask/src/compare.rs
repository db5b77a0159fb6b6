//! `cargo xtask compare`: what two builds make of one export, or two folders as they are.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;

use crate::workspace;

/// Runs two binaries on the same export and shows where their output differs. Given two folders,
/// compares those.
#[derive(Parser)]
struct Args {
    /// A chatferry binary, or a folder.
    a: PathBuf,
    /// The other build; or the same, to see whether it repeats itself.
    b: PathBuf,
    /// The export both convert.
    export: Option<PathBuf>,
    /// Further arguments of `chatferry convert`.
    #[arg(last = true)]
    rest: Vec<String>,
}

pub(crate) fn run(arguments: Vec<String>) -> Result<()> {
    let args = Args::parse_from(arguments);
    let (a, b) = match &args.export {
        Some(export) => {
            let folder = workspace::target().join("compare");
            let convert = |name: &str, binary: &Path| {
                let work = folder.join(name);
                convert(binary, export, &work, &args.rest).map(|()| work)
            };
            (convert("a", &args.a)?, convert("b", &args.b)?)
        }
        None => (args.a, args.b),
    };
    let differences = differences(&a, &b)?;
    for difference in &differences {
        println!("{difference}");
    }
    ensure!(differences.is_empty(), "{} files differ", differences.len());
    println!("{} and {} are the same", a.display(), b.display());
    Ok(())
}

fn convert(binary: &Path, export: &Path, work: &Path, rest: &[String]) -> Result<()> {
    if work.exists() {
        fs::remove_dir_all(work)?;
    }
    let status = Command::new(binary)
        .arg("convert")
        .arg(export)
        .arg("-w")
        .arg(work)
        .args(rest)
        .status()
        .with_context(|| format!("cannot start {}", binary.display()))?;
    // 1 means done, with errors among the findings.
    ensure!(
        matches!(status.code(), Some(0 | 1)),
        "{} failed: {status}",
        binary.display()
    );
    Ok(())
}

/// One line for each file that is not the same on both sides.
fn differences(a: &Path, b: &Path) -> Result<Vec<String>> {
    let (files_a, files_b) = (sizes(a)?, sizes(b)?);
    let mut found = Vec::new();
    for (path, size_a) in &files_a {
        let Some(size_b) = files_b.get(path) else {
            found.push(format!("{}: only in {}", path.display(), a.display()));
            continue;
        };
        if let Some(line) = first_difference(&a.join(path), &b.join(path))? {
            found.push(format!(
                "{}: {size_a} and {size_b} bytes, {line}",
                path.display()
            ));
        }
    }
    let only_in_b = files_b.keys().filter(|path| !files_a.contains_key(*path));
    found.extend(only_in_b.map(|path| format!("{}: only in {}", path.display(), b.display())));
    Ok(found)
}

/// All files below `root` by their paths from there, with their sizes in bytes.
fn sizes(root: &Path) -> Result<BTreeMap<PathBuf, u64>> {
    let mut sizes = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                sizes.insert(
                    entry.path().strip_prefix(root)?.to_owned(),
                    entry.metadata()?.len(),
                );
            }
        }
    }
    Ok(sizes)
}

/// The first line that differs, counted from 1, and both its forms.
fn first_difference(a: &Path, b: &Path) -> Result<Option<String>> {
    let (mut a, mut b) = (
        BufReader::new(File::open(a)?),
        BufReader::new(File::open(b)?),
    );
    let (mut line_a, mut line_b) = (Vec::new(), Vec::new());
    for number in 1_u64.. {
        line_a.clear();
        line_b.clear();
        let read_a = a.read_until(b'\n', &mut line_a)?;
        let read_b = b.read_until(b'\n', &mut line_b)?;
        if line_a != line_b {
            let (a, b) = around_difference(&line_a, &line_b);
            return Ok(Some(format!("line {number}:\n  - {a}\n  + {b}")));
        }
        if read_a == 0 && read_b == 0 {
            return Ok(None);
        }
    }
    bail!("a file without an end")
}

/// The part of both lines where they begin to differ.
fn around_difference(a: &[u8], b: &[u8]) -> (String, String) {
    const SHOWN: usize = 120;
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let start = same.saturating_sub(SHOWN / 3);
    let part = |line: &[u8]| {
        let shown: Vec<u8> = line.iter().skip(start).take(SHOWN).copied().collect();
        String::from_utf8_lossy(&shown).trim_end().to_owned()
    };
    (part(a), part(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn equal_folders_have_no_differences() {
        let files = [("1-read/a.jsonl", "1\n2\n"), ("b", "")];
        let (a, b) = (folder(&files), folder(&files));
        assert_eq!(
            differences(a.path(), b.path()).unwrap(),
            Vec::<String>::new()
        );
    }

    #[test]
    fn each_kind_of_difference_is_told() {
        let a = folder(&[
            ("x/changed", "same\nold\n"),
            ("longer", "1\n"),
            ("gone", ""),
        ]);
        let b = folder(&[
            ("x/changed", "same\nnew\n"),
            ("longer", "1\n2\n"),
            ("more", ""),
        ]);
        let told = differences(a.path(), b.path()).unwrap().join("\n");
        assert!(told.contains("gone: only in"), "{told}");
        assert!(told.contains("more: only in"), "{told}");
        assert!(
            told.contains("longer: 2 and 4 bytes, line 2:\n  - \n  + 2"),
            "{told}"
        );
        assert!(
            told.contains("9 and 9 bytes, line 2:\n  - old\n  + new"),
            "{told}"
        );
    }
}
