//! The targets of conversations.

use super::{number, soft, table};
use crate::html::Html;
use crate::report::gather::Report;
use crate::report::places::{Group, Place, Skipped};
use crate::report::section::section;
use chatferry_model::figures::{bytes, count, thousands};

/// Writes the section.
pub(in crate::report) fn places(html: &mut Html, report: &Report) {
    section(html, "places", |html| {
        for group in &report.places.groups {
            of_group(html, group);
        }
        if !report.places.skipped.is_empty() {
            html.leaf("h3", &[("class", "kind")], "Not migrated");
            soft(
                html,
                &format!(
                    "These stay in the source. What becomes of each is up to {}.",
                    report.tables.conversations
                ),
            );
            of_skipped(html, &report.places.skipped);
        }
    });
}

fn of_group(html: &mut Html, group: &Group) {
    html.within("h3", &[("class", "kind")], |html| match &group.team {
        Some(team) => {
            html.text("Team ");
            html.name(team);
        }
        None => html.text("Chats"),
    });
    let posts: u64 = group.places.iter().map(|place| place.posts).sum();
    soft(
        html,
        &format!(
            "{}; {} in {}",
            group.about,
            count(posts, "post"),
            count(group.places.len() as u64, "place")
        ),
    );
    let header = [
        "From",
        "To",
        "Kind",
        "Posts #",
        "Replies #",
        "Members #",
        "Text #",
        "Files #",
        "Time",
    ];
    let label = group.team.as_deref().unwrap_or("Chats");
    table(html, label, &header, |html| {
        for place in &group.places {
            html.within("tr", &[], |html| row(html, place));
        }
    });
}

fn row(html: &mut Html, place: &Place) {
    html.within("td", &[("class", "wide")], |html| {
        for (at, source) in place.sources.iter().enumerate() {
            if at > 0 {
                html.text(", ");
            }
            html.name(source);
        }
    });
    html.within("th", &[("scope", "row"), ("class", "wide")], |html| {
        html.name(&place.name);
    });
    html.leaf("td", &[("class", "whole")], place.kind);
    number(html, &thousands(place.posts));
    number(html, &thousands(place.replies));
    number(html, &thousands(place.members));
    number(html, &bytes(place.bytes));
    let files = if place.file_bytes == 0 {
        "–".to_owned()
    } else {
        bytes(place.file_bytes)
    };
    number(html, &files);
    html.leaf("td", &[("class", "small whole")], &place.days);
}

fn of_skipped(html: &mut Html, skipped: &[Skipped]) {
    let header = ["Conversation", "Kind", "Messages #", "Why"];
    table(html, "Conversations that go nowhere", &header, |html| {
        for conversation in skipped {
            html.within("tr", &[], |html| {
                html.within("th", &[("scope", "row"), ("class", "wide")], |html| {
                    html.name(&conversation.name);
                });
                html.leaf("td", &[], conversation.kind);
                number(html, &thousands(conversation.messages));
                html.leaf("td", &[], &conversation.reason.replace('-', " "));
            });
        }
    });
}
