//! Losses and changes by code, the worst first.

use chatferry_model::figures::thousands;
use chatferry_model::finding::Severity;
use maud::{Markup, html};

use crate::page::name;
use crate::report::findings::{Example, Group};
use crate::report::gather::Report;
use crate::report::parts::{section, soft};
use crate::report::places::Places;

/// Returns the section.
pub(in crate::report) fn findings(report: &Report) -> Markup {
    let all = &report.findings;
    if all.iter().next().is_none() {
        let words = "Nothing: every message is carried over as it was.";
        return section("findings", &soft(words));
    }
    let summary = format!(
        "Lost: {} · Changed: {} · For information: {}. The worst come first.",
        thousands(all.count(Severity::Error)),
        thousands(all.count(Severity::Warning)),
        thousands(all.count(Severity::Info)),
    );
    let kinds = [
        (Severity::Error, "Lost"),
        (Severity::Warning, "Changed"),
        (Severity::Info, "For information"),
    ];
    let inside = html! {
        (soft(&summary))
        @for (severity, title) in kinds.into_iter().filter(|(of, _)| all.count(*of) > 0) {
            // What is as it should be is there for who looks for it.
            @if severity == Severity::Info {
                details.card {
                    summary { (title) }
                    (of_severity(report, severity))
                }
            } @else {
                h3.kind { (title) }
                div.card { (of_severity(report, severity)) }
            }
        }
    };
    section("findings", &inside)
}

fn of_severity(report: &Report, severity: Severity) -> Markup {
    let groups = report.findings.iter().filter(|(of, _, _)| *of == severity);
    html! {
        @for (_, code, group) in groups {
            @let explained = report.codes.get(code);
            article.finding {
                div class={ "count " (severity) } { (thousands(group.count)) }
                div {
                    h4 { (explained.map_or(code, |code| code.summary)) }
                    p class="soft small" {
                        @if let Some(code) = explained { (with_commands(code.remedy)) " " }
                        code { (code) }
                    }
                    (examples(severity, group, &report.places))
                }
            }
        }
    }
}

/// Returns a sentence in which commands are in back-ticks.
fn with_commands(sentence: &str) -> Markup {
    html! {
        @for (number, part) in sentence.split('`').enumerate() {
            @if number % 2 == 0 { (part) } @else { code { (part) } }
        }
    }
}

fn examples(severity: Severity, group: &Group, places: &Places) -> Markup {
    let title = match group.examples.len() {
        1 => "Where".to_owned(),
        shown => format!("The first {shown}, found by {}", group.stage.as_str()),
    };
    html! {
        // What is lost is shown at once, on paper too.
        details open[severity == Severity::Error] {
            summary { (title) }
            ul.small {
                @for example in &group.examples { li { (self::example(example, places)) } }
            }
        }
    }
}

fn example(example: &Example, places: &Places) -> Markup {
    let place = example.ts.as_ref().or(example.file.as_ref());
    html! {
        @if let Some(conversation) = &example.conversation { (name(places.name(conversation))) " " }
        @if let Some(place) = place { code { (place) } " " }
        (name(&example.message))
        @if example.count > 1 {
            span.soft { " (" (thousands(example.count)) " times)" }
        }
    }
}
