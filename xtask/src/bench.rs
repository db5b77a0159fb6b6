//! `cargo xtask bench`: how long `convert` takes on a synthetic export, and how much memory, beside
//! a bare loop over the same zip measured in the same run (crates/DECISIONS.md section 5); and
//! `upload`.

pub(crate) mod reference;
mod upload;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use zip::ZipArchive;

use crate::process::{self, Usage};
use crate::{generate, workspace};

/// `convert` may take so many times what the bare loop does.
const MOST_TIMES_THE_REFERENCE: f64 = 1.5;
/// So many messages a second `read` and `render` should reach by themselves.
const READ_RATE: f64 = 250_000.0;
const RENDER_RATE: f64 = 400_000.0;
/// `convert` may hold so much memory, and at ten times the messages so many times as much.
const MOST_MEMORY: u64 = 150_000_000;
const MOST_TIMES_THE_MEMORY: f64 = 1.2;

/// Measures `convert` beside a bare loop over the same zip. All figures are those of the best
/// round.
#[derive(Parser)]
struct Args {
    /// The number of messages the synthetic export holds.
    #[arg(long, default_value_t = 200_000)]
    messages: usize,
    /// Put all messages into one channel.
    #[arg(long)]
    one_channel: bool,
    /// Measure at ten times the messages as well.
    #[arg(long)]
    ten_times: bool,
    /// Measure `upload` as well, against the twin with its limits lifted.
    #[arg(long)]
    upload: bool,
    /// The number of times everything is measured, one after the other.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Measure this binary instead of building one.
    #[arg(long)]
    binary: Option<PathBuf>,
}

/// The programs that are run, and where.
struct Bench {
    chatferry: PathBuf,
    xtask: PathBuf,
    folder: PathBuf,
    rounds: usize,
}

/// The best of several runs of one kind.
#[derive(Clone, Copy, Default)]
struct Best {
    wall: Duration,
    cpu: Option<Duration>,
    peak: Option<u64>,
}

pub(crate) fn run(arguments: Vec<String>) -> Result<()> {
    let args = Args::parse_from(arguments);
    let bench = Bench::build(&args)?;
    let once = bench.measure(args.messages, args.one_channel)?;
    if args.ten_times {
        let ten_times = bench.measure(args.messages * 10, args.one_channel)?;
        if let (Some(once), Some(ten_times)) = (once.peak, ten_times.peak) {
            let ratio = ten_times as f64 / once as f64;
            println!("memory at ten times: {ratio:.2} of that (at most {MOST_TIMES_THE_MEMORY})");
        }
    }
    if args.upload {
        upload::measure(&bench, args.messages)?;
    }
    Ok(())
}

impl Bench {
    fn build(args: &Args) -> Result<Self> {
        let release = workspace::target().join("release");
        let mut build = workspace::cargo();
        build.args(["build", "--release", "--locked", "--package", "xtask"]);
        if args.binary.is_none() {
            build.args(["--package", "chatferry"]);
        }
        ensure!(build.status()?.success(), "the release build failed");
        let program = |name: &str| release.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        let folder = workspace::target().join("bench");
        fs::create_dir_all(&folder)?;
        Ok(Self {
            chatferry: args.binary.clone().unwrap_or_else(|| program("chatferry")),
            xtask: program("xtask"),
            folder,
            rounds: args.rounds.max(1),
        })
    }

    /// Prints the figures for an export of so many messages; gives back those of `convert`.
    fn measure(&self, messages: usize, one_channel: bool) -> Result<Best> {
        let export = self.export(messages, one_channel)?;
        let cores = thread::available_parallelism()?.get();
        let (mut convert, mut read, mut render) = (None, None, None);
        let mut references = vec![(1, None)];
        if cores > 1 {
            references.push((cores, None));
        }
        let mut written = 0;
        for _ in 0..self.rounds {
            keep_best(&mut convert, &self.convert(&export)?);
            written = bytes_below(&self.work())?;
            keep_best(&mut render, &self.render()?);
            keep_best(&mut read, &self.read(&export)?);
            for (threads, best) in &mut references {
                keep_best(best, &self.reference(&export, *threads, written)?);
            }
        }
        let json = inflated_bytes(&export)?;
        let packed = fs::metadata(&export)?.len();
        println!(
            "\n{messages} messages: {} MB of JSON, {} MB zip, {} MB written; best of {}, {cores} cores",
            megabytes(json),
            megabytes(packed),
            megabytes(written),
            self.rounds,
        );
        println!(
            "{:<24} {:>9} {:>9} {:>12} {:>8} {:>9}",
            "", "s", "CPU s", "messages/s", "MB/s", "peak MB"
        );
        let row = |name: &str, best: Best| {
            let seconds = best.wall.as_secs_f64();
            let none = || "-".to_owned();
            let cpu = (best.cpu).map_or_else(none, |cpu| format!("{:.2}", cpu.as_secs_f64()));
            let peak = best.peak.map_or_else(none, megabytes);
            let (rate, speed) = (messages as f64 / seconds, json as f64 / 1e6 / seconds);
            println!("{name:<24} {seconds:>9.3} {cpu:>9} {rate:>12.0} {speed:>8.0} {peak:>9}");
            rate
        };
        let convert = convert.unwrap_or_default();
        row("convert", convert);
        let read = row("read", read.unwrap_or_default());
        let render = row("render", render.unwrap_or_default());
        for (threads, best) in references {
            let Some(best) = best else { continue };
            row(&format!("reference, {threads} thread(s)"), best);
            if threads == cores {
                let ratio = convert.wall.as_secs_f64() / best.wall.as_secs_f64();
                println!("time: {ratio:.2} of the reference (at most {MOST_TIMES_THE_REFERENCE})");
            }
        }
        println!("read: {read:.0} messages/s (at least {READ_RATE})");
        println!("render: {render:.0} messages/s (at least {RENDER_RATE})");
        if let Some(peak) = convert.peak {
            println!(
                "memory: {} MB (at most {})",
                megabytes(peak),
                megabytes(MOST_MEMORY)
            );
        }
        Ok(convert)
    }

    /// The export, written if this is the first time.
    fn export(&self, messages: usize, one_channel: bool) -> Result<PathBuf> {
        let kind = if one_channel { "-one-channel" } else { "" };
        let export = self.folder.join(format!("slack-{messages}{kind}.zip"));
        if !export.exists() {
            let unfinished = export.with_extension("unfinished");
            if unfinished.exists() {
                fs::remove_file(&unfinished)?;
            }
            let mut command = Command::new(&self.xtask);
            command.args([
                "generate",
                "--zip",
                "--messages",
                &messages.to_string(),
                "--out",
            ]);
            command.arg(&unfinished);
            if one_channel {
                command.arg("--one-channel");
            }
            let usage = process::measure(command.stdout(Stdio::null()))?;
            ensure!(usage.status.success(), "generate failed: {}", usage.status);
            println!(
                "generated {} in {:.1} s",
                export.display(),
                usage.wall.as_secs_f64()
            );
            fs::rename(
                generate::directory_of(&unfinished),
                generate::directory_of(&export),
            )?;
            fs::rename(&unfinished, &export)?;
        }
        Ok(export)
    }

    fn work(&self) -> PathBuf {
        self.folder.join("work")
    }

    fn convert(&self, export: &Path) -> Result<Usage> {
        if self.work().exists() {
            fs::remove_dir_all(self.work())?;
        }
        let mut command = Command::new(&self.chatferry);
        command
            .arg("convert")
            .arg(export)
            .arg("-w")
            .arg(self.work());
        command
            .arg("--directory")
            .arg(generate::directory_of(export));
        command.args(["--placeholder", generate::PLACEHOLDER]);
        measure_stage("convert", command)
    }

    /// Reads into a folder of its own.
    fn read(&self, export: &Path) -> Result<Usage> {
        let work = self.folder.join("read");
        if work.exists() {
            fs::remove_dir_all(&work)?;
        }
        let mut command = Command::new(&self.chatferry);
        command.arg("read").arg(export).arg("-w").arg(work);
        measure_stage("read", command)
    }

    /// Renders again what [`convert`](Self::convert) has rendered.
    fn render(&self) -> Result<Usage> {
        fs::remove_dir_all(self.work().join("3-render"))?;
        let mut command = Command::new(&self.chatferry);
        command.arg("render").arg("-w").arg(self.work());
        measure_stage("render", command)
    }

    fn reference(&self, export: &Path, threads: usize, written: u64) -> Result<Usage> {
        let mut command = Command::new(&self.xtask);
        command.arg("bench-reference").arg(export);
        command.args([
            "--threads",
            &threads.to_string(),
            "--write",
            &written.to_string(),
        ]);
        command.arg("--out").arg(self.folder.join("reference"));
        let usage = process::measure(command.stdout(Stdio::null()))?;
        ensure!(
            usage.status.success(),
            "the reference failed: {}",
            usage.status
        );
        Ok(usage)
    }
}

/// Runs a command of chatferry's.
fn measure_stage(name: &str, mut command: Command) -> Result<Usage> {
    let usage = process::measure(command.stdout(Stdio::null()).stderr(Stdio::null()))?;
    // 1 means done, with errors among the findings.
    ensure!(
        matches!(usage.status.code(), Some(0 | 1)),
        "{name} failed: {}",
        usage.status
    );
    Ok(usage)
}

/// The shortest times and the smallest peak seen.
fn keep_best(best: &mut Option<Best>, usage: &Usage) {
    let wall = best.map_or(usage.wall, |best| best.wall.min(usage.wall));
    let before = best.unwrap_or_default();
    *best = Some(Best {
        wall,
        cpu: before.cpu.into_iter().chain(usage.cpu).min(),
        peak: before.peak.into_iter().chain(usage.peak).min(),
    });
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

/// All bytes of all files below `folder`.
fn bytes_below(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() {
            bytes_below(&entry.path())?
        } else {
            metadata.len()
        };
    }
    Ok(bytes)
}

fn inflated_bytes(export: &Path) -> Result<u64> {
    let archive = ZipArchive::new(File::open(export)?)?;
    let bytes = archive
        .decompressed_size()
        .context("the zip does not say its size")?;
    Ok(u64::try_from(bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_round_is_kept() {
        let usage = |millis, peak| Usage {
            status: std::process::ExitStatus::default(),
            wall: Duration::from_millis(millis),
            cpu: Some(Duration::from_millis(millis * 2)),
            peak,
        };
        let mut best = None;
        for usage in [usage(30, Some(7)), usage(20, Some(9)), usage(25, None)] {
            keep_best(&mut best, &usage);
        }
        let best = best.unwrap();
        assert_eq!((best.wall.as_millis(), best.peak), (20, Some(7)));
        assert_eq!(best.cpu, Some(Duration::from_millis(40)));
    }
}
