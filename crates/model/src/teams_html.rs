//! The HTML that Teams keeps, as plain lists: rendering writes what is in the first, checking warns
//! of what is in the second and refuses everything else, tests build a strict sanitiser from them.
//!
//! Microsoft publishes no such list; the first holds what real messages, Microsoft's samples, the
//! fidelity tables of vendors and third-party clients agree on (crates/graph/RULES.md 2.7,
//! crates/render/TEAMS_HTML.md 2).

/// An element that Teams keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    /// The name.
    pub tag: &'static str,
    /// The attributes that rendering writes.
    pub attributes: &'static [&'static str],
    /// The attributes that only others write: Teams' own client in its messages.
    pub foreign: &'static [&'static str],
}

/// All elements that rendering writes, by name.
pub const ELEMENTS: &[Element] = &[
    element_of("a", &["href"], &["rel", "target", "title"]),
    element_of("at", &["id"], &[]),
    element_of("attachment", &["id"], &[]),
    element_of("blockquote", &[], &[]),
    element_of("br", &[], &[]),
    element_of("code", &[], &[]),
    element_of("codeblock", &["class"], &[]),
    element_of("h1", &[], &[]),
    element_of("h2", &[], &[]),
    element_of("h3", &[], &[]),
    element_of("hr", &[], &[]),
    element_of("i", &[], &[]),
    element_of(
        "img",
        &["alt", "height", "src", "width"],
        &["itemid", "itemtype", "style"],
    ),
    element_of("li", &[], &[]),
    element_of("ol", &[], &[]),
    element_of("p", &[], &["id", "itemtype", "style"]),
    element_of("pre", &[], &["class", "itemid"]),
    element_of("s", &[], &[]),
    element_of("span", &["style", "title"], &["class"]),
    element_of("strong", &[], &[]),
    element_of("table", &[], &["itemprop"]),
    element_of("tbody", &[], &[]),
    element_of("td", &[], &[]),
    element_of("tr", &[], &[]),
    element_of("u", &[], &[]),
    element_of("ul", &[], &[]),
];

/// The elements that only others write, by name: Teams' own client (crates/render/TEAMS_HTML.md 2),
/// and Microsoft's samples (`b`, `div`, `em`).
pub const FOREIGN_ELEMENTS: &[Element] = &[
    element_of("b", &[], &[]),
    element_of("customemoji", &[], &["alt", "id", "source"]),
    element_of("div", &[], &[]),
    element_of("em", &[], &[]),
    element_of("emoji", &[], &["alt", "id", "title"]),
];

/// The schemes a link may have, in lower case.
pub const SCHEMES: &[&str] = &["ftp", "http", "https", "mailto", "sip", "tel"];

/// The element of that name, if rendering writes it.
#[must_use]
pub fn element(tag: &str) -> Option<&'static Element> {
    find(ELEMENTS, tag)
}

/// The element of that name, if only others write it.
#[must_use]
pub fn foreign_element(tag: &str) -> Option<&'static Element> {
    find(FOREIGN_ELEMENTS, tag)
}

fn find(elements: &'static [Element], tag: &str) -> Option<&'static Element> {
    let found = elements
        .binary_search_by(|element| element.tag.cmp(tag))
        .ok();
    found.and_then(|at| elements.get(at))
}

const fn element_of(
    tag: &'static str,
    attributes: &'static [&'static str],
    foreign: &'static [&'static str],
) -> Element {
    Element {
        tag,
        attributes,
        foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_listed_once_and_by_name() {
        for elements in [ELEMENTS, FOREIGN_ELEMENTS] {
            assert!(elements.is_sorted_by(|a, b| a.tag < b.tag));
            for element in elements {
                assert!(element.attributes.is_sorted() && element.foreign.is_sorted());
            }
        }
        assert!(
            !FOREIGN_ELEMENTS
                .iter()
                .any(|other| element(other.tag).is_some())
        );
        assert!(element("a").is_some_and(|a| a.attributes == ["href"]));
        assert_eq!(element("script"), None);
    }
}
