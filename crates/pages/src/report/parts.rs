//! The parts that sections of the report are made of.

use maud::{Markup, html};

/// The sections: anchor and title.
pub(super) const SECTIONS: &[(&str, &str)] = &[
    ("findings", "What is lost or changed"),
    ("people", "People"),
    ("places", "Where everything goes"),
    ("sums", "Message counts"),
    ("next", "Next steps"),
];

/// Returns a section of [`SECTIONS`].
pub(super) fn section(anchor: &str, inside: &Markup) -> Markup {
    let title = SECTIONS.iter().find(|(name, _)| *name == anchor);
    let heading = format!("{anchor}-title");
    html! {
        section id=(anchor) aria-labelledby=(heading) {
            h2 id=(heading) { (title.map_or(anchor, |(_, title)| title)) }
            (inside)
        }
    }
}

/// Returns a table that scrolls sideways where it is too wide, with the keyboard too. A title that
/// ends in ` #` is above numbers.
pub(super) fn table(label: &str, header: &[&str], rows: &Markup) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(label) {
            table {
                thead {
                    tr {
                        @for title in header {
                            @match title.strip_suffix(" #") {
                                Some(title) => { th.num scope="col" { (title) } }
                                None => { th.text scope="col" { (title) } }
                            }
                        }
                    }
                }
                tbody { (rows) }
            }
        }
    }
}

/// Returns a cell with a number.
pub(super) fn number(text: &str) -> Markup {
    html! { td.num { (text) } }
}

/// Returns a paragraph of lesser weight.
pub(super) fn soft(text: &str) -> Markup {
    html! { p.soft { (text) } }
}

/// Returns a bar of shares; the words beside it say the same to who can't see it.
pub(super) fn bar(class: &str, parts: &[(&str, u64)]) -> Markup {
    let all: u64 = parts.iter().map(|(_, part)| part).sum();
    let share = |part: u64| format!("width:{:.2}%", part as f64 * 100.0 / all.max(1) as f64);
    html! {
        div class=(class) aria-hidden="true" {
            @for (class, part) in parts.iter().filter(|(_, part)| *part > 0) {
                i class=(class) style=(share(*part)) {}
            }
        }
    }
}

/// Returns the words for the colours of a bar.
pub(super) fn legend(items: &[(&str, String)]) -> Markup {
    html! {
        ul.legend {
            @for (class, words) in items {
                li {
                    i class=(class) aria-hidden="true" {}
                    (words)
                }
            }
        }
    }
}
