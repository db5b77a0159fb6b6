//! The HTML that Teams keeps, as plain lists: what rendering writes is made of these, checking
//! finds nothing else, and tests build a strict sanitiser from them.
//!
//! Microsoft publishes no such list; this one holds what its samples, the fidelity tables of
//! vendors and third-party clients agree on (crates/graph/RULES.md 2.7).

/// An element that Teams keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    /// The name.
    pub tag: &'static str,
    /// The attributes it may have.
    pub attributes: &'static [&'static str],
}

/// All elements, by name.
pub const ELEMENTS: &[Element] = &[
    with("a", &["href"]),
    with("at", &["id"]),
    with("attachment", &["id"]),
    plain("blockquote"),
    plain("br"),
    plain("code"),
    with("codeblock", &["class"]),
    plain("em"),
    plain("h1"),
    plain("h2"),
    plain("h3"),
    plain("h4"),
    plain("h5"),
    plain("h6"),
    plain("hr"),
    with("img", &["alt", "height", "src", "width"]),
    plain("li"),
    with("ol", &["start", "type"]),
    plain("p"),
    plain("pre"),
    plain("s"),
    with("span", &["style", "title"]),
    plain("strong"),
    plain("table"),
    plain("tbody"),
    with("td", &["style"]),
    with("th", &["style"]),
    plain("tr"),
    plain("u"),
    plain("ul"),
];

/// The schemes a link may have, in lower case.
pub const SCHEMES: &[&str] = &["ftp", "http", "https", "mailto", "sip", "tel"];

/// The element of that name, if Teams keeps it.
#[must_use]
pub fn element(tag: &str) -> Option<&'static Element> {
    ELEMENTS.iter().find(|element| element.tag == tag)
}

const fn plain(tag: &'static str) -> Element {
    with(tag, &[])
}

const fn with(tag: &'static str, attributes: &'static [&'static str]) -> Element {
    Element { tag, attributes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_listed_once_and_by_name() {
        assert!(ELEMENTS.is_sorted_by(|a, b| a.tag < b.tag));
        assert!(
            ELEMENTS
                .iter()
                .all(|element| element.attributes.is_sorted())
        );
        assert!(element("a").is_some_and(|a| a.attributes == ["href"]));
        assert_eq!(element("script"), None);
    }
}
