//! A section of the report with its heading.

use crate::html::Html;

/// The sections: anchor and title.
pub(super) const SECTIONS: &[(&str, &str)] = &[
    ("findings", "What is lost or changed"),
    ("people", "People"),
    ("places", "Where everything goes"),
    ("sums", "Message counts"),
    ("next", "Next steps"),
];

/// Opens a section of [`SECTIONS`].
pub(super) fn section(html: &mut Html, anchor: &str, inside: impl FnOnce(&mut Html)) {
    let title = SECTIONS.iter().find(|(name, _)| *name == anchor);
    let heading = format!("{anchor}-title");
    html.within(
        "section",
        &[("id", anchor), ("aria-labelledby", &heading)],
        |html| {
            let title = title.map_or(anchor, |(_, title)| title);
            html.leaf("h2", &[("id", &heading)], title);
            inside(html);
        },
    );
}
