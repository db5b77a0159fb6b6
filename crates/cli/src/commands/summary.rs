//! The lines and tables that tell what a stage did.

use std::collections::BTreeMap;
use std::time::Duration;

use chatferry_model::figures::{count, thousands};
use chatferry_model::manifest::Manifest;
use chatferry_model::sum::Sum;

use crate::printer::Printer;
use crate::stage::Ran;

/// `12,345 messages in 0.5 s (24,690/s)`, or that nothing had changed.
pub(crate) fn step<D>(printer: Printer, verb: &str, ran: &Ran<D>, what: &str, took: Duration) {
    if ran.unchanged {
        printer.step(verb, &format!("{what} (unchanged since the last run)"));
        return;
    }
    let messages = ran.manifest.sums.get("messages").map_or(0, |sum| sum.input);
    let seconds = took.as_secs_f64();
    // Below a tenth of a second a rate says nothing.
    let rate = if messages > 0 && seconds >= 0.1 {
        format!(", {}/s", thousands((messages as f64 / seconds) as u64))
    } else {
        String::new()
    };
    printer.step(verb, &format!("{what} ({seconds:.1} s{rate})"));
}

/// Returns the number that a stage put out.
pub(crate) fn output<D>(manifest: &Manifest<D>, unit: &str) -> u64 {
    manifest.sums.get(unit).map_or(0, |sum| sum.output)
}

/// The sums of the stages as a table: nothing lost, and where it went.
pub(crate) fn sums(printer: Printer, stages: &[(&str, &BTreeMap<String, Sum>)]) {
    let mut rows = Vec::new();
    for (stage, sums) in stages {
        for (unit, sum) in *sums {
            if sum.input == 0 && sum.output == 0 {
                continue;
            }
            let total = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>();
            let lost = sum.input - sum.output - total(&sum.merged) - total(&sum.skipped);
            rows.push(vec![
                (*stage).to_owned(),
                unit.clone(),
                thousands(sum.input),
                thousands(sum.output),
                thousands(total(&sum.merged)),
                thousands(total(&sum.skipped)),
                thousands(total(&sum.added)),
                thousands(lost),
            ]);
        }
    }
    printer.table(
        &[
            "stage", "unit", "in", "out", "merged", "skipped", "added", "lost",
        ],
        &rows,
    );
    for (stage, sums) in stages {
        for (unit, sum) in *sums {
            let named = [
                ("merged", &sum.merged),
                ("skipped", &sum.skipped),
                ("added", &sum.added),
            ];
            for (what, reasons) in named {
                if !reasons.is_empty() {
                    let list: Vec<String> = reasons
                        .iter()
                        .map(|(why, n)| format!("{why} {}", thousands(*n)))
                        .collect();
                    printer.plain(&format!("  {stage} {unit} {what}: {}", list.join(", ")));
                }
            }
        }
    }
}

/// `3 conversations, 120 messages (45 replies), 12 people`
pub(crate) fn list(parts: &[(u64, &str)]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|(number, one)| count(*number, one))
        .collect();
    parts.join(", ")
}
