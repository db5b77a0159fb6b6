//! Running a program to its end, with its time and its peak memory.

use std::fs;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// Short beside the runs that are measured, long beside reading one line of `/proc`.
const POLL: Duration = Duration::from_millis(4);

/// The resources that a run took.
pub(crate) struct Usage {
    pub(crate) status: ExitStatus,
    pub(crate) wall: Duration,
    /// The time of all its threads on the cores, the kernel's work for them included. On a machine
    /// that does other things too this says more than the clock on the wall.
    pub(crate) cpu: Option<Duration>,
    /// The most memory it held at once, in bytes; none where `/proc` does not tell.
    pub(crate) peak: Option<u64>,
}

/// Starts `command` and waits for it, asking for its time and memory now and then. The kernel keeps
/// the sum and the maximum itself, so only what is taken in the last few ms can be missed.
pub(crate) fn measure(command: &mut Command) -> Result<Usage> {
    let start = Instant::now();
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start {:?}", command.get_program()))?;
    let (mut cpu, mut peak) = (None, None);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Usage {
                status,
                wall: start.elapsed(),
                cpu,
                peak,
            });
        }
        cpu = cpu.max(cpu_time(&child));
        peak = peak.max(high_water(&child));
        thread::sleep(POLL);
    }
}

/// `utime` and `stime` of `/proc/<pid>/stat`, which Linux counts in hundredths of a second.
fn cpu_time(child: &Child) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    // The program's name comes before, in brackets, and may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks = |at| fields.split_ascii_whitespace().nth(at)?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}

/// `VmHWM` of `/proc/<pid>/status`, in bytes.
fn high_water(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_timed() {
        let mut command = crate::workspace::cargo();
        let usage = measure(command.arg("--version").stdout(std::process::Stdio::null())).unwrap();
        assert!(usage.status.success());
        assert!(usage.wall < Duration::from_secs(60));
        assert!(usage.cpu.is_none_or(|cpu| cpu < Duration::from_secs(60)));
    }
}
