//! The sections of the page.

mod findings;
mod next;
mod people;
mod places;
mod sums;

pub(super) use findings::findings;
pub(super) use next::next;
pub(super) use people::people;
pub(super) use places::places;
pub(super) use sums::{holds, sums};

use crate::html::Html;

/// A table that scrolls sideways where it is too wide, with the keyboard too.
fn table(html: &mut Html, label: &str, header: &[&str], rows: impl FnOnce(&mut Html)) {
    let region = [
        ("class", "scroll"),
        ("tabindex", "0"),
        ("role", "region"),
        ("aria-label", label),
    ];
    html.within("div", &region, |html| {
        html.within("table", &[], |html| {
            html.within("thead", &[], |html| {
                html.within("tr", &[], |html| {
                    for title in header {
                        // A title that ends in ` #` is above numbers.
                        let (title, number) = match title.strip_suffix(" #") {
                            Some(title) => (title, true),
                            None => (*title, false),
                        };
                        let class = if number { "num" } else { "text" };
                        html.leaf("th", &[("scope", "col"), ("class", class)], title);
                    }
                });
            });
            html.within("tbody", &[], rows);
        });
    });
}

fn number(html: &mut Html, text: &str) {
    html.leaf("td", &[("class", "num")], text);
}

fn soft(html: &mut Html, text: &str) {
    html.leaf("p", &[("class", "soft")], text);
}

/// A bar of shares; the words beside it say the same to who can't see it.
fn bar(html: &mut Html, class: &'static str, parts: &[(&'static str, u64)]) {
    let all: u64 = parts.iter().map(|(_, part)| part).sum();
    html.within(
        "div",
        &[("class", class), ("aria-hidden", "true")],
        |html| {
            for (class, part) in parts.iter().filter(|(_, part)| *part > 0) {
                let share = *part as f64 * 100.0 / all.max(1) as f64;
                let style = format!("width:{share:.2}%");
                html.leaf("i", &[("class", class), ("style", &style)], "");
            }
        },
    );
}

fn legend(html: &mut Html, items: &[(&'static str, String)]) {
    html.within("ul", &[("class", "legend")], |html| {
        for (class, words) in items {
            html.within("li", &[], |html| {
                html.leaf("i", &[("class", class), ("aria-hidden", "true")], "");
                html.text(words);
            });
        }
    });
}
