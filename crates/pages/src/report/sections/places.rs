//! The targets of conversations.

use chatferry_model::figures::{bytes, count, thousands};
use maud::{Markup, html};

use crate::page::{name, names};
use crate::report::gather::Report;
use crate::report::parts::{number, section, soft, table};
use crate::report::places::{Group, Place, Skipped};

/// Returns the section.
pub(in crate::report) fn places(report: &Report) -> Markup {
    let places = &report.places;
    let inside = html! {
        @for group in &places.groups { (of_group(group)) }
        @if !places.skipped.is_empty() {
            h3.kind { "Not migrated" }
            (soft(&format!(
                "These stay in the source. {} decides about each.",
                report.tables.conversations
            )))
            (of_skipped(&places.skipped))
        }
    };
    section("places", &inside)
}

fn of_group(group: &Group) -> Markup {
    let posts: u64 = group.places.iter().map(|place| place.posts).sum();
    let kind = if group.team.is_some() {
        "channel"
    } else {
        "chat"
    };
    let summary = format!(
        "{}; {} in {}",
        group.about,
        count(posts, "post"),
        count(group.places.len() as u64, kind)
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
        "Period",
    ];
    let label = group.team.as_deref().unwrap_or("Chats");
    let rows = html! { @for place in &group.places { (row(place)) } };
    html! {
        h3.kind {
            @match &group.team {
                Some(team) => { "Team " (name(team)) }
                None => "Chats",
            }
        }
        (soft(&summary))
        (table(label, &header, &rows))
    }
}

fn row(place: &Place) -> Markup {
    let files = match place.file_bytes {
        0 => "–".to_owned(),
        size => bytes(size),
    };
    html! {
        tr {
            td.wide { (names(&place.sources)) }
            th.wide scope="row" { (name(&place.name)) }
            td.whole { (place.kind) }
            (number(&thousands(place.posts)))
            (number(&thousands(place.replies)))
            (number(&thousands(place.members)))
            (number(&bytes(place.bytes)))
            (number(&files))
            td class="small whole" { (place.days) }
        }
    }
}

fn of_skipped(skipped: &[Skipped]) -> Markup {
    let header = ["Conversation", "Kind", "Messages #", "Why"];
    let rows = html! {
        @for conversation in skipped {
            tr {
                th.wide scope="row" { (name(&conversation.name)) }
                td { (conversation.kind) }
                (number(&thousands(conversation.messages)))
                td { (conversation.reason.replace('-', " ")) }
            }
        }
    };
    table("Conversations that are not migrated", &header, &rows)
}
