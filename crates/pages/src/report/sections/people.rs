//! The accounts that post people's messages.

use chatferry_model::figures::{count, thousands};
use chatferry_model::person::PersonKind;
use maud::{Markup, html};

use crate::page::name;
use crate::report::gather::Report;
use crate::report::parts::{bar, legend, number, section, soft, table};
use crate::report::people::{Count, People};

/// Returns the section.
pub(in crate::report) fn people(report: &Report) -> Markup {
    let people = &report.people;
    let table_of_people = &report.tables.people;
    let inside = html! {
        div.card { (shares(people)) }
        @if people.without_account.is_empty() {
            (soft("Everybody who wrote messages has an account."))
        } @else {
            (soft(&format!(
                "People without an account, most active first. To map someone, fill in {table_of_people} and run `map` again.",
            )))
            (without_account(people))
            @if people.not_shown > 0 {
                (soft(&format!("And {} more, in {table_of_people}.", count(people.not_shown, "person"))))
            }
        }
    };
    section("people", &inside)
}

/// Returns the shares of the messages by the account that posts them.
fn shares(people: &People) -> Markup {
    let line = |of: Count, what: &str| {
        let messages = count(of.messages, "message");
        format!("{messages}, {} {what}", count(of.people, "person"))
    };
    let others = Count {
        people: people.unmatched.people + people.bots.people,
        messages: people.unmatched.messages + people.bots.messages,
    };
    let placeholder = "posted by the placeholder, with their name above the text";
    let mut items = vec![
        ("good", line(people.matched, "posted by their own account")),
        ("skipped", line(others, placeholder)),
    ];
    if people.left_out.people > 0 {
        items.push(("none", line(people.left_out, "skipped by choice")));
    }
    let parts = [
        ("out", people.matched.messages),
        ("skipped", others.messages),
        ("none", people.left_out.messages),
    ];
    html! { (bar("bar people", &parts)) (legend(&items)) }
}

fn without_account(people: &People) -> Markup {
    let header = ["Name", "Address", "Type", "Messages #", "Posted by"];
    let rows = html! {
        @for person in &people.without_account {
            tr {
                th scope="row" { (name(&person.name)) }
                td { (name(&person.email)) }
                td { (kind(person.kind)) }
                (number(&thousands(person.messages)))
                td { @if person.left_out { "nobody: skipped" } @else { "the placeholder" } }
            }
        }
    };
    table("People without an account", &header, &rows)
}

fn kind(kind: PersonKind) -> &'static str {
    match kind {
        PersonKind::User => "person",
        PersonKind::External => "person of another organisation",
        PersonKind::Bot => "bot",
        PersonKind::System => "the source itself",
        PersonKind::Unknown => "unknown",
    }
}
