//! The page: its head, what it says at a glance, and the sections below.

use chatferry_model::figures::{bytes, count, duration, thousands};
use chatferry_model::finding::Severity;
use maud::{Markup, PreEscaped, html};

use super::gather::Report;
use super::parts::SECTIONS;
use super::sections;
use crate::page::{self, STYLE, name, names};

/// The styles that only this page needs.
const REPORT_STYLE: &str = include_str!("style.css");
/// Nothing is loaded and nothing runs, whatever names the page holds.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Returns the page.
pub(super) fn page(report: &Report) -> String {
    let title = format!("Migration of {} to Microsoft Teams", report.title);
    let head = html! {
        meta http-equiv="Content-Security-Policy" content=(POLICY);
        meta name="referrer" content="no-referrer";
        style { (PreEscaped(STYLE)) (PreEscaped(REPORT_STYLE)) }
    };
    let body = html! {
        a.skip href="#main" { "To the content" }
        header.hero { div.wrap { (hero(report)) } }
        main.wrap #main {
            (verdict(report))
            (tiles(report))
            nav.toc aria-label="Sections" {
                @for (anchor, title) in SECTIONS { a href={ "#" (anchor) } { (title) } }
            }
            (sections::findings(report))
            (sections::people(report))
            (sections::places(report))
            (sections::sums(report))
            (sections::next(report))
        }
        footer.wrap {
            "Written by chatferry " (env!("CARGO_PKG_VERSION")) ". "
            "The same input gives the same page, byte for byte."
        }
    };
    page::page(&title, &head, &body)
}

fn hero(report: &Report) -> Markup {
    html! {
        p.eyebrow { "Migration report" }
        h1 { (name(&report.title)) " to Microsoft Teams" }
        p {
            (report.source) ", " (report.layout)
            @if let Some((first, last)) = &report.places.days { ", " (first) " to " (last) }
            ". From " (names(&report.exports)) "."
        }
    }
}

/// The one sentence for who reads nothing else.
fn verdict(report: &Report) -> Markup {
    let (errors, warnings) = (
        report.findings.count(Severity::Error),
        report.findings.count(Severity::Warning),
    );
    let (read, render) = (report.messages("read"), report.messages("render"));
    let balanced = sections::holds(report);
    let dropped: u64 = read.skipped.values().chain(render.skipped.values()).sum();
    let merged: u64 = read.merged.values().chain(render.merged.values()).sum();
    let all = if dropped > 0 {
        "Every message that was not skipped"
    } else {
        "Every message"
    };
    let (class, words) = match (balanced, errors, warnings) {
        (false, _, _) => (
            "verdict bad",
            "The counts do not add up: the stages are not from one run. Run `convert` again."
                .to_owned(),
        ),
        (_, 0, 0) => ("verdict", format!("{all} is carried over as it was.")),
        (_, 0, _) => ("verdict", format!("{all} is carried over.")),
        (_, 1, _) => (
            "verdict warn",
            "One thing could not be carried over.".to_owned(),
        ),
        _ => (
            "verdict warn",
            format!("{} things could not be carried over.", thousands(errors)),
        ),
    };
    let mut parts = vec![format!("{} become posts", thousands(render.output))];
    if merged > 0 {
        parts.push(format!("{} are duplicates", thousands(merged)));
    }
    if dropped > 0 {
        parts.push(format!("{} are skipped", thousands(dropped)));
    }
    html! {
        div class=(class) {
            h2 { (words) }
            p {
                (count(read.input, "message")) " in the export: " (parts.join(", ")) ". "
                @match warnings {
                    0 => "Nothing looks different in Teams.",
                    1 => "One thing looks different from the source.",
                    _ => { (thousands(warnings)) " things look different from the source." }
                }
                " Each loss and each change is listed below with what to do about it."
            }
        }
    }
}

fn tiles(report: &Report) -> Markup {
    let people = &report.people;
    let all = people.messages();
    // Never rounded up to all of them.
    let own = (people.matched.messages * 100)
        .checked_div(all)
        .map_or_else(|| "–".to_owned(), |share| format!("{share} %"));
    let channels: usize = report
        .places
        .groups
        .iter()
        .map(|group| group.places.len())
        .sum();
    let teams = report
        .places
        .groups
        .iter()
        .filter(|group| group.team.is_some())
        .count();
    let tiles = [
        (
            thousands(report.posts),
            format!("posts, {} of them replies", thousands(report.replies)),
        ),
        (
            thousands(channels as u64),
            format!("channels and chats in {}", count(teams as u64, "team")),
        ),
        (
            own,
            "of messages under their author's own account".to_owned(),
        ),
        match report.remote {
            (missing, _) if missing > 0 && report.file_bytes == 0 => (
                thousands(missing),
                format!("files are still on {}'s servers", report.source),
            ),
            _ => (
                bytes(report.file_bytes),
                "of files for SharePoint and OneDrive".to_owned(),
            ),
        },
        (
            report
                .seconds
                .map_or_else(|| "–".to_owned(), |seconds| duration(seconds.ceil() as u64)),
            "for the upload at least, at Graph's rates".to_owned(),
        ),
    ];
    html! {
        div.tiles {
            @for (number, what) in &tiles {
                div.tile { b { (number) } span { (what) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chatferry_model::finding::{Code, Findings, Place, Stage};
    use chatferry_model::sum::Sum;

    use super::*;

    static LOST: Code = Code {
        id: "test-lost",
        severity: Severity::Error,
        summary: "A message is lost.",
        remedy: "Run `read` again.",
    };

    /// A report of ten messages, of which render gets `given` and some are skipped.
    fn report(given: u64, skipped: u64) -> Report {
        let mut read = Sum {
            input: 10,
            output: 10 - skipped,
            ..Sum::default()
        };
        read.skip_many("not wanted", skipped);
        let whole = Sum {
            input: given,
            output: given,
            ..Sum::default()
        };
        let stages = [("read", read), ("render", whole.clone()), ("check", whole)];
        let of = |sum| [("messages".to_owned(), sum)].into();
        Report {
            stages: stages.map(|(stage, sum)| (stage, of(sum))).into(),
            ..Report::default()
        }
    }

    fn heading(report: &Report) -> String {
        let verdict = verdict(report).into_string();
        let inside = verdict.split("<h2>").nth(1).unwrap();
        inside.split("</h2>").next().unwrap().to_owned()
    }

    #[test]
    fn the_verdict_says_no_more_than_the_sums() {
        let mut lost = report(10, 0);
        let mut findings = Findings::default();
        findings.note_many(Stage::Read, &LOST, Place::default(), "gone", 3);
        lost.findings.add_all(&findings);
        for (report, words) in [
            (report(10, 0), "Every message is carried over as it was."),
            (
                report(8, 2),
                "Every message that was not skipped is carried over as it was.",
            ),
            (report(9, 0), "The counts do not add up"),
            (lost, "3 things could not be carried over."),
        ] {
            assert!(heading(&report).starts_with(words), "{}", heading(&report));
        }
    }

    #[test]
    fn strangers_words_are_text_everywhere() {
        let evil = "<script>x()</script>\"'&";
        let mut report = report(10, 0);
        report.title = evil.to_owned();
        report.exports = vec![evil.to_owned()];
        let mut findings = Findings::default();
        let place = Place {
            file: Some(evil.into()),
            ..Place::default()
        };
        findings.note(Stage::Read, &LOST, place, evil);
        report.findings.add_all(&findings);
        report.codes = [(LOST.id, &LOST)].into();
        let page = page(&report);
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("Run <code>read</code> again."), "{page}");
        assert!(page.contains("default-src 'none'"), "{page}");
    }
}
