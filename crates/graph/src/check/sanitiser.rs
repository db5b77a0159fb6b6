//! A second opinion on HTML, for `check --strict`: ammonia with the list of what Teams keeps leaves
//! every body as it is (crates/DECISIONS.md rule 4.7). It costs many times what our own scanner
//! does.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use chatferry_model::teams_html::{ELEMENTS, FOREIGN_ELEMENTS, SCHEMES};

static TEAMS: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = sanitiser();
    builder.add_tags(FOREIGN_ELEMENTS.iter().map(|element| element.tag));
    for element in ELEMENTS.iter().chain(FOREIGN_ELEMENTS) {
        builder.add_tag_attributes(element.tag, element.foreign);
    }
    builder
});

/// A sanitiser that lets through what rendering writes and nothing else.
#[must_use]
pub fn sanitiser() -> Builder<'static> {
    let mut builder = Builder::empty();
    let attributes: HashMap<_, HashSet<_>> = ELEMENTS
        .iter()
        .map(|element| (element.tag, element.attributes.iter().copied().collect()))
        .collect();
    builder
        .tags(ELEMENTS.iter().map(|element| element.tag).collect())
        .tag_attributes(attributes)
        .url_schemes(SCHEMES.iter().copied().collect())
        .url_relative(UrlRelative::Custom(Box::new(hosted)))
        .link_rel(None)
        .strip_comments(true);
    builder
}

/// The one address that is not absolute: of an image that the post brings along
/// (crates/graph/RULES.md 1.9).
fn hosted(address: &str) -> Option<Cow<'_, str>> {
    let number = address.strip_prefix("../hostedContents/")?;
    let number = number.strip_suffix("/$value")?;
    number.parse::<u32>().ok().map(|_| address.into())
}

/// Returns true if the sanitiser would change `html`.
pub(super) fn changes(html: &str) -> bool {
    TEAMS.clean(html).to_string() != html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_teams_keeps_is_left_alone() {
        for (html, changed) in [
            (
                "<p>hi <at id=\"0\">Jane</at> &amp; <a href=\"https://a.example\">b</a></p>",
                false,
            ),
            ("<img src=\"../hostedContents/1/$value\" alt=\"a\">", false),
            ("<img src=\"../hostedContents/1/../x\">", true),
            ("<img src=\"../x.png\">", true),
            (
                "<p id=\"x\">a <emoji alt=\"a\" id=\"b\"></emoji></p>",
                false,
            ),
            ("<p onclick=\"x()\">hi</p>", true),
            ("<script>x()</script>", true),
            ("<a href=\"javascript:x()\">b</a>", true),
            ("<p>hi", true),
        ] {
            assert_eq!(changes(html), changed, "{html}");
        }
    }
}
