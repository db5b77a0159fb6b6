//! The common frame of all stages: run only if something changed, prove the sums, write the
//! manifest and the findings, and take the old output's place at the end.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use chatferry_model::finding::{Severity, Stage};
use chatferry_model::folder::StageFolder;
use chatferry_model::jsonl::{FileSummary, Format, JsonlWriter};
use chatferry_model::manifest::{Manifest, Outcome};
use fs_err as fs;
use serde::Serialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::xxh3_128;

use crate::error::CliError;

/// The inputs of a stage: a hash of each, by name.
pub(crate) type Inputs = BTreeMap<String, String>;

/// The result of running a stage.
pub(crate) struct Ran<D> {
    /// The manifest, new or as it was.
    pub(crate) manifest: Manifest<D>,
    /// Findings of severity error.
    pub(crate) errors: u64,
    /// True if nothing had changed, so that nothing was done.
    pub(crate) unchanged: bool,
}

/// A stage of the work folder.
pub(crate) struct StageRun {
    stage: Stage,
    place: PathBuf,
    inputs: Inputs,
    upstream: Vec<PathBuf>,
}

impl StageRun {
    /// The stage whose output is the folder `place`, and what it is given.
    pub(crate) fn new(stage: Stage, place: &Path, inputs: Inputs) -> Self {
        Self {
            stage,
            place: place.to_owned(),
            inputs,
            upstream: Vec::new(),
        }
    }

    /// Names a stage folder it reads from; an edit there makes it run again.
    pub(crate) fn reads(mut self, folder: &Path) -> Result<Self, CliError> {
        let manifest = folder.join("manifest.json");
        let name = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        self.inputs.insert(name, hash_file(&manifest)?);
        self.upstream.push(folder.to_owned());
        Ok(self)
    }

    /// Runs `work` into a new folder, unless the last output is from the same inputs.
    pub(crate) fn run<D, W>(self, force: bool, work: W) -> Result<Ran<D>, CliError>
    where
        D: Serialize + DeserializeOwned,
        W: FnOnce(&Path) -> Result<Outcome<D>, CliError>,
    {
        if !force && let Some(manifest) = self.last() {
            let errors = errors_of(&self.place)?;
            return Ok(Ran {
                manifest,
                errors,
                unchanged: true,
            });
        }
        let folder = StageFolder::begin(&self.place)?;
        let outcome = work(folder.path())?;
        for (unit, sum) in &outcome.sums {
            sum.check(&format!("{} in {}", unit, self.stage.as_str()))?;
        }
        let mut manifest = Manifest::new(self.stage, outcome.details);
        manifest.inputs = self.inputs;
        manifest.sums = outcome.sums;
        manifest.files = outcome.files;
        let findings = &outcome.findings;
        manifest.findings = findings
            .totals()
            .map(|(code, n)| (code.id.to_owned(), n))
            .collect();
        let mut writer = JsonlWriter::create(
            &folder.path().join("findings.jsonl"),
            Format::FINDINGS,
            None::<&()>,
        )?;
        for finding in findings.lines() {
            writer.write(&finding)?;
        }
        manifest
            .files
            .insert("findings.jsonl".to_owned(), writer.finish()?);
        manifest.write(folder.path())?;
        folder.commit()?;
        let errors = findings.count(Severity::Error);
        Ok(Ran {
            manifest,
            errors,
            unchanged: false,
        })
    }

    /// The last output's manifest, if it is from the same inputs and nothing was edited since.
    fn last<D: DeserializeOwned>(&self) -> Option<Manifest<D>> {
        let manifest: Manifest<D> = Manifest::read(&self.place).ok()?;
        let same = manifest.inputs == self.inputs
            && manifest.chatferry == env!("CARGO_PKG_VERSION")
            && is_as_written(&self.place, &manifest.files)
            && self.upstream.iter().all(|folder| {
                Manifest::<serde::de::IgnoredAny>::read(folder)
                    .is_ok_and(|manifest| is_as_written(folder, &manifest.files))
            });
        same.then_some(manifest)
    }
}

/// Looks that the stage whose folder this is has run.
///
/// # Errors
/// When it has not.
pub(crate) fn present(folder: &Path) -> Result<(), CliError> {
    if folder.join("manifest.json").exists() {
        Ok(())
    } else {
        Err(CliError::missing_stage(folder))
    }
}

/// XXH3-128 of a file's content.
pub(crate) fn hash_file(path: &Path) -> Result<String, CliError> {
    let content = fs::read(path)?;
    Ok(format!("{:032x}", xxh3_128(&content)))
}

/// XXH3-128 of a value's JSON.
pub(crate) fn hash_value<T: Serialize>(value: &T) -> Result<String, CliError> {
    let json = serde_json::to_vec(value).map_err(|error| CliError::bug(error.to_string()))?;
    Ok(format!("{:032x}", xxh3_128(&json)))
}

/// Returns true if the files are as the stage wrote them. For JSON lines their last line is
/// believed: who edits such a file takes the hash out of it, or its reader says that it is damaged.
fn is_as_written(folder: &Path, files: &BTreeMap<String, FileSummary>) -> bool {
    files.iter().all(|(name, summary)| {
        let path = folder.join(name);
        if name.ends_with(".zst") {
            path.exists()
        } else if name.ends_with(".jsonl") {
            last_bytes(&path, 256).is_ok_and(|end| end.contains(&summary.hash))
        } else {
            hash_file(&path).is_ok_and(|hash| hash == summary.hash)
        }
    })
}

fn last_bytes(path: &Path, length: u64) -> std::io::Result<String> {
    let mut file = fs::File::open(path)?;
    let start = file.metadata()?.len().saturating_sub(length);
    file.seek(SeekFrom::Start(start))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    Ok(String::from_utf8_lossy(&end).into_owned())
}

/// Returns the number of errors that are among the findings of a stage's folder.
fn errors_of(folder: &Path) -> Result<u64, CliError> {
    Ok(crate::findings::of_folder(folder)?
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.count)
        .sum())
}
