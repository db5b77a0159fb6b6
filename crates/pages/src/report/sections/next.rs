//! The things to do next, in order.

use chatferry_model::figures::{bytes, count, duration, thousands};
use chatferry_model::finding::Severity;
use maud::{Markup, html};

use crate::report::gather::Report;
use crate::report::parts::{section, soft};

/// Returns the section.
pub(in crate::report) fn next(report: &Report) -> Markup {
    let inside = html! {
        (soft("Add -w FOLDER if the work folder is not ./migration."))
        ol.steps {
            @for step in steps(report) {
                li {
                    h3 { (step.title) }
                    (soft(&step.why))
                    @if let Some(command) = &step.command { p { code { (command) } } }
                }
            }
        }
    };
    section("next", &inside)
}

struct Step {
    title: String,
    why: String,
    command: Option<String>,
}

fn steps(report: &Report) -> Vec<Step> {
    let command = |name: &str| Some(format!("chatferry {name}"));
    let mut steps = Vec::new();
    let errors = report.findings.count(Severity::Error);
    if errors > 0 {
        steps.push(Step {
            title: format!("See what is lost ({})", thousands(errors)),
            why: "The first findings above say what it is and what to do about it.".to_owned(),
            command: None,
        });
    }
    if report.rehearsal_account {
        steps.push(Step {
            title: "Name the account that posts for people without one".to_owned(),
            why: "Without it nothing can be uploaded. Its posts carry the name of the author above the text.".to_owned(),
            command: command("map --placeholder migration@example.com"),
        });
    }
    let (people, messages) = (
        report.people.unmatched.people,
        report.people.unmatched.messages,
    );
    if messages > 0 {
        steps.push(Step {
            title: format!(
                "Map {} by hand, or leave them to the placeholder",
                count(people, "person")
            ),
            why: format!(
                "They wrote {}. Fill in the column entra_user in {}.",
                count(messages, "message"),
                report.tables.people
            ),
            command: command("map"),
        });
    }
    let (files, size) = report.remote;
    if files > 0 {
        steps.push(Step {
            title: format!("Fetch {} ({}) from {}", count(files, "file"), bytes(size), report.source),
            why: format!(
                "They are on {}'s servers and will be deleted with the workspace. Run `render` again afterwards.",
                report.source
            ),
            command: command("fetch EXPORT"),
        });
    }
    let chats = &report.places.skipped;
    if !chats.is_empty() {
        steps.push(Step {
            title: format!(
                "Decide about {} not migrated",
                count(chats.len() as u64, "conversation")
            ),
            why: format!(
                "Set the action of each in {}, then run `map` and `render` again.",
                report.tables.conversations
            ),
            command: None,
        });
    }
    steps.push(Step {
        title: "Preview the posts as Teams will show them".to_owned(),
        why: "Offline, in a browser, on this machine only.".to_owned(),
        command: command("preview"),
    });
    steps.push(Step {
        title: "Rehearse".to_owned(),
        why: "Uploads everything to a simulated tenant with Graph's rules and reads it back: nothing leaves this machine.".to_owned(),
        command: command("rehearse"),
    });
    steps.push(Step {
        title: "Upload, then verify".to_owned(),
        why: match report.seconds {
            Some(seconds) => format!(
                "It takes {} at least. It can be stopped and continues where it was; nothing is posted twice.",
                duration(seconds.ceil() as u64)
            ),
            None => "It can be stopped and continues where it was; nothing is posted twice.".to_owned(),
        },
        command: command("upload"),
    });
    steps
}
