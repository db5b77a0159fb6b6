//! Progress of a stage: a bar with rate and ETA on a terminal, plain lines otherwise.

use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chatferry_model::figures::{duration, thousands};
use chatferry_model::progress::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::printer::Printer;

/// The number of times a plain line is printed.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// The unit that a stage counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Bytes, shown in MB.
    Bytes,
    /// Things of that name: messages, posts.
    Things(&'static str),
}

impl Unit {
    /// So many of it, as a plain line says it.
    fn show(self, number: u64) -> String {
        let name = match self {
            Self::Bytes => "MB",
            Self::Things(name) => name,
        };
        format!("{} {name}", self.bare(number))
    }

    /// Returns the number without its unit.
    fn bare(self, number: u64) -> String {
        thousands(match self {
            Self::Bytes => number / 1_000_000,
            Self::Things(_) => number,
        })
    }

    /// The bar before the total is known.
    fn open_style(self) -> ProgressStyle {
        style(match self {
            Self::Bytes => "{prefix:>10} {spinner} {bytes}  {bytes_per_sec}  {elapsed}",
            Self::Things(_) => "{prefix:>10} {spinner} {human_pos} {msg}  {rate}  {elapsed}",
        })
    }

    /// The bar once the total is known.
    fn total_style(self) -> ProgressStyle {
        style(match self {
            Self::Bytes => {
                "{prefix:>10} [{bar:30}] {bytes} of {total_bytes}  {bytes_per_sec}  ETA {eta}"
            }
            Self::Things(_) => {
                "{prefix:>10} [{bar:30}] {human_pos} of {human_len} {msg}  {rate}  ETA {eta}"
            }
        })
    }
}

/// The progress of one stage.
pub(crate) struct StageProgress {
    printer: Printer,
    verb: &'static str,
    unit: Unit,
    bar: ProgressBar,
    total: AtomicU64,
    done: AtomicU64,
    started: Instant,
    last_line: Mutex<Instant>,
}

impl StageProgress {
    /// Shows `verb n of m unit`.
    pub(crate) fn new(printer: Printer, verb: &'static str, unit: Unit) -> Self {
        let target = if printer.is_live() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let name = match unit {
            Unit::Bytes => "",
            Unit::Things(name) => name,
        };
        let bar = ProgressBar::with_draw_target(None, target)
            .with_prefix(verb)
            .with_message(name);
        bar.set_style(unit.open_style());
        let now = Instant::now();
        Self {
            printer,
            verb,
            unit,
            bar,
            total: AtomicU64::new(0),
            done: AtomicU64::new(0),
            started: now,
            last_line: Mutex::new(now),
        }
    }

    /// Returns the time it has taken so far.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Runs `print` while the bar is out of the way.
    pub(crate) fn suspended(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    fn plain_line(&self, done: u64) {
        let Ok(mut last) = self.last_line.try_lock() else {
            return;
        };
        if last.elapsed() < PLAIN_EVERY {
            return;
        }
        *last = Instant::now();
        let total = self.total.load(Ordering::Relaxed);
        let seconds = self.started.elapsed().as_secs().max(1);
        let rate = done / seconds;
        let so_far = if total > 0 {
            format!("{} of {}", self.unit.bare(done), self.unit.show(total))
        } else {
            self.unit.show(done)
        };
        let eta = match total.saturating_sub(done).checked_div(rate) {
            Some(left) if total > 0 => format!(", {} left", duration(left)),
            _ => String::new(),
        };
        let rate = self.unit.show(rate);
        let text = format!("{so_far} ({rate}/s{eta})");
        self.printer.step(self.verb, &text);
    }
}

impl Progress for StageProgress {
    fn total(&self, units: u64) {
        self.total.store(units, Ordering::Relaxed);
        self.bar.set_length(units);
        self.bar.set_style(self.unit.total_style());
    }

    fn advance(&self, units: u64) {
        let done = self.done.fetch_add(units, Ordering::Relaxed) + units;
        if self.printer.is_live() {
            self.bar.inc(units);
        } else if !self.printer.is_quiet() {
            self.plain_line(done);
        }
    }
}

impl Drop for StageProgress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
            // Writing to the line being drawn can't fail.
            let _ = write!(out, "{}/s", thousands(state.per_sec() as u64));
        })
        .progress_chars("=> ")
}
