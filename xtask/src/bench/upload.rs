//! The speed of `upload` where nothing limits it, beside the twin alone, and whether its
//! memory stays flat (crates/DECISIONS.md section 5).
//!
//! The twin is served by the same binary over a socket of this machine, so both share its cores.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::{Bench, megabytes};
use crate::process::{self, Usage};
use crate::{generate, workspace};

/// So many posts a second `upload` should reach.
const RATE: f64 = 5_000.0;
/// At a hundred times the posts it may hold so many times the memory.
const MOST_TIMES_THE_MEMORY: f64 = 1.2;
/// The app's secret for the twin and `upload`.
const SECRET: (&str, &str) = ("CHATFERRY_CLIENT_SECRET", "bench");
const LIMITS: [&str; 6] = [
    "channel_posts",
    "team_posts",
    "app_channel_posts",
    "app_chat_posts",
    "other_calls",
    "file_calls",
];

/// A twin that listens; ends with this.
struct Twin {
    child: Child,
    at: Listening,
}

#[derive(Deserialize)]
struct Listening {
    url: String,
    tenant_id: String,
    client_id: String,
}

impl Twin {
    fn start(chatferry: &Path, users: &Path) -> Result<Self> {
        let mut child = Command::new(chatferry)
            .args(["twin", "--port", "0", "--instant", "--json", "--users"])
            .arg(users)
            .env(SECRET.0, SECRET.1)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let stdout = child.stdout.take().context("the twin has no stdout")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let at = serde_json::from_str(&line).context("the twin does not say where it is")?;
        Ok(Self { child, at })
    }
}

impl Drop for Twin {
    fn drop(&mut self) {
        // It may have ended by itself; nothing depends on it any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Prints the figures for an upload of so many posts in many channels, and for a twentieth and five
/// times that in one: what memory there is beyond those goes with the channels that are filled at
/// once, and not with the posts.
pub(super) fn measure(bench: &Bench, messages: usize) -> Result<()> {
    let alone = twin_alone()?;
    println!("\nupload over sockets, the twin on the same cores, limits lifted");
    println!(
        "{:<14} {:>9} {:>9} {:>9} {:>12} {:>9}",
        "", "posts", "s", "CPU s", "posts/s", "peak MB"
    );
    let row = |shape: &str, messages: usize, one_channel: bool| -> Result<u64> {
        let (posts, usage) = upload(bench, messages, one_channel)?;
        let seconds = usage.wall.as_secs_f64();
        let cpu = usage.cpu.unwrap_or_default().as_secs_f64();
        let peak = usage.peak.unwrap_or_default();
        let (rate, memory) = (posts as f64 / seconds, megabytes(peak));
        println!("{shape:<14} {posts:>9} {seconds:>9.2} {cpu:>9.2} {rate:>12.0} {memory:>9}");
        Ok(peak)
    };
    row("many channels", messages, false)?;
    let few = row("one channel", messages / 20, true)?;
    let many = row("one channel", messages * 5, true)?;
    println!("the twin alone, in process, on one core: {alone:.0} posts/s (at least 20000)");
    println!("upload into many channels: at least {RATE} posts/s");
    if few > 0 {
        let ratio = many as f64 / few as f64;
        println!(
            "memory at a hundred times the posts: {ratio:.2} of that (at most {MOST_TIMES_THE_MEMORY})"
        );
    }
    Ok(())
}

/// Uploads an export of so many messages; how many posts it took.
fn upload(bench: &Bench, messages: usize, one_channel: bool) -> Result<(u64, Usage)> {
    #[derive(Deserialize)]
    struct Report {
        sent: u64,
    }

    let export = bench.export(messages, one_channel)?;
    bench.convert(&export)?;
    let twin = Twin::start(&bench.chatferry, &generate::directory_of(&export))?;
    let result = bench.folder.join("upload.json");
    let mut command = Command::new(&bench.chatferry);
    command.args(["upload", "--json", "--quiet", "-w"]);
    command.arg(bench.work());
    command.args(["--graph-url", &twin.at.url, "--login-url", &twin.at.url]);
    command.args(["--tenant-id", &twin.at.tenant_id]);
    command.args(["--client-id", &twin.at.client_id]);
    for limit in LIMITS {
        command.arg("--set").arg(format!("limits.{limit}=0"));
    }
    command.env(SECRET.0, SECRET.1);
    command.stdout(fs::File::create(&result)?);
    let usage = process::measure(command.stderr(Stdio::null()))?;
    ensure!(
        matches!(usage.status.code(), Some(0 | 1)),
        "upload failed: {}",
        usage.status
    );
    let report: Report = serde_json::from_slice(&fs::read(&result)?)?;
    Ok((report.sent, usage))
}

/// Posts a second that the twin takes by itself.
fn twin_alone() -> Result<f64> {
    let mut command = workspace::cargo();
    command.args(["run", "--quiet", "--release", "--locked"]);
    command.args(["--package", "chatferry-twin", "--example", "alone"]);
    let output = command.output()?;
    ensure!(output.status.success(), "the twin alone failed");
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}
