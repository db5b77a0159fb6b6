//! The accounts that post people's messages.

use chatferry_model::person::PersonKind;

use super::{bar, legend, number, soft, table};
use crate::html::Html;
use crate::report::gather::Report;
use crate::report::people::Count;
use crate::report::section::section;
use chatferry_model::figures::{count, thousands};

/// Writes the section.
pub(in crate::report) fn people(html: &mut Html, report: &Report) {
    section(html, "people", |html| {
        let people = &report.people;
        let others = people.unmatched.messages + people.bots.messages;
        html.within("div", &[("class", "card")], |html| {
            let parts = [
                ("out", people.matched.messages),
                ("skipped", others),
                ("none", people.left_out.messages),
            ];
            bar(html, "bar people", &parts);
            let line = |of: Count, what: &str| {
                format!(
                    "{}, {} {what}",
                    count(of.messages, "message"),
                    count(of.people, "person")
                )
            };
            let both = Count {
                people: people.unmatched.people + people.bots.people,
                messages: others,
            };
            let mut items = vec![
                ("good", line(people.matched, "under their own account")),
                (
                    "skipped",
                    line(
                        both,
                        "through the placeholder, with their name above the text",
                    ),
                ),
            ];
            if people.left_out.people > 0 {
                items.push(("none", line(people.left_out, "left out by choice")));
            }
            legend(html, &items);
        });
        if people.without_account.is_empty() {
            soft(
                html,
                "Everybody who wrote something has an account of their own.",
            );
            return;
        }
        soft(
            html,
            &format!(
                "People without an account, most active first. To change one, fill in {} and run map again.",
                report.tables.people
            ),
        );
        let header = ["Name", "Address", "Is", "Messages #", "Posted by"];
        table(html, "People without an account", &header, |html| {
            for person in &people.without_account {
                html.within("tr", &[], |html| {
                    html.within("th", &[("scope", "row")], |html| html.name(&person.name));
                    html.within("td", &[], |html| html.name(&person.email));
                    html.leaf("td", &[], kind(person.kind));
                    number(html, &thousands(person.messages));
                    let through = if person.left_out {
                        "nobody: left out"
                    } else {
                        "the placeholder"
                    };
                    html.leaf("td", &[], through);
                });
            }
        });
        if people.not_shown > 0 {
            let more = count(people.not_shown, "person");
            soft(
                html,
                &format!("And {more} more, in {}.", report.tables.people),
            );
        }
    });
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
