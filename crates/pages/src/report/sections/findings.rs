//! Losses and changes by code, the worst first.

use chatferry_model::finding::Severity;

use super::soft;
use crate::html::Html;
use crate::report::findings::{Example, Group};
use crate::report::gather::Report;
use crate::report::places::Places;
use crate::report::section::section;
use chatferry_model::figures::{count, thousands};

/// Writes the section.
pub(in crate::report) fn findings(html: &mut Html, report: &Report) {
    section(html, "findings", |html| {
        let all = &report.findings;
        if all.iter().next().is_none() {
            soft(html, "Nothing: every message comes through as it was.");
            return;
        }
        soft(
            html,
            &format!(
                "{} of loss, {} of change, {} left out or noted as designed. The worst come first.",
                count(all.count(Severity::Error), "finding"),
                thousands(all.count(Severity::Warning)),
                thousands(all.count(Severity::Info)),
            ),
        );
        let kinds = [
            (Severity::Error, "Lost"),
            (Severity::Warning, "Changed"),
            (Severity::Info, "Left out or noted as designed"),
        ];
        for (severity, title) in kinds {
            if all.count(severity) == 0 {
                continue;
            }
            // What is as it should be is there for who looks for it.
            if severity == Severity::Info {
                html.within("details", &[("class", "card")], |html| {
                    html.leaf("summary", &[], title);
                    of_severity(html, report, severity);
                });
            } else {
                html.leaf("h3", &[("class", "kind")], title);
                html.within("div", &[("class", "card")], |html| {
                    of_severity(html, report, severity);
                });
            }
        }
    });
}

fn of_severity(html: &mut Html, report: &Report, severity: Severity) {
    let groups = report.findings.iter().filter(|(of, _, _)| *of == severity);
    for (_, code, group) in groups {
        let explained = report.codes.get(code);
        let summary = explained.map_or(code, |code| code.summary);
        html.within("article", &[("class", "finding")], |html| {
            let class = format!("count {severity}");
            html.leaf("div", &[("class", &class)], &thousands(group.count));
            html.within("div", &[], |html| {
                html.leaf("h4", &[], summary);
                html.within("p", &[("class", "soft small")], |html| {
                    if let Some(code) = explained {
                        with_commands(html, code.remedy);
                        html.text(" ");
                    }
                    html.leaf("code", &[], code);
                });
                examples(html, severity, group, &report.places);
            });
        });
    }
}

/// A sentence in which commands stand between backticks.
fn with_commands(html: &mut Html, sentence: &str) {
    for (number, part) in sentence.split('`').enumerate() {
        if number % 2 == 0 {
            html.text(part);
        } else {
            html.leaf("code", &[], part);
        }
    }
}

fn examples(html: &mut Html, severity: Severity, group: &Group, places: &Places) {
    // What is lost is shown at once, on paper too.
    let open: &[(&'static str, &str)] = if severity == Severity::Error {
        &[("open", "")]
    } else {
        &[]
    };
    html.within("details", open, |html| {
        let title = match group.examples.len() {
            1 => "Where".to_owned(),
            shown => format!("The first {shown}, found by {}", group.stage.as_str()),
        };
        html.leaf("summary", &[], &title);
        html.within("ul", &[("class", "small")], |html| {
            for example in &group.examples {
                html.within("li", &[], |html| self::example(html, example, places));
            }
        });
    });
}

fn example(html: &mut Html, example: &Example, places: &Places) {
    if let Some(conversation) = &example.conversation {
        html.name(places.name(conversation));
        html.text(" ");
    }
    if let Some(ts) = &example.ts {
        html.leaf("code", &[], ts);
        html.text(" ");
    }
    if let (Some(file), None) = (&example.file, &example.ts) {
        html.leaf("code", &[], file);
        html.text(" ");
    }
    html.name(&example.message);
    if example.count > 1 {
        let times = format!(" ({} times)", thousands(example.count));
        html.leaf("span", &[("class", "soft")], &times);
    }
}
