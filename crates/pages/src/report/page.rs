//! The page: its head, what it says at a glance, and the sections below.

use chatferry_model::finding::Severity;

use super::gather::Report;
use super::section::SECTIONS;
use super::sections;
use crate::STYLE;
use crate::html::Html;
use chatferry_model::figures::{bytes, count, duration, thousands};

/// The styles that only this page needs.
const REPORT_STYLE: &str = include_str!("style.css");
/// Nothing is loaded and nothing runs, whatever names the page holds.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Writes it.
pub(super) fn page(report: &Report) -> String {
    let title = format!("Migration of {} to Microsoft Teams", report.title);
    Html::page(&title, head, |html| {
        html.leaf(
            "a",
            &[("class", "skip"), ("href", "#main")],
            "To the content",
        );
        html.within("header", &[("class", "hero")], |html| {
            html.within("div", &[("class", "wrap")], |html| hero(html, report));
        });
        html.within("main", &[("class", "wrap"), ("id", "main")], |html| {
            verdict(html, report);
            tiles(html, report);
            contents(html);
            sections::findings(html, report);
            sections::people(html, report);
            sections::places(html, report);
            sections::sums(html, report);
            sections::next(html, report);
        });
        html.within("footer", &[("class", "wrap")], |html| {
            html.text(concat!(
                "Written by chatferry ",
                env!("CARGO_PKG_VERSION"),
                ". "
            ));
            html.text("The same input gives the same page, byte for byte.");
        });
    })
}

fn head(html: &mut Html) {
    html.void(
        "meta",
        &[
            ("http-equiv", "Content-Security-Policy"),
            ("content", POLICY),
        ],
    );
    html.void("meta", &[("name", "referrer"), ("content", "no-referrer")]);
    html.within("style", &[], |html| {
        html.trusted(STYLE);
        html.trusted(REPORT_STYLE);
    });
}

fn hero(html: &mut Html, report: &Report) {
    html.leaf("p", &[("class", "eyebrow")], "Migration report");
    html.within("h1", &[], |html| {
        html.name(&report.title);
        html.text(" to Microsoft Teams");
    });
    html.within("p", &[], |html| {
        html.text(&format!("{}, {}", report.source, report.layout));
        if let Some((first, last)) = &report.places.days {
            html.text(&format!(", {first} to {last}"));
        }
        html.text(". From ");
        for (number, export) in report.exports.iter().enumerate() {
            if number > 0 {
                html.text(", ");
            }
            html.name(export);
        }
        html.text(".");
    });
}

/// The one sentence for who reads nothing else.
fn verdict(html: &mut Html, report: &Report) {
    let (errors, warnings) = (
        report.findings.count(Severity::Error),
        report.findings.count(Severity::Warning),
    );
    let (read, render) = (report.messages("read"), report.messages("render"));
    let balanced = sections::holds(report);
    let (class, words) = match (balanced, errors, warnings) {
        (false, _, _) => (
            "verdict bad",
            "The sums do not hold: the stages are not from one run. Run convert again.".to_owned(),
        ),
        (_, 0, 0) => (
            "verdict",
            "Everything that people said comes through as it was.".to_owned(),
        ),
        (_, 0, _) => (
            "verdict",
            "Everything that people said comes through.".to_owned(),
        ),
        (_, 1, _) => (
            "verdict warn",
            "One thing could not be carried over.".to_owned(),
        ),
        _ => (
            "verdict warn",
            format!("{} things could not be carried over.", thousands(errors)),
        ),
    };
    html.within("div", &[("class", class)], |html| {
        html.leaf("h2", &[], &words);
        let dropped: u64 = read.skipped.values().chain(render.skipped.values()).sum();
        let merged: u64 = read.merged.values().chain(render.merged.values()).sum();
        let mut parts = vec![format!("{} become posts", thousands(render.output))];
        if merged > 0 {
            parts.push(format!("{} are copies of others", thousands(merged)));
        }
        if dropped > 0 {
            parts.push(format!(
                "{} are left out as the settings say",
                thousands(dropped)
            ));
        }
        html.within("p", &[], |html| {
            let all = count(read.input, "message");
            html.text(&format!("{all} in the export: {}", parts.join(", ")));
            html.text(". ");
            match warnings {
                0 => html.text("Nothing looks different."),
                1 => html.text("One thing looks different from the source."),
                _ => html.text(&format!(
                    "{} things look different from the source.",
                    thousands(warnings)
                )),
            }
            html.text(" Each is listed below with what to do about it.");
        });
    });
}

fn tiles(html: &mut Html, report: &Report) {
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
            "of upload at least, at Graph's rates".to_owned(),
        ),
    ];
    html.within("div", &[("class", "tiles")], |html| {
        for (number, what) in &tiles {
            html.within("div", &[("class", "tile")], |html| {
                html.leaf("b", &[], number);
                html.leaf("span", &[], what);
            });
        }
    });
}

fn contents(html: &mut Html) {
    html.within(
        "nav",
        &[("class", "toc"), ("aria-label", "Sections")],
        |html| {
            for (anchor, title) in SECTIONS {
                html.leaf("a", &[("href", &format!("#{anchor}"))], title);
            }
        },
    );
}
