//! The sums: what came in is what went out, was merged, or was left out for a reason.

use std::collections::BTreeMap;

use chatferry_model::sum::Sum;

use super::{bar, legend, number, soft, table};
use crate::html::Html;
use crate::report::gather::Report;
use crate::report::section::section;
use chatferry_model::figures::thousands;

/// Returns true if the sum of each stage holds, and each stage took what the one before gave.
pub(in crate::report) fn holds(report: &Report) -> bool {
    let each = report
        .stages
        .iter()
        .all(|(_, sums)| sums.iter().all(|(unit, sum)| sum.check(unit).is_ok()));
    let (read, render) = (report.messages("read"), report.messages("render"));
    each && given(&read) == render.input && given(&render) == report.messages("check").input
}

/// Returns the number of items that a stage passes on: its output and what it added.
fn given(sum: &Sum) -> u64 {
    sum.output + total(&sum.added)
}

/// Writes the section.
pub(in crate::report) fn sums(html: &mut Html, report: &Report) {
    section(html, "sums", |html| {
        soft(
            html,
            "Each stage counts its input and output independently. What came in is what went out, was merged, or was left out for a reason; chatferry stops if that does not hold.",
        );
        let header = [
            "Stage",
            "Of",
            "In #",
            "Out #",
            "Merged #",
            "Left out #",
            "Added #",
            "Share",
            "In = out + merged + left out",
        ];
        table(html, "Sums", &header, |html| {
            for (stage, sums) in &report.stages {
                for (unit, sum) in sums.iter().filter(|(_, sum)| sum.input + sum.output > 0) {
                    html.within("tr", &[], |html| row(html, stage, unit, sum));
                }
            }
        });
        legend(
            html,
            &[
                ("out", "out".to_owned()),
                ("merged", "merged".to_owned()),
                ("skipped", "left out".to_owned()),
            ],
        );
        reasons(html, report);
    });
}

fn row(html: &mut Html, stage: &str, unit: &str, sum: &Sum) {
    html.leaf("th", &[("scope", "row")], stage);
    html.leaf("td", &[], unit);
    let (merged, skipped) = (total(&sum.merged), total(&sum.skipped));
    for value in [sum.input, sum.output, merged, skipped, total(&sum.added)] {
        number(html, &thousands(value));
    }
    html.within("td", &[], |html| {
        let parts = [
            ("out", sum.output),
            ("merged", merged),
            ("skipped", skipped),
        ];
        bar(html, "bar", &parts);
    });
    html.within("td", &[], |html| match sum.check(unit) {
        Ok(()) => html.leaf("span", &[("class", "pill good")], "holds"),
        Err(_) => html.leaf("span", &[("class", "pill error")], "does not hold"),
    });
}

fn reasons(html: &mut Html, report: &Report) {
    let mut lines = Vec::new();
    for (stage, sums) in &report.stages {
        for (unit, sum) in sums {
            let kinds = [
                ("merged", &sum.merged),
                ("left out", &sum.skipped),
                ("added", &sum.added),
            ];
            for (what, counts) in kinds {
                if !counts.is_empty() {
                    lines.push((format!("{unit} {what} by {stage}"), counts));
                }
            }
        }
    }
    if lines.is_empty() {
        return;
    }
    html.within("div", &[("class", "card")], |html| {
        html.leaf("h3", &[], "Reasons");
        for (what, counts) in lines {
            html.within("p", &[("class", "small")], |html| {
                html.leaf("b", &[], &what);
                html.text(": ");
                let mut counts: Vec<_> = counts.iter().collect();
                counts.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
                for (at, (reason, count)) in counts.into_iter().enumerate() {
                    if at > 0 {
                        html.text(", ");
                    }
                    html.name(&reason.replace('_', " "));
                    html.text(&format!(" {}", thousands(*count)));
                }
            });
        }
    });
}

fn total(counts: &BTreeMap<String, u64>) -> u64 {
    counts.values().sum()
}
