//! The sums: what came in is what went out, was merged, or was skipped for a reason.

use std::collections::BTreeMap;

use chatferry_model::figures::thousands;
use chatferry_model::sum::Sum;
use maud::{Markup, html};

use crate::page::name;
use crate::report::gather::Report;
use crate::report::parts::{bar, legend, number, section, soft, table};

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

/// Returns the section.
pub(in crate::report) fn sums(report: &Report) -> Markup {
    let header = [
        "Stage",
        "Unit",
        "In #",
        "Out #",
        "Merged #",
        "Skipped #",
        "Added #",
        "Share",
        "In = out + merged + skipped",
    ];
    let rows = html! {
        @for (stage, sums) in &report.stages {
            @for (unit, sum) in sums.iter().filter(|(_, sum)| sum.input + sum.output > 0) {
                (row(stage, unit, sum))
            }
        }
    };
    let words = [
        ("out", "out".to_owned()),
        ("merged", "merged".to_owned()),
        ("skipped", "skipped".to_owned()),
    ];
    let inside = html! {
        (soft("Each stage counts its input and output independently. Input = output + merged + skipped, each with its reason; chatferry stops if that does not hold."))
        (table("Message counts", &header, &rows))
        (legend(&words))
        (reasons(report))
    };
    section("sums", &inside)
}

fn row(stage: &str, unit: &str, sum: &Sum) -> Markup {
    let (merged, skipped) = (total(&sum.merged), total(&sum.skipped));
    let parts = [
        ("out", sum.output),
        ("merged", merged),
        ("skipped", skipped),
    ];
    html! {
        tr {
            th scope="row" { (stage) }
            td { (unit) }
            @for value in [sum.input, sum.output, merged, skipped, total(&sum.added)] {
                (number(&thousands(value)))
            }
            td { (bar("bar", &parts)) }
            td {
                @match sum.check(unit) {
                    Ok(()) => { span class="pill good" { "holds" } }
                    Err(_) => { span class="pill error" { "does not hold" } }
                }
            }
        }
    }
}

fn reasons(report: &Report) -> Markup {
    let mut lines = Vec::new();
    for (stage, sums) in &report.stages {
        for (unit, sum) in sums {
            let kinds = [
                ("merged", &sum.merged),
                ("skipped", &sum.skipped),
                ("added", &sum.added),
            ];
            for (what, counts) in kinds {
                let mut counts: Vec<_> = counts.iter().collect();
                counts.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
                if !counts.is_empty() {
                    lines.push((format!("{unit} {what} by {stage}"), counts));
                }
            }
        }
    }
    html! {
        @if !lines.is_empty() {
            div.card {
                h3 { "Reasons" }
                @for (what, counts) in lines {
                    p.small {
                        b { (what) } ": "
                        @for (at, (reason, count)) in counts.into_iter().enumerate() {
                            @if at > 0 { ", " }
                            (name(&reason.replace('_', " "))) " " (thousands(*count))
                        }
                    }
                }
            }
        }
    }
}

fn total(counts: &BTreeMap<String, u64>) -> u64 {
    counts.values().sum()
}
